#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/architecture.h"

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void reference_sort(float *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_floats);
}

double *reference_doubles(size_t count)
{
    double *x = calloc(count ? count : 1, sizeof *x);
    assert_non_null(x);
    return x;
}

double *reference_widen(const float *x, size_t count)
{
    double *wide = reference_doubles(count);
    for (size_t i = 0; i < count; i++)
        wide[i] = (double)x[i];
    return wide;
}

void reference_gemm(int a_transposed, int b_transposed, size_t m, size_t n, size_t k, const double *a, size_t lda,
                    const double *b, size_t ldb, double *c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t l = 0; l < k; l++)
                sum +=
                    (a_transposed ? a[l * lda + i] : a[i * lda + l]) * (b_transposed ? b[j * ldb + l] : b[l * ldb + j]);
            c[i * n + j] = sum;
        }
}

double reference_selu(double x)
{
    const double lambda = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
    return x > 0.0 ? lambda * x : lambda * alpha * expm1(x);
}

double reference_selu_slope(double x)
{
    const double lambda = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
    return x > 0.0 ? lambda : lambda * alpha * exp(x);
}

/* Arrays of one item, and what the visitors of its pixels need. */
struct products {
    const struct conv_shape *s;
    const double *x, *weight, *dz;
    double *z, *d_weight, *dx;
};

/* An output pixel reads an input pixel through a tap of the kernel: all pairs of channels. */
typedef void visit_fn(const struct products *p, size_t pixel_in, size_t tap, size_t pixel_out);

static void visit_pixels(const struct products *p, visit_fn *visit)
{
    const struct conv_shape *s = p->s;
    for (size_t oh = 0; oh < s->height_out; oh++)
        for (size_t ow = 0; ow < s->width_out; ow++)
            for (size_t kh = 0; kh < s->kernel_h; kh++)
                for (size_t kw = 0; kw < s->kernel_w; kw++) {
                    long ih = (long)(oh * s->stride_h + kh) - (long)s->pad_top;
                    long iw = (long)(ow * s->stride_w + kw) - (long)s->pad_left;
                    if (ih >= 0 && iw >= 0 && ih < (long)s->height_in && iw < (long)s->width_in)
                        visit(p, (size_t)ih * s->width_in + (size_t)iw, kh * s->kernel_w + kw, oh * s->width_out + ow);
                }
}

static void add_forward(const struct products *p, size_t pixel_in, size_t tap, size_t pixel_out)
{
    for (size_t i = 0; i < p->s->c_in; i++)
        for (size_t o = 0; o < p->s->c_out; o++)
            p->z[pixel_out * p->s->c_out + o] +=
                p->x[pixel_in * p->s->c_in + i] * p->weight[(tap * p->s->c_in + i) * p->s->c_out + o];
}

static void add_backward(const struct products *p, size_t pixel_in, size_t tap, size_t pixel_out)
{
    for (size_t i = 0; i < p->s->c_in; i++)
        for (size_t o = 0; o < p->s->c_out; o++) {
            size_t x = pixel_in * p->s->c_in + i, weight = (tap * p->s->c_in + i) * p->s->c_out + o;
            double dz = p->dz[pixel_out * p->s->c_out + o];
            p->d_weight[weight] += p->x[x] * dz;
            p->dx[x] += p->weight[weight] * dz;
        }
}

void reference_conv_forward(const struct conv_shape *s, const double *x, const double *weight, const double *bias,
                            size_t batch, double *z)
{
    const size_t size_in = s->height_in * s->width_in * s->c_in, size_out = s->height_out * s->width_out * s->c_out;
    for (size_t item = 0; item < batch; item++) {
        struct products p = {.s = s, .x = x + item * size_in, .weight = weight, .z = z + item * size_out};
        for (size_t i = 0; i < size_out; i++)
            z[item * size_out + i] = bias[i % s->c_out];
        visit_pixels(&p, add_forward);
    }
}

void reference_conv_backward(const struct conv_shape *s, const double *x, const double *weight, const double *dz,
                             size_t batch, double *d_weight, double *d_bias, double *dx)
{
    const size_t size_in = s->height_in * s->width_in * s->c_in, size_out = s->height_out * s->width_out * s->c_out;
    memset(d_weight, 0, s->kernel_h * s->kernel_w * s->c_in * s->c_out * sizeof *d_weight);
    memset(d_bias, 0, s->c_out * sizeof *d_bias);
    memset(dx, 0, batch * size_in * sizeof *dx);
    for (size_t item = 0; item < batch; item++) {
        struct products p = {.s = s,
                             .x = x + item * size_in,
                             .weight = weight,
                             .dz = dz + item * size_out,
                             .d_weight = d_weight,
                             .dx = dx + item * size_in};
        visit_pixels(&p, add_backward);
        for (size_t i = 0; i < size_out; i++)
            d_bias[i % s->c_out] += p.dz[i];
    }
}

double reference_cross_entropy(const double *logits, const uint8_t *labels, size_t rows, size_t classes,
                               double *d_logits)
{
    double loss = 0.0;
    for (size_t row = 0; row < rows; row++) {
        const double *z = logits + row * classes;
        double top = z[0], sum = 0.0;
        for (size_t c = 1; c < classes; c++)
            top = fmax(top, z[c]);
        for (size_t c = 0; c < classes; c++)
            sum += exp(z[c] - top);
        loss -= z[labels[row]] - top - log(sum);
        double others = 0.0; /* 1 - p of the label, without the cancellation */
        for (size_t c = 0; c < classes && d_logits; c++) {
            d_logits[row * classes + c] = exp(z[c] - top) / sum / (double)rows;
            others += c == labels[row] ? 0.0 : d_logits[row * classes + c];
        }
        if (d_logits)
            d_logits[row * classes + labels[row]] = -others;
    }
    return loss / (double)rows;
}

/* SAME padding, found by counting: the fewest zeros that make the last output's kernel fit. */
static void same(size_t in, size_t kernel, size_t stride, size_t *out, size_t *before)
{
    *out = 0;
    while (*out * stride < in)
        (*out)++;
    size_t total = 0;
    while (in + total < (*out - 1) * stride + kernel)
        total++;
    *before = total / 2;
}

/* Whether any of the `out` positions reads the input by this tap. */
static int tap_reads(size_t tap, size_t in, size_t stride, size_t out, size_t before)
{
    for (size_t o = 0; o < out; o++)
        if (o * stride + tap >= before && o * stride + tap < before + in)
            return 1;
    return 0;
}

void reference_cut_kernel(size_t in, size_t stride, size_t out, size_t *kernel, size_t *before)
{
    while (!tap_reads(*kernel - 1, in, stride, out, *before))
        (*kernel)--;
    while (!tap_reads(0, in, stride, out, *before)) {
        (*kernel)--;
        (*before)--;
    }
}

/* One dimension of a layer with a window: SAME or no padding. */
static void find_outputs(const struct layer_spec *layer, size_t in, size_t *kernel, size_t stride, size_t *out,
                         size_t *before)
{
    *before = 0;
    if (layer->kind == &layer_conv && layer->padding == PADDING_SAME) {
        same(in, *kernel, stride, out, before);
        reference_cut_kernel(in, stride, *out, kernel, before);
        return;
    }
    *out = 0;
    while (*out * stride + *kernel <= in)
        (*out)++;
}

static struct conv_shape layer_shape(const struct layer_spec *layer, struct shape in)
{
    struct conv_shape s = {.height_in = in.height, .width_in = in.width, .c_in = in.channels};
    s.c_out = layer->kind->has_units ? layer->units : in.channels;
    if (layer->kind == &layer_dense) {
        s = (struct conv_shape){.height_in = 1, .width_in = 1, .c_in = shape_size(in), .c_out = layer->units};
        s.height_out = s.width_out = s.kernel_h = s.kernel_w = s.stride_h = s.stride_w = 1;
        return s;
    }
    s.kernel_h = layer->kernel ? layer->kernel : in.height;
    s.kernel_w = layer->kernel_w ? layer->kernel_w : layer->kernel == 0 ? in.width : in.width == 1 ? 1 : layer->kernel;
    s.stride_h = layer->stride ? layer->stride : s.kernel_h;
    s.stride_w = layer->stride_w      ? layer->stride_w
                 : layer->stride == 0 ? s.kernel_w
                 : in.width == 1      ? 1
                                      : layer->stride;
    find_outputs(layer, s.height_in, &s.kernel_h, s.stride_h, &s.height_out, &s.pad_top);
    find_outputs(layer, s.width_in, &s.kernel_w, s.stride_w, &s.width_out, &s.pad_left);
    return s;
}

static size_t size_out(const struct conv_shape *s)
{
    return s->height_out * s->width_out * s->c_out;
}

double reference_activation(const char *name, double x)
{
    if (strcmp(name, "selu") == 0)
        return reference_selu(x);
    if (strcmp(name, "relu") == 0)
        return fmax(x, 0);
    return strcmp(name, "tanh") == 0 ? tanh(x) : x;
}

double reference_activation_slope(const char *name, double x)
{
    if (strcmp(name, "selu") == 0)
        return reference_selu_slope(x);
    if (strcmp(name, "relu") == 0)
        return x > 0;
    return strcmp(name, "tanh") == 0 ? 1 / (cosh(x) * cosh(x)) : 1;
}

struct network_spec plain_spec(struct plain plain)
{
    const struct network_short form = {plain.layers, plain.filters, plain.kernel, plain.stride};
    struct network_spec spec = network_of_short(plain.input, plain.classes, &form);
    spec.bf16 = plain.bf16;
    return spec;
}

struct network_spec architecture_spec(struct shape input, size_t classes, const char *architecture)
{
    struct network_spec spec = {.input = input, .classes = classes};
    struct error error;
    if (architecture_parse(architecture, &spec, &error) != STATUS_OK)
        fail_msg("%s: %s", architecture, error.message);
    return spec;
}

/* Calls for each input that an output of a pooling layer reads: x and y are places of an item. */
typedef void pool_visit_fn(void *context, size_t x, size_t y);

static void visit_pool(const struct conv_shape *s, pool_visit_fn *visit, void *context)
{
    for (size_t y = 0; y < size_out(s); y++) {
        const size_t channel = y % s->c_out, row = y / s->c_out / s->width_out, column = y / s->c_out % s->width_out;
        for (size_t kh = 0; kh < s->kernel_h; kh++)
            for (size_t kw = 0; kw < s->kernel_w; kw++)
                visit(context, ((row * s->stride_h + kh) * s->width_in + column * s->stride_w + kw) * s->c_in + channel,
                      y);
    }
}

struct pool_item {
    const char *kind;
    double taps;
    const double *x, *y, *dy;
    double *z, *dx;
};

static void pool_value(void *context, size_t x, size_t y)
{
    struct pool_item *item = context;
    if (strcmp(item->kind, "maxpool") == 0)
        item->z[y] = fmax(item->z[y], item->x[x]);
    else
        item->z[y] = (isinf(item->z[y]) ? 0 : item->z[y]) + item->x[x] / item->taps;
}

/* Inputs are random numbers, so no two are the largest. */
static void pool_slope(void *context, size_t x, size_t y)
{
    struct pool_item *item = context;
    if (strcmp(item->kind, "maxpool") != 0)
        item->dx[x] += item->dy[y] / item->taps;
    else if (item->x[x] >= item->y[y])
        item->dx[x] += item->dy[y];
}

/* What a network's layers have: x [batch] inputs, z sums before the activation, y what follows. */
struct passed {
    struct layer_spec spec;
    struct conv_shape shape;
    const double *weight, *bias;
    size_t weight_at, bias_at; /* in w */
    double *x, *z;
};

static void layer_forward(struct passed *layer, size_t batch)
{
    const struct conv_shape *s = &layer->shape;
    const size_t in = s->height_in * s->width_in * s->c_in;
    if (layer->spec.kind->has_units) {
        reference_conv_forward(s, layer->x, layer->weight, layer->bias, batch, layer->z);
        return;
    }
    for (size_t i = 0; i < batch * size_out(s); i++)
        layer->z[i] = -INFINITY;
    for (size_t item = 0; item < batch; item++) {
        struct pool_item pool = {.kind = layer->spec.kind->name,
                                 .taps = (double)(s->kernel_h * s->kernel_w),
                                 .x = layer->x + item * in,
                                 .z = layer->z + item * size_out(s)};
        visit_pool(s, pool_value, &pool);
    }
}

/* dz: d loss / d z; d_input is overwritten. */
static void layer_backward(const struct passed *layer, const double *dz, size_t batch, double *gradient,
                           double *d_input)
{
    const struct conv_shape *s = &layer->shape;
    const size_t in = s->height_in * s->width_in * s->c_in;
    if (layer->spec.kind->has_units) {
        reference_conv_backward(s, layer->x, layer->weight, dz, batch, gradient + layer->weight_at,
                                gradient + layer->bias_at, d_input);
        return;
    }
    memset(d_input, 0, batch * in * sizeof *d_input);
    for (size_t item = 0; item < batch; item++) {
        struct pool_item pool = {.kind = layer->spec.kind->name,
                                 .taps = (double)(s->kernel_h * s->kernel_w),
                                 .x = layer->x + item * in,
                                 .y = layer->z + item * size_out(s),
                                 .dy = dz + item * size_out(s),
                                 .dx = d_input + item * in};
        visit_pool(s, pool_slope, &pool);
    }
}

static void backward(const struct passed *layers, size_t count, const double *d_logits, size_t batch, double *gradient)
{
    double *dz = reference_doubles(batch * size_out(&layers[count - 1].shape));
    memcpy(dz, d_logits, batch * size_out(&layers[count - 1].shape) * sizeof *dz);
    for (size_t l = count; l-- > 0;) {
        const struct conv_shape *s = &layers[l].shape;
        const size_t inputs = batch * s->height_in * s->width_in * s->c_in;
        double *d_input = reference_doubles(inputs);
        layer_backward(&layers[l], dz, batch, gradient, d_input);
        for (size_t i = 0; i < inputs && l > 0; i++)
            d_input[i] *= reference_activation_slope(layers[l - 1].spec.activation->name, layers[l - 1].z[i]);
        free(dz);
        dz = d_input;
    }
    free(dz);
}

/* The tensors come in the order of the layers that have them, weight and bias. */
static void layers_make(const struct network_spec *spec, const struct tensor *tensors, const double *w,
                        struct passed *layers)
{
    struct shape in = spec->input;
    for (size_t l = 0, t = 0; l <= spec->layer_count; l++) {
        layers[l].spec = network_layer(spec, l);
        layers[l].shape = layer_shape(&layers[l].spec, in);
        in = (struct shape){layers[l].shape.height_out, layers[l].shape.width_out, layers[l].shape.c_out};
        if (!layers[l].spec.kind->has_units)
            continue;
        layers[l].weight_at = tensors[t].offset;
        layers[l].bias_at = tensors[t + 1].offset;
        layers[l].weight = w + layers[l].weight_at;
        layers[l].bias = w + layers[l].bias_at;
        t += 2;
    }
}

double reference_network(const struct network_spec *spec, const struct tensor *tensors, const double *w,
                         const double *x, const uint8_t *y, size_t batch, double *logits, double *gradient)
{
    struct passed layers[NETWORK_LAYERS_MAX + 1];
    memset(layers, 0, sizeof layers);
    const size_t count = spec->layer_count + 1;
    layers_make(spec, tensors, w, layers);
    for (size_t l = 0; l < count; l++) {
        const size_t in = batch * layers[l].shape.height_in * layers[l].shape.width_in * layers[l].shape.c_in;
        layers[l].x = reference_doubles(in);
        layers[l].z = reference_doubles(batch * size_out(&layers[l].shape));
        for (size_t i = 0; i < in; i++)
            layers[l].x[i] =
                l == 0 ? x[i] : reference_activation(layers[l - 1].spec.activation->name, layers[l - 1].z[i]);
        layer_forward(&layers[l], batch);
    }
    memcpy(logits, layers[count - 1].z, batch * spec->classes * sizeof *logits);
    double *d_logits = reference_doubles(batch * spec->classes);
    double loss = reference_cross_entropy(logits, y, batch, spec->classes, d_logits);
    if (gradient)
        backward(layers, count, d_logits, batch, gradient);
    free(d_logits);
    for (size_t l = 0; l < count; l++) {
        free(layers[l].x);
        free(layers[l].z);
    }
    return loss;
}

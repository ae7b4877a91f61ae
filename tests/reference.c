#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static struct conv_shape layer_shape(const struct network_spec *spec, struct shape in)
{
    struct conv_shape s = {.height_in = in.height,
                           .width_in = in.width,
                           .c_in = in.channels,
                           .c_out = spec->filters,
                           .kernel_h = spec->kernel,
                           .kernel_w = in.width == 1 ? 1 : spec->kernel,
                           .stride_h = spec->stride,
                           .stride_w = in.width == 1 ? 1 : spec->stride};
    same(s.height_in, s.kernel_h, s.stride_h, &s.height_out, &s.pad_top);
    same(s.width_in, s.kernel_w, s.stride_w, &s.width_out, &s.pad_left);
    reference_cut_kernel(s.height_in, s.stride_h, s.height_out, &s.kernel_h, &s.pad_top);
    reference_cut_kernel(s.width_in, s.stride_w, s.width_out, &s.kernel_w, &s.pad_left);
    return s;
}

static size_t size_out(const struct conv_shape *s)
{
    return s->height_out * s->width_out * s->c_out;
}

static void selu_all(const double *z, size_t count, double *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = reference_selu(z[i]);
}

/* The dense layer is a convolution whose kernel covers the whole map. */
static struct conv_shape dense_shape(const struct network_spec *spec, const struct conv_shape *last)
{
    return (struct conv_shape){.height_in = 1,
                               .width_in = 1,
                               .c_in = size_out(last),
                               .height_out = 1,
                               .width_out = 1,
                               .c_out = spec->classes,
                               .kernel_h = 1,
                               .kernel_w = 1,
                               .stride_h = 1,
                               .stride_w = 1};
}

/* y[l]: input of layer l; z[l]: its sums. Layer `layers` is the dense one. */
static void backward(const struct network_spec *spec, const struct conv_shape *shapes, const struct tensor *tensors,
                     const double *w, double *const *y, double *const *z, const double *d_logits, size_t batch,
                     double *gradient)
{
    double *d_sum = reference_doubles(batch * spec->classes);
    memcpy(d_sum, d_logits, batch * spec->classes * sizeof *d_sum);
    for (size_t l = spec->layers + 1; l-- > 0;) {
        const struct conv_shape *s = &shapes[l];
        size_t size_in = s->height_in * s->width_in * s->c_in;
        double *d_input = reference_doubles(batch * size_in);
        reference_conv_backward(s, y[l], w + tensors[2 * l].offset, d_sum, batch, gradient + tensors[2 * l].offset,
                                gradient + tensors[2 * l + 1].offset, d_input);
        for (size_t i = 0; i < batch * size_in && l > 0; i++)
            d_input[i] *= reference_selu_slope(z[l - 1][i]);
        free(d_sum);
        d_sum = d_input;
    }
    free(d_sum);
}

double reference_network(const struct network_spec *spec, const struct tensor *tensors, const double *w,
                         const double *x, const uint8_t *y, size_t batch, double *logits, double *gradient)
{
    enum { MOST = 10 };
    struct conv_shape shapes[MOST] = {{0}};
    double *inputs[MOST] = {NULL}, *sums[MOST] = {NULL};
    const size_t layers = spec->layers;
    assert_true(layers + 1 <= MOST);
    size_t count = batch * shape_size(spec->input);
    inputs[0] = reference_doubles(count);
    memcpy(inputs[0], x, count * sizeof *x);
    struct shape in = spec->input;
    for (size_t l = 0; l <= layers; l++) {
        shapes[l] = l < layers ? layer_shape(spec, in) : dense_shape(spec, &shapes[l - 1]);
        count = batch * size_out(&shapes[l]);
        sums[l] = reference_doubles(count);
        reference_conv_forward(&shapes[l], inputs[l], w + tensors[2 * l].offset, w + tensors[2 * l + 1].offset, batch,
                               sums[l]);
        if (l < layers) {
            inputs[l + 1] = reference_doubles(count);
            selu_all(sums[l], count, inputs[l + 1]);
        }
        in = (struct shape){shapes[l].height_out, shapes[l].width_out, shapes[l].c_out};
    }
    memcpy(logits, sums[layers], batch * spec->classes * sizeof *logits);
    double *d_logits = reference_doubles(batch * spec->classes);
    double loss = reference_cross_entropy(logits, y, batch, spec->classes, d_logits);
    if (gradient)
        backward(spec, shapes, tensors, w, inputs, sums, d_logits, batch, gradient);
    free(d_logits);
    for (size_t l = 0; l <= layers; l++) {
        free(inputs[l]);
        free(sums[l]);
    }
    return loss;
}

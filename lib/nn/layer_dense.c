/* lib/nn/layer_dense.c: the fully connected layer. Work is split at fixed places, among all the threads of the parallel
 * region, as in nn/conv.h. */
#include <stdint.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/layer.h"
#include "nn/layer_kernels.h"

enum {
    BLOCK_ITEMS = 16,
    BLOCK_INPUTS = 128,
    BLOCK_OUTPUTS = 64, /* a panel of gemm_panels_body.c */
    WIDE = 2 * BLOCK_OUTPUTS
};

static enum status window(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                          struct error *error)
{
    (void)error;
    *window = conv_dense_shape(input, spec->units);
    return STATUS_OK;
}

static size_t inputs_of(const struct layer *layer)
{
    return layer_fan_in(&layer->window);
}

static size_t outputs_of(const struct layer *layer)
{
    return layer->window.c_out;
}

/* Each product packs the weights that it reads. So the threads share out a wide layer's columns, each of which is
 * packed once for a batch, and a narrow one's items. */
static bool is_wide(const struct layer *layer)
{
    return outputs_of(layer) >= WIDE;
}

/* The state of an evaluated wide layer: its weights in the order of multiplication. */
static enum status open_dense(struct layer *layer, struct error *error)
{
    if (layer->use.training || !is_wide(layer))
        return STATUS_OK;
    layer->state = memory_alloc(gemm_packed_size(inputs_of(layer), outputs_of(layer)), sizeof(float), error);
    return layer->state ? STATUS_OK : STATUS_NO_MEMORY;
}

static void close_dense(struct layer *layer)
{
    memory_free(layer->state);
    layer->state = NULL;
}

static void prepare(const struct layer *layer)
{
    const size_t in = inputs_of(layer), out = outputs_of(layer);
    if (!layer->state)
        return;
#pragma omp for nowait
    for (size_t first = 0; first < in; first += BLOCK_INPUTS)
        layer->gemm->pack(in, out, first, smaller(BLOCK_INPUTS, in - first), layer->weight + first * out, out,
                          layer->state);
}

/* y = activation(y + bias) */
static void activate(const struct layer *layer, size_t batch, float *y)
{
    double begun = phase_begin(layer->clock);
    layer_kernels()->activations[layer->spec.activation->index].forward(batch, outputs_of(layer), layer->bias, y);
    phase_end(layer->clock, PHASE_TRANSFORM, begun);
}

/* y = x w of packed weights */
static void multiply_packed(const struct layer *layer, const float *x, size_t batch, float *y)
{
    const size_t in = inputs_of(layer), out = outputs_of(layer);
    const struct gemm_batch product = {
        .op_a = GEMM_PLAIN, .op_b = GEMM_PACKED, .m = batch, .n = out, .k = in, .lda = in, .ldc = out};
    double begun = phase_begin(layer->clock);
    layer->gemm->batch(&product, 1, x, layer->state, y);
    phase_end(layer->clock, PHASE_GEMM, begun);
}

/* y = activation(x w + bias) */
static void evaluate(const struct layer *layer, int thread, const float *x, size_t batch, float *y)
{
    (void)thread;
    const size_t in = inputs_of(layer), out = outputs_of(layer);
    if (layer->state) {
        multiply_packed(layer, x, batch, y);
        activate(layer, batch, y);
        return;
    }
    const bool is_linear = layer->spec.activation->index == ACTIVATION_linear;
    double begun = phase_begin(layer->clock);
    for (size_t item = 0; item < batch && is_linear; item++)
        memcpy(y + item * out, layer->bias, out * sizeof *y);
    layer->gemm->single(GEMM_PLAIN, GEMM_PLAIN, batch, out, in, x, in, layer->weight, out, is_linear ? 1.0F : 0.0F, y,
                        out);
    phase_end(layer->clock, PHASE_GEMM, begun);
    if (!is_linear)
        activate(layer, batch, y);
}

static void forward_wide(const struct layer *layer, const float *x, size_t batch, float *y)
{
    const size_t in = inputs_of(layer), out = outputs_of(layer);
#pragma omp for
    for (size_t first = 0; first < out; first += BLOCK_OUTPUTS) {
        double begun = phase_begin(layer->clock);
        layer->gemm->single(GEMM_PLAIN, GEMM_PLAIN, batch, smaller(BLOCK_OUTPUTS, out - first), in, x, in,
                            layer->weight + first, out, 0.0F, y + first, out);
        phase_end(layer->clock, PHASE_GEMM, begun);
    }
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        activate(layer, smaller(BLOCK_ITEMS, batch - first), y + first * out);
}

static void forward(const struct layer *layer, const float *x, size_t batch, float *y)
{
    if (is_wide(layer)) {
        forward_wide(layer, x, batch, y);
        return;
    }
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        evaluate(layer, 0, x + first * inputs_of(layer), smaller(BLOCK_ITEMS, batch - first),
                 y + first * outputs_of(layer));
}

/* d_bias [out] = the sums of dy's columns */
static void add_rows(const float *dy, size_t batch, size_t out, float *d_bias)
{
    memset(d_bias, 0, out * sizeof *d_bias);
    for (size_t item = 0; item < batch; item++)
        for (size_t c = 0; c < out; c++)
            d_bias[c] += dy[item * out + c];
}

/* dy becomes d loss / d (the sums). */
static void through_activation(const struct layer *layer, const float *y, float *dy, size_t batch)
{
    const size_t out = outputs_of(layer);
    const struct activation_kernels *kernels = &layer_kernels()->activations[layer->spec.activation->index];
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        kernels->times_slope(smaller(BLOCK_ITEMS, batch - first) * out, y + first * out, dy + first * out);
}

/* dx = dy w^T: of some inputs of all items, or of all inputs of some items */
static void backward_products(const struct layer *layer, const float *dy, size_t batch, float *dx)
{
    const size_t in = inputs_of(layer), out = outputs_of(layer);
    const size_t inputs = is_wide(layer) ? smaller(BLOCK_OUTPUTS, in) : in;
    const size_t items = is_wide(layer) ? batch : BLOCK_ITEMS;
#pragma omp for collapse(2)
    for (size_t item = 0; item < batch; item += items)
        for (size_t input = 0; input < in; input += inputs) {
            double begun = phase_begin(layer->clock);
            layer->gemm->single(GEMM_PLAIN, GEMM_TRANSPOSED, smaller(items, batch - item), smaller(inputs, in - input),
                                out, dy + item * out, out, layer->weight + input * out, out, 0.0F,
                                dx + item * in + input, in);
            phase_end(layer->clock, PHASE_GEMM, begun);
        }
}

static void backward(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch,
                     float *d_weight, float *d_bias, float *dx)
{
    const size_t in = inputs_of(layer), out = outputs_of(layer);
    if (layer->spec.activation->index != ACTIVATION_linear)
        through_activation(layer, y, dy, batch);
#pragma omp single nowait
    add_rows(dy, batch, out, d_bias);
#pragma omp for nowait
    for (size_t first = 0; first < in; first += BLOCK_INPUTS) {
        double begun = phase_begin(layer->clock);
        layer->gemm->single(GEMM_TRANSPOSED, GEMM_PLAIN, smaller(BLOCK_INPUTS, in - first), out, batch, x + first, in,
                            dy, out, 0.0F, d_weight + first * out, out);
        phase_end(layer->clock, PHASE_GEMM, begun);
    }
    if (dx) {
        backward_products(layer, dy, batch, dx);
    } else {
#pragma omp barrier
    }
}

const struct layer_kind layer_dense = {
    .name = "dense",
    .usage = "OUTPUTS [ACTIVATION]",
    .title = "dense",
    .has_units = true,
    .window = window,
    .open = open_dense,
    .close = close_dense,
    .prepare = prepare,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

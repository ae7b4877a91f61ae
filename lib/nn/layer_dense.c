/* lib/nn/layer_dense.c: the fully connected layer. Work is split at fixed places, among all the threads of the parallel
 * region, as in nn/conv.h. */
#include <stdint.h>
#include <string.h>

#include "core/size.h"
#include "nn/layer.h"
#include "nn/layer_kernels.h"

enum { BLOCK_ITEMS = 16, BLOCK_INPUTS = 256 };

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

/* y = activation(x w + bias) */
static void evaluate(const struct layer *layer, int thread, const float *x, size_t batch, float *y)
{
    (void)thread;
    const size_t in = inputs_of(layer), out = layer->window.c_out;
    const enum activation_index activation = layer->spec.activation->index;
    double begun = phase_begin(layer->clock);
    for (size_t item = 0; item < batch && activation == ACTIVATION_linear; item++)
        memcpy(y + item * out, layer->bias, out * sizeof *y);
    layer->gemm->single(GEMM_PLAIN, GEMM_PLAIN, batch, out, in, x, in, layer->weight, out,
                        activation == ACTIVATION_linear ? 1.0F : 0.0F, y, out);
    begun = phase_next(layer->clock, PHASE_GEMM, begun);
    if (activation == ACTIVATION_linear)
        return;
    layer_kernels()->activations[activation].forward(batch, out, layer->bias, y);
    phase_end(layer->clock, PHASE_TRANSFORM, begun);
}

static void forward(const struct layer *layer, const float *x, size_t batch, float *y)
{
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        evaluate(layer, 0, x + first * inputs_of(layer), smaller(BLOCK_ITEMS, batch - first),
                 y + first * layer->window.c_out);
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
    const size_t out = layer->window.c_out;
    const struct activation_kernels *kernels = &layer_kernels()->activations[layer->spec.activation->index];
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        kernels->times_slope(smaller(BLOCK_ITEMS, batch - first) * out, y + first * out, dy + first * out);
}

static void backward(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch,
                     float *d_weight, float *d_bias, float *dx)
{
    const size_t in = inputs_of(layer), out = layer->window.c_out;
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
    if (!dx) {
#pragma omp barrier
        return;
    }
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS) {
        double begun = phase_begin(layer->clock);
        layer->gemm->single(GEMM_PLAIN, GEMM_TRANSPOSED, smaller(BLOCK_ITEMS, batch - first), in, out, dy + first * out,
                            out, layer->weight, out, 0.0F, dx + first * in, in);
        phase_end(layer->clock, PHASE_GEMM, begun);
    }
}

const struct layer_kind layer_dense = {
    .name = "dense",
    .usage = "OUTPUTS [ACTIVATION]",
    .title = "dense",
    .has_units = true,
    .window = window,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

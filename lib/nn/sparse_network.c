#include "nn/sparse_network.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/planes.h"
#include "nn/sparse_kernels.h"

enum {
    /* This many floats of a run's input are processed per block of channels: what most L1 caches hold. */
    BLOCK_FLOATS = 6144,
    /* The least number of a filter's weights that is worth storing a sum and reloading it. */
    BLOCK_WEIGHTS = 16
};

struct sparse_layer {
    const struct pooling *pooling; /* NULL: sums over weights */
    enum activation_index activation;
    struct conv_shape shape;
    struct planes planes;
    size_t runs, run_outputs, run_stride; /* outputs in consecutive places, and the step from one such run to the
                                           * next */
    size_t blocks, block_channels;        /* channels summed over together */
    uint32_t *start;                      /* [blocks][c_out], and the end; blocks <= c_in */
    uint32_t *offset;                     /* [weights] in floats, by block, then by filter */
    float *value;                         /* [weights] in the same order */
    size_t *tap;                          /* [taps] of pooling: in floats within a channel's plane */
    uint32_t *target;                     /* [height_in * width_in] an input's place in its plane, in floats */
    const float *bias;                    /* [c_out]; borrowed */
    float *input;                         /* [threads][c_in][planes.size][SPARSE_LANES], and slack; padding stays 0 */
    size_t input_size;                    /* floats per thread */
};

struct sparse_network {
    const struct sparse_kernels *kernels;
    struct sparse_layer *layers; /* [layer_count] */
    size_t layer_count;
    float *z; /* [threads][z_size] outputs of a run, filter by filter */
    size_t z_size;
};

/* ---- making ---- */

/* Floats of a run's outputs, for one filter. */
static size_t run_floats(const struct sparse_layer *layer)
{
    return layer->run_outputs * SPARSE_LANES;
}

static size_t filter_weights(const struct conv_shape *s)
{
    return s->kernel_h * s->kernel_w * s->c_in;
}

static void find_runs(struct sparse_layer *layer)
{
    const struct conv_shape *s = &layer->shape;
    bool rows_touch = layer->planes.pitch == 1; /* a series: all of its outputs are one run */
    layer->runs = rows_touch ? 1 : s->height_out;
    layer->run_outputs = rows_touch ? s->height_out : s->width_out;
    layer->run_stride = layer->planes.pitch * SPARSE_LANES;
}

/* The lists of weights, for as many as there may be; or the taps of pooling. */
static enum status lists_make(struct sparse_layer *layer, struct error *error)
{
    const struct conv_shape *s = &layer->shape;
    const size_t taps = s->kernel_h * s->kernel_w;
    if (layer->pooling) {
        layer->tap = memory_alloc(taps, sizeof *layer->tap, error);
        for (size_t tap = 0; layer->tap && tap < taps; tap++)
            layer->tap[tap] = SPARSE_LANES * planes_position(&layer->planes, s, tap / s->kernel_w, tap % s->kernel_w);
        return layer->tap ? STATUS_OK : STATUS_NO_MEMORY;
    }
    const size_t weights = size_multiply(filter_weights(s), s->c_out);
    layer->start = memory_alloc(size_multiply(s->c_in, s->c_out) + 1, sizeof *layer->start, error);
    layer->offset = memory_alloc(weights, sizeof *layer->offset, error);
    layer->value = memory_alloc(weights, sizeof *layer->value, error);
    return layer->start && layer->offset && layer->value ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status layer_make(struct sparse_layer *layer, const struct layer *from, int threads, struct error *error)
{
    const struct conv_shape *shape = &from->window;
    layer->pooling = from->spec.kind->pooling;
    layer->activation = from->spec.activation->index;
    layer->shape = *shape;
    layer->planes = planes_of(shape);
    find_runs(layer);
    layer->input_size = size_multiply(size_multiply(shape->c_in, layer->planes.size), SPARSE_LANES);
    if (layer->input_size > UINT32_MAX / 2)
        return error_set(error, STATUS_UNSUPPORTED, "a layer's input of %zu floats for %d items is too large",
                         layer->input_size, SPARSE_LANES);
    layer->input_size += SPARSE_SLACK;
    const size_t positions = shape->height_in * shape->width_in;
    enum status status = lists_make(layer, error);
    if (status != STATUS_OK)
        return status;
    layer->target = memory_alloc(positions, sizeof *layer->target, error);
    layer->input = memory_alloc(size_multiply((size_t)threads, layer->input_size), sizeof *layer->input, error);
    if (!layer->target || !layer->input)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < positions; i++)
        layer->target[i] =
            SPARSE_LANES * (uint32_t)planes_position(&layer->planes, shape, shape->pad_top + i / shape->width_in,
                                                     shape->pad_left + i % shape->width_in);
    return STATUS_OK;
}

static enum status network_make(struct sparse_network *network, const struct layer *layers, int threads,
                                struct error *error)
{
    network->kernels = sparse_kernels();
    network->layers = memory_alloc(network->layer_count, sizeof *network->layers, error);
    size_t most = 0;
    for (size_t i = 0; network->layers && i < network->layer_count; i++) {
        enum status status = layer_make(&network->layers[i], &layers[i], threads, error);
        if (status != STATUS_OK)
            return status;
        size_t floats = size_multiply(run_floats(&network->layers[i]), layers[i].window.c_out);
        most = floats > most ? floats : most;
    }
    network->z_size = most + SPARSE_SLACK;
    network->z = memory_alloc(size_multiply((size_t)threads, network->z_size), sizeof *network->z, error);
    return network->layers && network->z ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status sparse_network_create(const struct layer *layers, size_t count, int threads,
                                  struct sparse_network **network, struct error *error)
{
    *network = NULL;
    struct sparse_network *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    made->layer_count = count;
    enum status status = network_make(made, layers, threads, error);
    if (status != STATUS_OK) {
        sparse_network_free(made);
        return status;
    }
    *network = made;
    return STATUS_OK;
}

void sparse_network_free(struct sparse_network *network)
{
    if (!network)
        return;
    for (size_t i = 0; network->layers && i < network->layer_count; i++) {
        struct sparse_layer *layer = &network->layers[i];
        memory_free(layer->start);
        memory_free(layer->offset);
        memory_free(layer->value);
        memory_free(layer->tap);
        memory_free(layer->target);
        memory_free(layer->input);
    }
    memory_free(network->layers);
    memory_free(network->z);
    memory_free(network);
}

/* ---- weights ---- */

/* How many channels are summed over together if `count` weights are left: as many as the L1 cache holds, or more if so
 * few weights are left that storing sums would cost more than they do. */
static void choose_blocks(struct sparse_layer *layer, size_t count)
{
    const struct conv_shape *s = &layer->shape;
    const size_t rows = layer->runs > 1 ? s->kernel_h : layer->planes.rows * s->stride_h;
    const size_t fit = BLOCK_FLOATS / (rows * layer->planes.pitch * s->stride_w * SPARSE_LANES);
    const size_t worth = count > 0 ? BLOCK_WEIGHTS * s->c_in * s->c_out / count : s->c_in;
    size_t channels = fit > worth ? fit : worth;
    if (channels < 1)
        channels = 1;
    layer->block_channels = channels < s->c_in ? channels : s->c_in;
    layer->blocks = parts_of(s->c_in, layer->block_channels);
}

static size_t count_weights(const struct conv_shape *s, const float *w)
{
    size_t left = 0, weights = filter_weights(s) * s->c_out;
    for (size_t i = 0; i < weights; i++)
        left += w[i] != 0;
    return left;
}

/* The starts of each block's filters, from their numbers of weights. */
static void find_starts(struct sparse_layer *layer, const float *w)
{
    const struct conv_shape *s = &layer->shape;
    const size_t lists = layer->blocks * s->c_out;
    memset(layer->start, 0, (lists + 1) * sizeof *layer->start);
    for (size_t i = 0; i < filter_weights(s); i++) {
        uint32_t *next = layer->start + i % s->c_in / layer->block_channels * s->c_out + 1;
        for (size_t f = 0; f < s->c_out; f++)
            next[f] += w[i * s->c_out + f] != 0;
    }
    for (size_t i = 0; i < lists; i++)
        layer->start[i + 1] += layer->start[i];
}

double sparse_multiply_adds(const struct sparse_network *network, size_t layer, const float *w)
{
    const struct conv_shape *s = &network->layers[layer].shape;
    return (double)count_weights(s, w) * (double)(s->height_out * s->width_out);
}

void sparse_network_set_layer(struct sparse_network *network, size_t index, const float *w, const float *bias)
{
    struct sparse_layer *layer = &network->layers[index];
    const struct conv_shape *s = &layer->shape;
    const size_t taps = s->kernel_h * s->kernel_w;
    if (layer->pooling)
        return;
    layer->bias = bias;
    choose_blocks(layer, count_weights(s, w));
    find_starts(layer, w);
    /* start[i] advances to the start of list i + 1, which is start[i + 1] again once all are shifted by one. */
    for (size_t i = 0; i < filter_weights(s); i++) {
        size_t channel = i / taps, tap = i % taps;
        size_t place =
            channel * layer->planes.size + planes_position(&layer->planes, s, tap / s->kernel_w, tap % s->kernel_w);
        const float *row = w + (tap * s->c_in + channel) * s->c_out;
        uint32_t *start = layer->start + channel / layer->block_channels * s->c_out;
        for (size_t f = 0; f < s->c_out; f++) {
            if (row[f] != 0) {
                layer->offset[start[f]] = (uint32_t)place * SPARSE_LANES;
                layer->value[start[f]++] = row[f];
            }
        }
    }
    memmove(layer->start + 1, layer->start, layer->blocks * s->c_out * sizeof *layer->start);
    layer->start[0] = 0;
}

/* ---- running ---- */

static float *input_of(const struct sparse_layer *layer, int thread)
{
    return layer->input + (size_t)thread * layer->input_size;
}

/* Lanes without an item get the last one; their results are unused. */
static void put_items(const struct sparse_layer *layer, const float *x, size_t items, float *input)
{
    const struct conv_shape *s = &layer->shape;
    const size_t positions = s->height_in * s->width_in, plane = layer->planes.size * SPARSE_LANES;
    const float *item[SPARSE_LANES];
    for (size_t i = 0; i < SPARSE_LANES; i++)
        item[i] = x + (i < items ? i : items - 1) * positions * s->c_in;
    for (size_t p = 0; p < positions; p++) {
        for (size_t c = 0; c < s->c_in; c++) {
            float *lanes = input + c * plane + layer->target[p];
            for (size_t i = 0; i < SPARSE_LANES; i++)
                lanes[i] = item[i][p * s->c_in + c];
        }
    }
}

/* Outputs `run` of filter f: the inputs of the next layer. */
static void spread_run(const struct sparse_layer *layer, const struct sparse_layer *next, size_t run, size_t f,
                       const float *z, float *next_input)
{
    float *plane = next_input + f * next->planes.size * SPARSE_LANES;
    const uint32_t *target = next->target + run * layer->run_outputs;
    for (size_t q = 0; q < layer->run_outputs; q++)
        memcpy(plane + target[q], z + q * SPARSE_LANES, SPARSE_LANES * sizeof *z);
}

/* The outputs of run `run`, filter by filter, without bias: z [c_out][run_floats]. Block by block of the channels, so
 * that the input that all filters read stays in the cache. */
static void sum_run(const struct sparse_network *network, const struct sparse_layer *layer, const float *input,
                    size_t run, float *z)
{
    const size_t c_out = layer->shape.c_out, floats = run_floats(layer);
    const float *x = input + run * layer->run_stride;
    for (size_t block = 0; block < layer->blocks; block++) {
        const uint32_t *start = layer->start + block * c_out;
        for (size_t f = 0; f < c_out; f++) {
            const size_t first = start[f], count = start[f + 1] - first;
            if (count > 0 || block == 0)
                network->kernels->sum(count, layer->offset + first, layer->value + first, x, floats, block > 0,
                                      z + f * floats);
        }
    }
}

/* The outputs of run `run` of a pooling layer, channel by channel. */
static void pool_run(const struct sparse_layer *layer, const float *input, size_t run, float *z)
{
    const struct conv_shape *s = &layer->shape;
    const size_t floats = run_floats(layer), plane = layer->planes.size * SPARSE_LANES;
    for (size_t c = 0; c < s->c_out; c++)
        layer->pooling->reduce(s->kernel_h * s->kernel_w, layer->tap, input + c * plane + run * layer->run_stride,
                               floats, z + c * floats);
}

static void evaluate_layers(const struct sparse_network *network, int thread, float *z)
{
    for (size_t l = 0; l + 1 < network->layer_count; l++) {
        const struct sparse_layer *layer = &network->layers[l], *next = layer + 1;
        const size_t floats = run_floats(layer);
        for (size_t run = 0; run < layer->runs; run++) {
            if (layer->pooling)
                pool_run(layer, input_of(layer, thread), run, z);
            else
                sum_run(network, layer, input_of(layer, thread), run, z);
            for (size_t f = 0; f < layer->shape.c_out; f++) {
                if (!layer->pooling)
                    network->kernels->activations[layer->activation].add_bias(floats, layer->bias[f], z + f * floats);
                spread_run(layer, next, run, f, z + f * floats, input_of(next, thread));
            }
        }
    }
}

void sparse_network_evaluate(const struct sparse_network *network, int thread, const float *x, size_t batch,
                             float *logits)
{
    const struct sparse_layer *first = network->layers, *dense = first + network->layer_count - 1;
    const size_t classes = dense->shape.c_out;
    const size_t size = conv_size_in(&first->shape);
    float *z = network->z + (size_t)thread * network->z_size;
    for (size_t done = 0; done < batch; done += SPARSE_LANES) {
        size_t items = smaller(SPARSE_LANES, batch - done);
        put_items(first, x + done * size, items, input_of(first, thread));
        evaluate_layers(network, thread, z);
        sum_run(network, dense, input_of(dense, thread), 0, z);
        for (size_t f = 0; f < classes; f++) {
            for (size_t i = 0; i < items; i++)
                logits[(done + i) * classes + f] = z[f * SPARSE_LANES + i] + dense->bias[f];
        }
    }
}

/* Convolution as a matrix product: each output pixel's inputs are laid out as one row of a matrix ("im2col"), which is
 * then multiplied by the weights [kernel_h kernel_w c_in][c_out]. Fits any shape; best with few input channels.
 *
 * A batch is split into a fixed number of parts; each has its own sums of the gradients of weight and bias, added in
 * order at the end. A thread has the same parts forward and backward, so their activations stay in its cache; but if
 * the weights are large there are fewer parts backward, since each has sums of that size. A part's items are processed
 * in blocks of a fixed size. */
#include "nn/conv.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/layer_kernels.h"

enum {
    BLOCK_FLOATS = 1 << 17, /* target size of a block's matrix: half a MiB, well inside the L2 cache */
    LARGE_WEIGHT = 1 << 17, /* a sum of the weights' gradient beyond this many floats costs more than it gains */
    PARTS = 16,             /* of the batch */
    PARTS_OF_LARGE = 4,
    REDUCE_FLOATS = 4096 /* sums of parts are added in pieces of this size */
};

static size_t row_size(const struct conv_shape *shape)
{
    return shape->kernel_h * shape->kernel_w * shape->c_in;
}

static size_t pixels_out(const struct conv_shape *shape)
{
    return shape->height_out * shape->width_out;
}

static size_t items_of_block(const struct conv_shape *shape)
{
    size_t items = BLOCK_FLOATS / (row_size(shape) * pixels_out(shape));
    return items > 0 ? items : 1;
}

static size_t part_count(const struct conv_shape *shape)
{
    return row_size(shape) * shape->c_out > LARGE_WEIGHT ? PARTS_OF_LARGE : PARTS;
}

/* The workspace is a list of slots, one per part or thread. Each has a block's matrix, followed in training by the
 * part's d_weight and d_bias. */
static size_t matrix_size(const struct conv_shape *shape)
{
    return round_up(items_of_block(shape) * pixels_out(shape) * row_size(shape), 16);
}

static size_t slot_size(const struct conv *conv)
{
    size_t sums = (row_size(&conv->shape) + 1) * conv->shape.c_out;
    return matrix_size(&conv->shape) + (conv->use.training ? round_up(sums, 16) : 0);
}

static size_t workspace_size(const struct conv *conv)
{
    size_t slots = (size_t)conv->use.threads;
    if (conv->use.training && slots < part_count(&conv->shape))
        slots = part_count(&conv->shape);
    return size_multiply(slots, slot_size(conv));
}

static int supports(const struct conv_shape *shape)
{
    (void)shape;
    return 1;
}

static void prepare(const struct conv *conv)
{
    (void)conv; /* the weights are used as they are */
}

/* The part of a kernel's extent that lies inside the input along one dimension. start: of the kernel, in padded
 * coordinates. */
struct overlap {
    size_t first, end; /* taps of the kernel: first <= tap < end */
    size_t input;      /* coordinate of tap `first` in the input */
};

static struct overlap overlap(size_t start, size_t kernel, size_t pad, size_t in)
{
    struct overlap o = {.first = start < pad ? pad - start : 0, .end = kernel};
    if (o.first > kernel)
        o.first = kernel;
    if (start + kernel > pad + in)
        o.end = pad + in > start ? pad + in - start : 0;
    if (o.end < o.first)
        o.end = o.first;
    o.input = start + o.first - pad;
    return o;
}

/* One item: col [height_out width_out][kernel_h][kernel_w][c_in] from x [height_in][width_in][c_in]. Along the kernel's
 * width, inputs are in the same order as in the row: whole runs are copied. */
static void im2col_item(const struct conv_shape *s, const float *x, float *col)
{
    const size_t run = s->kernel_w * s->c_in;
    for (size_t oh = 0; oh < s->height_out; oh++) {
        struct overlap h = overlap(oh * s->stride_h, s->kernel_h, s->pad_top, s->height_in);
        for (size_t ow = 0; ow < s->width_out; ow++, col += s->kernel_h * run) {
            struct overlap w = overlap(ow * s->stride_w, s->kernel_w, s->pad_left, s->width_in);
            size_t count = (w.end - w.first) * s->c_in;
            if (h.end - h.first < s->kernel_h || count < run)
                memset(col, 0, s->kernel_h * run * sizeof *col);
            for (size_t tap = h.first; tap < h.end && count > 0; tap++) {
                size_t row = h.input + (tap - h.first);
                memcpy(col + tap * run + w.first * s->c_in, x + (row * s->width_in + w.input) * s->c_in,
                       count * sizeof *col);
            }
        }
    }
}

/* The adjoint of im2col_item: adds each element of col back to its source. */
static void col2im_item(const struct conv_shape *s, const float *col, float *dx /* adds */)
{
    const size_t run = s->kernel_w * s->c_in;
    for (size_t oh = 0; oh < s->height_out; oh++) {
        struct overlap h = overlap(oh * s->stride_h, s->kernel_h, s->pad_top, s->height_in);
        for (size_t ow = 0; ow < s->width_out; ow++, col += s->kernel_h * run) {
            struct overlap w = overlap(ow * s->stride_w, s->kernel_w, s->pad_left, s->width_in);
            size_t count = (w.end - w.first) * s->c_in;
            for (size_t tap = h.first; tap < h.end && count > 0; tap++) {
                size_t row = h.input + (tap - h.first);
                const float *from = col + tap * run + w.first * s->c_in;
                float *to = dx + (row * s->width_in + w.input) * s->c_in;
                for (size_t i = 0; i < count; i++)
                    to[i] += from[i];
            }
        }
    }
}

static void im2col(const struct conv_shape *s, const float *x, size_t items, float *col)
{
    for (size_t item = 0; item < items; item++)
        im2col_item(s, x + item * conv_size_in(s), col + item * pixels_out(s) * row_size(s));
}

static void forward_block(const struct conv *conv, int thread, const float *x, size_t items, float *y)
{
    const struct conv_shape *s = &conv->shape;
    const size_t k = row_size(s), rows = items * pixels_out(s);
    float *col = conv->workspace + (size_t)thread * slot_size(conv);
    double begun = phase_begin(conv->clock);
    im2col(s, x, items, col);
    begun = phase_next(conv->clock, PHASE_TRANSFORM, begun);
    conv->gemm->single(GEMM_PLAIN, GEMM_PLAIN, rows, s->c_out, k, col, k, conv->weight, s->c_out, 0.0F, y, s->c_out);
    begun = phase_next(conv->clock, PHASE_GEMM, begun);
    conv_activation(conv)->forward(rows, s->c_out, conv->bias, y);
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

static void evaluate(const struct conv *conv, int thread, const float *x, size_t batch, float *y)
{
    const struct conv_shape *s = &conv->shape;
    const size_t block = items_of_block(s), size_in = conv_size_in(s);
    for (size_t first = 0; first < batch; first += block)
        forward_block(conv, thread, x + first * size_in, smaller(block, batch - first), y + first * conv_size_out(s));
}

static void forward(const struct conv *conv, const float *x, size_t batch, float *y)
{
    const struct conv_shape *s = &conv->shape;
#pragma omp for
    for (size_t part = 0; part < PARTS; part++) {
        const struct range items = part_of(batch, part, PARTS);
        evaluate(conv, omp_get_thread_num(), x + items.first * conv_size_in(s), items.size,
                 y + items.first * conv_size_out(s));
    }
}

/* One block of items: adds to the part's sums and, if wanted, writes dx. */
static void backward_block(const struct conv *conv, const float *x, const float *y, float *dy, size_t items, float *col,
                           float *d_weight, float *d_bias, float *dx)
{
    const struct conv_shape *s = &conv->shape;
    const size_t rows = items * pixels_out(s), k = row_size(s), size_in = conv_size_in(s);
    double begun = phase_begin(conv->clock);
    conv_activation(conv)->backward(rows, s->c_out, y, dy, d_bias);
    im2col(s, x, items, col);
    begun = phase_next(conv->clock, PHASE_TRANSFORM, begun);
    conv->gemm->single(GEMM_TRANSPOSED, GEMM_PLAIN, k, s->c_out, rows, col, k, dy, s->c_out, 1.0F, d_weight, s->c_out);
    begun = phase_next(conv->clock, PHASE_GEMM, begun);
    if (!dx)
        return;
    conv->gemm->single(GEMM_PLAIN, GEMM_TRANSPOSED, rows, k, s->c_out, dy, s->c_out, conv->weight, s->c_out, 0.0F, col,
                       k);
    begun = phase_next(conv->clock, PHASE_GEMM, begun);
    memset(dx, 0, items * size_in * sizeof *dx);
    for (size_t item = 0; item < items; item++)
        col2im_item(s, col + item * pixels_out(s) * k, dx + item * size_in);
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

static void add_bias_parts(const float *sums, size_t slot, size_t parts, size_t c_out, float *d_bias)
{
    memcpy(d_bias, sums, c_out * sizeof *d_bias);
    for (size_t part = 1; part < parts; part++)
        for (size_t c = 0; c < c_out; c++)
            d_bias[c] += sums[part * slot + c];
}

/* d_weight and d_bias = the sum of the parts' sums, in order. */
static void add_parts(const struct conv *conv, float *d_weight, float *d_bias)
{
    const struct conv_shape *s = &conv->shape;
    const size_t weights = row_size(s) * s->c_out, slot = slot_size(conv), parts = part_count(s);
    const float *sums = conv->workspace + matrix_size(s);
#pragma omp single nowait
    add_bias_parts(sums + weights, slot, parts, s->c_out, d_bias);
#pragma omp for
    for (size_t first = 0; first < weights; first += REDUCE_FLOATS) {
        size_t count = smaller(REDUCE_FLOATS, weights - first);
        double begun = phase_begin(conv->clock);
        memcpy(d_weight + first, sums + first, count * sizeof *d_weight);
        for (size_t part = 1; part < parts; part++)
            for (size_t i = first; i < first + count; i++)
                d_weight[i] += sums[part * slot + i];
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

static void backward(const struct conv *conv, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                     float *d_bias, float *dx)
{
    const struct conv_shape *s = &conv->shape;
    const size_t parts = part_count(s), block = items_of_block(s), weights = row_size(s) * s->c_out;
    const size_t size_in = conv_size_in(s), size_out = conv_size_out(s);
#pragma omp for
    for (size_t part = 0; part < parts; part++) {
        float *col = conv->workspace + part * slot_size(conv);
        float *sums = col + matrix_size(s);
        memset(sums, 0, (weights + s->c_out) * sizeof *sums);
        const struct range some = part_of(batch, part, parts);
        const size_t end = some.first + some.size;
        for (size_t first = some.first; first < end; first += block) {
            size_t items = smaller(block, end - first);
            backward_block(conv, x + first * size_in, y + first * size_out, dy + first * size_out, items, col, sums,
                           sums + weights, dx ? dx + first * size_in : NULL);
        }
    }
    add_parts(conv, d_weight, d_bias);
}

const struct conv_algorithm conv_im2col = {
    .name = "im2col",
    .supports = supports,
    .workspace_size = workspace_size,
    .prepare = prepare,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

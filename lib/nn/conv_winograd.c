/* Convolution through the Winograd transforms of nn/winograd.h, for kernels of 3 taps with stride 1, or of 5 and 6
 * with stride 2.
 *
 * A thread transforms some of the items and multiplies at some of the points, always the same ones. V is kept from
 * forward to backward, where dV = dM U^T comes after dU = V^T dM and replaces V. */
#include "nn/winograd.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/layer_kernels.h"

enum {
    FREE_SHARE = 8,  /* about one in this many points belongs to no thread */
    FILTER_ROWS = 8, /* rows transformed at once */
    ITEM_PARTS = 32  /* parts of the batch that each have a sum of the bias's gradient */
};

/* How many items evaluation takes at once. Products of few tiles are slow; V and M of many exceed the L2 cache: with 1
 * MiB of it (Zen) 64 tiles did best, 2 to 8 % better than 32, with 2 MiB (Xeons since 2023) 128. The rounding is the
 * same. */
static size_t items_evaluated(const struct conv *conv, size_t tiles_of_item)
{
    const size_t tiles = conv->second_cache >= 2U << 20 ? 128 : 64;
    return larger(1, smaller(conv->use.max_batch, tiles / tiles_of_item));
}

struct plan {
    struct winograd_shape shape;
    const struct winograd_transforms *transforms;
    size_t tiles_of_item;
    size_t tiles; /* of the batch, once there is one */
    size_t items; /* that fit into V and M: a batch in training; some in evaluation, for each thread */
    size_t stride_u, stride_v, stride_m;      /* floats between points; dU uses U's */
    size_t u_size, vm_size, zeros_size, size; /* floats of U, of one thread's V and M, of zeros, of all */
    size_t stride_some;                       /* floats between points of FILTER_ROWS rows of U */
    float *u;                                 /* [points][rows][c_out]; in evaluation packed for the products */
    float *some;       /* in evaluation, for each thread: FILTER_ROWS rows before they are packed */
    float *v;          /* [points][tiles][rows]; dV later */
    float *m;          /* [points][tiles][c_out]; dM later */
    float *du;         /* [points][rows][c_out], in training */
    float *zeros;      /* [c_in] */
    float *bias_parts; /* [ITEM_PARTS][c_out] */
};

/* An odd number of cache lines, so that the same element of all points falls into different sets of a cache. */
static size_t point_stride(size_t floats)
{
    return (parts_of(floats, 16) | 1) * 16;
}

/* The layout of the workspace; the arrays are not set yet. */
static struct plan plan_sizes(const struct conv *conv)
{
    const struct conv_shape *s = &conv->shape;
    const size_t trained = conv->use.training ? conv->use.max_batch : 0;
    struct plan p = {.shape = winograd_shape(s, winograd_choice(s, trained, conv->use.bf16))};
    p.shape.activation = conv->use.activation;
    p.transforms = &conv->winograd_kernels->transforms[p.shape.filtering];
    p.tiles_of_item = p.shape.tiles_h * p.shape.tiles_w;
    p.items = conv->use.training ? conv->use.max_batch : items_evaluated(conv, p.tiles_of_item);
    const size_t tiles = p.items * p.tiles_of_item, points = p.shape.points;
    p.stride_u = point_stride(conv->use.training ? p.shape.rows * s->c_out : gemm_packed_size(p.shape.rows, s->c_out));
    p.stride_some = point_stride(FILTER_ROWS * s->c_out);
    p.stride_v = point_stride(tiles * p.shape.rows);
    p.stride_m = point_stride(tiles * s->c_out);
    p.u_size = points * p.stride_u;
    p.zeros_size = round_up(s->c_in, 16);
    p.vm_size = points * (p.stride_v + p.stride_m);
    p.size = p.u_size + p.zeros_size +
             (conv->use.training ? p.vm_size + p.u_size + ITEM_PARTS * s->c_out
                                 : (p.vm_size + points * p.stride_some) * (size_t)conv->use.threads);
    return p;
}

/* thread: whose V and M, in evaluation; 0 in training */
static struct plan make_plan(const struct conv *conv, int thread)
{
    struct plan p = plan_sizes(conv);
    p.u = conv->workspace;
    p.zeros = p.u + p.u_size;
    float *vm = p.zeros + p.zeros_size;
    p.v = vm + (size_t)thread * p.vm_size;
    p.m = p.v + p.shape.points * p.stride_v;
    p.du = vm + p.vm_size;
    p.bias_parts = p.du + p.u_size;
    p.some = vm + (size_t)conv->use.threads * p.vm_size;
    return p;
}

static size_t workspace_size(const struct conv *conv)
{
    return plan_sizes(conv).size;
}

static int supports(const struct conv_shape *s)
{
    return (winograd_is_of_images(s) || winograd_is_of_series(s)) && s->c_in >= WINOGRAD_LEAST_CHANNELS &&
           s->c_out >= WINOGRAD_LEAST_CHANNELS && winograd_pays(s);
}

/* Rows of U for evaluation, packed. */
static void pack_rows(const struct conv *conv, const struct plan *p, size_t row, size_t rows)
{
    const size_t k = p->shape.rows, n = conv->shape.c_out;
    float *some = p->some + (size_t)omp_get_thread_num() * p->shape.points * p->stride_some;
    p->transforms->filter(&p->shape, conv->weight, row, rows, some, p->stride_some);
    for (size_t point = 0; point < p->shape.points; point++)
        conv->gemm->pack(k, n, row, rows, some + point * p->stride_some, n, p->u + point * p->stride_u);
}

static void prepare(const struct conv *conv)
{
    const struct plan p = make_plan(conv, 0);
#pragma omp for nowait
    for (size_t row = 0; row < p.shape.rows; row += FILTER_ROWS) {
        const size_t rows = smaller(FILTER_ROWS, p.shape.rows - row);
        double begun = phase_begin(conv->clock);
        if (conv->use.training)
            p.transforms->filter(&p.shape, conv->weight, row, rows, p.u + row * conv->shape.c_out, p.stride_u);
        else
            pack_rows(conv, &p, row, rows);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

typedef void product_fn(const struct conv *conv, const struct plan *p, struct range points);

static void multiply_some(const struct conv *conv, const struct plan *p, struct range points, product_fn *product)
{
    double begun = phase_begin(conv->clock);
    product(conv, p, points);
    phase_end(conv->clock, PHASE_GEMM, begun);
}

/* The products of all points. Most belong to a thread, the same in every product of a step, so that their matrices stay
 * in its cache; if there are many, the last ones go to whichever thread is free, so that all threads end together,
 * whatever else the machine does. */
static void multiply(const struct conv *conv, const struct plan *p, product_fn *product)
{
    const size_t points = p->shape.points, threads = (size_t)omp_get_num_threads();
    const size_t own = smaller(points / threads, parts_of(points - points / FREE_SHARE, threads));
    multiply_some(conv, p, (struct range){(size_t)omp_get_thread_num() * own, own}, product);
#pragma omp for schedule(dynamic)
    for (size_t point = threads * own; point < points; point++)
        multiply_some(conv, p, (struct range){point, 1}, product);
}

/* M = V U */
static void forward_product(const struct conv *conv, const struct plan *p, struct range points)
{
    const size_t k = p->shape.rows, n = p->shape.conv.c_out;
    const enum gemm_op op_u = conv->use.training ? GEMM_PLAIN : GEMM_PACKED;
    const struct gemm_batch product = {GEMM_PLAIN, op_u, p->tiles,    n,           k,          k,
                                       n,          n,    p->stride_v, p->stride_u, p->stride_m};
    conv->gemm->batch(&product, points.size, p->v + points.first * p->stride_v, p->u + points.first * p->stride_u,
                      p->m + points.first * p->stride_m);
}

static void forward(const struct conv *conv, const float *x, size_t batch, float *y)
{
    const struct conv_shape *s = &conv->shape;
    struct plan p = make_plan(conv, 0);
    const size_t size_in = conv_size_in(s), size_out = conv_size_out(s);
    const size_t k = p.shape.rows, n = s->c_out;
    p.tiles = batch * p.tiles_of_item;
#pragma omp for
    for (size_t item = 0; item < batch; item++) {
        double begun = phase_begin(conv->clock);
        p.transforms->input(&p.shape, x + item * size_in, p.zeros, p.v + item * p.tiles_of_item * k, p.stride_v);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
    multiply(conv, &p, forward_product);
#pragma omp for
    for (size_t item = 0; item < batch; item++) {
        double begun = phase_begin(conv->clock);
        p.transforms->output(&p.shape, p.m + item * p.tiles_of_item * n, p.stride_m, conv->bias, y + item * size_out);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

/* `items` have p->tiles */
static void evaluate_items(const struct conv *conv, const struct plan *p, const float *x, size_t items, float *y)
{
    const struct conv_shape *s = &conv->shape;
    const size_t size_in = conv_size_in(s), size_out = conv_size_out(s);
    const size_t tiles = p->tiles_of_item, k = p->shape.rows, n = s->c_out;
    double begun = phase_begin(conv->clock);
    for (size_t item = 0; item < items; item++)
        p->transforms->input(&p->shape, x + item * size_in, p->zeros, p->v + item * tiles * k, p->stride_v);
    begun = phase_next(conv->clock, PHASE_TRANSFORM, begun);
    forward_product(conv, p, (struct range){0, p->shape.points});
    begun = phase_next(conv->clock, PHASE_GEMM, begun);
    for (size_t item = 0; item < items; item++)
        p->transforms->output(&p->shape, p->m + item * tiles * n, p->stride_m, conv->bias, y + item * size_out);
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

static void evaluate(const struct conv *conv, int thread, const float *x, size_t batch, float *y)
{
    const struct conv_shape *s = &conv->shape;
    struct plan p = make_plan(conv, thread);
    const size_t size_in = conv_size_in(s), size_out = conv_size_out(s);
    for (size_t first = 0; first < batch; first += p.items) {
        const size_t items = smaller(p.items, batch - first);
        p.tiles = items * p.tiles_of_item;
        evaluate_items(conv, &p, x + first * size_in, items, y + first * size_out);
    }
}

/* A part of the batch: dy becomes d loss / d (the sums), whose sum over the part is kept for the bias; dM
 * is the adjoint of the output transform of it. */
static void gradient_of_part(const struct conv *conv, const struct plan *p, size_t part, const float *y, float *dy,
                             size_t batch)
{
    const struct conv_shape *s = &conv->shape;
    const struct range items = part_of(batch, part, ITEM_PARTS);
    const size_t size_out = conv_size_out(s), pixels = s->height_out * s->width_out;
    float *d_bias = p->bias_parts + part * s->c_out;
    double begun = phase_begin(conv->clock);
    memset(d_bias, 0, s->c_out * sizeof *d_bias);
    for (size_t item = items.first; item < items.first + items.size; item++) {
        conv_activation(conv)->backward(pixels, s->c_out, y + item * size_out, dy + item * size_out, d_bias);
        p->transforms->output_adjoint(&p->shape, dy + item * size_out, p->m + item * p->tiles_of_item * s->c_out,
                                      p->stride_m);
    }
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

static void add_bias_parts(const struct plan *p, float *d_bias)
{
    const size_t c_out = p->shape.conv.c_out;
    memset(d_bias, 0, c_out * sizeof *d_bias);
    for (size_t part = 0; part < ITEM_PARTS; part++)
        for (size_t c = 0; c < c_out; c++)
            d_bias[c] += p->bias_parts[part * c_out + c];
}

/* dU = V^T dM */
static void weight_product(const struct conv *conv, const struct plan *p, struct range points)
{
    const size_t k = p->shape.rows, n = p->shape.conv.c_out;
    const struct gemm_batch product = {GEMM_TRANSPOSED, GEMM_PLAIN,  k,          n, p->tiles, k, n, n,
                                       p->stride_v,     p->stride_m, p->stride_u};
    conv->gemm->batch(&product, points.size, p->v + points.first * p->stride_v, p->m + points.first * p->stride_m,
                      p->du + points.first * p->stride_u);
}

/* d_weight = the adjoint of the filter transform of dU. Does not wait for the other threads. */
static void weight_gradient(const struct conv *conv, const struct plan *p, float *d_weight)
{
    const size_t rows = p->shape.rows, n = p->shape.conv.c_out;
#pragma omp for nowait
    for (size_t row = 0; row < rows; row += FILTER_ROWS) {
        double begun = phase_begin(conv->clock);
        p->transforms->filter_adjoint(&p->shape, p->du + row * n, p->stride_u, row, smaller(FILTER_ROWS, rows - row),
                                      d_weight);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

/* dV = dM U^T */
static void input_product(const struct conv *conv, const struct plan *p, struct range points)
{
    const size_t k = p->shape.rows, n = p->shape.conv.c_out;
    const struct gemm_batch product = {GEMM_PLAIN, GEMM_TRANSPOSED, p->tiles,    k,          n, n, n,
                                       k,          p->stride_m,     p->stride_u, p->stride_v};
    conv->gemm->batch(&product, points.size, p->m + points.first * p->stride_m, p->u + points.first * p->stride_u,
                      p->v + points.first * p->stride_v);
}

/* dx = the adjoint of the input transform of dV. Does not wait either. */
static void input_gradient(const struct conv *conv, const struct plan *p, size_t batch, float *dx)
{
    const size_t size_in = conv_size_in(&conv->shape);
#pragma omp for nowait
    for (size_t item = 0; item < batch; item++) {
        double begun = phase_begin(conv->clock);
        p->transforms->input_adjoint(&p->shape, p->v + item * p->tiles_of_item * p->shape.rows, p->stride_v,
                                     dx + item * size_in);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

static void backward(const struct conv *conv, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                     float *d_bias, float *dx)
{
    (void)x; /* V holds all that is needed of it */
    struct plan p = make_plan(conv, 0);
    p.tiles = batch * p.tiles_of_item;
#pragma omp for
    for (size_t part = 0; part < ITEM_PARTS; part++)
        gradient_of_part(conv, &p, part, y, dy, batch);
#pragma omp single nowait
    add_bias_parts(&p, d_bias);
    multiply(conv, &p, weight_product);
    weight_gradient(conv, &p, d_weight);
    if (dx) {
        multiply(conv, &p, input_product);
        input_gradient(conv, &p, batch, dx);
    }
#pragma omp barrier
}

const struct conv_algorithm conv_winograd = {
    .name = "winograd",
    .supports = supports,
    .workspace_size = workspace_size,
    .prepare = prepare,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

/* Convolution of images with few channels through the transforms of nn/winograd_few.h, for 6 x 6 kernels with stride 2.
 *
 * V is kept from forward to backward. In backward, a block of channels and a part of the items are one thread's work;
 * the parts' gradients are added in order at the end. */
#include "nn/winograd_few.h"

#include <omp.h>
#include <string.h>

#include "core/size.h"

enum { LEAST_UNITS = 16 }; /* least number of pieces of backward's work */

struct plan {
    struct winograd_shape shape;
    const struct winograd_few_transforms *transforms;
    size_t blocks, parts;   /* of channels; of items */
    size_t taps;            /* of a kernel, for all channels */
    size_t kept;            /* Vs: of the items in training, of the threads in evaluation */
    size_t u_size, dm_size; /* of a block */
    size_t v_size;          /* of an item */
    size_t sums_size;       /* of a block and a part */
    size_t size;            /* of all */
    float *u;               /* [blocks][u_size] */
    float *v;               /* [kept][v_size] */
    float *sums;            /* [parts][blocks][taps + 1][WINOGRAD_BLOCK]: d_weight and d_bias, in training */
    float *scratch;         /* [threads][u_size + dm_size], in training */
};

/* The layout of the workspace; the arrays are not set yet. */
static struct plan plan_sizes(const struct conv *conv)
{
    const struct conv_shape *s = &conv->shape;
    const int training = conv->use.training;
    const size_t threads = (size_t)conv->use.threads;
    struct plan p = {.shape = winograd_shape(s, winograd_choice(s, training ? conv->use.max_batch : 0, 0))};
    p.shape.activation = conv->use.activation;
    p.transforms = &conv->winograd_few_kernels->transforms[p.shape.filtering];
    p.blocks = parts_of(s->c_out, WINOGRAD_BLOCK);
    p.parts = parts_of(LEAST_UNITS, p.blocks);
    p.taps = s->kernel_h * s->kernel_w * s->c_in;
    p.kept = training ? conv->use.max_batch : threads;
    p.u_size = p.shape.points * p.shape.rows * WINOGRAD_BLOCK;
    p.dm_size = p.shape.points * winograd_few_dm_stride(&p.shape);
    p.v_size = p.shape.points * winograd_few_lanes(&p.shape);
    p.sums_size = (p.taps + 1) * WINOGRAD_BLOCK;
    p.size = p.blocks * p.u_size + p.kept * p.v_size +
             (training ? p.parts * p.blocks * p.sums_size + threads * (p.u_size + p.dm_size) : 0);
    return p;
}

static struct plan make_plan(const struct conv *conv)
{
    struct plan p = plan_sizes(conv);
    p.u = conv->workspace;
    p.v = p.u + p.blocks * p.u_size;
    p.sums = p.v + p.kept * p.v_size;
    p.scratch = p.sums + p.parts * p.blocks * p.sums_size;
    return p;
}

static size_t workspace_size(const struct conv *conv)
{
    return plan_sizes(conv).size;
}

static int supports(const struct conv_shape *s)
{
    return winograd_is_of_images(s) && s->stride_h == 2 && s->c_in < WINOGRAD_LEAST_CHANNELS &&
           s->c_out >= WINOGRAD_BLOCK && winograd_pays(s);
}

static void prepare(const struct conv *conv)
{
    const struct plan p = make_plan(conv);
#pragma omp for nowait
    for (size_t block = 0; block < p.blocks; block++) {
        double begun = phase_begin(conv->clock);
        p.transforms->filter(&p.shape, conv->weight, block, p.u + block * p.u_size);
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

static void forward_item(const struct conv *conv, const struct plan *p, const float *x, float *v, float *y)
{
    double begun = phase_begin(conv->clock);
    p->transforms->input(&p->shape, x, v);
    p->transforms->output(&p->shape, v, p->u, conv->bias, y);
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

static void forward(const struct conv *conv, const float *x, size_t batch, float *y)
{
    const struct plan p = make_plan(conv);
#pragma omp for
    for (size_t item = 0; item < batch; item++)
        forward_item(conv, &p, x + item * conv_size_in(&conv->shape), p.v + item * p.v_size,
                     y + item * conv_size_out(&conv->shape));
}

static void evaluate(const struct conv *conv, int thread, const float *x, size_t batch, float *y)
{
    const struct plan p = make_plan(conv);
    for (size_t item = 0; item < batch; item++)
        forward_item(conv, &p, x + item * conv_size_in(&conv->shape), p.v + (size_t)thread * p.v_size,
                     y + item * conv_size_out(&conv->shape));
}

/* One unit: a block of channels and a part of the items. */
static void gradient_unit(const struct conv *conv, const struct plan *p, size_t unit, const float *y, const float *dy,
                          size_t batch)
{
    const struct range items = part_of(batch, unit / p->blocks, p->parts);
    float *sums = p->sums + unit * p->sums_size;
    float *scratch = p->scratch + (size_t)omp_get_thread_num() * (p->u_size + p->dm_size);
    const size_t out = items.first * conv_size_out(&conv->shape);
    double begun = phase_begin(conv->clock);
    p->transforms->weight_gradient(
        &p->shape, p->v + items.first * p->v_size, y + out, dy + out, items.size, unit % p->blocks,
        &(struct winograd_few_sums){
            .d_weight = sums, .d_bias = sums + p->taps * WINOGRAD_BLOCK, .du = scratch, .dm = scratch + p->u_size});
    phase_end(conv->clock, PHASE_TRANSFORM, begun);
}

/* A row of c_out gradients = the sum of the parts' rows. */
static void add_parts(const struct plan *p, const float *sums, float *row)
{
    for (size_t block = 0; block < p->blocks; block++) {
        float *to = row + winograd_few_channel(block, p->shape.conv.c_out);
        memcpy(to, sums + block * p->sums_size, WINOGRAD_BLOCK * sizeof *to);
        for (size_t part = 1; part < p->parts; part++)
            for (size_t c = 0; c < WINOGRAD_BLOCK; c++)
                to[c] += sums[(part * p->blocks + block) * p->sums_size + c];
    }
}

static void input_gradient(const struct conv *conv, const struct plan *p, const float *y, float *dy, size_t batch,
                           float *dx)
{
    const struct conv_shape *s = &conv->shape;
#pragma omp for
    for (size_t item = 0; item < batch; item++) {
        double begun = phase_begin(conv->clock);
        conv->winograd_few_kernels->input_gradient(&p->shape, conv->weight, y + item * conv_size_out(s),
                                                   dy + item * conv_size_out(s), dx + item * conv_size_in(s));
        phase_end(conv->clock, PHASE_TRANSFORM, begun);
    }
}

static void backward(const struct conv *conv, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                     float *d_bias, float *dx)
{
    (void)x; /* V holds all that is needed of it */
    const struct plan p = make_plan(conv);
#pragma omp for
    for (size_t unit = 0; unit < p.parts * p.blocks; unit++)
        gradient_unit(conv, &p, unit, y, dy, batch);
#pragma omp for
    for (size_t row = 0; row <= p.taps; row++) /* the bias comes last */
        add_parts(&p, p.sums + row * WINOGRAD_BLOCK, row < p.taps ? d_weight + row * conv->shape.c_out : d_bias);
    if (dx)
        input_gradient(conv, &p, y, dy, batch, dx);
}

const struct conv_algorithm conv_winograd_few = {
    .name = "winograd of few channels",
    .supports = supports,
    .workspace_size = workspace_size,
    .prepare = prepare,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

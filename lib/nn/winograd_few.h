/* lib/nn/winograd_few.h: Winograd's filtering (nn/winograd.h) of images with few channels, as in a network's first
 * layer. Private to lib/nn.
 *
 * The points' products are too short for a matrix product through memory: each has 4 c_in terms. So they are computed
 * where their results are needed, between the transforms, in registers: neither a matrix of the inputs nor M is ever
 * written. Forward goes through the items; backward takes WINOGRAD_BLOCK channels of the outputs through many items,
 * whose dU stays in a cache.
 *
 *   V [points][lanes]   of one item; lane = tile rows + row, padded with zeros to a multiple of WINOGRAD_BLOCK
 *   U [blocks][points rows WINOGRAD_BLOCK], ordered as a build likes it
 *
 * The last block of channels overlaps the one before if c_out is not a multiple of it, and repeats some of its work. */
#ifndef TENTH_NN_WINOGRAD_FEW_H
#define TENTH_NN_WINOGRAD_FEW_H

#include <stddef.h>

#include "core/size.h"
#include "nn/winograd.h"

enum { WINOGRAD_BLOCK = WINOGRAD_LEAST_CHANNELS };

/* Backward's results for some items, for one block of channels. */
struct winograd_few_sums {
    float *d_weight; /* [taps of a kernel c_in][WINOGRAD_BLOCK]; overwritten */
    float *d_bias;   /* [WINOGRAD_BLOCK]; overwritten */
    float *du;       /* memory for U of a block */
    float *dm;       /* memory for points winograd_few_dm_stride floats */
};

struct winograd_few_transforms {
    void (*filter)(const struct winograd_shape *s, const float *weight, size_t block, float *u /* the block's */);

    /* One item: x [height_in][width_in][c_in], y [height_out][width_out][c_out] = activation(outputs + bias) */
    void (*input)(const struct winograd_shape *s, const float *x, float *v);
    void (*output)(const struct winograd_shape *s, const float *v, const float *u, const float *bias, float *y);

    /* For items starting at y, dy and V of the first: the gradients of a block's weights, by dU = V^T dM, where dM
     * comes from dz = dy times the slope at y. */
    void (*weight_gradient)(const struct winograd_shape *s, const float *v, const float *y, const float *dy,
                            size_t items, size_t block, const struct winograd_few_sums *sums);
};

struct winograd_few_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);
    struct winograd_few_transforms transforms[WINOGRAD_FILTERINGS]; /* of images; series have none */

    /* One item: dx [height_in][width_in][c_in], overwritten, by the direct convolution's adjoint. dy becomes dz. */
    void (*input_gradient)(const struct winograd_shape *s, const float *weight, const float *y, float *dy, float *dx);
};

/* The first channel of a block. */
static inline size_t winograd_few_channel(size_t block, size_t c_out)
{
    return smaller(block * WINOGRAD_BLOCK, c_out - WINOGRAD_BLOCK);
}

size_t winograd_few_lanes(const struct winograd_shape *s);

/* How many items' dM fit, and floats from one of its points to the next. */
size_t winograd_few_items(const struct winograd_shape *s);
size_t winograd_few_dm_stride(const struct winograd_shape *s);

const struct winograd_few_kernels *winograd_few_kernels(void);                     /* the best build */
const struct winograd_few_kernels *const *winograd_few_kernels_all(size_t *count); /* every build that runs here */

#endif

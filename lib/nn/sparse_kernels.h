/* lib/nn/sparse_kernels.h: sums over the remaining weights, for all outputs of a filter at once. Private to
 * sparse_network.c and to lib/embed/engine.c.
 *
 * Compiled per instruction set from sparse_kernels_body.c and chosen once, like compute/random_kernels.h. Output q of a
 * filter is
 *
 *   sum_i value[i] x[offset[i] + q],  q = 0 .. outputs - 1
 *
 * because inputs are laid out so that the outputs of one weight read consecutive floats (nn/planes.h). Outputs are kept
 * in registers while the weights pass by. x must be readable, and z writable, for SPARSE_SLACK floats beyond. */
#ifndef TENTH_NN_SPARSE_KERNELS_H
#define TENTH_NN_SPARSE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/activation.h"

enum { SPARSE_SLACK = 16, SPARSE_FILTERS = 4 };

/* The moments of inputs, each laid out as x. */
struct sparse_moments {
    const float *mean;
    const float *square;   /* mean^2 + variance */
    const float *variance; /* NULL: the inputs are certain */
};

/* The set lanes of source .. source + 15 go to consecutive places from target on. */
struct sparse_move {
    uint32_t source, target;
    uint16_t lanes;
};

/* How the outputs of a filter, at the pitch of its own input, map to a plane of the next layer's input. The moves say
 * the same as the lists, with as many elements at once as are contiguous on both sides. */
struct sparse_spread {
    size_t count;
    uint32_t *source, *target; /* [count], both ascending along a row */
    size_t move_count;
    struct sparse_move *moves; /* [move_count], ascending by target */
};

/* One row of activation.def. */
struct sparse_activation {
    /* z [count] = value(z + bias) */
    void (*add_bias)(size_t count, float bias, float *z);

    /* mean, variance [count], given without the bias, become those of value(z + bias); see nn/moments.h */
    void (*moments)(size_t count, float bias, float bias_variance, float *mean, float *variance);
};

struct sparse_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);

    /* add: to z, instead of overwriting it */
    void (*sum)(size_t count, const uint32_t *offset, const float *value, const float *x, size_t outputs, bool add,
                float *z);

    /* The same for SPARSE_FILTERS filters at once, which have a value, perhaps 0, for the same offsets: if most weights
     * are there, reading an input once for several filters costs less than skipping the zeros. */
    void (*sum_filters)(size_t count, const uint32_t *offset, const float *value /* [count][SPARSE_FILTERS] */,
                        const float *x, size_t outputs, float *z /* [SPARSE_FILTERS][stride] */, size_t stride);

    /* The mean as above, from value; the variance from value^2 variance + spread^2 square. */
    void (*sum_moments)(size_t count, const uint32_t *offset, const float *value, const float *spread,
                        const struct sparse_moments *x, size_t outputs, float *mean, float *variance);

    struct sparse_activation activations[ACTIVATIONS];

    /* plane[target[i]] = z[source[i]]. Up to SPARSE_SLACK places of the plane after an element may become 0: padding,
     * which is 0, and the start of the next plane, which must be written later. */
    void (*spread)(const struct sparse_spread *spread, const float *z, float *plane);
};

const struct sparse_kernels *sparse_kernels(void);                     /* the best build for this processor */
const struct sparse_kernels *const *sparse_kernels_all(size_t *count); /* every build that runs here */

#endif

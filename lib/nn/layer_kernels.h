/* lib/nn/layer_kernels.h: the vectorised passes over activations. Private to lib/nn.
 *
 * Compiled per instruction set from layer_kernels_body.c and chosen once, like compute/random_kernels.h. All arrays
 * have the channels last. A call runs only in the calling thread. */
#ifndef TENTH_NN_LAYER_KERNELS_H
#define TENTH_NN_LAYER_KERNELS_H

#include <stddef.h>

#include "nn/activation.h"
#include "nn/conv_shape.h"

/* One row of activation.def. */
struct activation_kernels {
    /* y [rows][channels] = value(y + bias), in place */
    void (*forward)(size_t rows, size_t channels, const float *bias /* [channels] */, float *y);

    /* Turns dy = d loss / d y, with the output y, in place into dz = d loss / d (the sum). Adds the column sums of dz
     * to d_bias. */
    void (*backward)(size_t rows, size_t channels, const float *y, float *dy, float *d_bias /* [channels], adds */);

    /* The same without a bias: dy [count] *= the slope at y */
    void (*times_slope)(size_t count, const float *y, float *dy);
};

/* struct pooling's pixel and back (nn/layer.h) for the largest of a window. */
struct maxpool_kernels {
    void (*pixel)(const struct conv_shape *window, const float *x, float *y);
    void (*back)(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx);
};

struct layer_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);
    struct activation_kernels activations[ACTIVATIONS];
    struct maxpool_kernels maxpool;
};

const struct layer_kernels *layer_kernels(void);                     /* the best build for this processor */
const struct layer_kernels *const *layer_kernels_all(size_t *count); /* every build that runs here */

#endif

/* lib/nn/pool.h: what pooling layers share: the walk over windows, none of which reads padding. Private to
 * lib/nn. */
#ifndef TENTH_NN_POOL_H
#define TENTH_NN_POOL_H

#include "nn/layer.h"

/* The functions of a layer_kind that has a struct pooling. */
enum status pool_window(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                        struct error *error);
void pool_forward(const struct layer *layer, const float *x, size_t batch, float *y);
void pool_evaluate(const struct layer *layer, int thread, const float *x, size_t batch, float *y);
void pool_backward(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                   float *d_bias, float *dx);

/* A NaN is larger than any number, so that none is lost. */
static inline float larger_of(float x, float z)
{
    return z == z && !(x <= z) ? x : z;
}

/* Where a tap's pixel is, in floats from the window's first. */
static inline size_t pool_tap(const struct conv_shape *window, size_t tap)
{
    return (tap / window->kernel_w * window->width_in + tap % window->kernel_w) * window->c_in;
}

#endif

/* lib/nn/pool.h: what pooling layers share: the walk over windows, none of which reads padding. Private to
 * layer_*.c. */
#ifndef TENTH_NN_POOL_H
#define TENTH_NN_POOL_H

#include "nn/layer.h"

/* One output pixel, y [channels], from the window's input pixels, which begin at x. */
typedef void pool_pixel_fn(const struct conv_shape *window, const float *x, float *y);

/* Adds to dx, at the window's first pixel, what dy [channels] makes of it. */
typedef void pool_back_fn(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx);

enum status pool_window(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                        struct error *error);

void pool_evaluate(const struct layer *layer, const float *x, size_t batch, float *y, pool_pixel_fn *pixel);
void pool_forward(const struct layer *layer, const float *x, size_t batch, float *y, pool_pixel_fn *pixel);
void pool_backward(const struct layer *layer, const float *x, const float *y, const float *dy, size_t batch, float *dx,
                   pool_back_fn *back);

/* Where a tap's pixel is, in floats from the window's first. */
static inline size_t pool_tap(const struct conv_shape *window, size_t tap)
{
    return (tap / window->kernel_w * window->width_in + tap % window->kernel_w) * window->c_in;
}

#endif

/* lib/nn/layer_avgpool.c: the mean of each channel in a window; in the window of the whole map, "global average
 * pooling" (Lin et al. 2014, arXiv:1312.4400). */
#include <string.h>

#include "nn/pool.h"

static size_t taps_of(const struct conv_shape *window)
{
    return window->kernel_h * window->kernel_w;
}

static void pixel(const struct conv_shape *window, const float *x, float *y)
{
    const size_t channels = window->c_out, taps = taps_of(window);
    memcpy(y, x, channels * sizeof *y);
    for (size_t tap = 1; tap < taps; tap++) {
        const float *at = x + pool_tap(window, tap);
#pragma omp simd
        for (size_t c = 0; c < channels; c++)
            y[c] += at[c];
    }
    for (size_t c = 0; c < channels; c++)
        y[c] /= (float)taps;
}

static void back(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx)
{
    (void)x;
    (void)y;
    const size_t taps = taps_of(window);
    for (size_t tap = 0; tap < taps; tap++) {
        float *at = dx + pool_tap(window, tap);
#pragma omp simd
        for (size_t c = 0; c < window->c_out; c++)
            at[c] += dy[c] / (float)taps;
    }
}

static void reduce(size_t taps, const size_t *offset, const float *x, size_t outputs, float *z)
{
    memcpy(z, x + offset[0], outputs * sizeof *z);
    for (size_t tap = 1; tap < taps; tap++) {
        const float *at = x + offset[tap];
#pragma omp simd
        for (size_t q = 0; q < outputs; q++)
            z[q] += at[q];
    }
    for (size_t q = 0; q < outputs; q++)
        z[q] /= (float)taps;
}

static void moments(size_t taps, const size_t *offset, const float *mean, const float *variance, size_t outputs,
                    float *z, float *z_variance)
{
    reduce(taps, offset, mean, outputs, z);
    reduce(taps, offset, variance, outputs, z_variance);
    for (size_t q = 0; q < outputs; q++)
        z_variance[q] /= (float)taps;
}

static const struct pooling pooling = {
    .pixel = pixel,
    .back = back,
    .reduce = reduce,
    .moments = moments,
    .device = "    *z += x;\n"
              "    if (tap + 1 == taps)\n"
              "        *z /= (float)taps;\n",
    .device_moments = "    *z += x;\n"
                      "    *z_variance += x_variance;\n"
                      "    if (tap + 1 == taps) {\n"
                      "        *z /= (float)taps;\n"
                      "        *z_variance /= (float)taps * (float)taps;\n"
                      "    }\n",
};

const struct layer_kind layer_avgpool = {
    .name = "avgpool",
    .usage = "WINDOW[/STRIDE] | all; a stride of one window if none is given",
    .title = "average pooling",
    .has_window = true,
    .window = pool_window,
    .forward = pool_forward,
    .evaluate = pool_evaluate,
    .backward = pool_backward,
    .pooling = &pooling,
};

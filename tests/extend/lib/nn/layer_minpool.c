/* lib/nn/layer_minpool.c: the least value of each channel in a window. */
#include <string.h>

#include "nn/pool.h"

static void pixel(const struct conv_shape *window, const float *x, float *y)
{
    memcpy(y, x, window->c_out * sizeof *y);
    for (size_t tap = 1; tap < window->kernel_h * window->kernel_w; tap++) {
        const float *at = x + pool_tap(window, tap);
        for (size_t c = 0; c < window->c_out; c++)
            y[c] = at[c] < y[c] ? at[c] : y[c];
    }
}

static void back(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx)
{
    for (size_t c = 0; c < window->c_out; c++) {
        size_t tap = 0, taps = window->kernel_h * window->kernel_w;
        while (tap + 1 < taps && x[pool_tap(window, tap) + c] > y[c])
            tap++;
        dx[pool_tap(window, tap) + c] += dy[c];
    }
}

static void reduce(size_t taps, const size_t *offset, const float *x, size_t outputs, float *z)
{
    memcpy(z, x + offset[0], outputs * sizeof *z);
    for (size_t tap = 1; tap < taps; tap++)
        for (size_t q = 0; q < outputs; q++)
            z[q] = x[offset[tap] + q] < z[q] ? x[offset[tap] + q] : z[q];
}

/* The spread of the value that has the least mean. */
static void moments(size_t taps, const size_t *offset, const float *mean, const float *variance, size_t outputs,
                    float *z, float *z_variance)
{
    for (size_t q = 0; q < outputs; q++) {
        size_t least = offset[0] + q;
        for (size_t tap = 1; tap < taps; tap++)
            least = mean[offset[tap] + q] < mean[least] ? offset[tap] + q : least;
        z[q] = mean[least];
        z_variance[q] = variance[least];
    }
}

static const struct pooling pooling = {
    .pixel = pixel,
    .back = back,
    .reduce = reduce,
    .moments = moments,
    .device = "    *z = x < *z ? x : *z;\n",
    .device_moments = "    *z_variance = x < *z ? x_variance : *z_variance;\n"
                      "    *z = x < *z ? x : *z;\n",
};

const struct layer_kind layer_minpool = {
    .name = "minpool",
    .usage = "WINDOW[/STRIDE]",
    .title = "least of a window",
    .has_window = true,
    .window = pool_window,
    .forward = pool_forward,
    .evaluate = pool_evaluate,
    .backward = pool_backward,
    .pooling = &pooling,
};

/* lib/nn/layer_maxpool.c: the largest value of each channel in a window. The gradient goes to the first of the largest.
 */
#include <math.h>
#include <string.h>

#include "nn/layer_kernels.h"
#include "nn/pool.h"

static void pixel(const struct conv_shape *window, const float *x, float *y)
{
    layer_kernels()->maxpool.pixel(window, x, y);
}

static void back(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx)
{
    layer_kernels()->maxpool.back(window, x, y, dy, dx);
}

static void reduce(size_t taps, const size_t *offset, const float *x, size_t outputs, float *z)
{
    memcpy(z, x + offset[0], outputs * sizeof *z);
    for (size_t tap = 1; tap < taps; tap++) {
        const float *at = x + offset[tap];
#pragma omp simd
        for (size_t q = 0; q < outputs; q++)
            z[q] = larger_of(at[q], z[q]);
    }
}

/* P(N(0, 1) < x) from its density at x: Abramowitz and Stegun 26.2.17, to 7.5e-8. */
static float normal_below(float x, float density)
{
    const float magnitude = fabsf(x), t = 1.0F / (1.0F + 0.2316419F * magnitude);
    const float above =
        density * t *
        (0.319381530F + t * (-0.356563782F + t * (1.781477937F + t * (-1.821255978F + t * 1.330274429F))));
    return x < 0 ? above : 1.0F - above;
}

/* Clark 1961, "The greatest of a finite set of random variables", Oper. Res. 9: 145-162: the moments of the larger of
 * two independent Gaussians, about the mean of z; z's become those. More than two are taken one after the other, as if
 * each maximum were Gaussian. */
static void larger_moments(float mean, float variance, float *z, float *z_variance)
{
    const float spread = sqrtf(variance + *z_variance), difference = mean - *z;
    if (!(spread > 0)) {
        *z = larger_of(mean, *z);
        return;
    }
    const float ratio = difference / spread, density = 0.398942280F * expf(-0.5F * ratio * ratio);
    const float wins = normal_below(ratio, density), first = difference * wins + spread * density;
    const float second = (difference * difference + variance) * wins + *z_variance * (1.0F - wins) +
                         difference * spread * density - first * first;
    *z += first;
    *z_variance = second > 0 ? second : 0;
}

static void moments(size_t taps, const size_t *offset, const float *mean, const float *variance, size_t outputs,
                    float *z, float *z_variance)
{
    memcpy(z, mean + offset[0], outputs * sizeof *z);
    memcpy(z_variance, variance + offset[0], outputs * sizeof *z_variance);
    for (size_t tap = 1; tap < taps; tap++)
        for (size_t q = 0; q < outputs; q++)
            larger_moments(mean[offset[tap] + q], variance[offset[tap] + q], &z[q], &z_variance[q]);
}

static const struct pooling pooling = {
    .pixel = pixel,
    .back = back,
    .reduce = reduce,
    .moments = moments,
    .device = "    if (*z == *z && !(x <= *z))\n"
              "        *z = x;\n",
    .device_moments =
        "    const float spread = square_root(x_variance + *z_variance), difference = x - *z;\n"
        "    float ratio, density, t, wins, first;\n"
        "    if (!(spread > 0.0F)) {\n"
        "        if (*z == *z && !(x <= *z))\n"
        "            *z = x;\n"
        "        return;\n"
        "    }\n"
        "    ratio = difference / spread;\n"
        "    density = 0.398942280F * expf(-0.5F * ratio * ratio);\n"
        "    t = 1.0F / (1.0F + 0.2316419F * (ratio < 0.0F ? -ratio : ratio));\n"
        "    wins = density * t *\n"
        "           (0.319381530F +\n"
        "            t * (-0.356563782F + t * (1.781477937F + t * (-1.821255978F + t * 1.330274429F))));\n"
        "    wins = ratio < 0.0F ? wins : 1.0F - wins;\n"
        "    first = difference * wins + spread * density;\n"
        "    *z_variance = (difference * difference + x_variance) * wins + *z_variance * (1.0F - wins) +\n"
        "                  difference * spread * density - first * first;\n"
        "    *z_variance = *z_variance > 0.0F ? *z_variance : 0.0F;\n"
        "    *z += first;\n",
};

const struct layer_kind layer_maxpool = {
    .name = "maxpool",
    .usage = "WINDOW[/STRIDE]; a stride of one window if none is given",
    .title = "max pooling",
    .has_window = true,
    .window = pool_window,
    .forward = pool_forward,
    .evaluate = pool_evaluate,
    .backward = pool_backward,
    .pooling = &pooling,
};

/* One build of the passes in nn/layer_kernels.h; compiled once per instruction set (compute/isa.h). */
#include "nn/layer_kernels.h"

#include <string.h>

#include "compute/isa.h"
#include "compute/vector_math.h"
#include "core/size.h"
#include "nn/pool.h"

#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    static void forward_##name(size_t rows, size_t channels, const float *restrict bias, float *restrict out)          \
    {                                                                                                                  \
        for (size_t row = 0; row < rows; row++, out += channels) {                                                     \
            _Pragma("omp simd") for (size_t c = 0; c < channels; c++)                                                  \
            {                                                                                                          \
                const float z = out[c] + bias[c];                                                                      \
                out[c] = value;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void backward_##name(size_t rows, size_t channels, const float *restrict out, float *restrict d_out,        \
                                float *restrict d_bias)                                                                \
    {                                                                                                                  \
        for (size_t row = 0; row < rows; row++, out += channels, d_out += channels) {                                  \
            _Pragma("omp simd") for (size_t c = 0; c < channels; c++)                                                  \
            {                                                                                                          \
                const float y = out[c];                                                                                \
                const float dz = d_out[c] * (slope);                                                                   \
                d_out[c] = dz;                                                                                         \
                d_bias[c] += dz;                                                                                       \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void times_slope_##name(size_t count, const float *restrict out, float *restrict d_out)                     \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++)                                                         \
        {                                                                                                              \
            const float y = out[i];                                                                                    \
            d_out[i] *= (slope);                                                                                       \
        }                                                                                                              \
    }
#include "nn/activation.def"
#undef ACTIVATION

static void maxpool_pixel(const struct conv_shape *window, const float *restrict x, float *restrict y)
{
    const size_t channels = window->c_out;
    memcpy(y, x, channels * sizeof *y);
    for (size_t tap = 1; tap < window->kernel_h * window->kernel_w; tap++) {
        const float *at = x + pool_tap(window, tap);
#pragma omp simd
        for (size_t c = 0; c < channels; c++)
            y[c] = larger_of(at[c], y[c]);
    }
}

/* What is left of dy goes to the first tap that is not below y, and to the last one without being asked. */
static void maxpool_back(const struct conv_shape *window, const float *restrict x, const float *restrict y,
                         const float *restrict dy, float *restrict dx)
{
    enum { AT_ONCE = 64 };
    const size_t channels = window->c_out, last = window->kernel_h * window->kernel_w - 1;
    for (size_t first = 0; first < channels; first += AT_ONCE) {
        float left[AT_ONCE];
        const size_t count = smaller(AT_ONCE, channels - first);
        memcpy(left, dy + first, count * sizeof *left);
        for (size_t tap = 0; tap < last; tap++) {
            const size_t at = pool_tap(window, tap) + first;
#pragma omp simd
            for (size_t c = 0; c < count; c++) {
                const int below = x[at + c] < y[first + c];
                dx[at + c] += below ? 0.0F : left[c];
                left[c] = below ? left[c] : 0.0F;
            }
        }
#pragma omp simd
        for (size_t c = 0; c < count; c++)
            dx[pool_tap(window, last) + first + c] += left[c];
    }
}

extern const struct layer_kernels ISA_NAME(layer_kernels);
const struct layer_kernels ISA_NAME(layer_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .activations =
        {
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    [ACTIVATION_##name] = {.forward = forward_##name, .backward = backward_##name, .times_slope = times_slope_##name},
#include "nn/activation.def"
#undef ACTIVATION
        },
    .maxpool = {.pixel = maxpool_pixel, .back = maxpool_back},
};

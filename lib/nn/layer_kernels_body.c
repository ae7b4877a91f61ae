/* One build of the passes in nn/layer_kernels.h; compiled once per instruction set (compute/isa.h). */
#include "nn/layer_kernels.h"

#include "compute/isa.h"
#include "compute/vector_math.h"

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
};

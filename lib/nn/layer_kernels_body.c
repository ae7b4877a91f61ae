/* One build of the passes in nn/layer_kernels.h; compiled once per instruction set (compute/isa.h). */
#include "nn/layer_kernels.h"

#include "compute/isa.h"
#include "compute/vector_math.h"

static void bias_selu(size_t rows, size_t channels, const float *restrict bias, float *restrict y)
{
    for (size_t row = 0; row < rows; row++, y += channels) {
#pragma omp simd
        for (size_t c = 0; c < channels; c++)
            y[c] = vector_selu(y[c] + bias[c]);
    }
}

static void selu_backward(size_t rows, size_t channels, const float *restrict y, float *restrict dy,
                          float *restrict d_bias)
{
    for (size_t row = 0; row < rows; row++, y += channels, dy += channels) {
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            float dz = dy[c] * vector_selu_slope(y[c]);
            dy[c] = dz;
            d_bias[c] += dz;
        }
    }
}

extern const struct layer_kernels ISA_NAME(layer_kernels);
const struct layer_kernels ISA_NAME(layer_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .bias_selu = bias_selu,
    .selu_backward = selu_backward,
};

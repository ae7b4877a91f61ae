/* One build of the sums in nn/sparse_kernels.h; compiled once per instruction set (compute/isa.h). */
#include "nn/sparse_kernels.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif
#include <math.h>
#include <string.h>

#include "compute/isa.h"
#include "core/size.h"
#include "compute/vector_math.h"
#include "nn/moments.h"

#if defined(__AVX512F__)
enum { VECTOR_FLOATS = 16, BLOCK = 8, FILTER_BLOCK = 4 };
#elif defined(__AVX__)
enum { VECTOR_FLOATS = 8, BLOCK = 8, FILTER_BLOCK = 2 };
#else
enum { VECTOR_FLOATS = 4, BLOCK = 8, FILTER_BLOCK = 2 };
#endif
typedef float vector __attribute__((vector_size(VECTOR_FLOATS * sizeof(float)), aligned(4), may_alias));

static inline const vector *vector_at(const float *x)
{
    return (const vector *)x;
}

/* `vectors` of outputs, a number known to the compiler: sums stay in registers. Few vectors are summed twice, over even
 * and over odd weights, so that no sum waits for the one before. */
static inline __attribute__((always_inline)) void sum_block(const int vectors, size_t count, const uint32_t *offset,
                                                            const float *value, const float *x, bool add, float *z)
{
    vector sum[BLOCK], odd[BLOCK];
    size_t i = 0;
    for (int v = 0; v < vectors; v++) {
        sum[v] = add ? vector_at(z)[v] : (vector){0};
        odd[v] = (vector){0};
    }
    if (vectors <= BLOCK / 2) {
        for (; i + 2 <= count; i += 2) {
            const float *first = x + offset[i], *second = x + offset[i + 1];
            const float value_first = value[i], value_second = value[i + 1];
            for (int v = 0; v < vectors; v++) {
                sum[v] += value_first * vector_at(first)[v];
                odd[v] += value_second * vector_at(second)[v];
            }
        }
    }
    for (; i < count; i++) {
        for (int v = 0; v < vectors; v++)
            sum[v] += value[i] * vector_at(x + offset[i])[v];
    }
    for (int v = 0; v < vectors; v++)
        ((vector *)z)[v] = sum[v] + odd[v];
}

/* One output: vectors run along the weights instead. */
static float sum_single(size_t count, const uint32_t *offset, const float *value, const float *x)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++)
        sum += value[i] * x[offset[i]];
    return sum;
}

static void sum(size_t count, const uint32_t *offset, const float *value, const float *x, size_t outputs, bool add,
                float *z)
{
    if (outputs == 1) {
        z[0] = sum_single(count, offset, value, x) + (add ? z[0] : 0);
        return;
    }
    size_t vectors = parts_of(outputs, VECTOR_FLOATS);
    for (; vectors >= BLOCK; vectors -= BLOCK, x += BLOCK * VECTOR_FLOATS, z += BLOCK * VECTOR_FLOATS)
        sum_block(BLOCK, count, offset, value, x, add, z);
    switch (vectors) {
    case 7:
        sum_block(7, count, offset, value, x, add, z);
        break;
    case 6:
        sum_block(6, count, offset, value, x, add, z);
        break;
    case 5:
        sum_block(5, count, offset, value, x, add, z);
        break;
    case 4:
        sum_block(4, count, offset, value, x, add, z);
        break;
    case 3:
        sum_block(3, count, offset, value, x, add, z);
        break;
    case 2:
        sum_block(2, count, offset, value, x, add, z);
        break;
    case 1:
        sum_block(1, count, offset, value, x, add, z);
        break;
    default:
        break;
    }
}

/* `vectors` of outputs of SPARSE_FILTERS filters. */
static inline __attribute__((always_inline)) void filters_block(const int vectors, size_t count, const uint32_t *offset,
                                                                const float *value, const float *x, float *z,
                                                                size_t stride)
{
    vector sum[SPARSE_FILTERS][FILTER_BLOCK];
    for (int f = 0; f < SPARSE_FILTERS; f++) {
        for (int v = 0; v < vectors; v++)
            sum[f][v] = (vector){0};
    }
    for (size_t i = 0; i < count; i++, value += SPARSE_FILTERS) {
        const float *at = x + offset[i];
        for (int v = 0; v < vectors; v++) {
            const vector input = vector_at(at)[v];
            for (int f = 0; f < SPARSE_FILTERS; f++)
                sum[f][v] += value[f] * input;
        }
    }
    for (int f = 0; f < SPARSE_FILTERS; f++) {
        for (int v = 0; v < vectors; v++)
            ((vector *)(z + (size_t)f * stride))[v] = sum[f][v];
    }
}

static void sum_filters(size_t count, const uint32_t *offset, const float *value, const float *x, size_t outputs,
                        float *z, size_t stride)
{
    size_t first = 0, vectors = parts_of(outputs, VECTOR_FLOATS);
    for (; vectors >= FILTER_BLOCK; vectors -= FILTER_BLOCK, first += (size_t)FILTER_BLOCK * VECTOR_FLOATS)
        filters_block(FILTER_BLOCK, count, offset, value, x + first, z + first, stride);
    for (; vectors >= 1; vectors -= 1, first += (size_t)VECTOR_FLOATS)
        filters_block(1, count, offset, value, x + first, z + first, stride);
}

/* As sum_block, with two sums for each output. */
static inline __attribute__((always_inline)) void moments_block(const int vectors, size_t count, const uint32_t *offset,
                                                                const float *value, const float *spread,
                                                                const struct sparse_moments *x, size_t first,
                                                                float *mean, float *variance)
{
    vector first_moment[BLOCK], second_moment[BLOCK];
    for (int v = 0; v < vectors; v++)
        first_moment[v] = second_moment[v] = (vector){0};
    for (size_t i = 0; i < count; i++) {
        const size_t at = first + offset[i];
        const float w = value[i], w_squared = w * w, spread_squared = spread[i] * spread[i];
        for (int v = 0; v < vectors; v++) {
            first_moment[v] += w * vector_at(x->mean + at)[v];
            second_moment[v] += spread_squared * vector_at(x->square + at)[v];
        }
        for (int v = 0; x->variance && v < vectors; v++)
            second_moment[v] += w_squared * vector_at(x->variance + at)[v];
    }
    for (int v = 0; v < vectors; v++) {
        ((vector *)(mean + first))[v] = first_moment[v];
        ((vector *)(variance + first))[v] = second_moment[v];
    }
}

static void sum_moments(size_t count, const uint32_t *offset, const float *value, const float *spread,
                        const struct sparse_moments *x, size_t outputs, float *mean, float *variance)
{
    size_t first = 0, vectors = parts_of(outputs, VECTOR_FLOATS);
    for (; vectors >= 4; vectors -= 4, first += (size_t)4 * VECTOR_FLOATS)
        moments_block(4, count, offset, value, spread, x, first, mean, variance);
    for (; vectors >= 1; vectors -= 1, first += (size_t)VECTOR_FLOATS)
        moments_block(1, count, offset, value, spread, x, first, mean, variance);
}

/* To the end of the last vector: computing beyond `count` costs less than a remainder that is not a vector. */
static size_t whole_vectors(size_t count)
{
    return round_up(count, VECTOR_FLOATS);
}

#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    static void add_bias_##name(size_t count, float bias, float *restrict out)                                         \
    {                                                                                                                  \
        count = whole_vectors(count);                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++)                                                         \
        {                                                                                                              \
            const float z = out[i] + bias;                                                                             \
            out[i] = value;                                                                                            \
        }                                                                                                              \
    }                                                                                                                  \
    static void moments_##name(size_t count, float bias, float bias_variance, float *restrict mean,                    \
                               float *restrict variance)                                                               \
    {                                                                                                                  \
        count = whole_vectors(count);                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < count; i++)                                                         \
        {                                                                                                              \
            float at[MOMENT_POINTS], center = mean[i] + bias, sigma = sqrtf(variance[i] + bias_variance);              \
            float first = 0, second = 0;                                                                               \
            for (int p = 0; p < MOMENT_POINTS; p++) {                                                                  \
                const float z = center + sigma * moment_point[p];                                                      \
                at[p] = value;                                                                                         \
                first += moment_weight[p] * at[p];                                                                     \
            }                                                                                                          \
            for (int p = 0; p < MOMENT_POINTS; p++)                                                                    \
                second += moment_weight[p] * (at[p] - first) * (at[p] - first);                                        \
            mean[i] = first;                                                                                           \
            variance[i] = second;                                                                                      \
        }                                                                                                              \
    }
#include "nn/activation.def"
#undef ACTIVATION

#if defined(__AVX512F__)
/* Whole vectors are stored, since masked stores are slow: of the places after a move's elements, the next moves write
 * those that are not padding. */
static void spread(const struct sparse_spread *spread, const float *restrict z, float *restrict plane)
{
    for (size_t i = 0; i < spread->move_count; i++) {
        const struct sparse_move move = spread->moves[i];
        _mm512_storeu_ps(plane + move.target, _mm512_maskz_compress_ps(move.lanes, _mm512_loadu_ps(z + move.source)));
    }
}
#else
/* One flat loop: short ones over rows would spend most time on mispredicted ends. */
static void spread(const struct sparse_spread *spread, const float *restrict z, float *restrict plane)
{
    for (size_t i = 0; i < spread->count; i++)
        plane[spread->target[i]] = z[spread->source[i]];
}
#endif

extern const struct sparse_kernels ISA_NAME(sparse_kernels);
const struct sparse_kernels ISA_NAME(sparse_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .sum = sum,
    .sum_filters = sum_filters,
    .sum_moments = sum_moments,
    .spread = spread,
    .activations =
        {
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    [ACTIVATION_##name] = {.add_bias = add_bias_##name, .moments = moments_##name},
#include "nn/activation.def"
#undef ACTIVATION
        },
};

/* lib/compute/vector_math.h: elementary functions without branches, so that loops over them become vector code.
 *
 * Only for bodies (NAME_body.c). Each function works on one float; a loop marked `#pragma omp simd` around it becomes
 * one loop over vectors. NaNs propagate. The polynomials are our own minimax fits (Remez) on the stated intervals; the
 * tests compare the functions with libm in double. */
#ifndef TENTH_COMPUTE_VECTOR_MATH_H
#define TENTH_COMPUTE_VECTOR_MATH_H

#include <stdint.h>
#include <string.h>

/* Floating-point exceptions are never examined here. Told so, GCC computes both sides of a choice and blends them,
 * which it otherwise does only for AVX-512; values do not change. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-trapping-math")
#endif

#define VECTOR_LN2 0.693147181F

static inline float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* x = n ln 2 + r with |r| <= ln 2 / 2: returns exp(r) - 1 and sets *scale to 2^n, which is a normal number for
 * -87 <= x <= 88. n is read from the bits of a sum with 1.5 * 2^23, whose last bit is worth 1: adding it rounds. */
static inline float vector_reduce_exp(float x, float *scale)
{
    const float rounder = 12582912.0F;
    float shifted = x * 1.44269504F + rounder;
    float n = shifted - rounder;
    float r = x - n * 0.693145752F; /* ln 2 in two parts: the first has few digits, so that n times it is exact */
    r = r - n * 1.42860677e-6F;
    *scale = float_of_bits((bits_of_float(shifted) << 23) + 0x3F800000U);
    float p = 1.388252281e-3F;
    p = p * r + 8.366513937e-3F;
    p = p * r + 4.166719965e-2F;
    p = p * r + 1.666654367e-1F;
    p = p * r + 4.999999816e-1F;
    return r + r * r * p;
}

/* exp(x) for -87 <= x <= 88; the value at the nearer end outside. */
static inline float vector_exp(float x)
{
    float scale;
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    float part = vector_reduce_exp(x, &scale);
    return scale + scale * part;
}

/* exp(x) - 1 for x <= 88, accurate relative to itself also near 0. */
static inline float vector_expm1(float x)
{
    float scale;
    float part = vector_reduce_exp(x < -87.0F ? -87.0F : x, &scale);
    return scale * part + (scale - 1.0F);
}

/* tanh(x), by exp(-2 |x|) - 1, which is between -1 and 0 */
static inline float vector_tanh(float x)
{
    uint32_t sign = bits_of_float(x) & 0x80000000U;
    float magnitude = float_of_bits(bits_of_float(x) & 0x7FFFFFFFU);
    float part = vector_expm1(-2.0F * magnitude);
    return float_of_bits(bits_of_float(-part / (2.0F + part)) | sign);
}

/* SELU (Klambauer et al. 2017, arXiv:1706.02515): lambda x for x > 0, lambda alpha (exp(x) - 1) otherwise. */
#define SELU_LAMBDA 1.0507009873554805F
#define SELU_ALPHA 1.6732632423543772F

static inline float vector_selu(float x)
{
    uint32_t bits = bits_of_float(x), sign = 0U - (bits >> 31); /* all ones for x < 0: masks cost less than selects */
    float positive = float_of_bits(bits & ~sign), negative = float_of_bits(bits & sign); /* the other is 0 */
    return SELU_LAMBDA * positive + SELU_LAMBDA * SELU_ALPHA * vector_expm1(negative);
}

/* SELU's slope where its value is y; y = 0 counts as the left side */
static inline float vector_selu_slope(float y)
{
    return y > 0.0F ? SELU_LAMBDA : y + SELU_LAMBDA * SELU_ALPHA;
}

/* log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1 */
static inline float vector_log1p_core(float f)
{
    float p = -7.634495195e-2F;
    p = p * f + 1.276157540e-1F;
    p = p * f - 1.316018208e-1F;
    p = p * f + 1.420175824e-1F;
    p = p * f - 1.662335741e-1F;
    p = p * f + 2.000122687e-1F;
    p = p * f - 2.500082103e-1F;
    p = p * f + 3.333333171e-1F;
    float square = f * f;
    return f + square * (f * p - 0.5F);
}

/* log(x) for positive normal x; a NaN stays one. Zero and negative x give meaningless values, infinity gives NaN. */
static inline float vector_log(float x)
{
    uint32_t bits = bits_of_float(x);
    int32_t exponent = (int32_t)(bits - 0x3F3504F3U) >> 23; /* 0x3F3504F3: sqrt(1/2), the lower end of the mantissa */
    float f = float_of_bits(bits - ((uint32_t)exponent << 23)) - 1.0F;
    f += x - x; /* 0, or NaN */
    return vector_log1p_core(f) + (float)exponent * VECTOR_LN2;
}

/* log(1 + t) for 0 <= t <= 1, accurate relative to itself also near 0 */
static inline float vector_log1p_unit(float t)
{
    const float split = 0.414213562F; /* above, 1 + t = 2 (1 + (t - 1) / 2) */
    float f = t > split ? (t - 1.0F) * 0.5F : t;
    float add = t > split ? VECTOR_LN2 : 0.0F;
    return vector_log1p_core(f) + add;
}

/* log(1 + exp(x)) */
static inline float vector_softplus(float x)
{
    float magnitude = x < 0.0F ? -x : x;
    float positive = x < 0.0F ? 0.0F : x;
    return positive + vector_log1p_unit(vector_exp(-magnitude));
}

/* cos and sin of a full turn times word / 2^32. The turn is cut into four quarters around 0, 1/4, 1/2 and 3/4. */
static inline void vector_cos_sin_turn(uint32_t word, float *cosine, float *sine)
{
    uint32_t quarter = (word + 0x20000000U) >> 30; /* 0 .. 4; 4 is 0 again */
    int32_t rest = (int32_t)(word - (quarter << 30));
    float x = (float)rest * 1.462918079e-9F; /* 2 pi / 2^32; |x| <= pi / 4 */
    float z = x * x;
    float s = -1.951729901e-4F;
    s = s * z + 8.332178146e-3F;
    s = s * z - 1.666665494e-1F;
    s = x + x * z * s;
    float c = 2.443845162e-5F;
    c = c * z - 1.388736752e-3F;
    c = c * z + 4.166664687e-2F;
    c = 1.0F - 0.5F * z + z * z * c;
    int odd = (quarter & 1U) != 0;
    float first = odd ? s : c;
    float second = odd ? c : s;
    uint32_t cosine_sign = ((quarter + 1U) & 2U) << 30;
    uint32_t sine_sign = (quarter & 2U) << 30;
    *cosine = float_of_bits(bits_of_float(first) ^ cosine_sign);
    *sine = float_of_bits(bits_of_float(second) ^ sine_sign);
}

#endif

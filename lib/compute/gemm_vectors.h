/* lib/compute/gemm_vectors.h: the vectors that make up tiles and panels, by build. Only for gemm_tiles_body.c and
 * gemm_panels_body.c. */
#ifndef TENTH_COMPUTE_GEMM_VECTORS_H
#define TENTH_COMPUTE_GEMM_VECTORS_H

#if defined(__FMA__)
#include <immintrin.h>
#endif
#include <stddef.h>

#include "core/size.h"
#include "compute/vectors.h"

/* The number of registers, and the most columns of a panel of B, in vectors. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define REGISTERS 32
enum { PANEL_VECTORS = 4 };
#else
#define REGISTERS 16
enum { PANEL_VECTORS = 3 };
#endif

INLINE vec every_lane(float x)
{
    return x - (vec){0}; /* by one instruction, since -0 - 0 is -0 */
}

/* With one rounding if the processor has that, stated explicitly: GCC 13 and later turn `a * b + sum` into two
 * operations in tiles whose sums wait for each other, so a product's bits would depend on how it is cut into tiles. */
INLINE vec multiply_add(vec a, vec b, vec sum)
{
#if defined(__AVX512F__)
    return _mm512_fmadd_ps(a, b, sum);
#elif defined(__FMA__)
    return _mm256_fmadd_ps(a, b, sum);
#else
    return a * b + sum;
#endif
}

#if defined(__AVX512F__)

#include "compute/gemm_lanes.h"

#define HAS_PAIRS 1 /* words may be pairs of bfloat16 */
#define KERNEL GEMM_AVX512 static
#define KERNEL_INLINE GEMM_INLINE
_Static_assert((int)LANES == (int)GEMM_LANES, "vectors are those of gemm_lanes.h");

typedef __mmask16 some_lanes; /* the first ones */

KERNEL_INLINE some_lanes some_of(size_t count)
{
    return first_lanes(count);
}

/* The other lanes are not read; they are 0. */
KERNEL_INLINE vec load_some(const float *from, some_lanes lanes)
{
    return _mm512_maskz_loadu_ps(lanes, from);
}

KERNEL_INLINE void store_some(float *to, some_lanes lanes, vec x)
{
    _mm512_mask_storeu_ps(to, lanes, x);
}

KERNEL_INLINE vec multiply_add_pairs(vec a, vec b, vec sum)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/* Words of 32 terms along k, from their first and last 16. */
KERNEL_INLINE vec pairs_along(vec first, vec last)
{
    return _mm512_castsi512_ps(round_pairs(first, last));
}

/* Words of 16 lines, from their even and odd terms. */
KERNEL_INLINE vec pairs_across(vec even, vec odd)
{
    return _mm512_castsi512_ps(by_turns(round_pairs(even, odd)));
}

/* Transposes. */
KERNEL_INLINE void transpose(vec rows[LANES])
{
    __m512i words[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        words[i] = _mm512_castps_si512(rows[i]);
    transpose_lanes(words);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        rows[i] = _mm512_castsi512_ps(words[i]);
}

#else

#define HAS_PAIRS 0
#define KERNEL static
#define KERNEL_INLINE INLINE
#if defined(__AVX2__)
#define EACH_LANE(f, x) f(0, x), f(1, x), f(2, x), f(3, x), f(4, x), f(5, x), f(6, x), f(7, x)
#else
#define EACH_LANE(f, x) f(0, x), f(1, x), f(2, x), f(3, x)
#endif

typedef size_t some_lanes; /* how many */

KERNEL_INLINE some_lanes some_of(size_t count)
{
    return smaller(count, LANES);
}

KERNEL_INLINE vec load_some(const float *from, some_lanes lanes)
{
    if (lanes == LANES)
        return load(from);
    float x[LANES] = {0};
    for (size_t lane = 0; lane < lanes; lane++)
        x[lane] = from[lane];
    return load(x);
}

KERNEL_INLINE void store_some(float *to, some_lanes lanes, vec x)
{
    if (lanes == LANES) {
        store(to, x);
        return;
    }
    for (size_t lane = 0; lane < lanes; lane++)
        to[lane] = x[lane];
}

/* Words are never pairs in this build, so these are never called. */
KERNEL_INLINE vec multiply_add_pairs(vec a, vec b, vec sum)
{
    return multiply_add(a, b, sum);
}

KERNEL_INLINE vec pairs_along(vec first, vec last)
{
    (void)last;
    return first;
}

KERNEL_INLINE vec pairs_across(vec even, vec odd)
{
    (void)odd;
    return even;
}

/* Lanes without bit `d` from a, the others from b's lanes without it; and likewise those with it. */
#define WITHOUT(lane, d) ((lane) & (d) ? LANES + (lane) - (d) : (lane))
#define WITH(lane, d) ((lane) & (d) ? LANES + (lane) : (lane) + (d))
#define EXCHANGE(rows, d)                                                                                              \
    _Pragma("GCC unroll 8") for (int i = 0; i < LANES; i++) if (!(i & (d)))                                            \
    {                                                                                                                  \
        const vec a = rows[i], b = rows[i + (d)];                                                                      \
        rows[i] = __builtin_shufflevector(a, b, EACH_LANE(WITHOUT, d));                                                \
        rows[i + (d)] = __builtin_shufflevector(a, b, EACH_LANE(WITH, d));                                             \
    }

/* Transposes, by halves. */
KERNEL_INLINE void transpose(vec rows[LANES])
{
#if defined(__AVX2__)
    EXCHANGE(rows, 4)
#endif
    EXCHANGE(rows, 2)
    EXCHANGE(rows, 1)
}

#endif

#endif

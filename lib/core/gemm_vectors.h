/* lib/core/gemm_vectors.h: the vectors that tiles and panels are made of, by the build. For gemm_tiles_body.c and
 * gemm_panels_body.c only. */
#ifndef TENTH_CORE_GEMM_VECTORS_H
#define TENTH_CORE_GEMM_VECTORS_H

#include <stddef.h>

#include "core/size.h"

#if defined(__AVX512F__)

#include "core/gemm_lanes.h"

#define HAS_PAIRS 1 /* words may be pairs of bfloat16 */
enum { LANES = GEMM_LANES, REGISTERS = 32, PANEL_VECTORS = 4 /* columns of a panel of B, at most */ };

#define KERNEL GEMM_AVX512 static
#define INLINE GEMM_INLINE

typedef __m512 vec;
typedef __mmask16 some_lanes; /* the first ones */

INLINE some_lanes some_of(size_t count)
{
    return first_lanes(count);
}

/* Of the other lanes nothing is read; they are 0. */
INLINE vec load_some(const float *from, some_lanes lanes)
{
    return _mm512_maskz_loadu_ps(lanes, from);
}

INLINE void store_some(float *to, some_lanes lanes, vec x)
{
    _mm512_mask_storeu_ps(to, lanes, x);
}

INLINE vec load(const float *from)
{
    return _mm512_loadu_ps(from);
}

INLINE void store(float *to, vec x)
{
    _mm512_storeu_ps(to, x);
}

INLINE vec every_lane(float x)
{
    return _mm512_set1_ps(x);
}

INLINE vec multiply_add(vec a, vec b, vec sum)
{
    return _mm512_fmadd_ps(a, b, sum);
}

INLINE vec multiply_add_pairs(vec a, vec b, vec sum)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/* Words of 32 terms along k, from the first and the last 16 of them. */
INLINE vec pairs_along(vec first, vec last)
{
    return _mm512_castsi512_ps(round_pairs(first, last));
}

/* Words of 16 lines, from their even terms and the odd ones. */
INLINE vec pairs_across(vec even, vec odd)
{
    return _mm512_castsi512_ps(by_turns(round_pairs(even, odd)));
}

/* Rows become columns. */
INLINE void transpose(vec rows[LANES])
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
#if defined(__AVX2__)
enum { LANES = 8 };
#define EACH_LANE(f, x) f(0, x), f(1, x), f(2, x), f(3, x), f(4, x), f(5, x), f(6, x), f(7, x)
#else
enum { LANES = 4 };
#define EACH_LANE(f, x) f(0, x), f(1, x), f(2, x), f(3, x)
#endif
#if defined(__aarch64__)
enum { REGISTERS = 32, PANEL_VECTORS = 4 };
#else
enum { REGISTERS = 16, PANEL_VECTORS = 3 };
#endif

#define KERNEL static
#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef float vec_in_memory __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
typedef size_t some_lanes; /* how many */

INLINE some_lanes some_of(size_t count)
{
    return smaller(count, LANES);
}

INLINE vec load(const float *from)
{
    return *(const vec_in_memory *)from;
}

INLINE void store(float *to, vec x)
{
    *(vec_in_memory *)to = x;
}

INLINE vec load_some(const float *from, some_lanes lanes)
{
    if (lanes == LANES)
        return load(from);
    float x[LANES] = {0};
    for (size_t lane = 0; lane < lanes; lane++)
        x[lane] = from[lane];
    return load(x);
}

INLINE void store_some(float *to, some_lanes lanes, vec x)
{
    if (lanes == LANES) {
        store(to, x);
        return;
    }
    for (size_t lane = 0; lane < lanes; lane++)
        to[lane] = x[lane];
}

INLINE vec every_lane(float x)
{
    return x - (vec){0}; /* by one instruction, since -0 - 0 is -0 */
}

INLINE vec multiply_add(vec a, vec b, vec sum)
{
    return a * b + sum;
}

/* Words are never pairs in this build, so nobody calls these. */
INLINE vec multiply_add_pairs(vec a, vec b, vec sum)
{
    return multiply_add(a, b, sum);
}

INLINE vec pairs_along(vec first, vec last)
{
    (void)last;
    return first;
}

INLINE vec pairs_across(vec even, vec odd)
{
    (void)odd;
    return even;
}

/* Lanes without the bit `d` from a, the others from b's lanes without it; and likewise those with it. */
#define WITHOUT(lane, d) ((lane) & (d) ? LANES + (lane) - (d) : (lane))
#define WITH(lane, d) ((lane) & (d) ? LANES + (lane) : (lane) + (d))
#define EXCHANGE(rows, d)                                                                                              \
    _Pragma("GCC unroll 8") for (int i = 0; i < LANES; i++) if (!(i & (d)))                                            \
    {                                                                                                                  \
        const vec a = rows[i], b = rows[i + (d)];                                                                      \
        rows[i] = __builtin_shufflevector(a, b, EACH_LANE(WITHOUT, d));                                                \
        rows[i + (d)] = __builtin_shufflevector(a, b, EACH_LANE(WITH, d));                                             \
    }

/* Rows become columns, by halves. */
INLINE void transpose(vec rows[LANES])
{
#if defined(__AVX2__)
    EXCHANGE(rows, 4)
#endif
    EXCHANGE(rows, 2)
    EXCHANGE(rows, 1)
}

#endif

#endif

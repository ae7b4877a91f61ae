/* lib/compute/gemm_lanes.h: shared by the products with AVX-512 and with AMX; x86-64 only. */
#ifndef TENTH_COMPUTE_GEMM_LANES_H
#define TENTH_COMPUTE_GEMM_LANES_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/* Compilers emit the instructions for bfloat16 and for bytes only from intrinsics, so code without these runs with
 * AVX-512's foundation. */
#define GEMM_AVX512 __attribute__((target("avx512f,avx512bw,avx512bf16")))
#define GEMM_INLINE GEMM_AVX512 static inline __attribute__((always_inline))

enum { GEMM_LANES = 16 };

/* The lanes that hold the first `count` elements of a row. */
GEMM_INLINE __mmask16 first_lanes(size_t count)
{
    return (__mmask16)(count >= GEMM_LANES ? 0xFFFFU : (1U << count) - 1U);
}

/* 32 floats, rounded to the nearest even: those of `low`, then those of `high` */
GEMM_INLINE __m512i round_pairs(__m512 low, __m512 high)
{
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* Those of the lower and the upper half, alternating */
GEMM_INLINE __m512i by_turns(__m512i x)
{
    static const uint16_t order[2 * GEMM_LANES] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_loadu_si512(order), x);
}

/* Transposes, by halves: 1 x 1 with their neighbours, then 2 x 2, 4 x 4, 8 x 8. */
GEMM_INLINE void transpose_lanes(__m512i r[GEMM_LANES])
{
    __m512i s[GEMM_LANES];
#pragma GCC unroll 16
    for (int i = 0; i < GEMM_LANES; i += 2) {
        s[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        s[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < GEMM_LANES; i += 4) {
        r[i] = _mm512_unpacklo_epi64(s[i], s[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(s[i], s[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(s[i + 1], s[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(s[i + 1], s[i + 3]);
    }
    /* r[4 g + c] has, in its four quarters q, column 4 q + c of the rows 4 g .. 4 g + 3 */
#pragma GCC unroll 16
    for (int c = 0; c < 4; c++) {
        const __m512i even01 = _mm512_shuffle_i32x4(r[c], r[c + 4], 0x88);
        const __m512i odd01 = _mm512_shuffle_i32x4(r[c], r[c + 4], 0xDD);
        const __m512i even23 = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0x88);
        const __m512i odd23 = _mm512_shuffle_i32x4(r[c + 8], r[c + 12], 0xDD);
        r[c] = _mm512_shuffle_i32x4(even01, even23, 0x88);
        r[c + 8] = _mm512_shuffle_i32x4(even01, even23, 0xDD);
        r[c + 4] = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
        r[c + 12] = _mm512_shuffle_i32x4(odd01, odd23, 0xDD);
    }
}

#endif

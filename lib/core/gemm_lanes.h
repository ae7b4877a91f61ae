/* lib/core/gemm_lanes.h: what the products by AVX-512 and by AMX share; x86-64 only. */
#ifndef TENTH_CORE_GEMM_LANES_H
#define TENTH_CORE_GEMM_LANES_H

#include <immintrin.h>
#include <stddef.h>

#define GEMM_LANES_INLINE __attribute__((target("avx512f"))) static inline __attribute__((always_inline))

enum { GEMM_LANES = 16 };

/* Those lanes that hold the first `count` elements of a row. */
GEMM_LANES_INLINE __mmask16 first_lanes(size_t count)
{
    return (__mmask16)(count >= GEMM_LANES ? 0xFFFFU : (1U << count) - 1U);
}

/* Rows become columns, by halves: 1 x 1 with their neighbours, then 2 x 2, 4 x 4, 8 x 8. */
GEMM_LANES_INLINE void transpose_lanes(__m512i r[GEMM_LANES])
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

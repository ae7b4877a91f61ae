/* Tiles of C: sums in registers, of floats and of pairs of bfloat16. */
#if defined(__x86_64__)

#include "core/gemm_tiles.h"

#include <immintrin.h>

#include "core/size.h"

enum { LANES = GEMM_LANES, TILE_ROWS_MAX = 12, REGISTERS = 32 };

GEMM_INLINE void fetch_line(struct lines *lines)
{
    _mm_prefetch(lines->next, _MM_HINT_T1);
    lines->next += LINE_BYTES;
    if (lines->next == lines->row_end) {
        lines->next += lines->skip;
        lines->row_end += lines->stride;
    }
}

GEMM_INLINE __m512 load_c(const struct tile *t, const int row, const int vector, const int vectors)
{
    const float *from = t->c + (size_t)row * t->ldc + vector * LANES;
    return vector + 1 < vectors ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(t->last, from);
}

GEMM_INLINE void store_c(const struct tile *t, const int row, const int vector, const int vectors, __m512 sum)
{
    float *to = t->c + (size_t)row * t->ldc + vector * LANES;
    if (vector + 1 < vectors)
        _mm512_storeu_ps(to, sum);
    else
        _mm512_mask_storeu_ps(to, t->last, sum);
}

/* sum += the terms of a word */
GEMM_INLINE __m512 multiply_add(const int pairs, __m512 a, __m512 b, __m512 sum)
{
    return pairs ? _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b) : _mm512_fmadd_ps(a, b, sum);
}

/* How a tile is multiplied; constants, all of them. */
struct shape {
    int rows, vectors;
    int transposed; /* A's words lie [words][rows] */
    int pairs;
};

/* sums += one column of A's words times its row of the panel */
GEMM_INLINE void add_word(const struct shape s, const float *a, size_t lda, const float *panel,
                          __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    __m512 b[PANEL_VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < s.vectors; v++)
        b[v] = _mm512_load_ps(panel + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
        const __m512 x = _mm512_set1_ps(s.transposed ? a[r] : a[(size_t)r * lda]);
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            sums[r][v] = multiply_add(s.pairs, x, b[v], sums[r][v]);
    }
}

/* Fetches a line for every word of pairs and every other float, as long as there are lines: of most products, all lines
 * of the next one. */
GEMM_INLINE void add_words(const struct shape s, const struct tile *t, __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    const size_t words_of_line = s.pairs ? 1 : 2, step = s.transposed ? t->lda : 1;
    const size_t lines = smaller(t->lines->left, t->words / words_of_line);
    const float *a = t->a, *panel = t->panel;
    struct lines fetched = *t->lines;
    for (size_t line = 0; line < lines; line++) {
        fetch_line(&fetched);
#pragma GCC unroll 2
        for (size_t i = 0; i < words_of_line; i++) {
            add_word(s, a, t->lda, panel, sums);
            a += step;
            panel += s.vectors * LANES;
        }
    }
    for (size_t word = lines * words_of_line; word < t->words; word++) {
        add_word(s, a, t->lda, panel, sums);
        a += step;
        panel += s.vectors * LANES;
    }
    fetched.left -= lines;
    *t->lines = fetched;
}

GEMM_INLINE void multiply_tile(const struct shape s, const int add, const struct tile *t)
{
    __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            sums[r][v] = add ? load_c(t, r, v, s.vectors) : _mm512_setzero_ps();
    }
    add_words(s, t, sums);
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            store_c(t, r, v, s.vectors, sums[r][v]);
    }
}

/* The functions for one shape of a tile: A as it lies and transposed, of floats and of pairs. */
#define TILE_FUNCTION(rows, vectors, transposed, pairs)                                                                \
    GEMM_AVX512 static void tile_##rows##_##vectors##_##transposed##_##pairs(const struct tile *t)                     \
    {                                                                                                                  \
        const struct shape shape = {rows, vectors, transposed, pairs};                                                 \
        if (t->add)                                                                                                    \
            multiply_tile(shape, 1, t);                                                                                \
        else                                                                                                           \
            multiply_tile(shape, 0, t);                                                                                \
    }
#define TILE(rows, vectors)                                                                                            \
    TILE_FUNCTION(rows, vectors, 0, 0)                                                                                 \
    TILE_FUNCTION(rows, vectors, 0, 1)                                                                                 \
    TILE_FUNCTION(rows, vectors, 1, 0)                                                                                 \
    TILE_FUNCTION(rows, vectors, 1, 1)                                                                                 \
    _Static_assert((rows) <= TILE_ROWS_MAX && ((rows) + 1) * (vectors) < REGISTERS, "sums and factors fit")

/* 12 to 24 sums at a time, but for the last rows: more than an addition waits for. */
TILE(12, 1);
TILE(6, 1);
TILE(3, 1);
TILE(1, 1);
TILE(12, 2);
TILE(6, 2);
TILE(3, 2);
TILE(1, 2);
TILE(8, 3);
TILE(4, 3);
TILE(2, 3);
TILE(1, 3);
TILE(6, 4);
TILE(4, 4);
TILE(2, 4);
TILE(1, 4);

#define KIND(rows, vectors)                                                                                            \
    {                                                                                                                  \
        rows,                                                                                                          \
        {                                                                                                              \
            {tile_##rows##_##vectors##_0_0, tile_##rows##_##vectors##_0_1},                                            \
            {                                                                                                          \
                tile_##rows##_##vectors##_1_0, tile_##rows##_##vectors##_1_1                                           \
            }                                                                                                          \
        }                                                                                                              \
    }

const struct tile_kind tile_kinds[PANEL_VECTORS][4] = {
    {KIND(12, 1), KIND(6, 1), KIND(3, 1), KIND(1, 1)},
    {KIND(12, 2), KIND(6, 2), KIND(3, 2), KIND(1, 2)},
    {KIND(8, 3), KIND(4, 3), KIND(2, 3), KIND(1, 3)},
    {KIND(6, 4), KIND(4, 4), KIND(2, 4), KIND(1, 4)},
};

#else

typedef int no_empty_file; /* which C does not allow */

#endif

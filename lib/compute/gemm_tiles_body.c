/* Tiles of C: sums in registers, of floats and of pairs of bfloat16; compiled once per instruction set (compute/isa.h).
 */
#include "compute/gemm_tiles.h"

enum { TILE_ROWS_MAX = 16 };

KERNEL_INLINE void fetch_line(struct lines *lines)
{
    __builtin_prefetch(lines->next, 0, 2);
    lines->next += LINE_BYTES;
    if (lines->next == lines->row_end) {
        lines->next += lines->skip;
        lines->row_end += lines->stride;
    }
}

KERNEL_INLINE vec load_c(const struct tiles *t, const int row, const int vector, const int vectors)
{
    const float *from = t->c + (size_t)row * t->ldc + vector * LANES;
    return vector + 1 < vectors ? load(from) : load_some(from, t->last);
}

KERNEL_INLINE void store_c(const struct tiles *t, const int row, const int vector, const int vectors, vec sum)
{
    float *to = t->c + (size_t)row * t->ldc + vector * LANES;
    if (vector + 1 < vectors)
        store(to, sum);
    else
        store_some(to, t->last, sum);
}

/* How a tile is multiplied; all constants. */
struct shape {
    int rows, vectors;
    int transposed; /* A's words lie [words][rows] */
    int pairs;
};

/* sums += one column of A's words times its row of the panel */
KERNEL_INLINE void add_word(const struct shape s, const float *a, size_t lda, const float *panel,
                            vec sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    vec b[PANEL_VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < s.vectors; v++)
        b[v] = load(panel + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
        const vec x = every_lane(s.transposed ? a[r] : a[(size_t)r * lda]);
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            sums[r][v] = s.pairs ? multiply_add_pairs(x, b[v], sums[r][v]) : multiply_add(x, b[v], sums[r][v]);
    }
}

static inline struct lines *next_lines(struct fetched *fetched)
{
    while (fetched->now < 2 && fetched->matrices[fetched->now].left == 0)
        fetched->now += 1;
    return &fetched->matrices[fetched->now];
}

/* One line is prefetched per this many words, until there are no more: for most products, all lines of the next one.
 * With fewer registers a product has more tiles; if A is transposed, as in a weight's gradient, sums are short and C is
 * large. */
KERNEL_INLINE size_t words_of_line(const struct shape s)
{
    return s.pairs ? 1 : REGISTERS == 32 || s.transposed ? 2 : 4;
}

KERNEL_INLINE void add_words(const struct shape s, const struct tiles *t, vec sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    const size_t words = words_of_line(s), step = s.transposed ? t->lda : 1;
    struct lines *next = next_lines(t->fetched), fetched = *next;
    const size_t lines = smaller(fetched.left, t->words / words);
    const float *a = t->a, *panel = t->panel;
    for (size_t line = 0; line < lines; line++) {
        fetch_line(&fetched);
#pragma GCC unroll 4
        for (size_t i = 0; i < words; i++) {
            add_word(s, a, t->lda, panel, sums);
            a += step;
            panel += s.vectors * LANES;
        }
    }
    for (size_t word = lines * words; word < t->words; word++) {
        add_word(s, a, t->lda, panel, sums);
        a += step;
        panel += s.vectors * LANES;
    }
    fetched.left -= lines;
    *next = fetched;
}

KERNEL_INLINE void multiply_tile(const struct shape s, const int add, const struct tiles *t)
{
    vec sums[TILE_ROWS_MAX][PANEL_VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            sums[r][v] = add ? load_c(t, r, v, s.vectors) : (vec){0};
    }
    add_words(s, t, sums);
#pragma GCC unroll 16
    for (int r = 0; r < s.rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < s.vectors; v++)
            store_c(t, r, v, s.vectors, sums[r][v]);
    }
}

KERNEL_INLINE void multiply_tiles(const struct shape s, struct tiles *t)
{
    const size_t step_a = (size_t)s.rows * (s.transposed ? 1 : t->lda), step_c = (size_t)s.rows * t->ldc;
    for (size_t i = 0; i < t->count; i++, t->a += step_a, t->c += step_c) {
        if (t->add)
            multiply_tile(s, 1, t);
        else
            multiply_tile(s, 0, t);
    }
}

/* The functions for one tile shape: A plain and transposed, of floats and of pairs. */
#define TILE_FUNCTION(rows, vectors, transposed, pairs)                                                                \
    KERNEL void tile_##rows##_##vectors##_##transposed##_##pairs(struct tiles t)                                       \
    {                                                                                                                  \
        multiply_tiles((struct shape){rows, vectors, transposed, pairs}, &t);                                          \
    }
#if HAS_PAIRS
#define TILE_OF_PAIRS(rows, vectors, transposed) TILE_FUNCTION(rows, vectors, transposed, 1)
#define FUNCTIONS(shape, transposed)                                                                                   \
    {                                                                                                                  \
        shape##_##transposed##_0, shape##_##transposed##_1                                                             \
    }
#else
#define TILE_OF_PAIRS(rows, vectors, transposed)
#define FUNCTIONS(shape, transposed)                                                                                   \
    {                                                                                                                  \
        shape##_##transposed##_0, NULL                                                                                 \
    }
#endif
#define TILE(rows, vectors)                                                                                            \
    TILE_FUNCTION(rows, vectors, 0, 0)                                                                                 \
    TILE_FUNCTION(rows, vectors, 1, 0)                                                                                 \
    TILE_OF_PAIRS(rows, vectors, 0)                                                                                    \
    TILE_OF_PAIRS(rows, vectors, 1)                                                                                    \
    _Static_assert((rows) <= TILE_ROWS_MAX && ((rows) + 1) * (vectors) < REGISTERS, "sums and factors fit")
#define KIND(rows, vectors)                                                                                            \
    {                                                                                                                  \
        rows,                                                                                                          \
        {                                                                                                              \
            FUNCTIONS(tile_##rows##_##vectors, 0), FUNCTIONS(tile_##rows##_##vectors, 1)                               \
        }                                                                                                              \
    }

/* 12 to 24 sums at a time, except for the last rows: enough to hide an addition's latency. */
TILE(6, 1);
TILE(3, 1);
TILE(1, 1);

#if REGISTERS == 32

TILE(16, 1); /* the dense layer's block of items */
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

const struct tile_kind tile_kinds[PANEL_VECTORS][4] = {
    {KIND(16, 1), KIND(6, 1), KIND(3, 1), KIND(1, 1)},
    {KIND(12, 2), KIND(6, 2), KIND(3, 2), KIND(1, 2)},
    {KIND(8, 3), KIND(4, 3), KIND(2, 3), KIND(1, 3)},
    {KIND(6, 4), KIND(4, 4), KIND(2, 4), KIND(1, 4)},
};

#else

TILE(12, 1);
TILE(6, 2);
TILE(4, 2);
TILE(2, 2);
TILE(1, 2);
TILE(4, 3);
TILE(3, 3);
TILE(2, 3);
TILE(1, 3);

const struct tile_kind tile_kinds[PANEL_VECTORS][4] = {
    {KIND(12, 1), KIND(6, 1), KIND(3, 1), KIND(1, 1)},
    {KIND(6, 2), KIND(4, 2), KIND(2, 2), KIND(1, 2)},
    {KIND(4, 3), KIND(3, 3), KIND(2, 3), KIND(1, 3)},
};

#endif

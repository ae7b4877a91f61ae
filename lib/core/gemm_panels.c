/* gemm_batch by AVX-512. What Winograd's points multiply comes from beyond the second cache, and a library's product
 * waits for it: while one product is computed, this fetches the matrices of the next.
 *
 * Some columns of B, as many as up to four vectors hold, are packed, one block of terms after the other. Such a panel
 * stays in the first cache while the rows of A pass, and a tile of C in registers. */
#include "core/gemm_private.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>

#include "core/gemm_lanes.h"
#include "core/isa.h"
#include "core/size.h"

#define AVX512 __attribute__((target("avx512f")))
#define INLINE AVX512 static inline __attribute__((always_inline))

enum {
    LANES = GEMM_LANES,
    PANEL_VECTORS = 4, /* columns of a panel, at most */
    PANEL_TERMS = 128, /* a panel has 32 KiB at most; 96, 192 and 256 terms did as well */
    TILE_ROWS_MAX = 12,
    REGISTERS = 32,
    LINE_BYTES = 64,
    TERMS_PER_LINE =
        2 /* a line is fetched for so many terms of a tile: of most products, all of the next one's lines */
};

/* ---- what is fetched ---- */

/* The lines of a matrix whose rows lie `stride` bytes apart. */
struct lines {
    const char *next, *row_end;
    size_t left;
    ptrdiff_t stride, skip; /* skip: from the end of a row's lines to the next row */
};

/* A row that does not begin with a line ends in one more. */
static struct lines lines_of(const float *x, size_t rows, size_t columns, size_t ld)
{
    if (columns == ld) {
        columns *= rows;
        rows = 1;
    }
    const int aligned = (uintptr_t)x % LINE_BYTES == 0 && (rows == 1 || ld * sizeof *x % LINE_BYTES == 0);
    const size_t of_row = (columns * sizeof *x + LINE_BYTES - 1) / LINE_BYTES + !aligned;
    const ptrdiff_t stride = (ptrdiff_t)(ld * sizeof *x), bytes = (ptrdiff_t)(of_row * LINE_BYTES);
    return (struct lines){(const char *)x, (const char *)x + bytes, rows * of_row, stride, stride - bytes};
}

INLINE void fetch_line(struct lines *lines)
{
    _mm_prefetch(lines->next, _MM_HINT_T1);
    lines->next += LINE_BYTES;
    if (lines->next == lines->row_end) {
        lines->next += lines->skip;
        lines->row_end += lines->stride;
    }
}

/* ---- a tile of C ---- */

struct tile {
    size_t terms;
    const float *a; /* its first row */
    size_t lda;
    const float *panel; /* [terms][vectors of the panel][LANES] */
    float *c;
    size_t ldc;
    int add;        /* to C, or overwrite it */
    __mmask16 last; /* those columns of the last vector that there are */
    struct lines *lines;
};

INLINE __m512 load_c(const struct tile *t, const int row, const int vector, const int vectors)
{
    const float *from = t->c + (size_t)row * t->ldc + vector * LANES;
    return vector + 1 < vectors ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(t->last, from);
}

INLINE void store_c(const struct tile *t, const int row, const int vector, const int vectors, __m512 sum)
{
    float *to = t->c + (size_t)row * t->ldc + vector * LANES;
    if (vector + 1 < vectors)
        _mm512_storeu_ps(to, sum);
    else
        _mm512_mask_storeu_ps(to, t->last, sum);
}

/* sums += one term's column of A times its row of the panel */
INLINE void add_term(const int rows, const int vectors, const int transposed, const float *a, size_t lda,
                     const float *panel, __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    __m512 b[PANEL_VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++)
        b[v] = _mm512_load_ps(panel + v * LANES);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        const __m512 x = _mm512_set1_ps(transposed ? a[r] : a[(size_t)r * lda]);
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            sums[r][v] = _mm512_fmadd_ps(x, b[v], sums[r][v]);
    }
}

/* Fetches a line for every TERMS_PER_LINE terms, as long as there are lines. */
INLINE void add_terms(const int rows, const int vectors, const int transposed, const struct tile *t,
                      __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS])
{
    const size_t step = transposed ? t->lda : 1, lines = smaller(t->lines->left, t->terms / TERMS_PER_LINE);
    const float *a = t->a, *panel = t->panel;
    struct lines fetched = *t->lines;
    for (size_t line = 0; line < lines; line++) {
        fetch_line(&fetched);
#pragma GCC unroll 16
        for (int i = 0; i < TERMS_PER_LINE; i++) {
            add_term(rows, vectors, transposed, a, t->lda, panel, sums);
            a += step;
            panel += vectors * LANES;
        }
    }
    for (size_t term = lines * TERMS_PER_LINE; term < t->terms; term++) {
        add_term(rows, vectors, transposed, a, t->lda, panel, sums);
        a += step;
        panel += vectors * LANES;
    }
    fetched.left -= lines;
    *t->lines = fetched;
}

INLINE void multiply_tile(const int rows, const int vectors, const int transposed, const int add, const struct tile *t)
{
    __m512 sums[TILE_ROWS_MAX][PANEL_VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            sums[r][v] = add ? load_c(t, r, v, vectors) : _mm512_setzero_ps();
    }
    add_terms(rows, vectors, transposed, t, sums);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            store_c(t, r, v, vectors, sums[r][v]);
    }
}

typedef void tile_fn(const struct tile *t);

/* The functions for one shape of a tile: A as it lies, and transposed. */
#define TILE_FUNCTION(rows, vectors, transposed)                                                                       \
    AVX512 static void tile_##rows##_##vectors##_##transposed(const struct tile *t)                                    \
    {                                                                                                                  \
        if (t->add)                                                                                                    \
            multiply_tile(rows, vectors, transposed, 1, t);                                                            \
        else                                                                                                           \
            multiply_tile(rows, vectors, transposed, 0, t);                                                            \
    }
#define TILE(rows, vectors)                                                                                            \
    TILE_FUNCTION(rows, vectors, 0)                                                                                    \
    TILE_FUNCTION(rows, vectors, 1)                                                                                    \
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
            tile_##rows##_##vectors##_0, tile_##rows##_##vectors##_1                                                   \
        }                                                                                                              \
    }

static const struct tile_kind {
    size_t rows;
    tile_fn *multiply[2]; /* A as it lies, and transposed */
} tile_kinds[PANEL_VECTORS][4] = {
    {KIND(12, 1), KIND(6, 1), KIND(3, 1), KIND(1, 1)},
    {KIND(12, 2), KIND(6, 2), KIND(3, 2), KIND(1, 2)},
    {KIND(8, 3), KIND(4, 3), KIND(2, 3), KIND(1, 3)},
    {KIND(6, 4), KIND(4, 4), KIND(2, 4), KIND(1, 4)},
};

/* ---- a panel of B ---- */

/* panel [terms][vectors][LANES] from b [terms][columns] */
AVX512 static void pack_plain(const float *b, size_t ldb, size_t terms, size_t vectors, __mmask16 last, float *panel)
{
    for (size_t term = 0; term < terms; term++, b += ldb, panel += vectors * LANES) {
        for (size_t v = 0; v + 1 < vectors; v++)
            _mm512_store_ps(panel + v * LANES, _mm512_loadu_ps(b + v * LANES));
        _mm512_store_ps(panel + (vectors - 1) * LANES, _mm512_maskz_loadu_ps(last, b + (vectors - 1) * LANES));
    }
}

/* to [16 terms][step] from b [lines][ld], of which so many lines and those terms are there. */
AVX512 static void transpose(const float *b, size_t ld, size_t lines, __mmask16 terms, float *to, size_t step)
{
    __m512i rows[LANES];
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        rows[i] = i < lines ? _mm512_maskz_loadu_epi32(terms, b + i * ld) : _mm512_setzero_si512();
    transpose_lanes(rows);
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        _mm512_store_si512(to + i * step, rows[i]);
}

/* panel [terms, rounded up to LANES][vectors][LANES] from b [columns][terms] */
AVX512 static void pack_transposed(const float *b, size_t ldb, size_t terms, size_t columns, size_t vectors,
                                   float *panel)
{
    for (size_t v = 0; v < vectors; v++)
        for (size_t term = 0; term < terms; term += LANES)
            transpose(b + v * LANES * ldb + term, ldb, smaller(LANES, columns - v * LANES), first_lanes(terms - term),
                      panel + (term * vectors + v) * LANES, vectors * LANES);
}

/* ---- products ---- */

/* What is fetched while a panel is multiplied, one after the other. */
struct fetched {
    struct lines matrices[3];
    size_t now;
};

/* The columns of C that panel number `index` of all has; the panels are as equal as can be. */
struct columns {
    size_t first, count;
};

static size_t panel_count(size_t n)
{
    return (n + PANEL_VECTORS * LANES - 1) / (PANEL_VECTORS * LANES);
}

static struct columns columns_of(size_t n, size_t index)
{
    const size_t vectors = (n + LANES - 1) / LANES, panels = panel_count(n), first = vectors * index / panels * LANES;
    return (struct columns){first, smaller(vectors * (index + 1) / panels * LANES, n) - first};
}

/* Part number `part` of `parts` of a matrix's rows. */
static struct lines part_of(const float *x, size_t rows, size_t columns, size_t ld, size_t part, size_t parts)
{
    const size_t first = rows * part / parts;
    return lines_of(x + first * ld, rows * (part + 1) / parts - first, columns, ld);
}

/* B's next panel, which may be the next product's first, and a part of the next product's A and C: what is fetched
 * earlier than that is gone again when its turn comes, where a product fills half of the second cache. */
static struct fetched fetch(const struct gemm_batch *p, size_t panel, int has_next, const float *a, const float *b,
                            const float *c)
{
    const size_t panels = panel_count(p->n);
    const int is_last = panel + 1 == panels;
    struct fetched fetched = {0};
    if (is_last && !has_next)
        return fetched;
    const struct columns columns = columns_of(p->n, is_last ? 0 : panel + 1);
    if (is_last)
        b += p->stride_b;
    fetched.matrices[0] = p->op_b == GEMM_PLAIN ? lines_of(b + columns.first, p->k, columns.count, p->ldb)
                                                : lines_of(b + columns.first * p->ldb, columns.count, p->k, p->ldb);
    if (has_next) {
        const int transposed = p->op_a == GEMM_TRANSPOSED;
        fetched.matrices[1] =
            part_of(a + p->stride_a, transposed ? p->k : p->m, transposed ? p->m : p->k, p->lda, panel, panels);
        fetched.matrices[2] = part_of(c + p->stride_c, p->m, p->n, p->ldc, panel, panels);
    }
    return fetched;
}

static struct lines *next_lines(struct fetched *fetched)
{
    while (fetched->now < 2 && fetched->matrices[fetched->now].left == 0)
        fetched->now += 1;
    return &fetched->matrices[fetched->now];
}

/* Some columns of C, and all its rows. */
AVX512 static void multiply_panel(const struct gemm_batch *p, const float *a, const float *b, float *c, size_t columns,
                                  struct fetched *fetched)
{
    _Alignas(LINE_BYTES) float panel[PANEL_TERMS * PANEL_VECTORS * LANES];
    const int transposed = p->op_a == GEMM_TRANSPOSED;
    const size_t vectors = (columns + LANES - 1) / LANES;
    const __mmask16 last = first_lanes(columns - (vectors - 1) * LANES);
    struct tile tile = {.lda = p->lda, .panel = panel, .ldc = p->ldc, .last = last};
    for (size_t term = 0; term < p->k; term += PANEL_TERMS) {
        const struct tile_kind *kind = tile_kinds[vectors - 1];
        tile.terms = smaller(PANEL_TERMS, p->k - term);
        tile.add = term > 0;
        if (p->op_b == GEMM_PLAIN)
            pack_plain(b + term * p->ldb, p->ldb, tile.terms, vectors, last, panel);
        else
            pack_transposed(b + term, p->ldb, tile.terms, columns, vectors, panel);
        for (size_t row = 0; row < p->m; row += kind->rows) {
            while (kind->rows > p->m - row)
                kind++;
            tile.lines = next_lines(fetched);
            tile.a = a + (transposed ? term * p->lda + row : row * p->lda + term);
            tile.c = c + row * p->ldc;
            kind->multiply[transposed](&tile);
        }
    }
}

int gemm_panels_run_here(void)
{
    return isa_runs_avx512();
}

void gemm_panels(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    const struct gemm_batch *p = batch;
    for (size_t i = 0; i < count; i++, a += p->stride_a, b += p->stride_b, c += p->stride_c)
        for (size_t panel = 0; panel < panel_count(p->n); panel++) {
            const struct columns columns = columns_of(p->n, panel);
            struct fetched fetched = fetch(p, panel, i + 1 < count, a, b, c);
            multiply_panel(p, a, b + (p->op_b == GEMM_PLAIN ? columns.first : columns.first * p->ldb),
                           c + columns.first, columns.count, &fetched);
        }
}

#else

int gemm_panels_run_here(void)
{
    return 0;
}

void gemm_panels(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    (void)a, (void)b;
    for (size_t i = 0; i < count; i++) /* nobody calls it */
        gemm_fill_with_nan(batch->m, batch->n, c + i * batch->stride_c, batch->ldc);
}

#endif

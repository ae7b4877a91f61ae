/* Products of floats and, with AVX-512, of bfloat16 in pairs; compiled once per instruction set (compute/isa.h). The
 * factors of Winograd's points come from beyond the L2 cache, and a library's product waits for them: this prefetches
 * the matrices of the next product during the current one.
 *
 * Some columns of B, up to four vectors of them, and some terms of the sum are packed. Such a panel stays in the L1
 * cache while the rows of A pass, and a tile of C in registers. A word of 32 bits is one term of floats, or two of
 * bfloat16, neighbours along k; so A is packed too, when its words are pairs. A packed B is its panels, one after the
 * other, each [words of all terms][columns in whole vectors]. */
#include "compute/gemm_private.h"

#include "compute/gemm_tiles.h"

/* PANEL_WORDS: along k. A panel has at most 24 or 32 KiB; half or twice as many words did no better. */
enum {
    PANEL_WORDS = REGISTERS == 32 ? 128 : 256,
    PACKED_ROWS = 512,   /* of A, at most: 256 KiB */
    FEW_ROWS = 64,       /* if memory is short: 32 KiB */
    LARGE = 1 << 18,     /* floats of A; a larger single product takes this many rows at once, whose chunk of terms */
    ROWS_OF_LARGE = 256, /* stays in the L2 cache */
    TERMS_OF_PAIR = 2
};
_Static_assert(PACKED_ROWS *PANEL_WORDS * sizeof(float) <= GEMM_SCRATCH_BYTES, "what is packed of A fits");

static inline size_t terms_of_word(int pairs)
{
    return pairs ? TERMS_OF_PAIR : 1;
}

/* ---- packing ---- */

/* A factor as stored: op(x) is x, or x transposed. */
struct factor {
    const float *x;
    size_t ld;
    int transposed;
};

/* Its part starting at `row` and `column` of op(x). */
static struct factor from(struct factor f, size_t row, size_t column)
{
    f.x += f.transposed ? column * f.ld + row : row * f.ld + column;
    return f;
}

/* A vector of words, neighbours along k: from a line of `terms` terms, those from `term` on; 0 beyond the end. */
KERNEL_INLINE vec words_along(const int pairs, const float *line, size_t terms, size_t term)
{
    const size_t left = term < terms ? terms - term : 0, of_second = left > LANES ? left - LANES : 0;
    const vec first = load_some(line + term, some_of(left));
    return pairs ? pairs_along(first, load_some(line + term + LANES, some_of(of_second))) : first;
}

/* The words of a vector of lines, from the matrix's row of their first term and, for pairs, the row after it if there
 * is one */
KERNEL_INLINE vec words_across(const int pairs, const float *row, size_t ld, int has_second, some_lanes lines)
{
    const vec first = load_some(row, lines);
    return pairs ? pairs_across(first, load_some(row + ld, has_second ? lines : 0)) : first;
}

/* to [words][ld_to] from x [terms][lines]; lines: whole vectors in `to` */
KERNEL_INLINE void pack_across(const int pairs, const float *x, size_t ld, size_t terms, size_t lines, float *to,
                               size_t ld_to)
{
    const size_t of_word = terms_of_word(pairs), whole = lines / LANES * LANES;
    for (size_t term = 0; term < terms; term += of_word, x += of_word * ld, to += ld_to) {
        const int has_second = term + 1 < terms;
        for (size_t line = 0; line < whole; line += LANES)
            store(to + line, words_across(pairs, x + line, ld, has_second, some_of(LANES)));
        if (whole < lines)
            store(to + whole, words_across(pairs, x + whole, ld, has_second, some_of(lines - whole)));
    }
}

/* to [lines][ld_to] from x [lines][terms]; words: whole vectors in `to` */
KERNEL_INLINE void pack_along(const int pairs, const float *x, size_t ld, size_t terms, size_t lines, float *to,
                              size_t ld_to)
{
    for (size_t line = 0; line < lines; line++)
        for (size_t term = 0, word = 0; term < terms; term += terms_of_word(pairs) * LANES, word += LANES)
            store(to + line * ld_to + word, words_along(pairs, x + line * ld, terms, term));
}

/* to [words, in whole vectors][ld_to] from x [lines][terms]; lines: whole vectors in `to` */
KERNEL_INLINE void pack_transposed(const int pairs, const float *x, size_t ld, size_t terms, size_t lines, float *to,
                                   size_t ld_to)
{
    const size_t of_word = terms_of_word(pairs);
    for (size_t line = 0; line < lines; line += LANES)
        for (size_t term = 0; term < terms; term += of_word * LANES) {
            vec words[LANES];
#pragma GCC unroll 16
            for (size_t i = 0; i < LANES; i++)
                words[i] = line + i < lines ? words_along(pairs, x + (line + i) * ld, terms, term) : (vec){0};
            transpose(words);
#pragma GCC unroll 16
            for (size_t i = 0; i < LANES; i++)
                store(to + (term / of_word + i) * ld_to + line, words[i]);
        }
}

KERNEL_INLINE void pack_panel_of(const int pairs, struct factor b, size_t terms, size_t columns, float *panel,
                                 size_t width)
{
    if (b.transposed)
        pack_transposed(pairs, b.x, b.ld, terms, columns, panel, width);
    else
        pack_across(pairs, b.x, b.ld, terms, columns, panel, width);
}

/* panel [words, in whole vectors][width] from b [terms][columns]; width: the columns in whole vectors */
KERNEL void pack_panel(int pairs, struct factor b, size_t terms, size_t columns, float *panel, size_t width)
{
    if (pairs)
        pack_panel_of(1, b, terms, columns, panel, width);
    else
        pack_panel_of(0, b, terms, columns, panel, width);
}

static size_t whole_vectors(size_t words)
{
    return round_up(words, LANES);
}

/* A [rows][terms] in pairs, in the stored order */
KERNEL struct factor pack_pairs(struct factor a, size_t terms, size_t rows, float *packed)
{
    const size_t ld = whole_vectors(a.transposed ? rows : parts_of(terms, TERMS_OF_PAIR));
    if (a.transposed)
        pack_across(1, a.x, a.ld, terms, rows, packed, ld);
    else
        pack_along(1, a.x, a.ld, terms, rows, packed, ld);
    return (struct factor){packed, ld, a.transposed};
}

/* ---- how a product is divided ---- */

/* One product of a batch, and how it is divided: blocks of rows, whose sums are added up by chunks of terms, in panels
 * of columns. */
struct product {
    const struct gemm_batch *sizes;
    int pairs, add; /* add: to C */
    size_t blocks, chunks, panels;
    int has_next;
    struct factor a, b;
    float *c;
    float *packed; /* for a block's chunk of A, in pairs */
};

static struct range block_of(const struct product *p, size_t block)
{
    return part_of(p->sizes->m, block, p->blocks);
}

/* The terms of a chunk: whole words, except for the last. */
static struct range chunk_of(const struct product *p, size_t chunk)
{
    const size_t of_word = terms_of_word(p->pairs);
    const struct range words = part_of(parts_of(p->sizes->k, of_word), chunk, p->chunks);
    const size_t first = words.first * of_word;
    return (struct range){first, smaller(words.size * of_word, p->sizes->k - first)};
}

static size_t count_panels(size_t n)
{
    return parts_of(n, PANEL_VECTORS * LANES);
}

/* The columns of a panel: whole vectors, except for the last. */
static struct range columns_of(size_t n, size_t panel)
{
    const struct range vectors = part_of(parts_of(n, LANES), panel, count_panels(n));
    const size_t first = vectors.first * LANES;
    return (struct range){first, smaller(vectors.size * LANES, n - first)};
}

/* The words of a panel's columns from `term` on in a packed B of k terms. */
static size_t packed_offset(int pairs, size_t k, struct range columns, size_t term)
{
    return columns.first * parts_of(k, terms_of_word(pairs)) +
           term / terms_of_word(pairs) * whole_vectors(columns.size);
}

/* A part of B that is already stored like its panel: packed, or the only panel, as for U of networks with 16, 32, 48 or
 * 64 filters; NULL: it is not. */
static const float *ready_panel(const struct product *p, struct range terms, struct range columns)
{
    if (p->sizes->op_b == GEMM_PACKED)
        return p->b.x + packed_offset(p->pairs, p->sizes->k, columns, terms.first);
    const struct factor part = from(p->b, terms.first, columns.first);
    const int is_ready =
        !p->pairs && !part.transposed && part.ld == whole_vectors(columns.size) && (uintptr_t)part.x % LINE_BYTES == 0;
    return is_ready ? part.x : NULL;
}

/* ---- what is fetched ---- */

/* A row that does not start at a cache line touches one more. */
static struct lines lines_of(const float *x, size_t rows, size_t columns, size_t ld)
{
    if (columns == ld) {
        columns *= rows;
        rows = 1;
    }
    const int aligned = (uintptr_t)x % LINE_BYTES == 0 && (rows == 1 || ld * sizeof *x % LINE_BYTES == 0);
    const size_t of_row = parts_of(columns * sizeof *x, LINE_BYTES) + !aligned;
    const ptrdiff_t stride = (ptrdiff_t)(ld * sizeof *x), bytes = (ptrdiff_t)(of_row * LINE_BYTES);
    return (struct lines){(const char *)x, (const char *)x + bytes, rows * of_row, stride, stride - bytes};
}

/* B, or that of the next product; NULL: there is none. */
static const float *b_of(const struct product *p, int next)
{
    if (next && !p->has_next)
        return NULL;
    return p->b.x + (next ? p->sizes->stride_b : 0);
}

/* The next panel of a packed or transposed B. */
static struct lines next_panel(const struct product *p, size_t index)
{
    const size_t panel = (index + 1) % (p->blocks * p->chunks * p->panels);
    const struct range terms = chunk_of(p, panel / p->panels % p->chunks),
                       columns = columns_of(p->sizes->n, panel % p->panels);
    const float *b = b_of(p, panel == 0);
    if (!b)
        return (struct lines){0};
    if (p->sizes->op_b == GEMM_TRANSPOSED)
        return lines_of(b + columns.first * p->b.ld + terms.first, columns.size, terms.size, p->b.ld);
    return lines_of(b + packed_offset(p->pairs, p->sizes->k, columns, terms.first), 1,
                    parts_of(terms.size, terms_of_word(p->pairs)) * whole_vectors(columns.size), 0);
}

/* Some rows of the next chunk of a plain B, one panel's share of them. Whole rows, since a panel has one to four lines
 * of a row, and partial lines would be fetched twice. */
static struct lines next_rows(const struct product *p, size_t index)
{
    const size_t chunk = (index / p->panels + 1) % (p->blocks * p->chunks);
    const float *b = b_of(p, chunk == 0);
    const struct range terms = chunk_of(p, chunk % p->chunks), rows = part_of(terms.size, index % p->panels, p->panels);
    return b ? lines_of(b + (terms.first + rows.first) * p->b.ld, rows.size, p->sizes->n, p->b.ld) : (struct lines){0};
}

/* Part of the next product's A and C. */
static void fetch_next_product(const struct product *p, size_t index, struct fetched *fetched)
{
    const struct gemm_batch *sizes = p->sizes;
    const size_t parts = p->blocks * p->chunks * p->panels;
    const struct range some_of_a = part_of(p->a.transposed ? sizes->k : sizes->m, index, parts),
                       some_of_c = part_of(sizes->m, index, parts);
    const float *a = p->a.x + sizes->stride_a + some_of_a.first * p->a.ld;
    const float *c = p->c + sizes->stride_c + some_of_c.first * sizes->ldc;
    fetched->matrices[1] = lines_of(a, some_of_a.size, p->a.transposed ? sizes->m : sizes->k, p->a.ld);
    fetched->matrices[2] = lines_of(c, some_of_c.size, sizes->n, sizes->ldc);
}

/* For a large product, the next panel's C, and part of the next chunk of A. */
static void fetch_next_part(const struct product *p, size_t index, struct fetched *fetched)
{
    const size_t next = index + 1, panel = index % p->panels, chunk = index / p->panels + 1;
    if (next < p->blocks * p->chunks * p->panels) {
        const struct range rows = block_of(p, next / p->panels / p->chunks),
                           columns = columns_of(p->sizes->n, next % p->panels);
        fetched->matrices[1] =
            lines_of(p->c + rows.first * p->sizes->ldc + columns.first, rows.size, columns.size, p->sizes->ldc);
    }
    if (chunk < p->blocks * p->chunks) {
        const struct range rows = block_of(p, chunk / p->chunks), terms = chunk_of(p, chunk % p->chunks);
        const struct range some = part_of(p->a.transposed ? terms.size : rows.size, panel, p->panels);
        const float *a = from(p->a, rows.first, terms.first).x + some.first * p->a.ld;
        fetched->matrices[2] = lines_of(a, some.size, p->a.transposed ? rows.size : terms.size, p->a.ld);
    }
}

/* While panel `index` of all chunks and blocks is multiplied: part of what comes next of B, which may be the next
 * product's, and of the next product's A and C. Anything fetched earlier is evicted before its turn if a product fills
 * half of the L2 cache. */
static struct fetched fetch(const struct product *p, size_t index)
{
    struct fetched fetched = {0};
    fetched.matrices[0] = p->sizes->op_b == GEMM_PLAIN ? next_rows(p, index) : next_panel(p, index);
    if (p->has_next)
        fetch_next_product(p, index, &fetched);
    else if (p->blocks > 1)
        fetch_next_part(p, index, &fetched);
    return fetched;
}

/* ---- a product, part by part ---- */

/* The part of C with those rows and columns = or += its product of those terms; a: the words of those rows and terms,
 * ready to multiply */
KERNEL void multiply_panel(const struct product *p, struct factor a, struct range rows, struct range terms,
                           struct range columns, int add, struct fetched *fetched)
{
    _Alignas(LINE_BYTES) float panel[PANEL_WORDS * PANEL_VECTORS * LANES];
    const size_t width = whole_vectors(columns.size);
    const float *ready = ready_panel(p, terms, columns);
    float *c = p->c + rows.first * p->sizes->ldc + columns.first;
    const struct tile_kind *kind = tile_kinds[width / LANES - 1];
    struct tiles tiles = {.words = parts_of(terms.size, terms_of_word(p->pairs)),
                          .lda = a.ld,
                          .panel = ready ? ready : panel,
                          .ldc = p->sizes->ldc,
                          .fetched = fetched,
                          .add = add,
                          .last = some_of(columns.size + LANES - width)};
    if (!ready)
        pack_panel(p->pairs, from(p->b, terms.first, columns.first), terms.size, columns.size, panel, width);
    for (size_t row = 0; row < rows.size; row += tiles.count * kind->rows, kind++) {
        tiles.count = (rows.size - row) / kind->rows;
        tiles.a = from(a, row, 0).x;
        tiles.c = c + row * p->sizes->ldc;
        kind->multiply[a.transposed][p->pairs](tiles);
    }
}

static void multiply(const struct product *p)
{
    size_t index = 0;
    for (size_t block = 0; block < p->blocks; block++) {
        const struct range rows = block_of(p, block);
        for (size_t chunk = 0; chunk < p->chunks; chunk++) {
            const struct range terms = chunk_of(p, chunk);
            struct factor a = from(p->a, rows.first, terms.first);
            if (p->pairs)
                a = pack_pairs(a, terms.size, rows.size, p->packed);
            for (size_t panel = 0; panel < p->panels; panel++, index++) {
                const struct range columns = columns_of(p->sizes->n, panel);
                struct fetched fetched = fetch(p, index);
                multiply_panel(p, a, rows, terms, columns, p->add || chunk > 0, &fetched);
            }
        }
    }
}

/* The products of a batch. add: to C, or overwrite it. rows: of A to multiply at once; 0: all. packed: memory for
 * those, in pairs; NULL: floats, which are multiplied in place. */
static void multiply_all(int add, const struct gemm_batch *batch, size_t count, const float *a, const float *b,
                         float *c, float *packed, /* NOLINT(readability-non-const-parameter): p.packed is written to */
                         size_t rows)
{
    const int pairs = packed != NULL;
    struct product p = {.sizes = batch,
                        .pairs = pairs,
                        .add = add,
                        .blocks = rows > 0 ? parts_of(batch->m, rows) : 1,
                        .chunks = larger(1, parts_of(batch->k, terms_of_word(pairs) * PANEL_WORDS)),
                        .panels = count_panels(batch->n),
                        .packed = packed};
    for (size_t i = 0; i < count; i++) {
        p.has_next = i + 1 < count;
        p.a = (struct factor){a + i * batch->stride_a, batch->lda, batch->op_a == GEMM_TRANSPOSED};
        p.b = (struct factor){b + i * batch->stride_b, batch->ldb, batch->op_b == GEMM_TRANSPOSED};
        p.c = c + i * batch->stride_c;
        multiply(&p);
    }
}

static void pack_rows(int pairs, size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb,
                      float *packed)
{
    for (size_t panel = 0; panel < count_panels(n); panel++) {
        const struct range columns = columns_of(n, panel);
        pack_panel(pairs, (struct factor){b + columns.first, ldb, 0}, rows, columns.size,
                   packed + packed_offset(pairs, k, columns, first), whole_vectors(columns.size));
    }
}

static void multiply_floats(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    multiply_all(0, batch, count, a, b, c, NULL, 0);
}

static void multiply_single(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,
                            size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const struct gemm_batch one = {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0};
    multiply_all(beta != 0.0F, &one, 1, a, b, c, NULL, m * k > LARGE ? ROWS_OF_LARGE : 0);
}

static void pack_floats(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    pack_rows(0, k, n, first, rows, b, ldb, packed);
}

#if HAS_PAIRS

static void multiply_few_rows(int add, const struct gemm_batch *batch, size_t count, const float *a, const float *b,
                              float *c)
{
    _Alignas(LINE_BYTES) float packed[FEW_ROWS * PANEL_WORDS];
    multiply_all(add, batch, count, a, b, c, packed, FEW_ROWS);
}

static void multiply_all_pairs(int add, const struct gemm_batch *batch, size_t count, const float *a, const float *b,
                               float *c)
{
    float *packed = gemm_scratch();
    if (packed)
        multiply_all(add, batch, count, a, b, c, packed, PACKED_ROWS);
    else
        multiply_few_rows(add, batch, count, a, b, c);
}

static void multiply_pairs(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    multiply_all_pairs(0, batch, count, a, b, c);
}

static void pack_pairs_of_rows(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    pack_rows(1, k, n, first, rows, b, ldb, packed);
}

static void multiply_single_pairs(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,
                                  size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const struct gemm_batch one = {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0};
    multiply_all_pairs(beta != 0.0F, &one, 1, a, b, c);
}

#endif

extern const struct gemm_panels ISA_NAME(gemm_panels);
const struct gemm_panels ISA_NAME(gemm_panels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .floats = {.single = multiply_single, .batch = multiply_floats, .pack = pack_floats},
#if HAS_PAIRS
    .pairs = {.single = multiply_single_pairs, .batch = multiply_pairs, .pack = pack_pairs_of_rows},
#endif
};

#define _DEFAULT_SOURCE /* syscall */
/* Products of bfloat16 factors on the matrix unit: packed into its tiles, block by block. */
#include "compute/gemm_private.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compute/gemm_lanes.h"
#include "core/size.h"

#define AMX __attribute__((target("avx512f,avx512bw,avx512bf16,amx-tile,amx-bf16")))

/* A tile has 16 rows of 16 words of 32 bits. A word is a pair of bfloat16, neighbours along k. A tile of A is
 * [row][pair], one of B is [pair][column]: each is the other's transpose. */
enum {
    TILE = 16,
    TILE_K = 2 * TILE, /* terms of the sum added by one product of tiles */
    TILE_WORDS = TILE * TILE,
    BLOCK = 2 * TILE, /* rows and columns of C held in tile registers */
    /* A block of A is read from the L1 cache for all blocks of B; packed B stays in the L2 cache. */
    CHUNK_K = 512,
    CHUNK_N = 512,
    /* The unit is so fast that most of the time is spent waiting for memory. What is packed is prefetched this far
     * ahead (from the next rows or columns, if a matrix is contiguous), and a block of C before its sums are
     * computed. */
    TERMS_AHEAD = 512,
    ROWS_AHEAD = 8
};

/* Tiles [block of 16 rows or columns][step along k] of A's block of rows, and the sums of C's block */
struct packed {
    uint32_t a[BLOCK * CHUNK_K / 2];
    float c[BLOCK * BLOCK];
};

/* The same with tiles of B: of many columns, or of a block of them if memory is short. */
struct many_columns {
    struct packed p;
    uint32_t b[CHUNK_N * CHUNK_K / 2];
};
struct few_columns {
    _Alignas(TILE * sizeof(uint32_t)) struct packed p;
    uint32_t b[BLOCK * CHUNK_K / 2];
};
_Static_assert(sizeof(struct many_columns) <= GEMM_SCRATCH_BYTES, "what is packed fits");

/* ---- what the machine has ---- */

static pthread_once_t asked = PTHREAD_ONCE_INIT;
static int is_there;

/* Intel's manual, volume 1, chapter 18; the system's side: Documentation/arch/x86/xstate.rst. */
static void ask(void)
{
    enum { LEAF_FEATURES = 7, AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    unsigned int eax, ebx, ecx, edx;
    if (!__get_cpuid_count(LEAF_FEATURES, 0, &eax, &ebx, &ecx, &edx))
        return;
    is_there = (edx & AMX_BF16) && (edx & AMX_TILE) && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512bf16") && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

int gemm_amx_runs_here(void)
{
    return pthread_once(&asked, ask) == 0 && is_there;
}

/* ---- packing ---- */

static size_t whole_tiles(size_t lines)
{
    return parts_of(lines, TILE);
}

/* Those that hold the next 16 lanes. */
AMX static inline __mmask16 lanes_behind(size_t count)
{
    return first_lanes(count > TILE ? count - TILE : 0);
}

/* Tiles from x [lines][terms], where terms of the sum are contiguous: a tile's row = line. Both ways of packing read
 * memory in order, since most of it comes from beyond the L2 cache. */
AMX static void pack_along(const float *x, size_t ld, size_t lines, size_t terms, size_t steps, uint32_t *tiles)
{
    for (size_t line = 0; line < whole_tiles(lines) * TILE; line++) {
        uint32_t *row = tiles + line / TILE * steps * TILE_WORDS + line % TILE * TILE;
        for (size_t step = 0; step < steps; step++, row += TILE_WORDS) {
            const size_t left = line < lines ? terms - step * TILE_K : 0;
            const float *from = x + line * ld + step * TILE_K;
            _mm_prefetch(from + TERMS_AHEAD, _MM_HINT_T0);
            _mm_prefetch(from + TERMS_AHEAD + TILE, _MM_HINT_T0);
            _mm512_store_si512(row, round_pairs(_mm512_maskz_loadu_ps(first_lanes(left), from),
                                                _mm512_maskz_loadu_ps(lanes_behind(left), from + TILE)));
        }
    }
}

/* Tiles from x [terms][lines]: a tile's row = pair of terms, word = line. */
AMX static void pack_across(const float *x, size_t ld, size_t lines, size_t terms, size_t steps, uint32_t *tiles)
{
    for (size_t pair = 0; pair < steps * TILE; pair++) {
        uint32_t *row = tiles + pair / TILE * TILE_WORDS + pair % TILE * TILE;
        for (size_t line = 0; line < lines; line += TILE, row += steps * TILE_WORDS) {
            const __mmask16 some = first_lanes(lines - line);
            const float *from = x + 2 * pair * ld + line;
            _mm_prefetch(from + ROWS_AHEAD * ld, _MM_HINT_T0);
            _mm_prefetch(from + (ROWS_AHEAD + 1) * ld, _MM_HINT_T0);
            _mm512_store_si512(
                row, by_turns(round_pairs(_mm512_maskz_loadu_ps(2 * pair < terms ? some : 0, from),
                                          _mm512_maskz_loadu_ps(2 * pair + 1 < terms ? some : 0, from + ld))));
        }
    }
}

/* A tile's words are transposed. */
AMX static void transpose(uint32_t *tile)
{
    __m512i rows[TILE];
    for (int i = 0; i < TILE; i++)
        rows[i] = _mm512_load_si512(tile + i * TILE);
    transpose_lanes(rows);
    for (int i = 0; i < TILE; i++)
        _mm512_store_si512(tile + i * TILE, rows[i]);
}

/* Packs `lines` rows of A (or columns of B) of `terms` terms into tiles [block of lines][step]. along: an element's
 * neighbours in memory are those along k. rows_are_lines: a tile's rows are lines (A), else pairs of terms (B). */
AMX static void pack(const float *x, size_t ld, int along, int rows_are_lines, size_t lines, size_t terms,
                     uint32_t *tiles)
{
    const size_t steps = parts_of(terms, TILE_K);
    if (along)
        pack_along(x, ld, lines, terms, steps, tiles);
    else
        pack_across(x, ld, lines, terms, steps, tiles);
    if (along != rows_are_lines) {
        for (size_t tile = 0; tile < whole_tiles(lines) * steps; tile++)
            transpose(tiles + tile * TILE_WORDS);
    }
}

/* ---- multiplying ---- */

enum { ROW_BYTES = TILE * sizeof(uint32_t) };

/* Each of the eight tile registers has 16 rows of 64 bytes. (Constant, since gcc 12 believes that the instruction reads
 * only 8 bytes of it and might not write the rest of a local one.) */
static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config = {
    .palette = 1,
    .row_bytes = {ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES, ROW_BYTES},
    .rows = {TILE, TILE, TILE, TILE, TILE, TILE, TILE, TILE},
};

/* c [2][2] tiles = the sums over `steps` tiles, of which rows x columns (1 or 2 each) are wanted. The tile registers: 0
 * to 3 are C, 4 and 5 are rows of A, 6 and 7 columns of B. */
AMX static inline void block(const uint32_t *a, const uint32_t *b, size_t steps, int rows, int columns, float *c)
{
    const size_t next = steps * TILE_WORDS;
    __asm__ volatile("" ::: "memory"); /* forces packed data to memory: gcc does not know that loading a tile reads */
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t step = 0; step < steps; step++, a += TILE_WORDS, b += TILE_WORDS) {
        _tile_loadd(4, a, ROW_BYTES);
        _tile_loadd(6, b, ROW_BYTES);
        _tile_dpbf16ps(0, 4, 6);
        if (columns > 1) {
            _tile_loadd(7, b + next, ROW_BYTES);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (rows > 1) {
            _tile_loadd(5, a + next, ROW_BYTES);
            _tile_dpbf16ps(2, 5, 6);
        }
        if (rows > 1 && columns > 1)
            _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c, BLOCK * sizeof *c);
    if (columns > 1)
        _tile_stored(1, c + TILE, BLOCK * sizeof *c);
    if (rows > 1)
        _tile_stored(2, c + (size_t)TILE * BLOCK, BLOCK * sizeof *c);
    if (rows > 1 && columns > 1)
        _tile_stored(3, c + (size_t)TILE * BLOCK + TILE, BLOCK * sizeof *c);
}

/* C [m][n] = or += sums [BLOCK][BLOCK] */
AMX static void put(const float *sums, size_t m, size_t n, int add, float *c, size_t ldc)
{
    const __mmask16 low = first_lanes(n), high = lanes_behind(n);
    for (size_t row = 0; row < m; row++, sums += BLOCK, c += ldc) {
        __m512 first = _mm512_load_ps(sums), second = _mm512_load_ps(sums + TILE);
        if (add) {
            first = _mm512_add_ps(first, _mm512_maskz_loadu_ps(low, c));
            second = _mm512_add_ps(second, _mm512_maskz_loadu_ps(high, c + TILE));
        }
        _mm512_mask_storeu_ps(c, low, first);
        _mm512_mask_storeu_ps(c + TILE, high, second);
    }
}

AMX static void multiply_block(struct packed *p, const uint32_t *b, size_t steps, size_t m, size_t n, int add, float *c,
                               size_t ldc)
{
    for (size_t row = 0; row < m; row++) {
        __builtin_prefetch(c + row * ldc, 1);
        __builtin_prefetch(c + row * ldc + TILE, 1);
    }
    if (m > TILE && n > TILE)
        block(p->a, b, steps, 2, 2, p->c);
    else if (m > TILE)
        block(p->a, b, steps, 2, 1, p->c);
    else if (n > TILE)
        block(p->a, b, steps, 1, 2, p->c);
    else
        block(p->a, b, steps, 1, 1, p->c);
    put(p->c, m, n, add, c, ldc);
}

/* The length of the pieces of `size`, at most `most` each: equal, up to a multiple of `unit`. */
static size_t piece(size_t size, size_t most, size_t unit)
{
    const size_t count = parts_of(size, most);
    return round_up(parts_of(size, count), unit);
}

/* packed_b: memory for the tiles of `most` columns */
AMX static void multiply(const struct gemm_batch *sizes, const float *a, const float *b, int add, float *c,
                         struct packed *p, uint32_t *packed_b, size_t most)
{
    const size_t m = sizes->m, n = sizes->n, k = sizes->k, lda = sizes->lda, ldb = sizes->ldb, ldc = sizes->ldc;
    const int a_along = sizes->op_a == GEMM_PLAIN, b_along = sizes->op_b == GEMM_TRANSPOSED;
    const size_t chunk_k = piece(k, CHUNK_K, TILE_K), chunk_n = piece(n, most, BLOCK);
    _tile_loadconfig(&tile_config);
    for (size_t column = 0; column < n; column += chunk_n) {
        const size_t columns = smaller(chunk_n, n - column);
        for (size_t term = 0; term < k; term += chunk_k) {
            const size_t terms = smaller(chunk_k, k - term), steps = parts_of(terms, TILE_K);
            pack(b + (b_along ? column * ldb + term : term * ldb + column), ldb, b_along, 0, columns, terms, packed_b);
            for (size_t row = 0; row < m; row += BLOCK) {
                const size_t rows = smaller(BLOCK, m - row);
                pack(a + (a_along ? row * lda + term : term * lda + row), lda, a_along, 1, rows, terms, p->a);
                for (size_t i = 0; i < columns; i += BLOCK)
                    multiply_block(p, packed_b + i / TILE * steps * TILE_WORDS, steps, rows,
                                   smaller(BLOCK, columns - i), term > 0 || add, c + row * ldc + column + i, ldc);
            }
        }
    }
    _tile_release();
}

static void multiply_few_columns(const struct gemm_batch *sizes, const float *a, const float *b, int add, float *c)
{
    struct few_columns packed;
    multiply(sizes, a, b, add, c, &packed.p, packed.b, BLOCK);
}

void gemm_amx(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
              const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const struct gemm_batch one = {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0};
    struct many_columns *packed = gemm_scratch();
    if (packed)
        multiply(&one, a, b, beta != 0.0F, c, &packed->p, packed->b, CHUNK_N);
    else
        multiply_few_columns(&one, a, b, beta != 0.0F, c);
}

#else

int gemm_amx_runs_here(void)
{
    return 0;
}

void gemm_amx(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
              const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    gemm_rounded(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc); /* never called */
}

#endif

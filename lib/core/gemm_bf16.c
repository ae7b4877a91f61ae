/* gemm_bf16 by the matrix unit where there is one, else by pairs, else by gemm of rounded copies. */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "core/gemm_private.h"
#include "core/memory.h"
#include "core/size.h"

enum { PIECE = 256 }; /* rows, columns and terms that are rounded at once */

struct rounded {
    float a[PIECE * PIECE], b[PIECE * PIECE];
};
_Static_assert(sizeof(struct rounded) <= GEMM_SCRATCH_BYTES, "what is rounded fits");

static pthread_once_t key_made = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int has_key;

static void make_key(void)
{
    has_key = pthread_key_create(&key, memory_free) == 0;
}

void *gemm_scratch(void)
{
    if (pthread_once(&key_made, make_key) != 0 || !has_key)
        return NULL;
    void *scratch = pthread_getspecific(key);
    if (scratch)
        return scratch;
    scratch = memory_alloc(GEMM_SCRATCH_BYTES, 1, NULL);
    if (scratch && pthread_setspecific(key, scratch) != 0) {
        memory_free(scratch);
        return NULL;
    }
    return scratch;
}

/* To the nearest of 8 bits, halves to the even one; a NaN stays one. */
static float round_bf16(float x)
{
    uint32_t bits;
    if (!(fabsf(x) >= 0x1p-126F)) /* which a NaN is not, either */
        return isnan(x) ? x : 0.0F;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* out [rows][PIECE] from x [rows][ld] */
static void round_piece(const float *x, size_t ld, size_t rows, size_t columns, float *out)
{
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++)
            out[row * PIECE + column] = round_bf16(x[row * ld + column]);
    }
}

/* A factor's piece from `row` and `column` of op(x). */
static void round_factor(enum gemm_op op, const float *x, size_t ld, size_t row, size_t rows, size_t column,
                         size_t columns, float *out)
{
    if (op == GEMM_PLAIN)
        round_piece(x + row * ld + column, ld, rows, columns, out);
    else
        round_piece(x + column * ld + row, ld, columns, rows, out);
}

void gemm_rounded(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                  const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    struct rounded *copy = gemm_scratch();
    if (!copy) {
        gemm_fill_with_nan(m, n, c, ldc);
        return;
    }
    for (size_t column = 0; column < n; column += PIECE) {
        for (size_t term = 0; term < k; term += PIECE) {
            const size_t columns = smaller(PIECE, n - column), terms = smaller(PIECE, k - term);
            round_factor(op_b, b, ldb, term, terms, column, columns, copy->b);
            for (size_t row = 0; row < m; row += PIECE) {
                const size_t rows = smaller(PIECE, m - row);
                round_factor(op_a, a, lda, row, rows, term, terms, copy->a);
                gemm(op_a, op_b, rows, columns, terms, copy->a, PIECE, copy->b, PIECE, term > 0 ? 1.0F : beta,
                     c + row * ldc + column, ldc);
            }
        }
    }
}

enum bf16_unit gemm_bf16_unit(void)
{
    return gemm_amx_runs_here() ? BF16_AMX : gemm_pairs_run_here() ? BF16_PAIRS : BF16_NONE;
}

void gemm_bf16(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
               const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    gemm_fn *const by_unit[] = {
        [BF16_NONE] = gemm_rounded, [BF16_PAIRS] = gemm_panels()->pairs.single, [BF16_AMX] = gemm_amx};
    gemm_fn *const multiply = m == 0 || n == 0 || k == 0 ? gemm : by_unit[gemm_bf16_unit()];
    multiply(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

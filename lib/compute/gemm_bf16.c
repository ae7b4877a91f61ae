/* gemm_bf16 on the matrix unit if there is one, else by pairs, else by gemm of rounded copies. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "compute/gemm_private.h"
#include "core/size.h"

/* How many terms, and rows and columns, are rounded at once; FEW_LINES if memory is short. */
enum { TERMS = 256, LINES = 256, FEW_LINES = 32 };
_Static_assert(2 * LINES * TERMS * sizeof(float) <= GEMM_SCRATCH_BYTES, "what is rounded fits");

/* Rounds to the nearest 8 bits, halves to even; a NaN stays one. */
static float round_bf16(float x)
{
    uint32_t bits;
    if (!(fabsf(x) >= 0x1p-126F)) /* false for a NaN too */
        return isnan(x) ? x : 0.0F;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* out [rows][columns] from x [rows][ld] */
static void round_piece(const float *x, size_t ld, size_t rows, size_t columns, float *out)
{
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++)
            out[row * columns + column] = round_bf16(x[row * ld + column]);
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

/* In pieces of both factors; room: for `lines` lines of each. */
static void multiply_pieces(const struct gemm_batch *p, const float *a, const float *b, float beta, float *c,
                            float *room, size_t lines)
{
    float *piece_a = room, *piece_b = room + lines * TERMS;
    for (size_t column = 0; column < p->n; column += lines) {
        for (size_t term = 0; term < p->k; term += TERMS) {
            const size_t columns = smaller(lines, p->n - column), terms = smaller(TERMS, p->k - term);
            round_factor(p->op_b, b, p->ldb, term, terms, column, columns, piece_b);
            for (size_t row = 0; row < p->m; row += lines) {
                const size_t rows = smaller(lines, p->m - row);
                round_factor(p->op_a, a, p->lda, row, rows, term, terms, piece_a);
                gemm(p->op_a, p->op_b, rows, columns, terms, piece_a, p->op_a == GEMM_PLAIN ? terms : rows, piece_b,
                     p->op_b == GEMM_PLAIN ? columns : terms, term > 0 ? 1.0F : beta, c + row * p->ldc + column,
                     p->ldc);
            }
        }
    }
}

static void multiply_few_lines(const struct gemm_batch *p, const float *a, const float *b, float beta, float *c)
{
    float room[2 * FEW_LINES * TERMS];
    multiply_pieces(p, a, b, beta, c, room, FEW_LINES);
}

void gemm_rounded(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                  const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const struct gemm_batch one = {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0};
    float *room = gemm_scratch();
    if (room)
        multiply_pieces(&one, a, b, beta, c, room, LINES);
    else
        multiply_few_lines(&one, a, b, beta, c);
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

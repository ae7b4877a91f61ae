/* Products of a batch: by panels where the processor can, else one by one, where a packed B lies row by row. */
#include "core/gemm_private.h"

#include <string.h>

#include "core/memory.h"
#include "core/size.h"

static void one_by_one(gemm_fn *multiply, const struct gemm_batch *p, size_t count, const float *a, const float *b,
                       float *c)
{
    const enum gemm_op op_b = p->op_b == GEMM_PACKED ? GEMM_PLAIN : p->op_b;
    const size_t ldb = p->op_b == GEMM_PACKED ? p->n : p->ldb;
    for (size_t i = 0; i < count; i++)
        multiply(p->op_a, op_b, p->m, p->n, p->k, a + i * p->stride_a, p->lda, b + i * p->stride_b, ldb, 0.0F,
                 c + i * p->stride_c, p->ldc);
}

static void copy_rows(size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(packed + (first + row) * n, b + row * ldb, n * sizeof *packed);
}

void gemm_batch(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    if (gemm_panels_run_here() && batch->k > 0)
        gemm_panels(batch, count, a, b, c);
    else
        one_by_one(gemm, batch, count, a, b, c);
}

void gemm_batch_bf16(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    if (gemm_bf16_unit() == BF16_PAIRS && batch->m > 0 && batch->n > 0 && batch->k > 0)
        gemm_batch_pairs(batch, count, a, b, c);
    else
        one_by_one(gemm_bf16, batch, count, a, b, c);
}

size_t gemm_packed_size(size_t k, size_t n)
{
    return size_multiply(k, round_up(n, 16)); /* panels of whole vectors */
}

void gemm_pack(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    if (gemm_panels_run_here())
        gemm_pack_panels(k, n, first, rows, b, ldb, packed);
    else
        copy_rows(n, first, rows, b, ldb, packed);
}

void gemm_pack_bf16(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    if (gemm_bf16_unit() == BF16_PAIRS)
        gemm_pack_pairs(k, n, first, rows, b, ldb, packed);
    else
        copy_rows(n, first, rows, b, ldb, packed);
}

const struct gemm_functions gemm_of_floats = {gemm, gemm_batch, gemm_pack},
                            gemm_of_bf16 = {gemm_bf16, gemm_batch_bf16, gemm_pack_bf16};

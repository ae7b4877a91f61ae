/* Products of a batch: by panels, except for bfloat16 without instructions for pairs: those are computed one by one,
 * and a packed B is stored row by row. */
#include "compute/gemm_private.h"

#include <string.h>

#include "core/memory.h"
#include "core/size.h"

void gemm_batch(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    gemm_panels()->floats.batch(batch, count, a, b, c);
}

void gemm_batch_bf16(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    if (gemm_bf16_unit() == BF16_PAIRS) {
        gemm_panels()->pairs.batch(batch, count, a, b, c);
        return;
    }
    const enum gemm_op op_b = batch->op_b == GEMM_PACKED ? GEMM_PLAIN : batch->op_b;
    const size_t ldb = batch->op_b == GEMM_PACKED ? batch->n : batch->ldb;
    for (size_t i = 0; i < count; i++)
        gemm_bf16(batch->op_a, op_b, batch->m, batch->n, batch->k, a + i * batch->stride_a, batch->lda,
                  b + i * batch->stride_b, ldb, 0.0F, c + i * batch->stride_c, batch->ldc);
}

size_t gemm_packed_size(size_t k, size_t n)
{
    return size_multiply(k, round_up(n, 16)); /* panels of whole vectors */
}

void gemm_pack(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    gemm_panels()->floats.pack(k, n, first, rows, b, ldb, packed);
}

void gemm_pack_bf16(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    if (gemm_bf16_unit() == BF16_PAIRS) {
        gemm_panels()->pairs.pack(k, n, first, rows, b, ldb, packed);
        return;
    }
    for (size_t row = 0; row < rows; row++)
        memcpy(packed + (first + row) * n, b + row * ldb, n * sizeof *packed);
}

const struct gemm_functions gemm_of_floats = {gemm, gemm_batch, gemm_pack},
                            gemm_of_bf16 = {gemm_bf16, gemm_batch_bf16, gemm_pack_bf16};

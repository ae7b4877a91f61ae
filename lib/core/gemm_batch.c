/* Products of a batch: by panels where the processor can, else one by one. */
#include "core/gemm_private.h"

static void one_by_one(gemm_fn *multiply, const struct gemm_batch *p, size_t count, const float *a, const float *b,
                       float *c)
{
    for (size_t i = 0; i < count; i++)
        multiply(p->op_a, p->op_b, p->m, p->n, p->k, a + i * p->stride_a, p->lda, b + i * p->stride_b, p->ldb, 0.0F,
                 c + i * p->stride_c, p->ldc);
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

const struct gemm_functions gemm_of_floats = {gemm, gemm_batch}, gemm_of_bf16 = {gemm_bf16, gemm_batch_bf16};

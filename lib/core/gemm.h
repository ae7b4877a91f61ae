/* lib/core/gemm.h: the matrix product, behind one function. The back end is found at build time: oneDNN's dnnl_sgemm,
 * else CBLAS. A call runs in the calling thread alone; callers spread whole products over threads, which keeps results
 * independent of the number of threads. */
#ifndef TENTH_CORE_GEMM_H
#define TENTH_CORE_GEMM_H

#include <stddef.h>

enum gemm_op { GEMM_PLAIN, GEMM_TRANSPOSED };

/* C [m][n] = op(A) op(B) + beta C, row-major; op(A) is [m][k], op(B) is [k][n]. lda, ldb, ldc: floats between rows as
 * they lie in memory. beta is 0 (C may hold anything) or 1. Sizes above INT_MAX are not supported by the back ends;
 * callers keep below. */
typedef void gemm_fn(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                     const float *b, size_t ldb, float beta, float *c, size_t ldc);

gemm_fn gemm;

/* The same with factors that are rounded to bfloat16 (8 bits of 24, to the nearest even; what is nearer to 0 than
 * FLT_MIN counts as 0) and products that are added in float. A processor with AMX does this two to six times as fast
 * as gemm; elsewhere it is gemm of rounded copies, and slower than gemm. The two differ by the rounding of sums only.
 */
gemm_fn gemm_bf16;

const char *gemm_backend(void); /* name and version, for provenance; "+ AMX" where gemm_bf16 has the unit */

#endif

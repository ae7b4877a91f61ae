/* lib/compute/gemm.h: the matrix product, behind one function. The back end is chosen at build time (make GEMM=own,
 * dnnl or cblas): our own tiles, oneDNN's dnnl_sgemm, or CBLAS. A product cannot fail: if oneDNN refuses, as it does
 * when no memory may become executable, our own tiles multiply. A call runs only in the calling thread; callers spread
 * whole products over threads, which keeps results independent of the number of threads. */
#ifndef TENTH_COMPUTE_GEMM_H
#define TENTH_COMPUTE_GEMM_H

#include <stddef.h>

/* GEMM_PACKED: only for B, and only in batches; see gemm_pack_fn. */
enum gemm_op { GEMM_PLAIN, GEMM_TRANSPOSED, GEMM_PACKED };

/* C [m][n] = op(A) op(B) + beta C, row-major; op(A) is [m][k], op(B) is [k][n]. lda, ldb, ldc: floats between rows in
 * memory. beta is 0 (C may hold anything) or 1. The back ends do not support sizes above INT_MAX; callers stay
 * below. */
typedef void gemm_fn(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                     const float *b, size_t ldb, float beta, float *c, size_t ldc);

gemm_fn gemm;

/* The same with factors rounded to bfloat16 (8 bits of 24, to the nearest even; anything nearer to 0 than FLT_MIN
 * counts as 0) and products added in float. A processor with AMX does this two to six times as fast as gemm, one with
 * AVX512-BF16 1.4 to 1.9 times; elsewhere it is gemm of rounded copies, and slower than gemm. They differ only by the
 * rounding of sums. */
gemm_fn gemm_bf16;

/* Products of equal sizes whose matrices are equally spaced, like those of Winograd's points. Sizes as above. */
struct gemm_batch {
    enum gemm_op op_a, op_b;
    size_t m, n, k, lda, ldb, ldc;
    size_t stride_a, stride_b, stride_c; /* floats from a matrix to that of the next product */
};

/* C = op(A) op(B) for `count` products starting at the first one's matrices, in the calling thread. Each C is the same
 * whatever the count. gemm_batch is for matrices beyond the L2 cache, where it is faster than gemm, since it prefetches
 * those of the next product; its sums are rounded in another order than gemm's. */
typedef void gemm_batch_fn(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c);

gemm_batch_fn gemm_batch, gemm_batch_bf16;

/* A B that is used with many A can be packed once in the order of multiplication: rows `first` to first + rows - 1 of
 * op(B) [k][n], which lie at b [rows][ldb], go to their places in `packed`, which has gemm_packed_size(k, n) floats,
 * aligned to 64 bytes and initially 0. `first` is even; so is `rows`, unless they are the last. Batches of the same
 * precision take `packed` as their B, with GEMM_PACKED; ldb is then ignored, and stride_b is a multiple of 16. C is the
 * same to the bit. */
typedef void gemm_pack_fn(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed);

gemm_pack_fn gemm_pack, gemm_pack_bf16;

size_t gemm_packed_size(size_t k, size_t n);

/* The functions of one precision. */
struct gemm_functions {
    gemm_fn *single;
    gemm_batch_fn *batch;
    gemm_pack_fn *pack;
};

extern const struct gemm_functions gemm_of_floats, gemm_of_bf16;

const char *gemm_backend(void); /* name and version, for provenance; "+ AMX" or "+ AVX512-BF16": what gemm_bf16 uses */

#endif

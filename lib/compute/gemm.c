#include "compute/gemm_private.h"

#include <string.h>

/* A back end's name, a literal, and its bfloat16 unit. */
#define with_bf16_unit(name)                                                                                           \
    ((const char *const[]){                                                                                            \
        [BF16_NONE] = name, [BF16_PAIRS] = name " + AVX512-BF16", [BF16_AMX] = name " + AMX"}[gemm_bf16_unit()])

#if defined(TENTH_GEMM_DNNL)

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define LIBRARY "oneDNN " TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR) "." TEXT(DNNL_VERSION_PATCH)

/* Whether C is the product; otherwise it is unchanged, since in one thread the library allocates all that it needs
 * before the first number. It stays in the calling thread if that is one of several in a parallel region; else (a
 * region of one thread does not count) it would use as many as OpenMP allows the calling task, so that number is set to
 * one meanwhile. */
static int multiply_by_library(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,
                               size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    const int threads = omp_get_max_threads();
    if (threads > 1)
        omp_set_num_threads(1);
    const dnnl_status_t status = dnnl_sgemm(op_a == GEMM_TRANSPOSED ? 'T' : 'N', op_b == GEMM_TRANSPOSED ? 'T' : 'N',
                                            (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, 1.0F, a, (dnnl_dim_t)lda, b,
                                            (dnnl_dim_t)ldb, beta, c, (dnnl_dim_t)ldc);
    if (threads > 1)
        omp_set_num_threads(threads);
    return status == dnnl_success;
}

/* The library generates its code on the first call, which fails if no memory may become executable (systemd's
 * MemoryDenyWriteExecute, SELinux). One product tells. */
static int may_write_code;

static void try_product(void)
{
    const float one = 1.0F;
    float c = 0.0F;
    may_write_code = multiply_by_library(GEMM_PLAIN, GEMM_PLAIN, 1, 1, 1, &one, 1, &one, 1, 0.0F, &c, 1) && c == 1.0F;
}

static int library_works(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, try_product) == 0 && may_write_code;
}

const char *gemm_backend(void)
{
    return library_works() ? with_bf16_unit(LIBRARY)
                           : with_bf16_unit("own tiles, as " LIBRARY " may write no code here");
}

static void multiply(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                     const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    if (!library_works() || !multiply_by_library(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc))
        gemm_panels()->floats.single(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#elif defined(TENTH_GEMM_CBLAS)

#include <cblas.h>
#include <pthread.h>

/* OpenBLAS has threads of its own; other libraries behind CBLAS do not know this function. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));

const char *gemm_backend(void)
{
    return openblas_set_num_threads ? with_bf16_unit("CBLAS (OpenBLAS)") : with_bf16_unit("CBLAS");
}

static void use_calling_thread(void)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
}

/* CBLAS cannot fail, except for wrong arguments. */
static void multiply(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                     const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, use_calling_thread) != 0)
        use_calling_thread();
    cblas_sgemm(CblasRowMajor, op_a == GEMM_TRANSPOSED ? CblasTrans : CblasNoTrans,
                op_b == GEMM_TRANSPOSED ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1.0F, a, (int)lda, b,
                (int)ldb, beta, c, (int)ldc);
}

#else

const char *gemm_backend(void)
{
    return with_bf16_unit("own tiles");
}

static void multiply(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                     const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    gemm_panels()->floats.single(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#endif

void gemm(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
          const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    if (k == 0) { /* back ends disagree about empty sums */
        for (size_t row = 0; row < m && beta == 0.0F; row++)
            memset(c + row * ldc, 0, n * sizeof *c);
        return;
    }
    multiply(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

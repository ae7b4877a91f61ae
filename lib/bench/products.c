#include "bench/products.h"

#include "core/clock.h"
#include "core/memory.h"
#include "compute/random.h"
#include "core/size.h"
#include "core/stats.h"

/* ---- recording ---- */

static struct products *recorded; /* NULL: not recording */

static bool same(const struct product *p, const struct product *q)
{
    const struct gemm_batch *a = &p->sizes, *b = &q->sizes;
    return p->single == q->single && p->batch == q->batch && p->beta == q->beta && a->op_a == b->op_a &&
           a->op_b == b->op_b && a->m == b->m && a->n == b->n && a->k == b->k && a->lda == b->lda && a->ldb == b->ldb &&
           a->ldc == b->ldc;
}

static void count(struct products *products, const struct product *product, size_t calls)
{
    size_t kind = 0;
    while (kind < products->count && !same(&products->kinds[kind], product))
        kind++;
    if (kind == PRODUCT_KINDS_MAX) {
        products->incomplete = true;
        return;
    }
    if (kind == products->count)
        products->kinds[products->count++] = *product;
    products->calls[kind] += calls;
}

static void record(const struct product *product, size_t calls)
{
#pragma omp critical(products)
    count(recorded, product, calls);
}

/* Functions that record what they multiply with `function`. */
#define RECORD_SINGLE(function)                                                                                        \
    static void record_##function(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,  \
                                  size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)            \
    {                                                                                                                  \
        record(&(struct product){.single = function,                                                                   \
                                 .sizes = {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0},                               \
                                 .beta = beta},                                                                        \
               1);                                                                                                     \
        function(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);                                                   \
    }
#define RECORD_BATCH(function)                                                                                         \
    static void record_##function(const struct gemm_batch *batch, size_t number, const float *a, const float *b,       \
                                  float *c)                                                                            \
    {                                                                                                                  \
        struct product product = {.batch = function, .sizes = *batch};                                                 \
        product.sizes.stride_a = product.sizes.stride_b = product.sizes.stride_c = 0;                                  \
        record(&product, number);                                                                                      \
        function(batch, number, a, b, c);                                                                              \
    }
RECORD_SINGLE(gemm)
RECORD_SINGLE(gemm_bf16)
RECORD_BATCH(gemm_batch)
RECORD_BATCH(gemm_batch_bf16)

static const struct gemm_functions record_floats = {record_gemm, record_gemm_batch, gemm_pack},
                                   record_bf16 = {record_gemm_bf16, record_gemm_batch_bf16, gemm_pack_bf16};

void products_begin(struct network *network, struct products *products)
{
    recorded = products;
    network_set_gemm(network, &record_floats, &record_bf16);
}

void products_end(struct network *network)
{
    network_set_gemm(network, &gemm_of_floats, &gemm_of_bf16);
    recorded = NULL;
}

/* ---- measuring ---- */

/* A round has enough arithmetic that reading the clock and waking the threads do not matter. As many as fit in a
 * second, at most ROUNDS: a slow machine, or one with sanitizers, has fewer. */
enum { ROUNDS = 15, ROUND_MULTIPLY_ADDS = 50000000 };

static double multiply_adds(const struct gemm_batch *p)
{
    return (double)p->m * (double)p->n * (double)p->k;
}

static void multiply(const struct product *product, const float *a, const float *b, float *c)
{
    const struct gemm_batch *p = &product->sizes;
    if (product->batch)
        product->batch(p, 1, a, b, c);
    else
        product->single(p->op_a, p->op_b, p->m, p->n, p->k, a, p->lda, b, p->ldb, product->beta, c, p->ldc);
}

enum status product_seconds(const struct product *product, int threads, uint64_t seed, double *seconds,
                            struct error *error)
{
    const struct gemm_batch *p = &product->sizes;
    const size_t a_size = round_up((p->op_a == GEMM_PLAIN ? p->m : p->k) * p->lda, 16); /* b starts at a cache line */
    const size_t b_size =
        p->op_b == GEMM_PACKED ? gemm_packed_size(p->k, p->n) : (p->op_b == GEMM_PLAIN ? p->k : p->n) * p->ldb;
    const size_t size = round_up(a_size + b_size + p->m * p->ldc, 16);
    const size_t calls = 1 + (size_t)(ROUND_MULTIPLY_ADDS / multiply_adds(p));
    float *matrices = memory_alloc(size_multiply((size_t)threads, size), sizeof *matrices, error);
    float rounds[ROUNDS];
    double spent = 0;
    int done = 0;
    if (!matrices)
        return STATUS_NO_MEMORY;
    for (int round = -1; round < ROUNDS && spent < 1; round++) {
        double started = monotonic_seconds();
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int thread = 0; thread < threads; thread++) {
            float *a = matrices + (size_t)thread * size, *b = a + a_size, *c = b + b_size;
            if (round < 0) /* fills the caches, wakes the threads, and maps every page */
                random_normal(random_key(seed, PURPOSE_SYNTHETIC, 1, (size_t)thread), 0, a_size + b_size, a);
            for (size_t call = 0; call < calls; call++)
                multiply(product, a, b, c);
        }
        if (round < 0)
            continue;
        const double took = monotonic_seconds() - started;
        rounds[done++] = (float)took;
        spent += took;
    }
    memory_free(matrices);
    *seconds = stats_median(rounds, (size_t)done) / (double)calls;
    return STATUS_OK;
}

enum status products_seconds(const struct products *products, int threads, uint64_t seed, double *seconds,
                             struct error *error)
{
    double sum = 0;
    if (products->incomplete)
        return error_set(error, STATUS_FAILED, "products of more than %d kinds: PRODUCT_KINDS_MAX is too small",
                         PRODUCT_KINDS_MAX);
    for (size_t kind = 0; kind < products->count; kind++) {
        double alone;
        enum status status = product_seconds(&products->kinds[kind], threads, seed, &alone, error);
        if (status != STATUS_OK)
            return status;
        sum += alone * (double)products->calls[kind];
    }
    *seconds = sum;
    return STATUS_OK;
}

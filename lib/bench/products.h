/* lib/bench/products.h: the matrix products that a network's passes are made of, and how fast each of them is alone. */
#ifndef TENTH_BENCH_PRODUCTS_H
#define TENTH_BENCH_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "compute/gemm.h"
#include "nn/network.h"

struct product {
    gemm_fn *single;         /* what multiplied it: either this */
    gemm_batch_fn *batch;    /* or this */
    struct gemm_batch sizes; /* without strides */
    float beta;
};

enum { PRODUCT_KINDS_MAX = 512 }; /* a layer has about a dozen: three products, the last block of rows, two ways */

struct products {
    size_t count;
    struct product kinds[PRODUCT_KINDS_MAX]; /* no two of them are equal */
    size_t calls[PRODUCT_KINDS_MAX];         /* how often each was multiplied */
    bool incomplete;                         /* there were more kinds, which are left out */
};

/* From now on until products_end, each product of the network's passes is counted as well; the caller provides that
 * `products` is empty ({0}) and lives. One recording at a time in the process. */
void products_begin(struct network *network, struct products *products);
void products_end(struct network *network);

/* The median seconds of one product on matrices of its own that stay in the caches, with every thread multiplying one
 * at the same time: of 15 rounds, or those that begin within a second. */
enum status product_seconds(const struct product *product, int threads, uint64_t seed, double *seconds,
                            struct error *error);

/* What all calls of a complete recording take so, summed; STATUS_FAILED: it is not complete. */
enum status products_seconds(const struct products *products, int threads, uint64_t seed, double *seconds,
                             struct error *error);

#endif

/* lib/bench/products.h: the matrix products in a network's passes, and how fast each is alone. */
#ifndef TENTH_BENCH_PRODUCTS_H
#define TENTH_BENCH_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "compute/gemm.h"
#include "nn/network.h"

struct product {
    gemm_fn *single;         /* the function that multiplied it: either this */
    gemm_batch_fn *batch;    /* or this */
    struct gemm_batch sizes; /* without strides */
    float beta;
};

enum { PRODUCT_KINDS_MAX = 512 }; /* a layer has about a dozen: three products, the last block of rows, two ways */

struct products {
    size_t count;
    struct product kinds[PRODUCT_KINDS_MAX]; /* all different */
    size_t calls[PRODUCT_KINDS_MAX];         /* how often each was multiplied */
    bool incomplete;                         /* there were more kinds, which are omitted */
};

/* From now on until products_end, each product of the network's passes is counted as well; the caller ensures that
 * `products` is initially empty ({0}) and stays alive. One recording at a time per process. */
void products_begin(struct network *network, struct products *products);
void products_end(struct network *network);

/* The median seconds of one product on matrices of its own that stay in the caches, with every thread multiplying one
 * at once: over 15 rounds, or those that begin within a second. */
enum status product_seconds(const struct product *product, int threads, uint64_t seed, double *seconds,
                            struct error *error);

/* The total for all calls of a complete recording; STATUS_FAILED: it is incomplete. */
enum status products_seconds(const struct products *products, int threads, uint64_t seed, double *seconds,
                             struct error *error);

#endif

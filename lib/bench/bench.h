/* lib/bench/bench.h: how fast a training step and a prediction are, on random items; no data files are needed.
 *
 * The step is that of training (trainer_run): a batch, a sampled network, forward and backward, update. Random items
 * cost the same as real ones. Batches are gathered as in training, but not augmented. */
#ifndef TENTH_BENCH_BENCH_H
#define TENTH_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/posterior.h"
#include "core/error.h"
#include "data/dataset.h"
#include "io/table.h"

struct bench {
    const struct dataset_kind *kind;
    const struct method *method;
    size_t batch;
    const char *architecture; /* as model.architecture; NULL: the talk's network with so many filters, the config's
                                 defaults for the rest */
    size_t filters;
    const char *precision; /* fp32 or bf16, as model.precision */
    size_t repeats;        /* timed steps or predictions; 0: as many as fit in a second, at least 10 steps */
    size_t items, samples; /* of a prediction */
    double fraction;       /* of a prediction: share of the weights removed, by the random criterion */
    int threads;
    uint64_t seed;
};

/* Add one row to a table of kind `bench` (of kind `bench_predict`). Rates:
 *   gflops        arithmetic of the direct convolution, two operations for each multiply-add; a step counts as three
 *                 forward passes, since backward makes two products of each. Winograd's transforms need less, so gflops
 *                 may exceed the processor's peak.
 *   sgemm_gflops  large matrix products alone, one per thread, measured in this process: the limit of a program that
 *                 multiplies as many numbers as the direct convolution.
 *   gemm_of_alone the rate of the step's products, as a part of the rate that the same products have one by one on
 *                 matrices that stay in the caches, weighted by their time.
 *   page_faults   how many pages the system had to provide for a step or a prediction, the mean of those timed. Memory
 *                 that a program frees and allocates again causes them; with some virtual machines each takes many
 *                 microseconds.
 * A share is a part of the threads' time: the phases' seconds summed over threads, divided by threads x time. Shares
 * come from further steps with the clock, so ms_per_step is free of it. */
enum status bench_step(const struct bench *bench, struct table *table, struct error *error);
enum status bench_predict(const struct bench *bench, struct table *table, struct error *error);

#endif

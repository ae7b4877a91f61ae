/* lib/bayes/pruning.h: removing weights. A ranking is made once per criterion; a sweep walks along it. */
#ifndef TENTH_BAYES_PRUNING_H
#define TENTH_BAYES_PRUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bayes/criterion.h"
#include "bayes/posterior.h"

/* The candidates of the whole network in order of removal: one global ranking over the weights of all layers (and over
 * the biases if asked for; otherwise biases stay). Equal scores go in the order of their position in the network. */
struct ranking {
    const struct criterion *criterion;
    const struct posterior *posterior; /* borrowed */
    bool biases;
    size_t count;    /* candidates */
    uint32_t *place; /* [count] index into mu, the first to go first */
    float *score;    /* [count] the score of place[i] */
};

/* The random criterion draws from `seed`. STATUS_UNSUPPORTED: the criterion needs a sigma. */
enum status ranking_make(const struct posterior *posterior, const struct criterion *criterion, bool biases,
                         uint64_t seed, struct ranking *ranking, struct error *error);
void ranking_free(struct ranking *ranking);

/* How many candidates go: for a fraction, round(fraction * count); for a threshold on log p(0) as in the talk, all with
 * a score above it (a weight stays if log p(0) <= threshold). */
size_t ranking_removed_by_fraction(const struct ranking *ranking, double fraction);
size_t ranking_removed_by_threshold(const struct ranking *ranking, double threshold);

/* keep [posterior size]: 0 for the first `removed` candidates, 1 for everything else. */
void ranking_keep(const struct ranking *ranking, size_t removed, float *keep);

/* All of these in one call, for one fraction: *keep [posterior size] is 1 for what stays. The caller frees with
 * memory_free; NULL on failure. */
enum status pruning_keep(const struct posterior *posterior, const struct criterion *criterion, bool biases,
                         uint64_t seed, double fraction, float **keep, struct error *error);

/* The share removed of each ranked tensor, as an unweighted average over those tensors: the talk's definition of its
 * prune ratio. The true share is removed / count. */
double ranking_tensor_mean(const struct ranking *ranking, size_t removed);

#endif

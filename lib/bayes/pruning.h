/* lib/bayes/pruning.h: removing weights. A ranking is made once per criterion; a sweep walks along it. */
#ifndef TENTH_BAYES_PRUNING_H
#define TENTH_BAYES_PRUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bayes/criterion.h"
#include "bayes/posterior.h"

/* What goes as one. The weights of a tensor are in groups: a weight by itself, or all that lead into one output unit (a
 * filter of a convolution), which are those of one index of the last dimension. */
enum granularity { GRANULARITY_WEIGHT, GRANULARITY_UNIT };

/* What is ranked, and by what. */
struct pruning_rule {
    const struct criterion *criterion;
    enum granularity granularity;
    bool biases;           /* biases are ranked too; of units they never are, but go with their unit */
    uint64_t seed;         /* of the random criterion */
    double prior_sigma;    /* as in struct scoring */
    const float *gradient; /* [posterior size] as in struct scoring, borrowed; NULL: there is none */
};

/* The candidates of the whole network in order of removal: one global ranking over the groups of all layers. A group's
 * score is the mean of its members' scores, so that groups of unlike size compare: by |mu|, the L1 norm of a filter (Li
 * et al. 2017, arXiv:1608.08710) for each of its weights; by log p(0), the log density at zero of all of them together,
 * likewise. Equal scores go in the order of their position in the network.
 *
 * Single weights: those of all layers are candidates, and the biases if asked for; otherwise biases stay.
 * Units: those of the last layer are the classes and stay, for without its logit a class could not be predicted. A
 * removed unit has no bias either, so that its output is 0. What reads that output is not counted as removed, although
 * it has come to nothing (embed/compact.h takes it out). */
struct ranking {
    const struct criterion *criterion;
    const struct posterior *posterior; /* borrowed */
    enum granularity granularity;
    bool biases;
    size_t count;    /* candidates: weights, not groups */
    uint32_t *place; /* [count] index into mu, the first to go first; members of a group follow each other */
    float *score;    /* [count] the score of the group of place[i] */
};

/* STATUS_UNSUPPORTED: the criterion needs something that is not there, or a network has no units but its classes. */
enum status ranking_make(const struct posterior *posterior, const struct pruning_rule *rule, struct ranking *ranking,
                         struct error *error);
void ranking_free(struct ranking *ranking);

/* How many candidates go: for a fraction, round(fraction * count), or, if that would split a group, as many as are
 * before it; for a threshold on log p(0) as in the talk, all with a score above it (a weight stays if log p(0) <=
 * threshold). */
size_t ranking_removed_by_fraction(const struct ranking *ranking, double fraction);
size_t ranking_removed_by_threshold(const struct ranking *ranking, double threshold);

/* keep [posterior size]: 0 for the first `removed` candidates and the biases that go with them, 1 for everything else.
 * `removed` here and below: a number that the functions above return, which is a whole number of groups. */
void ranking_keep(const struct ranking *ranking, size_t removed, float *keep);

/* The same for a fraction: *keep [posterior size]. The caller frees with memory_free; NULL on failure. */
enum status ranking_keep_fraction(const struct ranking *ranking, double fraction, float **keep, struct error *error);

/* All of these in one call. */
enum status pruning_keep(const struct posterior *posterior, const struct pruning_rule *rule, double fraction,
                         float **keep, struct error *error);

/* The groups of the first `removed` candidates. */
size_t ranking_groups(const struct ranking *ranking, size_t removed);

/* The share removed of each ranked tensor, as an unweighted average over those tensors: the talk's definition of its
 * prune ratio. The true share is removed / count. */
double ranking_tensor_mean(const struct ranking *ranking, size_t removed);

#endif

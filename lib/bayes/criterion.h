/* lib/bayes/criterion.h: the order in which a network's weights may be removed.
 *
 * A criterion scores weights; scores of different criteria have different units and are never compared. The registry is
 * criterion.def: tests, `tenth help` and the default sweep read it. */
#ifndef TENTH_BAYES_CRITERION_H
#define TENTH_BAYES_CRITERION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "compute/random.h"
#include "nn/network.h"

enum prune_order { PRUNE_HIGHEST_FIRST, PRUNE_LOWEST_FIRST };

/* What a criterion reads besides the means: a sum of these. */
enum criterion_need {
    NEEDS_NOTHING = 0,
    NEEDS_SIGMA = 1,
    NEEDS_PRIOR = 2,
    NEEDS_WEIGHT_GRADIENT = 4,
    HAS_THRESHOLDS = 8 /* prune.thresholds are of this score: also swept by them */
};

/* What there is to know about the weights of one tensor of any shape. Everything is borrowed. */
struct scoring {
    const struct tensor *tensor;
    const float *mu;    /* [tensor->count] posterior means, in units of the weight */
    const float *sigma; /* [tensor->count] posterior standard deviations, > 0, in the same unit; NULL: there are none */
    double prior_sigma; /* of the Gaussian prior, > 0, in the same unit; 0: there is none */
    const float *gradient; /* [tensor->count] of the mean cross-entropy of training items at mu, in nats per unit of
                            * the weight; NULL: it was not computed */
    struct random_key key; /* the tensor's source of random numbers, for criteria that draw */

    /* Weights i and k go together if i % groups == k % groups; tensor->count: each goes by itself. A group counts by
     * the mean of its members' scores (pruning.h). */
    size_t groups;
};

/* Scores the weights. Allocates nothing. score [tensor->count] is overwritten, and overlaps nothing of `scoring`. */
typedef void criterion_score_fn(const struct scoring *scoring, float *score);

struct criterion {
    const char *name; /* in configs and in the column `criterion` */
    const char *unit; /* of the score and of the column `threshold`; "1": none */
    enum prune_order order;
    unsigned int needs; /* a sum of enum criterion_need */
    const char *title;  /* in figures */
    const char *source; /* the paper or slide that defines it */
    const char *dashes; /* gnuplot's dash type */
    criterion_score_fn *score;
};

const struct criterion *criteria(size_t *count);                               /* static storage */
const struct criterion *criterion_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */

/* The criterion that is shown of a method where only one is (method.def). */
struct method;
const struct criterion *criterion_usual(const struct method *method);

/* Whether the method's posteriors have what the criterion reads of them. */
bool criterion_fits(const struct criterion *criterion, const struct method *method);

/* Whether it also needs no more than the posterior, so that it runs where none is named. */
bool criterion_is_standard(const struct criterion *criterion, const struct method *method);

/* The criterion's function with its results checked: STATUS_UNSUPPORTED if something that it needs is not there;
 * STATUS_NOT_FINITE names tensor, index, mu and sigma of the first score that is not finite. */
enum status criterion_score(const struct criterion *criterion, const struct scoring *scoring, float *score,
                            struct error *error);

#endif

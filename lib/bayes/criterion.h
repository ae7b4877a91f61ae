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

enum prune_order { PRUNE_HIGHEST_FIRST, PRUNE_LOWEST_FIRST };
enum sigma_need { WORKS_WITHOUT_SIGMA, NEEDS_SIGMA };

/* Scores the weights of one tensor of any shape. Borrows its arguments, allocates nothing.
 *   mu     [count]  posterior means, in units of the weight
 *   sigma  [count]  posterior standard deviations, > 0, in the same unit; NULL for a point estimate
 *   key source of random numbers, for criteria that draw; others ignore it
 *   score  [count]  overwritten; must not overlap mu or sigma */
typedef void criterion_score_fn(size_t count, const float *mu, const float *sigma, struct random_key key, float *score);

struct criterion {
    const char *name; /* in configs and in the column `criterion` */
    const char *unit; /* of the score and of the column `threshold`; "1": none */
    enum prune_order order;
    enum sigma_need sigma;
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

/* The criterion's function with its results checked: STATUS_UNSUPPORTED if sigma is NULL but needed; STATUS_NOT_FINITE
 * names tensor, index, mu and sigma of the first score that is not finite. */
enum status criterion_score(const struct criterion *criterion, const char *tensor, size_t count, const float *mu,
                            const float *sigma, struct random_key key, float *score, struct error *error);

#endif

/* lib/run/ranked.h: rankings of a run whose data are open, by any criterion: what it needs of the data is computed. */
#ifndef TENTH_RUN_RANKED_H
#define TENTH_RUN_RANKED_H

#include "bayes/pruning.h"
#include "core/error.h"
#include "run/run.h"

/* ranking_make as the run's config says. A gradient, if the criterion needs one, is that of the mean cross-entropy of
 * the items of run_fit_items, of each member's network at its means. STATUS_NOT_FINITE: it is not finite. */
enum status run_rank(const struct run *run, const struct posterior *posterior, const struct criterion *criterion,
                     struct ranking *ranking, struct error *error);

/* pruning_keep likewise. */
enum status run_keep(const struct run *run, const struct posterior *posterior, const struct criterion *criterion,
                     double fraction, float **keep, struct error *error);

/* That gradient [posterior size], overwritten. */
enum status run_gradient(const struct run *run, const struct posterior *posterior, float *gradient,
                         struct error *error);

#endif

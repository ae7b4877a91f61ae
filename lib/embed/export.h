/* lib/embed/export.h: a trained run as a model to ship: `model.prune()` for the embedded application. */
#ifndef TENTH_EMBED_EXPORT_H
#define TENTH_EMBED_EXPORT_H

#include "bayes/criterion.h"
#include "core/error.h"
#include "embed/model.h"
#include "io/table.h"
#include "run/run.h"

struct export_options {
    const struct criterion *criterion;
    double fraction; /* of the ranked weights to remove */
    struct model_options model;
    enum model_number number;
};

/* Ranks, prunes, removes dead filters and rounds. NULL *model on failure. */
enum status export_pruned(const struct run *run, const struct export_options *options, struct model **model,
                          struct error *error);

/* The same, and finds the threshold of referral on the validation split; *accuracy is the model's accuracy on those
 * items. */
enum status export_model(const struct run *run, const struct export_options *options, struct model **model,
                         double *accuracy, struct error *error);

/* The entropy above which items are referred: the best to tell right from wrong, with the largest difference between
 * the shares of wrong and of right items above it (Youden 1950, "Index for rating diagnostic tests", Cancer 3: 32-35).
 * If all are right or all wrong: the largest entropy, so that none is referred. */
enum status referral_threshold(const double *entropy /* [count] */, const unsigned char *right, size_t count,
                               float *threshold, struct error *error);

/* Measures a model on the run's test items, and its speed against the dense network's, each predicting one item after
 * the other with one thread; adds a row of kind `export`. The dense network is the run's own, unpruned, with constant
 * weights prepared beforehand. `accuracy_validation` comes from export_model. */
enum status export_measure(const struct run *run, const struct export_options *options, const struct model *model,
                           double accuracy_validation, struct table *table, struct error *error);

#endif

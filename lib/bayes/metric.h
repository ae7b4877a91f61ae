/* lib/bayes/metric.h: predictions, and what is measured on them (metric.def). */
#ifndef TENTH_BAYES_METRIC_H
#define TENTH_BAYES_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/stats.h"

/* Predictions of `samples` networks; a point estimate, or the network at the posterior mean, is one sample. */
struct prediction {
    size_t samples, items, classes;
    float *sampled;        /* [samples][items][classes] probabilities p_sik; NULL: the samples are not kept */
    float *mean;           /* [items][classes] p_ik */
    const uint8_t *labels; /* [items], borrowed */
    /* How samples that are not kept differed (run/kept.h), borrowed; NULL: not known. Not used beside `sampled`. */
    const float *std;          /* [items][classes] standard deviation of p_sik over the samples */
    const float *aleatoric;    /* [items] mean entropy of the samples, in nats */
    const float *disagreement; /* [items] 1 - share of the samples that vote for the most voted class */
};

/* Allocates a prediction; STATUS_NO_MEMORY leaves it empty. */
enum status prediction_alloc(size_t samples, size_t items, size_t classes, const uint8_t *labels,
                             struct prediction *prediction, struct error *error);
void prediction_free(struct prediction *prediction);

/* Fills `mean` from `sampled`. */
void prediction_average(struct prediction *prediction);

/* STATUS_NOT_FINITE names the first network and item with a NaN probability. Nothing should be measured on such a
 * prediction: comparisons with a NaN have an answer too. */
enum status prediction_check(const struct prediction *prediction, struct error *error);

/* The first of the largest of [classes] probabilities. */
size_t probability_largest(const float *probability, size_t classes);

/* The predicted class of an item: the first of the largest p_ik. */
size_t prediction_class(const struct prediction *prediction, size_t item);

/* -sum p log p in nats of one distribution. */
double entropy_of(const float *probability, size_t classes);

/* Those of the first `count` items' mean predictions. */
void item_entropies(const struct prediction *prediction, size_t count, double *entropy);

/* Column auroc, for items of no class: how often one of them has more entropy than a test item, right or wrong; ties
 * count half (stats_auroc). In 0..1; .5 is chance. */
enum status prediction_auroc(const struct prediction *test, const struct prediction *unknown, double *auroc,
                             struct error *error);

/* 0, or NaN if one of [classes] probabilities is NaN: to be added to what only compares them. */
double zero_or_nan(const float *probability, size_t classes);

/* -log p in nats of a probability. One that rounded to 0 counts as the least float, so that a single item cannot make a
 * mean infinite. */
double surprisal_of(float probability);

/* ---- metrics ---- */

enum { ECE_BINS = 15 };

/* MEAN: the mean over the items, with Student's interval. SHARE: likewise of items that have 1 or 0, with Wilson's.
 * WHOLE: of all items together, without an interval over them. */
enum metric_kind { METRIC_MEAN, METRIC_SHARE, METRIC_WHOLE };
enum metric_labels { WORKS_WITHOUT_LABELS, NEEDS_LABELS };
enum metric_uncertainty { NO_UNCERTAINTY, UNCERTAIN_IF_HIGH, UNCERTAIN_IF_LOW };

/* The metric of one item. NaN: a probability is not a number, or the metric needs samples and nothing is known of
 * them. */
typedef double metric_of_item_fn(const struct prediction *prediction, size_t item);
/* The metric of all items; NaN likewise. */
typedef double metric_of_all_fn(const struct prediction *prediction);

struct metric {
    const char *name, *unit, *title, *formula;
    double least, most;
    enum metric_kind kind;
    enum metric_labels labels;
    enum metric_uncertainty uncertainty;
    metric_of_item_fn *of_item; /* NULL: WHOLE */
    metric_of_all_fn *of_all;   /* NULL: MEAN or SHARE */
};

#define METRIC_PLACED METRIC
/* METRIC_accuracy, ...: the rows' places. */
enum metric_id {
#define METRIC(name, ...) METRIC_##name,
#include "bayes/metric.def"
#undef METRIC
    METRICS
};

/* metric_accuracy, ...: the rows' functions. */
#define METRIC_FN_MEAN metric_of_item_fn
#define METRIC_FN_SHARE metric_of_item_fn
#define METRIC_FN_WHOLE metric_of_all_fn
#define METRIC(name, unit, least, most, kind, ...) METRIC_FN_##kind metric_##name;
#include "bayes/metric.def"
#undef METRIC
#undef METRIC_FN_MEAN
#undef METRIC_FN_SHARE
#undef METRIC_FN_WHOLE
#undef METRIC_PLACED

const struct metric *metrics(size_t *count);                                           /* static storage */
const struct metric *metric_find(const char *name, struct error *error /* or NULL */); /* NULL: STATUS_USAGE */

/* A row's value on a prediction of at least one item, within its range; NaN as its function has it, or if a mean is
 * beyond its range. */
double metric_of(enum metric_id id, const struct prediction *prediction);
double metric_value(const struct metric *metric, const struct prediction *prediction);

/* The value with its 95 % interval over the items: NaN for a WHOLE, or if the value is NaN or, for a MEAN, of one item.
 */
enum status metric_measure(const struct metric *metric, const struct prediction *prediction, double *value,
                           struct interval *interval, struct error *error);

/* Wilson's interval of a share of items, such as an accuracy; NaN if the share is. */
struct interval share_interval(double share, size_t items);

/* How uncertain each item is, [items], overwritten: the metric or, if it is less for items that are more uncertain, its
 * negative; only their order says something. The metric has an uncertainty. */
void metric_uncertainties(const struct metric *metric, const struct prediction *prediction, double *values);

#endif

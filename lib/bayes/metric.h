/* lib/bayes/metric.h: predictions, and what is measured on them (metric.def). */
#ifndef TENTH_BAYES_METRIC_H
#define TENTH_BAYES_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Predictions of `samples` networks; a point estimate, or the network at the posterior mean, is one sample. */
struct prediction {
    size_t samples, items, classes;
    float *sampled;        /* [samples][items][classes] probabilities p_sik */
    float *mean;           /* [items][classes] p_ik */
    const uint8_t *labels; /* [items], borrowed */
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

enum { ECE_BINS = 15 };
struct metric {
    const char *name, *unit, *title, *formula;
    double (*value)(const struct prediction *prediction);
};
const struct metric *metrics(size_t *count);
const struct metric *metric_find(const char *name, struct error *error);

double metric_accuracy(const struct prediction *prediction);
double metric_nll(const struct prediction *prediction);
double metric_entropy(const struct prediction *prediction);
double metric_mutual_information(const struct prediction *prediction);
double metric_aleatoric(const struct prediction *prediction);
double metric_mean_softmax(const struct prediction *prediction);
double metric_balanced_accuracy(const struct prediction *prediction);
double metric_variation_ratio(const struct prediction *prediction);
double metric_std(const struct prediction *prediction);
double metric_ece(const struct prediction *prediction);
double metric_brier(const struct prediction *prediction);

#endif

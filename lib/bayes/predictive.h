/* lib/bayes/predictive.h: `prediction, uncertainty = model.predict(input)`: the mean of softmax over sampled weights.
 */
#ifndef TENTH_BAYES_PREDICTIVE_H
#define TENTH_BAYES_PREDICTIVE_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "core/monitor.h"

/* A posterior with a network to run it on and memory for one set of weights. Borrows both, and the monitor. */
struct predictor {
    const struct posterior *posterior;
    struct network *network;
    size_t batch;   /* items per forward pass; at most the network's */
    float *weights; /* [network size] */
    const struct monitor
        *monitor; /* asked after each forward pass whether to stop; NULL, the initial value: never stops early */
};

enum status predictor_make(const struct posterior *posterior, struct network *network, size_t batch,
                           struct predictor *predictor, struct error *error);
void predictor_free(struct predictor *predictor);

/* How many different networks `samples` draws give: a point estimate has one and an ensemble its members, whatever the
 * request. */
size_t predictor_samples(const struct predictor *predictor, size_t samples);

enum predict_weights { PREDICT_AT_MEAN, PREDICT_SAMPLED };

/* The weights of network number `sample` that `predict` uses, in the predictor's memory or the posterior's own
 * block. */
const float *predictor_weights(struct predictor *predictor, enum predict_weights which, const float *keep,
                               uint64_t seed, size_t sample);

/* Fills prediction (made by prediction_alloc) for x [items][height][width][channels], normalised. With PREDICT_AT_MEAN
 * its `samples` is 1, and an ensemble's first member replaces the mean, which would mean nothing. Each network's
 * weights are multiplied by keep [posterior size]; NULL: nothing is pruned. Sample s has the same noise in every call
 * with the same seed, so pruned and perturbed predictions differ in nothing else. STATUS_INTERRUPTED: the monitor
 * wanted to stop, and the prediction is useless. STATUS_NOT_FINITE: as in prediction_check. */
enum status predict(struct predictor *predictor, enum predict_weights which, const float *keep, uint64_t seed,
                    const float *x, struct prediction *prediction, struct error *error);

#endif

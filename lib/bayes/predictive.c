#include "bayes/predictive.h"

#include "core/memory.h"
#include "nn/loss.h"

enum status predictor_make(const struct posterior *posterior, struct network *network, size_t batch,
                           struct predictor *predictor, struct error *error)
{
    *predictor = (struct predictor){.posterior = posterior, .network = network, .batch = batch};
    predictor->weights = memory_alloc(posterior->network_size, sizeof(float), error);
    return predictor->weights ? STATUS_OK : STATUS_NO_MEMORY;
}

void predictor_free(struct predictor *predictor)
{
    memory_free(predictor->weights);
    *predictor = (struct predictor){0};
}

size_t predictor_samples(const struct predictor *predictor, size_t samples)
{
    switch (predictor->posterior->method->networks) {
    case NETWORKS_ONE:
        return 1;
    case NETWORKS_MEMBERS:
        return predictor->posterior->members;
    default:
        return samples;
    }
}

/* The weights of one network; keep may be NULL. */
static const float *weights_of(struct predictor *predictor, enum predict_weights which, const float *keep,
                               uint64_t seed, size_t sample)
{
    const struct posterior *posterior = predictor->posterior;
    const float *w = posterior->mu;
    if (which == PREDICT_SAMPLED)
        w = posterior->method->functions->sample(posterior, seed, PURPOSE_PREDICT, sample, predictor->weights);
    if (!keep)
        return w;
    keep += sample % posterior->members * posterior->network_size;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t i = 0; i < posterior->network_size; i++)
        predictor->weights[i] = w[i] * keep[i];
    return predictor->weights;
}

void predict(struct predictor *predictor, enum predict_weights which, const float *keep, uint64_t seed, const float *x,
             struct prediction *prediction)
{
    size_t item_size = shape_size(network_spec(predictor->network)->input);
    size_t classes = prediction->classes;
    for (size_t s = 0; s < prediction->samples; s++) {
        network_set_weights(predictor->network, weights_of(predictor, which, keep, seed, s));
        float *sampled = prediction->sampled + s * prediction->items * classes;
        for (size_t first = 0; first < prediction->items; first += predictor->batch) {
            size_t left = prediction->items - first;
            size_t batch = left < predictor->batch ? left : predictor->batch;
            float *p = sampled + first * classes;
            network_forward(predictor->network, x + first * item_size, batch, p);
            softmax(p, batch, classes, p);
        }
    }
    prediction_average(prediction);
}

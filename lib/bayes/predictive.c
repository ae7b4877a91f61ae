#include "bayes/predictive.h"

#include "core/memory.h"
#include "core/size.h"
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

const float *predictor_weights(struct predictor *predictor, enum predict_weights which, const float *keep,
                               uint64_t seed, size_t sample)
{
    const struct posterior *posterior = predictor->posterior;
    const float *w = posterior->mu;
    if (which == PREDICT_SAMPLED)
        w = posterior_sample(posterior, seed, PURPOSE_PREDICT, sample, predictor->weights);
    if (!keep)
        return w;
    keep += sample % posterior->members * posterior->network_size;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t i = 0; i < posterior->network_size; i++)
        predictor->weights[i] = w[i] * keep[i];
    return predictor->weights;
}

/* Class probabilities [items][classes] with the weights that the network was given. */
static enum status predict_by_one(const struct predictor *predictor, const float *x, size_t items, size_t classes,
                                  float *p, struct error *error)
{
    size_t item_size = shape_size(network_spec(predictor->network)->input);
    enum status status = STATUS_OK;
    for (size_t first = 0; first < items && status == STATUS_OK; first += predictor->batch) {
        size_t batch = smaller(items - first, predictor->batch);
        network_forward(predictor->network, x + first * item_size, batch, p + first * classes);
        softmax(p + first * classes, batch, classes, p + first * classes);
        status = monitor_check(predictor->monitor, error);
    }
    return status;
}

enum status predict(struct predictor *predictor, enum predict_weights which, const float *keep, uint64_t seed,
                    const float *x, struct prediction *prediction, struct error *error)
{
    size_t size = prediction->items * prediction->classes;
    enum status status = STATUS_OK;
    for (size_t s = 0; s < prediction->samples && status == STATUS_OK; s++) {
        network_set_weights(predictor->network, predictor_weights(predictor, which, keep, seed, s));
        status =
            predict_by_one(predictor, x, prediction->items, prediction->classes, prediction->sampled + s * size, error);
    }
    if (status != STATUS_OK)
        return status;
    prediction_average(prediction);
    return prediction_check(prediction, error);
}

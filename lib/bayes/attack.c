#include "bayes/attack.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"

/* Memory for one batch's results. */
struct scratch {
    float *weights; /* [network_size] the gradient of the weights, unused */
    float *items;   /* [batch][height][width][channels] */
};

/* The caller takes each one's sign, which a NaN has as well. */
static enum status gradient_check(const float *gradient, size_t first, size_t count, size_t item, struct error *error)
{
    for (size_t i = first; i < first + count; i++) {
        if (!isfinite(gradient[i]))
            return error_set(error, STATUS_NOT_FINITE, "the gradient of the loss at item %zu is not finite", i / item);
    }
    return STATUS_OK;
}

/* Adds the gradients of one network, given by network_set_weights, divided by `samples`. */
static enum status add_network(struct predictor *predictor, size_t samples, const float *x, const uint8_t *labels,
                               size_t items, const struct scratch *scratch, float *gradient, struct error *error)
{
    enum status status = STATUS_OK;
    size_t item = shape_size(network_spec(predictor->network)->input);
    for (size_t first = 0; first < items && status == STATUS_OK; first += predictor->batch) {
        size_t batch = smaller(items - first, predictor->batch);
        double loss = network_input_gradient(predictor->network, x + first * item, labels + first, batch,
                                             scratch->weights, scratch->items);
        if (!isfinite(loss))
            return error_set(error, STATUS_NOT_FINITE, "the loss at items %zu to %zu is not finite, nor its gradient",
                             first, first + batch - 1);
        float scale = (float)batch / (float)samples; /* the network's loss is a mean over the batch */
        for (size_t i = 0; i < batch * item; i++)
            gradient[first * item + i] += scale * scratch->items[i];
        status = gradient_check(gradient, first * item, batch * item, item, error);
        if (status == STATUS_OK)
            status = monitor_check(predictor->monitor, error);
    }
    return status;
}

enum status attack_gradient(struct predictor *predictor, const float *keep, size_t samples, uint64_t seed,
                            const float *x, const uint8_t *labels, size_t items, float *gradient, struct error *error)
{
    const struct posterior *posterior = predictor->posterior;
    size_t item = shape_size(network_spec(predictor->network)->input);
    struct scratch scratch = {
        .weights = memory_alloc(posterior->network_size, sizeof(float), error),
        .items = memory_alloc(size_multiply(predictor->batch, item), sizeof(float), error),
    };
    enum status status = scratch.weights && scratch.items ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        memset(gradient, 0, items * item * sizeof *gradient);
    for (size_t s = 0; s < samples && status == STATUS_OK; s++) {
        network_set_weights(predictor->network, predictor_weights(predictor, PREDICT_SAMPLED, keep, seed, s));
        status = add_network(predictor, samples, x, labels, items, &scratch, gradient, error);
    }
    memory_free(scratch.weights);
    memory_free(scratch.items);
    return status;
}

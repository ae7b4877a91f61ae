#include "run/ranked.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/shape.h"
#include "core/size.h"

/* Adds a network's gradient, at the weights that it was given, over all items; `scratch` has its size. */
static enum status add_network(struct network *network, const struct test_items *items, size_t most, size_t size,
                               float *scratch, float *gradient, struct error *error)
{
    const size_t item = shape_size(network_spec(network)->input);
    for (size_t first = 0; first < items->count; first += most) {
        const size_t batch = smaller(most, items->count - first);
        size_t right;
        const double loss =
            network_gradient(network, items->x + first * item, items->labels + first, batch, scratch, &right);
        if (!isfinite(loss))
            return error_set(error, STATUS_NOT_FINITE, "the loss of training items at the mean weights is not finite");
        const float share = (float)batch / (float)items->count;
        for (size_t i = 0; i < size; i++)
            gradient[i] += share * scratch[i];
    }
    return STATUS_OK;
}

enum status run_gradient(const struct run *run, const struct posterior *posterior, float *gradient, struct error *error)
{
    const size_t size = posterior->network_size, batch = (size_t)run->config.train.batch;
    const struct network_spec spec = run->network;
    struct test_items items = {0};
    struct network *network = NULL;
    float *scratch = memory_alloc(size, sizeof *scratch, error);
    enum status status = scratch ? run_fit_items(run, &items, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = network_create(&spec, batch, 1, run->threads, &network, error);
    memset(gradient, 0, posterior->size * sizeof *gradient);
    for (size_t first = 0; first < posterior->size && status == STATUS_OK; first += size) {
        network_set_weights(network, posterior->mu + first);
        status = add_network(network, &items, batch, size, scratch, gradient + first, error);
    }
    network_free(network);
    test_items_free(&items);
    memory_free(scratch);
    return status;
}

enum status run_rank(const struct run *run, const struct posterior *posterior, const struct criterion *criterion,
                     struct ranking *ranking, struct error *error)
{
    struct pruning_rule rule = pruning_rule_of(&run->config, criterion, run->seed);
    float *gradient = NULL;
    enum status status = STATUS_OK;
    *ranking = (struct ranking){0};
    if (criterion->needs & NEEDS_WEIGHT_GRADIENT) {
        gradient = memory_alloc(posterior->size, sizeof *gradient, error);
        status = gradient ? run_gradient(run, posterior, gradient, error) : STATUS_NO_MEMORY;
        rule.gradient = gradient;
    }
    if (status == STATUS_OK)
        status = ranking_make(posterior, &rule, ranking, error);
    memory_free(gradient);
    return status;
}

enum status run_keep(const struct run *run, const struct posterior *posterior, const struct criterion *criterion,
                     double fraction, float **keep, struct error *error)
{
    struct ranking ranking;
    *keep = NULL;
    enum status status = run_rank(run, posterior, criterion, &ranking, error);
    if (status == STATUS_OK)
        status = ranking_keep_fraction(&ranking, fraction, keep, error);
    ranking_free(&ranking);
    return status;
}

/* lib/sweep/illustrate_likelihood.c: the likelihood of the training items at any weights. */
#include <math.h>

#include "core/memory.h"
#include "core/size.h"
#include "sweep/illustration.h"

/* A pass of fewer multiply-adds ends before another thread starts. */
static const double WORTH_THREADS = 1e7;

enum status likelihood_make(const struct illustration *illustration, struct likelihood *likelihood, struct error *error)
{
    const struct run *run = illustration->run;
    *likelihood = (struct likelihood){
        .classes = run->kind->classes, .items = run->split.train_count, .item = shape_size(run->kind->shape)};
    likelihood->x = memory_alloc(likelihood->items, likelihood->item * sizeof(float), error);
    likelihood->labels = memory_alloc(likelihood->items, 1, error);
    likelihood->logits = memory_alloc(likelihood->items, likelihood->classes * sizeof(float), error);
    if (!likelihood->x || !likelihood->labels || !likelihood->logits)
        return STATUS_NO_MEMORY;
    items_gather(&run->dataset->train, run->split.train, likelihood->items, likelihood->x, likelihood->labels);
    double work = network_multiply_adds(illustration->trained.network) * (double)likelihood->items;
    return network_create(&run->network, smaller(EVALUATION_BATCH, likelihood->items), 0,
                          work < WORTH_THREADS ? 1 : run->threads, &likelihood->network, error);
}

void likelihood_free(struct likelihood *likelihood)
{
    network_free(likelihood->network);
    memory_free(likelihood->x);
    memory_free(likelihood->labels);
    memory_free(likelihood->logits);
}

double label_nll(const double *logits, size_t classes, size_t label)
{
    double most = logits[0], sum = 0;
    for (size_t k = 1; k < classes; k++)
        most = fmax(most, logits[k]);
    for (size_t k = 0; k < classes; k++)
        sum += exp(logits[k] - most);
    return most + log(sum) - logits[label];
}

void likelihood_logits(const struct likelihood *likelihood, const float *weights, float *logits)
{
    network_set_weights(likelihood->network, weights);
    for (size_t first = 0; first < likelihood->items; first += EVALUATION_BATCH)
        network_forward(likelihood->network, likelihood->x + first * likelihood->item,
                        smaller(EVALUATION_BATCH, likelihood->items - first), logits + first * likelihood->classes);
}

double likelihood_nll(const struct likelihood *likelihood, const float *weights)
{
    double sum = 0, logits[CLASSES_MAX] = {0};
    likelihood_logits(likelihood, weights, likelihood->logits);
    for (size_t i = 0; i < likelihood->items; i++) {
        for (size_t k = 0; k < likelihood->classes; k++)
            logits[k] = (double)likelihood->logits[i * likelihood->classes + k];
        sum += label_nll(logits, likelihood->classes, likelihood->labels[i]);
    }
    return sum / (double)likelihood->items;
}

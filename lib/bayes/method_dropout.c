/* lib/bayes/method_dropout.c: dropout as a posterior (Gal and Ghahramani 2016, arXiv:1506.02142), also when predicting.
 *
 * Each input unit of a layer is kept or dropped: w = mu z / (1 - rate), z ~ Bernoulli(1 - rate), one z for all weights
 * out of the unit. A unit is a channel of a convolution's input, an element of the dense layer's. The network's own
 * input and biases are never dropped. The division keeps the mean of w at mu, so mu is the network at the mean. The
 * penalty is MAP's; the paper's is 1 / (1 - rate) times as large, which prior_sigma can compensate. */
#include <string.h>

#include "bayes/method_options.h"
#include "bayes/point_step.h"
#include "core/size.h"

/* Whether a tensor's inputs are units of a layer below. The first tensor of a network has the items as inputs.
 */
static bool has_units(const struct posterior *posterior, size_t tensor)
{
    return tensor > 0 && !tensor_is_bias(&posterior->tensors[tensor]);
}

static double rate_of(const struct posterior *posterior)
{
    const struct dropout_options *options = posterior->options;
    return options->rate;
}

static float kept_scale(const struct posterior *posterior)
{
    return (float)(1 / (1 - rate_of(posterior)));
}

/* Units [first, first + count) of a tensor, count <= RANDOM_CHUNK. A weight tensor is planes x units x outputs. */
static void sample_units(const struct posterior *posterior, const struct tensor *tensor, struct random_key key,
                         size_t first, size_t count, float *w)
{
    size_t outputs = tensor->shape[tensor->rank - 1], units = tensor->shape[tensor->rank - 2];
    const float *mu = posterior->mu + tensor->offset;
    float factor[RANDOM_CHUNK];
    random_uniform(key, first, count, factor);
    for (size_t u = 0; u < count; u++)
        factor[u] = (double)factor[u] < rate_of(posterior) ? 0 : kept_scale(posterior);
    for (size_t plane = 0; plane < tensor->count; plane += units * outputs) {
        for (size_t u = 0; u < count; u++) {
            size_t row = plane + (first + u) * outputs;
            for (size_t i = row; i < row + outputs; i++)
                w[i] = mu[i] * factor[u];
        }
    }
}

static const float *sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch)
{
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        float *w = scratch + tensor->offset;
        if (!has_units(posterior, t)) {
            memcpy(w, posterior->mu + tensor->offset, tensor->count * sizeof *w);
            continue;
        }
        size_t units = tensor->shape[tensor->rank - 2];
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
        for (size_t first = 0; first < units; first += RANDOM_CHUNK) {
            size_t count = smaller(units - first, RANDOM_CHUNK);
            sample_units(posterior, tensor, random_key(seed, purpose, step, t), first, count, w);
        }
    }
    return scratch;
}

/* The gradient of mu is that of w times z / (1 - rate). z is recovered from w, which is 0 if the unit was dropped (or
 * if mu is exactly 0, which no step of Adam leaves). */
static double update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                     double *penalty_loss)
{
    float kept = kept_scale(posterior);
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        if (!has_units(posterior, piece.tensor))
            continue;
        for (size_t i = at; i < at + piece.count; i++)
            gradient[i] *= w[i] == 0 ? 0 : kept;
    }
    return point_step(posterior, update, 0, &update->prior, gradient, penalty_loss);
}

const struct method_functions method_dropout = {
    .blocks = point_blocks,
    .block_count = POINT_BLOCKS,
    .init = posterior_start_means,
    .sample = sample,
    .update = update,
};

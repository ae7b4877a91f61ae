/* lib/bayes/method_skeleton.c: a template for a new method, with every hook of struct method_functions (posterior.h)
 * and whether it is required. The program does not have it: copy it to method_NAME.c, write NAME where it says
 * skeleton, and add the row to method.def, which explains its columns:
 *
 *   METHOD(skeleton, "Skeleton: SGD, then a Gaussian", true, NETWORKS_DRAWN, "snr", "#000000 #999999 #555555", "15 14",
 *       OPTIONS(skeleton, CONFIG_FLOAT(skeleton, momentum, 0.9, 0, 0.999, "1",
 *           "share of a step's velocity that stays in the next")))
 *
 * Nothing else needs a change: config, help, checkpoints, identity, tables, figures and export follow. The test
 * tests/test_skeleton.sh does just this in a copy of the program.
 *
 * The method here is a point estimate by stochastic gradient descent with momentum, and, after its last step, Laplace's
 * approximation around it with the diagonal of the empirical Fisher information (MacKay 1992; Ritter et al. 2018). */
#include <math.h>
#include <string.h>

#include "bayes/method_options.h"
#include "bayes/posterior.h"
#include "core/memory.h"

/* Required: what the method knows, a float for each weight. The first block is `mu`: the mean, or the weights
 * themselves. All are in checkpoints; those `of_training` are not in the result. A chain, or an ensemble, has `members`
 * networks in each block but those `of_one`. */
enum { MU, VELOCITY, SIGMA, BLOCKS };
static const struct method_block blocks[BLOCKS] = {
    [MU] = {.name = "mu"}, [VELOCITY] = {.name = "velocity", .of_training = true}, [SIGMA] = {.name = "sigma"}};

/* Required: start values; the blocks are 0. posterior_start_means is the law of posterior.start for mu, and all that
 * most methods need (put it into the struct below). */
static void init(struct posterior *posterior, const struct posterior_start *start)
{
    posterior_start_means(posterior, start);
}

/* Required: the weights of one network. The training loop asks with PURPOSE_WEIGHT_NOISE, predictions with
 * PURPOSE_PREDICT; here only the latter are drawn. Either `scratch` or a part of a block is returned. Draws depend on
 * the arguments alone, so that a resumed run, and any number of threads, has the same. */
static const float *sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch)
{
    if (purpose == PURPOSE_WEIGHT_NOISE)
        return posterior->mu;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        const size_t at = tensor->offset;
        random_normal(random_key(seed, purpose, step, t), 0, tensor->count, scratch + at);
        for (size_t i = at; i < at + tensor->count; i++)
            scratch[i] = posterior->mu[i] + posterior->blocks[SIGMA][i] * scratch[i];
    }
    return scratch;
}

/* The factor that brings the gradient down to the norm of train.clip_norm. */
static float clip_factor(const struct posterior *posterior, double clip_norm, const float *gradient)
{
    double squared = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            squared += (double)gradient[i] * (double)gradient[i];
    }
    return clip_norm > 0 ? (float)fmin(1, clip_norm / sqrt(squared)) : 1;
}

/* Required: one step against the gradient at w. A prior's penalty is added by prior_penalty; without any, return 0 and
 * set penalty_loss to 0. point_step.h has the same with Adam, in pieces that threads share. Memory that it would need
 * is a block, since a step cannot fail. */
static double update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                     double *penalty_loss)
{
    const struct skeleton_options *own = posterior->options;
    float *velocity = posterior->blocks[VELOCITY];
    double penalty = 0;
    *penalty_loss = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        const double nats = prior_penalty(&update->prior, update->penalty_scale[t], tensor->count, w + tensor->offset,
                                          gradient + tensor->offset);
        penalty += nats;
        *penalty_loss += update->penalty_scale[t] * nats;
    }
    const float rate = (float)update->learning_rate * clip_factor(posterior, update->clip_norm, gradient);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            velocity[i] = (float)own->momentum * velocity[i] - rate * gradient[i];
            posterior->mu[i] += velocity[i];
        }
    }
    return penalty;
}

/* Not required (NULL: the method has no sigma, and false in its row): the standard deviations. */
static void sigma(const struct posterior *posterior, float *out)
{
    memcpy(out, posterior->blocks[SIGMA], posterior->size * sizeof *out);
}

/* The posterior of the last step's scale is exp(-(loss) / penalty_scale): its precision is the curvature of the
 * cross-entropy over penalty_scale, and the prior's. fisher [network_size]: the mean squared gradient. */
static void spreads_make(struct posterior *posterior, const struct training *training, const double *fisher)
{
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            posterior->blocks[SIGMA][i] =
                (float)(1 / sqrt(fisher[i] / training->penalty_scale[t] + prior_precision(&training->prior)));
    }
}

/* Not required (NULL: steps are all there is): what is learned after the last step. */
static enum status finish(struct posterior *posterior, const struct training *training, struct error *error)
{
    if (prior_precision(&training->prior) <= 0 || training->penalty_scale[0] <= 0)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "skeleton needs a Gaussian prior and a temperature above 0; set posterior.prior = gaussian and "
            "posterior.temperature = 1");
    double *fisher = memory_alloc(posterior->network_size, sizeof *fisher, error);
    float *gradient = memory_alloc(posterior->network_size, sizeof *gradient, error);
    enum status status = fisher && gradient ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t item = 0; item < training->items && status == STATUS_OK; item++) {
        double nll;
        status = training->gradient(training, item, 1, posterior->mu, gradient, &nll, error);
        for (size_t i = 0; i < posterior->network_size; i++)
            fisher[i] += (double)gradient[i] * (double)gradient[i] / (double)training->items;
    }
    if (status == STATUS_OK)
        spreads_make(posterior, training, fisher);
    memory_free(fisher);
    memory_free(gradient);
    return status;
}

const struct method_functions method_skeleton = {
    .blocks = blocks,
    .block_count = BLOCKS,
    .init = init,
    .sample = sample,
    .update = update,
    .sigma = sigma,
    .members = NULL, /* Not required (NULL: one network): how many networks `mu` has, from the options */
    .finish = finish,
};

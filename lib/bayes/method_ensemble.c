/* lib/bayes/method_ensemble.c: several networks that differ in their initial values and in the batches they see
 * (Lakshminarayanan et al. 2017, arXiv:1612.01474). Sample number s is member s % members, so training cycles through
 * the members, a batch each, and a prediction with `members` samples is the mean over all of them. Each member is a MAP
 * estimate; with a temperature of 0 it is MLE. */
#include "bayes/method_options.h"
#include "bayes/point_step.h"

static size_t members(const void *options)
{
    const struct ensemble_options *own = options;
    return (size_t)own->members;
}

static const float *sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch) /* NOLINT(readability-non-const-parameter): as in every method */
{
    (void)seed;
    (void)purpose;
    (void)scratch;
    return posterior->mu + step % posterior->members * posterior->network_size;
}

static double update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                     double *penalty_loss)
{
    (void)w;
    size_t member = update->step % posterior->members;
    return point_step(posterior, update, member, &update->prior, gradient, penalty_loss);
}

const struct method_functions method_ensemble = {
    .blocks = point_blocks,
    .block_count = POINT_BLOCKS,
    .init = posterior_start_means,
    .members = members,
    .sample = sample,
    .update = update,
};

/* lib/bayes/method_shrink.c: a point estimate under the prior of map, narrower by a key of the config. */
#include <math.h>

#include "bayes/method_options.h"
#include "bayes/point_step.h"

/* A point estimate is its own sample. */
static const float *sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch) /* NOLINT(readability-non-const-parameter): as in every method */
{
    (void)seed;
    (void)purpose;
    (void)step;
    (void)scratch;
    return posterior->mu;
}

static double update(struct posterior *posterior, const struct update *update, const float *w,
                     float *gradient, /* NOLINT(readability-non-const-parameter): as in every method */
                     double *penalty_loss)
{
    const struct shrink_options *options = posterior->options;
    struct prior prior = update->prior;
    (void)w;
    prior.sigma /= sqrt(options->factor);
    return point_step(posterior, update, 0, &prior, gradient, penalty_loss);
}

const struct method_functions method_shrink = {
    .blocks = point_blocks,
    .block_count = POINT_BLOCKS,
    .init = posterior_start_means,
    .sample = sample,
    .update = update,
};

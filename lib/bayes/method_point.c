/* lib/bayes/method_point.c: point estimates. MAP with a Gaussian prior has the talk's old loss, CE + sum_i lambda w_i^2
 * / 2 with lambda = 1 / prior_sigma^2 and the scale of one item's share (temperature / N); MLE has no penalty. */
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

static double update_map(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                         double *penalty_loss)
{
    (void)w;
    return point_step(posterior, update, 0, &update->prior, gradient, penalty_loss);
}

static double update_mle(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                         double *penalty_loss)
{
    (void)w;
    return point_step(posterior, update, 0, NULL, gradient, penalty_loss);
}

const struct method_functions method_map = {
    .blocks = point_blocks,
    .block_count = POINT_BLOCKS,
    .init = posterior_start_means,
    .sample = sample,
    .update = update_map,
};

const struct method_functions method_mle = {
    .blocks = point_blocks,
    .block_count = POINT_BLOCKS,
    .init = posterior_start_means,
    .sample = sample,
    .update = update_mle,
};

/* lib/bayes/method_point.c: point estimates. MAP has the talk's old loss, CE + sum_i lambda w_i^2 / 2 with
 * lambda = 1 / prior_sigma^2 and the scale of one item's share (temperature / N); MLE has no penalty. */
#include <math.h>

#include "bayes/posterior.h"
#include "core/kernels.h"

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

/* The factor that brings the gradient's norm, penalty included, down to clip_norm. */
static float clip_factor(const struct posterior *posterior, const struct update *update, double precision,
                         const float *gradient)
{
    double squared = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        double l2 = update->penalty_scale[t] * precision;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            double total = (double)gradient[i] + l2 * (double)posterior->mu[i];
            squared += total * total;
        }
    }
    return (float)fmin(1, update->clip_norm / sqrt(squared));
}

static double step_all(struct posterior *posterior, const struct update *update, double precision,
                       const float *gradient, double *penalty_loss)
{
    float clip = update->clip_norm > 0 ? clip_factor(posterior, update, precision, gradient) : 1;
    struct kernel_adam adam = adam_step(update->adam, update->learning_rate, update->step + 1);
    double *partial = posterior->partial;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        float l2 = (float)(update->penalty_scale[piece.tensor] * precision);
        partial[p] = kernels()->point_step(&adam, l2, clip, piece.count, gradient + at, posterior->mu + at,
                                           posterior->m_mu + at, posterior->v_mu + at);
    }
    double penalty = 0;
    *penalty_loss = 0;
    for (size_t p = 0; p < posterior->piece_count; p++) {
        double scale = update->penalty_scale[posterior->pieces[p].tensor];
        *penalty_loss += partial[p];
        penalty += scale > 0 ? partial[p] / scale : 0;
    }
    return penalty;
}

static double update_map(struct posterior *posterior, const struct update *update, const float *w,
                         const float *gradient, double *penalty_loss)
{
    (void)w;
    return step_all(posterior, update, 1 / (update->prior_sigma * update->prior_sigma), gradient, penalty_loss);
}

static double update_mle(struct posterior *posterior, const struct update *update, const float *w,
                         const float *gradient, double *penalty_loss)
{
    (void)w;
    return step_all(posterior, update, 0, gradient, penalty_loss);
}

const struct method_functions method_map = {
    .sample = sample,
    .update = update_map,
};

const struct method_functions method_mle = {
    .sample = sample,
    .update = update_mle,
};

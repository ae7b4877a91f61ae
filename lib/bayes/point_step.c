#include "bayes/point_step.h"

#include <math.h>

#include "bayes/posterior_kernels.h"

const struct method_block point_blocks[POINT_BLOCKS] = {
    [POINT_MU] = {"mu", false}, [POINT_M] = {"m_mu", true}, [POINT_V] = {"v_mu", true}};

/* The factor that brings the gradient's norm, penalty included, down to clip_norm. */
static float clip_factor(const struct posterior *posterior, const struct update *update, size_t member,
                         double precision, const float *gradient)
{
    size_t tensors = posterior->tensor_count / posterior->members, base = member * posterior->network_size;
    double squared = 0;
    for (size_t t = member * tensors; t < (member + 1) * tensors; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        double l2 = update->penalty_scale[t] * precision;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            double total = (double)gradient[i - base] + l2 * (double)posterior->mu[i];
            squared += total * total;
        }
    }
    return (float)fmin(1, update->clip_norm / sqrt(squared));
}

/* The penalty of a prior that the kernels do not have, added to the gradient; sums of the pieces into nats
 * [piece_count]. */
static void add_penalty(const struct posterior *posterior, const struct update *update, size_t member,
                        const struct prior *prior, float *gradient, double *nats)
{
    size_t pieces = posterior->piece_count / posterior->members, base = member * posterior->network_size;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = member * pieces; p < (member + 1) * pieces; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        nats[p] = prior_penalty(prior, update->penalty_scale[piece.tensor], piece.count, posterior->mu + at,
                                gradient + (at - base));
    }
}

double point_step(struct posterior *posterior, const struct update *update, size_t member, const struct prior *prior,
                  float *gradient, double *penalty_loss)
{
    const double precision = prior ? prior_precision(prior) : 0;
    const bool is_other = prior && precision <= 0; /* than a Gaussian */
    double *squares = posterior->partial, *nats = is_other ? squares + posterior->piece_count : squares;
    if (is_other)
        add_penalty(posterior, update, member, prior, gradient, nats);
    float clip = update->clip_norm > 0 ? clip_factor(posterior, update, member, precision, gradient) : 1;
    /* A member has had one in `members` of the steps. */
    struct kernel_adam adam = adam_step(update->adam, update->learning_rate, update->step / posterior->members + 1);
    size_t pieces = posterior->piece_count / posterior->members, base = member * posterior->network_size;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = member * pieces; p < (member + 1) * pieces; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        float l2 = (float)(update->penalty_scale[piece.tensor] * precision);
        squares[p] =
            posterior_kernels()->point_step(&adam, l2, clip, piece.count, gradient + (at - base), posterior->mu + at,
                                            posterior->blocks[POINT_M] + at, posterior->blocks[POINT_V] + at);
    }
    const double unit = is_other ? 1 : precision; /* of `nats` */
    double penalty = 0;
    *penalty_loss = 0;
    for (size_t p = member * pieces; p < (member + 1) * pieces; p++) {
        penalty += unit * nats[p];
        *penalty_loss += update->penalty_scale[posterior->pieces[p].tensor] * unit * nats[p];
    }
    return penalty;
}

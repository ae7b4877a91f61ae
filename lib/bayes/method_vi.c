/* lib/bayes/method_vi.c: variational inference with a Gaussian mean field (Blundell et al. 2015, arXiv:1505.05424).
 *
 * q(w) = prod N(mu_i, sigma_i^2), prior N(0, prior_sigma^2). The loss is the talk's
 *   CE + scale * sum_i [ mu_i^2 / (2 prior^2) - log(sigma_i / prior) + sigma_i^2 / (2 prior^2) - 1/2 ],
 * its gradient taken at w = mu + sigma eps (Kingma and Welling 2014, arXiv:1312.6114). */
#include <math.h>
#include <string.h>

#include "bayes/posterior.h"
#include "bayes/posterior_kernels.h"

enum { MU, M_MU, V_MU, RHO, M_RHO, V_RHO, BLOCKS };
static const struct method_block blocks[BLOCKS] = {
    [MU] = {"mu", false},   [M_MU] = {"m_mu", true},   [V_MU] = {"v_mu", true},
    [RHO] = {"rho", false}, [M_RHO] = {"m_rho", true}, [V_RHO] = {"v_rho", true}};

/* rho such that softplus(rho) + SIGMA_MINIMUM = sigma. log(expm1(s)) loses nothing for small s. */
static float rho_of_sigma(double sigma)
{
    double softplus = fmax(sigma - (double)SIGMA_MINIMUM, 1e-7);
    return (float)(softplus > 30 ? softplus : log(expm1(softplus)));
}

/* rho [count]. */
static void start_spreads(size_t count, const struct posterior_start *start, struct random_key key, float *rho)
{
    const double low = (double)rho_of_sigma(start->sigma_low), high = (double)rho_of_sigma(start->sigma_high);
    random_uniform(key, 0, count, rho);
    for (size_t i = 0; i < count; i++) {
        const double share = (double)rho[i];
        rho[i] = start->glorot ? (float)(low + (high - low) * share)
                               : rho_of_sigma(start->sigma_low + (start->sigma_high - start->sigma_low) * share);
    }
}

static void init(struct posterior *posterior, const struct posterior_start *start)
{
    posterior_start_means(posterior, start);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        start_spreads(tensor->count, start, random_key(start->seed, PURPOSE_SIGMA_INIT, 0, t),
                      posterior->blocks[RHO] + tensor->offset);
    }
}

static void sigma_of_all(const struct posterior *posterior, float *sigma)
{
    memset(sigma, 0, posterior->size * sizeof *sigma);
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        posterior_kernels()->softplus(piece.count, posterior->blocks[RHO] + at, sigma + at);
    }
}

static const float *sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose, uint64_t step,
                           float *scratch)
{
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        posterior_kernels()->sample(random_key(seed, purpose, step, piece.tensor), piece.first, piece.count,
                                    posterior->mu + at, posterior->blocks[RHO] + at, scratch + at);
    }
    return scratch;
}

static struct kernel_vi kernel_of_tensor(const struct update *update, size_t tensor)
{
    double precision = 1 / (update->prior_sigma * update->prior_sigma);
    int train_rho = update->sigma_learning_rate > 0;
    return (struct kernel_vi){
        .kl_scale = (float)update->penalty_scale[tensor],
        .prior_precision = (float)precision,
        .clip = 1,
        .clip_rho = 1,
        .mu = adam_step(update->adam, update->learning_rate, update->step + 1),
        .rho = adam_step(update->adam, update->sigma_learning_rate, update->sigma_steps + 1),
        .train_rho = train_rho,
    };
}

/* Scales the total gradients of mu and of rho down to the norm, separately. */
static void clip_factors(struct posterior *posterior, const struct update *update, const float *w,
                         const float *gradient, float *clip, float *clip_rho)
{
    double *partial = posterior->partial;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        struct kernel_vi step = kernel_of_tensor(update, piece.tensor);
        posterior_kernels()->vi_norms(&step, piece.count, w + at, gradient + at, posterior->mu + at,
                                      posterior->blocks[RHO] + at, &partial[2 * p], &partial[2 * p + 1]);
    }
    double mu_squared = 0, rho_squared = 0;
    for (size_t p = 0; p < posterior->piece_count; p++) {
        mu_squared += partial[2 * p];
        rho_squared += partial[2 * p + 1];
    }
    *clip = (float)fmin(1, update->clip_norm / sqrt(mu_squared));
    *clip_rho = (float)fmin(1, update->clip_norm / sqrt(rho_squared));
}

static double update(struct posterior *posterior, const struct update *update, const float *w,
                     float *gradient, /* NOLINT(readability-non-const-parameter): as in every method */
                     double *penalty_loss)
{
    float clip = 1, clip_rho = 1;
    if (update->clip_norm > 0)
        clip_factors(posterior, update, w, gradient, &clip, &clip_rho);
    double *partial = posterior->partial;
#pragma omp parallel for schedule(static) num_threads(posterior->threads)
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        struct kernel_vi step = kernel_of_tensor(update, piece.tensor);
        step.clip = clip;
        step.clip_rho = clip_rho;
        partial[p] = posterior_kernels()->vi_step(&step, piece.count, w + at, gradient + at, posterior->mu + at,
                                                  posterior->blocks[RHO] + at, posterior->blocks[M_MU] + at,
                                                  posterior->blocks[V_MU] + at, posterior->blocks[M_RHO] + at,
                                                  posterior->blocks[V_RHO] + at);
    }
    double kl = 0;
    *penalty_loss = 0;
    for (size_t p = 0; p < posterior->piece_count; p++) {
        kl += partial[p];
        *penalty_loss += update->penalty_scale[posterior->pieces[p].tensor] * partial[p];
    }
    return kl;
}

const struct method_functions method_vi = {
    .blocks = blocks,
    .block_count = BLOCKS,
    .init = init,
    .sigma = sigma_of_all,
    .sample = sample,
    .update = update,
};

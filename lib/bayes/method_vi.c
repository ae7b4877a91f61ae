/* lib/bayes/method_vi.c: variational inference with a Gaussian mean field (Blundell et al. 2015, arXiv:1505.05424).
 *
 * q(w) = prod N(mu_i, sigma_i^2). With the prior N(0, prior_sigma^2) the loss is the talk's
 *   CE + scale * sum_i [ mu_i^2 / (2 prior^2) - log(sigma_i / prior) + sigma_i^2 / (2 prior^2) - 1/2 ],
 * its gradient taken at w = mu + sigma eps (Kingma and Welling 2014, arXiv:1312.6114). Any other prior has its own KL
 * in place of the sum, or, without a closed form, log q(w) - log p(w) at the same w. */
#include <math.h>
#include <string.h>

#include "bayes/posterior.h"
#include "bayes/posterior_kernels.h"
#include "core/size.h"

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
    int train_rho = update->sigma_learning_rate > 0;
    return (struct kernel_vi){
        .kl_scale = (float)update->penalty_scale[tensor],
        .prior_precision = (float)prior_precision(&update->prior),
        .clip = 1,
        .clip_rho = 1,
        .mu = adam_step(update->adam, update->learning_rate, update->step + 1),
        .rho = adam_step(update->adam, update->sigma_learning_rate, update->sigma_steps + 1),
        .train_rho = train_rho,
    };
}

/* ---- any prior; a Gaussian one is in the kernels ---- */

/* How the KL of one weight changes with mu and sigma, a chunk at a time. */
enum { CHUNK = RANDOM_CHUNK };
struct divergence {
    double kl[CHUNK], d_mu[CHUNK], d_sigma[CHUNK];
};

/* log q(w) - log p(w) at w = mu + sigma eps, where log q(w) = -log(sigma sqrt(2 pi)) - eps^2 / 2: with w, mu and sigma
 * move log p; log q moves with sigma alone, since eps stays. */
static void divergence_of_draw(const struct prior *prior, size_t count, const double *w, const double *mu,
                               const double *sigma, struct divergence *out)
{
    double log_p[CHUNK], slope[CHUNK];
    prior->kind->functions->log_density(prior, count, w, log_p, slope);
    for (size_t i = 0; i < count; i++) {
        const double eps = (w[i] - mu[i]) / sigma[i];
        out->kl[i] = normal_log_density(w[i] - mu[i], sigma[i]) - log_p[i];
        out->d_mu[i] = -slope[i];
        out->d_sigma[i] = -slope[i] * eps - 1 / sigma[i];
    }
}

/* The total gradients [count <= CHUNK] of mu and rho of the weights from `at`, before clipping. w and g are at the
 * first of them. Returns their KL in nats. */
static double chunk_gradients(const struct posterior *posterior, const struct update *update, size_t at, size_t count,
                              double kl_scale, const float *w, const float *g, float *d_mu, float *d_rho)
{
    const float *mu = posterior->mu + at, *rho = posterior->blocks[RHO] + at;
    float spread[CHUNK];
    double drawn[CHUNK], mean[CHUNK], sigma[CHUNK], sum = 0;
    struct divergence divergence;
    posterior_kernels()->softplus(count, rho, spread);
    for (size_t i = 0; i < count; i++) {
        drawn[i] = (double)w[i];
        mean[i] = (double)mu[i];
        sigma[i] = (double)spread[i];
    }
    if (prior_has_kl(&update->prior))
        update->prior.kind->functions->kl(&update->prior, count, mean, sigma, divergence.kl, divergence.d_mu,
                                          divergence.d_sigma);
    else
        divergence_of_draw(&update->prior, count, drawn, mean, sigma, &divergence);
    for (size_t i = 0; i < count; i++) {
        const double eps = (drawn[i] - mean[i]) / sigma[i],
                     slope = 1 / (1 + exp(-(double)rho[i])); /* d sigma / d rho */
        d_mu[i] = (float)((double)g[i] + kl_scale * divergence.d_mu[i]);
        d_rho[i] = (float)(((double)g[i] * eps + kl_scale * divergence.d_sigma[i]) * slope);
        sum += divergence.kl[i];
    }
    return sum;
}

/* One step of a piece. Returns its KL in nats, before the step. */
static double step_of_piece(struct posterior *posterior, const struct update *update, const struct kernel_vi *step,
                            size_t at, size_t count, const float *w, const float *g)
{
    float *const *blocks_of = posterior->blocks;
    double kl = 0;
    for (size_t first = at; first < at + count; first += CHUNK) {
        float d_mu[CHUNK], d_rho[CHUNK];
        const size_t here = smaller(at + count - first, CHUNK);
        kl +=
            chunk_gradients(posterior, update, first, here, (double)step->kl_scale, w + first, g + first, d_mu, d_rho);
        (void)posterior_kernels()->point_step(&step->mu, 0, step->clip, here, d_mu, posterior->mu + first,
                                              blocks_of[M_MU] + first, blocks_of[V_MU] + first);
        if (step->train_rho)
            (void)posterior_kernels()->point_step(&step->rho, 0, step->clip_rho, here, d_rho, blocks_of[RHO] + first,
                                                  blocks_of[M_RHO] + first, blocks_of[V_RHO] + first);
    }
    return kl;
}

static void norms_of_piece(const struct posterior *posterior, const struct update *update, double kl_scale, size_t at,
                           size_t count, const float *w, const float *g, double *mu_squared, double *rho_squared)
{
    *mu_squared = *rho_squared = 0;
    for (size_t first = at; first < at + count; first += CHUNK) {
        float d_mu[CHUNK], d_rho[CHUNK];
        const size_t here = smaller(at + count - first, CHUNK);
        (void)chunk_gradients(posterior, update, first, here, kl_scale, w + first, g + first, d_mu, d_rho);
        for (size_t i = 0; i < here; i++) {
            *mu_squared += (double)d_mu[i] * (double)d_mu[i];
            *rho_squared += (double)d_rho[i] * (double)d_rho[i];
        }
    }
}

/* ---- a step ---- */

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
        if (step.prior_precision > 0)
            posterior_kernels()->vi_norms(&step, piece.count, w + at, gradient + at, posterior->mu + at,
                                          posterior->blocks[RHO] + at, &partial[2 * p], &partial[2 * p + 1]);
        else
            norms_of_piece(posterior, update, (double)step.kl_scale, at, piece.count, w, gradient, &partial[2 * p],
                           &partial[2 * p + 1]);
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
        if (step.prior_precision > 0)
            partial[p] = posterior_kernels()->vi_step(&step, piece.count, w + at, gradient + at, posterior->mu + at,
                                                      posterior->blocks[RHO] + at, posterior->blocks[M_MU] + at,
                                                      posterior->blocks[V_MU] + at, posterior->blocks[M_RHO] + at,
                                                      posterior->blocks[V_RHO] + at);
        else
            partial[p] = step_of_piece(posterior, update, &step, at, piece.count, w, gradient);
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

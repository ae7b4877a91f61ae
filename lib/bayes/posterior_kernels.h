/* lib/bayes/posterior_kernels.h: the vectorised passes over a posterior's tensors.
 *
 * Compiled three times from posterior_kernels_body.c (AVX-512, AVX2 + FMA, and the compiler's baseline) and chosen once
 * for the processor; `posterior_kernels_all` lists the builds that can run here, for tests. Each pass reads and writes
 * each array once. A pass gets a range of a tensor, so threads can share a tensor; elements do not depend on each
 * other. Sums are returned for the range, in double; the caller splits at fixed places and adds in order.
 *
 * softplus(rho) = log(1 + exp(rho)); SIGMA_MINIMUM is added to it, as in the talk's program. */
#ifndef TENTH_BAYES_POSTERIOR_KERNELS_H
#define TENTH_BAYES_POSTERIOR_KERNELS_H

#include <stddef.h>

#include "compute/random.h"
#include "nn/optimizer.h"

#define SIGMA_MINIMUM 1e-5F

/* What a VI step adds to the gradients of the likelihood: kl = scale * KL(N(mu, sigma^2) || N(0, prior_sigma^2)).
 * The total gradients, likelihood and KL, are multiplied by `clip` and `clip_rho`:
 *   d mu  = clip     (g + kl_scale mu prior_precision)
 *   d rho = clip_rho (g eps + kl_scale (sigma prior_precision - 1/sigma)) sigmoid(rho) */
struct kernel_vi {
    float kl_scale;        /* per weight; may differ between tensors */
    float prior_precision; /* 1 / prior_sigma^2 */
    float clip, clip_rho;
    struct kernel_adam mu, rho;
    int train_rho; /* 0: sigma is frozen */
};

struct posterior_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);

    /* sigma = softplus(rho) + SIGMA_MINIMUM */
    void (*softplus)(size_t count, const float *rho, float *sigma);

    /* w = mu + sigma * eps, eps from the key's stream; first as in random_normal; pointers are to element `first` */
    void (*sample)(struct random_key key, size_t first, size_t count, const float *mu, const float *rho, float *w);

    /* One VI step from w (as sampled) and g = d loss / d w. eps is recovered as (w - mu) / sigma. m and v are Adam's
     * moments. Returns the KL of the range, in nats, before the step, with the constant: sum of
     * log(prior/sigma) + (sigma^2 + mu^2) / (2 prior^2) - 1/2. */
    double (*vi_step)(const struct kernel_vi *step, size_t count, const float *w, const float *g, float *mu, float *rho,
                      float *m_mu, float *v_mu, float *m_rho, float *v_rho);

    /* One step of a point estimate with the penalty l2/2 w^2 per weight (l2 = 0: MLE). Returns sum of w^2/2, before the
     * step. */
    double (*point_step)(const struct kernel_adam *adam, float l2, float clip, size_t count, const float *g, float *w,
                         float *m, float *v);

    /* Squared norms for clipping: of d mu and of d rho before clip and clip_rho; nothing is changed. */
    void (*vi_norms)(const struct kernel_vi *step, size_t count, const float *w, const float *g, const float *mu,
                     const float *rho, double *mu_squared, double *rho_squared);
};

const struct posterior_kernels *posterior_kernels(void);                     /* the best build for this processor */
const struct posterior_kernels *const *posterior_kernels_all(size_t *count); /* every build that runs here */

#endif

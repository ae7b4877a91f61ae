/* lib/bayes/prior_gaussian.c: N(0, sigma^2), the talk's prior. */
#include "bayes/elbo.h"
#include "bayes/prior.h"

static double precision(const struct prior *prior)
{
    return 1 / (prior->sigma * prior->sigma);
}

static void log_density(const struct prior *prior, size_t count, const double *w, double *log_p, double *slope)
{
    for (size_t i = 0; i < count; i++) {
        log_p[i] = normal_log_density(w[i], prior->sigma);
        slope[i] = -w[i] * precision(prior);
    }
}

static void kl(const struct prior *prior, size_t count, const double *mu, const double *sigma, double *nats,
               double *d_mu, double *d_sigma)
{
    for (size_t i = 0; i < count; i++) {
        nats[i] = elbo_kl(mu[i], sigma[i], prior->sigma);
        d_mu[i] = mu[i] * precision(prior);
        d_sigma[i] = sigma[i] * precision(prior) - 1 / sigma[i];
    }
}

const struct prior_functions prior_gaussian = {.log_density = log_density, .kl = kl, .precision = precision};

/* lib/bayes/prior_laplace.c: p(w) = exp(-|w| / b) / (2 b), whose standard deviation is sqrt(2) b.
 *
 * |w| of w ~ N(mu, sigma^2) has the mean of the folded normal law (Leone et al. 1961, Technometrics 3),
 *   m = sigma sqrt(2 / pi) exp(-mu^2 / (2 sigma^2)) + mu erf(mu / (sigma sqrt(2))),
 * so that KL = m / b + log(2 b) - log(sigma sqrt(2 pi e)). */
#include "bayes/prior.h"

static double scale(const struct prior *prior)
{
    return prior->sigma / sqrt(2);
}

/* At 0, where the density has its kink, the slope is taken as 0. */
static void log_density(const struct prior *prior, size_t count, const double *w, double *log_p, double *slope)
{
    const double b = scale(prior);
    for (size_t i = 0; i < count; i++) {
        log_p[i] = -fabs(w[i]) / b - log(2 * b);
        slope[i] = w[i] > 0 ? -1 / b : w[i] < 0 ? 1 / b : 0;
    }
}

static void kl(const struct prior *prior, size_t count, const double *mu, const double *sigma, double *nats,
               double *d_mu, double *d_sigma)
{
    const double b = scale(prior), root = sqrt(2 / acos(-1)), entropy_of_1 = 0.5 - normal_log_density(0, 1);
    for (size_t i = 0; i < count; i++) {
        const double z = mu[i] / sigma[i];
        d_mu[i] = erf(z / sqrt(2)) / b;
        const double spread = root * exp(-0.5 * z * z) / b;
        nats[i] = mu[i] * d_mu[i] + sigma[i] * spread + log(2 * b) - entropy_of_1 - log(sigma[i]);
        d_sigma[i] = spread - 1 / sigma[i];
    }
}

const struct prior_functions prior_laplace = {.log_density = log_density, .kl = kl};

/* lib/bayes/criterion_posterior.c: the criteria that use each weight's posterior. */
#include <math.h>

#include "bayes/criterion.h"

criterion_score_fn criterion_log_p0, criterion_snr;

/* log N(0; mu, sigma^2) = -(mu/sigma)^2 / 2 - log(sqrt(2 pi) sigma): the posterior's density at zero. */
void criterion_log_p0(size_t count, const float *mu, const float *sigma, struct random_key key, float *score)
{
    (void)key;
    const double half_log_two_pi = 0.91893853320467274178;
    for (size_t i = 0; i < count; i++) {
        double ratio = (double)mu[i] / (double)sigma[i];
        score[i] = (float)(-0.5 * ratio * ratio - half_log_two_pi - log((double)sigma[i]));
    }
}

/* |mu| / sigma: the mean's distance from zero in standard deviations. */
void criterion_snr(size_t count, const float *mu, const float *sigma, struct random_key key, float *score)
{
    (void)key;
    for (size_t i = 0; i < count; i++)
        score[i] = fabsf(mu[i]) / sigma[i];
}

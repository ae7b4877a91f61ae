/* lib/bayes/criterion_posterior.c: the criteria that use each weight's posterior. */
#include <math.h>

#include "bayes/criterion.h"
#include "bayes/elbo.h"

criterion_score_fn criterion_log_p0, criterion_snr, criterion_kl;

/* log N(0; mu, sigma^2) = -(mu/sigma)^2 / 2 - log(sqrt(2 pi) sigma): the posterior's density at zero. */
void criterion_log_p0(const struct scoring *scoring, float *score)
{
    const double half_log_two_pi = 0.91893853320467274178;
    for (size_t i = 0; i < scoring->tensor->count; i++) {
        const double sigma = (double)scoring->sigma[i], ratio = (double)scoring->mu[i] / sigma;
        score[i] = (float)(-0.5 * ratio * ratio - half_log_two_pi - log(sigma));
    }
}

/* |mu| / sigma: the mean's distance from zero in standard deviations. */
void criterion_snr(const struct scoring *scoring, float *score)
{
    for (size_t i = 0; i < scoring->tensor->count; i++)
        score[i] = fabsf(scoring->mu[i]) / scoring->sigma[i];
}

/* KL(posterior || prior): a weight that went back to the prior costs nothing, and says nothing. */
void criterion_kl(const struct scoring *scoring, float *score)
{
    for (size_t i = 0; i < scoring->tensor->count; i++)
        score[i] = (float)elbo_kl((double)scoring->mu[i], (double)scoring->sigma[i], scoring->prior_sigma);
}

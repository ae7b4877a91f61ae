/* lib/bayes/criterion_baseline.c: the criteria that need no posterior. */
#include <math.h>

#include "bayes/criterion.h"

criterion_score_fn criterion_magnitude, criterion_random;

void criterion_magnitude(size_t count, const float *mu, const float *sigma, struct random_key key, float *score)
{
    (void)sigma;
    (void)key;
    for (size_t i = 0; i < count; i++)
        score[i] = fabsf(mu[i]);
}

void criterion_random(size_t count, const float *mu, const float *sigma, struct random_key key, float *score)
{
    (void)mu;
    (void)sigma;
    random_uniform(key, 0, count, score);
}

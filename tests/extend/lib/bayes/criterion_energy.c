/* lib/bayes/criterion_energy.c: the square of the weight. */
#include "bayes/criterion.h"

criterion_score_fn criterion_energy;

void criterion_energy(size_t count, const float *mu, const float *sigma, struct random_key key, float *score)
{
    (void)sigma;
    (void)key;
    for (size_t i = 0; i < count; i++)
        score[i] = mu[i] * mu[i];
}

/* lib/bayes/criterion_energy.c: the square of the weight. */
#include "bayes/criterion.h"

criterion_score_fn criterion_energy;

void criterion_energy(const struct scoring *scoring, float *score)
{
    for (size_t i = 0; i < scoring->tensor->count; i++)
        score[i] = scoring->mu[i] * scoring->mu[i];
}

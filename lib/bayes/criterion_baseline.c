/* lib/bayes/criterion_baseline.c: the criteria that need no posterior. */
#include <math.h>

#include "bayes/criterion.h"

criterion_score_fn criterion_magnitude, criterion_magnitude_layer, criterion_random;

void criterion_magnitude(const struct scoring *scoring, float *score)
{
    for (size_t i = 0; i < scoring->tensor->count; i++)
        score[i] = fabsf(scoring->mu[i]);
}

/* |mu| over the tensor's root mean square: which weights are large for their layer. Layers differ in scale, and one
 * that is small as a whole would otherwise be removed as a whole. */
void criterion_magnitude_layer(const struct scoring *scoring, float *score)
{
    const size_t count = scoring->tensor->count;
    const float *mu = scoring->mu;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (double)mu[i] * (double)mu[i];
    const double scale = squares > 0 ? sqrt((double)count / squares) : 0;
    for (size_t i = 0; i < count; i++)
        score[i] = (float)(fabs((double)mu[i]) * scale);
}

/* One draw for each group: means of several would all lie near .5, the nearer the larger the group. */
void criterion_random(const struct scoring *scoring, float *score)
{
    random_uniform(scoring->key, 0, scoring->groups, score);
    for (size_t i = scoring->groups; i < scoring->tensor->count; i++)
        score[i] = score[i - scoring->groups];
}

/* lib/bayes/criterion_taylor.c: the criterion that asks the loss. */
#include <math.h>

#include "bayes/criterion.h"

criterion_score_fn criterion_taylor;

/* To first order the loss changes by -mu gradient if a weight becomes 0, and by the sum of these over a group, in which
 * they may cancel (Molchanov et al. 2019, equation 8). For each weight of the group, so that groups of unlike size
 * compare. */
void criterion_taylor(const struct scoring *scoring, float *score)
{
    const size_t count = scoring->tensor->count, groups = scoring->groups, members = count / groups;
    for (size_t group = 0; group < groups; group++) {
        double change = 0;
        for (size_t i = group; i < count; i += groups)
            change -= (double)scoring->mu[i] * (double)scoring->gradient[i];
        for (size_t i = group; i < count; i += groups)
            score[i] = (float)(fabs(change) / (double)members);
    }
}

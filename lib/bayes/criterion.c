#include "bayes/criterion.h"

#include <math.h>
#include <string.h>

#include "bayes/posterior.h"
#include "core/registry.h"

#define CRITERION(name, unit, order, sigma, title, source, dashes) criterion_score_fn criterion_##name;
#include "bayes/criterion.def"
#undef CRITERION

static const struct criterion all_criteria[] = {
#define CRITERION(name, unit, order, sigma, title, source, dashes)                                                     \
    {#name, unit, order, sigma, title, source, dashes, criterion_##name},
#include "bayes/criterion.def"
#undef CRITERION
};

const struct criterion *criteria(size_t *count)
{
    *count = sizeof all_criteria / sizeof all_criteria[0];
    return all_criteria;
}

const struct criterion *criterion_find(const char *name, struct error *error)
{
    return registry_find("criterion", name, all_criteria, sizeof all_criteria / sizeof all_criteria[0],
                         sizeof all_criteria[0], error);
}

const struct criterion *criterion_usual(const struct method *method)
{
    return criterion_find(method->usual, NULL);
}

enum status criterion_score(const struct criterion *criterion, const char *tensor, size_t count, const float *mu,
                            const float *sigma, struct random_key key, float *score, struct error *error)
{
    if (criterion->sigma == NEEDS_SIGMA && !sigma)
        return error_set(error, STATUS_UNSUPPORTED,
                         "criterion %s needs a posterior with a sigma; a point estimate has none (use magnitude)",
                         criterion->name);
    criterion->score(count, mu, sigma, key, score);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(score[i]))
            return error_set(error, STATUS_NOT_FINITE, "criterion %s: score of %s[%zu] is not finite (mu %g, sigma %g)",
                             criterion->name, tensor, i, (double)mu[i], sigma ? (double)sigma[i] : 0.0);
    }
    return STATUS_OK;
}

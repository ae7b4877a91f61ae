#include "bayes/criterion.h"

#include <math.h>
#include <string.h>

#include "bayes/posterior.h"
#include "core/registry.h"

#define CRITERION(name, unit, order, needs, title, source, dashes) criterion_score_fn criterion_##name;
#include "bayes/criterion.def"
#undef CRITERION

static const struct criterion all_criteria[] = {
#define CRITERION(name, unit, order, needs, title, source, dashes)                                                     \
    {#name, unit, order, needs, title, source, dashes, criterion_##name},
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

bool criterion_fits(const struct criterion *criterion, const struct method *method)
{
    return !(criterion->needs & NEEDS_SIGMA) || method->has_sigma;
}

bool criterion_is_standard(const struct criterion *criterion, const struct method *method)
{
    return criterion_fits(criterion, method) && !(criterion->needs & (NEEDS_PRIOR | NEEDS_WEIGHT_GRADIENT));
}

enum status criterion_score(const struct criterion *criterion, const struct scoring *scoring, float *score,
                            struct error *error)
{
    if (criterion->needs & NEEDS_SIGMA && !scoring->sigma)
        return error_set(error, STATUS_UNSUPPORTED,
                         "criterion %s needs a posterior with a sigma; a point estimate has none (use magnitude)",
                         criterion->name);
    if (criterion->needs & NEEDS_PRIOR && scoring->prior_sigma <= 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "criterion %s is of a Gaussian prior, which the run has not (posterior.prior)",
                         criterion->name);
    if (criterion->needs & NEEDS_WEIGHT_GRADIENT && !scoring->gradient)
        return error_set(error, STATUS_UNSUPPORTED,
                         "criterion %s needs the gradient of training items, which are not at hand", criterion->name);
    criterion->score(scoring, score);
    for (size_t i = 0; i < scoring->tensor->count; i++) {
        if (!isfinite(score[i]))
            return error_set(error, STATUS_NOT_FINITE, "criterion %s: score of %s[%zu] is not finite (mu %g, sigma %g)",
                             criterion->name, scoring->tensor->name, i, (double)scoring->mu[i],
                             scoring->sigma ? (double)scoring->sigma[i] : 0.0);
    }
    return STATUS_OK;
}

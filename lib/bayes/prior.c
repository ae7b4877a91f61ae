#include "bayes/prior.h"

#include "bayes/method_options.h"
#include "core/registry.h"
#include "core/size.h"

#define PRIOR(name, title, source, options) extern const struct prior_functions prior_##name;
#include "bayes/prior.def"
#undef PRIOR

static const struct prior_kind all_priors[] = {
#define NO_OPTIONS NULL, 0
#define OPTIONS(name, ...) #name, sizeof(struct name##_options)
#define PRIOR(name, title, source, options) {#name, title, source, options, &prior_##name},
#include "bayes/prior.def"
#undef PRIOR
#undef OPTIONS
#undef NO_OPTIONS
};

const struct prior_kind *prior_kinds(size_t *count)
{
    *count = sizeof all_priors / sizeof all_priors[0];
    return all_priors;
}

const struct prior_kind *prior_find(const char *name, struct error *error)
{
    return registry_find("prior", name, all_priors, sizeof all_priors / sizeof all_priors[0], sizeof all_priors[0],
                         error);
}

double prior_log_density(const struct prior *prior, double w)
{
    double log_p, slope;
    prior->kind->functions->log_density(prior, 1, &w, &log_p, &slope);
    return log_p;
}

bool prior_has_kl(const struct prior *prior)
{
    return prior->kind->functions->kl != NULL;
}

double prior_kl(const struct prior *prior, double mu, double sigma)
{
    double kl = NAN, d_mu, d_sigma;
    if (prior_has_kl(prior))
        prior->kind->functions->kl(prior, 1, &mu, &sigma, &kl, &d_mu, &d_sigma);
    return kl;
}

double prior_precision(const struct prior *prior)
{
    const struct prior_functions *functions = prior->kind->functions;
    return functions->precision ? functions->precision(prior) : 0;
}

double prior_penalty(const struct prior *prior, double scale, size_t count, const float *w, float *gradient)
{
    enum { AT_A_TIME = 64 };
    const double at_0 = prior_log_density(prior, 0);
    double sum = 0;
    for (size_t first = 0; first < count; first += AT_A_TIME) {
        double x[AT_A_TIME], log_p[AT_A_TIME], slope[AT_A_TIME];
        const size_t here = smaller(count - first, AT_A_TIME);
        for (size_t i = 0; i < here; i++)
            x[i] = (double)w[first + i];
        prior->kind->functions->log_density(prior, here, x, log_p, slope);
        for (size_t i = 0; i < here; i++) {
            sum += at_0 - log_p[i];
            gradient[first + i] -= (float)(scale * slope[i]);
        }
    }
    return sum;
}

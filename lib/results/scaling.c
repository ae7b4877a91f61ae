#include "results/scaling.h"

#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>

#include "bayes/metric.h"
#include "core/memory.h"

static const double COLDEST = .05, HOTTEST = 20, PRECISION = 1e-4; /* of log T */
enum { ROUNDS_MAX = 100 };

static double log_of(float probability)
{
    return -surprisal_of(probability);
}

/* log sum_k p_k^(1/T) */
static double log_total(const float *p, size_t classes, double temperature)
{
    double most = -INFINITY, sum = 0;
    for (size_t k = 0; k < classes; k++)
        most = fmax(most, log_of(p[k]) / temperature);
    for (size_t k = 0; k < classes; k++)
        sum += exp(log_of(p[k]) / temperature - most);
    return most + log(sum);
}

/* The mean negative log-likelihood of slice 0 at the temperature exp(log_temperature). */
static double scaled_nll(double log_temperature, void *context)
{
    const struct stored *stored = context;
    const double temperature = exp(log_temperature);
    double sum = 0;
    for (size_t i = 0; i < stored->items; i++) {
        const float *p = stored->mean + i * stored->classes;
        sum += log_total(p, stored->classes, temperature) - log_of(p[stored->labels[i]]) / temperature;
    }
    return sum / (double)stored->items;
}

/* Brent's method needs a point below both ends; without one, an end is the best. */
static double start_of(struct stored *stored, double low, double high)
{
    enum { POINTS = 24 };
    double best = low, least = INFINITY;
    for (size_t i = 0; i <= POINTS; i++) {
        double at = low + (high - low) * (double)i / POINTS, nll = scaled_nll(at, stored);
        best = nll < least ? at : best;
        least = fmin(nll, least);
    }
    return best;
}

static enum status minimise(struct stored *stored, double *temperature, struct error *error)
{
    double low = log(COLDEST), high = log(HOTTEST), best = start_of(stored, low, high);
    *temperature = exp(best);
    if (best <= low || best >= high)
        return STATUS_OK;
    gsl_function function = {scaled_nll, stored};
    gsl_min_fminimizer *search = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (!search)
        return error_set(error, STATUS_NO_MEMORY, "no memory to find a temperature");
    int code = gsl_min_fminimizer_set(search, &function, best, low, high);
    for (size_t i = 0; i < ROUNDS_MAX && code == GSL_SUCCESS; i++) {
        code = gsl_min_fminimizer_iterate(search);
        low = gsl_min_fminimizer_x_lower(search);
        high = gsl_min_fminimizer_x_upper(search);
        *temperature = exp(gsl_min_fminimizer_x_minimum(search));
        if (gsl_min_test_interval(low, high, PRECISION, 0) == GSL_SUCCESS)
            break;
    }
    gsl_min_fminimizer_free(search);
    return STATUS_OK;
}

enum status scaling_find(const struct run_file *file, double *temperature, struct error *error)
{
    struct stored validation;
    bool there;
    *temperature = NAN;
    enum status status = run_file_stored_if_there(file, "/validation", &validation, &there, error);
    if (status == STATUS_OK && there)
        status = minimise(&validation, temperature, error);
    stored_free(&validation);
    return status;
}

void scaling_apply(struct stored *stored, double temperature)
{
    for (size_t row = 0; row < stored->slices * stored->items; row++) {
        float *p = stored->mean + row * stored->classes;
        const double total = log_total(p, stored->classes, temperature);
        for (size_t k = 0; k < stored->classes; k++)
            p[k] = (float)exp(log_of(p[k]) / temperature - total);
    }
    float **members[] = {&stored->std, &stored->aleatoric, &stored->sampled_nll, &stored->disagreement};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        memory_free(*members[i]);
        *members[i] = NULL;
    }
}

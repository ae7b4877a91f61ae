#include "bayes/metric.h"

#include <float.h>
#include <math.h>

#include "core/memory.h"
#include "core/registry.h"
#include "core/stats.h"

#define METRIC_PLACED METRIC
#define METRIC(name, unit, least, most, kind, labels, uncertainty, ...)                                                \
    _Static_assert(METRIC_##kind != METRIC_WHOLE || (uncertainty) == NO_UNCERTAINTY,                                   \
                   "metric " #name ": items are told apart by a metric of items, not by a WHOLE");
#include "bayes/metric.def"
#undef METRIC

static const struct metric all_metrics[METRICS] = {
#define FUNCTION_MEAN(function) .of_item = (function)
#define FUNCTION_SHARE(function) .of_item = (function)
#define FUNCTION_WHOLE(function) .of_all = (function)
#define METRIC(name, unit, least, most, kind, labels, uncertainty, title, formula)                                     \
    {#name, unit, title, formula, least, most, METRIC_##kind, labels, uncertainty, FUNCTION_##kind(metric_##name)},
#include "bayes/metric.def"
#undef METRIC
#undef METRIC_PLACED
#undef FUNCTION_MEAN
#undef FUNCTION_SHARE
#undef FUNCTION_WHOLE
};

const struct metric *metrics(size_t *count)
{
    *count = METRICS;
    return all_metrics;
}

const struct metric *metric_find(const char *name, struct error *error)
{
    return registry_find("metric", name, all_metrics, METRICS, sizeof all_metrics[0], error);
}

enum status prediction_alloc(size_t samples, size_t items, size_t classes, const uint8_t *labels,
                             struct prediction *prediction, struct error *error)
{
    *prediction = (struct prediction){.samples = samples, .items = items, .classes = classes, .labels = labels};
    size_t one = size_multiply(items, classes);
    prediction->sampled = memory_alloc(size_multiply(samples, one), sizeof(float), error);
    prediction->mean = memory_alloc(one, sizeof(float), error);
    if (prediction->sampled && prediction->mean)
        return STATUS_OK;
    prediction_free(prediction);
    return STATUS_NO_MEMORY;
}

void prediction_free(struct prediction *prediction)
{
    memory_free(prediction->sampled);
    memory_free(prediction->mean);
    *prediction = (struct prediction){0};
}

void prediction_average(struct prediction *prediction)
{
    size_t size = prediction->items * prediction->classes;
    for (size_t i = 0; i < size; i++) {
        double sum = 0;
        for (size_t s = 0; s < prediction->samples; s++)
            sum += (double)prediction->sampled[s * size + i];
        prediction->mean[i] = (float)(sum / (double)prediction->samples);
    }
}

enum status prediction_check(const struct prediction *prediction, struct error *error)
{
    const size_t size = prediction->items * prediction->classes,
                 networks = prediction->sampled ? prediction->samples : 1;
    const float *all = prediction->sampled ? prediction->sampled : prediction->mean;
    for (size_t i = 0; i < networks * size; i++) {
        if (!isfinite(all[i]))
            return error_set(error, STATUS_NOT_FINITE,
                             "the probabilities of item %zu by network %zu of %zu are not finite: what the network "
                             "computes for it is beyond a float",
                             i % size / prediction->classes, i / size + 1, networks);
    }
    return STATUS_OK;
}

size_t probability_largest(const float *probability, size_t classes)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++)
        best = probability[k] > probability[best] ? k : best;
    return best;
}

size_t prediction_class(const struct prediction *prediction, size_t item)
{
    return probability_largest(prediction->mean + item * prediction->classes, prediction->classes);
}

double entropy_of(const float *probability, size_t classes)
{
    double entropy = 0;
    for (size_t k = 0; k < classes; k++) /* 0 log 0 is 0; a NaN stays one */
        entropy -= probability[k] == 0 ? 0 : (double)probability[k] * log((double)probability[k]);
    return entropy;
}

void item_entropies(const struct prediction *prediction, size_t count, double *entropy)
{
    for (size_t i = 0; i < count; i++)
        entropy[i] = entropy_of(prediction->mean + i * prediction->classes, prediction->classes);
}

enum status prediction_auroc(const struct prediction *test, const struct prediction *unknown, double *auroc,
                             struct error *error)
{
    double *own = memory_alloc(test->items, sizeof *own, error);
    double *other = memory_alloc(unknown->items, sizeof *other, error);
    enum status status = own && other ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        item_entropies(test, test->items, own);
        item_entropies(unknown, unknown->items, other);
        status = stats_auroc(own, test->items, other, unknown->items, auroc, error);
    }
    memory_free(other);
    memory_free(own);
    return status;
}

double zero_or_nan(const float *probability, size_t classes)
{
    double sum = 0;
    for (size_t k = 0; k < classes; k++)
        sum += 0 * (double)probability[k];
    return sum;
}

double surprisal_of(float probability)
{
    return -log((double)(probability < FLT_MIN ? FLT_MIN : probability));
}

double metric_of(enum metric_id id, const struct prediction *prediction)
{
    return metric_value(&all_metrics[id], prediction);
}

/* The mean over the items. Rounding may take it out of the range by a little; what is further out is no value. */
static double mean_of(const struct metric *metric, double sum, size_t items)
{
    const double rounding = 1e-6, mean = sum / (double)items;
    if (mean < metric->least)
        return mean > metric->least - rounding ? metric->least : NAN;
    if (mean > metric->most)
        return mean < metric->most + rounding ? metric->most : NAN;
    return mean;
}

double metric_value(const struct metric *metric, const struct prediction *prediction)
{
    double sum = 0;
    if (metric->kind == METRIC_WHOLE)
        return metric->of_all(prediction);
    for (size_t i = 0; i < prediction->items; i++)
        sum += metric->of_item(prediction, i);
    return mean_of(metric, sum, prediction->items);
}

struct interval share_interval(double share, size_t items)
{
    if (isnan(share))
        return (struct interval){NAN, NAN};
    return stats_wilson((size_t)llround(share * (double)items), items);
}

enum status metric_measure(const struct metric *metric, const struct prediction *prediction, double *value,
                           struct interval *interval, struct error *error)
{
    const size_t items = prediction->items;
    *interval = (struct interval){NAN, NAN};
    if (metric->kind != METRIC_MEAN) {
        *value = metric_value(metric, prediction);
        if (metric->kind == METRIC_SHARE)
            *interval = share_interval(*value, items);
        return STATUS_OK;
    }
    double sum = 0, *values = memory_alloc(items, sizeof *values, error);
    if (!values)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < items; i++) {
        values[i] = metric->of_item(prediction, i);
        sum += values[i];
    }
    *value = mean_of(metric, sum, items);
    *interval = stats_mean_interval(values, items);
    memory_free(values);
    return STATUS_OK;
}

void metric_uncertainties(const struct metric *metric, const struct prediction *prediction, double *values)
{
    for (size_t i = 0; i < prediction->items; i++) {
        const double value = metric->of_item(prediction, i);
        values[i] = metric->uncertainty == UNCERTAIN_IF_LOW ? -value : value;
    }
}

#include "bayes/metric.h"

#include <float.h>
#include <math.h>

#include "core/memory.h"
#include "core/registry.h"
#include "core/stats.h"

static const struct metric all_metrics[] = {
#define METRIC(name, unit, title, formula) {#name, unit, title, formula, metric_##name},
#include "bayes/metric.def"
#undef METRIC
};

const struct metric *metrics(size_t *count)
{
    *count = sizeof all_metrics / sizeof all_metrics[0];
    return all_metrics;
}

const struct metric *metric_find(const char *name, struct error *error)
{
    return registry_find("metric", name, all_metrics, sizeof all_metrics / sizeof all_metrics[0], sizeof all_metrics[0],
                         error);
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
    size_t size = prediction->items * prediction->classes;
    for (size_t i = 0; i < prediction->samples * size; i++) {
        if (!isfinite(prediction->sampled[i]))
            return error_set(error, STATUS_NOT_FINITE,
                             "the probabilities of item %zu by network %zu of %zu are not finite: what the network "
                             "computes for it is beyond a float",
                             i % size / prediction->classes, i / size + 1, prediction->samples);
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

/* 0, or NaN if a probability is NaN: for metrics that only compare probabilities, so that they have no value either.
 */
static double nan_or_zero(const struct prediction *prediction)
{
    double sum = 0;
    for (size_t i = 0; i < prediction->items * prediction->classes; i++)
        sum += 0 * (double)prediction->mean[i];
    return sum;
}

double metric_accuracy(const struct prediction *prediction)
{
    size_t correct = 0;
    for (size_t i = 0; i < prediction->items; i++)
        correct += prediction_class(prediction, i) == prediction->labels[i];
    return (double)correct / (double)prediction->items + nan_or_zero(prediction);
}

/* A probability that rounded to 0 counts as the smallest float, so one item cannot make the mean infinite. */
double metric_nll(const struct prediction *prediction)
{
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        double p = (double)prediction->mean[i * prediction->classes + prediction->labels[i]];
        sum -= log(p < (double)FLT_MIN ? (double)FLT_MIN : p);
    }
    return sum / (double)prediction->items;
}

double metric_entropy(const struct prediction *prediction)
{
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++)
        sum += entropy_of(prediction->mean + i * prediction->classes, prediction->classes);
    return sum / (double)prediction->items;
}

double metric_aleatoric(const struct prediction *prediction)
{
    double sum = 0;
    size_t rows = prediction->samples * prediction->items;
    for (size_t row = 0; row < rows; row++)
        sum += entropy_of(prediction->sampled + row * prediction->classes, prediction->classes);
    return sum / (double)rows;
}

double metric_mutual_information(const struct prediction *prediction)
{
    /* Jensen's inequality makes the difference non-negative, except for the rounding of the mean to float. */
    double difference = metric_entropy(prediction) - metric_aleatoric(prediction);
    return difference < 0 ? 0 : difference;
}

double metric_mean_softmax(const struct prediction *prediction)
{
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++)
        sum += (double)prediction->mean[i * prediction->classes + prediction_class(prediction, i)];
    return sum / (double)prediction->items + nan_or_zero(prediction);
}

double metric_balanced_accuracy(const struct prediction *prediction)
{
    size_t items[UINT8_MAX + 1] = {0}, right[UINT8_MAX + 1] = {0}, there = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        items[prediction->labels[i]]++;
        right[prediction->labels[i]] += prediction_class(prediction, i) == prediction->labels[i];
    }
    double sum = 0;
    for (size_t k = 0; k < prediction->classes; k++) {
        there += items[k] > 0;
        sum += items[k] > 0 ? (double)right[k] / (double)items[k] : 0;
    }
    return sum / (double)there + nan_or_zero(prediction);
}

double metric_variation_ratio(const struct prediction *prediction)
{
    size_t size = prediction->items * prediction->classes;
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        size_t votes[UINT8_MAX + 1] = {0}, most = 0;
        for (size_t s = 0; s < prediction->samples; s++) {
            size_t vote =
                probability_largest(prediction->sampled + s * size + i * prediction->classes, prediction->classes);
            votes[vote]++;
            most = votes[vote] > most ? votes[vote] : most;
        }
        sum += 1 - (double)most / (double)prediction->samples;
    }
    return sum / (double)prediction->items + nan_or_zero(prediction);
}

double metric_std(const struct prediction *prediction)
{
    size_t size = prediction->items * prediction->classes;
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        size_t at = i * prediction->classes + prediction_class(prediction, i);
        double mean = 0, squares = 0;
        for (size_t s = 0; s < prediction->samples; s++)
            mean += (double)prediction->sampled[s * size + at];
        mean /= (double)prediction->samples;
        for (size_t s = 0; s < prediction->samples; s++) {
            double off = (double)prediction->sampled[s * size + at] - mean;
            squares += off * off;
        }
        sum += sqrt(squares / (double)prediction->samples);
    }
    return sum / (double)prediction->items;
}

double metric_ece(const struct prediction *prediction)
{
    double confidence[ECE_BINS] = {0}, correct[ECE_BINS] = {0};
    for (size_t i = 0; i < prediction->items; i++) {
        size_t k = prediction_class(prediction, i);
        double p = (double)prediction->mean[i * prediction->classes + k];
        if (isnan(p))
            return NAN;
        size_t bin = (size_t)(p * ECE_BINS);
        bin = bin < ECE_BINS ? bin : ECE_BINS - 1;
        confidence[bin] += p;
        correct[bin] += k == prediction->labels[i];
    }
    double sum = 0;
    for (size_t bin = 0; bin < ECE_BINS; bin++)
        sum += fabs(correct[bin] - confidence[bin]);
    return sum / (double)prediction->items;
}

double metric_brier(const struct prediction *prediction)
{
    double sum = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        for (size_t k = 0; k < prediction->classes; k++) {
            double off = (double)prediction->mean[i * prediction->classes + k] - (k == prediction->labels[i]);
            sum += off * off;
        }
    }
    return sum / (double)prediction->items;
}

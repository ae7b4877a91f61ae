/* lib/bayes/metric_labels.c: metrics of predictions whose labels are known. */
#include <math.h>

#include "bayes/metric.h"

double metric_accuracy(const struct prediction *prediction, size_t item)
{
    return (prediction_class(prediction, item) == prediction->labels[item]) +
           zero_or_nan(prediction->mean + item * prediction->classes, prediction->classes);
}

double metric_nll(const struct prediction *prediction, size_t item)
{
    return surprisal_of(prediction->mean[item * prediction->classes + prediction->labels[item]]);
}

double metric_balanced_accuracy(const struct prediction *prediction)
{
    size_t items[UINT8_MAX + 1] = {0}, there = 0;
    double right[UINT8_MAX + 1] = {0}, sum = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        items[prediction->labels[i]]++;
        right[prediction->labels[i]] += metric_accuracy(prediction, i);
    }
    for (size_t k = 0; k < prediction->classes; k++) {
        there += items[k] > 0;
        sum += items[k] > 0 ? right[k] / (double)items[k] : 0;
    }
    return sum / (double)there;
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

double metric_brier(const struct prediction *prediction, size_t item)
{
    double sum = 0;
    for (size_t k = 0; k < prediction->classes; k++) {
        double off = (double)prediction->mean[item * prediction->classes + k] - (k == prediction->labels[item]);
        sum += off * off;
    }
    return sum;
}

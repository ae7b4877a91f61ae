/* lib/bayes/metric_uncertainty.c: metrics that need no labels: how sure a prediction is, and how its samples differ. */
#include <math.h>

#include "bayes/metric.h"

/* The item's probabilities by one sample. */
static const float *sample_of(const struct prediction *prediction, size_t sample, size_t item)
{
    return prediction->sampled + (sample * prediction->items + item) * prediction->classes;
}

double metric_entropy(const struct prediction *prediction, size_t item)
{
    return entropy_of(prediction->mean + item * prediction->classes, prediction->classes);
}

double metric_aleatoric(const struct prediction *prediction, size_t item)
{
    if (!prediction->sampled)
        return prediction->aleatoric ? (double)prediction->aleatoric[item] : NAN;
    double sum = 0;
    for (size_t s = 0; s < prediction->samples; s++)
        sum += entropy_of(sample_of(prediction, s, item), prediction->classes);
    return sum / (double)prediction->samples;
}

/* Not negative (Jensen) except by rounding: of the mean, for which the mean over the items makes up (its range), and of
 * stored values, by which a single network would differ from itself. */
double metric_mutual_information(const struct prediction *prediction, size_t item)
{
    const double rounding = 1e-6; /* nats: the precision of floats up to log(256) */
    const double difference = metric_entropy(prediction, item) - metric_aleatoric(prediction, item);
    return !prediction->sampled && difference < rounding ? 0 : difference;
}

double metric_std(const struct prediction *prediction, size_t item)
{
    const size_t predicted = prediction_class(prediction, item);
    if (!prediction->sampled)
        return prediction->std ? (double)prediction->std[item * prediction->classes + predicted] : NAN;
    double mean = 0, squares = 0;
    for (size_t s = 0; s < prediction->samples; s++)
        mean += (double)sample_of(prediction, s, item)[predicted];
    mean /= (double)prediction->samples;
    for (size_t s = 0; s < prediction->samples; s++) {
        double off = (double)sample_of(prediction, s, item)[predicted] - mean;
        squares += off * off;
    }
    return sqrt(squares / (double)prediction->samples);
}

double metric_variation_ratio(const struct prediction *prediction, size_t item)
{
    if (!prediction->sampled)
        return prediction->disagreement ? (double)prediction->disagreement[item] : NAN;
    size_t votes[UINT8_MAX + 1] = {0}, most = 0;
    double zero = 0;
    for (size_t s = 0; s < prediction->samples; s++) {
        const float *p = sample_of(prediction, s, item);
        const size_t vote = probability_largest(p, prediction->classes);
        votes[vote]++;
        most = votes[vote] > most ? votes[vote] : most;
        zero += zero_or_nan(p, prediction->classes);
    }
    return 1 - (double)most / (double)prediction->samples + zero;
}

double metric_mean_softmax(const struct prediction *prediction, size_t item)
{
    const float *p = prediction->mean + item * prediction->classes;
    return (double)p[prediction_class(prediction, item)] + zero_or_nan(p, prediction->classes);
}

/* lib/bayes/metric_margin.c: how far the most probable class is ahead of the next one. */
#include "bayes/metric.h"

double metric_margin(const struct prediction *prediction, size_t item)
{
    const float *p = prediction->mean + item * prediction->classes;
    const size_t first = prediction_class(prediction, item);
    double next = 0;
    for (size_t k = 0; k < prediction->classes; k++)
        next = k != first && (double)p[k] > next ? (double)p[k] : next;
    return (double)p[first] - next;
}

#include "nn/loss.h"

#include <math.h>

/* The largest value of a row; its first index in *where. A NaN is the largest only if it comes first. */
static float largest(const float *row, size_t count, size_t *where)
{
    *where = 0;
    for (size_t i = 1; i < count; i++)
        if (row[i] > row[*where])
            *where = i;
    return row[*where];
}

static void softmax_row(const float *row, size_t classes, float top, float *probability)
{
    double sum = 0.0;
    for (size_t c = 0; c < classes; c++) {
        probability[c] = expf(row[c] - top);
        sum += (double)probability[c];
    }
    for (size_t c = 0; c < classes; c++)
        probability[c] = (float)((double)probability[c] / sum);
}

void softmax(const float *logits, size_t rows, size_t classes, float *probability)
{
    for (size_t row = 0; row < rows; row++, logits += classes, probability += classes) {
        size_t where;
        float top = largest(logits, classes, &where);
        softmax_row(logits, classes, top, probability);
    }
}

static double log_sum_exp(const float *row, size_t classes, float top)
{
    double sum = 0.0;
    for (size_t c = 0; c < classes; c++)
        sum += exp((double)row[c] - (double)top);
    return (double)top + log(sum);
}

/* (p - [c = label]) * scale in place. For the label that is minus the others' sum: p - 1 would be 0 for a probability
 * that rounded to 1, and the gradient of an item that the network is sure of would only push the other classes down. */
static void probability_to_gradient(size_t classes, size_t label, float scale, float *row)
{
    double others = 0.0;
    for (size_t c = 0; c < classes; c++) {
        others += c == label ? 0.0 : (double)row[c];
        row[c] *= scale;
    }
    row[label] = (float)(-others * (double)scale);
}

double cross_entropy(const float *logits, const uint8_t *labels, size_t rows, size_t classes, float *d_logits,
                     size_t *correct)
{
    double loss = 0.0;
    const float scale = 1.0F / (float)rows;
    *correct = 0;
    for (size_t row = 0; row < rows; row++, logits += classes) {
        size_t where, label = labels[row];
        float top = largest(logits, classes, &where);
        *correct += where == label;
        loss += log_sum_exp(logits, classes, top) - (double)logits[label];
        if (!d_logits)
            continue;
        softmax_row(logits, classes, top, d_logits + row * classes);
        probability_to_gradient(classes, label, scale, d_logits + row * classes);
    }
    return loss / (double)rows;
}

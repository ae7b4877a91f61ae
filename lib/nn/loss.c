#include "nn/loss.h"

#include <math.h>

/* The largest value of a row; its first index in *where. A NaN is never the largest, unless it comes first. */
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
        float *d_row = d_logits + row * classes;
        softmax_row(logits, classes, top, d_row);
        for (size_t c = 0; c < classes; c++)
            d_row[c] = (d_row[c] - (c == label ? 1.0F : 0.0F)) * scale;
    }
    return loss / (double)rows;
}

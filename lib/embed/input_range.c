#include "embed/input_range.h"

#include <math.h>

static const double widening = .5, least_widening = .25; /* of the width; of the largest deviation */

const char *input_statistic_name(enum input_statistic statistic)
{
    static const char *const names[] = {"mean", "deviation", "mean of the border", "least value", "largest value"};
    return names[statistic];
}

bool is_on_border(struct shape shape, size_t row, size_t column)
{
    bool in_row = shape.height > 1 && (row == 0 || row + 1 == shape.height);
    bool in_column = shape.width > 1 && (column == 0 || column + 1 == shape.width);
    return in_row || in_column || shape.height * shape.width == 1;
}

/* Value number i of all items, as in its file. */
static double raw_value(const struct items *items, size_t i)
{
    return items->bytes ? items->bytes[i] : (double)items->values[i];
}

void input_statistics(const struct items *items, size_t index, double statistic[INPUT_STATISTICS])
{
    const struct shape shape = items->shape;
    const size_t size = shape_size(shape), first = index * size;
    double sum = 0, border = 0, squares = 0, least = INFINITY, largest = -INFINITY;
    size_t border_count = 0;
    for (size_t i = 0; i < size; i++) {
        double value = raw_value(items, first + i);
        size_t position = i / shape.channels;
        sum += value;
        least = fmin(least, value);
        largest = fmax(largest, value);
        if (is_on_border(shape, position / shape.width, position % shape.width)) {
            border += value;
            border_count++;
        }
    }
    double mean = sum / (double)size;
    for (size_t i = 0; i < size; i++) {
        double difference = raw_value(items, first + i) - mean;
        squares += difference * difference;
    }
    statistic[INPUT_MEAN] = mean;
    statistic[INPUT_DEVIATION] = sqrt(squares / (double)size);
    statistic[INPUT_BORDER] = border / (double)border_count;
    statistic[INPUT_LEAST] = least;
    statistic[INPUT_LARGEST] = largest;
}

void input_range_add(struct input_range *range, const double statistic[INPUT_STATISTICS])
{
    for (size_t s = 0; s < INPUT_STATISTICS; s++) {
        float value = (float)statistic[s];
        range->low[s] = range->known ? fminf(range->low[s], value) : value;
        range->high[s] = range->known ? fmaxf(range->high[s], value) : value;
    }
    range->known = true;
}

void input_range_bounds(const struct input_range *range, enum input_statistic statistic, double *low, double *high)
{
    double least = (double)range->low[statistic], most = (double)range->high[statistic];
    double margin = fmax(widening * (most - least), least_widening * (double)range->high[INPUT_DEVIATION]);
    *low = least - margin;
    *high = most + margin;
}

enum input_statistic input_range_outside(const struct input_range *range, const double statistic[INPUT_STATISTICS])
{
    for (enum input_statistic s = INPUT_MEAN; range->known && s < INPUT_STATISTICS; s++) {
        double low, high;
        input_range_bounds(range, s, &low, &high);
        if (!(statistic[s] >= low && statistic[s] <= high))
            return s;
    }
    return INPUT_STATISTICS;
}

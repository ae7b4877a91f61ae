/* lib/embed/input_range.h: a few numbers about the training inputs, to recognise inputs unlike them: a digit in black
 * on white, a series that nobody normalised.
 *
 * A network is as sure far from its data as near them; its entropy does not tell. So a model keeps the least and the
 * largest of five statistics over its training items. An input is far outside if one of its own lies outside that
 * range, widened on both sides by half its width, and by at least a quarter of the largest deviation (the least value
 * of MNIST's images is always 0; a scan's need not be). */
#ifndef TENTH_EMBED_INPUT_RANGE_H
#define TENTH_EMBED_INPUT_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/shape.h"
#include "data/dataset.h"

/* Of one input's values, in raw units: those of the input files, before the model's offset and scale. */
enum input_statistic {
    INPUT_MEAN,
    INPUT_DEVIATION, /* the square root of the mean squared distance from the mean */
    INPUT_BORDER,    /* mean of the outermost ring of a map's positions; for a series, of its first and last value */
    INPUT_LEAST,
    INPUT_LARGEST,
    INPUT_STATISTICS
};

struct input_range {
    bool known;                                          /* false: the model is too old, and everything is inside */
    float low[INPUT_STATISTICS], high[INPUT_STATISTICS]; /* as seen in training; finite, low <= high */
};

const char *input_statistic_name(enum input_statistic statistic); /* for display: "mean of the border" */

/* Whether a position is in the border. The device's source has the same rule. */
bool is_on_border(struct shape shape, size_t row, size_t column);

/* Of item number `index`. */
void input_statistics(const struct items *items, size_t index, double statistic[INPUT_STATISTICS]);

/* Widens a range to include the statistics of one more item; the first item makes it known. */
void input_range_add(struct input_range *range, const double statistic[INPUT_STATISTICS]);

/* The bounds; beyond them an input is far outside. */
void input_range_bounds(const struct input_range *range, enum input_statistic statistic, double *low, double *high);

/* The first statistic that is far outside, or NaN; INPUT_STATISTICS: none. */
enum input_statistic input_range_outside(const struct input_range *range, const double statistic[INPUT_STATISTICS]);

#endif

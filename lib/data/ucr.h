/* lib/data/ucr.h: the text format of the UCR time series archive: one series a line, first the class (from 1), then the
 * values, separated by spaces, tabs or commas (series_text.h). */
#ifndef TENTH_DATA_UCR_H
#define TENTH_DATA_UCR_H

#include <stddef.h>

#include "core/error.h"
#include "data/dataset.h"
#include "io/source.h"

/* Reads all series of the kind's length; labels are stored from 0. STATUS_DATA names FILE:LINE: a line with more or
 * fewer columns, a column that is not a finite decimal number, a class that is not a whole number in 1..classes; also
 * no series at all, or more than `limit`. The caller frees with items_free, also after a failure. */
enum status ucr_read(struct source *source, const struct dataset_kind *kind, size_t limit, struct items *items,
                     struct error *error);

#endif

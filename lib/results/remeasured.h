/* lib/results/remeasured.h: metrics of stored predictions that a run's tables lack, since they were measured before the
 * metric was there. */
#ifndef TENTH_RESULTS_REMEASURED_H
#define TENTH_RESULTS_REMEASURED_H

#include "core/error.h"
#include "io/table.h"
#include "run/run_file.h"

/* Appends the rows of a table that the file stores. Metrics without a value are measured on the stored predictions
 * (of prune, perturb, ood and summary); where the file has none, or not what the metric needs, they remain NaN. */
enum status remeasured_rows(const struct run_file *file, struct table *rows, struct error *error);

#endif

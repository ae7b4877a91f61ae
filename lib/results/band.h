/* lib/results/band.h: tables over seeds: the mean of the runs that differ only in their seed, and a 95 % interval.
 *
 * The interval adds two parts in squares: Student's half-width over the seeds, and each run's half-width over the items
 * (Wilson for an accuracy), averaged over the runs. The second is needed because all seeds are measured on the same
 * items, whose choice their spread says nothing about. With one seed it is the interval over the items. STATUS_USAGE:
 * runs of one name that are not seeds of one run (origin.h). */
#ifndef TENTH_RESULTS_BAND_H
#define TENTH_RESULTS_BAND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "io/table.h"

/* Whether a table is aggregated by band_make ("prune_band", "perturb_band") rather than stored in run files. */
bool band_is(const struct table_kind *kind);

/* Appends the rows over all the run files to `table`. Runs belong together if their names agree except for "_seedN". */
enum status band_make(struct table *table, const char *const *paths, size_t count, struct error *error);

#endif

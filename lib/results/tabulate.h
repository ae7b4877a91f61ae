/* lib/results/tabulate.h: any table: read from run files, computed file by file (derived.h) or over all of them
 * (band.h, claim.h), or from a formula (didactic.h). */
#ifndef TENTH_RESULTS_TABULATE_H
#define TENTH_RESULTS_TABULATE_H

#include <stddef.h>

#include "core/error.h"
#include "io/table.h"

/* Appends the rows. STATUS_USAGE: the table needs run files and there are none, or a separate command prints it. */
enum status tabulate(struct table *table, const char *const *paths, size_t count, struct error *error);

#endif

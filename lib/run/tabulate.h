/* lib/run/tabulate.h: any table of run files: read, computed file by file (derived.h), or over all of them (band.h). */
#ifndef TENTH_RUN_TABULATE_H
#define TENTH_RUN_TABULATE_H

#include <stddef.h>

#include "core/error.h"
#include "io/table.h"

/* Appends the rows. */
enum status tabulate(struct table *table, const char *const *paths, size_t count, struct error *error);

#endif

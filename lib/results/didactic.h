/* lib/results/didactic.h: the tables behind the talk's explaining figures, computed with GSL from the formulas
 * themselves. Their input numbers are in didactic.c, each with its source. */
#ifndef TENTH_RESULTS_DIDACTIC_H
#define TENTH_RESULTS_DIDACTIC_H

#include "core/error.h"
#include "io/table.h"

/* Appends the rows of a table whose origin is TABLE_OF_FORMULA. */
enum status didactic_make(struct table *table, struct error *error);

#endif

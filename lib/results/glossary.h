/* lib/results/glossary.h: what readers see of the rows of every registry: titles, units, colours and dashes. The table
 * `registry`
 * (`tenth registry`) is where figures, the report and other programs have them from. */
#ifndef TENTH_RESULTS_GLOSSARY_H
#define TENTH_RESULTS_GLOSSARY_H

#include "core/error.h"
#include "io/table.h"

/* Appends a row for each row of each registry: dataset, method, criterion, perturbation, ood, measure, metric. */
enum status glossary_make(struct table *table, struct error *error);

/* The title of a registry's row; `name` itself where there is none. */
const char *glossary_title(const char *kind, const char *name);

#endif

/* lib/run/tables.h: the kinds of tables (table.def). */
#ifndef TENTH_RUN_TABLES_H
#define TENTH_RUN_TABLES_H

#include "io/table.h"

/* Static storage. table_find: NULL if there is none. */
const struct table_kind *table_kinds(size_t *count);
const struct table_kind *table_find(const char *name);

#endif

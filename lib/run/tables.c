#include "run/tables.h"

#include <string.h>

#include "io/row.h"

#define TABLE(name, help) static const struct table_column name##_columns[] = {
#define TABLE_COMPUTED(name, help) TABLE(name, help)
#define TABLE_APART(name, help) TABLE(name, help)
#define COLUMN_TEXT(column) {#column, NULL},
#define COLUMN_NUMBER(column, unit) {#column, unit},
#define TABLE_END                                                                                                      \
    }                                                                                                                  \
    ;
#include "run/table.def"
#undef TABLE
#undef TABLE_COMPUTED
#undef TABLE_APART
#undef COLUMN_TEXT
#undef COLUMN_NUMBER
#undef TABLE_END

#define TABLE(name, help)                                                                                              \
    _Static_assert(sizeof name##_columns / sizeof name##_columns[0] <= ROW_CELLS_MAX,                                  \
                   "table " #name " has more columns than a row has cells: raise ROW_CELLS_MAX in io/row.h");
#define TABLE_COMPUTED(name, help) TABLE(name, help)
#define TABLE_APART(name, help) TABLE(name, help)
#define COLUMN_TEXT(column)
#define COLUMN_NUMBER(column, unit)
#define TABLE_END
#include "run/table.def"
#undef TABLE
#undef TABLE_COMPUTED
#undef TABLE_APART

static const struct table_kind KINDS[] = {
#define ROW(name, help, origin) {#name, help, name##_columns, sizeof name##_columns / sizeof name##_columns[0], origin},
#define TABLE(name, help) ROW(name, help, TABLE_OF_RUNS)
#define TABLE_COMPUTED(name, help) ROW(name, help, TABLE_OF_FORMULA)
#define TABLE_APART(name, help) ROW(name, help, TABLE_OF_COMMAND)
#include "run/table.def"
#undef ROW
#undef TABLE
#undef TABLE_COMPUTED
#undef TABLE_APART
#undef COLUMN_TEXT
#undef COLUMN_NUMBER
#undef TABLE_END
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

const struct table_kind *table_kinds(size_t *count)
{
    *count = KIND_COUNT;
    return KINDS;
}

const struct table_kind *table_find(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(KINDS[i].name, name) == 0)
            return &KINDS[i];
    }
    return NULL;
}

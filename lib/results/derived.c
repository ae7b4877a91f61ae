#include "results/derived.h"

#include <string.h>

#include "io/row.h"
#include "results/remeasured.h"

#define DERIVED(table) derive_fn derive_##table;
#include "results/derived.def"
#undef DERIVED

static const struct {
    const char *table;
    derive_fn *derive;
} derived[] = {
#define DERIVED(table) {#table, derive_##table},
#include "results/derived.def"
#undef DERIVED
};

static enum status rows_make(const struct run_file *file, struct table *rows, struct error *error)
{
    const char *name = table_kind_of(rows)->name;
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        if (strcmp(derived[i].table, name) == 0)
            return derived[i].derive(file, rows, error);
    }
    return remeasured_rows(file, rows, error);
}

/* Stored rows have the run's own name. */
static enum status rows_rename(const struct run_file *file, const struct table *made, struct table *rows,
                               struct error *error)
{
    const struct table_kind *kind = table_kind_of(rows);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < table_rows(made) && status == STATUS_OK; i++) {
        struct row row = row_empty(kind);
        memcpy(row.cells, table_row(made, i), kind->column_count * sizeof row.cells[0]);
        row_text_if_there(&row, "run", file->run);
        status = table_add(rows, row.cells, error);
    }
    return status;
}

enum status derived_rows(const struct run_file *file, struct table *rows, struct error *error)
{
    if (!file->labelled)
        return rows_make(file, rows, error);
    struct table *made = table_create(table_kind_of(rows), error);
    enum status status = made ? rows_make(file, made, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = rows_rename(file, made, rows, error);
    table_free(made);
    return status;
}

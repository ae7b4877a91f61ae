#include "results/remeasured.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "io/row.h"

/* Where the predictions of a table's rows are stored: a slice each of GROUP/NAME, in their order, or GROUP itself. */
static const struct source {
    const char *table, *group;
    const char *column; /* of NAME; NULL: none */
} sources[] = {{"prune", "/prune", "criterion"},
               {"perturb", "/perturb", "perturbation"},
               {"ood", "/ood", "ood"},
               {"summary", "/test", NULL}};

/* The predictions that were read last. */
struct predictions {
    char object[STORE_NAME_SIZE];
    struct stored stored; /* zero: the file has none */
};

static const struct source *source_of(const struct table_kind *kind)
{
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (strcmp(sources[i].table, kind->name) == 0)
            return &sources[i];
    }
    return NULL;
}

static bool lacks_metric(const struct table_kind *kind, const union table_cell *cells)
{
    size_t count;
    const struct metric *all = metrics(&count);
    for (size_t i = 0; i < count; i++) {
        const size_t column = table_column_index(kind, all[i].name);
        if (column != SIZE_MAX && isnan(cells[column].number))
            return true;
    }
    return false;
}

static enum status predictions_read(const struct run_file *file, const char *object, struct predictions *predictions,
                                    struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    if (strcmp(predictions->object, object) == 0)
        return STATUS_OK;
    stored_free(&predictions->stored);
    (void)snprintf(predictions->object, sizeof predictions->object, "%s", object);
    (void)snprintf(name, sizeof name, "%.200s/probability", object);
    enum status status = store_find(file->store, name, &there, error);
    return there ? run_file_stored(file, object, &predictions->stored, error) : status;
}

/* Measures a row that is slice `slice` of the object, and takes what it lacks. */
static enum status row_complete(const struct stored *stored, size_t slice, struct row *row, struct error *error)
{
    if (slice >= stored->slices)
        return STATUS_OK;
    const struct prediction prediction = stored_slice(stored, slice);
    struct row measured = row_empty(row->kind);
    enum status status = row_metrics(&measured, &prediction, error);
    for (size_t i = 0; i < row->kind->column_count && status == STATUS_OK; i++) {
        if (row->kind->columns[i].unit && isnan(row->cells[i].number))
            row->cells[i].number = measured.cells[i].number;
    }
    return status;
}

/* The row's predictions: into `object`, and which slice of it they are. */
static size_t place_of(const struct source *source, const struct table *table, size_t row, char object[STORE_NAME_SIZE])
{
    size_t slice = 0;
    const char *name = source->column ? table_text(table, row, source->column) : NULL;
    (void)snprintf(object, STORE_NAME_SIZE, "%s%s%.200s", source->group, name ? "/" : "", name ? name : "");
    for (size_t i = 0; name && i < row; i++)
        slice += strcmp(table_text(table, i, source->column), name) == 0;
    return slice;
}

enum status remeasured_rows(const struct run_file *file, struct table *rows, struct error *error)
{
    const struct table_kind *kind = table_kind_of(rows);
    const struct source *source = source_of(kind);
    struct predictions predictions = {0};
    if (!source)
        return table_load_if_there(rows, file->store, error);
    struct table *table = table_create(kind, error);
    enum status status = table ? table_load_if_there(table, file->store, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; status == STATUS_OK && i < table_rows(table); i++) {
        char object[STORE_NAME_SIZE];
        struct row row = row_empty(kind);
        memcpy(row.cells, table_row(table, i), kind->column_count * sizeof row.cells[0]);
        if (lacks_metric(kind, row.cells)) {
            const size_t slice = place_of(source, table, i, object);
            status = predictions_read(file, object, &predictions, error);
            if (status == STATUS_OK)
                status = row_complete(&predictions.stored, slice, &row, error);
        }
        if (status == STATUS_OK)
            status = table_add(rows, row.cells, error);
    }
    stored_free(&predictions.stored);
    table_free(table);
    return status;
}

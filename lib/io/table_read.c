/* lib/io/table_read.c: tables from CSV. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/memory.h"
#include "io/csv.h"
#include "io/table.h"

/* cells [columns of the kind] from a row; column[i]: the CSV's index of the kind's column i, SIZE_MAX: none. */
static enum status fill_cells(const struct table_kind *kind, const struct csv *csv, size_t row, const size_t *column,
                              union table_cell *cells, const char *name, struct error *error)
{
    for (size_t c = 0; c < kind->column_count; c++) {
        const char *text = csv_cell(csv, row, column[c]);
        if (!kind->columns[c].unit) {
            cells[c].text = text;
            continue;
        }
        char *end = (char *)text;
        cells[c].number = *text ? strtod(text, &end) : NAN;
        if (*end)
            return error_set(error, STATUS_DATA,
                             "%s:%zu: \"%s\" in column %s is not a number; is it a table of `tenth table`?", name,
                             row + 2, text, kind->columns[c].name);
    }
    return STATUS_OK;
}

static enum status read_rows(struct table *table, const struct csv *csv, const char *name, struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    union table_cell *cells = memory_alloc(kind->column_count, sizeof *cells, error);
    size_t *column = memory_alloc(kind->column_count, sizeof *column, error);
    enum status status = cells && column ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t c = 0; status == STATUS_OK && c < kind->column_count; c++)
        column[c] = csv_column(csv, kind->columns[c].name);
    for (size_t row = 0; status == STATUS_OK && row < csv->rows; row++) {
        status = fill_cells(kind, csv, row, column, cells, name, error);
        if (status == STATUS_OK)
            status = table_add(table, cells, error);
    }
    memory_free(cells);
    memory_free(column);
    return status;
}

enum status table_read_csv(struct table *table, const char *text, const char *name, struct error *error)
{
    struct csv csv;
    enum status status = csv_parse(text, name, &csv, error);
    if (status != STATUS_OK)
        return status;
    struct table *read = table_create(table_kind_of(table), error); /* so that a failure leaves `table` unchanged */
    status = read ? read_rows(read, &csv, name, error) : STATUS_NO_MEMORY;
    for (size_t row = 0; status == STATUS_OK && row < table_rows(read); row++)
        status = table_add(table, table_row(read, row), error);
    table_free(read);
    csv_free(&csv);
    return status;
}

#include "io/row.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct row row_empty(const struct table_kind *kind)
{
    struct row row = {.kind = kind};
    if (kind->column_count > ROW_CELLS_MAX) /* a mistake in the program, as below */
        abort();
    for (size_t i = 0; i < kind->column_count; i++) {
        if (kind->columns[i].unit)
            row.cells[i].number = NAN;
        else
            row.cells[i].text = "";
    }
    return row;
}

void row_number(struct row *row, const char *column, double value)
{
    *table_number_cell(row->kind, row->cells, column) = value;
}

void row_text(struct row *row, const char *column, const char *text)
{
    *table_text_cell(row->kind, row->cells, column) = text;
}

void row_number_if_there(struct row *row, const char *column, double value)
{
    if (table_column_index(row->kind, column) != SIZE_MAX)
        row_number(row, column, value);
}

void row_text_if_there(struct row *row, const char *column, const char *text)
{
    if (table_column_index(row->kind, column) != SIZE_MAX)
        row_text(row, column, text);
}

void row_interval_names(const char *name, char low[ROW_COLUMN_SIZE], char high[ROW_COLUMN_SIZE])
{
    (void)snprintf(low, ROW_COLUMN_SIZE, "%.50s_low", name);
    (void)snprintf(high, ROW_COLUMN_SIZE, "%.50s_high", name);
}

double row_get_number(const struct row *row, const char *column)
{
    return table_number_of(row->kind, row->cells, column);
}

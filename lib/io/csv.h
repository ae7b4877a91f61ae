/* lib/io/csv.h: reading the CSV that table.h writes (RFC 4180, a header row, one line per row). */
#ifndef TENTH_IO_CSV_H
#define TENTH_IO_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct csv {
    size_t columns, rows; /* rows without the header */
    char **cells;         /* [rows + 1][columns], row 0 is the header; they point into `text` */
    char *text;
};

/* Whether a text can be the name of a column or of a table: a-z, 0-9 and _, at least one. Names become file names and
 * variables of plots/; plots/csv.awk has the same rule. */
bool csv_is_name(const char *text);
/* Whether a text can be a part of a figure's name: capitals too, which users may give their data. */
bool csv_is_figure_name(const char *text);
#define CSV_NAME_RULE "names of tables and columns have a-z, 0-9 and _ only"

/* Parses a copy of `text`, skipping a byte order mark. STATUS_DATA, with `name` and the line: a row without the
 * header's number of cells, no header at all, an invalid column name (csv_is_name), or two of one name. On failure the
 * csv is empty. */
enum status csv_parse(const char *text, const char *name, struct csv *csv, struct error *error);
void csv_free(struct csv *csv);

/* The index of a column, or SIZE_MAX. */
size_t csv_column(const struct csv *csv, const char *name);

/* A cell of a row counted from 0; "" for a missing column. */
const char *csv_cell(const struct csv *csv, size_t row, size_t column);

/* The cell as a number; NaN if it is empty or not a number. */
double csv_number(const struct csv *csv, size_t row, size_t column);

#endif

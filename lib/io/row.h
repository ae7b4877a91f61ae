/* lib/io/row.h: a table row under construction, with cells by column name. */
#ifndef TENTH_IO_ROW_H
#define TENTH_IO_ROW_H

#include "io/table.h"

enum { ROW_CELLS_MAX = 96 };
struct row {
    const struct table_kind *kind;
    union table_cell cells[ROW_CELLS_MAX];
};

/* Every cell NaN or "". */
struct row row_empty(const struct table_kind *kind);

/* The column must exist and be of that type (table_number_cell). A text is borrowed until the row is added. */
void row_number(struct row *row, const char *column, double value);
void row_text(struct row *row, const char *column, const char *text);
/* The same if the table has the column; otherwise nothing. */
void row_number_if_there(struct row *row, const char *column, double value);
void row_text_if_there(struct row *row, const char *column, const char *text);
/* The columns that hold the interval of column NAME: NAME_low and NAME_high. */
enum { ROW_COLUMN_SIZE = 64 };
void row_interval_names(const char *name, char low[ROW_COLUMN_SIZE], char high[ROW_COLUMN_SIZE]);
double row_get_number(const struct row *row, const char *column);

#endif

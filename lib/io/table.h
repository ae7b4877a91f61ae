/* lib/io/table.h: tables in memory, in run files and as text. The tables and their columns are declared in
 * run/table.def.
 *
 * A cell is a number or a text. A number that was not measured is NaN: it is stored as NaN and printed as an empty
 * cell, never as 0. */
#ifndef TENTH_IO_TABLE_H
#define TENTH_IO_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"
#include "io/store.h"

struct table_column {
    const char *name;
    const char *unit; /* NULL: a text column */
};

/* The source of a table's rows. */
enum table_origin {
    TABLE_OF_RUNS,    /* stored with a run, or computed from what is */
    TABLE_OF_FORMULA, /* computed without run files */
    TABLE_OF_COMMAND  /* from a separate command */
};

struct table_kind {
    const char *name;
    const char *help;
    const struct table_column *columns;
    size_t column_count;
    enum table_origin origin;
};

union table_cell {
    double number;
    const char *text;
};

struct table; /* rows of one kind; owns copies of its texts */

struct table *table_create(const struct table_kind *kind, struct error *error); /* NULL on failure */
void table_free(struct table *table);                                           /* NULL is allowed */
const struct table_kind *table_kind_of(const struct table *table);
size_t table_rows(const struct table *table);

/* Adds a row; `cells` has one cell per column of the kind. Texts are copied; a text may be NULL, which is "", and must
 * not contain a newline (STATUS_FAILED). On failure the table is unchanged. */
enum status table_add(struct table *table, const union table_cell *cells, struct error *error);

/* The row's cells in the order of the columns; texts belong to the table. */
const union table_cell *table_row(const struct table *table, size_t row);

/* One cell by the name of its column, which must exist and be of that type. */
double table_number(const struct table *table, size_t row, const char *column);
const char *table_text(const struct table *table, size_t row, const char *column);

/* The index of a column of the kind; SIZE_MAX if it has none of that name. */
size_t table_column_index(const struct table_kind *kind, const char *column);

/* One cell of a row of the kind, to read or to set. The column must exist and be of that type: otherwise the program
 * has a bug, and ends (abort) rather than continue with another column's value. */
double *table_number_cell(const struct table_kind *kind, union table_cell *cells, const char *column);
const char **table_text_cell(const struct table_kind *kind, union table_cell *cells, const char *column);
double table_number_of(const struct table_kind *kind, const union table_cell *cells, const char *column);
const char *table_text_of(const struct table_kind *kind, const union table_cell *cells, const char *column);

/* A table in a store lives under /tables/NAME, one array per column. Reading a stored table that lacks a column (made
 * by an older version) fills it with NaN or "". table_load appends to `table`. Not there, or columns of unequal length:
 * STATUS_DATA, and the table is unchanged. table_load_if_there appends nothing if the store has no such table. */
enum status table_save(const struct table *table, struct store *store, struct error *error);
enum status table_load(struct table *table, struct store *store, struct error *error);
enum status table_load_if_there(struct table *table, struct store *store, struct error *error);

/* Writes a header row and the rows to an open stream (any path that is printed to is the caller's) and flushes it, so
 * that a full disk is reported here. Whole numbers (counts, seeds) are printed in full, others with up to 6 significant
 * digits (%.6g); NaN is an empty cell. CSV quotes as in RFC 4180, TSV replaces tabs by spaces; lines end with just a
 * newline. */
enum table_format { TABLE_CSV, TABLE_TSV };
enum status table_write(const struct table *table, enum table_format format, FILE *stream, struct error *error);

/* Appends the rows of a CSV text with a header, as table_write and others write it, matching columns by name: those
 * unknown to the kind are skipped, those missing from the text are NaN or "". `name` denotes the text in messages.
 * STATUS_DATA: a row does not have the header's number of cells, or a number does not parse. The table is then
 * unchanged. */
enum status table_read_csv(struct table *table, const char *text, const char *name, struct error *error);

#endif

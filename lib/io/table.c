#include "io/table.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/texts.h"
#include "io/text_buffer.h"

/* The first allocation of rows; each later one doubles. */
enum { FIRST_CAPACITY = 16 };

struct table {
    const struct table_kind *kind;
    union table_cell *cells; /* [row_capacity][kind->column_count], the first `rows` rows in use */
    size_t rows, row_capacity;
    struct texts texts; /* pointed to by cells */
};

struct table *table_create(const struct table_kind *kind, struct error *error)
{
    struct table *table = memory_alloc(1, sizeof *table, error);
    if (table)
        table->kind = kind;
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    texts_free(&table->texts);
    memory_free(table->cells);
    memory_free(table);
}

const struct table_kind *table_kind_of(const struct table *table)
{
    return table->kind;
}

size_t table_rows(const struct table *table)
{
    return table->rows;
}

size_t table_column_index(const struct table_kind *kind, const char *column)
{
    for (size_t c = 0; c < kind->column_count; c++) {
        if (strcmp(kind->columns[c].name, column) == 0)
            return c;
    }
    return SIZE_MAX;
}

const union table_cell *table_row(const struct table *table, size_t row)
{
    return table->cells + row * table->kind->column_count;
}

/* Anything that follows from an unknown name would be silently wrong. */
static size_t column_of(const struct table_kind *kind, const char *column, bool number)
{
    const size_t at = table_column_index(kind, column);
    if (at >= kind->column_count || (kind->columns[at].unit != NULL) != number)
        abort();
    return at;
}

double *table_number_cell(const struct table_kind *kind, union table_cell *cells, const char *column)
{
    return &cells[column_of(kind, column, true)].number;
}

const char **table_text_cell(const struct table_kind *kind, union table_cell *cells, const char *column)
{
    return &cells[column_of(kind, column, false)].text;
}

double table_number_of(const struct table_kind *kind, const union table_cell *cells, const char *column)
{
    return cells[column_of(kind, column, true)].number;
}

const char *table_text_of(const struct table_kind *kind, const union table_cell *cells, const char *column)
{
    return cells[column_of(kind, column, false)].text;
}

double table_number(const struct table *table, size_t row, const char *column)
{
    return table_number_of(table->kind, table_row(table, row), column);
}

const char *table_text(const struct table *table, size_t row, const char *column)
{
    return table_text_of(table->kind, table_row(table, row), column);
}

/* Makes room for one more row. On failure nothing changes. */
static enum status grow(struct table *table, struct error *error)
{
    const size_t row_size = size_multiply(table->kind->column_count, sizeof *table->cells);
    if (table->rows < table->row_capacity)
        return STATUS_OK;
    size_t larger = table->row_capacity > 0 ? size_multiply(table->row_capacity, 2) : FIRST_CAPACITY;
    void *moved = memory_alloc(larger, row_size, error);
    if (!moved)
        return STATUS_NO_MEMORY;
    if (table->rows > 0)
        memcpy(moved, table->cells, table->rows * row_size);
    memory_free(table->cells);
    table->cells = moved;
    table->row_capacity = larger;
    return STATUS_OK;
}

/* The table's own copy of a text, or NULL. */
static const char *intern(struct table *table, const char *text, struct error *error)
{
    size_t number;
    return texts_add(&table->texts, text, &number, error) == STATUS_OK ? texts_get(&table->texts, number) : NULL;
}

enum status table_add(struct table *table, const union table_cell *cells, struct error *error)
{
    const struct table_kind *kind = table->kind;
    enum status status = grow(table, error);
    if (status != STATUS_OK)
        return status;
    union table_cell *row = table->cells + table->rows * kind->column_count;
    for (size_t c = 0; c < kind->column_count; c++) {
        row[c] = cells[c];
        if (kind->columns[c].unit)
            continue;
        const char *text = cells[c].text ? cells[c].text : "";
        if (strpbrk(text, "\r\n"))
            return error_set(error, STATUS_FAILED, "table %s: column %s: a text must be one line", kind->name,
                             kind->columns[c].name);
        row[c].text = intern(table, text, error);
        if (!row[c].text)
            return STATUS_NO_MEMORY;
    }
    table->rows++;
    return STATUS_OK;
}

/* "/tables/KIND/COLUMN", or "/tables/KIND" for no column. */
static void object_name(const struct table_kind *kind, const char *column, char name[STORE_NAME_SIZE])
{
    (void)snprintf(name, STORE_NAME_SIZE, "/tables/%s%s%s", kind->name, column ? "/" : "", column ? column : "");
}

static enum status save_column(const struct table *table, size_t column, struct store *store, struct error *error)
{
    const struct table_column *about = &table->kind->columns[column];
    char name[STORE_NAME_SIZE];
    object_name(table->kind, about->name, name);
    double *numbers = NULL;    /* [rows], of a number column */
    const char **texts = NULL; /* [rows], of a text column */
    enum status status = STATUS_NO_MEMORY;
    if (about->unit)
        numbers = memory_alloc(table->rows, sizeof *numbers, error);
    else
        texts = memory_alloc(table->rows, sizeof *texts, error);
    for (size_t row = 0; row < table->rows; row++) {
        const union table_cell *cell = table_row(table, row) + column;
        if (numbers)
            numbers[row] = cell->number;
        if (texts)
            texts[row] = cell->text;
    }
    if (texts)
        status = store_write_texts(store, name, table->rows, texts, error);
    if (numbers)
        status = store_write_double(store, name, 1, &table->rows, numbers, error);
    if (numbers && status == STATUS_OK)
        status = store_set_text(store, name, "unit", about->unit, error);
    memory_free(numbers);
    memory_free(texts);
    return status;
}

/* Removes columns written by another version of the program and unknown to this one: they belong to other rows. What
 * other programs put next to the columns stays. Files of older versions do not name their columns, nor have unknown
 * ones.
 */
static enum status remove_unknown(const struct table_kind *kind, struct store *store, const char *table,
                                  struct error *error)
{
    char *names = NULL, *rest = NULL, object[STORE_NAME_SIZE];
    enum status status = store_find_text(store, table, "columns", &names, error);
    if (!names)
        return status;
    for (char *name = strtok_r(names, ",", &rest); name && status == STATUS_OK; name = strtok_r(NULL, ",", &rest)) {
        int length = snprintf(object, sizeof object, "%s/%s", table, name);
        if (table_column_index(kind, name) == SIZE_MAX && length > 0 && (size_t)length < sizeof object)
            status = store_remove(store, object, error);
    }
    memory_free(names);
    return status;
}

/* Names the columns, to tell what belongs to the table from what does not. */
static enum status name_columns(const struct table_kind *kind, struct store *store, const char *table,
                                struct error *error)
{
    struct text_buffer text = text_begin(error);
    for (size_t c = 0; c < kind->column_count; c++)
        text_add(&text, "%s%s", c > 0 ? "," : "", kind->columns[c].name);
    char *names = text_take(&text);
    enum status status = names ? store_set_text(store, table, "columns", names, error) : STATUS_NO_MEMORY;
    memory_free(names);
    return status;
}

enum status table_save(const struct table *table, struct store *store, struct error *error)
{
    char name[STORE_NAME_SIZE];
    object_name(table->kind, NULL, name);
    enum status status = remove_unknown(table->kind, store, name, error);
    if (status == STATUS_OK)
        status = store_set_text(store, name, "help", table->kind->help, error);
    if (status == STATUS_OK)
        status = name_columns(table->kind, store, name, error);
    for (size_t c = 0; c < table->kind->column_count && status == STATUS_OK; c++)
        status = save_column(table, c, store, error);
    return status;
}

/* Columns of a stored table as read; [column_count] each, NULL if the file has no such column. */
struct columns {
    double **numbers; /* [rows] each */
    char ***texts;    /* [rows] each */
    size_t rows;
};

static void free_columns(struct columns *columns, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        if (columns->numbers)
            memory_free(columns->numbers[c]);
        if (columns->texts)
            memory_free(columns->texts[c]);
    }
    memory_free(columns->numbers);
    memory_free(columns->texts);
}

/* The number of rows: the length of the first column present. */
static enum status count_rows(const struct table_kind *kind, struct store *store, size_t *rows, struct error *error)
{
    char name[STORE_NAME_SIZE];
    for (size_t c = 0; c < kind->column_count; c++) {
        bool there;
        object_name(kind, kind->columns[c].name, name);
        enum status status = store_find(store, name, &there, error);
        if (status == STATUS_OK && !there)
            continue;
        size_t rank = 0, shape[STORE_RANK_MAX] = {0};
        if (status == STATUS_OK)
            status = store_shape(store, name, &rank, shape, error);
        if (status == STATUS_OK && rank != 1)
            status = error_set(error, STATUS_DATA, "%s: %s has rank %zu instead of 1; " STORE_REMEDY_CHANGED,
                               store_path(store), name, rank);
        *rows = status == STATUS_OK ? shape[0] : 0;
        return status;
    }
    return error_set(error, STATUS_DATA, "%s: there is no table %s; run the command that makes it", store_path(store),
                     kind->name);
}

static enum status read_column(const struct table_kind *kind, size_t column, struct store *store,
                               struct columns *columns, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    object_name(kind, kind->columns[column].name, name);
    enum status status = store_find(store, name, &there, error);
    if (!there)
        return status;
    size_t rank, shape[STORE_RANK_MAX];
    status = store_shape(store, name, &rank, shape, error);
    if (status != STATUS_OK)
        return status;
    if (rank != 1 || shape[0] != columns->rows) /* before allocating them */
        return error_set(error, STATUS_DATA, "%s: %s has not the %zu rows of the table; " STORE_REMEDY_CHANGED,
                         store_path(store), name, columns->rows);
    if (!kind->columns[column].unit)
        return store_read_texts(store, name, columns->rows, &columns->texts[column], error);
    columns->numbers[column] = memory_alloc(columns->rows, sizeof(double), error);
    if (!columns->numbers[column])
        return STATUS_NO_MEMORY;
    return store_read_double(store, name, columns->rows, columns->numbers[column], error);
}

/* Adds row `row` of the columns; `cells` is room for one row. */
static enum status add_loaded(struct table *table, const struct columns *columns, size_t row, union table_cell *cells,
                              struct error *error)
{
    for (size_t c = 0; c < table->kind->column_count; c++) {
        if (table->kind->columns[c].unit)
            cells[c].number = columns->numbers[c] ? columns->numbers[c][row] : NAN;
        else
            cells[c].text = columns->texts[c] ? columns->texts[c][row] : "";
    }
    return table_add(table, cells, error);
}

enum status table_load_if_there(struct table *table, struct store *store, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    object_name(table->kind, NULL, name);
    enum status status = store_find(store, name, &there, error);
    return there ? table_load(table, store, error) : status;
}

enum status table_load(struct table *table, struct store *store, struct error *error)
{
    const struct table_kind *kind = table->kind;
    size_t rows_before = table->rows;
    struct columns columns = {0};
    union table_cell *cells = NULL;
    enum status status = count_rows(kind, store, &columns.rows, error);
    if (status != STATUS_OK)
        return status;
    columns.numbers = memory_alloc(kind->column_count, sizeof *columns.numbers, error);
    columns.texts = memory_alloc(kind->column_count, sizeof *columns.texts, error);
    cells = memory_alloc(kind->column_count, sizeof *cells, error);
    if (!columns.numbers || !columns.texts || !cells) {
        status = STATUS_NO_MEMORY;
        goto cleanup;
    }
    for (size_t c = 0; c < kind->column_count && status == STATUS_OK; c++)
        status = read_column(kind, c, store, &columns, error);
    for (size_t row = 0; row < columns.rows && status == STATUS_OK; row++)
        status = add_loaded(table, &columns, row, cells, error);
cleanup:
    if (status != STATUS_OK)
        table->rows = rows_before;
    memory_free(cells);
    free_columns(&columns, kind->column_count);
    return status;
}

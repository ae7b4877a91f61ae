/* lib/io/table_read.c: tables from CSV (RFC 4180 without newlines within cells). */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/table.h"

enum { CELLS_MAX = 128 };

/* A line cut into cells, in place. */
struct csv_line {
    char *cell[CELLS_MAX];
    size_t count;
};

/* Ends the cell that begins at `from`, taking its quotes away; returns where the next one begins, NULL behind the last.
 */
static char *cut_cell(char *from)
{
    char *to = from, *c = from;
    bool quoted = *c == '"';
    for (c += quoted; *c; c++) {
        if (quoted && *c == '"' && c[1] == '"')
            c++;
        else if (quoted && *c == '"') {
            quoted = false;
            continue;
        } else if (!quoted && *c == ',')
            break;
        *to++ = *c;
    }
    char *next = *c ? c + 1 : NULL;
    *to = '\0';
    return next;
}

/* False: more cells than a table can have. */
static bool cut_line(char *text, struct csv_line *line)
{
    text[strcspn(text, "\r\n")] = '\0';
    line->count = 0;
    for (char *c = text; c && line->count < CELLS_MAX; line->count++) {
        line->cell[line->count] = c;
        c = cut_cell(c);
        if (!c)
            return ++line->count, true;
    }
    return false;
}

/* cells [columns of the kind] from a line; column[i]: which column cell i is, SIZE_MAX: none. */
static enum status fill_cells(const struct table_kind *kind, const struct csv_line *line, const size_t *column,
                              union table_cell *cells, const char *name, size_t number, struct error *error)
{
    for (size_t c = 0; c < kind->column_count; c++) {
        if (kind->columns[c].unit)
            cells[c].number = NAN;
        else
            cells[c].text = "";
    }
    for (size_t i = 0; i < line->count; i++) {
        if (column[i] == SIZE_MAX)
            continue;
        if (!kind->columns[column[i]].unit) {
            cells[column[i]].text = line->cell[i];
            continue;
        }
        char *end = line->cell[i];
        if (*end)
            cells[column[i]].number = strtod(line->cell[i], &end);
        if (*end)
            return error_set(error, STATUS_DATA, "%s:%zu: \"%s\" in column %s is no number", name, number,
                             line->cell[i], kind->columns[column[i]].name);
    }
    return STATUS_OK;
}

/* Reads all lines into `table`, which the caller drops after a failure. */
static enum status read_lines(struct table *table, FILE *stream, const char *name, union table_cell *cells,
                              struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    size_t column[CELLS_MAX], columns = 0, room = 0, number = 0;
    struct csv_line line;
    char *text = NULL;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && getline(&text, &room, stream) >= 0) {
        number++;
        bool fits = cut_line(text, &line);
        if (number == 1 && fits) {
            columns = line.count;
            for (size_t i = 0; i < columns; i++)
                column[i] = table_column_index(kind, line.cell[i]);
        } else if (!fits || line.count != columns) {
            status = error_set(error, STATUS_DATA, "%s:%zu: not the header's number of cells", name, number);
        } else {
            status = fill_cells(kind, &line, column, cells, name, number, error);
            if (status == STATUS_OK)
                status = table_add(table, cells, error);
        }
    }
    free(text);
    if (status == STATUS_OK && (ferror(stream) || number == 0))
        status = error_set(error, STATUS_DATA, "%s: could not be read, or is empty", name);
    return status;
}

enum status table_read_csv(struct table *table, FILE *stream, const char *name, struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    struct table *read = table_create(kind, error);
    union table_cell *cells = memory_alloc(kind->column_count, sizeof *cells, error);
    enum status status = read && cells ? read_lines(read, stream, name, cells, error) : STATUS_NO_MEMORY;
    for (size_t row = 0; status == STATUS_OK && row < table_rows(read); row++)
        status = table_add(table, table_row(read, row), error);
    memory_free(cells);
    table_free(read);
    return status;
}

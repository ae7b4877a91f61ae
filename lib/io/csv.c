#include "io/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/texts.h"

/* Ends the cell that begins at `from` with a 0 byte, removing its quotes in place. Returns the start of the next cell;
 * *last: the cell was its line's last. */
static char *cell_end(char *from, bool *last)
{
    char *to = from;
    bool quoted = false;
    char *at = from;
    for (; *at && (quoted || (*at != ',' && *at != '\n' && *at != '\r')); at++) {
        if (quoted && at[0] == '"' && at[1] == '"')
            *to++ = *at++;
        else if (*at == '"')
            quoted = !quoted;
        else
            *to++ = *at;
    }
    char end = *at;
    if (end)
        at++;
    if (end == '\r' && *at == '\n')
        at++;
    *to = '\0';
    *last = end != ',';
    return at;
}

/* No more cells than commas and line ends can separate. */
static size_t cells_at_most(const char *text)
{
    size_t count = 2;
    for (; *text; text++)
        count += *text == ',' || *text == '\n' || *text == '\r';
    return count;
}

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

bool csv_is_name(const char *text)
{
    return *text && text[strspn(text, NAME_CHARACTERS)] == '\0';
}

bool csv_is_figure_name(const char *text)
{
    return *text && text[strspn(text, NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static enum status header_check(const struct csv *csv, const char *name, struct error *error)
{
    struct texts names = {0};
    enum status status = STATUS_OK;
    for (size_t c = 0; c < csv->columns && status == STATUS_OK; c++) {
        size_t number = c;
        if (!csv_is_name(csv->cells[c]))
            status =
                error_set(error, STATUS_DATA, "%s:1: a column is called \"%.60s\", but " CSV_NAME_RULE "; rename it",
                          name, csv->cells[c]);
        else
            status = texts_add(&names, csv->cells[c], &number, error);
        if (status == STATUS_OK && number != c)
            status = error_set(error, STATUS_DATA, "%s:1: two columns are called \"%.60s\"; rename or remove one", name,
                               csv->cells[c]);
    }
    texts_free(&names);
    return status;
}

static enum status cells_parse(const char *name, struct csv *csv, struct error *error)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF"; /* as spreadsheets write it */
    const size_t mark = strlen(byte_order_mark);
    size_t used = 0, line = 1, in_row = 0;
    for (char *at = csv->text + (strncmp(csv->text, byte_order_mark, mark) == 0 ? mark : 0); *at || in_row > 0;) {
        bool last;
        csv->cells[used++] = at;
        in_row++;
        at = cell_end(at, &last);
        if (!last)
            continue;
        csv->columns = csv->columns > 0 ? csv->columns : in_row;
        if (in_row != csv->columns)
            return error_set(error, STATUS_DATA,
                             "%s:%zu: %zu cells, but the header has %zu; is it a whole table of `tenth table`?", name,
                             line, in_row, csv->columns);
        in_row = 0;
        line++;
    }
    if (used == 0)
        return error_set(error, STATUS_DATA, "%s: no header; is it a table of `tenth table`?", name);
    csv->rows = used / csv->columns - 1;
    return header_check(csv, name, error);
}

enum status csv_parse(const char *text, const char *name, struct csv *csv, struct error *error)
{
    *csv = (struct csv){0};
    csv->text = memory_copy_text(text, error);
    if (!csv->text)
        return STATUS_NO_MEMORY;
    csv->cells = memory_alloc(cells_at_most(text), sizeof *csv->cells, error);
    enum status status = csv->cells ? cells_parse(name, csv, error) : STATUS_NO_MEMORY;
    if (status != STATUS_OK)
        csv_free(csv);
    return status;
}

void csv_free(struct csv *csv)
{
    memory_free(csv->cells);
    memory_free(csv->text);
    *csv = (struct csv){0};
}

size_t csv_column(const struct csv *csv, const char *name)
{
    for (size_t c = 0; c < csv->columns; c++) {
        if (strcmp(csv->cells[c], name) == 0)
            return c;
    }
    return SIZE_MAX;
}

const char *csv_cell(const struct csv *csv, size_t row, size_t column)
{
    return row < csv->rows && column < csv->columns ? csv->cells[(row + 1) * csv->columns + column] : "";
}

double csv_number(const struct csv *csv, size_t row, size_t column)
{
    const char *cell = csv_cell(csv, row, column);
    char *end = NULL;
    double value = strtod(cell, &end);
    return end != cell && *end == '\0' ? value : NAN;
}

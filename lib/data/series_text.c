#include "data/series_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/cell.h"
#include "io/magic.h"

enum {
    ROOM_AT_START = 256,
    SHOWN = 40, /* bytes of a cell in messages */
    COUNTED = 8 /* from this many columns, numbers that count them are not a series */
};

struct series_text {
    const char *name, *next, *end; /* the next line; NULL at the end */
    size_t line;                   /* number of the last one, from 1 */
    const struct dataset_kind *kind;
    size_t length;     /* values of a series */
    size_t room;       /* cells: length + 2, or fewer if the text has fewer bytes */
    struct cell *cell; /* [room] of the line */
    size_t cells;      /* all of the line's, even those that do not fit */
    enum series_rule rule;
    bool begun, classes; /* a line of numbers was read; those lines begin with a class */
};

/* ---- lines and cells ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes the next line without its end. False: there is none. */
static bool take_line(struct series_text *text, const char **begin, const char **end)
{
    struct cell line;
    if (!cell_line(&text->next, text->end, &line))
        return false;
    *begin = line.begin;
    *end = line.begin + line.length;
    text->line++;
    return true;
}

/* The end of the quoted text at `at`: after its second quote; `at` if it has none. */
static const char *after_quotes(const char *at, const char *end)
{
    for (const char *c = at + 1; c < end; c++) {
        if (*c != '"')
            continue;
        if (c + 1 < end && c[1] == '"')
            c++;
        else
            return c + 1;
    }
    return at;
}

static size_t count_of(char wanted, const char *begin, const char *end)
{
    size_t count = 0;
    for (const char *c = begin; c < end; c++) {
        if (*c == '"' && after_quotes(c, end) > c)
            c = after_quotes(c, end) - 1;
        else
            count += *c == wanted;
    }
    return count;
}

/* The separator of a line's columns. As many tabs as columns mean tabs, whatever else is there: a comma may be a
 * decimal one, which is refused as such. Fewer tabs count as blanks. */
static char find_separator(const struct series_text *text, const char *begin, const char *end)
{
    if (text->rule == SERIES_TO_PREDICT && count_of(';', begin, end) > 0)
        return ';';
    if (count_of('\t', begin, end) >= larger(text->length - 1, 1))
        return '\t';
    return count_of(',', begin, end) > 0 ? ',' : ' ';
}

static void split(struct series_text *text, const char *begin, const char *end)
{
    const char separator = find_separator(text, begin, end);
    const struct cell line = cell_trimmed(begin, end);
    if (separator != '\t' || text->rule == SERIES_TO_TRAIN) { /* otherwise a tab at an end would separate an empty
                                                               * cell */
        begin = line.begin;
        end = begin + line.length;
    }
    text->cells = 0;
    for (bool more = begin < end; more;) {
        while (begin < end && is_blank(*begin) && *begin != separator)
            begin++;
        const char *at = begin < end && *begin == '"' ? after_quotes(begin, end) : begin;
        while (at < end && *at != separator && !(separator == ' ' && *at == '\t'))
            at++;
        struct cell cell = cell_trimmed(begin, at);
        if (cell.length >= 2 && *cell.begin == '"' && after_quotes(cell.begin, at) == cell.begin + cell.length)
            cell = cell_trimmed(cell.begin + 1, cell.begin + cell.length - 1);
        if (text->cells < text->room)
            text->cell[text->cells] = cell;
        text->cells++;
        more = at < end;
        begin = at + more;
        while (separator == ' ' && begin < end && is_blank(*begin))
            begin++;
    }
}

/* ---- numbers ---- */

static enum status number_error(const struct series_text *text, size_t column, struct error *error)
{
    const struct cell cell = text->cell[column];
    const int shown = (int)smaller(cell.length, SHOWN);
    const char *what = "is not a finite number (the file is taken for UCR text)";
    if (text->rule == SERIES_TO_PREDICT) {
        what = "is not a number; decimal ones are wanted, such as -0.25 or 1e-3";
        if (cell_is_missing(cell))
            what = cell.length > 0 || column + 1 < text->cells
                       ? "is a missing value; fill it in, or leave the series out"
                       : "is empty: a value is missing, or the line has a separator too many at its end";
        else if (cell_is_decimal(cell) || strncasecmp(cell.begin, "inf", 3) == 0 ||
                 strncasecmp(cell.begin + 1, "inf", 3) == 0)
            what = "is not a finite number";
        else if (memchr(cell.begin, ',', cell.length))
            what = "has a comma; numbers with a decimal point, and nothing between thousands, are wanted";
    }
    return error_set(error, STATUS_DATA, "%s:%zu: column %zu, \"%.*s\", %s", text->name, text->line, column + 1, shown,
                     cell.begin, what);
}

static enum status read_values(const struct series_text *text, size_t first, float *values, struct error *error)
{
    for (size_t i = 0; values && i < text->length; i++) { /* a line of too few columns was refused */
        const struct cell cell = text->cell[first + i];
        values[i] = cell_is_decimal(cell) ? cell_number(cell) : NAN;
        if (!isfinite(values[i]))
            return number_error(text, first + i, error);
    }
    return STATUS_OK;
}

/* ---- a line to train on ---- */

static enum status read_to_train(struct series_text *text, float *values, uint8_t *label, struct error *error)
{
    const size_t length = text->length, most = length + 1;
    if (text->cells < most)
        return error_set(error, STATUS_DATA, "%s:%zu: has %zu columns, not %zu (a class and %zu values)", text->name,
                         text->line, text->cells, most, length);
    if (text->cells == most + 1 && text->cell[most].length == 0)
        return error_set(error, STATUS_DATA, "%s:%zu: column %zu is empty", text->name, text->line, most + 1);
    if (text->cells > most)
        return error_set(error, STATUS_DATA, "%s:%zu: has more than %zu columns (a class and %zu values)", text->name,
                         text->line, most, length);
    const float number = cell_is_decimal(text->cell[0]) ? cell_number(text->cell[0]) : NAN;
    if (!isfinite(number))
        return number_error(text, 0, error);
    enum status status = read_values(text, 1, values, error);
    if (status != STATUS_OK)
        return status;
    if (number < 1 || number > (float)text->kind->classes || number != floorf(number))
        return error_set(error, STATUS_DATA, "%s:%zu: the class is %g, not a whole number from 1 to %zu", text->name,
                         text->line, (double)number, text->kind->classes);
    *label = (uint8_t)(number - 1);
    return STATUS_OK;
}

/* ---- a line to predict ---- */

/* A line of words above the columns. Missing values are not words, and a cell that starts like a number is a wrong
 * one. */
static bool is_header(const struct series_text *text)
{
    bool word = false;
    if (text->begun || text->cells < text->length || text->cells > text->length + 2)
        return false;
    for (size_t i = 0; i < text->cells; i++) {
        const struct cell cell = text->cell[i];
        if (cell.length > 0 && strchr("0123456789+-.,", *cell.begin))
            return false;
        word = word || !cell_is_missing(cell);
    }
    return word;
}

/* Numbers above the columns, as in tables without names: 0 1 2 ... or 1 2 3 .... */
static bool counts_columns(const struct series_text *text, size_t first)
{
    const size_t from = cell_is_decimal(text->cell[first]) && cell_number(text->cell[first]) > 0 ? 1 : 0;
    bool counts = !text->begun && text->length >= COUNTED;
    for (size_t i = 0; counts && i < text->length; i++)
        counts =
            cell_is_whole(text->cell[first + i]) && strtod(text->cell[first + i].begin, NULL) == (double)(from + i);
    return counts;
}

/* The number of cells without the empty one after a separator at the line's end. If the rest could be a class and a
 * value too few, it stays. */
static size_t without_last(const struct series_text *text)
{
    const size_t length = text->length, n = text->cells;
    if (n < length + 1 || n > length + 2 || text->cell[n - 1].length > 0)
        return n;
    return n == length + 2 || (cell_is_decimal(text->cell[0]) && !cell_is_whole(text->cell[0])) ? n - 1 : n;
}

/* Why a first column of length + 1 is not a class; NULL: it is one. */
static const char *not_a_class(const struct series_text *text)
{
    if (!cell_is_decimal(text->cell[0]) || cell_is_whole(text->cell[0]))
        return NULL;
    return cell_is_whole(text->cell[text->length])
               ? "is not a class; is it in the last column? It is wanted in the first, or not at all"
               : "is not a class (a word or a whole number), and without one the series is too long";
}

static enum status check_columns(struct series_text *text, size_t *first, struct error *error)
{
    const size_t length = text->length, n = without_last(text);
    *first = n == length + 1;
    if (n != length && n != length + 1)
        return error_set(error, STATUS_DATA,
                         "%s:%zu: has %zu column%s; a series is a line of %zu values, or a class and %zu values%s",
                         text->name, text->line, text->cells, text->cells == 1 ? "" : "s", length, length,
                         n == 1 ? " (not one value a line)" : "");
    if (*first && not_a_class(text))
        return error_set(error, STATUS_DATA, "%s:%zu: has %zu columns, of which the first, \"%.*s\", %s", text->name,
                         text->line, n, (int)smaller(text->cell[0].length, SHOWN), text->cell[0].begin,
                         not_a_class(text));
    if (text->begun && text->classes != (bool)*first)
        return error_set(error, STATUS_DATA, "%s:%zu: has %zu columns, and the lines before it have %zu", text->name,
                         text->line, n, length + (text->classes ? 1 : 0));
    if (counts_columns(text, *first))
        return error_set(error, STATUS_DATA,
                         "%s:%zu: counts its columns and so seems to be a header; remove the line, or begin it with #",
                         text->name, text->line);
    return STATUS_OK;
}

static enum status read_to_predict(struct series_text *text, float *values, struct error *error)
{
    size_t first;
    enum status status = check_columns(text, &first, error);
    if (status == STATUS_OK)
        status = read_values(text, first, values, error);
    text->begun = true;
    text->classes = first == 1;
    return status;
}

/* Lines without a series in a file to predict. */
static enum status skip_line(const struct series_text *text, const char *begin, const char *end, bool *skipped,
                             struct error *error)
{
    const struct cell line = cell_trimmed(begin, end);
    *skipped = line.length == 0 || *line.begin == '#' || *line.begin == '%' || is_header(text);
    if (!*skipped && *line.begin == '@')
        return error_set(error, STATUS_DATA,
                         "%s:%zu: begins with @, as ARFF and .ts do; lines of values alone are wanted, as in CSV",
                         text->name, text->line);
    return STATUS_OK;
}

/* ---- all of them ---- */

/* At least doubles the items' capacity, if the text can have that many: a value is two bytes, with its separator, and
 * the current line is one more. `room` is the capacity, items->count the number in use. */
static enum status grow(const struct series_text *text, struct items *items, size_t *room, struct error *error)
{
    const struct dataset_kind *kind = text->kind;
    const size_t left = 1 + (size_t)(text->end - text->next) / (2 * text->length - 1);
    size_t wanted = smaller(*room > 0 ? *room * 2 : ROOM_AT_START, items->count + left);
    struct items larger_items;
    enum status status = items_alloc(&larger_items, kind, wanted, false, error);
    if (status != STATUS_OK)
        return status;
    if (items->values) {
        memcpy(larger_items.values, items->values, items->count * shape_size(kind->shape) * sizeof *items->values);
        memcpy(larger_items.labels, items->labels, items->count);
    }
    larger_items.count = items->count;
    items_free(items);
    *items = larger_items;
    *room = wanted;
    return STATUS_OK;
}

static enum status read_lines(struct series_text *text, size_t limit, struct items *items, struct error *error)
{
    size_t room = 0;
    const char *begin, *end;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && take_line(text, &begin, &end)) {
        bool skipped = false;
        split(text, begin, end);
        if (text->rule == SERIES_TO_PREDICT)
            status = skip_line(text, begin, end, &skipped, error);
        if (status != STATUS_OK || skipped)
            continue;
        if (items->count == limit)
            return error_set(error, STATUS_DATA, "%s:%zu: has more than %zu series", text->name, text->line, limit);
        if (items->count == room && text->cells >= text->length) /* fewer are refused, and need no memory */
            status = grow(text, items, &room, error);
        if (status != STATUS_OK)
            break;
        float *values = items->values ? items->values + items->count * text->length : NULL;
        uint8_t label = 0;
        status = text->rule == SERIES_TO_TRAIN ? read_to_train(text, values, &label, error)
                                               : read_to_predict(text, values, error);
        if (status == STATUS_OK)
            items->labels[items->count++] = label;
    }
    if (status == STATUS_OK && items->count == 0)
        return error_set(error, STATUS_DATA, "%s: is empty%s", text->name,
                         text->rule == SERIES_TO_TRAIN ? "; is it a whole copy?"
                         : text->line > 0              ? " but for lines without a series"
                                                       : "");
    return status;
}

enum status series_text_read(const char *text, size_t count, const char *name, const struct dataset_kind *kind,
                             enum series_rule rule, size_t limit, struct items *items, struct error *error)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of byte order, which UTF-8 does not need and some programs write */
    struct series_text reading = {.name = name, .next = text, .end = text + count, .kind = kind, .rule = rule};
    *items = (struct items){0};
    const char *other = file_kind((const uint8_t *)text, count);
    const char *zero = count > 0 ? memchr(text, 0, count) : NULL;
    if (other)
        return error_set(error, STATUS_DATA, "%s: is %s, and not text of numbers in UTF-8", name, other);
    if (zero)
        return error_set(error, STATUS_DATA, "%s: is no text (byte %zu is 0)", name, (size_t)(zero - text) + 1);
    if (count >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
        reading.next += strlen(mark);
    reading.length = shape_size(kind->shape);
    reading.room = smaller(reading.length, count) + 2; /* a cell is a byte at least, with its separator */
    reading.cell = memory_alloc(reading.room, sizeof *reading.cell, error);
    if (!reading.cell)
        return STATUS_NO_MEMORY;
    enum status status = read_lines(&reading, limit, items, error);
    memory_free(reading.cell);
    return status;
}

/* lib/io/table_text.c: tables as CSV and TSV. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "io/table.h"

static const char SEPARATOR[] = {[TABLE_CSV] = ',', [TABLE_TSV] = '\t'};

/* The writing functions below return whether they succeeded. */

static bool put_csv_text(const char *text, FILE *stream)
{
    if (!strpbrk(text, ",\"\r\n"))
        return fputs(text, stream) != EOF;
    if (fputc('"', stream) == EOF)
        return false;
    for (const char *c = text; *c; c++) {
        if ((*c == '"' && fputc('"', stream) == EOF) || fputc(*c, stream) == EOF)
            return false;
    }
    return fputc('"', stream) != EOF;
}

static bool put_tsv_text(const char *text, FILE *stream)
{
    for (const char *c = text; *c; c++) {
        if (fputc(*c == '\t' ? ' ' : *c, stream) == EOF)
            return false;
    }
    return true;
}

/* Whether a spreadsheet would take the text for a formula, which may open addresses or programs. A mere sign, as in
 * compiler options, does no harm. */
static bool is_formula(const char *text)
{
    return *text == '=' || *text == '@' || ((*text == '+' || *text == '-') && strpbrk(text, "(|!"));
}

/* Makes a text safe for terminals and spreadsheets: the first byte of a formula, control characters except tabs, and
 * bytes that are not UTF-8 become \xNN; a cell has no newline (table_add). Nearly all cells need no change. */
static bool put_text(const char *text, enum table_format format, FILE *stream)
{
    static const char kept[] = "\t";
    const size_t room = size_multiply(strlen(text) + 1, sizeof "\\xNN" - 1);
    char few[256], *many = room > sizeof few ? memory_alloc(room, 1, NULL) : NULL, *safe = many ? many : few;
    if (room > sizeof few && !many)
        return false;
    /* There is room for every byte as \xNN. */
    const int first = is_formula(text) ? snprintf(safe, room, "\\x%02X", (unsigned int)*text) : 0;
    (void)utf8_escape(text + (first > 0), kept, safe + first, room - (size_t)first);
    const bool written = format == TABLE_CSV ? put_csv_text(safe, stream) : put_tsv_text(safe, stream);
    memory_free(many);
    return written;
}

static bool put_number(double number, FILE *stream)
{
    /* Whole numbers below this are exact in a double and have no more digits than a reader expects. What six digits
     * would make whole is written as that: one number has one text, even when it is read and written again. */
    const double whole_below = 1e15, six_digits = 999999.5;
    if (isnan(number))
        return true;
    const double size = fabs(number);
    const bool whole = !(number < trunc(number)) && !(number > trunc(number));
    if (rint(size) < whole_below && (whole || size >= six_digits))
        return fprintf(stream, "%.0f", number + 0.0) >= 0; /* + 0.0 turns -0 into 0 */
    return fprintf(stream, "%.6g", number) >= 0;
}

static bool put_cell(const struct table_column *column, union table_cell cell, enum table_format format, FILE *stream)
{
    if (column->unit)
        return put_number(cell.number, stream);
    return put_text(cell.text, format, stream);
}

/* What comes after a cell: a separator, or the end of the line. */
static bool put_end_of_cell(const struct table_kind *kind, size_t column, enum table_format format, FILE *stream)
{
    return fputc(column + 1 < kind->column_count ? SEPARATOR[format] : '\n', stream) != EOF;
}

enum status table_write(const struct table *table, enum table_format format, FILE *stream, struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    bool fault = fault_here(), written = !fault;
    for (size_t c = 0; c < kind->column_count && written; c++)
        written = fputs(kind->columns[c].name, stream) != EOF && put_end_of_cell(kind, c, format, stream);
    for (size_t row = 0; row < table_rows(table) && written; row++) {
        const union table_cell *cells = table_row(table, row);
        for (size_t c = 0; c < kind->column_count && written; c++)
            written = put_cell(&kind->columns[c], cells[c], format, stream) && put_end_of_cell(kind, c, format, stream);
    }
    if (written && fflush(stream) == 0)
        return STATUS_OK;
    char reason[ERROR_REASON_SIZE];
    return error_set(error, STATUS_FAILED, "table %s cannot be written: %s; check where the output goes", kind->name,
                     error_reason(fault ? ENOSPC : errno, reason));
}

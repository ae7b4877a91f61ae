/* lib/data/cell.h: the lines and cells of text files of numbers. Lines end with LF, CRLF or CR. Numbers are decimal
 * ("-.5", "+1.", "1E-3"): what the C library takes besides ("nan", hexadecimal numbers, a number and garbage) is none.
 */
#ifndef TENTH_DATA_CELL_H
#define TENTH_DATA_CELL_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text, not 0-terminated. */
struct cell {
    const char *begin;
    size_t length;
};

/* The next line of *next .. end without its end; moves *next behind it. False: there is none. */
bool cell_line(const char **next, const char *end, struct cell *line);

/* Without blanks and tabs around it. */
struct cell cell_trimmed(const char *begin, const char *end);

bool cell_is_decimal(struct cell cell);

/* Of a decimal cell that no digit, sign, point or letter follows; infinite if a float cannot hold it. */
float cell_number(struct cell cell);

/* A decimal number without a fraction. */
bool cell_is_whole(struct cell cell);

/* Empty, or one of the words for a value that is not there: ?, nan, na, null, none, -, . */
bool cell_is_missing(struct cell cell);

#endif

/* lib/data/series_text.h: series as lines of text, as programs write it. All such text is read here: lines end with LF,
 * CRLF or CR, a byte order mark is skipped, columns are separated by tabs, commas or blanks and may be quoted, and
 * numbers are decimal ("-.5", "+1.", "1E-3") and finite. */
#ifndef TENTH_DATA_SERIES_TEXT_H
#define TENTH_DATA_SERIES_TEXT_H

#include <stddef.h>

#include "core/error.h"
#include "data/dataset.h"

enum series_rule {
    SERIES_TO_TRAIN,  /* every line is a class from 1 to kind->classes and the values, as in the UCR archive */
    SERIES_TO_PREDICT /* every line is the values, or any class (a word, a whole number, nothing) and the values, the
                         same in all lines; semicolons may separate columns too; blank lines, lines that begin with # or
                         %, and a first line without a number (a header) are skipped. Labels are 0 */
};

/* Reads series of the kind's length; `count` bytes at `text`, and a 0 after them; `name` denotes the file in messages.
 * Labels are stored from 0. STATUS_DATA names NAME:LINE and what is wrong there, or the kind of a file that is not
 * text; also no series at all, or more than `limit`. One wrong line makes the file wrong. The caller frees with
 * items_free, also after a failure. */
enum status series_text_read(const char *text, size_t count, const char *name, const struct dataset_kind *kind,
                             enum series_rule rule, size_t limit, struct items *items, struct error *error);

#endif

/* lib/data/label.h: classes as files have them: words, or whole numbers from anywhere, negative ones too. */
#ifndef TENTH_DATA_LABEL_H
#define TENTH_DATA_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/texts.h"
#include "data/cell.h"

/* At most so many classes: a label is a byte. */
enum { LABEL_CLASSES_MAX = 256 };

/* The number of a class's text in `labels`, to which a new one is added unless they are `closed`. A number is written
 * in one way, whichever the file has (1, 1.0, 1e0). NAME and `where` (":LINE", or ": item I") begin a message.
 * STATUS_DATA: no text, a text unfit for tables, a number with a fraction, a new one where the classes are closed, or
 * too many of them. */
enum status label_number(struct cell cell, struct texts *labels, bool closed, const char *name, const char *where,
                         size_t *number, struct error *error);

/* The order of classes: numbers by their value, and before words, which go byte by byte. order [count]: order[k] is
 * the number of the text of class k. */
void label_order(const struct texts *labels, size_t *order);

#endif

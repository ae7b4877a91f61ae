/* lib/data/input.h: items to predict, from whatever file holds them. The kind of file is known by its first bytes: PNG,
 * PGM or PPM (one image), IDX (images), or else UCR text (series, whose class is read and not looked at); any of them
 * may be packed with gzip. */
#ifndef TENTH_DATA_INPUT_H
#define TENTH_DATA_INPUT_H

#include "core/error.h"
#include "data/dataset.h"

/* `path`, or standard input for "-". Items have the kind's shape, offset and scale; labels mean nothing. STATUS_DATA
 * names the file and what is wrong with it. Freed with items_free, also after a failure. */
enum status input_read(const char *path, const struct dataset_kind *kind, struct items *items, struct error *error);

/* The same for bytes in memory. */
enum status input_read_bytes(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                             struct items *items, struct error *error);

#endif

/* lib/data/input.h: items to predict, from any supported file. The first bytes tell the kind of file: PNG, PBM, PGM or
 * PPM (one image), IDX (images), or else text of series (series_text.h); any of them may be packed with gzip. */
#ifndef TENTH_DATA_INPUT_H
#define TENTH_DATA_INPUT_H

#include "core/error.h"
#include "data/dataset.h"

/* Whether the path means standard input: "-", or one of the system's names for it. */
bool input_is_standard(const char *path);

/* Reads `path`, or standard input from its current position for "-". Items have the kind's shape, offset and scale;
 * labels are 0. STATUS_DATA names the file, what it is or what is wrong with it, and what is wanted. Freed with
 * items_free, also after a failure. */
enum status input_read(const char *path, const struct dataset_kind *kind, struct items *items, struct error *error);

/* The same from bytes in memory. */
enum status input_read_bytes(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                             struct items *items, struct error *error);

#endif

/* lib/data/array_file.h: files of one array of numbers: IDX (the format of MNIST's files; idx.h reads the bytes of a
 * known shape alone) and NumPy's .npy, versions 1 to 3, in C order.
 *
 * Items are the array's first dimension; of each, the others mean
 *
 *   [length]                    a series
 *   [height][width]             a gray image
 *   [height][width][channels]   an image; with a width of 1, a series of several channels */
#ifndef TENTH_DATA_ARRAY_FILE_H
#define TENTH_DATA_ARRAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"
#include "data/dataset.h"
#include "io/source.h"

enum { ARRAY_RANK_MAX = 4 };

enum array_kind { ARRAY_UNSIGNED, ARRAY_SIGNED, ARRAY_FLOAT };

/* What a header says. */
struct array_file {
    enum array_kind kind;
    size_t bytes; /* of an element: 1, 2, 4 or 8; of a float: 4 or 8 */
    bool big_endian;
    size_t rank, size[ARRAY_RANK_MAX];
};

/* Whether the first bytes are those of such a file. */
bool array_is_idx(const uint8_t *bytes, size_t count);
bool array_is_npy(const uint8_t *bytes, size_t count);

/* Reads the header of either. STATUS_DATA names the file and what is wrong: not of this format, a type or an order that
 * is not read (with what to do in NumPy), no items or more than `limit`, more bytes than the file has. */
enum status array_header(struct source *source, bool npy, size_t limit, struct array_file *array, struct error *error);

/* The shape of an item; STATUS_DATA: the array has none (rank 1). */
enum status array_shape(const struct array_file *array, const char *name, struct shape *shape, struct error *error);

/* Reads the elements, to the end of the source, as items (bytes, or values for floats), whose labels are not set; a NaN
 * is a value like others. STATUS_DATA also for whole numbers of more than a byte, and infinite ones. Freed by
 * items_free, also after a failure. */
enum status array_items(struct source *source, const struct array_file *array, struct items *items,
                        struct error *error);

/* Reads an array of one dimension of whole numbers, to the end of the source: label [size[0]]. STATUS_DATA: another. */
enum status array_labels(struct source *source, const struct array_file *array, int64_t *label, struct error *error);

#endif

/* lib/data/idx.h: the IDX format of MNIST's files (described at LeCun's MNIST page).
 *
 * Big-endian: two zero bytes, the type of the elements (8: unsigned bytes, the only one read here), the number of
 * dimensions, each dimension in 32 bits, then the elements. */
#ifndef TENTH_DATA_IDX_H
#define TENTH_DATA_IDX_H

#include <stddef.h>

#include "core/error.h"
#include "data/dataset.h"
#include "io/source.h"

/* Reads images [count][height][width] (one channel) of the kind's size up to the end of the source, and allocates them
 * and their labels. STATUS_DATA: another format, another image size, no images or more than `limit`, too few bytes or
 * too many. The caller frees with items_free, also after a failure. */
enum status idx_read_images(struct source *source, const struct dataset_kind *kind, size_t limit, struct items *items,
                            struct error *error);

/* Reads items->count labels up to the end of the source. STATUS_DATA: another format or count, a label that is not
 * below `classes`, too few bytes or too many. */
enum status idx_read_labels(struct source *source, size_t classes, struct items *items, struct error *error);

#endif

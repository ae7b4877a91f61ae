/* lib/data/split.h: which items are trained on. A split depends only on (seed, counts), so a reload gives the same
 * items: the talk's program drew a new split at each start and so measured on items it had trained on. */
#ifndef TENTH_DATA_SPLIT_H
#define TENTH_DATA_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct split {
    uint32_t *train; /* [train_count] indices into the training file */
    uint32_t *validation;
    size_t train_count, validation_count;
};

/* Shuffles 0..count-1 by the seed; the first round(count * validation_fraction) items (at least 1, at most count - 1)
 * are validation, the rest training, of which the first train_items are kept if that is not 0. */
enum status split_make(size_t count, double validation_fraction, size_t train_items, uint64_t seed, struct split *split,
                       struct error *error);
/* The same where the last `validation` items of the file are the validation split, and the others are training: only
 * which train_items of these are kept depends on the seed. */
enum status split_fixed(size_t count, size_t validation, size_t train_items, uint64_t seed, struct split *split,
                        struct error *error);
void split_free(struct split *split);

/* `count` different indices below `total` in ascending order (all of them when count >= total or count == 0), drawn
 * evenly; the draw depends only on `total` and `count`. Returns how many in *chosen; NULL *indices on failure. The
 * caller frees with memory_free. */
enum status subset_make(size_t total, size_t count, uint32_t **indices, size_t *chosen, struct error *error);

#endif

/* lib/data/augment.h: random changes of training items that keep their label. Never applied to validation or test
 * items. */
#ifndef TENTH_DATA_AUGMENT_H
#define TENTH_DATA_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/shape.h"

struct augmentation {
    bool flip;    /* mirror left to right, probability 1/2 */
    size_t shift; /* up to this many pixels each way, uniform; `background` enters from outside */
    float background;
};

/* Changes x [batch][height][width][channels] in place. The draw of item i depends only on (seed, step, i). `scratch`
 * holds one item per thread, [threads][shape_size]. */
void augment_batch(struct augmentation augmentation, struct shape shape, size_t batch, uint64_t seed, uint64_t step,
                   float *x, float *scratch, int threads);

#endif

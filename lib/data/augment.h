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
    size_t shift; /* up to so many pixels each way, uniform; what enters from outside is `background` */
    float background;
};

/* Changes x [batch][height][width][channels] in place. The draw of item i depends on (seed, step, i) alone. `scratch`
 * has room for one item per thread, [threads][shape_size]. */
void augment_batch(struct augmentation augmentation, struct shape shape, size_t batch, uint64_t seed, uint64_t step,
                   float *x, float *scratch, int threads);

#endif

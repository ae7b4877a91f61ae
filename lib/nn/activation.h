/* lib/nn/activation.h: the registry of activation.def. The functions themselves are in the kernels that are compiled
 * per instruction set, in arrays of ACTIVATIONS by `index`: layer_kernels.h, sparse_kernels.h. */
#ifndef TENTH_NN_ACTIVATION_H
#define TENTH_NN_ACTIVATION_H

#include <stddef.h>

#include "core/error.h"

enum activation_index {
#define ACTIVATION(name, title, source, value, slope, exact, device) ACTIVATION_##name,
#include "nn/activation.def"
#undef ACTIVATION
    ACTIVATIONS
};

struct activation {
    const char *name; /* in architectures (nn/architecture.h) */
    const char *title, *source;
    const char *device; /* C99 expression of `float x` */
    enum activation_index index;
    float (*value)(float z); /* for single numbers, by the C library; loops use the kernels */
};

const struct activation *activations(size_t *count);                             /* static storage, [ACTIVATIONS] */
const struct activation *activation_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */

#endif

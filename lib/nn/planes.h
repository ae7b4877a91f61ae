/* lib/nn/planes.h: the memory layout of a convolution's input for sums over single weights.
 *
 * A channel is a plane [row phase][column phase][rows][pitch], zero padding included, where phase = position modulo
 * stride. Then the outputs of a filter, at the pitch of the input, read consecutive places for any one weight, and a
 * weight is just an offset and a value (nn/sparse_kernels.h). */
#ifndef TENTH_NN_PLANES_H
#define TENTH_NN_PLANES_H

#include <stddef.h>

#include "nn/conv_shape.h"

struct planes {
    size_t rows, pitch; /* of a phase */
    size_t size;        /* places of a channel, all phases */
};

struct planes planes_of(const struct conv_shape *shape);

/* The place of (row, column) of the padded input in its plane. */
size_t planes_position(const struct planes *planes, const struct conv_shape *shape, size_t row, size_t column);

#endif

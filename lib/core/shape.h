/* lib/core/shape.h: the shape of one item, shared by data and networks. */
#ifndef TENTH_CORE_SHAPE_H
#define TENTH_CORE_SHAPE_H

#include <stddef.h>

/* An image is [height][width][channels], channels last. A series of length n is [n][1][1]. */
struct shape {
    size_t height, width, channels;
};

static inline size_t shape_size(struct shape shape)
{
    return shape.height * shape.width * shape.channels;
}

#endif

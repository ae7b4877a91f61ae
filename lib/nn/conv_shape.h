/* lib/nn/conv_shape.h: the inputs and outputs of a convolution. */
#ifndef TENTH_NN_CONV_SHAPE_H
#define TENTH_NN_CONV_SHAPE_H

#include <stddef.h>

#include "core/shape.h"

struct conv_shape {
    size_t height_in, width_in, c_in;
    size_t height_out, width_out, c_out;
    size_t kernel_h, kernel_w;
    size_t stride_h, stride_w;
    size_t pad_top, pad_left; /* rows and columns of zeros before the input; as many as needed come after it */
};

/* Floats of an item's input and output. */
static inline size_t conv_size_in(const struct conv_shape *shape)
{
    return shape->height_in * shape->width_in * shape->c_in;
}

static inline size_t conv_size_out(const struct conv_shape *shape)
{
    return shape->height_out * shape->width_out * shape->c_out;
}

/* Rows and columns of a kernel, or of a stride. */
struct extent {
    size_t rows, columns;
};

/* As many columns as rows, but 1 on series (width 1). */
static inline struct extent extent_square(size_t size, struct shape input)
{
    return (struct extent){size, input.width == 1 ? 1 : size};
}

/* SAME padding as in nn/network.h. A kernel larger than its map has rows or columns of taps that read padding at every
 * position of the output: they have no effect, so they are not weights, and the shape's kernel excludes them. */
struct conv_shape conv_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride);

/* The same convolution with every tap of the kernel. */
struct conv_shape conv_whole_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride);

/* Without padding; the kernel must fit into the input. Inputs that fill no step at the end are not read. */
struct conv_shape conv_valid_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride);

/* The dense layer on maps [height][width][channels], as a convolution whose kernel covers them entirely. */
struct conv_shape conv_dense_shape(struct shape maps, size_t c_out);

#endif

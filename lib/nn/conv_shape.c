#include "nn/conv_shape.h"

#include "core/size.h"

/* TensorFlow's SAME along one dimension: returns the size of the output; *before receives the zeros in front. */
static size_t same_padding(size_t in, size_t kernel, size_t stride, size_t *before)
{
    size_t out = parts_of(in, stride);
    size_t covered = (out - 1) * stride + kernel;
    *before = covered > in ? (covered - in) / 2 : 0;
    return out;
}

/* All but the output and the padding. */
static struct conv_shape unpadded(struct shape input, size_t c_out, struct extent kernel, struct extent stride)
{
    return (struct conv_shape){
        .height_in = input.height,
        .width_in = input.width,
        .c_in = input.channels,
        .c_out = c_out,
        .kernel_h = kernel.rows,
        .kernel_w = kernel.columns,
        .stride_h = stride.rows,
        .stride_w = stride.columns,
    };
}

struct conv_shape conv_whole_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride)
{
    struct conv_shape shape = unpadded(input, c_out, kernel, stride);
    shape.height_out = same_padding(input.height, shape.kernel_h, shape.stride_h, &shape.pad_top);
    shape.width_out = same_padding(input.width, shape.kernel_w, shape.stride_w, &shape.pad_left);
    return shape;
}

struct conv_shape conv_valid_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride)
{
    struct conv_shape shape = unpadded(input, c_out, kernel, stride);
    shape.height_out = (input.height - kernel.rows) / stride.rows + 1;
    shape.width_out = (input.width - kernel.columns) / stride.columns + 1;
    return shape;
}

/* Removes from *kernel the taps that read padding at every one of `out` positions, and from *before the zeros for those
 * in front. At position o tap t reads input o stride + t - before; if out > 1, stride < in, so the taps that read input
 * at consecutive positions leave no gap, and all of them are a run. */
static void leave_out_dead_taps(size_t in, size_t stride, size_t out, size_t *kernel, size_t *before)
{
    size_t last = (out - 1) * stride; /* start of the last position, in padded coordinates */
    size_t first = *before > last ? *before - last : 0;
    size_t end = smaller(*kernel, *before + in);
    *kernel = end - first;
    *before -= first;
}

struct conv_shape conv_shape(struct shape input, size_t c_out, struct extent kernel, struct extent stride)
{
    struct conv_shape shape = conv_whole_shape(input, c_out, kernel, stride);
    leave_out_dead_taps(shape.height_in, shape.stride_h, shape.height_out, &shape.kernel_h, &shape.pad_top);
    leave_out_dead_taps(shape.width_in, shape.stride_w, shape.width_out, &shape.kernel_w, &shape.pad_left);
    return shape;
}

struct conv_shape conv_dense_shape(struct shape maps, size_t c_out)
{
    return (struct conv_shape){.height_in = maps.height,
                               .width_in = maps.width,
                               .c_in = maps.channels,
                               .height_out = 1,
                               .width_out = 1,
                               .c_out = c_out,
                               .kernel_h = maps.height,
                               .kernel_w = maps.width,
                               .stride_h = 1,
                               .stride_w = 1};
}

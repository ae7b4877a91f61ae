#include "nn/planes.h"

#include "core/size.h"

struct planes planes_of(const struct conv_shape *s)
{
    /* The last rows and columns of an input may not be read by any output. */
    size_t height = larger((s->height_out - 1) * s->stride_h + s->kernel_h, s->pad_top + s->height_in);
    size_t width = larger((s->width_out - 1) * s->stride_w + s->kernel_w, s->pad_left + s->width_in);
    struct planes planes = {.rows = parts_of(height, s->stride_h), .pitch = parts_of(width, s->stride_w)};
    planes.size = s->stride_h * s->stride_w * planes.rows * planes.pitch;
    return planes;
}

size_t planes_position(const struct planes *planes, const struct conv_shape *s, size_t row, size_t column)
{
    size_t phase = row % s->stride_h * s->stride_w + column % s->stride_w;
    return (phase * planes->rows + row / s->stride_h) * planes->pitch + column / s->stride_w;
}

#include "nn/winograd_few.h"

#include "compute/isa.h"
#include "core/size.h"

ISA_CHOICE(winograd_few_kernels)

size_t winograd_few_lanes(const struct winograd_shape *s)
{
    return round_up(s->tiles_h * s->tiles_w * s->rows, WINOGRAD_BLOCK);
}

size_t winograd_few_items(const struct winograd_shape *s)
{
    enum { BLOCK_FLOATS = 1 << 16 }; /* target size of dM: a quarter of a MiB, well inside the L2 cache */
    return larger(1, BLOCK_FLOATS / (s->points * s->tiles_h * s->tiles_w * WINOGRAD_BLOCK));
}

size_t winograd_few_dm_stride(const struct winograd_shape *s)
{
    return (winograd_few_items(s) * s->tiles_h * s->tiles_w | 1) * WINOGRAD_BLOCK;
}

#include "nn/winograd.h"

#include "compute/isa.h"
#include "core/size.h"

ISA_CHOICE(winograd_kernels)

static const struct {
    int planar;
    size_t tile;
} filterings[WINOGRAD_FILTERINGS] = {
    [WINOGRAD_IMAGES_4] = {1, 4}, [WINOGRAD_IMAGES_7] = {1, 7}, [WINOGRAD_IMAGES_8] = {1, 8},
    [WINOGRAD_SERIES_4] = {0, 4}, [WINOGRAD_SERIES_6] = {0, 6},
};

/* Whether each phase of a stride has 3 taps or, the last one, 2. */
static int fits(size_t kernel, size_t stride)
{
    return stride <= 2 && kernel <= WINOGRAD_TAPS * stride && kernel + stride > WINOGRAD_TAPS * stride;
}

int winograd_is_of_images(const struct conv_shape *conv)
{
    return conv->stride_h == conv->stride_w && fits(conv->kernel_h, conv->stride_h) &&
           fits(conv->kernel_w, conv->stride_w);
}

int winograd_is_of_series(const struct conv_shape *conv)
{
    return conv->width_in == 1 && conv->kernel_w == 1 && fits(conv->kernel_h, conv->stride_h);
}

struct winograd_shape winograd_shape(const struct conv_shape *conv, enum winograd_filtering filtering)
{
    const int planar = filterings[filtering].planar;
    const size_t tile = filterings[filtering].tile, points = tile + WINOGRAD_TAPS - 1;
    return (struct winograd_shape){
        .conv = *conv,
        .filtering = filtering,
        .tiles_h = parts_of(conv->height_out, tile),
        .tiles_w = planar ? parts_of(conv->width_out, tile) : 1,
        .points = planar ? points * points : points,
        .stride = conv->stride_h,
        .rows = (planar ? conv->stride_h : 1) * conv->stride_h * conv->c_in,
    };
}

int winograd_pays(const struct conv_shape *conv)
{
    const struct winograd_shape shape =
        winograd_shape(conv, conv->kernel_w > 1 ? WINOGRAD_IMAGES_4 : WINOGRAD_SERIES_4);
    const size_t needed = shape.points * shape.tiles_h * shape.tiles_w * shape.rows;
    return 3 * needed <= 2 * conv->kernel_h * conv->kernel_w * conv->c_in * conv->height_out * conv->width_out;
}

/* A batch's cost, in products of a tile with U at one point. U's transforms, and the memory bandwidth for U and dU,
 * count as WEIGHT_TILES tiles: with 64 to 200 filters, tiles of 8 outputs broke even at about 40 items, tiles of 7 at
 * 20. In evaluation one U serves many batches. */
enum { WEIGHT_TILES = 28 };

static size_t cost(const struct conv_shape *conv, size_t batch, enum winograd_filtering filtering)
{
    const struct winograd_shape shape = winograd_shape(conv, filtering);
    const size_t tiles = shape.tiles_h * shape.tiles_w;
    return shape.points * (batch > 0 ? batch * tiles + WEIGHT_TILES : tiles);
}

enum winograd_filtering winograd_choice(const struct conv_shape *conv, size_t batch, int bf16)
{
    const int planar = conv->kernel_w > 1;
    enum winograd_filtering choice = planar ? WINOGRAD_IMAGES_4 : WINOGRAD_SERIES_4;
    for (enum winograd_filtering f = 0; f < WINOGRAD_FILTERINGS && !bf16; f++)
        if (filterings[f].planar == planar && cost(conv, batch, f) < cost(conv, batch, choice))
            choice = f;
    return choice;
}

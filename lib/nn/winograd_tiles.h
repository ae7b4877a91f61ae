/* lib/nn/winograd_tiles.h: what the bodies of Winograd's transforms share: vectors of channels, the place of a tile,
 * and the columns of weights and outputs. Private to winograd_body.c and winograd_few_body.c. */
#ifndef TENTH_NN_WINOGRAD_TILES_H
#define TENTH_NN_WINOGRAD_TILES_H

#include "core/size.h"
#include "compute/vector_math.h"
#include "compute/vectors.h"
#include "nn/winograd.h"

#define UNROLL _Pragma("GCC unroll 10")

#include "nn/winograd_points.h"

/* Points or outputs across, for series and images. */
INLINE int across(const int planar, const int count)
{
    return planar ? count : 1;
}

/* ---- weights ---- */

/* The weights of a row of U: the start of its taps, floats between them, and how many there are. */
struct taps {
    size_t offset, step_h, step_w;
    int rows, columns;
};

/* Row and column of a phase. */
struct corner {
    size_t row, column;
};

INLINE struct corner corner_of(const struct winograd_shape *s, size_t phase, const int planar)
{
    return planar ? (struct corner){phase / s->stride, phase % s->stride} : (struct corner){phase, 0};
}

/* row = phase c_in + channel; taps are a stride apart */
INLINE struct taps taps_of(const struct winograd_shape *s, size_t row, const int planar)
{
    const struct conv_shape *c = &s->conv;
    const size_t channel = row % c->c_in, step = s->stride * c->c_in * c->c_out;
    const struct corner at = corner_of(s, row / c->c_in, planar);
    return (struct taps){.offset = ((at.row * c->kernel_w + at.column) * c->c_in + channel) * c->c_out,
                         .step_h = step * c->kernel_w,
                         .step_w = step,
                         .rows = (int)parts_of(c->kernel_h - at.row, s->stride),
                         .columns = planar ? (int)parts_of(c->kernel_w - at.column, s->stride) : 1};
}

/* Whether none is missing; `whole` below is this, as a constant where it is 1. */
INLINE int are_whole(const struct taps *taps, const int planar)
{
    return taps->rows == TAPS && taps->columns == across(planar, TAPS);
}

/* How many taps column b has. */
INLINE int taps_down(const struct taps *taps, const int whole, int b)
{
    if (whole)
        return TAPS;
    return b < taps->columns ? taps->rows : 0;
}

/* Column b; from, to: at the first column and the channel */
INLINE void filter_column(const struct points *p, const struct taps *taps, const int whole, int b, const float *from,
                          vec *half, const int planar)
{
    const int count = taps_down(taps, whole, b);
    vec column[TAPS];
    UNROLL for (int a = 0; a < TAPS; a++) column[a] =
        a < count ? load(from + (size_t)b * taps->step_w + (size_t)a * taps->step_h) : (vec){0};
    filter_points(p, column, half + b, across(planar, TAPS));
}

INLINE void filter_column_adjoint(const struct points *p, const struct taps *taps, const int whole, int b,
                                  const vec *half, float *to, const int planar)
{
    const int count = taps_down(taps, whole, b);
    vec column[TAPS];
    filter_points_adjoint(p, half + b, across(planar, TAPS), column);
    UNROLL for (int a = 0; a < TAPS; a++)
    {
        if (a < count)
            store(to + (size_t)b * taps->step_w + (size_t)a * taps->step_h, column[a]);
    }
}

/* ---- outputs ---- */

/* The place of a tile's outputs in an item: the first one, and how many rows and columns are inside. */
struct place {
    size_t offset;
    int rows, columns;
};

INLINE struct place place_of(const struct winograd_shape *s, const struct points *p, const int planar, size_t tile)
{
    const struct conv_shape *c = &s->conv;
    const size_t size = (size_t)tile_of(p);
    const size_t top = tile / s->tiles_w * size, left = planar ? tile % s->tiles_w * size : 0;
    const size_t rows = c->height_out - top, columns = c->width_out - left;
    return (struct place){(top * c->width_out + left) * c->c_out, (int)smaller(rows, size),
                          (int)smaller(columns, size)};
}

/* z becomes its activation, a constant where this is inlined; so below. */
INLINE void activate(const enum activation_index activation, size_t count, float *values)
{
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    if (activation == ACTIVATION_##name) {                                                                             \
        _Pragma("omp simd") for (size_t k = 0; k < count; k++)                                                         \
        {                                                                                                              \
            const float z = values[k];                                                                                 \
            values[k] = value;                                                                                         \
        }                                                                                                              \
    }
#include "nn/activation.def"
#undef ACTIVATION
}

/* to = dy times the slope where the value is y; `to` may be dy. */
INLINE void multiply_slopes(const enum activation_index activation, size_t count, const float *values, const float *dy,
                            float *to)
{
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    if (activation == ACTIVATION_##name) {                                                                             \
        _Pragma("omp simd") for (size_t k = 0; k < count; k++)                                                         \
        {                                                                                                              \
            const float y = values[k];                                                                                 \
            to[k] = dy[k] * (slope);                                                                                   \
        }                                                                                                              \
    }
#include "nn/activation.def"
#undef ACTIVATION
}

/* y at the tile's channel: the activation of outputs + bias of those inside, from `half` [points][tile or 1]. Those
 * outside are computed but not stored, so that the activation is one loop. */
INLINE void output_tile(const struct winograd_shape *s, const struct points *p, const int planar,
                        const enum activation_index activation, const vec *half, vec bias, struct place place, float *y)
{
    const int tile = tile_of(p), tile_w = across(planar, tile);
    const size_t c_out = s->conv.c_out;
    float z[TILE_MAX * TILE_MAX * LANES] __attribute__((aligned(64)));
    for (int j = 0; j < tile_w; j++) {
        vec column[TILE_MAX];
        output_points(p, half + j, tile_w, column, 1);
        UNROLL for (int i = 0; i < tile; i++) store(z + (i * tile_w + j) * LANES, column[i] + bias);
    }
    activate(activation, (size_t)tile * (size_t)tile_w * LANES, z);
    y += place.offset;
    for (int i = 0; i < tile && i < place.rows; i++, y += s->conv.width_out * c_out)
        for (int j = 0; j < tile_w && j < place.columns; j++)
            store(y + (size_t)j * c_out, load(z + (i * tile_w + j) * LANES));
}

#endif

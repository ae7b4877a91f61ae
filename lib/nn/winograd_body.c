/* One build of the transforms in nn/winograd.h; compiled once per instruction set (compute/isa.h).
 *
 * Channels are the lanes of GCC's vector type. If they are not a multiple of the lanes, the last vector starts earlier
 * and overlaps the one before it, which repeats some work but needs no tail. Each transform is written once, for all
 * points and for `planar` 0 and 1; it is inlined with those constants, so its loops unroll and its arrays live in
 * registers. In two dimensions it does columns first, then rows, or their adjoints. */
#include "nn/winograd.h"

#include <string.h>

#include "compute/isa.h"
#include "nn/winograd_tiles.h"

/* Calls for each column or row. With few points a whole tile fits into registers if all calls are unrolled (8 % of a
 * step); with more it does not. */
#define FOR_EACH(points, index, count, call)                                                                           \
    if ((points)->pairs == 2) {                                                                                        \
        UNROLL for (int index = 0; index < (count); index++) call;                                                     \
    } else {                                                                                                           \
        for (int index = 0; index < (count); index++)                                                                  \
            call;                                                                                                      \
    }

/* The points' matrices are 36 to 100 streams, more than a processor prefetches on its own: this fetches AHEAD floats
 * ahead in each. (Training steps took 2 % less; 64 and 128 did no better.) */
enum { AHEAD = 32 };

INLINE vec load_point(const float *from)
{
    __builtin_prefetch(from + AHEAD, 0);
    return load(from);
}

INLINE void store_point(float *to, vec value)
{
    __builtin_prefetch(to + AHEAD, 1);
    store(to, value);
}

/* The start of the next vector of channels: `step` further, but not past the end. */
INLINE size_t next_channel(size_t channel, size_t channels)
{
    size_t next = channel + LANES;
    return next < channels && next + LANES > channels ? channels - LANES : next;
}

/* A row of points, at point (i, 0). */
INLINE void load_row(const struct points *p, const float *at, size_t stride, const int planar, vec *row)
{
    UNROLL for (int j = 0; j < across(planar, point_count(p)); j++) row[j] = load_point(at + (size_t)j * stride);
}

INLINE void store_row(const struct points *p, const vec *row, float *at, size_t stride, const int planar)
{
    UNROLL for (int j = 0; j < across(planar, point_count(p)); j++) store_point(at + (size_t)j * stride, row[j]);
}

/* Floats from a row of points to the next. */
INLINE size_t row_stride(const struct points *p, size_t stride, const int planar)
{
    return stride * (size_t)across(planar, point_count(p));
}

/* ---- weights ---- */

INLINE void filter_row(const struct points *p, const vec *half, float *u, size_t stride, const int planar)
{
    vec row[POINTS_MAX] = {half[0]};
    if (planar)
        filter_points(p, half, row, 1);
    store_row(p, row, u, stride, planar);
}

INLINE void filter_all(const struct winograd_shape *s, const struct points *p, const int planar, const float *weight,
                       size_t first, size_t count, float *u, size_t stride)
{
    const size_t c_out = s->conv.c_out;
    const int taps_w = across(planar, TAPS);
    for (size_t row = first; row < first + count; row++, u += c_out) {
        const struct taps taps = taps_of(s, row, planar);
        for (size_t o = 0; o < c_out; o = next_channel(o, c_out)) {
            const float *from = weight + taps.offset + o;
            vec half[POINTS_MAX * TAPS];
            if (are_whole(&taps, planar)) {
                FOR_EACH(p, b, taps_w, filter_column(p, &taps, 1, b, from, half, planar))
            } else {
                FOR_EACH(p, b, taps_w, filter_column(p, &taps, 0, b, from, half, planar))
            }
            FOR_EACH(
                p, i, point_count(p),
                filter_row(p, half + i * taps_w, u + o + (size_t)i * row_stride(p, stride, planar), stride, planar))
        }
    }
}

INLINE void filter_row_adjoint(const struct points *p, const float *du, size_t stride, vec *half, const int planar)
{
    vec row[POINTS_MAX];
    load_row(p, du, stride, planar, row);
    if (planar)
        filter_points_adjoint(p, row, 1, half);
    else
        half[0] = row[0];
}

INLINE void filter_adjoint_all(const struct winograd_shape *s, const struct points *p, const int planar,
                               const float *du, size_t stride, size_t first, size_t count, float *d_weight)
{
    const size_t c_out = s->conv.c_out;
    const int taps_w = across(planar, TAPS);
    for (size_t row = first; row < first + count; row++, du += c_out) {
        const struct taps taps = taps_of(s, row, planar);
        for (size_t o = 0; o < c_out; o = next_channel(o, c_out)) {
            float *to = d_weight + taps.offset + o;
            vec half[POINTS_MAX * TAPS];
            FOR_EACH(p, i, point_count(p),
                     filter_row_adjoint(p, du + o + (size_t)i * row_stride(p, stride, planar), stride,
                                        half + i * taps_w, planar))
            if (are_whole(&taps, planar)) {
                FOR_EACH(p, b, taps_w, filter_column_adjoint(p, &taps, 1, b, half, to, planar))
            } else {
                FOR_EACH(p, b, taps_w, filter_column_adjoint(p, &taps, 0, b, half, to, planar))
            }
        }
    }
}

/* ---- inputs ---- */

/* Fills offset [points][points or 1] with the places of a tile's pixels of a phase in an item, -1 for padding. */
INLINE void patch_offsets(const struct winograd_shape *s, const struct points *p, const int planar, size_t tile,
                          size_t phase, ptrdiff_t *offset)
{
    const struct conv_shape *c = &s->conv;
    const int n = point_count(p), points_w = across(planar, n);
    const size_t stride = s->stride, step = stride * (size_t)tile_of(p);
    const struct corner at = corner_of(s, phase, planar);
    const size_t left = planar ? tile % s->tiles_w * step + at.column : c->pad_left;
    for (int i = 0; i < n; i++) {
        /* What lies before the first is beyond the last as well, since size_t wraps around. */
        const size_t h = tile / s->tiles_w * step + at.row + (size_t)i * stride - c->pad_top;
        for (int j = 0; j < points_w; j++) {
            const size_t w = left + (size_t)j * stride - c->pad_left;
            const int inside = h < c->height_in && w < c->width_in;
            offset[i * points_w + j] = inside ? (ptrdiff_t)((h * c->width_in + w) * c->c_in) : -1;
        }
    }
}

/* pixel: of the first row, in the column */
INLINE void input_column(const struct points *p, const float *const *pixel, size_t channel, vec *half, const int planar)
{
    const int n = point_count(p);
    vec column[POINTS_MAX] = {{0}};
    UNROLL for (int i = 0; i < n; i++) column[i] = load(pixel[i * across(planar, n)] + channel);
    input_points(p, column, half, across(planar, n));
}

INLINE void input_row(const struct points *p, const vec *half, float *v, size_t stride, const int planar)
{
    vec row[POINTS_MAX] = {half[0]};
    if (planar)
        input_points(p, half, row, 1);
    store_row(p, row, v, stride, planar);
}

INLINE void input_all(const struct winograd_shape *s, const struct points *p, const int planar, const float *x,
                      const float *zeros, float *v, size_t stride)
{
    const int n = point_count(p), points_w = across(planar, n);
    const size_t c_in = s->conv.c_in, phases = s->rows / c_in;
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++)
        for (size_t phase = 0; phase < phases; phase++, v += c_in) {
            ptrdiff_t offset[POINTS_MAX * POINTS_MAX];
            const float *pixel[POINTS_MAX * POINTS_MAX];
            patch_offsets(s, p, planar, tile, phase, offset);
            for (int i = 0; i < n * points_w; i++)
                pixel[i] = offset[i] < 0 ? zeros : x + offset[i];
            for (size_t c = 0; c < c_in; c = next_channel(c, c_in)) {
                vec half[POINTS_MAX * POINTS_MAX];
                FOR_EACH(p, j, points_w, input_column(p, pixel + j, c, half + j, planar))
                FOR_EACH(p, i, n,
                         input_row(p, half + i * points_w, v + c + (size_t)i * row_stride(p, stride, planar), stride,
                                   planar))
            }
        }
}

/* Adds a vector of channels that may overlap the one before: the first `done` lanes have been added already. */
INLINE void add_lanes(float *to, vec value, size_t done)
{
    if (done == 0) {
        store(to, load(to) + value);
        return;
    }
    float lanes[LANES];
    store(lanes, value);
    for (size_t lane = done; lane < LANES; lane++)
        to[lane] += lanes[lane];
}

INLINE void input_row_adjoint(const struct points *p, const float *dv, size_t stride, vec *half, const int planar)
{
    vec row[POINTS_MAX];
    load_row(p, dv, stride, planar, row);
    if (planar)
        input_points_adjoint(p, row, half, 1);
    else
        half[0] = row[0];
}

/* offset: of the first row, in the column; dx: at the channel */
INLINE void input_column_adjoint(const struct points *p, const vec *half, const ptrdiff_t *offset, float *dx,
                                 size_t done, const int planar)
{
    const int n = point_count(p);
    vec in[POINTS_MAX], column[POINTS_MAX];
    UNROLL for (int i = 0; i < n; i++) in[i] = half[i * across(planar, n)];
    input_points_adjoint(p, in, column, 1);
    UNROLL for (int i = 0; i < n; i++)
    {
        const ptrdiff_t to = offset[i * across(planar, n)];
        if (to >= 0)
            add_lanes(dx + to, column[i], done);
    }
}

INLINE void input_adjoint_all(const struct winograd_shape *s, const struct points *p, const int planar, const float *dv,
                              size_t stride, float *dx)
{
    const struct conv_shape *conv = &s->conv;
    const int n = point_count(p), points_w = across(planar, n);
    const size_t c_in = conv->c_in, phases = s->rows / c_in;
    memset(dx, 0, conv_size_in(conv) * sizeof *dx);
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++)
        for (size_t phase = 0; phase < phases; phase++, dv += c_in) {
            ptrdiff_t offset[POINTS_MAX * POINTS_MAX];
            patch_offsets(s, p, planar, tile, phase, offset);
            for (size_t c = 0, end = 0; c < c_in; end = c + LANES, c = next_channel(c, c_in)) {
                vec half[POINTS_MAX * POINTS_MAX];
                FOR_EACH(p, i, n,
                         input_row_adjoint(p, dv + c + (size_t)i * row_stride(p, stride, planar), stride,
                                           half + i * points_w, planar))
                FOR_EACH(p, j, points_w,
                         input_column_adjoint(p, half + j, offset + j, dx + c, end > c ? end - c : 0, planar))
            }
        }
}

/* ---- outputs ---- */

INLINE void output_row(const struct points *p, const float *m, size_t stride, vec *half, const int planar)
{
    vec row[POINTS_MAX];
    load_row(p, m, stride, planar, row);
    if (planar)
        output_points(p, row, 1, half, 1);
    else
        half[0] = row[0];
}

INLINE void output_activated(const struct winograd_shape *s, const struct points *p, const int planar,
                             const enum activation_index activation, const float *m, size_t stride, const float *bias,
                             float *y)
{
    const size_t c_out = s->conv.c_out;
    const int tile_w = across(planar, tile_of(p));
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++, m += c_out) {
        const struct place place = place_of(s, p, planar, tile);
        for (size_t c = 0; c < c_out; c = next_channel(c, c_out)) {
            vec half[POINTS_MAX * TILE_MAX];
            FOR_EACH(
                p, i, point_count(p),
                output_row(p, m + c + (size_t)i * row_stride(p, stride, planar), stride, half + i * tile_w, planar))
            output_tile(s, p, planar, activation, half, load(bias + c), place, y + c);
        }
    }
}

INLINE void output_all(const struct winograd_shape *s, const struct points *p, const int planar, const float *m,
                       size_t stride, const float *bias, float *y)
{
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    if (s->activation == ACTIVATION_##name)                                                                            \
        output_activated(s, p, planar, ACTIVATION_##name, m, stride, bias, y);
#include "nn/activation.def"
#undef ACTIVATION
}

/* dz: of the tile's first row, in the column, at the channel; there are `rows` of them, the others are 0 */
INLINE void output_column_adjoint(const struct points *p, const float *dz, size_t row, int rows, vec *half,
                                  const int planar)
{
    vec column[TILE_MAX] = {{0}};
    UNROLL for (int i = 0; i < tile_of(p); i++) column[i] = i < rows ? load(dz + (size_t)i * row) : (vec){0};
    output_points_adjoint(p, column, half, across(planar, tile_of(p)));
}

INLINE void output_row_adjoint(const struct points *p, const vec *half, float *dm, size_t stride, const int planar)
{
    vec row[POINTS_MAX] = {half[0]};
    if (planar)
        output_points_adjoint(p, half, row, 1);
    store_row(p, row, dm, stride, planar);
}

INLINE void output_adjoint_all(const struct winograd_shape *s, const struct points *p, const int planar,
                               const float *dz, float *dm, size_t stride)
{
    const size_t c_out = s->conv.c_out, row = s->conv.width_out * c_out;
    const int tile_w = across(planar, tile_of(p));
    for (size_t index = 0; index < s->tiles_h * s->tiles_w; index++, dm += c_out) {
        const struct place place = place_of(s, p, planar, index);
        const float *from = dz + place.offset;
        for (size_t c = 0; c < c_out; c = next_channel(c, c_out)) {
            vec half[POINTS_MAX * TILE_MAX];
            FOR_EACH(p, j, tile_w,
                     output_column_adjoint(p, from + (size_t)j * c_out + c, row, j < place.columns ? place.rows : 0,
                                           half + j, planar))
            FOR_EACH(p, i, point_count(p),
                     output_row_adjoint(p, half + i * tile_w, dm + c + (size_t)i * row_stride(p, stride, planar),
                                        stride, planar))
        }
    }
}

/* ---- the table: each transform of each filtering ---- */

#define TRANSFORMS(name, points, planar)                                                                               \
    static void filter_##name(const struct winograd_shape *s, const float *weight, size_t first, size_t count,         \
                              float *u, size_t stride)                                                                 \
    {                                                                                                                  \
        filter_all(s, points, planar, weight, first, count, u, stride);                                                \
    }                                                                                                                  \
    static void filter_adjoint_##name(const struct winograd_shape *s, const float *du, size_t stride, size_t first,    \
                                      size_t count, float *d_weight)                                                   \
    {                                                                                                                  \
        filter_adjoint_all(s, points, planar, du, stride, first, count, d_weight);                                     \
    }                                                                                                                  \
    static void input_##name(const struct winograd_shape *s, const float *x, const float *zeros, float *v,             \
                             size_t stride)                                                                            \
    {                                                                                                                  \
        input_all(s, points, planar, x, zeros, v, stride);                                                             \
    }                                                                                                                  \
    static void input_adjoint_##name(const struct winograd_shape *s, const float *dv, size_t stride, float *dx)        \
    {                                                                                                                  \
        input_adjoint_all(s, points, planar, dv, stride, dx);                                                          \
    }                                                                                                                  \
    static void output_##name(const struct winograd_shape *s, const float *m, size_t stride, const float *bias,        \
                              float *y)                                                                                \
    {                                                                                                                  \
        output_all(s, points, planar, m, stride, bias, y);                                                             \
    }                                                                                                                  \
    static void output_adjoint_##name(const struct winograd_shape *s, const float *dz, float *dm, size_t stride)       \
    {                                                                                                                  \
        output_adjoint_all(s, points, planar, dz, dm, stride);                                                         \
    }

TRANSFORMS(images_4, &points_4, 1)
TRANSFORMS(images_7, &points_7, 1)
TRANSFORMS(images_8, &points_8, 1)
TRANSFORMS(series_4, &points_4, 0)
TRANSFORMS(series_6, &points_6, 0)

#define ROW(name)                                                                                                      \
    {                                                                                                                  \
        .filter = filter_##name, .filter_adjoint = filter_adjoint_##name, .input = input_##name,                       \
        .input_adjoint = input_adjoint_##name, .output = output_##name, .output_adjoint = output_adjoint_##name        \
    }

extern const struct winograd_kernels ISA_NAME(winograd_kernels);
const struct winograd_kernels ISA_NAME(winograd_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .transforms =
        {
            [WINOGRAD_IMAGES_4] = ROW(images_4),
            [WINOGRAD_IMAGES_7] = ROW(images_7),
            [WINOGRAD_IMAGES_8] = ROW(images_8),
            [WINOGRAD_SERIES_4] = ROW(series_4),
            [WINOGRAD_SERIES_6] = ROW(series_6),
        },
};

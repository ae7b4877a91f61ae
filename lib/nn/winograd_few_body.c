/* One build of the transforms in nn/winograd_few.h; compiled once per instruction set (compute/isa.h).
 *
 * Written for all points and inlined with constants, as in winograd_body.c. A block of channels is VECTORS vectors. */
#include "nn/winograd_few.h"

#include <string.h>

#include "compute/isa.h"
#include "core/size.h"
#include "nn/winograd_tiles.h"

enum {
    BLOCK = WINOGRAD_BLOCK,
    VECTORS = BLOCK / LANES,
    /* Tiles of an item that share each row of U while it is in the L1 cache, and those that share it in registers: sums
     * of two rows of points fit if there are 32 registers. */
    TILES_OF_ROW = 4,
    TILES_AT_ONCE = LANES == 16 ? 2 : 1,
    ROWS_AT_ONCE = 4 /* of dU; there are 4 c_in */
};

/* ---- weights: U of a block is [VECTORS][point down][row][point across][LANES] ---- */

INLINE float *u_row(const struct points *p, float *u, size_t rows, int vector, int i, size_t row)
{
    const size_t n = (size_t)point_count(p);
    return u + (((size_t)vector * n + (size_t)i) * rows + row) * n * LANES;
}

INLINE void filter_block(const struct winograd_shape *s, const struct points *p, const float *weight, size_t block,
                         float *u)
{
    const int n = point_count(p);
    const size_t channel = winograd_few_channel(block, s->conv.c_out);
    for (size_t row = 0; row < s->rows; row++) {
        const struct taps taps = taps_of(s, row, 1);
        for (int vector = 0; vector < VECTORS; vector++) {
            const float *from = weight + taps.offset + channel + vector * LANES;
            vec half[POINTS_MAX * TAPS];
            for (int b = 0; b < TAPS; b++)
                filter_column(p, &taps, 0, b, from, half, 1);
            for (int i = 0; i < n; i++) {
                vec points[POINTS_MAX];
                filter_points(p, half + i * TAPS, points, 1);
                float *to = u_row(p, u, s->rows, vector, i, row);
                UNROLL for (int j = 0; j < n; j++) store(to + j * LANES, points[j]);
            }
        }
    }
}

/* du -> d_weight [kernel_h kernel_w c_in][BLOCK] */
INLINE void filter_adjoint_block(const struct winograd_shape *s, const struct points *p, float *du, float *d_weight)
{
    const int n = point_count(p);
    struct winograd_shape block = *s; /* as if there were no other channels */
    block.conv.c_out = BLOCK;
    for (size_t row = 0; row < s->rows; row++) {
        const struct taps taps = taps_of(&block, row, 1);
        for (int vector = 0; vector < VECTORS; vector++) {
            float *to = d_weight + taps.offset + vector * LANES;
            vec half[POINTS_MAX * TAPS];
            for (int i = 0; i < n; i++) {
                const float *from = u_row(p, du, s->rows, vector, i, row);
                vec points[POINTS_MAX];
                UNROLL for (int j = 0; j < n; j++) points[j] = load(from + j * LANES);
                filter_points_adjoint(p, points, 1, half + i * TAPS);
            }
            for (int b = 0; b < TAPS; b++)
                filter_column_adjoint(p, &taps, 0, b, half, to, 1);
        }
    }
}

/* ---- inputs: lanes are tiles, phases and channels ---- */

/* One lane's patch, whose pixels are two apart in both directions: rows and columns first .. end - 1 lie inside the
 * item, the first of them at `offset`. */
struct window {
    size_t first_h, end_h, first_w, end_w, offset;
};

/* Which of `count` pixels, two apart, lie inside the input; start: the first one's padded coordinate. */
INLINE void clip(size_t start, size_t pad, size_t in, size_t count, size_t *first, size_t *end)
{
    *first = smaller(count, start < pad ? (pad - start + 1) / 2 : 0);
    *end = larger(*first, smaller(count, start < pad + in ? (pad + in - start + 1) / 2 : 0));
}

INLINE struct window window_of(const struct winograd_shape *s, const struct points *p, size_t lane)
{
    const struct conv_shape *c = &s->conv;
    const size_t n = (size_t)point_count(p), step = 2 * (size_t)tile_of(p);
    const size_t tile = lane / s->rows, phase = lane % s->rows / c->c_in, channel = lane % c->c_in;
    const size_t top = tile / s->tiles_w * step + phase / 2, left = tile % s->tiles_w * step + phase % 2;
    struct window w;
    clip(top, c->pad_top, c->height_in, n, &w.first_h, &w.end_h);
    clip(left, c->pad_left, c->width_in, n, &w.first_w, &w.end_w);
    const size_t h = top + 2 * w.first_h - c->pad_top, column = left + 2 * w.first_w - c->pad_left;
    w.offset = (h * c->width_in + column) * c->c_in + channel;
    return w;
}

/* patch [points][lane] */
INLINE void fill_lane(const struct winograd_shape *s, const struct points *p, const float *x, size_t lane, float *patch)
{
    const struct window w = window_of(s, p, lane);
    const size_t n = (size_t)point_count(p), right = 2 * s->conv.c_in, down = right * s->conv.width_in;
    for (size_t i = w.first_h; i < w.end_h; i++) {
        const float *from = x + w.offset + (i - w.first_h) * down;
        float *to = patch + i * n * LANES;
        for (size_t j = w.first_w; j < w.end_w; j++, from += right)
            to[j * LANES] = *from;
    }
}

INLINE void input_lanes(const struct winograd_shape *s, const struct points *p, const float *x, float *v)
{
    const int n = point_count(p);
    const size_t lanes = s->tiles_h * s->tiles_w * s->rows, stride = winograd_few_lanes(s);
    for (size_t first = 0; first < stride; first += LANES, v += LANES) {
        vec half[POINTS_MAX * POINTS_MAX];
        float patch[POINTS_MAX * POINTS_MAX * LANES] __attribute__((aligned(64)));
        memset(patch, 0, (size_t)(n * n) * LANES * sizeof *patch);
        for (size_t lane = first; lane < smaller(lanes, first + LANES); lane++)
            fill_lane(s, p, x, lane, patch + lane - first);
        for (int j = 0; j < n; j++) {
            vec column[POINTS_MAX] = {{0}};
            UNROLL for (int i = 0; i < n; i++) column[i] = load(patch + (i * n + j) * LANES);
            input_points(p, column, half + j, n);
        }
        for (int i = 0; i < n; i++) {
            vec row[POINTS_MAX];
            input_points(p, half + i * n, row, 1);
            UNROLL for (int j = 0; j < n; j++) store(v + (size_t)(i * n + j) * stride, row[j]);
        }
    }
}

/* ---- outputs ---- */

/* A row of M at one vector of channels, for some tiles: v at its first point, row 0 and the first tile */
INLINE void multiply_row(const struct points *p, const int tiles, const float *v, size_t stride, const float *u,
                         size_t rows, vec m[TILES_AT_ONCE][POINTS_MAX])
{
    const int n = point_count(p);
    UNROLL for (int t = 0; t < tiles; t++)
    {
        UNROLL for (int j = 0; j < n; j++) m[t][j] = (vec){0};
    }
    for (size_t row = 0; row < rows; row++, v++, u += n * LANES) {
        UNROLL for (int j = 0; j < n; j++)
        {
            const vec weight = load(u + j * LANES);
            UNROLL for (int t = 0; t < tiles; t++) m[t][j] += v[(size_t)j * stride + (size_t)t * rows] * weight;
        }
    }
}

typedef vec half_of_tiles[TILES_OF_ROW][POINTS_MAX * TILE_MAX];

/* Point row i of M for `count` tiles, transformed */
INLINE void output_rows(const struct points *p, const int at_once, size_t first, size_t count, const float *v,
                        size_t stride, const float *u, size_t rows, int i, half_of_tiles half)
{
    for (size_t t = first; t + at_once <= count; t += at_once) {
        vec m[TILES_AT_ONCE][POINTS_MAX];
        multiply_row(p, at_once, v + t * rows, stride, u, rows, m);
        UNROLL for (int k = 0; k < at_once; k++) output_points(p, m[k], 1, half[t + (size_t)k] + i * tile_of(p), 1);
    }
}

/* y at the item's channel */
INLINE void output_tiles(const struct winograd_shape *s, const struct points *p, const enum activation_index activation,
                         size_t first, size_t count, const float *v, const float *u, const float *bias, float *y)
{
    const int n = point_count(p);
    const size_t stride = winograd_few_lanes(s), rows = s->rows;
    half_of_tiles half;
    v += first * rows;
    for (int i = 0; i < n; i++, v += (size_t)n * stride, u += rows * (size_t)n * LANES) {
        output_rows(p, TILES_AT_ONCE, 0, count, v, stride, u, rows, i, half);
        if (TILES_AT_ONCE > 1)
            output_rows(p, 1, count / TILES_AT_ONCE * TILES_AT_ONCE, count, v, stride, u, rows, i, half);
    }
    for (size_t t = 0; t < count; t++)
        output_tile(s, p, 1, activation, half[t], load(bias), place_of(s, p, 1, first + t), y);
}

INLINE void output_activated(const struct winograd_shape *s, const struct points *p,
                             const enum activation_index activation, const float *v, const float *u, const float *bias,
                             float *y)
{
    const size_t tiles = s->tiles_h * s->tiles_w, c_out = s->conv.c_out;
    for (size_t block = 0; block * BLOCK < c_out; block++) {
        const size_t channel = winograd_few_channel(block, c_out);
        for (int vector = 0; vector < VECTORS; vector++, u += s->points * s->rows * LANES)
            for (size_t first = 0; first < tiles; first += TILES_OF_ROW)
                output_tiles(s, p, activation, first, smaller(TILES_OF_ROW, tiles - first), v, u,
                             bias + channel + vector * LANES, y + channel + vector * LANES);
    }
}

INLINE void output_blocks(const struct winograd_shape *s, const struct points *p, const float *v, const float *u,
                          const float *bias, float *y)
{
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    if (s->activation == ACTIVATION_##name)                                                                            \
        output_activated(s, p, ACTIVATION_##name, v, u, bias, y);
#include "nn/activation.def"
#undef ACTIVATION
}

/* ---- the weights' gradient ---- */

/* dz [tile][tile] of one vector of channels; 0 outside. Adds to the bias's gradient. */
INLINE void gradient_pixels(const struct winograd_shape *s, const struct points *p,
                            const enum activation_index activation, struct place place, const float *y, const float *dy,
                            vec *d_bias, float *dz)
{
    const int tile = tile_of(p);
    const size_t c_out = s->conv.c_out, row = s->conv.width_out * c_out;
    if (place.rows < tile || place.columns < tile)
        memset(dz, 0, (size_t)(tile * tile * LANES) * sizeof *dz);
    for (int i = 0; i < tile && i < place.rows; i++) {
        const float *from = y + place.offset + (size_t)i * row, *d_from = dy + place.offset + (size_t)i * row;
        for (int j = 0; j < tile && j < place.columns; j++, from += c_out, d_from += c_out) {
            float *to = dz + (i * tile + j) * LANES;
            multiply_slopes(activation, LANES, from, d_from, to);
            *d_bias += load(to);
        }
    }
}

/* dm [points] of one tile, `stride` floats from one to the next; y and dy at the item's channel */
INLINE void gradient_tile(const struct winograd_shape *s, const struct points *p,
                          const enum activation_index activation, size_t tile, const float *y, const float *dy,
                          vec *d_bias, float *dm, size_t stride)
{
    const int n = point_count(p), size = tile_of(p);
    vec half[POINTS_MAX * TILE_MAX];
    float dz[TILE_MAX * TILE_MAX * LANES] __attribute__((aligned(64)));
    gradient_pixels(s, p, activation, place_of(s, p, 1, tile), y, dy, d_bias, dz);
    for (int j = 0; j < size; j++) {
        vec column[TILE_MAX] = {{0}};
        UNROLL for (int i = 0; i < size; i++) column[i] = load(dz + (i * size + j) * LANES);
        output_points_adjoint(p, column, half + j, size);
    }
    for (int i = 0; i < n; i++) {
        vec row[POINTS_MAX];
        output_points_adjoint(p, half + i * size, row, 1);
        UNROLL for (int j = 0; j < n; j++) store(dm + (size_t)(i * n + j) * stride, row[j]);
    }
}

/* du += v^T dm at some points of a row of them and ROWS_AT_ONCE rows: v, dm and du at the first of them */
INLINE void add_products(const int points, const int n, const size_t rows, const float *v, size_t stride, size_t item,
                         size_t items, size_t tiles, const float *dm, size_t dm_stride, float *du)
{
    vec sums[ROWS_AT_ONCE][3];
    UNROLL for (int k = 0; k < ROWS_AT_ONCE; k++)
    {
        UNROLL for (int j = 0; j < points; j++) sums[k][j] = load(du + (k * n + j) * LANES);
    }
    for (size_t i = 0; i < items; i++, v += item) {
        const float *at = v;
        for (size_t t = 0; t < tiles; t++, at += rows, dm += BLOCK) {
            UNROLL for (int j = 0; j < points; j++)
            {
                const vec d = load(dm + (size_t)j * dm_stride);
                UNROLL for (int k = 0; k < ROWS_AT_ONCE; k++) sums[k][j] += at[(size_t)j * stride + (size_t)k] * d;
            }
        }
    }
    UNROLL for (int k = 0; k < ROWS_AT_ONCE; k++)
    {
        UNROLL for (int j = 0; j < points; j++) store(du + (k * n + j) * LANES, sums[k][j]);
    }
}

/* du += v^T dm of some items, for one vector of channels */
INLINE void multiply_items(const struct winograd_shape *s, const struct points *p, const float *v, size_t items,
                           const float *dm, float *du)
{
    const int n = point_count(p), at_once = n % 3 == 0 ? 3 : 2;
    const size_t tiles = s->tiles_h * s->tiles_w, stride = winograd_few_lanes(s), dm_stride = winograd_few_dm_stride(s);
    for (int i = 0; i < n; i++)
        for (size_t row = 0; row < s->rows; row += ROWS_AT_ONCE, du += ROWS_AT_ONCE * n * LANES)
            for (int j = 0; j < n; j += at_once) {
                const size_t point = (size_t)i * (size_t)n + (size_t)j;
                add_products(at_once, n, s->rows, v + point * stride + row, stride, s->points * stride, items, tiles,
                             dm + point * dm_stride, dm_stride, du + j * LANES);
            }
}

INLINE void gradient_activated(const struct winograd_shape *s, const struct points *p,
                               const enum activation_index activation, const float *v, const float *y, const float *dy,
                               size_t items, size_t block, const struct winograd_few_sums *sums)
{
    const size_t tiles = s->tiles_h * s->tiles_w, size_out = conv_size_out(&s->conv);
    const size_t channel = winograd_few_channel(block, s->conv.c_out), most = winograd_few_items(s);
    const size_t dm_stride = winograd_few_dm_stride(s);
    vec d_bias[VECTORS] = {{0}};
    memset(sums->du, 0, s->points * s->rows * BLOCK * sizeof *sums->du);
    for (size_t first = 0; first < items; first += most) {
        const size_t count = smaller(most, items - first);
        for (size_t i = 0; i < count; i++)
            for (size_t tile = 0; tile < tiles; tile++)
                for (int vector = 0; vector < VECTORS; vector++) {
                    const size_t at = (first + i) * size_out + channel + (size_t)(vector * LANES);
                    gradient_tile(s, p, activation, tile, y + at, dy + at, &d_bias[vector],
                                  sums->dm + (i * tiles + tile) * BLOCK + vector * LANES, dm_stride);
                }
        for (int vector = 0; vector < VECTORS; vector++)
            multiply_items(s, p, v + first * s->points * winograd_few_lanes(s), count, sums->dm + vector * LANES,
                           sums->du + (size_t)vector * s->points * s->rows * LANES);
    }
    filter_adjoint_block(s, p, sums->du, sums->d_weight);
    for (int vector = 0; vector < VECTORS; vector++)
        store(sums->d_bias + vector * LANES, d_bias[vector]);
}

INLINE void gradient_block(const struct winograd_shape *s, const struct points *p, const float *v, const float *y,
                           const float *dy, size_t items, size_t block, const struct winograd_few_sums *sums)
{
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    if (s->activation == ACTIVATION_##name)                                                                            \
        gradient_activated(s, p, ACTIVATION_##name, v, y, dy, items, block, sums);
#include "nn/activation.def"
#undef ACTIVATION
}

/* ---- the inputs' gradient ---- */

/* The gradient of one output pixel's inputs; top, left: of its kernel, in padded coordinates. */
static void add_input_gradient(const struct conv_shape *s, const float *weight, const float *dz, size_t top,
                               size_t left, float *dx)
{
    const size_t c_out = s->c_out;
    for (size_t tap = 0; tap < s->kernel_h * s->kernel_w; tap++, weight += s->c_in * c_out) {
        const size_t h = top + tap / s->kernel_w - s->pad_top, w = left + tap % s->kernel_w - s->pad_left;
        if (h >= s->height_in || w >= s->width_in) /* so is what lies before the first, since size_t wraps around */
            continue;
        for (size_t c = 0; c < s->c_in; c++) {
            float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
            for (size_t o = 0; o < c_out; o++)
                sum += weight[c * c_out + o] * dz[o];
            dx[(h * s->width_in + w) * s->c_in + c] += sum;
        }
    }
}

static void input_gradient(const struct winograd_shape *shape, const float *weight, const float *y, float *dy,
                           float *dx)
{
    const struct conv_shape *s = &shape->conv;
    memset(dx, 0, conv_size_in(s) * sizeof *dx);
    for (size_t h = 0; h < s->height_out; h++)
        for (size_t w = 0; w < s->width_out; w++, y += s->c_out, dy += s->c_out) {
            multiply_slopes(shape->activation, s->c_out, y, dy, dy);
            add_input_gradient(s, weight, dy, h * s->stride_h, w * s->stride_w, dx);
        }
}

/* ---- the table: each transform of each filtering ---- */

#define TRANSFORMS(name, points)                                                                                       \
    static void filter_##name(const struct winograd_shape *s, const float *weight, size_t block, float *u)             \
    {                                                                                                                  \
        filter_block(s, points, weight, block, u);                                                                     \
    }                                                                                                                  \
    static void input_##name(const struct winograd_shape *s, const float *x, float *v)                                 \
    {                                                                                                                  \
        input_lanes(s, points, x, v);                                                                                  \
    }                                                                                                                  \
    static void output_##name(const struct winograd_shape *s, const float *v, const float *u, const float *bias,       \
                              float *y)                                                                                \
    {                                                                                                                  \
        output_blocks(s, points, v, u, bias, y);                                                                       \
    }                                                                                                                  \
    static void weight_gradient_##name(const struct winograd_shape *s, const float *v, const float *y,                 \
                                       const float *dy, size_t items, size_t block,                                    \
                                       const struct winograd_few_sums *sums)                                           \
    {                                                                                                                  \
        gradient_block(s, points, v, y, dy, items, block, sums);                                                       \
    }

TRANSFORMS(images_4, &points_4)
TRANSFORMS(images_7, &points_7)
TRANSFORMS(images_8, &points_8)

#define ROW(name)                                                                                                      \
    {                                                                                                                  \
        .filter = filter_##name, .input = input_##name, .output = output_##name,                                       \
        .weight_gradient = weight_gradient_##name                                                                      \
    }

extern const struct winograd_few_kernels ISA_NAME(winograd_few_kernels);
const struct winograd_few_kernels ISA_NAME(winograd_few_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .transforms =
        {
            [WINOGRAD_IMAGES_4] = ROW(images_4),
            [WINOGRAD_IMAGES_7] = ROW(images_7),
            [WINOGRAD_IMAGES_8] = ROW(images_8),
        },
    .input_gradient = input_gradient,
};

/* One build of the transforms in nn/winograd.h; compiled once per instruction set (core/isa.h).
 *
 * Channels are the lanes of GCC's vector type. Where they are no multiple of the lanes, the last vector begins earlier
 * and overlaps the one before it, which repeats some work and needs no tail. Each transform is written once, for
 * `planar` 0 and 1; it is inlined with that constant, so that its loops unroll and its arrays live in registers. */
#include "nn/winograd.h"

#include <string.h>

#include "core/isa.h"
#include "core/vector_math.h"
#include "nn/layer_kernels.h"

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { TILE = WINOGRAD_TILE, TAPS = WINOGRAD_TAPS, POINTS = WINOGRAD_POINTS, PATCH = WINOGRAD_PATCH };

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef float vec_in_memory __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 6")

INLINE vec load(const float *from)
{
    return *(const vec_in_memory *)from;
}

INLINE void store(float *to, vec value)
{
    *(vec_in_memory *)to = value;
}

/* The points' matrices are 36 streams, more than a processor follows by itself: what comes AHEAD floats later in each
 * is fetched. (Steps of training took 2 % less; 64 and 128 did no better.) */
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

/* The points a and b; their negatives are points too. */
#define A1 0.707106781F /* sqrt(1/2) */
#define A3 0.353553391F
#define B1 1.41421356F /* sqrt(2) */
#define B3 2.82842712F

/* out = B^T in; they may be the same. Elements are `step` apart, here and below. */
INLINE void input_points(const vec *in, vec *out, const int step)
{
    vec even_a = in[4 * step] - 2.0F * in[2 * step], odd_a = A1 * (in[3 * step] - 2.0F * in[step]);
    vec even_b = in[4 * step] - 0.5F * in[2 * step], odd_b = B1 * (in[3 * step] - 0.5F * in[step]);
    vec last = in[step] - 2.5F * in[3 * step] + in[5 * step];
    out[0] = in[0] - 2.5F * in[2 * step] + in[4 * step];
    out[step] = even_a + odd_a;
    out[2 * step] = even_a - odd_a;
    out[3 * step] = even_b + odd_b;
    out[4 * step] = even_b - odd_b;
    out[5 * step] = last;
}

/* out = B in; they may be the same */
INLINE void input_points_adjoint(const vec *in, vec *out, const int step)
{
    vec even_a = in[step] + in[2 * step], odd_a = A1 * (in[step] - in[2 * step]);
    vec even_b = in[3 * step] + in[4 * step], odd_b = B1 * (in[3 * step] - in[4 * step]);
    vec first = in[0], last = in[5 * step];
    out[0] = first;
    out[step] = last - 2.0F * odd_a - 0.5F * odd_b;
    out[2 * step] = -2.5F * first - 2.0F * even_a - 0.5F * even_b;
    out[3 * step] = odd_a + odd_b - 2.5F * last;
    out[4 * step] = first + even_a + even_b;
    out[5 * step] = last;
}

/* out [6] = G in [3] */
INLINE void filter_points(const vec *in, const int in_step, vec *out, const int step)
{
    vec first = in[0], last = in[2 * in_step];
    vec even_a = (-2.0F / 3.0F) * (first + 0.5F * last), odd_a = (-2.0F / 3.0F * A1) * in[in_step];
    vec even_b = (1.0F / 6.0F) * (first + 2.0F * last), odd_b = (1.0F / 6.0F * B1) * in[in_step];
    out[0] = first;
    out[step] = even_a + odd_a;
    out[2 * step] = even_a - odd_a;
    out[3 * step] = even_b + odd_b;
    out[4 * step] = even_b - odd_b;
    out[5 * step] = last;
}

/* out [3] = G^T in [6] */
INLINE void filter_points_adjoint(const vec *in, const int step, vec *out, const int out_step)
{
    vec even_a = in[step] + in[2 * step], odd_a = in[step] - in[2 * step];
    vec even_b = in[3 * step] + in[4 * step], odd_b = in[3 * step] - in[4 * step];
    out[0] = in[0] - (2.0F / 3.0F) * even_a + (1.0F / 6.0F) * even_b;
    out[out_step] = (1.0F / 6.0F * B1) * odd_b - (2.0F / 3.0F * A1) * odd_a;
    out[2 * out_step] = in[5 * step] - (1.0F / 3.0F) * (even_a - even_b);
}

/* out [4] = A^T in [6] */
INLINE void output_points(const vec *in, const int step, vec *out, const int out_step)
{
    vec even_a = in[step] + in[2 * step], odd_a = in[step] - in[2 * step];
    vec even_b = in[3 * step] + in[4 * step], odd_b = in[3 * step] - in[4 * step];
    out[0] = in[0] + even_a + even_b;
    out[out_step] = A1 * odd_a + B1 * odd_b;
    out[2 * out_step] = 0.5F * even_a + 2.0F * even_b;
    out[3 * out_step] = A3 * odd_a + B3 * odd_b + in[5 * step];
}

/* out [6] = A in [4] */
INLINE void output_points_adjoint(const vec *in, const int in_step, vec *out, const int step)
{
    vec even_a = in[0] + 0.5F * in[2 * in_step], odd_a = A1 * in[in_step] + A3 * in[3 * in_step];
    vec even_b = in[0] + 2.0F * in[2 * in_step], odd_b = B1 * in[in_step] + B3 * in[3 * in_step];
    out[0] = in[0];
    out[step] = even_a + odd_a;
    out[2 * step] = even_a - odd_a;
    out[3 * step] = even_b + odd_b;
    out[4 * step] = even_b - odd_b;
    out[5 * step] = in[3 * in_step];
}

/* Where the next vector of channels begins: `step` on, but so that it does not pass the end. */
INLINE size_t next_channel(size_t channel, size_t channels)
{
    size_t next = channel + LANES;
    return next < channels && next + LANES > channels ? channels - LANES : next;
}

/* ---- weights ---- */

/* Offset of tap (0, 0) of a row = phase c_in + channel; tap (a, b) lies 2 a kernel_w + 2 b pixels further. */
INLINE size_t filter_offset(const struct winograd_shape *s, size_t row, const int planar)
{
    const struct conv_shape *c = &s->conv;
    size_t phase = row / c->c_in, channel = row % c->c_in;
    size_t pixel = planar ? phase / 2 * c->kernel_w + phase % 2 : phase;
    return (pixel * c->c_in + channel) * c->c_out;
}

INLINE void filter_all(const struct winograd_shape *s, const float *weight, size_t first, size_t count, float *u,
                       size_t stride, const int planar)
{
    const int taps_w = planar ? TAPS : 1, points_w = planar ? POINTS : 1;
    const size_t c_out = s->conv.c_out, step_w = 2 * s->conv.c_in * c_out, step_h = step_w * s->conv.kernel_w;
    for (size_t row = first; row < first + count; row++, u += c_out) {
        const float *from = weight + filter_offset(s, row, planar);
        for (size_t o = 0; o < c_out; o = next_channel(o, c_out)) {
            vec g[TAPS * TAPS], half[POINTS * TAPS], all[POINTS * POINTS];
            UNROLL for (int a = 0; a < TAPS; a++) UNROLL for (int b = 0; b < taps_w; b++) g[a * taps_w + b] =
                load(from + (size_t)a * step_h + (size_t)b * step_w + o);
            UNROLL for (int b = 0; b < taps_w; b++) filter_points(g + b, taps_w, half + b, taps_w);
            UNROLL for (int i = 0; i < POINTS && planar; i++)
                filter_points(half + i * taps_w, 1, all + i * points_w, 1);
            UNROLL for (int i = 0; i < POINTS; i++) UNROLL for (int j = 0; j < points_w; j++)
                store_point(u + (size_t)(i * points_w + j) * stride + o, planar ? all[i * points_w + j] : half[i]);
        }
    }
}

INLINE void filter_adjoint_all(const struct winograd_shape *s, const float *du, size_t stride, size_t first,
                               size_t count, float *d_weight, const int planar)
{
    const int taps_w = planar ? TAPS : 1, points_w = planar ? POINTS : 1;
    const size_t c_out = s->conv.c_out, step_w = 2 * s->conv.c_in * c_out, step_h = step_w * s->conv.kernel_w;
    for (size_t row = first; row < first + count; row++, du += c_out) {
        float *to = d_weight + filter_offset(s, row, planar);
        for (size_t o = 0; o < c_out; o = next_channel(o, c_out)) {
            vec g[TAPS * TAPS], half[POINTS * TAPS], all[POINTS * POINTS];
            UNROLL for (int i = 0; i < POINTS; i++) UNROLL for (int j = 0; j < points_w; j++) all[i * points_w + j] =
                load_point(du + (size_t)(i * points_w + j) * stride + o);
            UNROLL for (int i = 0; i < POINTS; i++)
            {
                if (planar)
                    filter_points_adjoint(all + i * points_w, 1, half + i * taps_w, 1);
                else
                    half[i] = all[i];
            }
            UNROLL for (int b = 0; b < taps_w; b++) filter_points_adjoint(half + b, taps_w, g + b, taps_w);
            UNROLL for (int a = 0; a < TAPS; a++) UNROLL for (int b = 0; b < taps_w; b++)
                store(to + (size_t)a * step_h + (size_t)b * step_w + o, g[a * taps_w + b]);
        }
    }
}

/* ---- inputs ---- */

/* Fills offset [PATCH][PATCH or 1] with where a tile's pixels lie in an item, -1 for padding. */
INLINE void patch_offsets(const struct winograd_shape *s, size_t tile_h, size_t tile_w, ptrdiff_t *offset,
                          const int planar)
{
    const struct conv_shape *c = &s->conv;
    const int patch_w = planar ? PATCH : 1;
    ptrdiff_t top = (ptrdiff_t)(tile_h * 2 * TILE) - (ptrdiff_t)c->pad_top;
    ptrdiff_t left = planar ? (ptrdiff_t)(tile_w * 2 * TILE) - (ptrdiff_t)c->pad_left : 0;
    for (int i = 0; i < PATCH; i++)
        for (int j = 0; j < patch_w; j++) {
            ptrdiff_t h = top + i, w = left + j;
            int inside = h >= 0 && w >= 0 && h < (ptrdiff_t)c->height_in && w < (ptrdiff_t)c->width_in;
            offset[i * patch_w + j] = inside ? (h * (ptrdiff_t)c->width_in + w) * (ptrdiff_t)c->c_in : -1;
        }
}

INLINE void input_tile(const struct winograd_shape *s, const float *const *pixel, float *v, size_t stride,
                       const int planar)
{
    const int points_w = planar ? POINTS : 1, patch_w = planar ? PATCH : 1;
    const int phases_w = planar ? 2 : 1;
    const size_t c_in = s->conv.c_in;
    for (int phase = 0; phase < 2 * phases_w; phase++, v += c_in) {
        const float *const *corner = pixel + phase / phases_w * patch_w + phase % phases_w;
        for (size_t c = 0; c < c_in; c = next_channel(c, c_in)) {
            vec d[POINTS * POINTS];
            UNROLL for (int j = 0; j < points_w; j++)
            {
                UNROLL for (int i = 0; i < POINTS; i++) d[i * points_w + j] = load(corner[2 * i * patch_w + 2 * j] + c);
                input_points(d + j, d + j, points_w);
            }
            UNROLL for (int i = 0; i < POINTS; i++)
            {
                if (planar)
                    input_points(d + i * points_w, d + i * points_w, 1);
                UNROLL for (int j = 0; j < points_w; j++)
                    store_point(v + (size_t)(i * points_w + j) * stride + c, d[i * points_w + j]);
            }
        }
    }
}

INLINE void input_all(const struct winograd_shape *s, const float *x, const float *zeros, float *v, size_t stride,
                      const int planar)
{
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++, v += s->rows) {
        ptrdiff_t offset[PATCH * PATCH];
        const float *pixel[PATCH * PATCH];
        patch_offsets(s, tile / s->tiles_w, tile % s->tiles_w, offset, planar);
        for (int i = 0; i < (planar ? PATCH * PATCH : PATCH); i++)
            pixel[i] = offset[i] < 0 ? zeros : x + offset[i];
        input_tile(s, pixel, v, stride, planar);
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

INLINE void input_adjoint_tile(const struct winograd_shape *s, const float *dv, size_t stride, const ptrdiff_t *offset,
                               float *dx, const int planar)
{
    const int points_w = planar ? POINTS : 1, patch_w = planar ? PATCH : 1;
    const int phases_w = planar ? 2 : 1;
    const size_t c_in = s->conv.c_in;
    for (int phase = 0; phase < 2 * phases_w; phase++, dv += c_in) {
        const ptrdiff_t *corner = offset + phase / phases_w * patch_w + phase % phases_w;
        for (size_t c = 0, end = 0; c < c_in; end = c + LANES, c = next_channel(c, c_in)) {
            vec d[POINTS * POINTS];
            UNROLL for (int j = 0; j < points_w; j++)
            {
                UNROLL for (int i = 0; i < POINTS; i++) d[i * points_w + j] =
                    load_point(dv + (size_t)(i * points_w + j) * stride + c);
                input_points_adjoint(d + j, d + j, points_w);
            }
            UNROLL for (int i = 0; i < POINTS; i++)
            {
                if (planar)
                    input_points_adjoint(d + i * points_w, d + i * points_w, 1);
                UNROLL for (int j = 0; j < points_w; j++) if (corner[2 * i * patch_w + 2 * j] >= 0)
                    add_lanes(dx + corner[2 * i * patch_w + 2 * j] + c, d[i * points_w + j], end > c ? end - c : 0);
            }
        }
    }
}

INLINE void input_adjoint_all(const struct winograd_shape *s, const float *dv, size_t stride, float *dx,
                              const int planar)
{
    const struct conv_shape *c = &s->conv;
    memset(dx, 0, c->height_in * c->width_in * c->c_in * sizeof *dx);
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++, dv += s->rows) {
        ptrdiff_t offset[PATCH * PATCH];
        patch_offsets(s, tile / s->tiles_w, tile % s->tiles_w, offset, planar);
        input_adjoint_tile(s, dv, stride, offset, dx, planar);
    }
}

/* ---- outputs ---- */

/* Fills offset [TILE][TILE or 1] with where a tile's outputs lie in an item, -1 for those beyond its edge. */
INLINE void tile_offsets(const struct winograd_shape *s, size_t tile, ptrdiff_t *offset, const int planar)
{
    const struct conv_shape *c = &s->conv;
    const size_t tile_w = planar ? TILE : 1;
    for (size_t i = 0; i < TILE; i++)
        for (size_t j = 0; j < tile_w; j++) {
            size_t h = tile / s->tiles_w * TILE + i, w = tile % s->tiles_w * tile_w + j;
            int inside = h < c->height_out && w < c->width_out;
            offset[i * tile_w + j] = inside ? (ptrdiff_t)((h * c->width_out + w) * c->c_out) : -1;
        }
}

INLINE void output_tile(const struct winograd_shape *s, const float *m, size_t stride, const float *bias,
                        const ptrdiff_t *offset, float *y, const int planar)
{
    const int points_w = planar ? POINTS : 1, tile_w = planar ? TILE : 1;
    const size_t c_out = s->conv.c_out;
    for (size_t c = 0; c < c_out; c = next_channel(c, c_out)) {
        vec half[POINTS * TILE], all[TILE * TILE];
        UNROLL for (int i = 0; i < POINTS; i++)
        {
            vec in[POINTS];
            UNROLL for (int j = 0; j < points_w; j++) in[j] = load_point(m + (size_t)(i * points_w + j) * stride + c);
            if (planar)
                output_points(in, 1, half + i * tile_w, 1);
            else
                half[i] = in[0];
        }
        UNROLL for (int j = 0; j < tile_w; j++) output_points(half + j, tile_w, all + j, tile_w);
        float z[TILE * TILE * LANES] __attribute__((aligned(64)));
        for (int i = 0; i < TILE * tile_w; i++)
            store(z + i * LANES, all[i] + load(bias + c));
#pragma omp simd
        for (int i = 0; i < TILE * tile_w * LANES; i++)
            z[i] = vector_selu(z[i]);
        for (int i = 0; i < TILE * tile_w; i++)
            if (offset[i] >= 0)
                store(y + offset[i] + c, load(z + i * LANES));
    }
}

INLINE void output_all(const struct winograd_shape *s, const float *m, size_t stride, const float *bias, float *y,
                       const int planar)
{
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++, m += s->conv.c_out) {
        ptrdiff_t offset[TILE * TILE];
        tile_offsets(s, tile, offset, planar);
        output_tile(s, m, stride, bias, offset, y, planar);
    }
}

INLINE void output_adjoint_tile(const struct winograd_shape *s, const float *const *pixel, float *dm, size_t stride,
                                const int planar)
{
    const int points_w = planar ? POINTS : 1, tile_w = planar ? TILE : 1;
    const size_t c_out = s->conv.c_out;
    for (size_t c = 0; c < c_out; c = next_channel(c, c_out)) {
        vec all[TILE * TILE], half[POINTS * TILE];
        UNROLL for (int i = 0; i < TILE * tile_w; i++) all[i] = load(pixel[i] + c);
        UNROLL for (int j = 0; j < tile_w; j++) output_points_adjoint(all + j, tile_w, half + j, tile_w);
        UNROLL for (int i = 0; i < POINTS; i++)
        {
            vec out[POINTS];
            if (planar)
                output_points_adjoint(half + i * tile_w, 1, out, 1);
            else
                out[0] = half[i];
            UNROLL for (int j = 0; j < points_w; j++) store_point(dm + (size_t)(i * points_w + j) * stride + c, out[j]);
        }
    }
}

INLINE void output_adjoint_all(const struct winograd_shape *s, const float *dz, const float *zeros, float *dm,
                               size_t stride, const int planar)
{
    for (size_t tile = 0; tile < s->tiles_h * s->tiles_w; tile++, dm += s->conv.c_out) {
        ptrdiff_t offset[TILE * TILE];
        const float *pixel[TILE * TILE];
        tile_offsets(s, tile, offset, planar);
        for (int i = 0; i < (planar ? TILE * TILE : TILE); i++)
            pixel[i] = offset[i] < 0 ? zeros : dz + offset[i];
        output_adjoint_tile(s, pixel, dm, stride, planar);
    }
}

/* ---- the table: each transform for images and for series ---- */

static void filter(const struct winograd_shape *s, const float *weight, size_t first, size_t count, float *u,
                   size_t stride)
{
    if (s->planar)
        filter_all(s, weight, first, count, u, stride, 1);
    else
        filter_all(s, weight, first, count, u, stride, 0);
}

static void filter_adjoint(const struct winograd_shape *s, const float *du, size_t stride, size_t first, size_t count,
                           float *d_weight)
{
    if (s->planar)
        filter_adjoint_all(s, du, stride, first, count, d_weight, 1);
    else
        filter_adjoint_all(s, du, stride, first, count, d_weight, 0);
}

static void input(const struct winograd_shape *s, const float *x, const float *zeros, float *v, size_t stride)
{
    if (s->planar)
        input_all(s, x, zeros, v, stride, 1);
    else
        input_all(s, x, zeros, v, stride, 0);
}

static void input_adjoint(const struct winograd_shape *s, const float *dv, size_t stride, float *dx)
{
    if (s->planar)
        input_adjoint_all(s, dv, stride, dx, 1);
    else
        input_adjoint_all(s, dv, stride, dx, 0);
}

static void output(const struct winograd_shape *s, const float *m, size_t stride, const float *bias, float *y)
{
    if (s->planar)
        output_all(s, m, stride, bias, y, 1);
    else
        output_all(s, m, stride, bias, y, 0);
}

static void output_adjoint(const struct winograd_shape *s, const float *dz, const float *zeros, float *dm,
                           size_t stride)
{
    if (s->planar)
        output_adjoint_all(s, dz, zeros, dm, stride, 1);
    else
        output_adjoint_all(s, dz, zeros, dm, stride, 0);
}

extern const struct winograd_kernels ISA_NAME(winograd_kernels);
const struct winograd_kernels ISA_NAME(winograd_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .filter = filter,
    .filter_adjoint = filter_adjoint,
    .input = input,
    .input_adjoint = input_adjoint,
    .output = output,
    .output_adjoint = output_adjoint,
};

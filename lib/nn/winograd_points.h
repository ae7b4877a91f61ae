/* lib/nn/winograd_points.h: the filterings F(m, 3) of nn/winograd.h along one dimension. Private to winograd_body.c and
 * winograd_tiles.h. The former defines vec, INLINE and UNROLL.
 *
 * The points are 0, pairs +-p and, where m is even, infinity. With z = x^2, P the product of all (z - p^2) and Q that
 * of all but one pair's, Lagrange's polynomials are P for 0, (x^2 +- p x) Q for a pair and x P for infinity. So the two
 * points of a pair share their even and odd sums, and so do the matrices and their adjoints.
 *
 * The values are near those with the least amplification of rounding errors, the root of the mean over outputs i of
 * sum_p A_ip^2 |B_p|^2 |G_p|^2 / 3: with m = 4, 6, 7, 8 it is 2.2, 4.5, 6.9, 10.6 along one dimension, and its square
 * on images (1/2, 1, 2, 4 would have 10 with m = 7 and 40 with m = 8). */
#ifndef TENTH_NN_WINOGRAD_POINTS_H
#define TENTH_NN_WINOGRAD_POINTS_H

#include "nn/winograd.h"

enum { TAPS = WINOGRAD_TAPS, TILE_MAX = WINOGRAD_TILE_MAX, POINTS_MAX = WINOGRAD_POINTS_MAX, PAIRS_MAX = 4 };

struct points {
    int pairs, infinite;
    float p[PAIRS_MAX];
    float power[PAIRS_MAX][TILE_MAX]; /* of each p */
    float all[PAIRS_MAX + 1];         /* P's coefficients, lowest first; the highest is 1 */
    float rest[PAIRS_MAX][PAIRS_MAX]; /* of each pair's Q, likewise */
    float scale_0, scale[PAIRS_MAX];  /* 1 / P(0), and 1 / (a pair's polynomial at its points) */
};

/* Computed as doubles, rounded once. */
#define POWERS(p)                                                                                                      \
    {                                                                                                                  \
        1.0F, (float)(p), (float)((p) * (p)), (float)((p) * (p) * (p)), (float)((p) * (p) * (p) * (p)),                \
            (float)((p) * (p) * (p) * (p) * (p)), (float)((p) * (p) * (p) * (p) * (p) * (p)),                          \
            (float)((p) * (p) * (p) * (p) * (p) * (p) * (p))                                                           \
    }

/* Coefficients of the product of (z - root) */
#define ROOT_1(a)                                                                                                      \
    {                                                                                                                  \
        (float)-(a), 1.0F                                                                                              \
    }
#define ROOTS_2(a, b)                                                                                                  \
    {                                                                                                                  \
        (float)((a) * (b)), (float)(-(a) - (b)), 1.0F                                                                  \
    }
#define ROOTS_3(a, b, c)                                                                                               \
    {                                                                                                                  \
        (float)(-(a) * (b) * (c)), (float)((a) * (b) + (a) * (c) + (b) * (c)), (float)(-(a) - (b) - (c)), 1.0F         \
    }
#define ROOTS_4(a, b, c, d)                                                                                            \
    {                                                                                                                  \
        (float)((a) * (b) * (c) * (d)), (float)(-(a) * (b) * ((c) + (d)) - ((a) + (b)) * (c) * (d)),                   \
            (float)((a) * (b) + (c) * (d) + ((a) + (b)) * ((c) + (d))), (float)(-(a) - (b) - (c) - (d)), 1.0F          \
    }

#define SQUARE(p) ((p) * (p))

/* 1 / (a pair's polynomial at its points), which is 2 p^2 Q there */
#define SCALE(p, rest_at_p) ((float)(0.5 / (SQUARE(p) * (rest_at_p))))
#define APART(p, other) (SQUARE(p) - SQUARE(other))

#define POINTS_OF_2(a, b, has_infinity)                                                                                \
    {                                                                                                                  \
        .pairs = 2, .infinite = has_infinity, .p = {(float)(a), (float)(b)}, .power = {POWERS(a), POWERS(b)},          \
        .all = ROOTS_2(SQUARE(a), SQUARE(b)), .rest = {ROOT_1(SQUARE(b)), ROOT_1(SQUARE(a))},                          \
        .scale_0 = (float)(1.0 / (SQUARE(a) * SQUARE(b))), .scale = {                                                  \
            SCALE(a, APART(a, b)),                                                                                     \
            SCALE(b, APART(b, a))                                                                                      \
        }                                                                                                              \
    }
#define POINTS_OF_3(a, b, c, has_infinity)                                                                             \
    {                                                                                                                  \
        .pairs = 3, .infinite = has_infinity, .p = {(float)(a), (float)(b), (float)(c)},                               \
        .power = {POWERS(a), POWERS(b), POWERS(c)}, .all = ROOTS_3(SQUARE(a), SQUARE(b), SQUARE(c)),                   \
        .rest = {ROOTS_2(SQUARE(b), SQUARE(c)), ROOTS_2(SQUARE(a), SQUARE(c)), ROOTS_2(SQUARE(a), SQUARE(b))},         \
        .scale_0 = (float)(-1.0 / (SQUARE(a) * SQUARE(b) * SQUARE(c))), .scale = {                                     \
            SCALE(a, APART(a, b) * APART(a, c)),                                                                       \
            SCALE(b, APART(b, a) * APART(b, c)),                                                                       \
            SCALE(c, APART(c, a) * APART(c, b))                                                                        \
        }                                                                                                              \
    }
#define POINTS_OF_4(a, b, c, d, has_infinity)                                                                          \
    {                                                                                                                  \
        .pairs = 4, .infinite = has_infinity, .p = {(float)(a), (float)(b), (float)(c), (float)(d)},                   \
        .power = {POWERS(a), POWERS(b), POWERS(c), POWERS(d)},                                                         \
        .all = ROOTS_4(SQUARE(a), SQUARE(b), SQUARE(c), SQUARE(d)),                                                    \
        .rest = {ROOTS_3(SQUARE(b), SQUARE(c), SQUARE(d)), ROOTS_3(SQUARE(a), SQUARE(c), SQUARE(d)),                   \
                 ROOTS_3(SQUARE(a), SQUARE(b), SQUARE(d)), ROOTS_3(SQUARE(a), SQUARE(b), SQUARE(c))},                  \
        .scale_0 = (float)(1.0 / (SQUARE(a) * SQUARE(b) * SQUARE(c) * SQUARE(d))), .scale = {                          \
            SCALE(a, APART(a, b) * APART(a, c) * APART(a, d)),                                                         \
            SCALE(b, APART(b, a) * APART(b, c) * APART(b, d)),                                                         \
            SCALE(c, APART(c, a) * APART(c, b) * APART(c, d)),                                                         \
            SCALE(d, APART(d, a) * APART(d, b) * APART(d, c))                                                          \
        }                                                                                                              \
    }

/* By the outputs of a tile. */
static const struct points points_4 = POINTS_OF_2(0.70710678118654752, 1.4142135623730951, 1);
static const struct points points_6 = POINTS_OF_3(0.5, 1.0, 2.0, 1);
static const struct points points_7 = POINTS_OF_4(0.459, 0.888, 1.479, 4.3, 0);
static const struct points points_8 = POINTS_OF_4(0.42, 0.809, 1.236, 2.38, 1);

INLINE int point_count(const struct points *p)
{
    return 1 + 2 * p->pairs + p->infinite;
}

INLINE int tile_of(const struct points *p)
{
    return point_count(p) - TAPS + 1;
}

/* sums and differences of the points of each pair; elements are `step` apart, here and below */
INLINE void fold_pairs(const struct points *p, const vec *in, const int step, vec *sum, vec *difference)
{
    UNROLL for (int k = 0; k < p->pairs; k++)
    {
        sum[k] = in[(1 + 2 * k) * step] + in[(2 + 2 * k) * step];
        difference[k] = in[(1 + 2 * k) * step] - in[(2 + 2 * k) * step];
    }
}

/* out [points] = B^T in [points] */
INLINE void input_points(const struct points *p, const vec *in, vec *out, const int step)
{
    const int pairs = p->pairs;
    vec zero = in[2 * pairs];
    UNROLL for (int i = 0; i < pairs; i++) zero += p->all[i] * in[2 * i];
    out[0] = zero;
    UNROLL for (int k = 0; k < pairs; k++)
    {
        vec even = in[2 * pairs], odd = in[2 * pairs - 1];
        UNROLL for (int i = 0; i + 1 < pairs; i++)
        {
            even += p->rest[k][i] * in[2 * i + 2];
            odd += p->rest[k][i] * in[2 * i + 1];
        }
        out[(1 + 2 * k) * step] = even + p->p[k] * odd;
        out[(2 + 2 * k) * step] = even - p->p[k] * odd;
    }
    if (p->infinite) {
        vec last = in[2 * pairs + 1];
        UNROLL for (int i = 0; i < pairs; i++) last += p->all[i] * in[2 * i + 1];
        out[(2 * pairs + 1) * step] = last;
    }
}

/* out [points] = B in [points] */
INLINE void input_points_adjoint(const struct points *p, const vec *in, vec *out, const int step)
{
    const int pairs = p->pairs;
    vec sum[PAIRS_MAX], difference[PAIRS_MAX];
    fold_pairs(p, in, 1, sum, difference);
    UNROLL for (int k = 0; k < pairs; k++) difference[k] *= p->p[k];
    out[0] = p->all[0] * in[0];
    UNROLL for (int i = 1; i <= pairs; i++)
    {
        vec even = i < pairs ? p->all[i] * in[0] : in[0];
        UNROLL for (int k = 0; k < pairs; k++) even += i < pairs ? p->rest[k][i - 1] * sum[k] : sum[k];
        out[2 * i * step] = even;
    }
    UNROLL for (int i = 0; i < pairs; i++)
    {
        vec odd = i + 1 < pairs ? p->rest[0][i] * difference[0] : difference[0];
        UNROLL for (int k = 1; k < pairs; k++) odd += i + 1 < pairs ? p->rest[k][i] * difference[k] : difference[k];
        out[(2 * i + 1) * step] = p->infinite ? odd + p->all[i] * in[2 * pairs + 1] : odd;
    }
    if (p->infinite)
        out[(2 * pairs + 1) * step] = in[2 * pairs + 1];
}

/* out [points] = G in [3] */
INLINE void filter_points(const struct points *p, const vec *in, vec *out, const int step)
{
    out[0] = p->scale_0 * in[0];
    UNROLL for (int k = 0; k < p->pairs; k++)
    {
        vec even = p->scale[k] * (in[0] + p->power[k][2] * in[2]), odd = (p->scale[k] * p->p[k]) * in[1];
        out[(1 + 2 * k) * step] = even + odd;
        out[(2 + 2 * k) * step] = even - odd;
    }
    if (p->infinite)
        out[(2 * p->pairs + 1) * step] = in[2];
}

/* out [3] = G^T in [points] */
INLINE void filter_points_adjoint(const struct points *p, const vec *in, const int step, vec *out)
{
    vec sum[PAIRS_MAX], difference[PAIRS_MAX];
    fold_pairs(p, in, step, sum, difference);
    out[0] = p->scale_0 * in[0] + p->scale[0] * sum[0];
    out[1] = (p->scale[0] * p->p[0]) * difference[0];
    out[2] = (p->scale[0] * p->power[0][2]) * sum[0];
    UNROLL for (int k = 1; k < p->pairs; k++)
    {
        out[0] += p->scale[k] * sum[k];
        out[1] += (p->scale[k] * p->p[k]) * difference[k];
        out[2] += (p->scale[k] * p->power[k][2]) * sum[k];
    }
    if (p->infinite)
        out[2] += in[(2 * p->pairs + 1) * step];
}

/* out [tile] = A^T in [points] */
INLINE void output_points(const struct points *p, const vec *in, const int in_step, vec *out, const int step)
{
    vec sum[PAIRS_MAX], difference[PAIRS_MAX];
    fold_pairs(p, in, in_step, sum, difference);
    vec first = in[0];
    UNROLL for (int k = 0; k < p->pairs; k++) first += sum[k];
    out[0] = first;
    UNROLL for (int i = 1; i < tile_of(p); i++)
    {
        const vec *half = i % 2 ? difference : sum;
        vec value = p->power[0][i] * half[0];
        UNROLL for (int k = 1; k < p->pairs; k++) value += p->power[k][i] * half[k];
        out[i * step] = p->infinite && i == tile_of(p) - 1 ? value + in[(2 * p->pairs + 1) * in_step] : value;
    }
}

/* out [points] = A in [tile] */
INLINE void output_points_adjoint(const struct points *p, const vec *in, vec *out, const int step)
{
    out[0] = in[0];
    UNROLL for (int k = 0; k < p->pairs; k++)
    {
        vec even = in[0], odd = p->p[k] * in[1];
        UNROLL for (int i = 2; i < tile_of(p); i++)
        {
            if (i % 2)
                odd += p->power[k][i] * in[i];
            else
                even += p->power[k][i] * in[i];
        }
        out[(1 + 2 * k) * step] = even + odd;
        out[(2 + 2 * k) * step] = even - odd;
    }
    if (p->infinite)
        out[(2 * p->pairs + 1) * step] = in[tile_of(p) - 1];
}

#endif

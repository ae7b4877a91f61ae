/* lib/nn/winograd.h: Winograd's minimal filtering F(m, 3) for kernels of 3 taps with stride 1, and of 5 or 6 with
 * stride 2, along each dimension (along one on series). Private to lib/nn.
 *
 * A stride of 2 splits the padded input into phases p: with kernel tap k = 2 a + p, output o reads phase p at o + a. So
 * the convolution is one with 3 x 3 taps a and stride 1, over 4 c_in channels (3 taps over 2 c_in on series); where a
 * kernel has 5 taps, the last one of the second phase is 0. A stride of 1 leaves one phase, the input itself. To such a
 * convolution F(m x m, 3 x 3) of Lavin and Gray (2016, arXiv:1509.09308) applies: (m + 2)^2 multiplications for m^2
 * outputs of 9 taps. For each of those points (m + 2 on series)
 *
 *   V [tile][row]   = B^T d B   inputs; row = phase c_in + channel
 *   U [row][c_out]  = G g G^T   weights
 *   M [tile][c_out] = V U,      and the tile's m x m outputs are A^T M A
 *
 * and the backward pass is the adjoint of each step. V, U and M are arrays [point][..][..] with `stride` floats between
 * points. Larger tiles need fewer multiplications, but U is larger and rounding is amplified more (winograd_points.h).
 *
 * The functions of the table work in the calling thread, on one item (all its tiles) or on some rows of the weights.
 * They need at least WINOGRAD_LEAST_CHANNELS channels on both sides: the last vector of channels overlaps the one
 * before. */
#ifndef TENTH_NN_WINOGRAD_H
#define TENTH_NN_WINOGRAD_H

#include <stddef.h>

#include "nn/activation.h"
#include "nn/conv.h"

enum {
    WINOGRAD_TAPS = 3,        /* of one phase */
    WINOGRAD_TILE_MAX = 8,    /* outputs of a tile along a dimension */
    WINOGRAD_POINTS_MAX = 10, /* along a dimension */
    WINOGRAD_LEAST_CHANNELS = 16
};

/* Named by what is filtered and a tile's outputs along a dimension; it has two more points. */
enum winograd_filtering {
    WINOGRAD_IMAGES_4,
    WINOGRAD_IMAGES_7,
    WINOGRAD_IMAGES_8,
    WINOGRAD_SERIES_4,
    WINOGRAD_SERIES_6,
    WINOGRAD_FILTERINGS
};

struct winograd_shape {
    struct conv_shape conv;
    enum winograd_filtering filtering;
    size_t tiles_h, tiles_w;
    size_t points;                    /* of both dimensions */
    size_t stride;                    /* phases along a dimension */
    size_t rows;                      /* c_in of all phases */
    enum activation_index activation; /* of the outputs; winograd_shape leaves the first, SELU */
};

/* Whether the convolution's kernel and stride suit these filterings on images, and on series. */
int winograd_is_of_images(const struct conv_shape *conv);
int winograd_is_of_series(const struct conv_shape *conv);

/* Whether the smallest tiles need at most two thirds of the direct convolution's multiplications, which pays for the
 * transforms. Maps of a few pixels leave most of a tile unused: a 2 x 2 map of 3 x 3 kernels has 36 either way. */
int winograd_pays(const struct conv_shape *conv);

/* The tiles of a filtering for the convolution, which must be on images (kernel_w > 1) or on series, like the
 * filtering. */
struct winograd_shape winograd_shape(const struct conv_shape *conv, enum winograd_filtering filtering);

/* The fastest filtering for training steps of `batch` items; 0: for evaluation, where it does not depend on the number
 * of items. bf16: factors of products are rounded to bfloat16, which tolerates only the rounding of the smallest
 * tiles. */
enum winograd_filtering winograd_choice(const struct conv_shape *conv, size_t batch, int bf16);

struct winograd_transforms {
    /* u at row `first` = transformed weights of rows first .. first + count - 1; filter_adjoint: d_weight from du there
     */
    void (*filter)(const struct winograd_shape *s, const float *weight, size_t first, size_t count, float *u,
                   size_t stride);
    void (*filter_adjoint)(const struct winograd_shape *s, const float *du, size_t stride, size_t first, size_t count,
                           float *d_weight /* those rows' elements are overwritten */);

    /* One item: x [height_in][width_in][c_in] and v, dv at the item's first tile. zeros: [c_in] zeros */
    void (*input)(const struct winograd_shape *s, const float *x, const float *zeros, float *v, size_t stride);
    void (*input_adjoint)(const struct winograd_shape *s, const float *dv, size_t stride, float *dx /* overwritten */);

    /* One item: y [height_out][width_out][c_out] = activation(outputs + bias). output_adjoint: dm from dz */
    void (*output)(const struct winograd_shape *s, const float *m, size_t stride, const float *bias, float *y);
    void (*output_adjoint)(const struct winograd_shape *s, const float *dz, float *dm, size_t stride);
};

struct winograd_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);
    struct winograd_transforms transforms[WINOGRAD_FILTERINGS];
};

const struct winograd_kernels *winograd_kernels(void);                     /* the best build for this processor */
const struct winograd_kernels *const *winograd_kernels_all(size_t *count); /* every build that runs here */

#endif

/* lib/data/perturb_warp.c: the talk's affine warp, (1 - w, w, 0; w, 1 + w, 0) with w = strength.
 *
 * As in the talk's program, the matrix maps a point of the result to the point of the original that has its value: x' =
 * (1 - w) x + w y, y' = w x + (1 + w) y. x counts columns to the right and y rows downwards, from the upper left corner
 * of the image, so the centre of pixel (i, j) is at (x, y) = (j + 1/2, i + 1/2). The corner is the fixed point. The
 * talk took the nearest pixel and zeros outside; here values are bilinear and the background is outside. */
#include <string.h>

#include "data/perturb.h"
#include "data/resample.h"

perturb_fn perturb_warp;

void perturb_warp(const struct scene *scene, const float *in, double strength, struct random_key key,
                  const float *gradient, float *out)
{
    const struct shape shape = scene->shape;
    (void)gradient;
    (void)key;
    if (strength == 0) {
        memcpy(out, in, shape_size(shape) * sizeof *out);
        return;
    }
    for (size_t row = 0; row < shape.height; row++) {
        for (size_t column = 0; column < shape.width; column++) {
            double x = (double)column + 0.5, y = (double)row + 0.5;
            double from_x = (1 - strength) * x + strength * y;
            double from_y = strength * x + (1 + strength) * y;
            resample_image(shape, in, from_y - 0.5, from_x - 0.5, scene->background,
                           out + (row * shape.width + column) * shape.channels);
        }
    }
}

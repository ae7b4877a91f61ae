/* lib/data/perturb_rotation.c: rotates the picture clockwise, like the talk, by `strength` degrees about its centre. */
#include <gsl/gsl_math.h> /* M_PI */
#include <math.h>
#include <string.h>

#include "data/perturb.h"
#include "data/resample.h"

perturb_fn perturb_rotation;

void perturb_rotation(const struct scene *scene, const float *in, double strength, struct random_key key,
                      const float *gradient, float *out)
{
    const struct shape shape = scene->shape;
    (void)gradient;
    (void)key;
    if (strength == 0) {
        memcpy(out, in, shape_size(shape) * sizeof *out);
        return;
    }
    double cosine = cos(strength * M_PI / 180), sine = sin(strength * M_PI / 180);
    double middle_row = ((double)shape.height - 1) / 2, middle_column = ((double)shape.width - 1) / 2;
    for (size_t row = 0; row < shape.height; row++) {
        for (size_t column = 0; column < shape.width; column++) {
            /* Each pixel of the result looks up its source, so the rotation is inverted. Rows count downwards, so a
             * positive angle from the column axis to the row axis is clockwise. */
            double x = (double)column - middle_column, y = (double)row - middle_row;
            double from_column = middle_column + x * cosine + y * sine;
            double from_row = middle_row - x * sine + y * cosine;
            resample_image(shape, in, from_row, from_column, scene->background,
                           out + (row * shape.width + column) * shape.channels);
        }
    }
}

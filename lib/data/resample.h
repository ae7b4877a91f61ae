/* lib/data/resample.h: values between the grid points of an item, for the perturbations that move things. */
#ifndef TENTH_DATA_RESAMPLE_H
#define TENTH_DATA_RESAMPLE_H

#include <stddef.h>

#include "core/shape.h"

/* The image at a point, bilinearly, with every pixel outside the image at `background`. Pixel (i, j) lies at row i and
 * column j.
 *   in   [height][width][channels]
 *   out  [channels], overwritten */
void resample_image(struct shape shape, const float *in, double row, double column, float background, float *out);

/* The series at a time in samples, linearly; before the first and after the last sample their values hold.
 *   in   [height][1][channels]
 *   out  [channels], overwritten */
void resample_series(struct shape shape, const float *in, double time, float *out);

#endif

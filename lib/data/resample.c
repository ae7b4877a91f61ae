#include "data/resample.h"

#include <math.h>

/* The value of a pixel that may lie outside. */
static float pixel(struct shape shape, const float *in, double row, double column, size_t channel, float background)
{
    if (row < 0 || column < 0 || row >= (double)shape.height || column >= (double)shape.width)
        return background;
    return in[((size_t)row * shape.width + (size_t)column) * shape.channels + channel];
}

void resample_image(struct shape shape, const float *in, double row, double column, float background, float *out)
{
    double top = floor(row), left = floor(column);
    float down = (float)(row - top), right = (float)(column - left); /* shares of the pixels below and to the right */
    for (size_t c = 0; c < shape.channels; c++) {
        float above = (1 - right) * pixel(shape, in, top, left, c, background) +
                      right * pixel(shape, in, top, left + 1, c, background);
        float below = (1 - right) * pixel(shape, in, top + 1, left, c, background) +
                      right * pixel(shape, in, top + 1, left + 1, c, background);
        out[c] = (1 - down) * above + down * below;
    }
}

void resample_series(struct shape shape, const float *in, double time, float *out)
{
    double last = (double)shape.height - 1;
    double held = fmin(fmax(time, 0), last);
    size_t before = (size_t)held;
    size_t after = before + 1 < shape.height ? before + 1 : before;
    float share = (float)(held - (double)before);
    for (size_t c = 0; c < shape.channels; c++)
        out[c] = (1 - share) * in[before * shape.channels + c] + share * in[after * shape.channels + c];
}

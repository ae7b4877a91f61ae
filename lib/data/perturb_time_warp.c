/* lib/data/perturb_time_warp.c: runs a series alternately faster and slower; both ends stay in place.
 *
 * With u in 0..1 from the first sample to the last, the result at u is the original at
 *
 *   u + strength * sum_k a_k sin(pi k u) / (pi k),   k = 1..3,   sum_k |a_k| = 1,
 *
 * with a_k from the key. The local speed, the derivative, lies between 1 - strength and 1 + strength, so for strengths
 * below 1 time never runs backwards. */
#include <gsl/gsl_math.h> /* M_PI */
#include <math.h>
#include <string.h>

#include "data/perturb.h"
#include "data/resample.h"

perturb_fn perturb_time_warp;

enum { WAVES = 3 };

static void draw_waves(struct random_key key, double amplitude[WAVES])
{
    struct random_sequence sequence = random_sequence(key);
    double total = 0;
    for (size_t k = 0; k < WAVES; k++) {
        amplitude[k] = random_next_normal(&sequence);
        total += fabs(amplitude[k]);
    }
    for (size_t k = 0; k < WAVES; k++)
        amplitude[k] /= total;
}

void perturb_time_warp(const struct scene *scene, const float *in, double strength, struct random_key key,
                       const float *gradient, float *out)
{
    const struct shape shape = scene->shape;
    (void)gradient;
    if (strength == 0 || shape.height < 2) {
        memcpy(out, in, shape_size(shape) * sizeof *out);
        return;
    }
    double amplitude[WAVES];
    draw_waves(key, amplitude);
    double last = (double)shape.height - 1;
    for (size_t time = 0; time < shape.height; time++) {
        double u = (double)time / last;
        double from = u;
        for (size_t k = 0; k < WAVES; k++) {
            double turns = M_PI * (double)(k + 1);
            from += strength * amplitude[k] * sin(turns * u) / turns;
        }
        resample_series(shape, in, from * last, out + time * shape.channels);
    }
}

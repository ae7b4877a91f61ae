/* lib/data/perturb_fgsm.c: moves every element in the direction in which the network's loss rises, by `strength` 255ths
 * of the raw range, and never beyond that range: the fast gradient sign method (Goodfellow et al. 2015,
 * arXiv:1412.6572), with strengths in the units of the literature. */
#include <math.h>
#include <string.h>

#include "data/perturb.h"

perturb_fn perturb_fgsm;

/* Back into the range; an element that was already outside may stay there. */
static double clipped(double moved, double from, const struct scene *scene)
{
    return fmin(fmax(moved, fmin(from, (double)scene->low)), fmax(from, (double)scene->high));
}

void perturb_fgsm(const struct scene *scene, const float *in, double strength, struct random_key key,
                  const float *gradient, float *out)
{
    (void)key;
    const double step = strength / 255 * ((double)scene->high - (double)scene->low);
    memcpy(out, in, shape_size(scene->shape) * sizeof *out);
    for (size_t i = 0; strength != 0 && i < shape_size(scene->shape); i++) {
        if (gradient[i] != 0)
            out[i] = (float)clipped((double)in[i] + copysign(step, (double)gradient[i]), (double)in[i], scene);
    }
}

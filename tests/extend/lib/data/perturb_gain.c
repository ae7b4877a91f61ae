/* lib/data/perturb_gain.c: an amplifier that is set too high: the normalised item times 1 + strength. */
#include "data/perturb.h"

perturb_fn perturb_gain;

void perturb_gain(const struct scene *scene, const float *in, double strength, struct random_key key,
                  const float *gradient, float *out)
{
    (void)key;
    (void)gradient;
    for (size_t i = 0; i < shape_size(scene->shape); i++)
        out[i] = in[i] * (float)(1 + strength);
}

/* lib/data/perturb_noise.c: strength times one fixed draw of N(0, 1) for each element, added to the normalised item. */
#include <string.h>

#include "data/perturb.h"

perturb_fn perturb_noise;

void perturb_noise(const struct scene *scene, const float *in, double strength, struct random_key key,
                   const float *gradient, float *out)
{
    const struct shape shape = scene->shape;
    (void)gradient;
    size_t count = shape_size(shape);
    if (strength == 0) { /* also keeps the sign of a zero */
        memcpy(out, in, count * sizeof *out);
        return;
    }
    random_normal(key, 0, count, out);
    for (size_t i = 0; i < count; i++)
        out[i] = in[i] + (float)strength * out[i];
}

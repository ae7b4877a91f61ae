/* lib/data/perturb_fgsm.c: every element is moved by the strength to the side on which the network's loss rises: the
 * fast gradient sign method (Goodfellow et al. 2015, arXiv:1412.6572). Elements may leave the range of the data. */
#include <math.h>

#include "data/perturb.h"

perturb_fn perturb_fgsm;

void perturb_fgsm(struct shape shape, const float *in, double strength, float background, struct random_key key,
                  const float *gradient, float *out)
{
    (void)background;
    (void)key;
    for (size_t i = 0; i < shape_size(shape); i++)
        out[i] = strength == 0 || gradient[i] == 0 ? in[i] : in[i] + (float)copysign(strength, (double)gradient[i]);
}

/* lib/data/perturb_time_shift.c: moves a series by `strength` samples, earlier or later depending on the key. The value
 * at an end fills in from there. */
#include <string.h>

#include "data/perturb.h"
#include "data/resample.h"

perturb_fn perturb_time_shift;

void perturb_time_shift(const struct scene *scene, const float *in, double strength, struct random_key key,
                        const float *gradient, float *out)
{
    const struct shape shape = scene->shape;
    (void)gradient;
    if (strength == 0) {
        memcpy(out, in, shape_size(shape) * sizeof *out);
        return;
    }
    struct random_sequence sequence = random_sequence(key);
    double later = random_next_word(&sequence) & 1 ? strength : -strength;
    for (size_t time = 0; time < shape.height; time++)
        resample_series(shape, in, (double)time - later, out + time * shape.channels);
}

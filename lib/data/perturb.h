/* lib/data/perturb.h: perturbations of one normalised item, in a registry (perturbation.def). */
#ifndef TENTH_DATA_PERTURB_H
#define TENTH_DATA_PERTURB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/random.h"
#include "core/shape.h"

enum perturbation_fit { FITS_IMAGE, FITS_SERIES, FITS_ALL };
enum perturbation_need { NEEDS_ITEM, NEEDS_GRADIENT };

/* in, out [height][width][channels], not overlapping. At strength 0 out equals in, bit for bit. The key is the same for
 * all methods, samples and strengths of an item: noise at strength s is s times one fixed draw, so that curves are
 * smooth in the strength and comparable between methods. gradient, like in: of the network's loss with respect to the
 * item, for those that need it; NULL for the others. */
typedef void perturb_fn(struct shape shape, const float *in, double strength, float background, struct random_key key,
                        const float *gradient, float *out);

struct perturbation {
    const char *name;
    enum perturbation_fit fit;
    enum perturbation_need need;
    double largest; /* strength at the end of the default sweep */
    const char *unit, *title;
    perturb_fn *apply;
};

const struct perturbation *perturbations(size_t *count);
const struct perturbation *perturbation_find(const char *name, struct error *error);
bool perturbation_fits(const struct perturbation *perturbation, struct shape shape); /* width 1: a series */

#endif

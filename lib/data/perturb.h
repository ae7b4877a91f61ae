/* lib/data/perturb.h: perturbations of one normalised item, in a registry (perturbation.def). */
#ifndef TENTH_DATA_PERTURB_H
#define TENTH_DATA_PERTURB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "compute/random.h"
#include "core/shape.h"
#include "data/dataset.h"

enum perturbation_fit { FITS_IMAGE, FITS_SERIES, FITS_ALL };
enum perturbation_need { NEEDS_ITEM, NEEDS_GRADIENT };
enum perturbation_spacing { SPACED_EVENLY, SPACED_AS_SQUARES };

/* Properties shared by the items of a data set, in normalised values. */
struct scene {
    struct shape shape;
    float background; /* the value outside an image */
    float low, high;  /* the ends of the raw range: a byte's, or else that of all values of the training file */
};

/* The scene of a data set; `black`: the value outside is the low end of the range. */
struct scene scene_of(const struct dataset *dataset, bool black);

/* in, out [height][width][channels], not overlapping. At strength 0 out equals in, bit for bit. The key is the same for
 * all methods, samples and strengths of an item: noise at strength s is s times one fixed draw, so curves are smooth in
 * the strength and comparable between methods. gradient, shaped like in: of the network's loss with respect to the
 * item, for those that need it; NULL for the others. */
typedef void perturb_fn(const struct scene *scene, const float *in, double strength, struct random_key key,
                        const float *gradient, float *out);

struct perturbation {
    const char *name;
    enum perturbation_fit fit;
    enum perturbation_need need;
    double largest; /* strength at the end of the default sweep */
    enum perturbation_spacing spacing;
    const char *unit, *title;
    perturb_fn *apply;
};

const struct perturbation *perturbations(size_t *count);
const struct perturbation *perturbation_find(const char *name, struct error *error);
bool perturbation_fits(const struct perturbation *perturbation, struct shape shape); /* width 1: a series */

/* Strength number `place` of `count` (at least 2) from 0 to scale times the largest, by the row's spacing. */
double perturbation_strength(const struct perturbation *perturbation, double scale, size_t place, size_t count);

#endif

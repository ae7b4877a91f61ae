/* lib/data/ood.h: items that belong to no class of the network, in a registry (ood.def). */
#ifndef TENTH_DATA_OOD_H
#define TENTH_DATA_OOD_H

#include <stdbool.h>

#include "core/error.h"
#include "compute/random.h"
#include "data/dataset.h"
#include "data/perturb.h"

/* out [height][width][channels], overwritten, as a network sees it: made from a normalised test item or only from the
 * key, which is the same for all methods and samples. */
typedef void ood_fn(struct shape shape, const float *test_item, struct random_key key, float *out);

struct ood {
    const char *name;
    enum perturbation_fit fit;
    ood_fn *make; /* NULL: items of the data set called `name` */
    const char *title;
};

const struct ood *oods(size_t *count);
const struct ood *ood_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */
bool ood_fits(const struct ood *ood, const struct dataset_kind *kind);

/* Item `index` of another data set as a network of `kind` would see it: centred, cut or surrounded by background, gray
 * if the network has one channel, with equal channels if it has several; normalised like the network's own items. The
 * data set must hold bytes. */
void ood_convert(const struct items *from, size_t index, const struct dataset_kind *kind, float *out);

#endif

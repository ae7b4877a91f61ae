#include "data/perturb.h"

#include "core/registry.h"

#define PERTURBATION(name, shapes, needs, largest, unit, title) perturb_fn perturb_##name;
#include "data/perturbation.def"
#undef PERTURBATION

static const struct perturbation all_perturbations[] = {
#define PERTURBATION(name, shapes, needs, largest, unit, title)                                                        \
    {#name, shapes, needs, largest, unit, title, perturb_##name},
#include "data/perturbation.def"
#undef PERTURBATION
};

const struct perturbation *perturbations(size_t *count)
{
    *count = sizeof all_perturbations / sizeof all_perturbations[0];
    return all_perturbations;
}

const struct perturbation *perturbation_find(const char *name, struct error *error)
{
    return registry_find("perturbation", name, all_perturbations,
                         sizeof all_perturbations / sizeof all_perturbations[0], sizeof all_perturbations[0], error);
}

bool perturbation_fits(const struct perturbation *perturbation, struct shape shape)
{
    bool series = shape.width == 1;
    return perturbation->fit == FITS_ALL || perturbation->fit == (series ? FITS_SERIES : FITS_IMAGE);
}

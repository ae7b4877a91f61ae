#include "data/perturb.h"

#include <math.h>
#include <stdint.h>

#include "core/registry.h"

#define PERTURBATION(name, shapes, needs, largest, spacing, unit, title) perturb_fn perturb_##name;
#include "data/perturbation.def"
#undef PERTURBATION

static const struct perturbation all_perturbations[] = {
#define PERTURBATION(name, shapes, needs, largest, spacing, unit, title)                                               \
    {#name, shapes, needs, largest, spacing, unit, title, perturb_##name},
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

double perturbation_strength(const struct perturbation *perturbation, double scale, size_t place, size_t count)
{
    double share = (double)place / (double)(count - 1);
    return perturbation->largest * scale * (perturbation->spacing == SPACED_AS_SQUARES ? share * share : share);
}

static void raw_ends(const float *values, size_t count, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        *low = fmin(*low, (double)values[i]);
        *high = fmax(*high, (double)values[i]);
    }
}

struct scene scene_of(const struct dataset *dataset, bool black)
{
    const struct items *items = &dataset->train;
    const double offset = (double)items->offset, scale = (double)items->scale;
    double low = 0, high = UINT8_MAX;
    if (items->values)
        raw_ends(items->values, items->count * shape_size(items->shape), &low, &high);
    struct scene scene = {.shape = items->shape,
                          .background = dataset->kind->background,
                          .low = (float)((low - offset) / scale),
                          .high = (float)((high - offset) / scale)};
    if (black)
        scene.background = scene.low;
    return scene;
}

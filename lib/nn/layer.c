#include "nn/layer.h"

#include "core/registry.h"

static const struct layer_kind *const all_kinds[] = {
#define LAYER(name) &layer_##name,
#include "nn/layer.def"
#undef LAYER
};

const struct layer_kind *const *layer_kinds(size_t *count)
{
    *count = LAYER_KINDS;
    return all_kinds;
}

const struct layer_kind *layer_kind_find(const char *name, struct error *error)
{
    struct {
        const char *name;
    } rows[LAYER_KINDS];
    for (size_t i = 0; i < LAYER_KINDS; i++)
        rows[i].name = all_kinds[i]->name;
    const char *const *found = registry_find("layer", name, rows, LAYER_KINDS, sizeof rows[0], error);
    for (size_t i = 0; found && i < LAYER_KINDS; i++)
        if (all_kinds[i]->name == *found)
            return all_kinds[i];
    return NULL;
}

/* rows 0: `whole`; columns 0: as rows, and 1 on series. */
static struct extent extent_of(size_t rows, size_t columns, struct shape input, struct extent whole)
{
    if (rows == 0)
        return whole;
    if (columns == 0)
        columns = input.width == 1 ? 1 : rows;
    return (struct extent){rows, columns};
}

struct extent layer_kernel(const struct layer_spec *spec, struct shape input)
{
    return extent_of(spec->kernel, spec->kernel_w, input, (struct extent){input.height, input.width});
}

struct extent layer_stride(const struct layer_spec *spec, struct shape input)
{
    return extent_of(spec->stride, spec->stride_w, input, layer_kernel(spec, input));
}

#include "nn/activation.h"

#include <math.h>

#include "compute/vector_math.h"
#include "core/registry.h"

#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    static float exact_##name(float z)                                                                                 \
    {                                                                                                                  \
        return exact;                                                                                                  \
    }
#include "nn/activation.def"
#undef ACTIVATION

static const struct activation all_activations[ACTIVATIONS] = {
#define ACTIVATION(name, title, source, value, slope, exact, device)                                                   \
    {#name, title, source, device, ACTIVATION_##name, exact_##name},
#include "nn/activation.def"
#undef ACTIVATION
};

const struct activation *activations(size_t *count)
{
    *count = ACTIVATIONS;
    return all_activations;
}

const struct activation *activation_find(const char *name, struct error *error)
{
    return registry_find("activation", name, all_activations, ACTIVATIONS, sizeof all_activations[0], error);
}

#include "core/kernels.h"

#include "core/isa.h"

extern const struct kernels kernels_base;

#if defined(__x86_64__)
extern const struct kernels kernels_avx512, kernels_avx2;
static const struct kernels *const builds[] = {&kernels_avx512, &kernels_avx2, &kernels_base}; /* best first */
#else
static const struct kernels *const builds[] = {&kernels_base};
#endif
enum { BUILD_COUNT = sizeof builds / sizeof *builds };

/* A processor that runs a build runs those after it too, so what runs is the end of the list. */
const struct kernels *const *kernels_all(size_t *count)
{
    size_t first = 0;
    while (first + 1 < BUILD_COUNT && !builds[first]->runs_here())
        first++;
    *count = BUILD_COUNT - first;
    return builds + first;
}

const struct kernels *kernels(void)
{
    size_t count;
    return kernels_all(&count)[0];
}

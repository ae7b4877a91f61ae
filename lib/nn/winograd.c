#include "nn/winograd.h"

#include "core/isa.h"

extern const struct winograd_kernels winograd_kernels_base;

#if defined(__x86_64__)
extern const struct winograd_kernels winograd_kernels_avx512, winograd_kernels_avx2;
static const struct winograd_kernels *const builds[] = {&winograd_kernels_avx512, &winograd_kernels_avx2,
                                                        &winograd_kernels_base};
#else
static const struct winograd_kernels *const builds[] = {&winograd_kernels_base};
#endif
enum { BUILD_COUNT = sizeof builds / sizeof *builds };

/* Best first; a processor that runs a build runs those after it too. */
const struct winograd_kernels *const *winograd_kernels_all(size_t *count)
{
    size_t first = 0;
    while (first + 1 < BUILD_COUNT && !builds[first]->runs_here())
        first++;
    *count = BUILD_COUNT - first;
    return builds + first;
}

const struct winograd_kernels *winograd_kernels(void)
{
    size_t count;
    return winograd_kernels_all(&count)[0];
}

#include "nn/sparse_kernels.h"

#include "core/isa.h"

extern const struct sparse_kernels sparse_kernels_base;

#if defined(__x86_64__)
extern const struct sparse_kernels sparse_kernels_avx512, sparse_kernels_avx2;
static const struct sparse_kernels *const builds[] = {&sparse_kernels_avx512, &sparse_kernels_avx2,
                                                      &sparse_kernels_base};
#else
static const struct sparse_kernels *const builds[] = {&sparse_kernels_base};
#endif
enum { BUILD_COUNT = sizeof builds / sizeof *builds };

/* Best first; a processor that runs a build runs those after it too. */
const struct sparse_kernels *const *sparse_kernels_all(size_t *count)
{
    size_t first = 0;
    while (first + 1 < BUILD_COUNT && !builds[first]->runs_here())
        first++;
    *count = BUILD_COUNT - first;
    return builds + first;
}

const struct sparse_kernels *sparse_kernels(void)
{
    size_t count;
    return sparse_kernels_all(&count)[0];
}

/* lib/compute/random_kernels.h: the streams of compute/random.h, vectorised.
 *
 * Compiled three times from random_kernels_body.c (AVX-512, AVX2 + FMA, and the compiler's baseline) and chosen once
 * for the processor; `random_kernels_all` lists the builds that can run here, for tests. */
#ifndef TENTH_COMPUTE_RANDOM_KERNELS_H
#define TENTH_COMPUTE_RANDOM_KERNELS_H

#include <stddef.h>

#include "compute/random.h"

struct random_kernels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);

    /* out[i] = element first + i of the key's stream; see compute/random.h */
    void (*normal)(struct random_key key, size_t first, size_t count, float *out);
    void (*uniform)(struct random_key key, size_t first, size_t count, float *out);
};

const struct random_kernels *random_kernels(void);                     /* the best build for this processor */
const struct random_kernels *const *random_kernels_all(size_t *count); /* every build that runs here */

#endif

/* lib/compute/chunk.h: what the bodies of passes over parameter tensors share (compute/isa.h). Everything works on
 * chunks of 64 elements with constant loop bounds. The end of a range is copied into a whole chunk first, so that an
 * element's bits never depend on where a range begins or ends, or on a vector loop's remainder. */
#ifndef TENTH_COMPUTE_CHUNK_H
#define TENTH_COMPUTE_CHUNK_H

#include <stddef.h>
#include <string.h>

#include "compute/random.h"

enum { CHUNK = RANDOM_CHUNK };

/* `here` elements starting at `from`, followed by zeros. */
static inline void load(float chunk[CHUNK], const float *from, size_t here)
{
    memcpy(chunk, from, here * sizeof *from);
    memset(chunk + here, 0, (CHUNK - here) * sizeof *from);
}

/* Prefetches what a loop over chunks will need of an array some chunks later. Processors prefetch on their own, but
 * stop at page ends, which a pass over eight arrays meets eight times in 16 chunks. Nothing is read beyond the array's
 * end. */
static inline void prefetch(const float *x)
{
    enum { AHEAD = 8 * CHUNK, LINE = 16 };
    for (int i = 0; i < CHUNK; i += LINE)
        __builtin_prefetch(x + AHEAD + i, 1);
}

/* a b + c. If c is a product too, a compiler may round either, and its choice varied. */
static inline float multiply_add(float a, float b, float c)
{
#ifdef __FMA__
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

static inline double sum_of(const float *term, size_t count)
{
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++)
        sum += (double)term[i];
    return sum;
}

#endif

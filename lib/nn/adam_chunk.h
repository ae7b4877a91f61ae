/* lib/nn/adam_chunk.h: Adam's update of a chunk (compute/chunk.h), for the bodies of passes that end with it. */
#ifndef TENTH_NN_ADAM_CHUNK_H
#define TENTH_NN_ADAM_CHUNK_H

#include <math.h>

#include "compute/chunk.h"
#include "nn/optimizer.h"

/* x -= rate m / (sqrt(v) + epsilon), after updating the gradient's moments m and v. */
static inline void adam_chunk(struct kernel_adam adam, const float *restrict gradient, float *restrict x,
                              float *restrict m, float *restrict v)
{
    float size[CHUNK];
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        m[i] += (1.0F - adam.beta1) * (gradient[i] - m[i]);
        v[i] += (1.0F - adam.beta2) * (gradient[i] * gradient[i] - v[i]);
        size[i] = sqrtf(v[i]) + adam.epsilon;
    }
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        x[i] -= adam.rate * m[i] / size[i];
}

#endif

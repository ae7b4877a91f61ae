/* lib/nn/dense.h: the fully connected layer. Private to lib/nn. Work is split at fixed places, among all the threads of
 * the parallel region, as in conv.h. */
#ifndef TENTH_NN_DENSE_H
#define TENTH_NN_DENSE_H

#include <stddef.h>

#include "compute/gemm.h"
#include "core/phase_clock.h"

struct dense {
    size_t in, out;
    gemm_fn *gemm;
    struct phase_clock *clock; /* NULL: not measured; borrowed */
};

/* y = x w + bias */
void dense_forward(const struct dense *dense, const float *w /* [in][out] */, const float *bias /* [out] */,
                   const float *x /* [batch][in] */, size_t batch, float *y /* [batch][out], overwritten */);

/* The same by the calling thread alone. */
void dense_evaluate(const struct dense *dense, const float *w, const float *bias, const float *x, size_t batch,
                    float *y);

void dense_backward(const struct dense *dense, const float *w, const float *x, const float *dy /* [batch][out] */,
                    size_t batch, float *dw /* overwritten */, float *d_bias /* overwritten */,
                    float *dx /* [batch][in], overwritten */);

#endif

#include "nn/dense.h"

#include <string.h>

#include "core/size.h"

enum { BLOCK_ITEMS = 16, BLOCK_INPUTS = 256 };

void dense_evaluate(const struct dense *dense, const float *w, const float *bias, const float *x, size_t batch,
                    float *y)
{
    const size_t in = dense->in, out = dense->out;
    double begun = phase_begin(dense->clock);
    for (size_t item = 0; item < batch; item++)
        memcpy(y + item * out, bias, out * sizeof *y);
    dense->gemm(GEMM_PLAIN, GEMM_PLAIN, batch, out, in, x, in, w, out, 1.0F, y, out);
    phase_end(dense->clock, PHASE_GEMM, begun);
}

void dense_forward(const struct dense *dense, const float *w, const float *bias, const float *x, size_t batch, float *y)
{
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS)
        dense_evaluate(dense, w, bias, x + first * dense->in, smaller(BLOCK_ITEMS, batch - first),
                       y + first * dense->out);
}

static void add_rows(const float *dy, size_t batch, size_t out, float *d_bias)
{
    memset(d_bias, 0, out * sizeof *d_bias);
    for (size_t item = 0; item < batch; item++)
        for (size_t c = 0; c < out; c++)
            d_bias[c] += dy[item * out + c];
}

void dense_backward(const struct dense *dense, const float *w, const float *x, const float *dy, size_t batch, float *dw,
                    float *d_bias, float *dx)
{
    const size_t in = dense->in, out = dense->out;
#pragma omp single nowait
    add_rows(dy, batch, out, d_bias);
#pragma omp for nowait
    for (size_t first = 0; first < in; first += BLOCK_INPUTS) {
        double begun = phase_begin(dense->clock);
        dense->gemm(GEMM_TRANSPOSED, GEMM_PLAIN, smaller(BLOCK_INPUTS, in - first), out, batch, x + first, in, dy, out,
                    0.0F, dw + first * out, out);
        phase_end(dense->clock, PHASE_GEMM, begun);
    }
#pragma omp for
    for (size_t first = 0; first < batch; first += BLOCK_ITEMS) {
        double begun = phase_begin(dense->clock);
        dense->gemm(GEMM_PLAIN, GEMM_TRANSPOSED, smaller(BLOCK_ITEMS, batch - first), in, out, dy + first * out, out, w,
                    out, 0.0F, dx + first * in, in);
        phase_end(dense->clock, PHASE_GEMM, begun);
    }
}

/* lib/nn/conv.h: one convolution with bias and SELU, forward and backward. Private to lib/nn.
 *
 * Each algorithm is a row of the table in conv.c; they differ only in speed and rounding. A conv borrows its weights,
 * owns its workspace, and splits its sums at places that depend only on shapes, never on the number of threads. The
 * first algorithm whose `supports` says yes is used.
 *
 * A step is one parallel region (nn/network.c): conv_prepare, conv_forward and conv_backward are called by each of its
 * threads, at most use.threads, with the same arguments, and return when all is done. A thread has the same items in
 * every loop over a batch, as far as its parts allow. Outside a parallel region the calling thread does everything. */
#ifndef TENTH_NN_CONV_H
#define TENTH_NN_CONV_H

#include "compute/gemm.h"
#include "core/error.h"
#include "core/phase_clock.h"
#include "nn/activation.h"
#include "nn/conv_shape.h"

struct conv;
struct activation_kernels;
struct layer_kernels;
struct winograd_kernels;
struct winograd_few_kernels;

struct conv_algorithm {
    const char *name;
    int (*supports)(const struct conv_shape *shape);
    size_t (*workspace_size)(const struct conv *conv); /* floats; SIZE_MAX if that does not fit */
    void (*prepare)(const struct conv *conv);          /* the weights are new; need not wait for the other threads */
    void (*forward)(const struct conv *conv, const float *x, size_t batch, float *y);
    void (*evaluate)(const struct conv *conv, int thread, const float *x, size_t batch, float *y);
    void (*backward)(const struct conv *conv, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                     float *d_bias, float *dx);
};

/* What a conv is for. */
struct conv_use {
    size_t max_batch;
    int training; /* 1: forward, backward; 0: evaluate */
    int threads;
    int bf16; /* 1: factors of products are rounded to bfloat16 */
    enum activation_index activation;
};

struct conv {
    struct conv_shape shape;
    const struct conv_algorithm *algorithm;
    struct conv_use use;
    const float *weight;                       /* [kernel_h][kernel_w][c_in][c_out] */
    const float *bias;                         /* [c_out] */
    float *workspace;                          /* the algorithm's own */
    const struct layer_kernels *layer_kernels; /* conv_init takes the best builds; tests take each */
    const struct winograd_kernels *winograd_kernels;
    const struct winograd_few_kernels *winograd_few_kernels;
    size_t second_cache;               /* bytes; conv_init asks for the processor's */
    const struct gemm_functions *gemm; /* conv_init takes those for use.bf16; borrowed */
    struct phase_clock *clock;         /* NULL: not measured; borrowed */
};

/* algorithm NULL: the first that supports the shape. On failure *conv holds nothing to free. */
enum status conv_init(struct conv *conv, const struct conv_shape *shape, const struct conv_algorithm *algorithm,
                      struct conv_use use, struct error *error);
void conv_clear(struct conv *conv); /* a zeroed conv is allowed */

/* Before any other thread uses the conv; conv_prepare must follow. */
void conv_set_weights(struct conv *conv, const float *weight, const float *bias);

/* Prepares the weights for the algorithm. Unlike the other two it does not wait for the other threads, so that several
 * convs can be prepared at once: a barrier, or the end of the region, must follow. */
void conv_prepare(const struct conv *conv);

/* y = activation(convolution of x + bias); overwritten. Keeps what backward needs. */
void conv_forward(const struct conv *conv, const float *x /* [batch][height_in][width_in][c_in] */, size_t batch,
                  float *y /* [batch][height_out][width_out][c_out] */);

/* The same y, by the calling thread alone. Threads with different numbers, 0 <= thread < threads, may call it at
 * once. */
void conv_evaluate(const struct conv *conv, int thread, const float *x, size_t batch, float *y);

/* After conv_forward of the same x and batch (algorithms may have kept data made from x). dy is destroyed. */
void conv_backward(const struct conv *conv, const float *x, const float *y, float *dy /* like y */, size_t batch,
                   float *d_weight /* overwritten */, float *d_bias /* overwritten */,
                   float *dx /* like x; overwritten; NULL: not wanted */);

/* The passes of the conv's activation. */
const struct activation_kernels *conv_activation(const struct conv *conv);

/* The first that supports the shape. */
const struct conv_algorithm *conv_algorithm_for(const struct conv_shape *shape);

/* Every algorithm, for tests. */
const struct conv_algorithm *const *conv_algorithms(size_t *count);

/* Kernels of 3 with stride 1, of 5 and 6 with stride 2, where winograd_pays: between at least 16 channels; of images,
 * with stride 2, from fewer than 16 channels to more */
extern const struct conv_algorithm conv_winograd, conv_winograd_few;
extern const struct conv_algorithm conv_im2col; /* any shape */

#endif

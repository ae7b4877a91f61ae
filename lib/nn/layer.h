/* lib/nn/layer.h: the layers that a network is a list of. The registry is layer.def.
 *
 * A layer turns maps [height][width][channels] into maps. What it reads for one of its outputs is a window
 * (conv_shape): a convolution's kernel, the whole input of a dense layer, the pixels that a pooling layer takes
 * together. Weighted layers sum over the window of all channels, add a bias and apply an activation; pooling layers
 * reduce the window of each channel to one value. */
#ifndef TENTH_NN_LAYER_H
#define TENTH_NN_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "compute/gemm.h"
#include "core/error.h"
#include "core/phase_clock.h"
#include "nn/activation.h"
#include "nn/conv_shape.h"

enum padding { PADDING_SAME, PADDING_VALID };

/* A layer as an architecture describes it, before the shape of its input is known. */
struct layer_spec {
    const struct layer_kind *kind;
    const struct activation *activation; /* pooling: linear */
    size_t units;                        /* filters, or outputs; 0: as many as channels come in */
    size_t kernel,
        kernel_w; /* rows and columns; columns 0: as rows, and 1 on series (width 1). Rows 0: the whole map */
    size_t stride, stride_w; /* the same; a dense layer has neither */
    enum padding padding;
};

/* What a layer of a network is for, and how. */
struct layer_use {
    size_t max_batch;
    bool training; /* forward and backward; else evaluate */
    int threads;
    bool bf16; /* factors of a convolution's products are rounded to bfloat16 */
};

/* A layer of a network. */
struct layer {
    struct layer_spec spec;
    struct conv_shape window;
    struct layer_use use;
    const float *weight, *bias;               /* of the present network; borrowed; NULL: it has none */
    const struct gemm_functions *gemm, *bf16; /* borrowed */
    struct phase_clock *clock;                /* NULL: not measured; borrowed */
    void *state;                              /* the kind's own */
};

/* What a pooling layer is, besides the walk over its windows (nn/pool.h). */
struct pooling {
    /* One output pixel, y [channels], from its window's input pixels, of which the first is at x (pool_tap). */
    void (*pixel)(const struct conv_shape *window, const float *x, float *y);

    /* Adds to dx, at the window's first pixel, what dy [channels] makes of it. */
    void (*back)(const struct conv_shape *window, const float *x, const float *y, const float *dy, float *dx);

    /* How windows are reduced where a network is evaluated by sums over single weights (nn/planes.h): the inputs of
     * output q by tap t are at x[offset[t] + q]. All arrays may be read and written for SPARSE_SLACK floats more. */
    void (*reduce)(size_t taps, const size_t *offset, const float *x, size_t outputs, float *z);

    /* The same of independent Gaussians (nn/moments.h). */
    void (*moments)(size_t taps, const size_t *offset, const float *mean, const float *variance, size_t outputs,
                    float *z, float *z_variance);

    /* C99 for exported programs (embed/device.c.in), which have a window's values one by one: statements that take the
     * value `x`, number `tap` of `taps`, into `*z`, which begins as number 0; the same for moments, with `x_variance`
     * and
     * `*z_variance`. They may call expf and square_root. */
    const char *device, *device_moments;
};

struct layer_kind {
    const char *name;  /* in architectures (nn/architecture.h) */
    const char *usage; /* what follows the name there */
    const char *title; /* in tables and figures */
    bool has_units;    /* filters or outputs, with weights and biases */
    bool has_window;   /* a kernel and a stride */

    /* The window for inputs of a shape. STATUS_UNSUPPORTED says why there is none. */
    enum status (*window)(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                          struct error *error);

    /* What computes it, for display; NULL: there is one way only. */
    const char *(*algorithm)(const struct conv_shape *window);

    /* The kind's state for a layer whose spec, window and use are set; NULL: none. STATUS_NO_MEMORY leaves nothing to
     * free. */
    enum status (*open)(struct layer *layer, struct error *error);
    void (*close)(struct layer *layer);

    /* After a change of weights, products or clock, before any other thread uses the layer; NULL: nothing to do. */
    void (*set)(struct layer *layer);

    /* Called by each thread of a parallel region, as in nn/conv.h; need not wait for the others. NULL: nothing to do.
     */
    void (*prepare)(const struct layer *layer);

    /* The same, but all have returned when the work is done. y [batch][height_out][width_out][c_out], overwritten. */
    void (*forward)(const struct layer *layer, const float *x, size_t batch, float *y);

    /* y by the calling thread alone. Threads with different numbers, 0 <= thread < use.threads, may call it at once. */
    void (*evaluate)(const struct layer *layer, int thread, const float *x, size_t batch, float *y);

    /* As forward, after it, of the same x. dy, like y, is destroyed; the others are overwritten. y may be NULL if the
     * activation is linear, dx if it is not wanted, d_weight and d_bias if the layer has none. */
    void (*backward)(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch,
                     float *d_weight, float *d_bias, float *dx);

    const struct pooling *pooling; /* NULL: the layer sums over weights */
};

const struct layer_kind *const *layer_kinds(size_t *count);                      /* static storage */
const struct layer_kind *layer_kind_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */

enum layer_number {
#define LAYER(name) LAYER_##name,
#include "nn/layer.def"
#undef LAYER
    LAYER_KINDS
};

#define LAYER(name) extern const struct layer_kind layer_##name;
#include "nn/layer.def"
#undef LAYER

/* The window's rows and columns, and steps, on maps of this width. */
struct extent layer_kernel(const struct layer_spec *spec, struct shape input);
struct extent layer_stride(const struct layer_spec *spec, struct shape input);

static inline struct shape layer_output(const struct conv_shape *window)
{
    return (struct shape){window->height_out, window->width_out, window->c_out};
}

/* Inputs of one output, which is what a weighted layer has weights for. */
static inline size_t layer_fan_in(const struct conv_shape *window)
{
    return window->kernel_h * window->kernel_w * window->c_in;
}

#endif

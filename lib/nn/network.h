/* lib/nn/network.h: a network as a function of its weights: a list of layers (nn/layer.h), the last of which is dense,
 * to the logits. The talk's are
 *
 *   layers x ( convolution with bias, stride, SAME padding; SELU ), then that dense layer.
 *
 * The network owns no weights: it is given one flat vector w[parameters], whose tensors `network_tensors` lists; so it
 * serves a sampled network, the posterior mean and a pruned network alike. It owns its buffers: one caller at a time.
 * Activations are [batch][height][width][channels].
 *
 * SAME padding is TensorFlow's: out = ceil(in / stride), total = max((out - 1) * stride + kernel - in, 0), of which
 * total / 2 (rounded down) goes before. On series (width 1) the kernel is kernel x 1 and the stride (stride, 1). Taps
 * of a kernel that read only padding are not weights (nn/conv.h): a layer on a 1 x 1 map has 1 x 1 kernels.
 *
 * Results do not depend on the number of threads, bit for bit: sums are split at fixed places. */
#ifndef TENTH_NN_NETWORK_H
#define TENTH_NN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compute/gemm.h"
#include "core/error.h"
#include "core/phase_clock.h"
#include "core/shape.h"
#include "nn/layer.h"

enum { NETWORK_LAYERS_MAX = 32 }; /* without the last one */

struct network_spec {
    struct shape input;
    size_t classes;
    size_t layer_count;                           /* without the last layer, which every network has */
    struct layer_spec layers[NETWORK_LAYERS_MAX]; /* nn/architecture.h reads and writes them */
    /* The convolutions use gemm_bf16's products. Those with few input channels (nn/winograd_few.h), the dense layers,
     * and the sums over single weights that evaluate a network with few weights stay in float. */
    bool bf16;
};

/* The layers of the talk's networks: `layers` convolutions alike. */
struct network_short {
    size_t layers, filters, kernel, stride;
};
struct network_spec network_of_short(struct shape input, size_t classes, const struct network_short *form);

enum tensor_role { TENSOR_WEIGHT, TENSOR_BIAS };

enum { TENSOR_NAME_SIZE = 24 };
struct tensor {
    char name[TENSOR_NAME_SIZE];       /* LAYER.weight or LAYER.bias */
    char layer_name[TENSOR_NAME_SIZE]; /* LAYER: see network_layer_name */
    enum tensor_role role;
    size_t layer;  /* of its network, from 0, pooling layers included */
    size_t offset; /* of its first element in w; a multiple of 16 floats */
    size_t count;
    size_t fan_in; /* inputs of one output unit */
    size_t rank;
    size_t shape[4]; /* conv weight: [kernel_h][kernel_w][c_in][c_out]; dense weight: [in][out]; biases: [out] */
};

static inline int tensor_is_bias(const struct tensor *tensor)
{
    return tensor->role == TENSOR_BIAS;
}

/* Whether it has the kernels of a convolution. */
static inline bool tensor_is_kernels(const struct tensor *tensor)
{
    return tensor->rank == 4;
}

struct network;

/* max_batch: the largest batch to expect. `training`: also allocate gradients. threads >= 1. STATUS_UNSUPPORTED: a spec
 * that makes no sense (a map of size 0, no classes, a window larger than its input). NULL *network on failure. */
enum status network_create(const struct network_spec *spec, size_t max_batch, int training, int threads,
                           struct network **network, struct error *error);
void network_free(struct network *network); /* NULL is allowed */

const struct network_spec *network_spec(const struct network *network);
const struct tensor *network_tensors(const struct network *network, size_t *count);

/* Layer `index` of a spec; index layer_count: the last one. */
struct layer_spec network_layer(const struct network_spec *spec, size_t index);

/* Its name: the kind's, with its number among those of that kind, from 1: "conv1", "maxpool2"; the last one is
 * "dense". */
void network_layer_name(const struct network_spec *spec, size_t index, char name[TENSOR_NAME_SIZE]);

/* windows [layer_count + 1] of all layers. STATUS_UNSUPPORTED names the layer that has none. */
enum status network_windows(const struct network_spec *spec, struct conv_shape *windows, struct error *error);

/* Whether a layer's kernels are too large for its map, so that they have fewer taps than the spec says. */
bool network_cuts_kernels(const struct network_spec *spec);

/* network_weight_size for a network of the spec, without making it; SIZE_MAX if that does not fit, or if there is no
 * such network. */
size_t network_size_of(const struct network_spec *spec);

/* Number of floats of w: the tensors and the padding between them (padding is 0 and stays 0). */
size_t network_weight_size(const struct network *network);
size_t network_parameters(const struct network *network); /* without padding */

/* Sets the weights for later calls. w is borrowed until the next call of this function. */
void network_set_weights(struct network *network, const float *w /* [weight_size] */);

/* logits [batch][classes], overwritten. 1 <= batch <= max_batch. */
void network_forward(struct network *network, const float *x /* [batch][h][w][c] */, size_t batch, float *logits);

/* Forward and backward: the mean cross-entropy of the batch and its gradient. gradient [weight_size] is overwritten
 * (padding: 0). Returns the mean negative log-likelihood in nats; *correct receives the number of items whose largest
 * logit is the label's. Only if the network was created for training. */
double network_gradient(struct network *network, const float *x, const uint8_t *y, size_t batch, float *gradient,
                        size_t *correct);

/* The same, and d_x [batch][h][w][c] (overwritten) receives the gradient of the same mean with respect to the items:
 * how to raise the network's loss. For the first layer this costs as much as for any other; training does without. */
double network_input_gradient(struct network *network, const float *x, const uint8_t *y, size_t batch, float *gradient,
                              float *d_x);

/* From now on the passes add the time of their products and transforms to the clock, which is borrowed and has at least
 * the network's threads; NULL, the initial value: nothing is measured. */
void network_set_clock(struct network *network, struct phase_clock *clock);

/* From now on the passes multiply with these, which do what gemm_of_floats and gemm_of_bf16 (the initial ones) do, and
 * perhaps take notes. They are borrowed. */
void network_set_gemm(struct network *network, const struct gemm_functions *floats, const struct gemm_functions *bf16);

/* Multiply-adds of one item's forward pass by direct convolution. */
double network_multiply_adds(const struct network *network);

/* How many of them use each weight of a tensor (of one network, in the order of its tensors): the output positions of a
 * convolution, 1 in a dense layer. */
double network_weight_uses(const struct network *network, size_t tensor);

#endif

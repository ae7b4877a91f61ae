/* lib/nn/sparse_network.h: the logits of a network most of whose weights are 0, by sums over those that are not.
 * Private to network.c.
 *
 * SPARSE_LANES items go through the layers side by side: the places of nn/planes.h hold that many floats, one per item,
 * so every sum is of whole vectors, however small a map is. A row of outputs is made for all filters before the next:
 * the input that it reads then stays in the cache. A dense layer is a convolution with one place. */
#ifndef TENTH_NN_SPARSE_NETWORK_H
#define TENTH_NN_SPARSE_NETWORK_H

#include <stddef.h>

#include "core/error.h"
#include "nn/layer.h"

enum { SPARSE_LANES = 16 };

struct sparse_network;

/* For these layers, of which only the kind, the window and the activation are read; the last one is dense. NULL on
 * failure. */
enum status sparse_network_create(const struct layer *layers, size_t count, int threads,
                                  struct sparse_network **network, struct error *error);
void sparse_network_free(struct sparse_network *network); /* NULL is allowed */

/* Multiply-adds of one item in layer `layer` with weights w [kernel_h][kernel_w][c_in][c_out]: those that are 0 cost
 * none. */
double sparse_multiply_adds(const struct sparse_network *network, size_t layer, const float *w);

/* Sets the weights of layer `layer`, keeping those that are not 0; bias [c_out] is borrowed. Does nothing for a layer
 * without weights. */
void sparse_network_set_layer(struct sparse_network *network, size_t layer, const float *w, const float *bias);

/* logits [batch][classes], overwritten, for x [batch][height][width][channels]; in the calling thread only, whose
 * number is 0 <= thread < threads. An item's logits do not depend on the others. */
void sparse_network_evaluate(const struct sparse_network *network, int thread, const float *x, size_t batch,
                             float *logits);

#endif

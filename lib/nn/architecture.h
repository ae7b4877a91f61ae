/* lib/nn/architecture.h: a network's layers as text, as in configs:
 *
 *   conv 20 5x5 valid relu; maxpool 2; conv 50 5x5 valid relu; maxpool 2; dense 500 relu
 *
 * Layers are separated by ";" (not after a blank, where configs have comments). The last layer, dense to the classes,
 * is not written. Words follow a layer's name in any order; of the numbers, the first is that of filters or outputs.
 * KERNEL is ROWSxCOLUMNS, or ROWS alone: as many columns, and 1 on series. "/STRIDE", of either form, follows it
 * without a blank; without it a convolution's stride is 1 and a pooling layer's its window. "N * " before a layer
 * repeats it. */
#ifndef TENTH_NN_ARCHITECTURE_H
#define TENTH_NN_ARCHITECTURE_H

#include <stddef.h>

#include "core/error.h"
#include "nn/network.h"

/* Sets spec->layers and spec->layer_count. STATUS_USAGE names the layer, its number and what is wrong with it. */
enum status architecture_parse(const char *text, struct network_spec *spec, struct error *error);

/* One layer as architecture_parse reads it, e.g. "conv 20 5x5/2 valid relu". */
enum { LAYER_TEXT_SIZE = 96 };
void layer_text(const struct layer_spec *layer, char text[LAYER_TEXT_SIZE]);

#endif

/* lib/embed/compact.h: removing dead filters from a model. Nothing changes except the rounding of sums.
 *
 * A filter whose output no weight reads goes, and so, from the last layer to the first, do those that only fed it. A
 * filter of the last convolution that no input reaches has one constant output; its effect in the dense layer goes into
 * the dense bias. Before other convolutions a constant is not the same everywhere, since SAME padding cuts it off at
 * the borders; there such a filter stays if something reads it, unless the constant is 0, as that of a removed unit
 * (bayes/pruning.h). */
#ifndef TENTH_EMBED_COMPACT_H
#define TENTH_EMBED_COMPACT_H

#include "core/error.h"
#include "embed/model.h"

/* Of a model in fp32, before model_round. *removed receives the number of removed filters. At least one filter of each
 * layer stays. */
enum status model_compact(struct model *model, size_t *removed, struct error *error);

#endif

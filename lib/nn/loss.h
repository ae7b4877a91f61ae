/* lib/nn/loss.h: softmax and cross-entropy. */
#ifndef TENTH_NN_LOSS_H
#define TENTH_NN_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* probability [rows][classes] = softmax of logits, computed with the row's maximum subtracted; may be in place. */
void softmax(const float *logits, size_t rows, size_t classes, float *probability);

/* Mean cross-entropy in nats over the rows. d_logits [rows][classes] (overwritten; may be the logits themselves; NULL:
 * not wanted) receives its gradient, (softmax - onehot) / rows. *correct counts rows whose first largest logit is the
 * label. */
double cross_entropy(const float *logits, const uint8_t *labels, size_t rows, size_t classes, float *d_logits,
                     size_t *correct);

#endif

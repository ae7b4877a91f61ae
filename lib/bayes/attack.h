/* lib/bayes/attack.h: the direction in which an item must move to raise a posterior's loss most: for adversarial
 * examples.
 */
#ifndef TENTH_BAYES_ATTACK_H
#define TENTH_BAYES_ATTACK_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/predictive.h"

/* gradient [items][height][width][channels], overwritten: of each item's negative log-likelihood, averaged over the
 * same networks that `predict` samples with this seed and `keep` (NULL: nothing is pruned), with respect to the item.
 * The attacker knows everything: for a point estimate this is the gradient of its loss, for a posterior that of a bound
 * on the loss of its mean prediction (Jensen). The predictor's network must have been created for training.
 * STATUS_INTERRUPTED: its monitor wanted to stop. */
enum status attack_gradient(struct predictor *predictor, const float *keep, size_t samples, uint64_t seed,
                            const float *x, const uint8_t *labels, size_t items, float *gradient, struct error *error);

#endif

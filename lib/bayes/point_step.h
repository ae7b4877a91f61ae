/* lib/bayes/point_step.h: one optimiser step of plain weights, shared by the methods without a sigma. */
#ifndef TENTH_BAYES_POINT_STEP_H
#define TENTH_BAYES_POINT_STEP_H

#include "bayes/posterior.h"

/* Their blocks: the weights, and Adam's moments of them. */
enum { POINT_MU, POINT_M, POINT_V, POINT_BLOCKS };
extern const struct method_block point_blocks[POINT_BLOCKS];

/* Moves one member of the posterior (0 if there is only one) against the gradient [network_size] of the mean
 * cross-entropy, which is destroyed, and of the prior's penalty (prior.h), scaled as `update` says. Returns the penalty
 * in nats before the step, unscaled; penalty_loss receives it scaled as in the loss. A NULL prior: no penalty. */
double point_step(struct posterior *posterior, const struct update *update, size_t member, const struct prior *prior,
                  float *gradient, double *penalty_loss);

#endif

/* lib/sweep/disturb.h: applies a perturbation to a run's items, the same way for the sweep and the pictures. */
#ifndef TENTH_SWEEP_DISTURB_H
#define TENTH_SWEEP_DISTURB_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/posterior.h"
#include "core/error.h"
#include "core/monitor.h"
#include "data/perturb.h"
#include "run/run.h"

/* Strength i of `count` (at least 2) from 0 to the largest in the run's config, spaced by perturbation_strength. */
double disturb_strength(const struct run *run, const struct perturbation *perturbation, size_t i, size_t count);

/* For a perturbation that needs the network's gradient, *gradient [count][item] at the normalised items x, over the
 * networks that `predict` samples with the run's seed and `keep` (NULL: nothing is pruned); otherwise NULL. The caller
 * frees with memory_free. Uses a network of its own, since the one for evaluation has no room for gradients.
 * STATUS_INTERRUPTED: the monitor (NULL: none) wanted to stop. STATUS_NOT_FINITE: as of attack_gradient. */
enum status disturb_gradient(const struct run *run, const struct perturbation *perturbation,
                             const struct posterior *posterior, const float *keep, size_t samples,
                             const struct monitor *monitor, const float *x, const uint8_t *labels, size_t count,
                             float **gradient, struct error *error);

/* out, x and gradient [count][item]; index [count]: the items' indices in their file, which select their random
 * numbers, so that every method and seed gets the same noise. gradient: from disturb_gradient. */
void disturb(const struct run *run, const struct perturbation *perturbation, double strength, const uint32_t *index,
             const float *x, const float *gradient, size_t count, float *out);

#endif

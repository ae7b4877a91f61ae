/* lib/sweep/disturb.h: a perturbation put to the items of a run: the sweep and the pictures do it alike. */
#ifndef TENTH_SWEEP_DISTURB_H
#define TENTH_SWEEP_DISTURB_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/posterior.h"
#include "core/error.h"
#include "core/monitor.h"
#include "data/perturb.h"
#include "run/run.h"

/* Strength i of `count` (2 at least) from 0 to the largest one of the run's config, as perturbation_strength spaces
 * them. */
double disturb_strength(const struct run *run, const struct perturbation *perturbation, size_t i, size_t count);

/* For a perturbation that needs the network's gradient, *gradient [count][item] at the normalised items x, over the
 * networks that `predict` samples with the run's seed and `keep` (NULL: nothing is pruned); for another NULL. The
 * caller frees with memory_free. Takes a network of its own, since that for evaluation has no room for gradients.
 * STATUS_INTERRUPTED: the monitor (NULL: none) wanted to stop. STATUS_NOT_FINITE: as of attack_gradient. */
enum status disturb_gradient(const struct run *run, const struct perturbation *perturbation,
                             const struct posterior *posterior, const float *keep, size_t samples,
                             const struct monitor *monitor, const float *x, const uint8_t *labels, size_t count,
                             float **gradient, struct error *error);

/* out, x and gradient [count][item]; index [count]: the items' places in the file that they are from, by which they get
 * their random numbers, so that every method and seed meets the same noise. gradient: as disturb_gradient gave it. */
void disturb(const struct run *run, const struct perturbation *perturbation, double strength, const uint32_t *index,
             const float *x, const float *gradient, size_t count, float *out);

#endif

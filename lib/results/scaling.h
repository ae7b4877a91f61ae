/* lib/results/scaling.h: temperature scaling (Guo et al. 2017, arXiv:1706.04599): one number, found on the validation
 * split, by which all logits are divided. Nothing is trained, and no class changes; an overconfident point estimate is
 * calibrated: the least that its rivals have to beat. */
#ifndef TENTH_RESULTS_SCALING_H
#define TENTH_RESULTS_SCALING_H

#include "run/run_file.h"

/* The temperature, in .05..20, that minimises the negative log-likelihood of the run's validation items; NaN if the
 * file has none (an older version). */
enum status scaling_find(const struct run_file *file, double *temperature, struct error *error);

/* p_k^(1/T) / sum_j p_j^(1/T) replaces every probability of every slice. How the samples differ is dropped. A
 * probability below the least float counts as that. */
void scaling_apply(struct stored *stored, double temperature);

#endif

/* lib/sweep/perturb_sweep.h: the perturbation sweep of one trained run: how accuracy and uncertainty change as the
 * inputs leave the training distribution. */
#ifndef TENTH_SWEEP_PERTURB_SWEEP_H
#define TENTH_SWEEP_PERTURB_SWEEP_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* For each perturbation that fits the data: strengths 0 .. largest in equal steps, every metric, the probabilities of
 * each sampled network. Items, noise and sampled weights are the same for all strengths, and items and noise for all
 * methods. Perturbations whose results are in the file are not measured again; each is saved when done. STATUS_USAGE:
 * the run was not trained, or the config asks for a perturbation that does not fit the data. */
enum status run_perturb(const struct run *run, const struct monitor *monitor, struct error *error);

#endif

/* lib/sweep/ood_sweep.h: predictions for items of no class that the network knows. */
#ifndef TENTH_SWEEP_OOD_SWEEP_H
#define TENTH_SWEEP_OOD_SWEEP_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* Adds to a trained run's file what it predicts for each kind of items of [ood], and rows of the table `ood`. A kind
 * that the file has already is left as it is, unless the other data set that it is made of has changed. Interrupted:
 * kinds that are done stay. */
enum status run_ood(const struct run *run, const struct monitor *monitor, struct error *error);

#endif

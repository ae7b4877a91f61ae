/* lib/sweep/ood_sweep.h: predictions for items that belong to no class of the network. */
#ifndef TENTH_SWEEP_OOD_SWEEP_H
#define TENTH_SWEEP_OOD_SWEEP_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* Adds to a trained run's file what it predicts for each kind of items of [ood], and rows of the table `ood`. A kind
 * that the file already has is left alone, unless the other data set that it is made from has changed. Interrupted:
 * finished kinds stay. */
enum status run_ood(const struct run *run, const struct monitor *monitor, struct error *error);

#endif

/* lib/sweep/prune.h: the pruning sweep of one trained run: accuracy against the fraction of weights removed. */
#ifndef TENTH_SWEEP_PRUNE_H
#define TENTH_SWEEP_PRUNE_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* For each criterion: ranks the weights once and walks the fractions, and for log p(0) the talk's thresholds too. Each
 * point is measured on the test file, with sampled networks and with the one at the posterior mean. Criteria whose
 * results are in the file are not measured again; each is saved when done. STATUS_USAGE: the run was not trained.
 * STATUS_UNSUPPORTED: the config asks for a criterion that the method does not support. */
enum status run_prune(const struct run *run, const struct monitor *monitor, struct error *error);

#endif

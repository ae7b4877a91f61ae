/* lib/sweep/illustrate.h: what figures show of one run besides its numbers: perturbed items as pictures, single
 * predictions, single weights. The tables are in run/table.def (stills and those after it). */
#ifndef TENTH_SWEEP_ILLUSTRATE_H
#define TENTH_SWEEP_ILLUSTRATE_H

#include "core/error.h"
#include "core/monitor.h"
#include "run/run.h"

/* Makes the tables from the run's file and its data, and saves them in the file. Everything is chosen by a rule
 * documented with its code, never by hand. If already done with the same config and results, it returns at once.
 * STATUS_USAGE: the run was not trained. */
enum status run_illustrate(const struct run *run, const struct monitor *monitor, struct error *error);

#endif

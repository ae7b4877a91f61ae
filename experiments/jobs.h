/* experiments/jobs.h: many jobs, one after the other or in parallel processes. */
#ifndef TENTH_EXPERIMENTS_JOBS_H
#define TENTH_EXPERIMENTS_JOBS_H

#include <stddef.h>

#include "core/error.h"
#include "core/monitor.h"

typedef enum status job_fn(void *context, size_t job); /* prints its own errors */

/* Runs jobs 0 .. count-1, at most `parallel` at a time (1: in this process). A failed job does not stop the others; an
 * interruption does, and is passed on to parallel ones. Returns the status of the first job that ended badly, or
 * STATUS_INTERRUPTED; `error` is set if nothing was begun. */
enum status jobs_work(size_t count, int parallel, const struct monitor *monitor, job_fn *work, void *context,
                      struct error *error);

#endif

/* lib/core/cpus.h: how many processors this process may use. The one place that decides the default number of threads
 * and jobs. */
#ifndef TENTH_CORE_CPUS_H
#define TENTH_CORE_CPUS_H

#include "core/error.h"

/* The least of: the processors that the process may run on (taskset, a cgroup's cpuset), the processor time that its
 * control groups allow, OMP_NUM_THREADS and OMP_THREAD_LIMIT. At least 1. */
int cpus_available(void);

/* The processor time, in processors, that the process's control groups and their parents allow (versions 1 and 2),
 * rounded up; 0 if none has a quota, or none can be read. `root` is put before every path ("" except in tests). */
int cpus_in_quota(const char *root);

/* STATUS_FAILED if `threads` threads cannot run at once; OpenMP would only notice in the middle of the work, and end
 * the process. */
enum status cpus_check_threads(int threads, struct error *error);

#endif

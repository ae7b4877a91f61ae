/* lib/core/cpus.h: how many processors this process may use. The one place that decides how many threads and jobs there
 * are where nobody says. */
#ifndef TENTH_CORE_CPUS_H
#define TENTH_CORE_CPUS_H

#include "core/error.h"

/* The least of: the processors that the process may run on (taskset, a cgroup's cpuset), the processor time that its
 * control groups allow, and what OMP_NUM_THREADS and OMP_THREAD_LIMIT say. At least 1. */
int cpus_available(void);

/* The processors' worth of time that the process's control groups allow, of versions 1 and 2 and of the groups around
 * them, rounded up; 0 where none of them has a quota, or none can be read. `root` stands before every path ("" but in
 * tests). */
int cpus_in_quota(const char *root);

/* STATUS_FAILED where `threads` threads cannot run at the same time, which OpenMP would only find out in the middle of
 * the work, and end the process. */
enum status cpus_check_threads(int threads, struct error *error);

#endif

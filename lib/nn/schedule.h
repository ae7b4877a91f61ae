/* lib/nn/schedule.h: learning rates over a run, in a registry (schedule.c: to add one, add a function and a row). */
#ifndef TENTH_NN_SCHEDULE_H
#define TENTH_NN_SCHEDULE_H

#include <stddef.h>

#include "core/error.h"

/* The factor of the learning rate at a step, 0 <= step < steps. `decay` is per 1,000 steps. */
struct schedule {
    const char *name;
    double (*factor)(size_t step, size_t steps, double decay);
};
const struct schedule *schedules(size_t *count);
const struct schedule *schedule_find(const char *name, struct error *error);

#endif

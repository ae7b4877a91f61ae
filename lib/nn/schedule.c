#include "nn/schedule.h"

#include <math.h>

#include "core/registry.h"

/* From 1 to 0 along half a cosine (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts). */
static double cosine(size_t step, size_t steps, double decay)
{
    (void)decay;
    const double pi = 3.14159265358979323846;
    return 0.5 * (1.0 + cos(pi * (double)step / (double)steps));
}

static double exponential(size_t step, size_t steps, double decay)
{
    (void)steps;
    return pow(decay, (double)step / 1000.0);
}

static double constant(size_t step, size_t steps, double decay)
{
    (void)step;
    (void)steps;
    (void)decay;
    return 1.0;
}

/* To add a schedule: write its function above and add a row. */
static const struct schedule rows[] = {
    {"cosine", cosine},
    {"exponential", exponential},
    {"constant", constant},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct schedule *schedules(size_t *count)
{
    *count = ROWS;
    return rows;
}

const struct schedule *schedule_find(const char *name, struct error *error)
{
    return registry_find("schedule", name, rows, ROWS, sizeof *rows, error);
}

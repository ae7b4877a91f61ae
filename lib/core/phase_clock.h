/* lib/core/phase_clock.h: where a step's time goes, for `tenth bench`.
 *
 * A clock adds up, per thread, the seconds spent in each phase. It measures single calls (a product, a transform of one
 * item), so waiting for other threads belongs to no phase. Measurable code holds a pointer to a clock, NULL in normal
 * use: then begin and end are one branch each, always taken the same way. */
#ifndef TENTH_CORE_PHASE_CLOCK_H
#define TENTH_CORE_PHASE_CLOCK_H

#include "core/clock.h"
#include "core/error.h"

enum phase {
    PHASE_GEMM,      /* matrix products */
    PHASE_TRANSFORM, /* between products and activations: im2col, Winograd's transforms, with the products computed
                        inside them (nn/winograd_few.h), bias and SELU */
    PHASE_SAMPLING,  /* drawing weights from the posterior */
    PHASE_OPTIMIZER, /* updating the posterior */
    PHASE_COUNT
};

struct phase_clock;

struct phase_clock *phase_clock_create(int threads, struct error *error); /* NULL on failure; all phases are 0 */
void phase_clock_free(struct phase_clock *clock);                         /* NULL is allowed */

/* Summed over threads. */
double phase_clock_seconds(const struct phase_clock *clock, enum phase phase);

/* Private to the functions below. */
void phase_add(struct phase_clock *clock, enum phase phase, double seconds);
void phase_add_to_all(struct phase_clock *clock, enum phase phase, double seconds);

/* In any thread of the innermost parallel region, or outside all:
 *
 *     double begun = phase_begin(clock);
 *     ...
 *     phase_end(clock, PHASE_GEMM, begun);
 */
static inline double phase_begin(const struct phase_clock *clock)
{
    return clock ? monotonic_seconds() : 0;
}

static inline void phase_end(struct phase_clock *clock, enum phase phase, double begun)
{
    if (clock)
        phase_add(clock, phase, monotonic_seconds() - begun);
}

/* Ends one phase and begins the next with a single clock reading. */
static inline double phase_next(struct phase_clock *clock, enum phase phase, double begun)
{
    if (!clock)
        return 0;
    double now = monotonic_seconds();
    phase_add(clock, phase, now - begun);
    return now;
}

/* For a call that occupies every thread of the clock: the time counts for each. */
static inline void phase_end_of_all(struct phase_clock *clock, enum phase phase, double begun)
{
    if (clock)
        phase_add_to_all(clock, phase, monotonic_seconds() - begun);
}

#endif

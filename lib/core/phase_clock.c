#include "core/phase_clock.h"

#include <omp.h>

#include "core/memory.h"

/* One thread's times; a whole cache line, to avoid false sharing. */
union slot {
    double seconds[PHASE_COUNT];
    char line[64];
};

struct phase_clock {
    int threads;
    union slot *slots; /* [threads] */
};

struct phase_clock *phase_clock_create(int threads, struct error *error)
{
    struct phase_clock *clock = memory_alloc(1, sizeof *clock, error);
    if (!clock)
        return NULL;
    clock->threads = threads;
    clock->slots = memory_alloc((size_t)threads, sizeof *clock->slots, error);
    if (!clock->slots) {
        phase_clock_free(clock);
        return NULL;
    }
    return clock;
}

void phase_clock_free(struct phase_clock *clock)
{
    if (!clock)
        return;
    memory_free(clock->slots);
    memory_free(clock);
}

double phase_clock_seconds(const struct phase_clock *clock, enum phase phase)
{
    double sum = 0;
    for (int thread = 0; thread < clock->threads; thread++)
        sum += clock->slots[thread].seconds[phase];
    return sum;
}

void phase_add(struct phase_clock *clock, enum phase phase, double seconds)
{
    int thread = omp_get_thread_num();
    if (thread < clock->threads)
        clock->slots[thread].seconds[phase] += seconds;
}

void phase_add_to_all(struct phase_clock *clock, enum phase phase, double seconds)
{
    for (int thread = 0; thread < clock->threads; thread++)
        clock->slots[thread].seconds[phase] += seconds;
}

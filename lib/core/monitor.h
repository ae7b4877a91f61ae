/* lib/core/monitor.h: how long-running work reports its progress to its caller, and is told to stop. The library prints
 * nothing. */
#ifndef TENTH_CORE_MONITOR_H
#define TENTH_CORE_MONITOR_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"

struct progress {
    const char *run;    /* the run's name */
    const char *stage;  /* "train", "prune", "perturb" */
    double done, total; /* in equal units of work; those of an earlier session count as done from the first report */
    char text[128];     /* for display: "epoch 3/20  loss .41  accuracy .93" */
};

struct monitor {
    void *context;
    void (*report)(void *context, const struct progress *progress); /* may be NULL */
    bool (*stop)(void *context);                     /* true: save and return STATUS_INTERRUPTED; or NULL */
    void (*notice)(void *context, const char *text); /* a line that the user must see; may be NULL */
};

static inline void monitor_report(const struct monitor *monitor, const struct progress *progress)
{
    if (monitor->report)
        monitor->report(monitor->context, progress);
}

static inline void monitor_notice(const struct monitor *monitor, const char *text)
{
    if (monitor->notice)
        monitor->notice(monitor->context, text);
}

/* STATUS_INTERRUPTED if the caller wants to stop; never for a NULL monitor. */
static inline enum status monitor_check(const struct monitor *monitor, struct error *error)
{
    if (monitor && monitor->stop && monitor->stop(monitor->context))
        return error_set(error, STATUS_INTERRUPTED, "interrupted; the same command resumes");
    return STATUS_OK;
}

#endif

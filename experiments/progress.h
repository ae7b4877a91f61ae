/* experiments/progress.h: what people see while a run works; the only place that prints to standard error. */
#ifndef TENTH_EXPERIMENTS_PROGRESS_H
#define TENTH_EXPERIMENTS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/monitor.h"

struct progress_view {
    bool quiet, terminal;
    size_t run, runs;     /* "[3/9]" */
    const char *stage;    /* of the last report, or NULL */
    double started, last; /* monotonic seconds: of the stage's first report, of the last line */
    double done_at_start;
    bool line_open;         /* a line that the next one overwrites is on the terminal */
    struct file_lock *lock; /* borrowed: renewed when the monitor looks for a stop; NULL */
};

/* From here on SIGINT, SIGTERM, SIGHUP and SIGPIPE wait until the monitor looks for them, and ask for a stop instead of
 * killing; once it has seen one of the first two, a second of that kind kills. What
 * the caller ignores of SIGHUP (nohup) and SIGPIPE stays ignored. Before any thread is made. */
void progress_hold_signals(void);

/* Asks a child that holds them back, too, to stop; after the monitor said so. By the other signal than the one that was
 * seen: that may have been for the whole group of processes, and the child's second of that kind would kill it. */
void progress_pass_on_stop(pid_t child);

void progress_begin(struct progress_view *view, bool quiet, size_t runs);
struct monitor progress_monitor(struct progress_view *view);

/* A line of its own that is shown also when quiet. */
__attribute__((format(printf, 2, 3))) void progress_insist(struct progress_view *view, const char *format, ...);

/* A line of its own, and the line that ends a stage: "done in 3.1 s", or `note` where it did nothing. */
__attribute__((format(printf, 2, 3))) void progress_say(struct progress_view *view, const char *format, ...);
void progress_end_stage(struct progress_view *view, const char *run, const char *stage, const char *note);

/* "tenth: MESSAGE" on standard error, also when quiet. */
void progress_error(struct progress_view *view, const struct error *error);

/* "1 h 02 min", "3 min 20 s" or "4.2 s". */
void progress_duration(double seconds, char text[32]);

#endif

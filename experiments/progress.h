/* experiments/progress.h: the progress display of a run; the only place that prints to standard error. */
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
    bool line_open;         /* the terminal shows a line that the next one overwrites */
    struct file_lock *lock; /* borrowed: renewed when the monitor looks for a stop; NULL */
};

/* From now on SIGINT, SIGTERM, SIGHUP and SIGPIPE wait until the monitor looks for them, and ask for a stop instead of
 * killing; once it has seen one of the first two, a second of that kind kills. SIGHUP (nohup) and SIGPIPE stay ignored
 * if the caller ignores them. To be called before any thread is made. */
void progress_hold_signals(void);

/* Asks a child that blocks them too to stop, after the monitor said so. Uses the other signal than the one seen: that
 * may have gone to the whole process group, and a second of that kind would kill the child. */
void progress_pass_on_stop(pid_t child);

void progress_begin(struct progress_view *view, bool quiet, size_t runs);
struct monitor progress_monitor(struct progress_view *view);

/* A separate line, shown even when quiet. */
__attribute__((format(printf, 2, 3))) void progress_insist(struct progress_view *view, const char *format, ...);

/* A separate line, and the line that ends a stage: "done in 3.1 s", or `note` if it did nothing. */
__attribute__((format(printf, 2, 3))) void progress_say(struct progress_view *view, const char *format, ...);
void progress_end_stage(struct progress_view *view, const char *run, const char *stage, const char *note);

/* "tenth: MESSAGE" on standard error, even when quiet. */
void progress_error(struct progress_view *view, const struct error *error);

/* "1 h 02 min", "3 min 20 s" or "4.2 s". */
void progress_duration(double seconds, char text[32]);

#endif

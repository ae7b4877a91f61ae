#include "progress.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "io/file_lock.h"
#include "say.h"

static int stop_signal; /* that asked for the stop; 0: none */

static bool is_ignored(int signal)
{
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static sigset_t stop_signals(void)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    /* While blocked, a signal waits even if it is ignored. */
    if (!is_ignored(SIGHUP))
        (void)sigaddset(&signals, SIGHUP);
    if (!is_ignored(SIGPIPE))
        (void)sigaddset(&signals, SIGPIPE);
    return signals;
}

/* There is no handler: it would run on the stack of any thread that gets the signal, and within a product that is not a
 * stack. oneDNN's sgemm (before 3.11.2; its issue 4845) points the stack pointer into a buffer on the heap, below which
 * the kernel would write the signal's frame, over whatever is there: weights, or the allocator's lists. Threads and
 * processes made later inherit the mask. */
void progress_hold_signals(void)
{
    const sigset_t signals = stop_signals();
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* The request stays; the signal that asked is unblocked from then on, and kills. Not those that may come several times
 * anyway: a hang-up from the shell and from the kernel, and one for each line into a closed pipe. */
static bool stop(void *context)
{
    const struct progress_view *view = context;
    file_lock_renew(view->lock);
    const sigset_t signals = stop_signals();
    const struct timespec at_once = {0};
    const int number = sigtimedwait(&signals, NULL, &at_once);
    if (number > 0)
        stop_signal = stop_signal ? stop_signal : number;
    if (number == SIGINT || number == SIGTERM) {
        sigset_t taken;
        (void)sigemptyset(&taken);
        (void)sigaddset(&taken, number);
        (void)signal(number, SIG_DFL);
        (void)pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
    }
    return stop_signal != 0;
}

void progress_pass_on_stop(pid_t child)
{
    /* fails for one that has just ended, which is fine */
    (void)kill(child, stop_signal == SIGTERM ? SIGINT : SIGTERM);
}

void progress_duration(double seconds, char text[32])
{
    int whole = (int)(seconds + 0.5);
    if (seconds < 9.95)
        (void)snprintf(text, 32, "%.1f s", seconds);
    else if (whole < 60)
        (void)snprintf(text, 32, "%d s", whole);
    else if (whole < 3600)
        (void)snprintf(text, 32, "%d min %02d s", whole / 60, whole % 60);
    else
        (void)snprintf(text, 32, "%d h %02d min", whole / 3600, whole / 60 % 60);
}

static void close_line(struct progress_view *view)
{
    if (view->line_open)
        (void)fputs("\r\033[K", stderr);
    view->line_open = false;
}

/* A terminal is refreshed five times a second; a log gets a line every 15 seconds. */
static void report(void *context, const struct progress *progress)
{
    struct progress_view *view = context;
    double now = monotonic_seconds();
    if (view->quiet)
        return;
    if (!view->stage || strcmp(view->stage, progress->stage) != 0) {
        view->stage = progress->stage;
        view->started = view->last = now;
        view->done_at_start = progress->done;
        return;
    }
    if (now - view->last < (view->terminal ? 0.2 : 15))
        return;
    view->last = now;
    double worked = progress->done - view->done_at_start;
    char left[32] = "?";
    if (worked > 0)
        progress_duration((progress->total - progress->done) * (now - view->started) / worked, left);
    close_line(view);
    say(stderr, "[%zu/%zu] %s  %s  %s  %.0f %%, %s left%s", view->run, view->runs, progress->run, progress->stage,
        progress->text, 100 * progress->done / progress->total, left, view->terminal ? "" : "\n");
    view->line_open = view->terminal;
}

void progress_begin(struct progress_view *view, bool quiet, size_t runs)
{
    *view = (struct progress_view){.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1, .runs = runs};
}

/* A line of its own. */
__attribute__((format(printf, 2, 0))) static void say_line(struct progress_view *view, const char *format,
                                                           va_list arguments)
{
    close_line(view);
    say_arguments(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

void progress_say(struct progress_view *view, const char *format, ...)
{
    if (view->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    say_line(view, format, arguments);
    va_end(arguments);
}

void progress_insist(struct progress_view *view, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_line(view, format, arguments);
    va_end(arguments);
}

static void notice(void *context, const char *text)
{
    struct progress_view *view = context;
    progress_insist(view, "[%zu/%zu] %s", view->run, view->runs, text);
}

struct monitor progress_monitor(struct progress_view *view)
{
    return (struct monitor){.context = view, .report = report, .stop = stop, .notice = notice};
}

void progress_end_stage(struct progress_view *view, const char *run, const char *stage, const char *note)
{
    char taken[32] = "";
    if (view->stage)
        progress_duration(monotonic_seconds() - view->started, taken);
    progress_say(view, "[%zu/%zu] %s  %s  %s%s", view->run, view->runs, run, stage, view->stage ? "done in " : note,
                 taken);
    view->stage = NULL;
}

void progress_error(struct progress_view *view, const struct error *error)
{
    close_line(view);
    say(stderr, "tenth: %s\n", error->message);
}

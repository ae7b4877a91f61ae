#include "jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static enum status jobs_in_turn(size_t count, job_fn *work, void *context)
{
    enum status first = STATUS_OK;
    for (size_t job = 0; job < count; job++) {
        enum status status = work(context, job);
        first = first == STATUS_OK ? status : first;
        if (status == STATUS_INTERRUPTED)
            return status;
    }
    return first;
}

/* Waits for one child and returns its status; a child that was killed has failed. */
static enum status wait_for_one(void)
{
    int code = 0;
    pid_t child;
    do
        child = wait(&code);
    while (child < 0 && errno == EINTR);
    if (child > 0 && WIFSIGNALED(code))
        (void)fprintf(stderr, "tenth: a run was ended by signal %d%s\n", WTERMSIG(code),
                      WTERMSIG(code) == SIGKILL ? ", perhaps for want of memory; try fewer --jobs" : "");
    return child > 0 && WIFEXITED(code) ? (enum status)WEXITSTATUS(code) : STATUS_FAILED;
}

static enum status worse(enum status first, enum status next)
{
    if (next == STATUS_INTERRUPTED)
        return next;
    return first == STATUS_OK ? next : first;
}

enum status jobs_work(size_t count, int parallel, job_fn *work, void *context)
{
    if (parallel <= 1 || count <= 1)
        return jobs_in_turn(count, work, context);
    enum status first = STATUS_OK;
    int running = 0;
    for (size_t job = 0; job < count && first != STATUS_INTERRUPTED; job++) {
        if (running == parallel) {
            first = worse(first, wait_for_one());
            running--;
        }
        if (first == STATUS_INTERRUPTED)
            break;
        pid_t child = fork();
        if (child == 0)
            _exit((int)work(context, job));
        running += child > 0;
        if (child < 0)
            first = worse(first, work(context, job)); /* no process to be had: do it here */
    }
    for (; running > 0; running--)
        first = worse(first, wait_for_one());
    return first;
}

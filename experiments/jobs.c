#include "jobs.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "progress.h"

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

struct pool {
    pid_t *children; /* [running], with space for all that may run */
    int running;
    const struct monitor *monitor;
    bool told; /* to stop */
};

/* A terminal's Ctrl-C reaches every process; a signal may also have been for this one alone. */
static void pass_on_stop(struct pool *pool)
{
    if (pool->told || monitor_check(pool->monitor, NULL) == STATUS_OK)
        return;
    pool->told = true;
    for (int i = 0; i < pool->running; i++)
        progress_pass_on_stop(pool->children[i]);
}

/* Waits for one child and returns its status; a killed child has failed. It polls, since a blocking wait would miss a
 * stop requested between two calls. */
static enum status wait_for_one(struct pool *pool)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    int code = 0;
    pid_t child;
    while ((child = waitpid(-1, &code, WNOHANG)) == 0) {
        pass_on_stop(pool);
        (void)nanosleep(&pause, NULL);
    }
    for (int i = 0; i < pool->running; i++) {
        if (pool->children[i] == child)
            pool->children[i] = pool->children[pool->running - 1];
    }
    pool->running--;
    if (child > 0 && WIFSIGNALED(code))
        (void)fprintf(stderr, "tenth: a run was ended by signal %d%s\n", WTERMSIG(code),
                      WTERMSIG(code) == SIGKILL ? ", perhaps for want of memory; try fewer --jobs" : "");
    return child > 0 && WIFEXITED(code) ? (enum status)WEXITSTATUS(code) : STATUS_FAILED;
}

/* The child's first act: when its parent is gone, however that ended, it is told to stop as by `kill`, and saves. No
 * orphan keeps working next to a new process with the same work. */
static void end_with(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* gone already */
        _exit(STATUS_INTERRUPTED);
}

static enum status worse(enum status first, enum status next)
{
    if (next == STATUS_INTERRUPTED)
        return next;
    return first == STATUS_OK ? next : first;
}

static enum status jobs_beside_each_other(size_t count, int parallel, job_fn *work, void *context, struct pool *pool)
{
    enum status first = STATUS_OK;
    for (size_t job = 0; job < count && first != STATUS_INTERRUPTED; job++) {
        if (pool->running == parallel)
            first = worse(first, wait_for_one(pool));
        if (first == STATUS_INTERRUPTED)
            break;
        const pid_t parent = getpid(), child = fork();
        if (child == 0) {
            end_with(parent);
            _exit((int)work(context, job));
        }
        if (child > 0)
            pool->children[pool->running++] = child;
        else
            first = worse(first, work(context, job)); /* no process available: do it here */
    }
    while (pool->running > 0)
        first = worse(first, wait_for_one(pool));
    return first;
}

enum status jobs_work(size_t count, int parallel, const struct monitor *monitor, job_fn *work, void *context,
                      struct error *error)
{
    if (parallel <= 1 || count <= 1)
        return jobs_in_turn(count, work, context);
    struct pool pool = {.monitor = monitor, .children = memory_alloc((size_t)parallel, sizeof *pool.children, error)};
    enum status status =
        pool.children ? jobs_beside_each_other(count, parallel, work, context, &pool) : STATUS_NO_MEMORY;
    memory_free(pool.children);
    return status;
}

#include "core/cpus.h"

#include <omp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

enum { PATH_ROOM = 4096, LINE_ROOM = 8192 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* The smaller of two quotas; 0 is none. */
static int stricter(int a, int b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

/* The first line of a file below a control group's directory; false if there is none. */
static bool first_line(const char *directory, const char *name, char *line, size_t room)
{
    char path[PATH_ROOM];
    const int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "r") : NULL;
    if (!file)
        return false;
    const bool found = fgets(line, (int)room, file) != NULL;
    (void)fclose(file);
    return found;
}

/* Microseconds of processor time in each period, as whole processors; a negative number or "max" means no quota. */
static int processors_of(const char *quota, const char *period)
{
    char *quota_end, *period_end;
    const long long time = strtoll(quota, &quota_end, 10), of = strtoll(period, &period_end, 10);
    if (quota_end == quota || period_end == period || time <= 0 || of <= 0)
        return 0;
    const long long whole = time / of + (time % of > 0);
    return whole > 1 << 20 ? 0 : (int)whole;
}

/* The quota of a single group, of either version. */
static int quota_of(const char *directory)
{
    char quota[128], period[128];
    if (first_line(directory, "cpu.max", quota, sizeof quota)) {
        const char *space = strchr(quota, ' ');
        return space ? processors_of(quota, space + 1) : 0;
    }
    return first_line(directory, "cpu.cfs_quota_us", quota, sizeof quota) &&
                   first_line(directory, "cpu.cfs_period_us", period, sizeof period)
               ? processors_of(quota, period)
               : 0;
}

/* The strictest quota of `group` below `mount` and of its parents. Changes `group`. */
static int quota_from(const char *mount, char *group)
{
    int found = 0;
    for (;;) {
        char directory[PATH_ROOM];
        const int length = snprintf(directory, sizeof directory, "%s%s", mount, group);
        if (length > 0 && (size_t)length < sizeof directory)
            found = stricter(found, quota_of(directory));
        char *slash = strrchr(group, '/');
        if (!slash)
            return found;
        *slash = '\0';
    }
}

/* Whether the word is in a comma-separated list. */
static bool in_list(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL) {
        if (strncmp(list, word, length) == 0 && strchr(",\n", list[length])) /* also the end, '\0' */
            return true;
    }
    return false;
}

/* The process's group in the mounted hierarchy: that of version 2, or the one of version 1 with the cpu controller.
 * /proc/self/cgroup has lines NUMBER:CONTROLLER,CONTROLLER:/GROUP; version 2 has no controllers there. */
static bool group_of(const char *root, bool unified, char *group, size_t room)
{
    char path[PATH_ROOM], line[LINE_ROOM];
    (void)snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        char *controllers = strchr(line, ':'), *name = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!name)
            continue;
        *name++ = '\0';
        name[strcspn(name, "\n")] = '\0';
        found = unified ? controllers[1] == '\0' : in_list(controllers + 1, "cpu");
        if (found)
            (void)snprintf(group, room, "%s", name);
    }
    (void)fclose(file);
    return found;
}

/* Only one group of a hierarchy may be mounted, as in a container: then the process's group lies below that one, or its
 * path is relative to somewhere else, and the mounted part is all there is to see. */
static int quota_of_mount(const char *root, const char *top, const char *mount, bool unified)
{
    char group[LINE_ROOM], place[PATH_ROOM];
    const int length = snprintf(place, sizeof place, "%s%s", root, mount);
    if (length < 0 || (size_t)length >= sizeof place || !group_of(root, unified, group, sizeof group))
        return 0;
    const size_t above = strcmp(top, "/") == 0 ? 0 : strlen(top);
    const bool below = strncmp(group, top, above) == 0 && strchr("/", group[above]) && !strstr(group, "/..");
    return quota_from(place, below ? group + above : group + strlen(group));
}

int cpus_in_quota(const char *root)
{
    char path[PATH_ROOM], line[LINE_ROOM];
    (void)snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
    FILE *file = fopen(path, "r");
    int found = 0;
    /* ID PARENT DEVICE TOP MOUNT OPTIONS... - KIND SOURCE OPTIONS */
    while (file && fgets(line, sizeof line, file)) {
        char top[PATH_ROOM], mount[PATH_ROOM], kind[32], options[256];
        const char *rest = strstr(line, " - ");
        if (!rest || sscanf(line, "%*s %*s %*s %4095s %4095s", top, mount) != 2 ||
            sscanf(rest, " - %31s %*s %255s", kind, options) != 2)
            continue;
        const bool unified = strcmp(kind, "cgroup2") == 0;
        if (unified || (strcmp(kind, "cgroup") == 0 && in_list(options, "cpu")))
            found = stricter(found, quota_of_mount(root, top, mount, unified));
    }
    if (file)
        (void)fclose(file);
    return found;
}

int cpus_available(void)
{
    /* OpenMP's own numbers; all but the first come from its variables, if set. */
    const int here = smaller(omp_get_num_procs(), smaller(omp_get_max_threads(), omp_get_thread_limit()));
    const int allowed = stricter(here, cpus_in_quota(""));
    return allowed > 1 ? allowed : 1;
}

static void *wait_for_all(void *together)
{
    (void)pthread_mutex_lock(together);
    (void)pthread_mutex_unlock(together);
    return NULL;
}

enum status cpus_check_threads(int threads, struct error *error)
{
    const int others = threads - 1;
    if (others < 1)
        return STATUS_OK;
    pthread_t *started = memory_alloc((size_t)others, sizeof *started, error);
    if (!started)
        return STATUS_NO_MEMORY;
    pthread_mutex_t together = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&together);
    int count = 0, failure = 0;
    while (count < others && (failure = pthread_create(&started[count], NULL, wait_for_all, &together)) == 0)
        count++;
    (void)pthread_mutex_unlock(&together);
    for (int i = 0; i < count; i++)
        (void)pthread_join(started[i], NULL);
    (void)pthread_mutex_destroy(&together);
    memory_free(started);
    if (failure == 0)
        return STATUS_OK;
    char reason[ERROR_REASON_SIZE];
    return error_set(error, STATUS_FAILED,
                     "%d threads cannot be started, no more than %d: %s; give fewer with --threads or --jobs, or raise "
                     "the limit (ulimit -u, ulimit -v)",
                     threads, count + 1, error_reason(failure, reason));
}

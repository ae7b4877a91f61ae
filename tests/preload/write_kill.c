/* tests/preload/write_kill.c: kills the program at the n-th call of its write path: opening to write, writing (when
 * half of the bytes are written), fsync, rename, link, unlink, of files below a directory.
 *
 *   KILL_BELOW  a directory's path, from the root
 *   KILL_AT     which call, from 1; every process counts its own */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether this is the call. Its file is below the directory: by its path, or the path of the directory that it is in.
 */
static bool is_time(const char *path)
{
    static long calls;
    const char *below = getenv("KILL_BELOW"), *at = getenv("KILL_AT");
    char whole[PATH_MAX], directory[PATH_MAX];
    if (!below || !at || !path)
        return false;
    (void)snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        *slash = '\0';
    if (!realpath(slash ? directory : ".", whole) || strncmp(whole, below, strlen(below)) != 0)
        return false;
    return ++calls == strtol(at, NULL, 10);
}

static bool is_time_for(int descriptor)
{
    char name[64], path[PATH_MAX];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(name, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return path[0] == '/' && is_time(path);
}

static void end(void)
{
    (void)kill(getpid(), SIGKILL);
}

int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? (mode_t)va_arg(arguments, unsigned int) : 0;
    va_end(arguments);
    if (flags & O_CREAT && is_time(path))
        end();
    return real(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (is_time_for(descriptor)) {
        (void)!real(descriptor, bytes, count / 2);
        end();
    }
    return real(descriptor, bytes, count);
}

int fsync(int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (is_time_for(descriptor))
        end();
    return real(descriptor);
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    if (is_time(from))
        end();
    return real(from, to);
}

int link(const char *from, const char *to)
{
    int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "link");
    if (is_time(from))
        end();
    return real(from, to);
}

int unlink(const char *path)
{
    int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    if (is_time(path))
        end();
    return real(path);
}

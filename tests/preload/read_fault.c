/* tests/preload/read_fault.c: a disk that cannot read a run's file. Loaded into a program: its read number $READ_FAULT
 * (from 0) of files whose name ends in .h5 fails with EIO; with $READ_FAULT_ALWAYS all later ones as well. With
 * $CLOSE_FAULT it is that closing of such a file which fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_run_file(int descriptor)
{
    char name[64], path[4096];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path);
    return length > 3 && memcmp(path + length - 3, ".h5", 3) == 0;
}

/* Whether the call is the one of $NAME; *calls counts them. */
static bool is_time(const char *name, int descriptor, long *calls)
{
    const char *wanted = getenv(name);
    if (!wanted || !is_run_file(descriptor))
        return false;
    const long first = strtol(wanted, NULL, 10), this = (*calls)++;
    return this == first || (this > first && getenv("READ_FAULT_ALWAYS"));
}

static bool fails(int descriptor)
{
    static long reads;
    return is_time("READ_FAULT", descriptor, &reads);
}

int close(int descriptor)
{
    static long closings;
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
    const bool is_lost = is_time("CLOSE_FAULT", descriptor, &closings);
    const int result = next(descriptor);
    if (!is_lost)
        return result;
    errno = EIO;
    return -1;
}

ssize_t read(int descriptor, void *bytes, size_t count)
{
    ssize_t (*next)(int, void *, size_t) = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    if (!fails(descriptor))
        return next(descriptor, bytes, count);
    errno = EIO;
    return -1;
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset)
{
    ssize_t (*next)(int, void *, size_t, off_t) = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread");
    if (!fails(descriptor))
        return next(descriptor, bytes, count, offset);
    errno = EIO;
    return -1;
}

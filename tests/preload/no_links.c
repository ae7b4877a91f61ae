/* tests/preload/no_links.c: a file system without hard links and without flock, as some network file systems and those
 * of memory cards are. With NO_LOCKS in the environment no file NAME.lock can be made at all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? (mode_t)va_arg(arguments, unsigned int) : 0;
    va_end(arguments);
    if (flags & O_CREAT && getenv("NO_LOCKS") && strstr(path, ".lock")) {
        errno = EACCES;
        return -1;
    }
    return real(path, flags, mode);
}

int link(const char *from, const char *to)
{
    (void)from;
    (void)to;
    errno = EPERM;
    return -1;
}

int flock(int descriptor, int operation)
{
    (void)descriptor;
    (void)operation;
    errno = ENOLCK;
    return -1;
}

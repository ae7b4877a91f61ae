#include "io/atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/owner.h"

enum { READ_BLOCK = 64 * 1024 };

/* What a user can do about an errno of a failed write. */
static const char *remedy(int code)
{
    switch (code) {
    case EFBIG:
        return "raise the limit on file sizes (ulimit -f) or choose another --out";
    case EACCES:
    case EPERM:
    case EROFS:
        return "choose another --out, or make the directory writable";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
        return "check the path, or choose another --out";
    default:
        return "check the disk, or choose another --out";
    }
}

static enum status write_failure(const char *path, int code, struct error *error)
{
    if (code == ENOSPC || code == EDQUOT)
        return error_set(error, STATUS_FAILED, "%s: no space left on device; free some or choose another --out", path);
    char reason[ERROR_REASON_SIZE];
    return error_set(error, STATUS_FAILED, "%s: cannot be written: %s; %s", path, error_reason(code, reason),
                     remedy(code));
}

static const char *remedy_of_reading(int code)
{
    switch (code) {
    case EIO:
        return "check the disk";
    case EMFILE:
    case ENFILE:
        return "raise the limit on open files (ulimit -n)";
    case ENOMEM:
        return "free some memory";
    case EACCES:
    case EPERM:
        return "check the path and its permissions";
    default:
        return "check the path";
    }
}

enum status file_read_failure(const char *path, int code, struct error *error)
{
    char reason[ERROR_REASON_SIZE];
    if (code == FILE_ENDED)
        return error_set(error, STATUS_DATA, "%s: ended while it was read; is another program writing to it?", path);
    enum status status = STATUS_DATA;
    if (code == ENOMEM)
        status = STATUS_NO_MEMORY;
    if (code == EMFILE || code == ENFILE)
        status = STATUS_FAILED;
    return error_set(error, status, "%s: cannot be read: %s; %s", path, error_reason(code, reason),
                     remedy_of_reading(code));
}

static const char partial[] = ".partial.";

char *atomic_temporary_name(const char *path, struct error *error)
{
    char mark[OWNER_MARK_SIZE];
    const struct owner self = owner_self();
    owner_mark(&self, mark);
    const char *slash = strrchr(path, '/');
    const size_t directory = slash ? (size_t)(slash + 1 - path) : 0, room = NAME_MAX - strlen(partial) - strlen(mark);
    size_t kept = strlen(path + directory);
    if (kept > room) {
        kept = room;
        while (kept > 0 && ((unsigned char)path[directory + kept] & 0xc0) == 0x80) /* inside a UTF-8 character */
            kept--;
    }
    const size_t size = directory + kept + sizeof partial + sizeof mark;
    char *temporary = memory_alloc(size, 1, error);
    if (temporary)
        (void)snprintf(temporary, size, "%.*s%s%s", (int)(directory + kept), path, partial, mark);
    return temporary;
}

double file_age(const struct stat *about, const struct stat *now)
{
    return (double)(now->st_mtim.tv_sec - about->st_mtim.tv_sec) +
           1e-9 * (double)(now->st_mtim.tv_nsec - about->st_mtim.tv_nsec);
}

/* The clock of the directory's file system: the times of a file made for that. A server's clock may differ from this
 * machine's. */
static bool clock_of(const char *directory, struct stat *now)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/clock", directory) >= (int)sizeof path)
        return false;
    char *name = atomic_temporary_name(path, NULL);
    const int descriptor = name ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    bool told = descriptor >= 0 && fstat(descriptor, now) == 0;
    if (descriptor >= 0)
        told = close(descriptor) == 0 && unlink(name) == 0 && told;
    memory_free(name);
    return told;
}

/* Whether the name is that of a file that was being written by a process that is certainly dead, or, with *unknown, by
 * one that cannot be seen from here. Older versions appended the process number to run files' names. */
static bool is_left_over(const char *name, const struct owner *self, bool *unknown)
{
    const char *last = NULL;
    for (const char *next = strstr(name, partial); next; next = strstr(next + 1, partial))
        last = next;
    if (!last)
        return false;
    const char *mark = last + strlen(partial);
    enum owner_life life = OWNER_LIVES;
    if (!owner_of_mark(mark, self, &life)) {
        const bool older = last - name > 3 && strncmp(last - 3, ".h5", 3) == 0 && mark[0] != '\0' &&
                           mark[strspn(mark, "0123456789")] == '\0';
        life = older ? OWNER_UNKNOWN : OWNER_LIVES;
    }
    *unknown = life == OWNER_UNKNOWN;
    return life != OWNER_LIVES;
}

void atomic_sweep(const char *directory)
{
    const struct owner self = owner_self();
    struct stat now = {0}, about;
    bool unknown = false, has_clock = false, asked = false;
    DIR *entries = opendir(directory);
    if (!entries)
        return;
    const int at = dirfd(entries);
    for (const struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        if (!is_left_over(entry->d_name, &self, &unknown) ||
            fstatat(at, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode))
            continue;
        if (unknown && !asked) {
            has_clock = clock_of(directory, &now);
            asked = true;
        }
        if (!unknown || (has_clock && file_age(&about, &now) > OWNER_STALE_SECONDS))
            (void)unlinkat(at, entry->d_name, 0); /* what cannot be removed does no harm */
    }
    (void)closedir(entries);
}

char *parent_directory(const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return memory_copy_text(".", error);
    char *parent = memory_copy_text(path, error);
    if (parent)
        parent[slash == path ? 1 : slash - path] = '\0';
    return parent;
}

/* Flushes what was written to `temporary` to disk. */
static enum status flush_file(const char *temporary, const char *path, struct error *error)
{
    int descriptor = open(temporary, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return write_failure(path, errno, error);
    enum status status = STATUS_OK;
    bool fault = fault_here();
    if (fault || fsync(descriptor) != 0)
        status = write_failure(path, fault ? EIO : errno, error);
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = write_failure(path, errno, error);
    return status;
}

/* Flushes the rename to disk, if the file system can do that. The new file is now whole under its name, so there is
 * nothing to report: after a power cut the old or the new file is there, and both are whole. */
static void flush_directory(const char *directory)
{
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    (void)close(descriptor);
}

enum status atomic_publish(const char *temporary, const char *path, struct error *error)
{
    enum status status = STATUS_NO_MEMORY;
    char *parent = parent_directory(path, error);
    if (parent)
        status = flush_file(temporary, path, error);
    if (status == STATUS_OK) {
        bool fault = fault_here();
        if (fault || rename(temporary, path) != 0)
            status = write_failure(path, fault ? EIO : errno, error);
    }
    if (status == STATUS_OK)
        flush_directory(parent);
    else
        (void)unlink(temporary); /* the failure that is reported came first */
    memory_free(parent);
    return status;
}

static enum status write_all(int descriptor, const char *path, const unsigned char *bytes, size_t count,
                             struct error *error)
{
    size_t done = 0;
    while (done < count) {
        bool fault = fault_here();
        ssize_t step = fault ? -1 : write(descriptor, bytes + done, count - done);
        if (step < 0 && !fault && errno == EINTR)
            continue;
        if (step < 0)
            return write_failure(path, fault ? ENOSPC : errno, error);
        if (step == 0)
            return write_failure(path, EIO, error);
        done += (size_t)step;
    }
    return STATUS_OK;
}

enum status atomic_write(const char *path, const void *bytes, size_t count, struct error *error)
{
    return atomic_write_both(path, bytes, count, NULL, 0, error);
}

enum status atomic_write_both(const char *path, const void *bytes, size_t count, const void *more, size_t more_count,
                              struct error *error)
{
    char *temporary = atomic_temporary_name(path, error);
    if (!temporary)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        status = write_failure(path, errno, error);
        goto cleanup;
    }
    status = write_all(descriptor, path, bytes, count, error);
    if (status == STATUS_OK)
        status = write_all(descriptor, path, more, more_count, error);
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = write_failure(path, errno, error);
    if (status == STATUS_OK)
        status = atomic_publish(temporary, path, error);
    else
        (void)unlink(temporary);
cleanup:
    memory_free(temporary);
    return status;
}

enum status atomic_rewrite(const char *path, const void *bytes, size_t count, struct error *error)
{
    unsigned char *before = NULL;
    size_t size = 0;
    const bool same = file_read(path, count, &before, &size, NULL) == STATUS_OK && size == count && before &&
                      memcmp(before, bytes, count) == 0;
    memory_free(before);
    return same ? STATUS_OK : atomic_write(path, bytes, count, error);
}

/* STATUS_FAILED unless `path` is a directory where files can be created. */
static enum status check_directory(const char *path, struct error *error)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return write_failure(path, errno, error);
    if (!S_ISDIR(about.st_mode))
        return write_failure(path, ENOTDIR, error);
    if (access(path, W_OK | X_OK) != 0)
        return write_failure(path, errno, error);
    return STATUS_OK;
}

enum status atomic_check(const char *path, struct error *error)
{
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return write_failure(path, EISDIR, error);
    char *parent = parent_directory(path, error);
    if (!parent)
        return STATUS_NO_MEMORY;
    enum status status = check_directory(parent, error);
    memory_free(parent);
    return status;
}

enum status directory_make(const char *path, struct error *error)
{
    char *prefix = memory_copy_text(path, error);
    if (!prefix)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    size_t length = strlen(prefix);
    for (size_t end = 1; end <= length && status == STATUS_OK; end++) {
        if (path[end] != '/' && path[end] != '\0')
            continue;
        prefix[end] = '\0';
        const int code = mkdir(prefix, 0777) == 0 ? 0 : errno; /* such as EROFS, even for one that exists */
        if (code != 0 && code != EEXIST && access(prefix, F_OK) != 0)
            status = write_failure(prefix, code, error);
        prefix[end] = path[end];
    }
    memory_free(prefix);
    struct stat about;
    if (status == STATUS_OK && stat(path, &about) == 0 && !S_ISDIR(about.st_mode))
        status = write_failure(path, ENOTDIR, error);
    return status;
}

enum status directory_ensure(const char *path, struct error *error)
{
    enum status status = directory_make(path, error);
    return status == STATUS_OK ? check_directory(path, error) : status;
}

/* Moves `count` bytes to a block of `capacity` bytes. On failure the old block is freed and *bytes is NULL. */
static enum status grow(unsigned char **bytes, size_t count, size_t capacity, struct error *error)
{
    unsigned char *larger = memory_alloc(capacity, 1, error);
    if (larger && *bytes)
        memcpy(larger, *bytes, count);
    memory_free(*bytes);
    *bytes = larger;
    return larger ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Waits for a stream that another process made non-blocking. False, with errno unchanged: the last read failed for
 * another reason. */
static bool await_input(int descriptor)
{
    struct pollfd input = {.fd = descriptor, .events = POLLIN};
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    if (poll(&input, 1, -1) > 0 || errno == EINTR)
        return true;
    return false;
}

/* Reads to the end. `expected` is the apparent number of bytes; 0 for a stream. */
static enum status read_all(int descriptor, const char *path, size_t limit, size_t expected, unsigned char **bytes,
                            size_t *count, struct error *error)
{
    size_t capacity = expected + READ_BLOCK;
    enum status status = grow(bytes, 0, capacity, error);
    while (status == STATUS_OK) {
        ssize_t step = read(descriptor, *bytes + *count, capacity - *count - 1);
        if (step < 0 && (errno == EINTR || await_input(descriptor)))
            continue;
        if (step < 0)
            return file_read_failure(path, errno, error);
        if (step == 0)
            break;
        *count += (size_t)step;
        if (*count > limit)
            return error_set(error, STATUS_DATA, "%s: is larger than %zu bytes; is it the right file?", path, limit);
        if (*count + 1 == capacity) {
            capacity = size_multiply(capacity, 2);
            status = grow(bytes, *count, capacity, error);
        }
    }
    if (status == STATUS_OK)
        (*bytes)[*count] = '\0';
    return status;
}

bool path_is_absent(const char *path)
{
    struct stat about;
    return lstat(path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

int descriptor_of(const char *path)
{
    static const char *const places[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdin") == 0)
        return STDIN_FILENO;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        size_t length = strlen(places[i]), digits = strspn(path + (strlen(path) > length ? length : 0), "0123456789");
        if (strncmp(path, places[i], length) == 0 && digits > 0 && digits < 6 && path[length + digits] == '\0')
            return (int)strtol(path + length, NULL, 10);
    }
    return -1;
}

static int open_to_read(const char *path)
{
    const int there = descriptor_of(path);
    return there >= 0 ? fcntl(there, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
}

enum status file_read(const char *path, size_t limit, unsigned char **bytes, size_t *count, struct error *error)
{
    *bytes = NULL;
    *count = 0;
    int descriptor = open_to_read(path);
    if (descriptor < 0)
        return file_read_failure(path, errno, error);
    enum status status = STATUS_OK;
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        status = file_read_failure(path, errno, error);
    else if (S_ISREG(about.st_mode) && (uintmax_t)about.st_size > limit)
        status = error_set(error, STATUS_DATA, "%s: is larger than %zu bytes; is it the right file?", path, limit);
    if (status == STATUS_OK) {
        size_t expected = S_ISREG(about.st_mode) ? (size_t)about.st_size : 0;
        status = read_all(descriptor, path, limit, expected, bytes, count, error);
    }
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = file_read_failure(path, errno, error);
    if (status != STATUS_OK) {
        memory_free(*bytes);
        *bytes = NULL;
        *count = 0;
    }
    return status;
}

enum status file_read_text(const char *path, size_t limit, char **text, struct error *error)
{
    unsigned char *bytes = NULL;
    size_t count = 0;
    *text = NULL;
    enum status status = file_read(path, limit, &bytes, &count, error);
    if (status != STATUS_OK || !bytes)
        return status;
    size_t length = strlen((char *)bytes);
    if (length != count) {
        memory_free(bytes);
        return error_set(error, STATUS_DATA, "%s: byte %zu is 0; is it a text file?", path, length);
    }
    *text = (char *)bytes;
    return STATUS_OK;
}

/* lib/io/atomic_file.h: files that are either whole or not there: written to a temporary name in the same directory,
 * flushed to disk, renamed. store.c writes HDF5 files through it.
 *
 * Every message names the final path, the operating system's reason and what to do about it. */
#ifndef TENTH_IO_ATOMIC_FILE_H
#define TENTH_IO_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct stat;

/* PATH.partial.MARK, with the mark of this process (owner.h); PATH is cut if the file name would be too long; the
 * caller frees with memory_free. NULL on failure. */
char *atomic_temporary_name(const char *path, struct error *error);

/* Removes the temporary files of dead processes from a directory; those of processes that cannot be seen from here once
 * they are older than OWNER_STALE_SECONDS. Touches nothing in use, and nothing else. */
void atomic_sweep(const char *directory);

/* Seconds from one file's last change to another's. */
double file_age(const struct stat *about, const struct stat *now);

/* The directory of `path` ("." if it names none); the caller frees with memory_free. */
char *parent_directory(const char *path, struct error *error);

/* fsyncs the file at `temporary`, renames it to `path` and fsyncs the directory. On failure the temporary file is
 * removed and `path` is unchanged. (A directory that cannot be flushed is not a failure: a power cut may then bring
 * back the old file, which is whole too.) */
enum status atomic_publish(const char *temporary, const char *path, struct error *error);

/* Writes `count` bytes to `path` atomically. */
enum status atomic_write(const char *path, const void *bytes, size_t count, struct error *error);

/* The same, followed by more bytes. */
enum status atomic_write_both(const char *path, const void *bytes, size_t count, const void *more, size_t more_count,
                              struct error *error);

/* The same, but a file that already holds these bytes is left alone. */
enum status atomic_rewrite(const char *path, const void *bytes, size_t count, struct error *error);

/* Whether a file could be written to `path`: its directory exists and is writable, and it is not a directory itself. To
 * be called before hours of work rather than after them. */
enum status atomic_check(const char *path, struct error *error);

/* Makes a directory and its parents if missing. */
enum status directory_make(const char *path, struct error *error);

/* The same, and checks that it is writable. */
enum status directory_ensure(const char *path, struct error *error);

/* Which descriptor of this process the path names ("/dev/stdin", "/dev/fd/63", "/proc/self/fd/0"); -1: none. Opened by
 * such a name, a file would be read from its start again, and a socket not at all. */
int descriptor_of(const char *path);

/* Whether there is certainly nothing of that name. What cannot be examined, and a dangling link, count as there, so
 * that reading it says why. */
bool path_is_absent(const char *path);

enum { FILE_ENDED = -1 }; /* not an errno: the file has fewer bytes than when it was opened */

/* What an errno of a failed read, or FILE_ENDED, means, and what to do about it; returns STATUS_NO_MEMORY for ENOMEM,
 * STATUS_FAILED if the process has no more descriptors, and otherwise STATUS_DATA. */
enum status file_read_failure(const char *path, int code, struct error *error);

/* A whole regular file or stream; at most `limit` bytes, more is STATUS_DATA. A name of a descriptor is read from its
 * current position. A 0 byte is added after the `count` bytes. The caller frees with memory_free; *bytes is NULL on
 * failure. */
enum status file_read(const char *path, size_t limit, unsigned char **bytes, size_t *count, struct error *error);

/* The same as a string; a 0 byte within the file is STATUS_DATA. */
enum status file_read_text(const char *path, size_t limit, char **text, struct error *error);

#endif

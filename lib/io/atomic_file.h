/* lib/io/atomic_file.h: files that are either whole or not there: written to a temporary name in the same directory,
 * flushed to disk, renamed. store.c writes HDF5 files through it.
 *
 * Every message names the final path, the reason of the operating system and what to do about it. */
#ifndef TENTH_IO_ATOMIC_FILE_H
#define TENTH_IO_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct stat;

/* PATH.partial.MARK, with the mark of this process (owner.h), where PATH is cut so that the file's name is short
 * enough; the caller frees with memory_free. NULL on failure. */
char *atomic_temporary_name(const char *path, struct error *error);

/* Removes the temporary files of dead processes from a directory; those of processes that cannot be seen from here once
 * they are older than OWNER_STALE_SECONDS. Nothing that is in use, and nothing else, is touched. */
void atomic_sweep(const char *directory);

/* Seconds from one file's last change to another's. */
double file_age(const struct stat *about, const struct stat *now);

/* The directory that `path` stands in ("." where it names none); the caller frees with memory_free. */
char *parent_directory(const char *path, struct error *error);

/* fsyncs the file at `temporary`, renames it to `path` and fsyncs the directory. On failure the temporary file is
 * removed and `path` is as it was. (A directory that cannot be flushed is no failure: a power cut may then bring back
 * the old file, which is whole as well.) */
enum status atomic_publish(const char *temporary, const char *path, struct error *error);

/* Writes `count` bytes to `path` atomically. */
enum status atomic_write(const char *path, const void *bytes, size_t count, struct error *error);

/* The same, with more bytes after those. */
enum status atomic_write_both(const char *path, const void *bytes, size_t count, const void *more, size_t more_count,
                              struct error *error);

/* The same, but a file that holds these bytes already is left alone: nothing is written where nothing changed. */
enum status atomic_rewrite(const char *path, const void *bytes, size_t count, struct error *error);

/* Whether a file could be written to `path`: its directory is there and can be written to, and it is no directory
 * itself. For asking before hours of work rather than after them. */
enum status atomic_check(const char *path, struct error *error);

/* Makes a directory and its parents where they are missing. */
enum status directory_make(const char *path, struct error *error);

/* The same, and checks that it can be written to. */
enum status directory_ensure(const char *path, struct error *error);

/* Which descriptor of this process the path names ("/dev/stdin", "/dev/fd/63", "/proc/self/fd/0"); -1: none. Opened by
 * such a name, a file would be read from its beginning again, and a socket not at all. */
int descriptor_of(const char *path);

/* Whether there is nothing of that name, for certain. What cannot be looked at, and a link that leads nowhere, count as
 * there, so that reading it says why. */
bool path_is_absent(const char *path);

enum { FILE_ENDED = -1 }; /* beside errnos: the file has fewer bytes than there were when it was opened */

/* What an errno of a failed read, or FILE_ENDED, means, and what to do about it; returns STATUS_NO_MEMORY for ENOMEM,
 * STATUS_FAILED where the process has no more descriptors, and else STATUS_DATA. */
enum status file_read_failure(const char *path, int code, struct error *error);

/* A whole regular file or stream; at most `limit` bytes, more is STATUS_DATA. What names a descriptor is read from
 * where that stands. A 0 byte is added after the `count` bytes. The caller frees with memory_free; *bytes is NULL on
 * failure. */
enum status file_read(const char *path, size_t limit, unsigned char **bytes, size_t *count, struct error *error);

/* The same as a string; a 0 byte within the file is STATUS_DATA. */
enum status file_read_text(const char *path, size_t limit, char **text, struct error *error);

#endif

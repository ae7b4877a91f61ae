/* lib/io/file_lock.h: a lock beside a file, PATH.lock, that ends with the process that holds it, also on a disk that
 * several machines share.
 *
 * The lock is a file that is made whole under another name and then linked to its own, which only one process can do,
 * or, where the file system has no links, made exclusively. It says who holds it (owner.h); its time is renewed as a
 * sign of life; and where the file system has flock, it is locked as well. A lock is dead
 *
 *   - of this place: when the process is gone, or its number is another's by now;
 *   - of another container of this kernel: when nobody holds its flock;
 *   - else, and where it cannot be read: without a sign of life for OWNER_STALE_SECONDS, by the file system's own
 * clock.
 *
 * Of several processes that find a dead one, one takes it over: it is renamed, and what was renamed is looked at before
 * it goes. There are no threads and no signal handlers: the holder calls file_lock_renew as it works. */
#ifndef TENTH_IO_FILE_LOCK_H
#define TENTH_IO_FILE_LOCK_H

#include <stdbool.h>

#include "core/error.h"

struct file_lock;

/* What was found in the way. */
struct lock_found {
    bool taken_over; /* the lock of a dead process gave way */
    char who[384];   /* "HOST, pid N", of that one or of the one that holds it; "" */
};

/* STATUS_OK with *lock: it is held until file_lock_release. STATUS_OK and *lock NULL: another process holds it, perhaps
 * one of this program's own. STATUS_FAILED: no lock can be made there, and why. */
enum status file_lock_take(const char *path, struct file_lock **lock, struct lock_found *found, struct error *error);

/* A sign of life; at once again it does nothing, so that it may be called often. NULL is allowed. */
void file_lock_renew(struct file_lock *lock);

/* Before something is written: STATUS_FAILED when the lock is no longer this process's, since it was removed, or since
 * others took this process for dead. */
enum status file_lock_check(const struct file_lock *lock, struct error *error);

/* Removes the lock, if it still is this process's. NULL is allowed. */
void file_lock_release(struct file_lock *lock);

#endif

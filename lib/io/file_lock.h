/* lib/io/file_lock.h: a lock next to a file, PATH.lock, that ends with the process that holds it, also on a disk shared
 * by several machines.
 *
 * The lock is a file that is completed under another name and then linked to its own, which only one process can do,
 * or, if the file system has no links, created exclusively. It says who holds it (owner.h); its time is renewed as a
 * sign of life; and if the file system has flock, it is locked too. A lock is dead
 *
 *   - of this place: if the process is gone, or its number is another's by now;
 *   - of another container on this kernel: if nobody holds its flock;
 *   - otherwise, or if it cannot be read: without a sign of life for OWNER_STALE_SECONDS, by the file system's own
 * clock.
 *
 * If several processes find a dead one, one takes it over: the lock is renamed, and checked before it is removed. There
 * are no threads and no signal handlers: the holder calls file_lock_renew as it works. */
#ifndef TENTH_IO_FILE_LOCK_H
#define TENTH_IO_FILE_LOCK_H

#include <stdbool.h>

#include "core/error.h"

struct file_lock;

/* The lock that was in the way. */
struct lock_found {
    bool taken_over; /* the lock of a dead process gave way */
    char who[384];   /* "HOST, pid N", of that process or of the holder; "" */
};

/* STATUS_OK with *lock: held until file_lock_release. STATUS_OK and *lock NULL: another process holds it, perhaps one
 * of this program's. STATUS_FAILED: no lock can be made there, and why. */
enum status file_lock_take(const char *path, struct file_lock **lock, struct lock_found *found, struct error *error);

/* A sign of life; does nothing if called again at once, so it may be called often. NULL is allowed. */
void file_lock_renew(struct file_lock *lock);

/* To be called before writing: STATUS_FAILED if the lock is no longer this process's, because it was removed, or
 * because others took this process for dead. */
enum status file_lock_check(const struct file_lock *lock, struct error *error);

/* Removes the lock if it is still this process's. NULL is allowed. */
void file_lock_release(struct file_lock *lock);

#endif

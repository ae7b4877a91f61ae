#include "io/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/owner.h"

static const double RENEW_SECONDS = 10;
enum { TEXT_SIZE = 1024, ATTEMPTS = 100 };
static const char FIRST_LINE[] = "tenth lock 1";

struct file_lock {
    char *path;       /* the lock's own */
    char *of;         /* of the locked file */
    int descriptor;   /* holds its flock */
    double renewed;   /* monotonic seconds */
    struct stat made; /* the lock file's identity */
};

/* The contents of a lock file. */
struct held {
    bool readable;
    struct owner owner;
    bool flocked; /* its owner holds an flock on it */
};

static enum status failure(const char *path, int code, struct error *error)
{
    char reason[ERROR_REASON_SIZE];
    return error_set(error, STATUS_FAILED,
                     "%s: no lock can be made there, and without one two processes could write one file: %s; free "
                     "space, make the directory writable, or choose another --out",
                     path, error_reason(code, reason));
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether the name still belongs to an open file. */
static bool is_named(int descriptor, const char *path)
{
    struct stat open_file, named;
    return fstat(descriptor, &open_file) == 0 && lstat(path, &named) == 0 && same_file(&open_file, &named);
}

/* ---- A lock's text. ---- */

static int text_make(const struct owner *owner, bool flocked, char text[TEXT_SIZE])
{
    return snprintf(text, TEXT_SIZE, "%s\nhost %s\nboot %s\nspace %s\npid %ld\nstarted %llu\ntoken %s\nflock %s\nend\n",
                    FIRST_LINE, owner->host, owner->boot, owner->space, owner->pid, owner->started, owner->token,
                    flocked ? "yes" : "no");
}

/* The value of a key if *text is its line, moving past it; false: another key's, or too long. */
static bool value_take(char **text, const char *key, char *value, size_t size)
{
    const size_t length = strlen(key);
    char *end = strchr(*text, '\n');
    if (!end || strncmp(*text, key, length) != 0 || (*text)[length] != ' ' || (size_t)(end - *text) - length > size)
        return false;
    *end = '\0';
    memcpy(value, *text + length + 1, (size_t)(end - *text) - length);
    *text = end + 1;
    return true;
}

static bool text_parse(char *text, struct held *held)
{
    char pid[24], started[24], flocked[8];
    const size_t first = strlen(FIRST_LINE);
    struct owner *owner = &held->owner;
    if (strncmp(text, FIRST_LINE, first) != 0 || text[first] != '\n')
        return false;
    text += first + 1;
    if (!value_take(&text, "host", owner->host, sizeof owner->host) ||
        !value_take(&text, "boot", owner->boot, sizeof owner->boot) ||
        !value_take(&text, "space", owner->space, sizeof owner->space) || !value_take(&text, "pid", pid, sizeof pid) ||
        !value_take(&text, "started", started, sizeof started) ||
        !value_take(&text, "token", owner->token, sizeof owner->token) ||
        !value_take(&text, "flock", flocked, sizeof flocked) || strcmp(text, "end\n") != 0)
        return false;
    char *pid_end = NULL, *started_end = NULL;
    owner->pid = strtol(pid, &pid_end, 10);
    owner->started = strtoull(started, &started_end, 10);
    held->flocked = strcmp(flocked, "yes") == 0;
    return owner->pid > 0 && *pid_end == '\0' && *started_end == '\0' && started[0] && owner->token[0];
}

static void held_read(int descriptor, struct held *held)
{
    char text[TEXT_SIZE];
    *held = (struct held){0};
    const ssize_t count = pread(descriptor, text, sizeof text - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    held->readable = count > 0 && text_parse(text, held);
}

/* ---- Whether a lock's owner lives. ---- */

/* If processes do not see each other: the flock of an owner on this kernel, or the lock's age. */
static bool is_dead_unseen(int descriptor, const struct held *held, const struct owner *self, const struct stat *now)
{
    struct stat about;
    if (held->readable && held->flocked && self->boot[0] && strcmp(held->owner.boot, self->boot) == 0) {
        if (flock(descriptor, LOCK_SH | LOCK_NB) == 0)
            return flock(descriptor, LOCK_UN) == 0;
        if (errno == EWOULDBLOCK)
            return false;
    }
    return fstat(descriptor, &about) == 0 && file_age(&about, now) > OWNER_STALE_SECONDS;
}

static bool is_dead(int descriptor, const struct held *held, const struct owner *self, const struct stat *now)
{
    const enum owner_life life = held->readable ? owner_life(&held->owner, self) : OWNER_UNKNOWN;
    return life == OWNER_DEAD || (life == OWNER_UNKNOWN && is_dead_unseen(descriptor, held, self, now));
}

/* Takes a dead lock out of the way. Another process that found it dead has already renamed it, or finds another file,
 * which is put back. `descriptor` is that of the dead one. */
static void remove_dead(int descriptor, const char *path)
{
    char *aside = NULL, *name = memory_alloc(strlen(path) + sizeof ".dead", 1, NULL);
    if (name) {
        (void)snprintf(name, strlen(path) + sizeof ".dead", "%s.dead", path);
        aside = atomic_temporary_name(name, NULL);
    }
    /* An flock on it, if available, separates processes that would take it over. */
    const bool alone = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (aside && alone && is_named(descriptor, path) && rename(path, aside) == 0) {
        /* Another's, made in between, is put back. If that fails, its owner notices (file_lock_check) before it
         * writes. */
        const bool lost = !is_named(descriptor, aside) && link(aside, path) != 0;
        (void)lost;
        (void)unlink(aside);
    }
    memory_free(aside);
    memory_free(name);
}

/* Tells whose the lock is, and takes it out of the way if it is dead; returns whether it was. */
static bool give_way(int descriptor, const char *path, const struct owner *self, const struct stat *now,
                     struct lock_found *found)
{
    struct held held;
    struct stat about;
    found->who[0] = '\0';
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    held_read(descriptor, &held);
    if (held.readable)
        (void)snprintf(found->who, sizeof found->who, "%s, pid %ld", held.owner.host, held.owner.pid);
    if (!is_dead(descriptor, &held, self, now))
        return false;
    remove_dead(descriptor, path);
    found->taken_over = true;
    return true;
}

/* Whether a lock is there and stays; otherwise its place may be free now. */
static bool in_the_way(const char *path, const struct owner *self, const struct stat *now, struct lock_found *found)
{
    enum { FLAGS = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK };
    int descriptor = open(path, O_RDWR | FLAGS);
    if (descriptor < 0 && errno != ENOENT)
        descriptor = open(path, O_RDONLY | FLAGS); /* another user's */
    if (descriptor < 0 && errno == ENOENT)
        return false;
    found->who[0] = '\0';
    if (descriptor < 0)
        return true;
    const bool stays = !give_way(descriptor, path, self, now, found);
    (void)close(descriptor);
    return stays;
}

/* ---- Making one. ---- */

/* Fills an open file with the text of a lock of this process. Returns an errno, or 0. */
static int fill(int descriptor, const struct owner *self)
{
    char text[TEXT_SIZE];
    const int length = text_make(self, flock(descriptor, LOCK_EX | LOCK_NB) == 0, text);
    const ssize_t written = write(descriptor, text, (size_t)length);
    if (written != length)
        return written < 0 ? errno : ENOSPC;
    return fsync(descriptor) == 0 ? 0 : errno;
}

/* Gives the complete file at `temporary` the lock's name. Returns an errno, or 0: the lock is made. An NFS server's
 * answer may be lost, but not its link count. */
static int give_name(int descriptor, const char *temporary, const char *path)
{
    struct stat about;
    const int code = link(temporary, path) == 0 ? 0 : errno;
    return code != 0 && fstat(descriptor, &about) == 0 && about.st_nlink == 2 && is_named(descriptor, path) ? 0 : code;
}

/* Without links: the file exists before it says whose it is, and until then nobody may take it. */
static int make_exclusive(const char *path, const struct owner *self, int *descriptor)
{
    *descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (*descriptor < 0)
        return errno;
    const int code = fill(*descriptor, self);
    if (code != 0) {
        (void)unlink(path);
        (void)close(*descriptor);
        *descriptor = -1;
    }
    return code;
}

/* Tries once. Returns an errno, or 0 with the lock's descriptor; EEXIST: one is there. *now is the file system's
 * time. */
static int make_once(const char *path, const char *temporary, const struct owner *self, int *descriptor,
                     struct stat *now)
{
    *descriptor = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (*descriptor < 0)
        return errno;
    int code = fill(*descriptor, self);
    if (code == 0 && fstat(*descriptor, now) != 0)
        code = errno;
    if (code == 0)
        code = give_name(*descriptor, temporary, path);
    (void)unlink(temporary);
    if (code != 0) {
        (void)close(*descriptor);
        *descriptor = -1;
    }
    return code == EPERM || code == EOPNOTSUPP || code == ENOSYS || code == EMLINK
               ? make_exclusive(path, self, descriptor)
               : code;
}

static enum status lock_make(const char *of, const char *path, int descriptor, struct file_lock **lock,
                             struct error *error)
{
    struct file_lock *made = memory_alloc(1, sizeof *made, error);
    if (made) {
        *made = (struct file_lock){.descriptor = descriptor, .renewed = monotonic_seconds()};
        made->path = memory_copy_text(path, error);
        made->of = memory_copy_text(of, error);
    }
    if (made && made->path && made->of && fstat(descriptor, &made->made) == 0) {
        *lock = made;
        return STATUS_OK;
    }
    (void)unlink(path);
    (void)close(descriptor);
    memory_free(made ? made->path : NULL);
    memory_free(made ? made->of : NULL);
    memory_free(made);
    return STATUS_NO_MEMORY;
}

enum status file_lock_take(const char *path, struct file_lock **lock, struct lock_found *found, struct error *error)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    const size_t size = strlen(path) + sizeof ".lock";
    const struct owner self = owner_self();
    char *name = memory_alloc(size, 1, error), *temporary = NULL;
    enum status status = STATUS_NO_MEMORY;
    *lock = NULL;
    *found = (struct lock_found){0};
    if (name) {
        (void)snprintf(name, size, "%s.lock", path);
        temporary = atomic_temporary_name(name, error);
    }
    for (int attempt = 0; temporary && attempt < ATTEMPTS; attempt++) {
        struct stat now;
        int descriptor = -1;
        const int code = make_once(name, temporary, &self, &descriptor, &now);
        if (code == 0)
            status = lock_make(path, name, descriptor, lock, error);
        else
            status = code == EEXIST ? STATUS_OK : failure(name, code, error);
        if (code != EEXIST || in_the_way(name, &self, &now, found))
            break;
        (void)nanosleep(&pause, NULL); /* others take it over too: soon it is this process's or another's */
    }
    memory_free(temporary);
    memory_free(name);
    return status;
}

void file_lock_renew(struct file_lock *lock)
{
    const double now = lock ? monotonic_seconds() : 0;
    if (!lock || now - lock->renewed < RENEW_SECONDS)
        return;
    lock->renewed = now;
    (void)futimens(lock->descriptor, NULL); /* if that fails, others see an older sign; file_lock_check tells */
}

enum status file_lock_check(const struct file_lock *lock, struct error *error)
{
    struct stat named;
    if (lstat(lock->path, &named) == 0 && same_file(&named, &lock->made))
        return STATUS_OK;
    return error_set(error, STATUS_FAILED,
                     "%s: nothing more is written to it, for %s is not this process's any more: it was removed, or "
                     "another process took this one for dead; the same command goes on from what is there",
                     lock->of, lock->path);
}

void file_lock_release(struct file_lock *lock)
{
    if (!lock)
        return;
    if (file_lock_check(lock, NULL) == STATUS_OK)
        (void)unlink(lock->path); /* one that stays is soon a dead process's */
    (void)close(lock->descriptor);
    memory_free(lock->path);
    memory_free(lock->of);
    memory_free(lock);
}

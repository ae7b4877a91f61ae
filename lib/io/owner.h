/* lib/io/owner.h: which process made a file, and whether that process still runs. Locks and the names of temporary
 * files say it, so that what a killed process left behind can be told from what a live one is about to need.
 *
 * A number alone names no process: it is given again, and two containers or two machines on one volume have the same. A
 * process is its place (host, boot, namespace of process numbers), its number there, when it started, and a token that
 * no other execution of a program has. */
#ifndef TENTH_IO_OWNER_H
#define TENTH_IO_OWNER_H

#include <stdbool.h>

enum { OWNER_HOST_SIZE = 256, OWNER_BOOT_SIZE = 64, OWNER_TOKEN_SIZE = 33, OWNER_MARK_SIZE = 80 };

/* Seconds without a sign of life after which the owner is dead, where it cannot be looked for: on another machine, or
 * in another container. Long beside what a step, or writing a file to a slow disk, takes. */
enum { OWNER_STALE_SECONDS = 600 };

struct owner {
    char host[OWNER_HOST_SIZE];   /* for people as well */
    char boot[OWNER_BOOT_SIZE];   /* of the kernel; "": not known */
    char space[OWNER_BOOT_SIZE];  /* the namespace of process numbers; "": not known */
    long pid;                     /* in that namespace */
    unsigned long long started;   /* in the kernel's ticks since the boot; 0: not known */
    char token[OWNER_TOKEN_SIZE]; /* hexadecimal digits */
};

/* This process. */
struct owner owner_self(void);

enum owner_life { OWNER_LIVES, OWNER_DEAD, OWNER_UNKNOWN /* it cannot be seen from here */ };

/* Whether a process runs, as far as `self` can see. One that has ended and that nobody has waited for is dead. */
enum owner_life owner_life(const struct owner *owner, const struct owner *self);

/* The owner in a name: PLACE-PID-STARTED-TOKEN, all but the numbers shortened by a hash. */
void owner_mark(const struct owner *owner, char mark[OWNER_MARK_SIZE]);

/* Whether a text is such a mark, and then whether its owner runs. */
bool owner_of_mark(const char *mark, const struct owner *self, enum owner_life *life);

#endif

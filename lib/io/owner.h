/* lib/io/owner.h: which process made a file, and whether that process still runs. Locks and the names of temporary
 * files carry this, so that leftovers of a killed process can be told from files that a live one is about to need.
 *
 * A number alone does not identify a process: it is reused, and two containers or machines on one volume can have the
 * same. A process is its place (host, boot, namespace of process numbers), its number there, when it started, and a
 * token that no other program execution has. */
#ifndef TENTH_IO_OWNER_H
#define TENTH_IO_OWNER_H

#include <stdbool.h>

enum { OWNER_HOST_SIZE = 256, OWNER_BOOT_SIZE = 64, OWNER_TOKEN_SIZE = 33, OWNER_MARK_SIZE = 80 };

/* Seconds without a sign of life after which an owner that cannot be looked up is dead: on another machine, or in
 * another container. Long compared with a step, or with writing a file to a slow disk. */
enum { OWNER_STALE_SECONDS = 600 };

struct owner {
    char host[OWNER_HOST_SIZE];   /* also for display */
    char boot[OWNER_BOOT_SIZE];   /* of the kernel; "": not known */
    char space[OWNER_BOOT_SIZE];  /* the PID namespace; "": not known */
    long pid;                     /* in that namespace */
    unsigned long long started;   /* in the kernel's ticks since boot; 0: not known */
    char token[OWNER_TOKEN_SIZE]; /* hexadecimal digits */
};

/* This process. */
struct owner owner_self(void);

enum owner_life { OWNER_LIVES, OWNER_DEAD, OWNER_UNKNOWN /* it cannot be seen from here */ };

/* Whether a process runs, as far as `self` can see. A zombie is dead. */
enum owner_life owner_life(const struct owner *owner, const struct owner *self);

/* The owner in a name: PLACE-PID-STARTED-TOKEN, all but the numbers hashed. */
void owner_mark(const struct owner *owner, char mark[OWNER_MARK_SIZE]);

/* Whether a text is such a mark, and if so whether its owner runs. */
bool owner_of_mark(const char *mark, const struct owner *self, enum owner_life *life);

#endif

#include "io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "io/sha256.h"

enum { PLACE_DIGITS = 12, MARK_TOKEN_DIGITS = 8, AT_RANDOM_BYTES = 16 };

/* The beginning of a small system file, without its newline; false: it cannot be read. */
static bool system_text(const char *path, char *text, size_t size)
{
    text[0] = '\0';
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const ssize_t count = read(descriptor, text, size - 1);
    (void)close(descriptor); /* nothing was written */
    if (count <= 0)
        return false;
    text[count] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return true;
}

/* The state of a process, such as R or Z, and its start. False: it cannot be examined. The name before them may contain
 * anything but ends with the last parenthesis. */
static bool process_look(long pid, char *state, unsigned long long *started)
{
    char path[64], text[1024];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!system_text(path, text, sizeof text))
        return false;
    const char *rest = strrchr(text, ')');
    if (!rest || rest[1] != ' ' || !rest[2])
        return false;
    *state = rest[2];
    rest += 2;
    for (int field = 3; field < 22 && rest; field++) { /* as proc(5) counts them: the state is the third */
        rest = strchr(rest, ' ');
        rest = rest ? rest + 1 : NULL;
    }
    if (!rest)
        return false;
    char *end = NULL;
    *started = strtoull(rest, &end, 10);
    return end != rest;
}

/* From the bytes that the kernel gives each program at its start, and from the process, since a fork has the same
 * bytes. */
static void token_make(struct owner *owner)
{
    struct sha256 hash;
    char hex[SHA256_HEX_SIZE];
    const void *random = (const void *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr) */
    sha256_begin(&hash);
    if (random)
        sha256_add(&hash, random, AT_RANDOM_BYTES);
    sha256_add(&hash, owner, sizeof *owner);
    sha256_end(&hash, hex);
    (void)snprintf(owner->token, sizeof owner->token, "%.*s", OWNER_TOKEN_SIZE - 1, hex);
}

struct owner owner_self(void)
{
    struct owner owner;
    char state;
    memset(&owner, 0, sizeof owner); /* the padding too: it is hashed */
    owner.pid = (long)getpid();
    if (gethostname(owner.host, sizeof owner.host - 1) != 0)
        (void)snprintf(owner.host, sizeof owner.host, "unknown");
    (void)system_text("/proc/sys/kernel/random/boot_id", owner.boot, sizeof owner.boot);
    const ssize_t length = readlink("/proc/self/ns/pid", owner.space, sizeof owner.space - 1);
    owner.space[length > 0 ? length : 0] = '\0';
    if (!process_look(owner.pid, &state, &owner.started))
        owner.started = 0;
    token_make(&owner);
    return owner;
}

/* For a process of this place. One whose start cannot be seen counts as the same. */
static enum owner_life life_here(long pid, unsigned long long started)
{
    char state = 0;
    unsigned long long found = 0;
    if (pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH))
        return OWNER_DEAD;
    if (!process_look(pid, &state, &found))
        return OWNER_UNKNOWN;
    if (state == 'Z' || state == 'X')
        return OWNER_DEAD;
    return started == 0 || found == started ? OWNER_LIVES : OWNER_DEAD;
}

static bool places_known(const struct owner *owner)
{
    return owner->boot[0] && owner->space[0];
}

enum owner_life owner_life(const struct owner *owner, const struct owner *self)
{
    if (!places_known(owner) || strcmp(owner->host, self->host) != 0 || strcmp(owner->boot, self->boot) != 0 ||
        strcmp(owner->space, self->space) != 0)
        return OWNER_UNKNOWN;
    return life_here(owner->pid, owner->started);
}

static void place_of(const struct owner *owner, char place[PLACE_DIGITS + 1])
{
    char text[OWNER_HOST_SIZE + 2 * OWNER_BOOT_SIZE + 2], hex[SHA256_HEX_SIZE];
    int length = snprintf(text, sizeof text, "%s\n%s\n%s", owner->host, owner->boot, owner->space);
    sha256_hex(text, (size_t)length, hex);
    (void)snprintf(place, PLACE_DIGITS + 1, "%.*s", PLACE_DIGITS, hex);
}

void owner_mark(const struct owner *owner, char mark[OWNER_MARK_SIZE])
{
    char place[PLACE_DIGITS + 1];
    place_of(owner, place);
    (void)snprintf(mark, OWNER_MARK_SIZE, "%s-%ld-%llu-%.*s", place, owner->pid, owner->started, MARK_TOKEN_DIGITS,
                   owner->token);
}

/* Digits followed by `end`; NULL: there are none, or too many. */
static const char *skip_digits(const char *text, const char *digits, size_t least, size_t most, char end)
{
    const size_t count = strspn(text, digits);
    return count >= least && count <= most && text[count] == end ? text + count + 1 : NULL;
}

bool owner_of_mark(const char *mark, const struct owner *self, enum owner_life *life)
{
    static const char decimal[] = "0123456789", hexadecimal[] = "0123456789abcdef";
    const char *pid = skip_digits(mark, hexadecimal, PLACE_DIGITS, PLACE_DIGITS, '-');
    const char *started = pid ? skip_digits(pid, decimal, 1, 18, '-') : NULL;
    const char *token = started ? skip_digits(started, decimal, 1, 20, '-') : NULL;
    if (!token || !skip_digits(token, hexadecimal, MARK_TOKEN_DIGITS, MARK_TOKEN_DIGITS, '\0'))
        return false;
    char place[PLACE_DIGITS + 1];
    place_of(self, place);
    const bool here = places_known(self) && strncmp(mark, place, PLACE_DIGITS) == 0;
    *life = here ? life_here(strtol(pid, NULL, 10), strtoull(started, NULL, 10)) : OWNER_UNKNOWN;
    return true;
}

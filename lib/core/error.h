/* lib/core/error.h: how functions fail.
 *
 * A function that can fail returns a status and fills the caller's struct error. Nothing in lib/ prints or exits; only
 * experiments/ does. An error is written once, where most is known about it, and may get context on the way up. The
 * message says what is wrong, where (file, line, tensor, step) and what to do about it. */
#ifndef TENTH_CORE_ERROR_H
#define TENTH_CORE_ERROR_H

enum status {
    STATUS_OK,
    STATUS_FAILED,      /* the work failed: exit code 1 */
    STATUS_NO_MEMORY,   /* an allocation failed: exit code 1 */
    STATUS_NOT_FINITE,  /* a number became infinite or NaN: exit code 1 */
    STATUS_UNSUPPORTED, /* a valid request that this object does not support: exit code 2 */
    STATUS_USAGE,       /* the command line or a config is wrong: exit code 2 */
    STATUS_DATA,        /* data are missing or corrupt: exit code 3 */
    STATUS_INTERRUPTED  /* stopped on request; can be resumed: exit code 130 */
};

struct error {
    enum status status;
    char message[2048]; /* one or a few sentences, no newline at the end; both ends of a longer one */
};

/* Writes the message and returns the status, so that a function can end with `return error_set(...)`.
 * error may be NULL: then it only returns the status. */
__attribute__((format(printf, 3, 4))) enum status error_set(struct error *error, enum status status, const char *format,
                                                            ...);

/* Puts context before the existing message ("configs/a.ini: " + message); returns the existing status. error may be
 * NULL: returns STATUS_FAILED. */
__attribute__((format(printf, 2, 3))) enum status error_context(struct error *error, const char *format, ...);

enum { ERROR_REASON_SIZE = 128 };

/* The system's text for an errno; returns `reason`. */
const char *error_reason(int code, char reason[ERROR_REASON_SIZE]);

/* The process exit code of a status, as in README's table: 0, 1, 2, 3 or 130. */
int error_exit_code(enum status status);

#endif

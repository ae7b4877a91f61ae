#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WHOLE_SIZE = 16 * 1024 }; /* fits a message with several paths of the greatest length */

/* A message that is too long loses its middle: it begins with a path and ends with what is wrong. */
static void keep(struct error *error, const char *whole)
{
    static const char gap[] = " ... ";
    enum { ROOM = sizeof error->message - sizeof gap, HEAD = ROOM / 2, TAIL = ROOM - HEAD };
    const size_t length = strlen(whole);
    if (length < sizeof error->message) {
        memcpy(error->message, whole, length + 1);
        return;
    }
    memcpy(error->message, whole, HEAD);
    memcpy(error->message + HEAD, gap, sizeof gap - 1);
    memcpy(error->message + HEAD + sizeof gap - 1, whole + length - TAIL, TAIL + 1);
}

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
    if (!error)
        return status;
    char whole[WHOLE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    if (vsnprintf(whole, sizeof whole, format, arguments) < 0)
        whole[0] = '\0';
    va_end(arguments);
    keep(error, whole);
    return status;
}

enum status error_context(struct error *error, const char *format, ...)
{
    if (!error)
        return STATUS_FAILED;
    char whole[WHOLE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(whole, sizeof whole - sizeof error->message, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error->status;
    error->message[sizeof error->message - 1] = '\0';
    memcpy(whole + strlen(whole), error->message, strlen(error->message) + 1); /* it fits */
    keep(error, whole);
    return error->status;
}

const char *error_reason(int code, char reason[ERROR_REASON_SIZE])
{
    if (strerror_r(code, reason, ERROR_REASON_SIZE) != 0)
        (void)snprintf(reason, ERROR_REASON_SIZE, "error %d", code);
    return reason;
}

int error_exit_code(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return 0;
    case STATUS_USAGE:
    case STATUS_UNSUPPORTED:
        return 2;
    case STATUS_DATA:
        return 3;
    case STATUS_INTERRUPTED:
        return 130;
    case STATUS_FAILED:
    case STATUS_NO_MEMORY:
    case STATUS_NOT_FINITE:
        break;
    }
    return 1;
}

#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
    if (!error)
        return status;
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    if (vsnprintf(error->message, sizeof error->message, format, arguments) < 0)
        error->message[0] = '\0';
    va_end(arguments);
    return status;
}

enum status error_context(struct error *error, const char *format, ...)
{
    if (!error)
        return STATUS_FAILED;
    char inner[sizeof error->message];
    memcpy(inner, error->message, sizeof inner);
    inner[sizeof inner - 1] = '\0';
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof error->message - 1) {
        size_t room = sizeof error->message - (size_t)length - 1;
        strncpy(error->message + length, inner, room);
        error->message[sizeof error->message - 1] = '\0';
    }
    return error->status;
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

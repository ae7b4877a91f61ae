#include "embed/c_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Only ASCII, whatever the locale: others are not letters of a C identifier. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static const struct {
    const char *what, *words;
} taken[] = {
#define C_WORDS(what, words) {what, words},
#include "embed/c_name.def"
#undef C_WORDS
};

/* What already has the name; NULL: nothing. */
static const char *taken_as(const char *name)
{
    char word[C_NAME_LENGTH + 3] = " ";
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        word[i + 1] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    word[length + 1] = ' ';
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strstr(taken[i].words, word))
            return taken[i].what;
    }
    return NULL;
}

static enum status refuse(const char *name, const char *why, struct error *error)
{
    return error_set(error, STATUS_USAGE,
                     "\"%.64s\" is not fit for C files and functions: %s; --name with letters, digits and underscores "
                     "gives another one",
                     name, why);
}

enum status c_name_check(const char *name, struct error *error)
{
    size_t length = strlen(name);
    if (length == 0)
        return refuse(name, "it is empty", error);
    for (const char *c = name; *c; c++) {
        if (!is_alphanumeric(*c) && *c != '_')
            return refuse(name, "it has other signs than letters, digits and underscores", error);
    }
    if (is_digit(name[0]))
        return refuse(name, "it begins with a digit", error);
    if (name[0] == '_' || name[length - 1] == '_' || strstr(name, "__"))
        return refuse(name, "underscores at its ends, or two in a row, are for compilers and their libraries", error);
    if (length > C_NAME_LENGTH)
        return error_set(
            error, STATUS_USAGE,
            "\"%.64s%s\" is longer than %d characters, and compilers need not look at more than 63 of what "
            "is made of it; --name gives a shorter one",
            name, length > 64 ? "..." : "", C_NAME_LENGTH);
    const char *what = taken_as(name);
    if (!what)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "\"%s\" is %s, so it is not fit for C files and functions; --name gives another one", name, what);
}

void c_name_from(const char *text, char *name, size_t room)
{
    size_t length = 0;
    bool gap = false;
    for (; *text && length + 2 < room; text++) {
        if (!is_alphanumeric(*text)) {
            gap = length > 0;
            continue;
        }
        if (gap)
            name[length++] = '_';
        gap = false;
        name[length++] = *text;
    }
    name[length] = '\0';
}

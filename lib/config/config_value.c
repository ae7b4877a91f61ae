/* lib/config/config_value.c: one value, from text and back to text. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "config/config_private.h"

/* The location of a value, for messages. */
struct value_place {
    const struct config_key *key;
    const char *place;
    struct error *error;
};

/* STATUS_USAGE: "FILE:LINE: section.key = VALUE " and the reason. */
__attribute__((format(printf, 3, 4))) static enum status refuse(const struct value_place *where, const char *value,
                                                                const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(where->error, STATUS_USAGE, "%s: %s = %s %s", where->place, where->key->full_name,
                     value[0] ? value : "(nothing)", length > 0 ? reason : "is refused");
}

void config_number_format(double value, char text[CONFIG_NUMBER_SIZE])
{
    (void)snprintf(text, CONFIG_NUMBER_SIZE, "%.9g", value);
    double back = strtod(text, NULL);
    if (back < value || back > value)
        (void)snprintf(text, CONFIG_NUMBER_SIZE, "%.17g", value);
}

static enum status check_bounds(const struct value_place *where, const char *text, double value)
{
    bool below = value < where->key->minimum;
    if (!below && value <= where->key->maximum)
        return STATUS_OK;
    char bound[CONFIG_NUMBER_SIZE];
    config_number_format(below ? where->key->minimum : where->key->maximum, bound);
    return refuse(where, text, "is %s %s", below ? "below" : "above", bound);
}

/* A finite decimal number and nothing else: strtod alone would take nan, inf and hexadecimal ones. */
static enum status parse_number(const struct value_place *where, const char *text, double *value)
{
    char *end = NULL;
    *value = strtod(text, &end);
    if (text[0] == '\0' || *end != '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return refuse(where, text, "is not a number");
    if (!isfinite(*value))
        return refuse(where, text, "is too large for a number");
    *value += 0.0; /* -0 becomes 0: equal values have one form */
    return check_bounds(where, text, *value);
}

static enum status parse_int(const struct value_place *where, const char *text, long *value)
{
    char *end = NULL;
    errno = 0;
    *value = strtol(text, &end, 10);
    if (text[0] == '\0' || *end != '\0')
        return refuse(where, text, "is not a whole number");
    if (errno == ERANGE)
        return refuse(where, text, "is %s", *value < 0 ? "far too small" : "far too large");
    return check_bounds(where, text, (double)*value);
}

static enum status parse_bool(const struct value_place *where, const char *text, bool *value)
{
    static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (size_t truth = 0; truth < 2; truth++) {
            if (strcmp(text, words[i][truth]) == 0) {
                *value = truth == 1;
                return STATUS_OK;
            }
        }
    }
    return refuse(where, text, "is neither yes nor no");
}

/* Copies the next part of a list and trims it. *rest moves past the separator; NULL after the last part, where callers
 * stop. */
static void next_part(const char **rest, char separator, char part[CONFIG_VALUE_MAX + 1])
{
    const char *begin = *rest;
    const char *end = strchr(begin, separator); /* NOLINT(clang-analyzer-core.NonNullParamChecker): see above */
    *rest = end ? end + 1 : NULL;
    if (!end)
        end = begin + strlen(begin);
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    size_t length = (size_t)(end - begin);
    memcpy(part, begin, length);
    part[length] = '\0';
}

static enum status list_add(const struct value_place *where, const char *text, double value, struct config_list *list)
{
    if (list->count == CONFIG_LIST_MAX)
        return refuse(where, text, "makes the list longer than %d values", CONFIG_LIST_MAX);
    list->value[list->count++] = value;
    return STATUS_OK;
}

/* FROM:TO:COUNT, both ends included. The text has at least one colon. */
static enum status parse_range(const struct value_place *where, const char *text, struct config_list *list)
{
    char part[CONFIG_VALUE_MAX + 1];
    const char *rest = text;
    double ends[2];
    for (size_t i = 0; i < 2; i++) {
        next_part(&rest, ':', part);
        enum status status = parse_number(where, part, &ends[i]);
        if (status != STATUS_OK)
            return status;
    }
    char *end = NULL;
    long count = 0;
    if (rest) {
        next_part(&rest, ':', part);
        count = strtol(part, &end, 10);
    }
    if (!end || end == part || *end != '\0' || rest || count < 2 || count > CONFIG_LIST_MAX)
        return refuse(where, text, "is not FROM:TO:COUNT with a count of 2 to %d", CONFIG_LIST_MAX);
    enum status status = STATUS_OK;
    for (long i = 0; i < count && status == STATUS_OK; i++) {
        double share = (double)i / (double)(count - 1);
        status = list_add(where, text, i == count - 1 ? ends[1] : ends[0] + (ends[1] - ends[0]) * share, list);
    }
    return status;
}

static enum status parse_list(const struct value_place *where, const char *text, struct config_list *list)
{
    char part[CONFIG_VALUE_MAX + 1];
    if (strcmp(text, "none") == 0)
        return STATUS_OK;
    enum status status = STATUS_OK;
    for (const char *rest = text; rest && status == STATUS_OK;) {
        next_part(&rest, ',', part);
        double value = 0;
        if (strchr(part, ':')) {
            status = parse_range(where, part, list);
            continue;
        }
        status = parse_number(where, part, &value);
        if (status == STATUS_OK)
            status = list_add(where, part, value, list);
    }
    return status;
}

static enum status parse_names(const struct value_place *where, const char *text, struct config_names *names)
{
    char part[CONFIG_VALUE_MAX + 1];
    if (text[0] == '\0')
        return STATUS_OK;
    for (const char *rest = text; rest;) {
        next_part(&rest, ',', part);
        if (part[0] == '\0')
            return refuse(where, text, "has an empty name");
        if (strlen(part) >= CONFIG_NAME_SIZE)
            return refuse(where, part, "is longer than %d bytes", CONFIG_NAME_SIZE - 1);
        if (names->count == CONFIG_NAMES_MAX)
            return refuse(where, text, "has more than %d names", CONFIG_NAMES_MAX);
        for (size_t i = 0; i < names->count; i++) {
            if (strcmp(names->name[i], part) == 0)
                return refuse(where, text, "names %s twice", part);
        }
        memcpy(names->name[names->count++], part, strlen(part) + 1);
    }
    return STATUS_OK;
}

static enum status parse_text(const struct value_place *where, const char *text, char value[CONFIG_TEXT_SIZE])
{
    if (strlen(text) >= CONFIG_TEXT_SIZE)
        return refuse(where, text, "is longer than %d bytes", CONFIG_TEXT_SIZE - 1);
    memcpy(value, text, strlen(text) + 1);
    return STATUS_OK;
}

/* Values become file names, texts in result files and cells of tables, all of which are UTF-8. */
static enum status check_utf8(const struct value_place *where, const char *text)
{
    enum { SHOWN_SIZE = 128 };
    char shown[SHOWN_SIZE];
    if (utf8_valid(text))
        return STATUS_OK;
    (void)utf8_escape(text, "", shown, sizeof shown);
    return error_set(where->error, STATUS_USAGE, "%s: %s = %s is not UTF-8; save the file, or type the value, in UTF-8",
                     where->place, where->key->full_name, shown);
}

/* What no value may contain, since it could not be written to a file and read back, or hides a mistake. */
static enum status check_characters(const struct value_place *where, const char *text)
{
    size_t length = strlen(text);
    if (length > CONFIG_VALUE_MAX)
        return error_set(where->error, STATUS_USAGE,
                         "%s: %s is longer than %d bytes; evenly spaced values can be written FROM:TO:COUNT",
                         where->place, where->key->full_name, CONFIG_VALUE_MAX);
    for (size_t i = 0; i < length; i++) {
        bool after_space = i == 0 || isspace((unsigned char)text[i - 1]);
        if (iscntrl((unsigned char)text[i]) && text[i] != '\t')
            return error_set(where->error, STATUS_USAGE, "%s: %s has a control character (byte value %d); remove it",
                             where->place, where->key->full_name, text[i]);
        if (text[i] == ';' && after_space)
            return refuse(where, text, "has a ; that would begin a comment; remove it");
        if (text[i] == '#' && after_space)
            return refuse(where, text, "holds a #; a comment behind a value begins with \" ;\"");
    }
    return check_utf8(where, text);
}

/* A value is taken literally, so one in quotes would be a name that begins with a quote. */
static enum status check_quotes(const struct value_place *where, const char *text)
{
    static const char *const quotes[] = {"\"",           "'",           "`", "\xE2\x80\x98", "\xE2\x80\x99",
                                         "\xE2\x80\x9C", "\xE2\x80\x9D"};
    const size_t length = strlen(text);
    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
        size_t size = strlen(quotes[i]);
        if (strncmp(text, quotes[i], size) == 0 || (length >= size && strcmp(text + length - size, quotes[i]) == 0))
            return refuse(where, text, "is in quotes; write it without them");
    }
    return STATUS_OK;
}

enum status config_value_parse(const struct config_key *key, const char *text, const char *place, void *field,
                               struct error *error)
{
    const struct value_place where = {key, place, error};
    memset(field, 0, key->size);
    enum status status = check_characters(&where, text);
    /* A run's name has rules of its own where it becomes a file name: a name already in a file stays readable. */
    if (status == STATUS_OK && strcmp(key->full_name, "run.name") != 0)
        status = check_quotes(&where, text);
    if (status != STATUS_OK)
        return status;
    switch (key->type) {
    case CONFIG_TYPE_INT:
        return parse_int(&where, text, field);
    case CONFIG_TYPE_FLOAT:
        return parse_number(&where, text, field);
    case CONFIG_TYPE_BOOL:
        return parse_bool(&where, text, field);
    case CONFIG_TYPE_LIST:
        return parse_list(&where, text, field);
    case CONFIG_TYPE_NAMES:
        return parse_names(&where, text, field);
    case CONFIG_TYPE_TEXT:
        break;
    }
    return parse_text(&where, text, field);
}

static void format_list(const struct config_list *list, struct text_buffer *text)
{
    char number[CONFIG_NUMBER_SIZE];
    if (list->count == 0)
        text_add(text, "none");
    for (size_t i = 0; i < list->count; i++) {
        config_number_format(list->value[i], number);
        text_add(text, "%s%s", i > 0 ? "," : "", number);
    }
}

static void format_names(const struct config_names *names, struct text_buffer *text)
{
    for (size_t i = 0; i < names->count; i++)
        text_add(text, "%s%s", i > 0 ? "," : "", names->name[i]);
}

void config_value_format(const struct config_key *key, const void *field, struct text_buffer *text)
{
    char number[CONFIG_NUMBER_SIZE];
    switch (key->type) {
    case CONFIG_TYPE_INT:
        text_add(text, "%ld", *(const long *)field);
        return;
    case CONFIG_TYPE_FLOAT:
        config_number_format(*(const double *)field, number);
        text_add(text, "%s", number);
        return;
    case CONFIG_TYPE_BOOL:
        text_add(text, "%s", *(const bool *)field ? "yes" : "no");
        return;
    case CONFIG_TYPE_LIST:
        format_list(field, text);
        return;
    case CONFIG_TYPE_NAMES:
        format_names(field, text);
        return;
    case CONFIG_TYPE_TEXT:
        text_add(text, "%s", (const char *)field);
        return;
    }
}

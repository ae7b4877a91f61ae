#include "run/run_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* isalnum would ask the locale about bytes above 127. */
static bool is_letter(unsigned char c)
{
    return c > 127 || isalnum(c) || c == '_';
}

enum status run_name_check(const char *name, struct error *error)
{
    static const char rule[] =
        "a name has letters, digits and _ - + = , . only, begins with a letter or digit, and does "
        "not end with a dot";
    size_t length = strlen(name);
    if (length > RUN_NAME_MAX)
        return error_set(error, STATUS_USAGE, "%.40s... has %zu bytes, and a run's name at most %d", name, length,
                         RUN_NAME_MAX);
    if (length == 0 || !is_letter((unsigned char)name[0]))
        return error_set(error, STATUS_USAGE, "%s: %s", length == 0 ? "(nothing)" : name, rule);
    for (const char *c = name; *c; c++) {
        if (!is_letter((unsigned char)*c) && !strchr("-+=,.", *c))
            return error_set(error, STATUS_USAGE, "%s has a %s: %s", name,
                             *c == ' '                    ? "blank"
                             : iscntrl((unsigned char)*c) ? "control character"
                                                          : (char[]){*c, '\0'},
                             rule);
    }
    return name[length - 1] == '.' ? error_set(error, STATUS_USAGE, "%s: %s", name, rule) : STATUS_OK;
}

/* lib/config/config_schema.c: the rows of schema.def as a table, and the lookup of names in it. */
#include <stdio.h>
#include <string.h>

#include "core/registry.h"
#include "config/config_private.h"

#define KEY_ROW(section, key, type, standard, minimum, maximum, unit, help)                                            \
    {#section,                                                                                                         \
     #key,                                                                                                             \
     #section "." #key,                                                                                                \
     type,                                                                                                             \
     standard,                                                                                                         \
     minimum,                                                                                                          \
     maximum,                                                                                                          \
     unit,                                                                                                             \
     help,                                                                                                             \
     offsetof(struct config, section.key),                                                                             \
     sizeof((struct config *)NULL)->section.key},

#define CONFIG_SECTION(section, help)
#define CONFIG_SECTION_END(section)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help)                                               \
    KEY_ROW(section, key, CONFIG_TYPE_INT, #standard, minimum, maximum, unit, help)
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help)                                             \
    KEY_ROW(section, key, CONFIG_TYPE_FLOAT, #standard, minimum, maximum, unit, help)
#define CONFIG_BOOL(section, key, standard, help) KEY_ROW(section, key, CONFIG_TYPE_BOOL, #standard, 0, 0, "", help)
#define CONFIG_TEXT(section, key, standard, help) KEY_ROW(section, key, CONFIG_TYPE_TEXT, standard, 0, 0, "", help)
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help)                                              \
    KEY_ROW(section, key, CONFIG_TYPE_LIST, standard, minimum, maximum, unit, help)
#define CONFIG_NAMES(section, key, standard, help) KEY_ROW(section, key, CONFIG_TYPE_NAMES, standard, 0, 0, "", help)
static const struct config_key KEYS[] = {
#include "config/schema.def"
};
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES

#define CONFIG_SECTION(section, help) {#section, help},
#define CONFIG_SECTION_END(section)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help)
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help)
#define CONFIG_BOOL(section, key, standard, help)
#define CONFIG_TEXT(section, key, standard, help)
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help)
#define CONFIG_NAMES(section, key, standard, help)
static const struct config_section SECTIONS[] = {
#include "config/schema.def"
};
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES

enum { SECTION_COUNT = sizeof SECTIONS / sizeof SECTIONS[0] };
_Static_assert(sizeof KEYS / sizeof KEYS[0] == CONFIG_KEY_COUNT, "one row for each index");

const struct config_key *config_keys(void)
{
    return KEYS;
}

const struct config_section *config_sections(size_t *count)
{
    *count = SECTION_COUNT;
    return SECTIONS;
}

const void *config_section(const struct config *config, const char *name)
{
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        if (strcmp(KEYS[k].section, name) == 0) /* its first key is where it begins */
            return (const char *)config + KEYS[k].offset;
    }
    return NULL;
}

void config_sections_but(const char *but, char names[CONFIG_SECTIONS_SIZE])
{
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < SECTION_COUNT && used < CONFIG_SECTIONS_SIZE; i++) {
        if (strcmp(SECTIONS[i].name, but) != 0)
            used +=
                (size_t)snprintf(names + used, CONFIG_SECTIONS_SIZE - used, "%s%s", used ? " " : "", SECTIONS[i].name);
    }
}

size_t config_key_find(const char *section, const char *name)
{
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        if (strcmp(KEYS[k].section, section) == 0 && strcmp(KEYS[k].name, name) == 0)
            return k;
    }
    return CONFIG_KEY_COUNT;
}

size_t config_key_find_full(const char *full_name)
{
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        if (strcmp(KEYS[k].full_name, full_name) == 0)
            return k;
    }
    return CONFIG_KEY_COUNT;
}

/* The full name of the key probably meant, or NULL. The right key in the wrong section comes first, then a typo within
 * the section, then a typo anywhere. */
static const char *key_suggestion(const char *section, const char *name)
{
    const char *names[CONFIG_KEY_COUNT];
    size_t in_section = 0;
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        if (strcmp(KEYS[k].name, name) == 0)
            return KEYS[k].full_name;
        if (strcmp(KEYS[k].section, section) == 0)
            names[in_section++] = KEYS[k].name;
    }
    const char *nearest = names_nearest(name, names, in_section);
    if (nearest)
        return KEYS[config_key_find(section, nearest)].full_name;
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++)
        names[k] = KEYS[k].name;
    nearest = names_nearest(name, names, CONFIG_KEY_COUNT);
    for (size_t k = 0; nearest && k < CONFIG_KEY_COUNT; k++) {
        if (KEYS[k].name == nearest)
            return KEYS[k].full_name;
    }
    return NULL;
}

enum status config_key_unknown(const char *place, const char *section, const char *name, struct error *error)
{
    const char *dot = section[0] ? "." : "";
    if (strcmp(name, "base") == 0)
        return error_set(error, STATUS_USAGE, "%s: base = FILE stands in a file, before its first [section]", place);
    const char *nearest = key_suggestion(section, name);
    if (nearest)
        return error_set(error, STATUS_USAGE, "%s: unknown key %s%s%s; did you mean %s?", place, section, dot, name,
                         nearest);
    return error_set(error, STATUS_USAGE, "%s: unknown key %s%s%s; `tenth config --help` lists every key", place,
                     section, dot, name);
}

enum status config_section_unknown(const char *place, const char *section, struct error *error)
{
    const char *names[SECTION_COUNT + 1];
    for (size_t s = 0; s < SECTION_COUNT; s++)
        names[s] = SECTIONS[s].name;
    names[SECTION_COUNT] = "sweep";
    const char *nearest = names_nearest(section, names, SECTION_COUNT + 1);
    if (nearest)
        return error_set(error, STATUS_USAGE, "%s: unknown section [%s]; did you mean [%s]?", place, section, nearest);
    return error_set(error, STATUS_USAGE, "%s: unknown section [%s]; `tenth config --help` lists every section", place,
                     section);
}

/* lib/config/config_help.c: the help of every key, from the schema. */
#include <string.h>

#include "core/memory.h"
#include "config/config_private.h"

enum { HELP_COLUMNS = 100, HELP_INDENT = 6 };

static const char *type_name(enum config_type type)
{
    switch (type) {
    case CONFIG_TYPE_INT:
        return "whole number";
    case CONFIG_TYPE_FLOAT:
        return "number";
    case CONFIG_TYPE_BOOL:
        return "yes or no";
    case CONFIG_TYPE_LIST:
        return "list of numbers";
    case CONFIG_TYPE_NAMES:
        return "list of names";
    case CONFIG_TYPE_TEXT:
        break;
    }
    return "text";
}

static bool has_range(const struct config_key *key)
{
    return key->type == CONFIG_TYPE_INT || key->type == CONFIG_TYPE_FLOAT || key->type == CONFIG_TYPE_LIST;
}

static bool has_unit(const struct config_key *key)
{
    return key->unit[0] != '\0' && strcmp(key->unit, "1") != 0;
}

/* The default as written in a file; the schema has C's false for a file's no. */
static const char *standard_text(const struct config_key *key)
{
    if (key->type != CONFIG_TYPE_BOOL)
        return key->standard;
    return strcmp(key->standard, "true") == 0 ? "yes" : "no";
}

static void add_range(const struct config_key *key, struct text_buffer *text)
{
    char low[CONFIG_NUMBER_SIZE], high[CONFIG_NUMBER_SIZE];
    config_number_format(key->minimum, low);
    config_number_format(key->maximum, high);
    text_add(text, "%s to %s", low, high);
}

/* The length of the longest prefix of `words` that fits into `room` and ends after a space or a comma; a longer word is
 * not broken. */
static size_t line_length(const char *words, size_t room)
{
    size_t best = 0, length = 0;
    for (; words[length]; length++) {
        if (length >= room && best > 0)
            return best;
        if (words[length] == ' ' || words[length] == ',')
            best = length + 1;
    }
    return length <= room || best == 0 ? length : best;
}

/* Adds words starting at column `column`; further lines are indented. */
static void add_wrapped(const char *words, size_t column, struct text_buffer *text)
{
    while (*words) {
        size_t length = line_length(words, HELP_COLUMNS - column);
        size_t visible = length;
        while (visible > 0 && words[visible - 1] == ' ')
            visible--;
        text_add(text, "%.*s\n", (int)visible, words);
        words += length;
        if (*words)
            text_add(text, "%*s", HELP_INDENT, "");
        column = HELP_INDENT;
    }
}

/* "  key = default", then an indented paragraph: type, range, unit, meaning. */
static void add_key_help(const struct config_key *key, struct text_buffer *text, struct error *error)
{
    const char *standard = standard_text(key);
    text_add(text, "  %s =", key->name);
    if (standard[0]) {
        text_add(text, " ");
        add_wrapped(standard, strlen(key->name) + strlen("   = "), text);
    } else {
        text_add(text, "\n");
    }
    struct text_buffer words = text_begin(error);
    text_add(&words, "%s", type_name(key->type));
    if (has_range(key)) {
        text_add(&words, ", ");
        add_range(key, &words);
    }
    if (has_unit(key))
        text_add(&words, " [%s]", key->unit);
    text_add(&words, ": %s", key->help);
    char *paragraph = text_take(&words);
    text_add(text, "%*s", HELP_INDENT, "");
    if (paragraph)
        add_wrapped(paragraph, HELP_INDENT, text);
    else
        text->failed = true; /* the error is already set */
    memory_free(paragraph);
}

static const char HOW_TO_WRITE[] =
    "A config file is INI text: `key = value` in [sections]. Every key has a default, shown behind it.\n"
    "\n"
    "  base = FILE[, FILE...]   before the first section: files that count where this one is silent\n"
    "  [sweep]                  section.key = v1 | v2 | v3: one run for each combination of the values\n"
    "  ; or #                   at the start of a line: a comment; behind a value only \" ;\" begins one\n"
    "  lists of numbers         a,b,c and FROM:TO:COUNT (evenly spaced, both ends included), or none\n"
    "  lists of names           a,b,c\n";

static void add_help_text(struct text_buffer *text, struct error *error)
{
    size_t count;
    const struct config_section *sections = config_sections(&count);
    text_add(text, "%s", HOW_TO_WRITE);
    for (size_t s = 0; s < count; s++) {
        text_add(text, "\n[%s]  %s\n", sections[s].name, sections[s].help);
        for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
            if (strcmp(config_keys()[k].section, sections[s].name) == 0)
                add_key_help(&config_keys()[k], text, error);
        }
    }
}

/* Adds words with something before (a \ before the bars that would end a cell) or after (a space after commas, so that
 * long lists can wrap) each `character`. */
static void add_marked(const char *words, char character, const char *before, const char *behind,
                       struct text_buffer *text)
{
    for (const char *c = words; *c; c++)
        text_add(text, "%s%c%s", *c == character ? before : "", *c, *c == character ? behind : "");
}

static void add_key_row(const struct config_key *key, struct text_buffer *text)
{
    const char *standard = standard_text(key);
    text_add(text, "| `%s` | %s | ", key->full_name, type_name(key->type));
    if (standard[0]) {
        text_add(text, "`");
        add_marked(standard, ',', "", " ", text);
        text_add(text, "`");
    }
    text_add(text, " | ");
    if (has_range(key))
        add_range(key, text);
    text_add(text, " | %s | ", has_unit(key) ? key->unit : "");
    add_marked(key->help, '|', "\\", "", text);
    text_add(text, " |\n");
}

static void add_help_markdown(struct text_buffer *text)
{
    text_add(text, "| key | type | default | range | unit | meaning |\n|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++)
        add_key_row(&config_keys()[k], text);
}

char *config_help(bool markdown, struct error *error)
{
    struct text_buffer text = text_begin(error);
    if (markdown)
        add_help_markdown(&text);
    else
        add_help_text(&text, error);
    return text_take(&text);
}

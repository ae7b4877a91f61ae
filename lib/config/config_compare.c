/* lib/config/config_compare.c: how two configs differ. */
#include <string.h>

#include "core/memory.h"
#include "config/config_private.h"

static bool is_named(const char *sections, const char *section)
{
    const size_t length = strlen(section);
    while (*sections) {
        size_t next = strcspn(sections, " ");
        if (next == length && memcmp(sections, section, length) == 0)
            return true;
        sections += next;
        sections += *sections == ' ';
    }
    return false;
}

char *config_differences(const struct config *held, const struct config *wanted, const char *sections, size_t most,
                         struct error *error)
{
    struct text_buffer text = text_begin(error);
    size_t found = 0;
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        const struct config_key *row = &config_keys()[k];
        if (!is_named(sections, row->section))
            continue;
        struct text_buffer a = text_begin(error), b = text_begin(error);
        config_value_format(row, config_field_of(held, row), &a);
        config_value_format(row, config_field_of(wanted, row), &b);
        char *left = text_take(&a), *right = text_take(&b);
        if (!left || !right)
            text.failed = true;
        else if (strcmp(left, right) != 0 && found++ < most)
            text_add(&text, "%s%s: %s in the file, %s wanted", found > 1 ? "; " : "", row->full_name,
                     left[0] ? left : "nothing", right[0] ? right : "nothing");
        memory_free(left);
        memory_free(right);
    }
    if (found > most)
        text_add(&text, "; and %zu keys more", found - most);
    return text_take(&text);
}

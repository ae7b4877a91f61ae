#include "results/origin.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

enum status origin_read(const struct run_file *file, struct origin *origin, struct error *error)
{
    char sections[CONFIG_SECTIONS_SIZE]; /* seeds of one run differ only in [run] */
    config_sections_but("run", sections);
    *origin = (struct origin){0};
    (void)snprintf(origin->base, sizeof origin->base, "%s", file->base);
    (void)snprintf(origin->run, sizeof origin->run, "%s", file->run);
    origin->data_identity = memory_copy_text(file->data_identity, error);
    origin->data_source = memory_copy_text(file->data_source, error);
    return origin->data_identity && origin->data_source ? run_file_sections(file, sections, &origin->config, error)
                                                        : STATUS_NO_MEMORY;
}

void origin_free(struct origin *origin)
{
    memory_free(origin->config);
    memory_free(origin->data_identity);
    memory_free(origin->data_source);
    *origin = (struct origin){0};
}

/* Moves both to the first line that differs. */
static void skip_equal_lines(const char **a, const char **b)
{
    size_t length = strcspn(*a, "\n");
    while (**a && strncmp(*a, *b, length + 1) == 0) {
        *a += length + 1;
        *b += length + 1;
        length = strcspn(*a, "\n");
    }
}

/* What forbids a mean over both, in words; false: nothing. */
enum { WORDS_SIZE = 512 }; /* for display: truncated if longer */
static bool differ(const struct origin *a, const struct origin *b, char words[WORDS_SIZE])
{
    if (strcmp(a->data_identity, b->data_identity) != 0) {
        (void)snprintf(words, WORDS_SIZE, "were made from different data (%.200s, and %.200s)", a->data_source,
                       b->data_source);
        return true;
    }
    if (!a->config || !b->config || strcmp(a->config, b->config) == 0)
        return false;
    const char *left = a->config, *right = b->config;
    skip_equal_lines(&left, &right);
    (void)snprintf(words, WORDS_SIZE, "have different configs (first of all %.*s, and %.*s)", (int)strcspn(left, "\n"),
                   left, (int)strcspn(right, "\n"), right);
    return true;
}

enum status origins_check(const struct origin *origins, size_t last, const char *const *paths, struct error *error)
{
    const struct origin *origin = &origins[last];
    for (size_t i = 0; i < last; i++) {
        if (strcmp(origins[i].run, origin->run) == 0)
            return error_set(
                error, STATUS_USAGE,
                "%s and %s are both %s, and would count as two seeds; give one of them, or a label to each "
                "(LABEL=FILE)",
                paths[i], paths[last], origin->run);
        if (strcmp(origins[i].base, origin->base) != 0)
            continue;
        char words[WORDS_SIZE];
        if (differ(&origins[i], origin, words))
            return error_set(
                error, STATUS_USAGE,
                "%s and %s %s, so that they are not seeds of one run; give those of one run alone, or another "
                "run.name to those of the other",
                paths[i], paths[last], words);
    }
    return STATUS_OK;
}

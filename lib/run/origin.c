#include "run/origin.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"

/* The config without [run]: seeds of one run differ in nothing else. */
static const char SECTIONS[] = "data model posterior dropout ensemble train prune perturb ood";

enum status origin_read(const struct run_file *file, struct origin *origin, struct error *error)
{
    *origin = (struct origin){0};
    (void)snprintf(origin->base, sizeof origin->base, "%s", file->base);
    (void)snprintf(origin->run, sizeof origin->run, "%s", file->run);
    origin->data_identity = memory_copy_text(file->data_identity, error);
    return origin->data_identity ? run_file_sections(file, SECTIONS, &origin->config, error) : STATUS_NO_MEMORY;
}

void origin_free(struct origin *origin)
{
    memory_free(origin->config);
    memory_free(origin->data_identity);
    *origin = (struct origin){0};
}

/* What forbids a mean over both; NULL: nothing. */
static const char *difference(const struct origin *a, const struct origin *b)
{
    if (strcmp(a->data_identity, b->data_identity) != 0)
        return "were made from different data";
    return a->config && b->config && strcmp(a->config, b->config) != 0 ? "have different configs" : NULL;
}

enum status origins_check(const struct origin *origins, size_t last, const char *const *paths, struct error *error)
{
    const struct origin *origin = &origins[last];
    for (size_t i = 0; i < last; i++) {
        if (strcmp(origins[i].run, origin->run) == 0)
            return error_set(error, STATUS_USAGE,
                             "%s and %s are both %s, and would count as two seeds; give one of them", paths[i],
                             paths[last], origin->run);
        if (strcmp(origins[i].base, origin->base) != 0)
            continue;
        const char *what = difference(&origins[i], origin);
        if (what)
            return error_set(error, STATUS_USAGE,
                             "%s and %s %s, so that they are no seeds of one run; make one of them anew, give it "
                             "another run.name, or omit it",
                             paths[i], paths[last], what);
    }
    return STATUS_OK;
}

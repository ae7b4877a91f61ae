/* lib/results/derived_provenance.c: what a run's file says about how it was made, as a table. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "results/derived.h"
#include "run/provenance.h"

derive_fn derive_provenance;

struct listing {
    const struct run_file *file;
    struct table *rows;
};

static enum status attribute_add(void *context, const char *key, const char *shown, struct error *error)
{
    struct listing *listing = context;
    struct row row = run_file_row(listing->file, table_kind_of(listing->rows));
    row_text(&row, "key", key);
    row_text(&row, "value", shown);
    return table_add(listing->rows, row.cells, error);
}

/* The lines of a config as config_text writes them, one key a row. The stored text is not resolved again: a run of
 * another version of the program is shown as it was made. */
static enum status config_lines_add(struct listing *listing, char *text, struct error *error)
{
    const char *section = "";
    char *rest = NULL, key[160];
    enum status status = STATUS_OK;
    for (char *line = strtok_r(text, "\n", &rest); line && status == STATUS_OK; line = strtok_r(NULL, "\n", &rest)) {
        char *equals = strstr(line, " =");
        if (line[0] == '[') {
            section = line + 1;
            line[strcspn(line, "]")] = '\0';
        } else if (equals) {
            (void)snprintf(key, sizeof key, PROVENANCE_CONFIG "%s.%.*s", section, (int)(equals - line), line);
            status = attribute_add(listing, key, equals + 2 + strspn(equals + 2, " "), error);
        }
    }
    return status;
}

static enum status config_add(struct listing *listing, struct error *error)
{
    struct store *store = listing->file->store;
    char *text = NULL;
    bool there;
    enum status status = store_find(store, "/config", &there, error);
    if (!there)
        return status;
    status = store_get_text(store, "/config", "text", &text, error);
    if (status == STATUS_OK)
        status = config_lines_add(listing, text, error);
    memory_free(text);
    return status;
}

enum status derive_provenance(const struct run_file *file, struct table *rows, struct error *error)
{
    static const char *const objects[] = {"/data", "/provenance"};
    struct listing listing = {file, rows};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        bool there;
        status = store_find(file->store, objects[i], &there, error);
        if (there)
            status = store_show(file->store, objects[i], attribute_add, &listing, error);
    }
    return status == STATUS_OK ? config_add(&listing, error) : status;
}

/* lib/run/derived_provenance.c: what a run's file says of how it was made, as a table. */
#include "core/memory.h"
#include "run/derived.h"

derive_fn derive_provenance;

/* The attributes of one group. */
static enum status attributes_add(const struct run_file *file, const char *object, struct table *rows,
                                  struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    enum status status = store_attributes(file->store, object, &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char *text = NULL;
        if (store_get_shown(file->store, object, names[i], &text, NULL) != STATUS_OK)
            continue;
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "key", names[i]);
        row_text(&row, "value", text);
        status = table_add(rows, row.cells, error);
        memory_free(text);
    }
    memory_free(names);
    return status;
}

enum status derive_provenance(const struct run_file *file, struct table *rows, struct error *error)
{
    static const char *const objects[] = {"/data", "/provenance"};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        if (store_has(file->store, objects[i]))
            status = attributes_add(file, objects[i], rows, error);
    }
    return status;
}

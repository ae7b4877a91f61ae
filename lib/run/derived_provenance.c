/* lib/run/derived_provenance.c: what a run's file says of how it was made, as a table. */
#include "run/derived.h"

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

enum status derive_provenance(const struct run_file *file, struct table *rows, struct error *error)
{
    static const char *const objects[] = {"/data", "/provenance"};
    struct listing listing = {file, rows};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        if (store_has(file->store, objects[i]))
            status = store_show(file->store, objects[i], attribute_add, &listing, error);
    }
    return status;
}

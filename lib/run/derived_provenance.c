/* lib/run/derived_provenance.c: what a run's file says of how it was made, as a table. */
#include <math.h>
#include <stdio.h>

#include "core/memory.h"
#include "run/derived.h"

derive_fn derive_provenance;

/* The attributes of one group; a number is written as in the report. */
static enum status attributes_add(const struct run_file *file, const char *object, struct table *rows,
                                  struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    enum status status = store_attributes(file->store, object, &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char *text = NULL, number_text[32];
        double number = NAN;
        bool is_text = store_get_text(file->store, object, names[i], &text, NULL) == STATUS_OK;
        if (!is_text && store_get_number(file->store, object, names[i], &number, NULL) != STATUS_OK)
            continue;
        (void)snprintf(number_text, sizeof number_text, "%.6g", number);
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "key", names[i]);
        row_text(&row, "value", is_text ? text : number_text);
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

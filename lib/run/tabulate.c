#include "run/tabulate.h"

#include <stdbool.h>
#include <string.h>

#include "run/band.h"
#include "run/claim.h"
#include "run/derived.h"
#include "run/didactic.h"

/* Whether an earlier file has given the rows of this file's data set: pictures of items are the same for all runs. */
static bool shown_already(const struct table *table, const struct run_file *file)
{
    const struct table_kind *kind = table_kind_of(table);
    if (strcmp(kind->name, "stills") != 0)
        return false;
    size_t column = table_column_index(kind, "dataset"), rows = table_rows(table);
    for (size_t i = 0; i < rows; i++) {
        if (strcmp(table_row(table, i)[column].text, file->dataset) == 0)
            return true;
    }
    return false;
}

static enum status file_by_file(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct run_file file;
        status = run_file_open(paths[i], &file, error);
        if (status == STATUS_OK && !shown_already(table, &file))
            status = derived_rows(&file, table, error);
        run_file_close(&file);
    }
    return status;
}

enum status tabulate(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    if (kind->origin == TABLE_OF_FORMULA)
        return didactic_make(table, error);
    if (kind->origin == TABLE_OF_COMMAND)
        return error_set(error, STATUS_USAGE, "%s is no table of run files; `tenth %s` prints it", kind->name,
                         strcmp(kind->name, "export") == 0 ? "export --measure" : "bench");
    if (count == 0)
        return error_set(error, STATUS_USAGE, "usage: tenth table RUN.h5... %s", kind->name);
    if (band_is(kind))
        return band_make(table, paths, count, error);
    if (strcmp(kind->name, "claims") == 0)
        return claims_make(table, paths, count, error);
    return file_by_file(table, paths, count, error);
}

#include "run/tabulate.h"

#include <string.h>

#include "run/band.h"
#include "run/claim.h"
#include "run/derived.h"

enum status tabulate(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    if (band_is(table_kind_of(table)))
        return band_make(table, paths, count, error);
    if (strcmp(table_kind_of(table)->name, "claims") == 0)
        return claims_make(table, paths, count, error);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct run_file file;
        status = run_file_open(paths[i], &file, error);
        if (status == STATUS_OK)
            status = derived_rows(&file, table, error);
        run_file_close(&file);
    }
    return status;
}

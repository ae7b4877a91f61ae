#include "results/tabulate.h"

#include <stdbool.h>
#include <string.h>

#include "bayes/posterior.h"
#include "results/band.h"
#include "results/claim.h"
#include "results/derived.h"
#include "results/didactic.h"
#include "results/labelled.h"

/* Pictures show items, which are the same for all runs of a data set, even disturbed, except by an adversary, who
 * attacks one run. So each appears once, from one run, named in column run. */
static bool is_of_pictures(const struct table_kind *kind)
{
    static const char *const tables[] = {"stills", "frames", "examples"};
    bool is = false;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        is = is || strcmp(kind->name, tables[i]) == 0;
    return is;
}

/* Whether two rows are pictures of the same data set and perturbation, if the table has any. */
static bool same_pictures(const struct table_kind *kind, const union table_cell *a, const union table_cell *b)
{
    const size_t dataset = table_column_index(kind, "dataset"), perturbation = table_column_index(kind, "perturbation");
    return strcmp(a[dataset].text, b[dataset].text) == 0 &&
           (perturbation == SIZE_MAX || strcmp(a[perturbation].text, b[perturbation].text) == 0);
}

/* The file's pictures except those that earlier runs gave: the table's first `before` rows. */
static enum status pictures_add(const struct run_file *file, struct table *table, struct error *error)
{
    const struct table_kind *kind = table_kind_of(table);
    const size_t before = table_rows(table);
    struct table *rows = table_create(kind, error);
    enum status status = rows ? derived_rows(file, rows, error) : STATUS_NO_MEMORY;
    bool given = false;
    for (size_t i = 0; status == STATUS_OK && i < table_rows(rows); i++) {
        const union table_cell *cells = table_row(rows, i);
        const bool as_last = i > 0 && same_pictures(kind, cells, table_row(rows, i - 1));
        given = as_last && given;
        for (size_t other = 0; !as_last && !given && other < before; other++)
            given = same_pictures(kind, cells, table_row(table, other));
        if (!given)
            status = table_add(table, cells, error);
    }
    table_free(rows);
    return status;
}

static enum status file_by_file(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct run_file file;
        status = labelled_open(paths[i], &file, error);
        if (status == STATUS_OK)
            status = derived_rows(&file, table, error);
        run_file_close(&file);
    }
    return status;
}

/* From the first run whose method has sigmas, else from the first one that has the picture. */
static enum status picture_by_picture(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 2 * count && status == STATUS_OK; i++) {
        struct run_file file;
        status = labelled_open(paths[i % count], &file, error);
        if (status == STATUS_OK) {
            const struct method *method = method_find(file.method, NULL);
            if ((method && method->has_sigma) == (i < count))
                status = pictures_add(&file, table, error);
        }
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
        return error_set(error, STATUS_USAGE, "usage: tenth table [LABEL=]RUN.h5|DIR... %s", kind->name);
    if (band_is(kind))
        return band_make(table, paths, count, error);
    if (strcmp(kind->name, "claims") == 0)
        return claims_make(table, paths, count, NULL, error);
    return is_of_pictures(kind) ? picture_by_picture(table, paths, count, error)
                                : file_by_file(table, paths, count, error);
}

/* experiments/cmd_table.c: any result as a table on standard output. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "core/registry.h"
#include "io/store.h"
#include "io/table.h"
#include "run/band.h"

static enum status list_tables(void)
{
    size_t count;
    const struct table_kind *kinds = table_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        if (!kinds[i].of_runs)
            continue;
        printf("%-14s %s\n              ", kinds[i].name, kinds[i].help);
        for (size_t c = 0; c < kinds[i].column_count; c++)
            printf("%s%s", c ? "," : "", kinds[i].columns[c].name);
        printf("\n");
    }
    return STATUS_OK;
}

/* Appends the file's stored rows; a run that has not come to this table yet has none. */
static enum status load_stored(struct table *table, const char *path, struct error *error)
{
    struct store *store = NULL;
    char object[64];
    (void)snprintf(object, sizeof object, "/tables/%s", table_kind_of(table)->name);
    enum status status = store_open(path, &store, error);
    if (status == STATUS_OK && store_has(store, object))
        status = table_load(table, store, error);
    store_close(store);
    return status;
}

enum status command_table(const struct options *options, struct error *error)
{
    if (options->list)
        return list_tables();
    if (options->argument_count < 2)
        return error_set(error, STATUS_USAGE,
                         "usage: tenth table RUN.h5... TABLE; `tenth table --list` names the tables");
    bool tsv = strcmp(options->format, "tsv") == 0;
    if (!tsv && strcmp(options->format, "csv") != 0)
        return error_set(error, STATUS_USAGE, "--format %s: csv or tsv is wanted", options->format);
    size_t files = options->argument_count - 1, count;
    const struct table_kind *kinds = table_kinds(&count);
    const struct table_kind *kind =
        registry_find("table", options->arguments[files], kinds, count, sizeof *kinds, error);
    struct table *table = kind ? table_create(kind, error) : NULL;
    if (!table)
        return kind ? STATUS_NO_MEMORY : STATUS_USAGE;
    if (!kind->of_runs) {
        table_free(table);
        return error_set(error, STATUS_USAGE, "%s is no table of run files; `tenth %s` prints it", kind->name,
                         strcmp(kind->name, "export") == 0 ? "export --measure" : "bench");
    }
    const char *const *paths = (const char *const *)options->arguments;
    enum status status = STATUS_OK;
    if (band_is(kind))
        status = band_make(table, paths, files, error);
    for (size_t i = 0; i < files && status == STATUS_OK && !band_is(kind); i++)
        status = load_stored(table, paths[i], error);
    enum table_format format = tsv ? TABLE_TSV : TABLE_CSV;
    if (status == STATUS_OK)
        status = table_write_header(kind, format, stdout, error);
    if (status == STATUS_OK)
        status = table_write_rows(table, format, stdout, error);
    table_free(table);
    return status;
}

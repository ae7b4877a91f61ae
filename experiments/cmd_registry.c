/* experiments/cmd_registry.c: `tenth registry`: the rows of every registry, for programs that read tabs. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "run/tables.h"
#include "results/tabulate.h"

enum status command_registry(const struct options *options, struct error *error)
{
    const bool csv = options->format_given && strcmp(options->format, "csv") == 0;
    if (options->argument_count > 0)
        return error_set(error, STATUS_USAGE, "usage: tenth registry [--format csv|tsv]");
    if (options->format_given && !csv && strcmp(options->format, "tsv") != 0)
        return error_set(error, STATUS_USAGE, "--format %s: csv or tsv is wanted", options->format);
    struct table *table = table_create(table_find("registry"), error);
    enum status status = table ? tabulate(table, NULL, 0, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = table_write_header(table_kind_of(table), csv ? TABLE_CSV : TABLE_TSV, stdout, error);
    if (status == STATUS_OK)
        status = table_write_rows(table, csv ? TABLE_CSV : TABLE_TSV, stdout, error);
    table_free(table);
    return status;
}

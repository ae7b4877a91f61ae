/* experiments/cmd_registry.c: `tenth registry`: the rows of every registry, for programs that read tabs. */
#include <stdio.h>

#include "commands.h"
#include "results/tabulate.h"
#include "run/tables.h"

enum status command_registry(const struct options *options, struct error *error)
{
    enum table_format format;
    if (options->argument_count > 0)
        return error_set(error, STATUS_USAGE, "usage: tenth registry [--format csv|tsv]");
    enum status status = options_table_format(options, TABLE_TSV, &format, error);
    if (status != STATUS_OK)
        return status;
    struct table *table = table_create(table_find("registry"), error);
    status = table ? tabulate(table, NULL, 0, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = table_write(table, format, stdout, error);
    table_free(table);
    return status;
}

/* experiments/cmd_table.c: any result as a table on standard output. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "core/registry.h"
#include "io/file_list.h"
#include "results/claim.h"
#include "results/labelled.h"
#include "results/tabulate.h"
#include "run/tables.h"
#include "run_input.h"

static enum status list_tables(void)
{
    size_t count;
    const struct table_kind *kinds = table_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        if (kinds[i].origin == TABLE_OF_COMMAND)
            continue;
        printf("%-14s %s\n              ", kinds[i].name, kinds[i].help);
        for (size_t c = 0; c < kinds[i].column_count; c++)
            printf("%s%s", c ? "," : "", kinds[i].columns[c].name);
        printf("\n");
    }
    return STATUS_OK;
}

enum status command_table(const struct options *options, struct error *error)
{
    if (options->list)
        return list_tables();
    if (options->argument_count < 1)
        return error_set(error, STATUS_USAGE,
                         "usage: tenth table [LABEL=]RUN.h5|DIR... TABLE; `tenth table --list` names the tables");
    enum table_format format;
    enum status status = options_table_format(options, TABLE_CSV, &format, error);
    if (status != STATUS_OK)
        return status;
    size_t arguments = options->argument_count - 1, files, count;
    if (text_ends_with(options->arguments[arguments], ".h5"))
        return error_set(error, STATUS_USAGE,
                         "%s: the last argument is a table's name: tenth table [LABEL=]RUN.h5|DIR... TABLE; `tenth "
                         "table --list` "
                         "names the tables",
                         options->arguments[arguments]);
    const struct table_kind *kinds = table_kinds(&count);
    const struct table_kind *kind =
        registry_find("table", options->arguments[arguments], kinds, count, sizeof *kinds, error);
    struct table *table = kind ? table_create(kind, error) : NULL;
    if (!table)
        return kind ? STATUS_NO_MEMORY : STATUS_USAGE;
    if (options->evidence && strcmp(kind->name, "claims") != 0) {
        table_free(table);
        return error_set(error, STATUS_USAGE,
                         "--evidence is what the claims read: tenth table --evidence DIR RUN.h5... claims");
    }
    char **paths;
    status = labelled_files((const char *const *)options->arguments, arguments, &paths, &files, error);
    const char *const *all = (const char *const *)paths;
    if (status == STATUS_OK)
        status = options->evidence ? claims_make(table, all, files, options->evidence, error)
                                   : tabulate(table, all, files, error);
    if (status == STATUS_OK)
        status = table_write(table, format, stdout, error);
    paths_free(paths, files);
    table_free(table);
    return status;
}

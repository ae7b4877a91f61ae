/* experiments/cmd_registry.c: `tenth registry`: the rows of every registry, for programs that read tabs. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "core/memory.h"
#include "core/registry.h"
#include "core/texts.h"
#include "results/tabulate.h"
#include "run/tables.h"

/* STATUS_USAGE unless the name is one of `column`, in rows of this kind (NULL: in all). */
static enum status name_check(const struct table *table, const char *kind, const char *what, const char *column,
                              const char *name, struct error *error)
{
    struct texts names = {0};
    enum status status = STATUS_OK;
    size_t number;
    for (size_t i = 0; i < table_rows(table) && status == STATUS_OK; i++) {
        if (!kind || strcmp(table_text(table, i, "kind"), kind) == 0)
            status = texts_add(&names, table_text(table, i, column), &number, error);
    }
    const size_t count = texts_count(&names);
    const char **rows = status == STATUS_OK ? memory_alloc(count, sizeof *rows, error) : NULL;
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = texts_get(&names, i);
    if (status == STATUS_OK)
        status = !rows                                                         ? STATUS_NO_MEMORY
                 : registry_find(what, name, rows, count, sizeof *rows, error) ? STATUS_OK
                                                                               : STATUS_USAGE;
    memory_free(rows);
    texts_free(&names);
    return status;
}

/* Whether a row is of the kind (NULL: of any) and has one of the names, if any are given after it. */
static bool is_asked(const struct table *table, size_t row, const char *kind, const struct options *options)
{
    const size_t count = options->argument_count;
    if (kind && strcmp(table_text(table, row, "kind"), kind) != 0)
        return false;
    bool asked = count < 2;
    for (size_t i = 1; i < count; i++)
        asked = asked || strcmp(table_text(table, row, "name"), options->arguments[i]) == 0;
    return asked;
}

/* The rows that the arguments, KIND [NAME...], ask for. */
static enum status rows_choose(const struct table *all, const struct options *options, struct table *chosen,
                               struct error *error)
{
    const char *kind = options->argument_count > 0 ? options->arguments[0] : NULL;
    enum status status = kind ? name_check(all, NULL, "registry", "kind", kind, error) : STATUS_OK;
    for (size_t i = 1; kind && i < options->argument_count && status == STATUS_OK; i++)
        status = name_check(all, kind, kind, "name", options->arguments[i], error);
    for (size_t i = 0; i < table_rows(all) && status == STATUS_OK; i++) {
        if (is_asked(all, i, kind, options))
            status = table_add(chosen, table_row(all, i), error);
    }
    return status;
}

enum status command_registry(const struct options *options, struct error *error)
{
    enum table_format format;
    enum status status = options_table_format(options, TABLE_TSV, &format, error);
    if (status != STATUS_OK)
        return status;
    const struct table_kind *kind = table_find("registry");
    struct table *all = table_create(kind, error), *chosen = table_create(kind, error);
    status = all && chosen ? tabulate(all, NULL, 0, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = rows_choose(all, options, chosen, error);
    if (status == STATUS_OK)
        status = table_write(chosen, format, stdout, error);
    table_free(chosen);
    table_free(all);
    return status;
}

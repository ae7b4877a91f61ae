/* experiments/cmd_compare.c: does a run agree with a reference? */
#include <math.h>
#include <stdio.h>

#include "commands.h"
#include "results/compare.h"
#include "say.h"

enum { SHOWN = 20 };

static void print_worst(const struct comparison *comparison)
{
    size_t count = comparison->count < SHOWN ? comparison->count : SHOWN;
    printf("The %zu numbers that differ most, as a share of what is allowed (above 1: they disagree):\n\n", count);
    printf("%-6s %-28s %-8s %-12s %8s %-9s %9s %9s %9s %5s\n", "share", "run", "table", "part", "point", "quantity",
           "A", "B", "allowed", "seeds");
    for (size_t i = 0; i < count; i++) {
        const struct compared *row = &comparison->rows[i];
        char point[32] = "-";
        if (!isnan(row->point))
            (void)snprintf(point, sizeof point, "%.4g", row->point);
        say(stdout, "%-6.2f %-28s %-8s %-12s %8s %-9s %9.4f %9.4f %9.4f %zu/%zu\n", row->ratio, row->run, row->table,
            row->part, point, row->quantity, row->a, row->b, row->allowed, row->a_seeds, row->b_seeds);
    }
}

static void print_comparison(const struct comparison *comparison)
{
    print_worst(comparison);
    printf("\n%zu numbers compared, %zu disagree; %zu are on one side only.\n", comparison->count,
           comparison->disagreeing, comparison->alone);
    if (comparison->without_spread > 0)
        printf("%zu of them have one seed on either side, so that their intervals are those over the items alone.\n",
               comparison->without_spread);
    if (comparison->sources[0])
        say(stdout, "Other data: %s.\n", comparison->sources);
    if (comparison->configs[0])
        say(stdout, "\nMade by other configs, A against B:\n%s", comparison->configs);
}

enum status command_compare(const struct options *options, struct error *error)
{
    if (options->argument_count != 2)
        return error_set(error, STATUS_USAGE,
                         "usage: tenth compare A B, two directories with tables, for example results/standard and "
                         "results/reference/standard");
    const char *a = options->arguments[0], *b = options->arguments[1];
    struct comparison comparison;
    enum status status = compare_directories(a, b, &comparison, error);
    if (status == STATUS_OK) {
        print_comparison(&comparison);
        if (!comparison_agrees(&comparison))
            status = error_set(error, STATUS_FAILED, "%s and %s disagree", a, b);
    }
    comparison_free(&comparison);
    return status;
}

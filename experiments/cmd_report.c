/* experiments/cmd_report.c: `tenth report DIR`: DIR/report.html. */
#include <stdio.h>

#include "commands.h"
#include "project.h"
#include "report/report.h"
#include "say.h"

enum status command_report(const struct options *options, struct error *error)
{
    if (options->argument_count != 1)
        return error_set(error, STATUS_USAGE, "usage: tenth report DIR; `./run_all.sh --out DIR` fills one");
    const char *directory = options->arguments[0];
    char project[4096];
    project_path("", project, sizeof project);
    enum status status = report_write(directory, project, error);
    if (status == STATUS_OK && !options->quiet)
        say(stdout, "%s/report.html\n", directory);
    return status;
}

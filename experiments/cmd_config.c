/* experiments/cmd_config.c: what a config resolves to, and what can be written into one. */
#include <stdio.h>

#include "commands.h"
#include "core/memory.h"
#include "config/config.h"
#include "overrides.h"
#include "profile.h"
#include "run/run.h"
#include "say.h"

static enum status print_keys(bool markdown, struct error *error)
{
    char *help = config_help(markdown, error);
    if (!help)
        return STATUS_NO_MEMORY;
    printf("%s", help);
    memory_free(help);
    return STATUS_OK;
}

/* What `tenth run` checks of a cell before it opens data; only its last seed, whose name is the longest. */
static enum status check_cell(const struct config_source *source, size_t cell, struct error *error)
{
    struct config config;
    char label[CONFIG_LABEL_SIZE];
    enum status status = config_cell(source, cell, &config, label, error);
    if (status != STATUS_OK)
        return status;
    struct run run;
    struct run_options run_options = {.out = ".", .stages = RUN_STAGES_ALL};
    uint64_t seed = (uint64_t)config.run.seed + (uint64_t)config.run.seeds - 1;
    status = run_resolve(&run, source, cell, seed, &run_options, error);
    run_close(&run);
    return status;
}

static enum status print_config(const char *path, const struct options *options, struct error *error)
{
    struct config_source *source = NULL;
    enum status status = profile_read(path, options->profile, &source, error);
    if (status == STATUS_OK)
        status = overrides_apply(source, options, error);
    size_t cells = status == STATUS_OK ? config_cells(source) : 0;
    for (size_t cell = 0; cell < cells && status == STATUS_OK; cell++)
        status = check_cell(source, cell, error);
    for (size_t cell = 0; cell < cells && status == STATUS_OK; cell++) {
        char *text = config_text(source, cell, true, error);
        if (!text)
            status = STATUS_NO_MEMORY;
        else
            say(stdout, "; %s, run %zu of %zu\n%s%s", path, cell + 1, cells, text, cell + 1 < cells ? "\n" : "");
        memory_free(text);
    }
    config_free(source);
    return status;
}

enum status command_config(const struct options *options, struct error *error)
{
    if (options->argument_count == 0)
        return print_keys(options->markdown, error);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < options->argument_count && status == STATUS_OK; i++)
        status = print_config(options->arguments[i], options, error);
    return status;
}

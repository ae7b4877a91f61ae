/* experiments/cmd_config.c: what a config resolves to, and what can be written into one. */
#include <stdio.h>

#include "commands.h"
#include "core/memory.h"
#include "config/config.h"
#include "io/text_buffer.h"
#include "overrides.h"
#include "profile.h"
#include "run/network_table.h"
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

/* What `tenth run` checks of a cell before it opens data; only its last seed, whose name is the longest. Adds the
 * config and, in comments, since what is printed is a config, the network. */
static enum status add_cell(const char *path, const struct config_source *source, size_t cell, struct text_buffer *out,
                            struct error *error)
{
    struct config config;
    char label[CONFIG_LABEL_SIZE];
    enum status status = config_cell(source, cell, &config, label, error);
    if (status != STATUS_OK)
        return status;
    struct run run;
    struct run_options run_options = {.out = ".", .stages = RUN_STAGES_ALL};
    uint64_t seed = (uint64_t)config.run.seed + (uint64_t)config.run.seeds - 1;
    char *network = NULL, *text = NULL;
    status = run_resolve(&run, source, cell, seed, &run_options, error);
    if (status == STATUS_OK) {
        network = network_table(&run.network, "; ", error);
        text = network ? config_text(source, cell, true, error) : NULL;
        status = text ? STATUS_OK : error->status;
    }
    run_close(&run);
    if (status == STATUS_OK)
        text_add(out, "%s; %s, run %zu of %zu\n%s\n; the network\n%s", cell > 0 ? "\n" : "", path, cell + 1,
                 config_cells(source), text, network);
    memory_free(network);
    memory_free(text);
    return status;
}

/* Nothing is printed of a config of which one cell is refused. */
static enum status print_config(const char *path, const struct options *options, struct error *error)
{
    struct config_source *source = NULL;
    struct text_buffer out = text_begin(error);
    enum status status = profile_read(path, options->profile, &source, error);
    if (status == STATUS_OK)
        status = overrides_apply(source, options, error);
    size_t cells = status == STATUS_OK ? config_cells(source) : 0;
    for (size_t cell = 0; cell < cells && status == STATUS_OK; cell++)
        status = add_cell(path, source, cell, &out, error);
    config_free(source);
    char *text = text_take(&out);
    if (status == STATUS_OK && !text)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        say(stdout, "%s", text);
    memory_free(text);
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

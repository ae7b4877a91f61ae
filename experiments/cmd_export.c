/* experiments/cmd_export.c: a trained run as a model file and as C99 source. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/criterion.h"
#include "commands.h"
#include "core/memory.h"
#include "embed/c_name.h"
#include "embed/emit_c.h"
#include "embed/export.h"
#include "embed/index_format.h"
#include "embed/model_file.h"
#include "io/atomic_file.h"
#include "overrides.h"
#include "project.h"
#include "run/tables.h"
#include "run_input.h"
#include "say.h"

enum { SAMPLES_MAX = MODEL_PARTS_MAX, NAME_SIZE = 256 };

static enum status parse_number(const char *text, enum model_number *number, struct error *error)
{
    for (*number = MODEL_FP32; *number <= MODEL_INT8; ++*number) {
        if (strcmp(text, model_number_name(*number)) == 0)
            return STATUS_OK;
    }
    return error_set(error, STATUS_USAGE, "--quantize %s: int8, fp16 or fp32 is wanted", text);
}

static enum status parse_posterior(const char *text, struct model_options *options, struct error *error)
{
    options->samples = 1;
    if (strcmp(text, "mean") == 0) {
        options->posterior = MODEL_MEAN;
        return STATUS_OK;
    }
    if (strcmp(text, "variance") == 0) {
        options->posterior = MODEL_VARIANCE;
        return STATUS_OK;
    }
    char *end = NULL;
    unsigned long samples = strncmp(text, "samples=", 8) == 0 ? strtoul(text + 8, &end, 10) : 0;
    if (!end || end == text + 8 || *end || samples < 1 || samples > SAMPLES_MAX || !isdigit((unsigned char)text[8]))
        return error_set(error, STATUS_USAGE, "--posterior %s: mean, samples=K (K from 1 to %d) or variance is wanted",
                         text, SAMPLES_MAX);
    options->posterior = MODEL_SAMPLES;
    options->samples = samples;
    return STATUS_OK;
}

/* What the options ask for, given a run. */
static enum status describe(const struct options *options, const struct run *run, struct export_options *wanted,
                            struct error *error)
{
    const struct criterion *usual = criterion_usual(run->method);
    *wanted =
        (struct export_options){.criterion = options->criterion ? criterion_find(options->criterion, error) : usual,
                                .fraction = isnan(options->fraction) ? .95 : options->fraction};
    if (!wanted->criterion)
        return STATUS_USAGE;
    if (wanted->fraction >= 1)
        return error_set(error, STATUS_USAGE,
                         "--fraction %g: a network without any weight predicts nothing; give less than 1",
                         wanted->fraction);
    enum status status = parse_number(options->quantize ? options->quantize : "int8", &wanted->number, error);
    if (status == STATUS_OK)
        status = parse_posterior(options->posterior ? options->posterior : "mean", &wanted->model, error);
    wanted->model.seed = run->seed;
    return status;
}

/* The name of the files and of their contents: --name as given, or made from the run's. */
static enum status name_model(const struct options *options, const struct run *run, char name[NAME_SIZE],
                              struct error *error)
{
    if (!options->name)
        c_name_from(run->name, name, NAME_SIZE);
    else if (snprintf(name, NAME_SIZE, "%s", options->name) >= NAME_SIZE)
        return error_set(error, STATUS_USAGE, "--name %.64s...: is longer than %d characters", options->name,
                         C_NAME_LENGTH);
    return c_name_check(name, error);
}

/* What was chosen for each layer, and the alternatives. */
static enum status say_layers(const struct model *model, struct error *error)
{
    size_t count;
    const struct index_format *formats = index_formats(&count);
    for (size_t l = 0; l < model->layer_count; l++) {
        const struct model_layer *layer = &model->layers[l];
        struct layer_sizes sizes;
        enum status status = model_layer_sizes(model, l, &sizes, error);
        if (status != STATUS_OK)
            return status;
        (void)fprintf(stderr, "layer %zu: %zux%zux%zu -> %zu filters, %zu of %zu weights; places:", l + 1,
                      layer->shape.height_in, layer->shape.width_in, layer->shape.c_in, layer->shape.c_out,
                      layer->count, layer_places(layer));
        for (size_t i = 0; i < count; i++)
            (void)fprintf(stderr, " %s %zu", formats[i].name, sizes.places[i]);
        (void)fprintf(stderr, " bytes; values: plain %zu coded %zu bytes\n", sizes.values, sizes.values_coded);
    }
    return STATUS_OK;
}

/* DIR/NAME.SUFFIX */
static enum status write_text(const char *directory, const char *name, const char *suffix, const char *text,
                              struct error *error)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s.%s", directory, name, suffix);
    if (length < 0 || (size_t)length >= sizeof path)
        return error_set(error, STATUS_USAGE, "--out %.64s...: the path is too long", directory);
    return atomic_write(path, text, strlen(text), error);
}

static enum status write_c(const char *directory, const char *name, const struct run *run, const struct model *model,
                           struct error *error)
{
    char *header, *source;
    const struct emit_examples examples = {&run->dataset->train, run->split.validation, run->split.validation_count};
    enum status status = emit_c(model, &examples, name, &header, &source, error);
    if (status == STATUS_OK)
        status = write_text(directory, name, "h", header, error);
    if (status == STATUS_OK)
        status = write_text(directory, name, "c", source, error);
    memory_free(header);
    memory_free(source);
    return status;
}

/* A stand-in is reported even if only errors are wanted. */
static void say_source(const struct options *options, const struct run *run, const struct model *model,
                       const char *path)
{
    if (run->dataset->synthetic || !options->quiet)
        say(stderr, "%s, its .h and its .c: training data: %s\n", path, model->data_source);
}

static enum status write_files(const struct options *options, const struct run *run, const struct model *model,
                               const char *name, struct error *error)
{
    char path[4096];
    enum status status = directory_ensure(options->out, error);
    if (status != STATUS_OK)
        return status;
    atomic_sweep(options->out);
    int length = snprintf(path, sizeof path, "%s/%s.tenth", options->out, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return error_set(error, STATUS_USAGE, "--out %.64s...: the path is too long", options->out);
    status = model_write(model, path, error);
    if (status == STATUS_OK)
        status = write_c(options->out, name, run, model, error);
    if (status == STATUS_OK && !options->quiet)
        status = say_layers(model, error);
    if (status == STATUS_OK && !options->quiet)
        say(stderr, "%s, and %s.c and .h beside it: tables of %zu bytes, an arena of %zu\n", path, name,
            device_table_bytes(model), device_arena_bytes(model));
    if (status == STATUS_OK)
        say_source(options, run, model, path);
    return status;
}

static enum status print_measured(const struct run *run, const struct export_options *wanted, const struct model *model,
                                  double accuracy, struct error *error)
{
    struct table *table = table_create(table_find("export"), error);
    if (!table)
        return STATUS_NO_MEMORY;
    enum status status = export_measure(run, wanted, model, accuracy, table, error);
    if (status == STATUS_OK)
        status = table_write(table, TABLE_CSV, stdout, error);
    table_free(table);
    return status;
}

static enum status export_run(const struct options *options, const struct run *run, struct error *error)
{
    struct export_options wanted;
    struct model *model = NULL;
    double accuracy = 0; /* on the validation split */
    char name[NAME_SIZE];
    enum status status = name_model(options, run, name, error);
    if (status == STATUS_OK)
        status = describe(options, run, &wanted, error);
    if (status == STATUS_OK)
        status = export_model(run, &wanted, &model, &accuracy, error);
    if (status == STATUS_OK)
        status = write_files(options, run, model, name, error);
    if (status == STATUS_OK && !options->quiet)
        (void)fprintf(stderr, "%.1f %% of the validation items are right\n", 100 * accuracy);
    if (status == STATUS_OK && options->measure)
        status = print_measured(run, &wanted, model, accuracy, error);
    model_free(model);
    return status;
}

enum status command_export(const struct options *options, struct error *error)
{
    if (options->argument_count != 1 || !text_ends_with(options->arguments[0], ".h5"))
        return error_set(error, STATUS_USAGE, "usage: tenth export RUN.h5 [options]; `tenth run` makes run files");
    char shipped[4096];
    struct config_source *source = NULL;
    struct run run = {0};
    uint64_t seed = 0;
    project_path("/data", shipped, sizeof shipped);
    enum status status = run_input_read(options->arguments[0], &source, &seed, error);
    if (status == STATUS_OK)
        status = overrides_apply(source, options, error);
    struct run_options run_options = {.out = options->out,
                                      .path = options->arguments[0],
                                      .places = options_places(options, shipped),
                                      .threads = options->threads};
    if (status == STATUS_OK)
        status = run_open(&run, source, 0, seed, &run_options, error);
    if (status == STATUS_OK && run.dataset->note)
        say(stderr, "%s  data: %s: %s\n", run.name, run.dataset->source, run.dataset->note);
    if (status == STATUS_OK)
        status = export_run(options, &run, error);
    run_close(&run);
    config_free(source);
    return status;
}

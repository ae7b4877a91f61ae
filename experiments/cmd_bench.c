/* experiments/cmd_bench.c: one measurement as one row of a table on standard output. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "commands.h"
#include "config/config.h"
#include "core/cpus.h"
#include "run/tables.h"

/* The measurement that the options ask for. */
static enum status describe(const struct options *options, struct bench *bench, struct error *error)
{
    if (options->argument_count > 0)
        return error_set(error, STATUS_USAGE, "%s: `tenth bench` takes options only; --help lists them",
                         options->arguments[0]);
    if (options->predict == 0 && options->samples > 0)
        return error_set(error, STATUS_USAGE, "--samples %d: belongs to --predict ITEMS", options->samples);
    if (options->predict == 0 && !isnan(options->fraction))
        return error_set(error, STATUS_USAGE, "--fraction %g: belongs to --predict ITEMS", options->fraction);
    if (options->predict > 0 && options->batch > 0)
        return error_set(error, STATUS_USAGE, "--batch %d: belongs to a training step, not to --predict",
                         options->batch);
    if (options->architecture && options->filters > 0)
        return error_set(error, STATUS_USAGE, "--filters %d: --architecture has all layers; give one of them",
                         options->filters);
    if (options->architecture && strlen(options->architecture) >= CONFIG_TEXT_SIZE)
        return error_set(error, STATUS_USAGE, "--architecture: it has more than %d bytes", CONFIG_TEXT_SIZE - 1);
    const char *precision = options->precision ? options->precision : "fp32";
    if (strcmp(precision, "fp32") != 0 && strcmp(precision, "bf16") != 0)
        return error_set(error, STATUS_USAGE, "--precision %s: fp32 or bf16 is wanted", precision);
    *bench = (struct bench){
        .kind = dataset_find(options->dataset ? options->dataset : "mnist", error),
        .batch = options->batch > 0 ? (size_t)options->batch : 128,
        .architecture = options->architecture,
        .filters = options->filters > 0 ? (size_t)options->filters : 64,
        .precision = precision,
        .repeats = (size_t)options->repeats,
        .items = (size_t)options->predict,
        .samples = options->samples > 0 ? (size_t)options->samples : 12,
        .fraction = isnan(options->fraction) ? 0 : options->fraction,
        .threads = options->threads > 0 ? options->threads : cpus_available(),
        .seed = 1, /* data whose content does not affect the cost */
    };
    if (bench->kind)
        bench->method = method_find(options->method ? options->method : "vi", error);
    return bench->method ? STATUS_OK : STATUS_USAGE;
}

enum status command_bench(const struct options *options, struct error *error)
{
    struct bench bench = {0};
    enum table_format format;
    enum status status = describe(options, &bench, error);
    if (status == STATUS_OK)
        status = options_table_format(options, TABLE_CSV, &format, error);
    if (status != STATUS_OK)
        return status;
    bool predicts = bench.items > 0;
    struct table *table = table_create(table_find(predicts ? "bench_predict" : "bench"), error);
    if (!table)
        return STATUS_NO_MEMORY;
    status = cpus_check_threads(bench.threads, error);
    if (status == STATUS_OK)
        status = predicts ? bench_predict(&bench, table, error) : bench_step(&bench, table, error);
    if (status == STATUS_OK)
        status = table_write(table, format, stdout, error);
    table_free(table);
    return status;
}

#define _GNU_SOURCE /* getopt_long */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct option_row {
    unsigned int bit;
    const char *name, *value, *help;
};

static const struct option_row rows[] = {
    {OPTION_DATA_DIR, "data-dir", "DIR",
     "where the data sets are, and nowhere else; $TENTH_DATA is looked into first, before the project's data/"},
    {OPTION_OUT, "out", "DIR", "where what is written goes (default: results)"},
    {OPTION_PROFILE, "profile", "NAME",
     "smoke (small and fast), standard (as the configs are), talk (the talk's networks), another of configs/profiles/, "
     "or an INI file that wins over them"},
    {OPTION_SET, "set", "SECTION.KEY=VALUE", "override a key of every config; may be repeated"},
    {OPTION_SEED, "seed", "N", "the same as --set run.seed=N"},
    {OPTION_THREADS, "threads", "N", "threads of one run (default: its share); results do not depend on it"},
    {OPTION_JOBS, "jobs", "N", "runs at the same time (default: 1)"},
    {OPTION_FORCE, "force", NULL,
     "replace run files that another config made; no run of real data by one of a stand-in"},
    {OPTION_DRY_RUN, "dry-run", NULL,
     "check the configs, look for the data, and say of each run whether it is there; run and write nothing"},
    {OPTION_WAIT, "wait", NULL, "where another process works on a run, wait until it ends (default: fail)"},
    {OPTION_FORMAT, "format", "FORMAT", "tables: csv (default) or tsv; predictions: text (default), csv or jsonl"},
    {OPTION_EVIDENCE, "evidence", "DIR",
     "claims: what they read of each run, as a small file that gives the same claims"},
    {OPTION_LIST, "list", NULL, "list the tables and what is in them"},
    {OPTION_MARKDOWN, "markdown", NULL, "print the keys as a Markdown table"},
    {OPTION_DATASET, "dataset", "NAME", "the items' shape and classes (default: mnist)"},
    {OPTION_METHOD, "method", "NAME", "how the weights are learned (default: vi)"},
    {OPTION_BATCH, "batch", "N", "items per step (default: 128)"},
    {OPTION_FILTERS, "filters", "N", "filters of each convolution (default: 64)"},
    {OPTION_ARCHITECTURE, "architecture", "LAYERS",
     "the network's layers, as model.architecture has them (default: the talk's)"},
    {OPTION_PRECISION, "precision", "fp32|bf16", "of the factors of the convolutions' products (default: fp32)"},
    {OPTION_REPEATS, "repeats", "N", "timed steps or predictions, at most 1000 (default: as many as fit in a second)"},
    {OPTION_PREDICT, "predict", "ITEMS", "measure a prediction of so many items in place of a training step"},
    {OPTION_SAMPLES, "samples", "N", "sampled networks of the prediction (default: 12)"},
    {OPTION_CRITERION, "criterion", "NAME",
     "in which order weights go (default: snr where there is a sigma, else magnitude)"},
    {OPTION_FRACTION, "fraction", "F",
     "share of the weights that go, from 0 to 1 (default: .95; with bench --predict: 0)"},
    {OPTION_QUANTIZE, "quantize", "int8|fp16|fp32", "how weights are stored (default: int8)"},
    {OPTION_POSTERIOR, "posterior", "mean|samples=K|variance",
     "one network, K of them, or means and variances (default: mean)"},
    {OPTION_NAME, "name", "NAME", "of the files and of the C functions (default: the run's name)"},
    {OPTION_MEASURE, "measure", NULL, "measure accuracy, bytes and time; print a row of CSV"},
    {OPTION_THRESHOLD, "threshold", "NATS", "entropy above which an item is referred (default: the model's)"},
    {OPTION_QUIET, "quiet", NULL, "print errors only, and which data are stand-ins or not from the first place"},
    {~0U, "help", NULL, "this text"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static enum status parse_count(const char *name, const char *text, long minimum, long maximum, long *value,
                               struct error *error)
{
    char *end = NULL;
    errno = 0;
    *value = strtol(text, &end, 10);
    if (errno || end == text || *end || *value < minimum || *value > maximum)
        return error_set(error, STATUS_USAGE, "--%s %s: a whole number from %ld to %ld is wanted", name, text, minimum,
                         maximum);
    return STATUS_OK;
}

static enum status parse_int(const char *name, const char *text, long maximum, int *value, struct error *error)
{
    long number = 0;
    enum status status = parse_count(name, text, 1, maximum, &number, error);
    *value = (int)number;
    return status;
}

/* Options that are names or are read by their command. False: another option. */
static bool take_text(struct options *options, unsigned int bit, const char *value)
{
    const struct {
        unsigned int bit;
        const char **to;
    } texts[] = {{OPTION_DATA_DIR, &options->data_dir},        {OPTION_OUT, &options->out},
                 {OPTION_DATASET, &options->dataset},          {OPTION_METHOD, &options->method},
                 {OPTION_CRITERION, &options->criterion},      {OPTION_QUANTIZE, &options->quantize},
                 {OPTION_POSTERIOR, &options->posterior},      {OPTION_NAME, &options->name},
                 {OPTION_THRESHOLD, &options->threshold},      {OPTION_PRECISION, &options->precision},
                 {OPTION_EVIDENCE, &options->evidence},        {OPTION_PROFILE, &options->profile},
                 {OPTION_ARCHITECTURE, &options->architecture}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].bit == bit) {
            *texts[i].to = value;
            options->data_dir_given = options->data_dir_given || bit == OPTION_DATA_DIR;
            return true;
        }
    }
    return false;
}

/* Options that count something. *taken is false for another option. */
static enum status take_count(struct options *options, const struct option_row *row, const char *value, bool *taken,
                              struct error *error)
{
    const struct {
        unsigned int bit;
        long most;
        int *to;
    } counts[] = {{OPTION_THREADS, 1024, &options->threads}, {OPTION_JOBS, 1024, &options->jobs},
                  {OPTION_BATCH, 65536, &options->batch},    {OPTION_FILTERS, 4096, &options->filters},
                  {OPTION_REPEATS, 1000, &options->repeats}, {OPTION_PREDICT, 10000000, &options->predict},
                  {OPTION_SAMPLES, 10000, &options->samples}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *taken = counts[i].bit == row->bit;
        if (*taken)
            return parse_int(row->name, value, counts[i].most, counts[i].to, error);
    }
    return STATUS_OK;
}

static enum status parse_share(const char *name, const char *text, double *share, struct error *error)
{
    char *end;
    *share = strtod(text, &end);
    if (end == text || *end || !(*share >= 0 && *share <= 1))
        return error_set(error, STATUS_USAGE, "--%s %s: a number from 0 to 1 is wanted", name, text);
    return STATUS_OK;
}

static enum status take(struct options *options, const struct option_row *row, const char *value, struct error *error)
{
    bool taken = false;
    if (take_text(options, row->bit, value))
        return STATUS_OK;
    enum status status = take_count(options, row, value, &taken, error);
    if (taken)
        return status;
    switch (row->bit) {
    case OPTION_MEASURE:
        options->measure = true;
        break;
    case OPTION_SET:
        if (options->set_count == OPTIONS_SETS_MAX)
            return error_set(error, STATUS_USAGE, "--set is given more than %d times", OPTIONS_SETS_MAX);
        options->sets[options->set_count++] = value;
        break;
    case OPTION_FRACTION:
        return parse_share(row->name, value, &options->fraction, error);
    case OPTION_SEED:
        return parse_count(row->name, value, 0, INT_MAX, &options->seed, error);
    case OPTION_FORMAT:
        options->format = value;
        break;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        break;
    case OPTION_WAIT:
        options->wait = true;
        break;
    case OPTION_FORCE:
        options->force = true;
        break;
    case OPTION_LIST:
        options->list = true;
        break;
    case OPTION_MARKDOWN:
        options->markdown = true;
        break;
    case OPTION_QUIET:
        options->quiet = true;
        break;
    default:
        options->help = true;
        break;
    }
    return STATUS_OK;
}

struct dataset_places options_places(const struct options *options, const char *shipped)
{
    return (struct dataset_places){options->data_dir, shipped, options->data_dir_given};
}

/* A missing directory would mean other data than those asked for. */
static enum status data_dir_check(const struct options *options, struct error *error)
{
    const char *from = options->data_dir_given ? "--data-dir" : "$TENTH_DATA", *directory = options->data_dir;
    struct stat found;
    if (stat(directory, &found) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return error_set(error, STATUS_DATA, "%s: there is no directory %s", from, directory);
    if (stat(directory, &found) != 0)
        return error_set(error, STATUS_DATA, "%s %s: cannot be looked at: %s", from, directory, strerror(errno));
    if (!S_ISDIR(found.st_mode))
        return error_set(
            error, STATUS_DATA,
            "%s %s: is a file; a directory is wanted, in which the sets are (an archive is to be unpacked)", from,
            directory);
    return STATUS_OK;
}

enum status options_table_format(const struct options *options, enum table_format usual, enum table_format *format,
                                 struct error *error)
{
    const char *given = options->format;
    *format = !given ? usual : strcmp(given, "tsv") == 0 ? TABLE_TSV : TABLE_CSV;
    if (given && *format == TABLE_CSV && strcmp(given, "csv") != 0)
        return error_set(error, STATUS_USAGE, "--format %s: csv or tsv is wanted", given);
    return STATUS_OK;
}

enum status options_parse(int argc, char **argv, unsigned int accepted, struct options *options, struct error *error)
{
    struct option names[ROWS + 1] = {{0}};
    for (size_t i = 0; i < ROWS; i++)
        names[i] = (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL, (int)i};
    const char *environment = getenv("TENTH_DATA");
    *options = (struct options){.fraction = NAN,
                                .data_dir = environment && *environment ? environment : NULL,
                                .out = "results",
                                .seed = -1,
                                .jobs = 1};
    opterr = 0;
    optind = 1;
    int found;
    while ((found = getopt_long(argc, argv, ":", names, NULL)) != -1) {
        const char *given = argv[optind - 1];
        if (found == ':')
            return error_set(error, STATUS_USAGE, "%s needs a value", given);
        /* getopt's '?' lies beyond the rows; `given` may be the value of an option not taken here. */
        if (found >= ROWS)
            return error_set(error, STATUS_USAGE, "%s: no such option here; `tenth %s --help` lists them", given,
                             argv[0]);
        if (!(rows[found].bit & (accepted | OPTION_QUIET) || rows[found].bit == ~0U))
            return error_set(error, STATUS_USAGE, "--%s: no such option here; `tenth %s --help` lists them",
                             rows[found].name, argv[0]);
        enum status status = take(options, &rows[found], optarg, error);
        if (status != STATUS_OK)
            return status;
    }
    if (!options->out[0]) /* which would be the root of the file system */
        return error_set(error, STATUS_USAGE, "--out: a directory is wanted (. for this one)");
    if (accepted & OPTION_DATA_DIR && options->data_dir) {
        enum status status = data_dir_check(options, error);
        if (status != STATUS_OK)
            return status;
    }
    options->arguments = argv + optind;
    options->argument_count = (size_t)(argc - optind);
    return STATUS_OK;
}

void options_print_help(unsigned int accepted)
{
    printf("\nOptions:\n");
    for (size_t i = 0; i < ROWS; i++) {
        if (!(rows[i].bit & accepted))
            continue;
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
                       rows[i].value ? rows[i].value : "");
        printf("  %-26s %s\n", left, rows[i].help);
    }
}

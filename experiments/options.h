/* experiments/options.h: the command line. One table gives the options of each command; `--help` is made from it. */
#ifndef TENTH_EXPERIMENTS_OPTIONS_H
#define TENTH_EXPERIMENTS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "data/dataset.h"
#include "io/table.h"

/* One bit per option, for the commands' table. */
enum option_set {
    OPTION_DATA_DIR = 1 << 0,
    OPTION_OUT = 1 << 1,
    OPTION_THREADS = 1 << 2,
    OPTION_SEED = 1 << 3,
    OPTION_QUIET = 1 << 4,
    OPTION_SET = 1 << 5,
    OPTION_FORCE = 1 << 6,
    OPTION_JOBS = 1 << 7,
    OPTION_FORMAT = 1 << 8,
    OPTION_LIST = 1 << 9,
    OPTION_MARKDOWN = 1 << 10,
    OPTION_DATASET = 1 << 11,
    OPTION_METHOD = 1 << 12,
    OPTION_BATCH = 1 << 13,
    OPTION_FILTERS = 1 << 14,
    OPTION_REPEATS = 1 << 15,
    OPTION_PREDICT = 1 << 16,
    OPTION_SAMPLES = 1 << 17,
    OPTION_CRITERION = 1 << 18,
    OPTION_FRACTION = 1 << 19,
    OPTION_QUANTIZE = 1 << 20,
    OPTION_POSTERIOR = 1 << 21,
    OPTION_NAME = 1 << 22,
    OPTION_MEASURE = 1 << 23,
    OPTION_THRESHOLD = 1 << 24,
    OPTION_PRECISION = 1 << 25,
    OPTION_DRY_RUN = 1 << 26,
    OPTION_WAIT = 1 << 27,
    OPTION_EVIDENCE = 1 << 28,
    OPTION_PROFILE = 1 << 29,
    OPTION_ARCHITECTURE = 1 << 30
};

enum { OPTIONS_SETS_MAX = 256 };

struct options {
    const char *program;  /* argv[0], to find the shipped data */
    const char *data_dir; /* --data-dir or $TENTH_DATA; NULL */
    const char *out;
    int threads; /* 0: not given */
    long seed;   /* -1: not given */
    bool quiet, force, list, markdown, measure, dry_run, wait;
    bool data_dir_given; /* data_dir is --data-dir: nothing else will do */
    int jobs;
    const char *format;   /* NULL: not given */
    const char *profile;  /* of configs; NULL: as they are */
    const char *evidence; /* where what claims read is put; NULL: nowhere */
    const char *dataset, *method, *architecture, *precision;
    const char *criterion, *quantize, *posterior, *name, *threshold; /* as given; NULL: not */
    double fraction;                                                 /* NaN: not given */
    int batch, filters, repeats, predict, samples;                   /* 0: not given */
    const char *sets[OPTIONS_SETS_MAX];
    size_t set_count;
    char **arguments; /* the remaining arguments */
    size_t argument_count;
    bool help;
};

/* Where to search for data sets; `shipped` is the project's own directory, borrowed. */
struct dataset_places options_places(const struct options *options, const char *shipped);

/* The format of a table on standard output, `usual` if none is given. */
enum status options_table_format(const struct options *options, enum table_format usual, enum table_format *format,
                                 struct error *error);

/* Parses argv after the command's name. STATUS_USAGE names the option and its values. */
enum status options_parse(int argc, char **argv, unsigned int accepted, struct options *options, struct error *error);

/* Prints the accepted options, a line or two each. */
void options_print_help(unsigned int accepted);

#endif

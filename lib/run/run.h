/* lib/run/run.h: one run: a resolved config with a seed, its data, and its file.
 *
 * Training, pruning and perturbing meet only in the run's file (HDF5):
 *
 *   /                    attributes format, run, dataset, method, seed, label, data_source, state
 *                        (running | interrupted | failed | done)
 *   /config              attributes text (resolved, parses back) and origins (where each value came from)
 *   /data                attributes directory, source, identity, and one per file: its SHA-256
 *   /provenance          attributes: versions, commit, compiler, machine, times
 *   /posterior           mu, rho [size]; attribute identity: of the training that made it
 *   /posterior/tensors   name, offset, count, fan_in
 *   /checkpoint          Adam's moments and the place in the epoch; only while training is under way
 *   /test                the test items as they are predicted (kept.h)
 *   /fit, /validation    the same of items that were trained on, and of items of the validation split
 *   /split               train, validation: which items of the training file each has
 *   /prune/CRITERION     probability [points][items][classes]
 *   /perturb/NAME        probability [strengths][samples][items][classes], strength [strengths]
 *   /ood/NAME            probability [1][samples][items][classes]
 *   /pruned/FRACTION     test, fit, perturb/NAME, ood/NAME: the same of the network with so much of its weights removed
 *                        by the method's usual criterion (kept.h)
 *   /illustrations       attribute identity: of what tables of pictures and of single weights were made from
 *   /tables/TABLE        the run's rows of each table, a dataset per column
 *
 * Below /prune, /perturb and /ood each group has items, labels [items] (which test items, and their labels; 0 if they
 * have none) and the attribute identity.
 *
 * An identity is the SHA-256 of everything that a result depends on: the config sections concerned, the seed, the data.
 * A result with the wanted identity is never made again. */
#ifndef TENTH_RUN_RUN_H
#define TENTH_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bayes/posterior.h"
#include "bayes/pruning.h"
#include "core/error.h"
#include "data/dataset.h"
#include "data/perturb.h"
#include "data/split.h"
#include "config/config.h"
#include "io/source.h"
#include "io/store.h"
#include "io/row.h"
#include "io/table.h"
#include "nn/network.h"

/* What a run can do. */
enum run_stage {
    RUN_TRAIN = 1 << 0,
    RUN_PRUNE = 1 << 1,
    RUN_PERTURB = 1 << 2,
    RUN_OOD = 1 << 3,
    RUN_ILLUSTRATE = 1 << 4,
    RUN_STAGES_ALL = (1 << 5) - 1
};

struct run_options {
    const char *out;  /* directory of run files; made if missing */
    const char *path; /* the run's file; NULL: OUT/NAME.h5 */
    struct dataset_places places;
    int threads;         /* 0: the config's; there 0: every processor (core/cpus.h), or a share of them */
    int beside;          /* number of runs at once that share the processors; 0 and 1: this one has them all */
    bool force;          /* replace a file made by another config (mismatch.h) */
    unsigned int stages; /* what will be done, a sum of enum run_stage: their settings are checked */
};

struct run {
    struct config config;
    const struct config_source *source; /* borrowed */
    size_t cell;
    char label[CONFIG_LABEL_SIZE]; /* what distinguishes this cell from the others of its sweep; "" without one */
    char name[256];
    char *path;
    uint64_t seed;
    int threads;
    const struct method *method;
    const struct prior_kind *prior;
    const struct dataset_kind *kind;
    struct network_spec network;  /* of the config, for the data set's items */
    struct dataset_places places; /* borrowed; where other data sets are searched */
    struct dataset *dataset;
    struct split split;
    char data_source[320]; /* of the results, for display: the data set's source, and the split if it is not the test
                              file */
    char data_identity[SHA256_HEX_SIZE];
    char train_identity[SHA256_HEX_SIZE];
    bool force;
    const struct file_lock *lock; /* borrowed: of the run's file; NULL: the caller knows that nobody else writes it */
    const struct error
        *not_locked; /* borrowed: why there is no lock, so that the file may be read but not written; NULL */
};

/* Resolves a cell with one of its seeds, finds the registry rows that it names, checks what is asked of options->stages
 * (run_check.h), and names the run and its file (run_name.h); opens nothing but data that the config describes
 * (run_data.h), whose shape only their files know. STATUS_USAGE: the config names something
 * that does not exist, or asks for something impossible. The caller closes with run_close, also after a failure. */
enum status run_resolve(struct run *run, const struct config_source *source, size_t cell, uint64_t seed,
                        const struct run_options *options, struct error *error);

/* The same, and also opens the data, checks the request against them, and computes identities. */
enum status run_open(struct run *run, const struct config_source *source, size_t cell, uint64_t seed,
                     const struct run_options *options, struct error *error);
void run_close(struct run *run);

/* The network of the config, for items of a data set. STATUS_USAGE or STATUS_UNSUPPORTED: model.architecture is none.
 */
enum status network_spec_of(const struct config *config, const struct dataset_kind *kind, struct network_spec *spec,
                            struct error *error);

/* What perturbations need to know about the run's data, which are open. */
struct scene run_scene(const struct run *run);

/* The initial posterior of the config. */
struct posterior_start posterior_start_of(const struct config *config, const struct method *method, uint64_t seed);

/* What the config says of a ranking by this criterion. The gradient is not there: run/ranked.h. */
struct pruning_rule pruning_rule_of(const struct config *config, const struct criterion *criterion, uint64_t seed);

/* The prior of a config, whose options it borrows. */
struct prior prior_of(const struct config *config, const struct prior_kind *kind);

/* The config sections that a training depends on, space-separated. */
enum { RUN_SECTIONS_SIZE = CONFIG_SECTIONS_SIZE };
void run_train_sections(const struct run *run, char sections[RUN_SECTIONS_SIZE]);

/* The identity of a part of the results: what was trained, the sections named, and `part` (a criterion, a
 * perturbation). */
enum status run_identity(const struct run *run, const char *sections, const char *part, char hex[SHA256_HEX_SIZE],
                         struct error *error);

/* To be called before work for the run's file: STATUS_OK, unless it could not be locked. */
enum status run_may_write(const struct run *run, struct error *error);

/* store_commit, after making sure that nobody else has the run's file. The store is closed, also on failure. */
enum status run_commit(const struct run *run, struct store *store, struct error *error);

/* Whether there is a file at the run's path, or something that cannot be examined: opening it then says why. */
bool run_is_there(const struct run *run);

/* Whether the run's file has `object` with this identity. A missing file is not an error: *has is false. */
enum status run_has(const struct run *run, const char *object, const char *identity, bool *has, struct error *error);

/* Whether the file's rows of `table` whose text `column` is `name` (column NULL: all rows) have the numbers measured on
 * predictions. Older versions stored rows without them, and NaN probabilities after a failed product; such results
 * count as missing. */
enum status run_measured(const struct run *run, const char *table, const char *column, const char *name, bool *measured,
                         struct error *error);

/* Writes what every run file begins with: attributes of /, /config, /data, /provenance. `state` is as above. */
enum status run_describe(const struct run *run, struct store *store, const char *state, struct error *error);

/* /config alone: later stages may have other settings than the file began with. */
enum status run_describe_config(const struct run *run, struct store *store, struct error *error);

/* The normalised items that results are measured on, `count` of them (0: all), the same for every seed: from the test
 * file, or with data.evaluate = validation from the validation split. The caller frees with test_items_free. */
struct test_items {
    size_t count;
    const struct items *from; /* borrowed: the test file's, or the training file's for the validation split */
    uint32_t *index;          /* [count] indices into it */
    float *x;                 /* [count][height][width][channels] */
    uint8_t *labels;          /* [count] */
};
enum status run_test_items(const struct run *run, size_t count, struct test_items *items, struct error *error);
/* train.validation_items (0: all) of the validation split, and likewise as many that were trained on. */
enum status run_validation_items(const struct run *run, struct test_items *items, struct error *error);
enum status run_fit_items(const struct run *run, struct test_items *items, struct error *error);
/* The same without the items themselves: x and labels are NULL. */
enum status run_test_choose(const struct run *run, size_t count, struct test_items *items, struct error *error);
size_t run_test_count(const struct run *run); /* how many there are; the data are open */
void test_items_free(struct test_items *items);

/* The trained posterior with a network for evaluation. STATUS_USAGE or STATUS_DATA if the run was not trained, or with
 * another config, seed or data: the message says how they differ (mismatch.h). */
struct trained {
    struct network *network;
    struct posterior *posterior;
};
enum { EVALUATION_BATCH = 1024 }; /* a multiple of a thread's share */
enum status run_load_trained(const struct run *run, struct trained *trained, struct error *error);
void trained_free(struct trained *trained);

/* Multiply-adds for one item in all members together, of the weights that are kept. keep [size]; NULL: all are kept. */
double trained_multiply_adds(const struct trained *trained, const float *keep);

/* A row of a stored table, with dataset, method, seed and run if it has these columns. */
struct row row_begin(const struct run *run, const char *table);

/* Adds the row to what a run stores. STATUS_NOT_FINITE names a number that is infinite, or missing although required;
 * the table is then unchanged. */
enum status row_store(const struct row *row, struct table *table, struct error *error);

/* Sets all columns of `row` that are named after a metric to its value on the prediction, and NAME_low and NAME_high,
 * where it has them, to its interval (metric_measure). */
struct prediction;
enum status row_metrics(struct row *row, const struct prediction *prediction, struct error *error);

/* The 95 % interval of an accuracy of other items than a prediction's, in columns accuracy_low and accuracy_high
 * (Wilson). */
void row_accuracy_interval(struct row *row, double accuracy, size_t items);

#endif

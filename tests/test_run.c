/* tests/test_run.c: whole runs on a small network and the generated ECG data: what is in the file afterwards, resuming,
 * threads, and what happens to files that another config made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bayes/criterion.h"
#include "bayes/method_options.h"
#include "bayes/predictive.h"
#include "check.h"
#include "core/memory.h"
#include "core/stats.h"
#include "data/perturb.h"
#include "io/atomic_file.h"
#include "io/file_lock.h"
#include "reference.h"
#include "results/band.h"
#include "results/tabulate.h"
#include "run/checkpoint.h"
#include "run/ranked.h"
#include "run/run.h"
#include "run/run_file.h"
#include "run/run_name.h"
#include "run/tables.h"
#include "run/train.h"
#include "run_files.h"
#include "scratch.h"
#include "sweep/illustrate.h"
#include "sweep/ood_sweep.h"
#include "sweep/perturb_sweep.h"
#include "sweep/prune.h"

static const char small_config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 96\ntest_items = 60\n"
                                   "[model]\nfilters = 4\n"
                                   "[posterior]\nmethod = vi\n"
                                   "[train]\nepochs = 3\nbatch = 16\n"
                                   "[prune]\nfractions = 0,.5,.9\nthresholds = -1,2\nsamples = 2\n"
                                   "[perturb]\nstrengths = 3\nsamples = 3\nitems = 20\n";
enum { STEPS = 3 * 96 / 16 };

/* A run of the small config in the current directory. */
struct job {
    struct config_source *source;
    struct run run;
    struct error error;
};

static void job_open(struct job *job, int threads, bool force, const char *set)
{
    *job = (struct job){0};
    struct run_options options = {.out = ".", .threads = threads, .force = force};
    assert_int_equal(config_read_text(small_config, "small", NULL, &job->source, &job->error), STATUS_OK);
    if (set)
        assert_int_equal(config_set(job->source, set, &job->error), STATUS_OK);
    assert_int_equal(run_open(&job->run, job->source, 0, 1, &options, &job->error), STATUS_OK);
}

static void job_close(struct job *job)
{
    run_close(&job->run);
    config_free(job->source);
}

/* A monitor that asks to stop at the n-th report. */
struct countdown {
    int left;
};

static void count_report(void *context, const struct progress *progress)
{
    struct countdown *countdown = context;
    assert_true(progress->done <= progress->total);
    countdown->left--;
}

static bool count_stop(void *context)
{
    const struct countdown *countdown = context;
    return countdown->left <= 0;
}

static const struct monitor silent = {0};

static enum status all_stages(struct job *job, const struct monitor *monitor)
{
    enum status status = run_train(&job->run, monitor, &job->error);
    if (status == STATUS_OK)
        status = run_prune(&job->run, monitor, &job->error);
    if (status == STATUS_OK)
        status = run_perturb(&job->run, monitor, &job->error);
    return status;
}

static struct table *load_table(const char *path, const char *name)
{
    struct error error = {0};
    struct store *store = NULL;
    struct table *table = table_create(table_find(name), &error);
    assert_non_null(table);
    assert_int_equal(store_open(path, &store, &error), STATUS_OK);
    assert_int_equal(table_load(table, store, &error), STATUS_OK);
    store_close(store);
    return table;
}

static double cell(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row)[table_column_index(table_kind_of(table), column)].number;
}

static const char *text_cell(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row)[table_column_index(table_kind_of(table), column)].text;
}

static float *load_floats(const char *path, const char *object, size_t *count)
{
    struct error error = {0};
    struct store *store = NULL;
    size_t rank, shape[STORE_RANK_MAX];
    assert_int_equal(store_open(path, &store, &error), STATUS_OK);
    assert_int_equal(store_shape(store, object, &rank, shape, &error), STATUS_OK);
    *count = 1;
    for (size_t i = 0; i < rank; i++)
        *count *= shape[i];
    float *values = memory_alloc(*count, sizeof *values, &error);
    assert_non_null(values);
    assert_int_equal(store_read_float(store, object, *count, values, &error), STATUS_OK);
    store_close(store);
    return values;
}

static bool same_floats(const char *a, const char *b, const char *object)
{
    size_t count_a, count_b;
    float *x = load_floats(a, object, &count_a), *y = load_floats(b, object, &count_b);
    bool same = count_a == count_b && memcmp(x, y, count_a * sizeof *x) == 0;
    memory_free(x);
    memory_free(y);
    return same;
}

/* All results of two files are the same bits, whatever made them. Times and the names of runs are not results. */
static bool same_results(const char *a, const char *b)
{
    static const char *const objects[] = {"/posterior/mu", "/posterior/rho", "/test/probability",
                                          "/prune/snr/probability", "/perturb/noise/probability"};
    bool same = true;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        same = same && same_floats(a, b, objects[i]);
    static const char *const names[] = {"train", "sigma", "sigma_layers", "prune", "perturb"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        struct table *x = load_table(a, names[n]), *y = load_table(b, names[n]);
        const struct table_kind *kind = table_kind_of(x);
        same = same && table_rows(x) == table_rows(y);
        for (size_t r = 0; same && r < table_rows(x); r++) {
            for (size_t c = 0; c < kind->column_count; c++) {
                union table_cell left = table_row(x, r)[c], right = table_row(y, r)[c];
                if (strcmp(kind->columns[c].name, "seconds") == 0 || strcmp(kind->columns[c].name, "run") == 0)
                    continue;
                if (kind->columns[c].unit)
                    same = same && (left.number == right.number || (isnan(left.number) && isnan(right.number)));
                else
                    same = same && strcmp(left.text, right.text) == 0;
            }
        }
        table_free(x);
        table_free(y);
    }
    return same;
}

static const char *const run_file = "ecg5000_vi_seed1.h5";

static void a_run_leaves_every_table(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_string_equal(job.run.path, "./ecg5000_vi_seed1.h5");
    struct table *train = load_table(run_file, "train"), *sigma = load_table(run_file, "sigma");
    struct table *prune = load_table(run_file, "prune"), *perturb = load_table(run_file, "perturb");
    struct table *summary = load_table(run_file, "summary");
    size_t criterion_count, perturbation_count, fitting = 0, standard = 0;
    const struct criterion *all_criteria = criteria(&criterion_count);
    for (size_t i = 0; i < criterion_count; i++)
        standard += criterion_is_standard(&all_criteria[i], job.run.method);
    assert_true(standard >= 5 && standard < criterion_count); /* some run only where they are named */
    const struct perturbation *rows = perturbations(&perturbation_count);
    for (size_t i = 0; i < perturbation_count; i++)
        fitting += perturbation_fits(&rows[i], job.run.kind->shape);
    assert_int_equal(table_rows(train), 3);
    assert_int_equal(table_rows(sigma), 4);                    /* and the start */
    assert_int_equal(table_rows(prune), 3 * standard + 2 + 1); /* thresholds, and the prior's own density */
    assert_int_equal(table_rows(perturb), 3 * fitting);
    assert_int_equal(table_rows(summary), 1);
    for (size_t r = 0; r < table_rows(prune); r++) {
        assert_true(cell(prune, r, "accuracy_low") <= cell(prune, r, "accuracy"));
        assert_true(cell(prune, r, "accuracy_high") >= cell(prune, r, "accuracy"));
        assert_int_equal(cell(prune, r, "items"), 60);
    }
    /* loss = nll + temperature * warm-up * KL / N: after the warm-up (epoch 2 and 3), with temperature 1 */
    assert_near(cell(train, 2, "loss"), cell(train, 2, "nll") + cell(train, 2, "kl") / 96,
                1e-6 * cell(train, 2, "loss"));
    assert_true(cell(train, 2, "nll") < cell(train, 0, "nll"));
    for (size_t r = 0; r < 3; r++)
        assert_float_equal(cell(train, r, "sigma_median"), cell(sigma, r + 1, "q50"), 0);
    table_free(train);
    table_free(sigma);
    table_free(prune);
    table_free(perturb);
    table_free(summary);
    job_close(&job);
}

/* Accuracy and entropy of the tables follow from the stored probabilities alone. */
static void stored_probabilities_give_the_tables(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    size_t count;
    float *p = load_floats(run_file, "/perturb/noise/probability", &count);
    struct table *perturb = load_table(run_file, "perturb");
    enum { STRENGTHS = 3, SAMPLES = 3, ITEMS = 20, CLASSES = 5 };
    assert_int_equal(count, STRENGTHS * SAMPLES * ITEMS * CLASSES);
    size_t row = 0;
    while (strcmp(table_row(perturb, row)[3].text, "noise") != 0)
        row++;
    for (size_t s = 0; s < STRENGTHS; s++) {
        double entropy = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            for (size_t k = 0; k < CLASSES; k++) {
                double mean = 0;
                for (size_t m = 0; m < SAMPLES; m++)
                    mean += (double)p[((s * SAMPLES + m) * ITEMS + i) * CLASSES + k] / SAMPLES;
                entropy -= mean > 0 ? mean * log(mean) / ITEMS : 0;
            }
        }
        assert_near(cell(perturb, row + s, "entropy"), entropy, 1e-6);
    }
    table_free(perturb);
    memory_free(p);
    job_close(&job);
}

static void what_is_done_is_not_done_again(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    struct countdown none = {1 << 20};
    struct monitor monitor = {&none, count_report, NULL, NULL};
    assert_int_equal(all_stages(&job, &monitor), STATUS_OK);
    assert_int_equal(none.left, 1 << 20); /* nothing was reported: nothing was worked on */
    job_close(&job);

    /* Another list of criteria changes no result; another number of samples does. */
    job_open(&job, 2, false, "prune.criteria=snr");
    assert_int_equal(run_prune(&job.run, &monitor, &job.error), STATUS_OK);
    assert_int_equal(none.left, 1 << 20);
    job_close(&job);
    job_open(&job, 2, false, "prune.samples=3");
    assert_int_equal(run_prune(&job.run, &monitor, &job.error), STATUS_OK);
    assert_true(none.left < 1 << 20);
    job_close(&job);
}

/* Where each has one fraction only, it is the last of one criterion and the first of the next. */
static void each_criterion_predicts_for_itself(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
    struct table *all = load_table(run_file, "prune");
    job_close(&job);
    job_open(&job, 2, false, "prune.fractions=.5");
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
    struct table *one = load_table(run_file, "prune");
    assert_true(table_rows(one) > 1);
    for (size_t r = 0; r < table_rows(one); r++) {
        const char *criterion = text_cell(one, r, "criterion");
        size_t same = 0;
        while (strcmp(text_cell(all, same, "criterion"), criterion) != 0 ||
               cell(all, same, "fraction") != cell(one, r, "fraction"))
            assert_true(++same < table_rows(all));
        assert_float_equal(cell(one, r, "nll"), cell(all, same, "nll"), 0);
    }
    table_free(one);
    table_free(all);
    job_close(&job);
}

/* What is kept of a pruned network is what the sweep over fractions measures there, by as many networks; nothing of it
 * is made again, and another fraction adds to it. */
static void a_pruned_network_is_measured_as_the_whole_one(void **state)
{
    (void)state;
    struct job job;
    size_t all_count, kept_count;
    job_open(&job, 2, false, "prune.evaluate_at=.9");
    assert_int_equal(config_set(job.source, "train.test_samples=2", &job.error), STATUS_OK);
    run_close(&job.run);
    struct run_options options = {.out = ".", .threads = 2};
    assert_int_equal(run_open(&job.run, job.source, 0, 1, &options, &job.error), STATUS_OK);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    float *all = load_floats(run_file, "/prune/snr/probability", &all_count);
    float *kept = load_floats(run_file, "/pruned/0.9/test/probability", &kept_count);
    const size_t one = all_count / 3;
    assert_int_equal(kept_count, one);
    for (size_t i = 0; i < one; i++)
        assert_float_equal(kept[i], all[2 * one + i], 0);
    memory_free(all);
    memory_free(kept);
    struct store *store = NULL;
    assert_int_equal(store_open(run_file, &store, &job.error), STATUS_OK);
    static const char *const objects[] = {"/pruned/0.9/fit/sampled_nll",
                                          "/pruned/0.9/perturb/noise/aleatoric",
                                          "/pruned/0.9/perturb/fgsm/strength",
                                          "/validation/probability",
                                          "/split/train",
                                          "/split/validation",
                                          "/test/std"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        assert_true(is_stored(store, objects[i]));
    assert_false(is_stored(store, "/pruned/0.5"));
    store_close(store);
    struct countdown none = {1}; /* the first report would stop it */
    struct monitor monitor = {&none, count_report, count_stop, NULL};
    assert_int_equal(run_prune(&job.run, &monitor, &job.error), STATUS_OK);
    assert_int_equal(run_perturb(&job.run, &monitor, &job.error), STATUS_OK);
    assert_int_equal(none.left, 1);
    job_close(&job);
    job_open(&job, 2, false, "prune.evaluate_at=.5,.9");
    assert_int_equal(config_set(job.source, "train.test_samples=2", &job.error), STATUS_OK);
    run_close(&job.run);
    assert_int_equal(run_open(&job.run, job.source, 0, 1, &options, &job.error), STATUS_OK);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_int_equal(store_open(run_file, &store, &job.error), STATUS_OK);
    assert_true(is_stored(store, "/pruned/0.5/test/probability") && is_stored(store, "/pruned/0.9/test/probability"));
    store_close(store);
    job_close(&job);
}

static void the_same_bits_for_any_number_of_threads(void **state)
{
    (void)state;
    static const char *const names[] = {"run.name=one", "run.name=two", "run.name=three"};
    for (int threads = 1; threads <= 3; threads++) {
        struct job job;
        job_open(&job, threads, false, names[threads - 1]);
        assert_int_equal(all_stages(&job, &silent), STATUS_OK);
        job_close(&job);
    }
    assert_true(same_results("one_seed1.h5", "two_seed1.h5"));
    assert_true(same_results("one_seed1.h5", "three_seed1.h5"));
    struct job other; /* the twin: another learning rate is seen */
    job_open(&other, 1, false, "train.learning_rate=0.0021");
    assert_int_equal(all_stages(&other, &silent), STATUS_OK);
    assert_false(same_results("one_seed1.h5", run_file));
    job_close(&other);
}

static void a_resumed_run_equals_an_unbroken_one(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, "run.name=unbroken");
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    enum { REPORTS = 7 };
    int interruptions = 0;
    enum status status = STATUS_INTERRUPTED;
    while (status == STATUS_INTERRUPTED) {
        /* some reports, then stop: within epochs, at their ends, and between parts of the sweeps, the longest of
         * which makes six */
        struct countdown countdown = {REPORTS};
        struct monitor monitor = {&countdown, count_report, count_stop, NULL};
        job_open(&job, 2, false, "run.name=broken");
        status = all_stages(&job, &monitor);
        assert_true(status == STATUS_OK || status == STATUS_INTERRUPTED);
        interruptions += status == STATUS_INTERRUPTED;
        assert_true(interruptions < 100);
        job_close(&job);
    }
    assert_true(interruptions > STEPS / REPORTS);
    assert_true(same_results("unbroken_seed1.h5", "broken_seed1.h5"));
}

/* After the last step there is nothing to train, yet much to predict, which a stop does not wait for. */
static void a_stop_while_the_trained_network_is_measured_keeps_it(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, "run.name=unbroken");
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    struct countdown countdown = {(int)STEPS};
    struct monitor monitor = {&countdown, count_report, count_stop, NULL};
    job_open(&job, 2, false, "run.name=broken");
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_INTERRUPTED);
    countdown.left = 1; /* a further step would be reported, and stop this */
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_OK);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    assert_true(same_results("unbroken_seed1.h5", "broken_seed1.h5"));
}

/* ---- methods that the program does not have ---- */

/* A post-hoc method: MAP's steps, and then a step down the gradient of all items, which it makes in two halves around
 * the gradients, so that one that is done twice, or only in part, shows. */
static struct {
    int calls, done;
    bool fails;
} finishing;

static enum status finish_by_a_step(struct posterior *posterior, const struct training *training, struct error *error)
{
    finishing.calls++;
    assert_int_equal(training->items, 96);
    assert_int_equal(training->batch, 16);
    assert_int_equal(training->steps, STEPS);
    assert_string_equal(training->prior.kind->name, "gaussian");
    assert_near(training->penalty_scale[0], 1 / 96.0, 1e-12);
    size_t size = posterior->network_size;
    float *w = memory_alloc(size, sizeof *w, error), *gradient = memory_alloc(size, 2 * sizeof *gradient, error);
    assert_true(w && gradient);
    memcpy(w, posterior->mu, size * sizeof *w);
    for (size_t i = 0; i < size; i++)
        posterior->mu[i] *= 1.25F;
    enum status status = STATUS_OK;
    for (size_t first = 0; first < training->items && status == STATUS_OK; first += training->batch) {
        double nll;
        status = training->gradient(training, first, training->batch, w, gradient, &nll, error);
        for (size_t i = 0; i < size && status == STATUS_OK; i++)
            posterior->mu[i] -= 0.1F * gradient[i];
    }
    if (status == STATUS_OK && finishing.fails)
        posterior->mu[0] = NAN;
    finishing.done += status == STATUS_OK;
    memory_free(w);
    memory_free(gradient);
    return status;
}

/* Opens a run of a method that is the row of `base` but for its functions. */
static void job_of(struct job *job, const char *name, const char *base, const struct method_functions *functions,
                   struct method *method)
{
    char set[64];
    struct run_options options = {.out = ".", .threads = 2};
    job_open(job, 2, false, name);
    run_close(&job->run);
    (void)snprintf(set, sizeof set, "posterior.method=%s", base);
    assert_int_equal(config_set(job->source, set, &job->error), STATUS_OK);
    assert_int_equal(run_open(&job->run, job->source, 0, 1, &options, &job->error), STATUS_OK);
    *method = *job->run.method;
    method->functions = functions;
    job->run.method = method;
}

static bool stop_once_finished(void *context)
{
    (void)context;
    return finishing.done > 0;
}

static void check_has(const char *path, const char *object, bool expected)
{
    struct error error = {0};
    struct store *store = NULL;
    bool there;
    assert_int_equal(store_open(path, &store, &error), STATUS_OK);
    assert_int_equal(store_find(store, object, &there, &error), STATUS_OK);
    assert_int_equal(there, expected);
    store_close(store);
}

static bool same_mu(const char *path, const char *other)
{
    size_t size, count;
    float *a = load_floats(path, "/posterior/mu", &size), *b = load_floats(other, "/posterior/mu", &count);
    bool same = size == count && memcmp(a, b, size * sizeof *a) == 0;
    memory_free(a);
    memory_free(b);
    return same;
}

/* Whatever comes between the last step and the stored result, a training is finished once. */
static void a_training_is_finished_once(void **state)
{
    (void)state;
    struct method_functions functions = *method_find("map", NULL)->functions;
    struct method method;
    struct job job;
    job_of(&job, "run.name=plain", "map", &functions, &method);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    functions.finish = finish_by_a_step;
    job_of(&job, "run.name=unbroken", "map", &functions, &method);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    assert_false(same_mu("plain_seed1.h5", "unbroken_seed1.h5"));

    /* stopped in the midst of it, and again while the result is measured */
    memset(&finishing, 0, sizeof finishing);
    struct countdown countdown = {(int)STEPS};
    struct monitor in_the_midst = {&countdown, count_report, count_stop, NULL};
    struct monitor afterwards = {NULL, NULL, stop_once_finished, NULL};
    job_of(&job, "run.name=broken", "map", &functions, &method);
    assert_int_equal(run_train(&job.run, &in_the_midst, &job.error), STATUS_INTERRUPTED);
    assert_int_equal(finishing.calls, 1);
    assert_int_equal(finishing.done, 0);
    check_has("broken_seed1.h5", "/posterior", false);
    assert_int_equal(run_train(&job.run, &afterwards, &job.error), STATUS_INTERRUPTED);
    assert_int_equal(finishing.calls, 2);
    assert_int_equal(finishing.done, 1);
    check_has("broken_seed1.h5", "/posterior", false);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(finishing.calls, 2);
    check_has("broken_seed1.h5", "/checkpoint", false);
    job_close(&job);
    assert_true(same_mu("unbroken_seed1.h5", "broken_seed1.h5"));
}

static void what_is_finished_to_no_number_is_no_result(void **state)
{
    (void)state;
    struct method_functions functions = *method_find("map", NULL)->functions;
    struct method method;
    struct job job;
    functions.finish = finish_by_a_step;
    job_of(&job, "run.name=whole", "map", &functions, &method);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    memset(&finishing, 0, sizeof finishing);
    finishing.fails = true;
    job_of(&job, "run.name=failed", "map", &functions, &method);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_NOT_FINITE);
    check_has("failed_seed1.h5", "/posterior", false);
    finishing.fails = false; /* its steps are still there, as the last of them left the blocks */
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(finishing.calls, 2);
    job_close(&job);
    assert_true(same_mu("whole_seed1.h5", "failed_seed1.h5"));
}

/* A chain: a walker by Langevin dynamics (Welling and Teh 2011), which leaves a copy of itself in `mu` at the end of
 * each of as many equal stretches of the training as there are members. */
enum { CHAIN_MU, CHAIN_WALKER, CHAIN_BLOCKS };
static const struct method_block chain_blocks[CHAIN_BLOCKS] = {
    [CHAIN_MU] = {.name = "mu"}, [CHAIN_WALKER] = {.name = "walker", .of_training = true, .of_one = true}};

static void chain_init(struct posterior *posterior, const struct posterior_start *start)
{
    posterior_start_means(posterior, start);
    memcpy(posterior->blocks[CHAIN_WALKER], posterior->mu, posterior->network_size * sizeof(float));
}

static const float *chain_sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose,
                                 uint64_t step,
                                 float *scratch) /* NOLINT(readability-non-const-parameter): as in every method */
{
    (void)seed;
    (void)scratch;
    return purpose == PURPOSE_WEIGHT_NOISE ? posterior->blocks[CHAIN_WALKER]
                                           : posterior->mu + step % posterior->members * posterior->network_size;
}

static double chain_update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                           double *penalty_loss)
{
    const size_t size = posterior->network_size, tensors = posterior->tensor_count / posterior->members;
    float *walker = posterior->blocks[CHAIN_WALKER];
    const double rate = update->learning_rate;
    double penalty = 0;
    assert_ptr_equal(w, walker);
    *penalty_loss = 0;
    for (size_t t = 0; t < tensors; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        const size_t at = tensor->offset;
        const double scale = update->penalty_scale[t];
        float *noise = memory_alloc(tensor->count, sizeof *noise, NULL);
        assert_non_null(noise);
        random_normal(random_key(update->seed, PURPOSE_WEIGHT_NOISE, update->step, t), 0, tensor->count, noise);
        const double nats = prior_penalty(&update->prior, scale, tensor->count, walker + at, gradient + at);
        for (size_t i = 0; i < tensor->count; i++)
            walker[at + i] += (float)(sqrt(2 * rate * scale) * (double)noise[i] - rate * (double)gradient[at + i]);
        penalty += nats;
        *penalty_loss += scale * nats;
        memory_free(noise);
    }
    const size_t stretch = update->steps / posterior->members;
    if ((update->step + 1) % stretch == 0 && update->step / stretch < posterior->members)
        memcpy(posterior->mu + update->step / stretch * size, walker, size * sizeof *walker);
    return penalty;
}

static size_t chain_members(const void *options)
{
    const struct ensemble_options *own = options;
    return (size_t)own->members;
}

static const struct method_functions chain = {
    .blocks = chain_blocks,
    .block_count = CHAIN_BLOCKS,
    .init = chain_init,
    .members = chain_members,
    .sample = chain_sample,
    .update = chain_update,
};

/* The networks of a chain are stored one by one, its walker as long as it walks; it resumes exactly. */
static void a_chain_stores_its_networks_one_by_one(void **state)
{
    (void)state;
    enum { MEMBERS = 5 }; /* the config's */
    struct method method;
    struct job job;
    size_t size;
    job_of(&job, "run.name=unbroken", "ensemble", &chain, &method);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    enum status status = STATUS_INTERRUPTED;
    int interruptions = 0;
    while (status == STATUS_INTERRUPTED) {
        struct countdown countdown = {7};
        struct monitor monitor = {&countdown, count_report, count_stop, NULL};
        job_of(&job, "run.name=broken", "ensemble", &chain, &method);
        status = run_train(&job.run, &monitor, &job.error);
        if (interruptions++ == 0) {
            float *walker = load_floats("broken_seed1.h5", "/checkpoint/walker", &size);
            assert_int_equal(size, network_size_of(&job.run.network));
            memory_free(walker);
        }
        job_close(&job);
    }
    assert_true(interruptions > STEPS / 7);
    assert_true(same_mu("unbroken_seed1.h5", "broken_seed1.h5"));
    check_has("unbroken_seed1.h5", "/posterior/walker", false);
    float *mu = load_floats("unbroken_seed1.h5", "/posterior/mu", &size);
    for (size_t m = 1; m < MEMBERS; m++)
        assert_memory_not_equal(mu, mu + m * (size / MEMBERS), size / MEMBERS * sizeof *mu);
    memory_free(mu);
    struct table *rows = load_table("unbroken_seed1.h5", "perturb"); /* its networks disagree */
    for (size_t r = 0; r < table_rows(rows); r++)
        assert_true(cell(rows, r, "mutual_information") > 0);
    table_free(rows);
}

static void a_file_of_another_config_is_not_touched(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    job_open(&job, 2, false, "train.epochs=1");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "--force"));
    struct table *train = load_table(run_file, "train");
    assert_int_equal(table_rows(train), 3);
    table_free(train);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "tenth train"));
    job_close(&job);
    job_open(&job, 2, true, "train.epochs=1");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    train = load_table(run_file, "train");
    assert_int_equal(table_rows(train), 1);
    table_free(train);
}

/* So many shares of 7 as 7 items can give, and the rest of the training as it is without. */
static void the_validation_items_are_as_many_as_wanted(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, "train.validation_items=7");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    struct table *few = load_table(run_file, "train");
    job_open(&job, 2, true, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    size_t validation_count = job.run.split.validation_count;
    job_close(&job);
    struct table *all = load_table(run_file, "train");
    assert_true(validation_count > 7);
    for (size_t r = 0; r < table_rows(few); r++) {
        double right = 7 * cell(few, r, "accuracy_val"),
               of_all = (double)validation_count * cell(all, r, "accuracy_val");
        assert_near(right, round(right), 1e-9);
        assert_near(of_all, round(of_all), 1e-9);
        assert_true(cell(few, r, "loss") == cell(all, r, "loss"));
    }
    table_free(few);
    table_free(all);
}

/* The quantiles of each tensor, and those that follow from the file's own rho. A tensor of so few weights is not
 * sampled. */
static void sigmas_are_recorded_layer_by_layer(void **state)
{
    (void)state;
    static const char *const layers[] = {"conv1", "conv2", "conv3", "dense"};
    struct job job;
    struct trained trained;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
    struct table *rows = load_table(run_file, "sigma_layers");
    size_t tensors = trained.posterior->tensor_count, last = 3 * tensors;
    assert_int_equal(tensors, 8);
    assert_int_equal(table_rows(rows), 4 * tensors); /* three epochs and the start */
    for (size_t t = 0; t < tensors; t++) {
        const struct tensor *tensor = &trained.posterior->tensors[t];
        size_t below = 0;
        assert_string_equal(text_cell(rows, last + t, "layer"), layers[t / 2]);
        assert_string_equal(text_cell(rows, last + t, "part"), t % 2 ? "biases" : "weights");
        assert_near(cell(rows, last + t, "epoch"), 3, 0);
        assert_near(cell(rows, last + t, "parameters"), (double)tensor->count, 0);
        assert_near(cell(rows, last + t, "prior_sigma"), job.run.config.posterior.prior_sigma, 0);
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            below += log1p(exp((double)posterior_block(trained.posterior, "rho")[i])) + 1e-5 <
                     cell(rows, last + t, "q50") * (1 - 1e-6);
        assert_true(below == tensor->count / 2 || below + 1 == tensor->count / 2); /* a median of many is between two */
        assert_true(cell(rows, last + t, "q50") > cell(rows, t, "q50"));
    }
    table_free(rows);
    trained_free(&trained);
    job_close(&job);
}

/* A file that an older version began has no such table: the rest of the training would be curves without a start. */
static void a_training_that_began_without_layers_goes_on_without(void **state)
{
    (void)state;
    struct job job;
    struct store *store = NULL;
    struct countdown countdown = {(int)STEPS / 2};
    struct monitor stopping = {.report = count_report, .stop = count_stop, .context = &countdown};
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &stopping, &job.error), STATUS_INTERRUPTED);
    assert_int_equal(store_update(run_file, &store, &job.error), STATUS_OK);
    assert_int_equal(store_remove(store, "/tables/sigma_layers", &job.error), STATUS_OK);
    assert_int_equal(store_commit(store, &job.error), STATUS_OK);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    struct table *rows = load_table(run_file, "sigma_layers"), *sigma = load_table(run_file, "sigma");
    assert_int_equal(table_rows(rows), 0);
    assert_int_equal(table_rows(sigma), 4);
    table_free(rows);
    table_free(sigma);
    job_close(&job);
}

/* For the first of three epochs. */
static void frozen_sigmas_stand_still_and_then_learn(void **state)
{
    (void)state;
    struct job job;
    char set[64];
    (void)snprintf(set, sizeof set, "train.sigma_freeze_steps=%d", (int)STEPS / 3);
    job_open(&job, 2, false, set);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    struct table *sigmas = load_table(run_file, "sigma");
    static const char *const quantiles[] = {"q05", "q50", "q95"};
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        assert_true(cell(sigmas, 1, quantiles[i]) == cell(sigmas, 0, quantiles[i]));
        assert_true(cell(sigmas, 2, quantiles[i]) != cell(sigmas, 1, quantiles[i]));
    }
    table_free(sigmas);
}

/* Frozen for all steps but one: that one moves them. */
static void a_freeze_is_as_long_as_it_says(void **state)
{
    (void)state;
    struct job job;
    char set[64];
    (void)snprintf(set, sizeof set, "train.sigma_freeze_steps=%d", (int)STEPS - 1);
    job_open(&job, 1, false, set);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    struct table *sigmas = load_table(run_file, "sigma");
    assert_true(cell(sigmas, 2, "q50") == cell(sigmas, 0, "q50"));
    assert_true(cell(sigmas, 3, "q50") != cell(sigmas, 0, "q50"));
    table_free(sigmas);
}

/* With a point estimate there is nothing to freeze. */
static void a_freeze_as_long_as_the_training_is_refused(void **state)
{
    (void)state;
    struct job job;
    char set[64];
    (void)snprintf(set, sizeof set, "train.sigma_freeze_steps=%d", (int)STEPS);
    job_open(&job, 2, false, set);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "the training has 18 steps"));
    assert_int_equal(config_set(job.source, "posterior.method=mle", &job.error), STATUS_OK);
    struct run point;
    struct run_options options = {.out = ".", .threads = 2};
    assert_int_equal(run_open(&point, job.source, 0, 1, &options, &job.error), STATUS_OK);
    assert_int_equal(run_train(&point, &silent, &job.error), STATUS_OK);
    run_close(&point);
    job_close(&job);
}

/* The settings are refused for the stage that they are of, before anything is done, and for no other. */
static void check_refused(const char *const *sets, enum run_stage stage, const char *message)
{
    struct run run;
    struct error error = {0};
    struct config_source *source = NULL;
    struct run_options options = {.out = ".", .threads = 1, .stages = stage};
    assert_int_equal(config_read_text(small_config, "small", NULL, &source, &error), STATUS_OK);
    for (size_t i = 0; i < 3 && sets[i]; i++)
        assert_int_equal(config_set(source, sets[i], &error), STATUS_OK);
    assert_int_equal(run_open(&run, source, 0, 1, &options, &error), STATUS_USAGE);
    if (!strstr(error.message, message))
        fail_msg("%s", error.message);
    run_close(&run);
    options.stages = RUN_STAGES_ALL & ~(unsigned int)stage & ~(unsigned int)RUN_TRAIN;
    assert_int_equal(run_open(&run, source, 0, 1, &options, &error), STATUS_OK);
    run_close(&run);
    config_free(source);
    assert_int_equal(scratch_entries(), 0);
}

static void what_would_stay_undone_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sets[3];
        enum run_stage stage;
        const char *message;
    } cases[] = {
        {{"train.batch=97"}, RUN_TRAIN, "--set: train.batch: 97, but the training split has 96 items"},
        {{"train.sigma_freeze_steps=18"}, RUN_TRAIN, "train.sigma_freeze_steps: 18, but the training has 18 steps"},
        {{"posterior.method=ensemble", "ensemble.members=19"},
         RUN_TRAIN,
         "ensemble.members: 19, but the training has 18"},
        {{"posterior.kl_warmup_begin=.95", "posterior.kl_warmup_end=1"},
         RUN_TRAIN,
         "posterior.kl_warmup_begin: 0.95, but the last of the training's 18 steps is at 0.944"},
        {{"posterior.method=map", "posterior.mu_start=0"}, RUN_TRAIN, "posterior.mu_start: 0, and"},
        {{"train.schedule=exponential", "train.schedule_decay=0"}, RUN_TRAIN, "train.schedule_decay: 0, and nothing"},
        {{"train.flip=yes"}, RUN_TRAIN, "train.flip: yes, but the items of ecg5000 have no left and right"},
        {{"data.dataset=moons", "data.synthetic=no", "train.shift=2"},
         RUN_TRAIN,
         "of 2x1 to learn from; set at most 1"},
        {{"prune.items=61"},
         RUN_PRUNE,
         "prune.items: 61, but the test file has 60 items (data.test_items); set at most 60"},
        {{"prune.fractions=0,.5,.5"}, RUN_PRUNE, "prune.fractions: 0.5 comes after 0.5"},
        {{"prune.thresholds=2,-1"}, RUN_PRUNE, "prune.thresholds: -1 comes after 2"},
        {{"prune.fractions=none"}, RUN_PRUNE, "prune.fractions: none, and"},
        {{"posterior.method=ensemble", "prune.samples=0"},
         RUN_PRUNE,
         "of the 5 members of the ensemble only the first"},
        {{"perturb.items=61"}, RUN_PERTURB, "perturb.items: 61, but the test file has 60 items (data.test_items)"},
        {{"data.evaluate=validation", "data.test_items=0", "perturb.items=101"},
         RUN_PERTURB,
         "perturb.items: 101, but the validation split has 100 items; set at most 100"},
        {{"perturb.scale=0"}, RUN_PERTURB, "perturb.scale: 0, and all of the 3 strengths"},
        {{"perturb.samples=1"}, RUN_PERTURB, "perturb.samples: 1, and"},
        {{"ood.items=61"}, RUN_OOD, "ood.items: 61, but the test file has 60 items (data.test_items); set at most 60"},
        {{"ood.samples=3"}, RUN_OOD, "give --set ood.samples=12"},
        {{"ood.samples=1", "train.test_samples=1"}, RUN_OOD, "ood.samples: 1, and"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refused(cases[i].sets, cases[i].stage, cases[i].message);
}

/* Bounds, defaults, and settings of methods that do not ask for them. */
static void what_is_all_there_is_not_refused(void **state)
{
    (void)state;
    static const char *const sets[][3] = {
        {"train.batch=96"},
        {"prune.items=60"},
        {"perturb.items=1000"}, /* the default: as many as there are */
        {"train.validation_items=100000"},
        {"data.train_items=1000", "data.test_items=100000"},
        {"posterior.method=mle", "train.sigma_freeze_steps=1000"},
        {"posterior.method=mle", "perturb.samples=1", "prune.samples=0"},
        {"posterior.method=mle", "train.test_samples=1"},
        {"posterior.mu_start=0"},
        {"prune.criteria=log_p0", "prune.fractions=none"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct run run;
        struct error error = {0};
        struct config_source *source = NULL;
        struct run_options options = {.out = ".", .threads = 1, .stages = RUN_STAGES_ALL};
        assert_int_equal(config_read_text(small_config, "small", NULL, &source, &error), STATUS_OK);
        for (size_t k = 0; k < 3 && sets[i][k]; k++)
            assert_int_equal(config_set(source, sets[i][k], &error), STATUS_OK);
        if (run_open(&run, source, 0, 1, &options, &error) != STATUS_OK)
            fail_msg("%s", error.message);
        run_close(&run);
        config_free(source);
    }
}

/* What a name becomes: a file that `*.h5` finds, in its directory. */
static void names_that_make_no_file_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "Mnist_vi-2", "1.5,b=2+c", "gr\xC3\xB6n", "_", "a..b"};
    static const char *const bad[] = {".",   "..",    ".x",  "-x", "=x",   "a/b", "/a",   "a b", "a*",  "a?",
                                      "[a]", "\"a\"", "'a'", "a.", "a\\b", "$a",  "a\tb", "<a>", "a:b", "a&b"};
    char name[RUN_NAME_MAX + 2] = "";
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(run_name_check(good[i], NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        if (run_name_check(bad[i], &error) != STATUS_USAGE)
            fail_msg("%s", bad[i]);
        assert_non_null(strstr(error.message, "letters, digits and _ - + = , ."));
    }
    assert_int_equal(run_name_check("", NULL), STATUS_USAGE);
    memset(name, 'x', RUN_NAME_MAX + 1);
    assert_int_equal(run_name_check(name, NULL), STATUS_USAGE);
    name[RUN_NAME_MAX] = '\0';
    assert_int_equal(run_name_check(name, NULL), STATUS_OK);

    struct job job = {0};
    struct run run;
    struct run_options options = {.out = "."};
    assert_int_equal(config_read_text("[run]\nname = ..\n", "small", NULL, &job.source, &job.error), STATUS_OK);
    assert_int_equal(run_resolve(&run, job.source, 0, 1, &options, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "small:2: run.name: ..: a name has letters"));
    run_close(&run);
    config_free(job.source);
}

/* What a run is for is no part of what it is: its files stay those of its config. */
static void the_profile_changes_no_identity(void **state)
{
    (void)state;
    struct job plain, smoke;
    job_open(&plain, 1, false, NULL);
    job_open(&smoke, 1, false, "run.profile=smoke");
    assert_string_equal(plain.run.train_identity, smoke.run.train_identity);
    job_close(&plain);
    job_close(&smoke);
}

static void pruning_what_was_not_trained_says_what_to_do(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "tenth train"));
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_USAGE);
    job_close(&job);
}

/* Trains for so many steps, then makes the fourth value of an object of the checkpoint NaN. */
static void spoil_checkpoint(struct job *job, int steps, const char *object)
{
    struct countdown countdown = {steps};
    struct monitor monitor = {&countdown, count_report, count_stop, NULL};
    job_open(job, 2, false, NULL);
    assert_int_equal(run_train(&job->run, &monitor, &job->error), STATUS_INTERRUPTED);
    size_t count;
    float *values = load_floats(run_file, object, &count);
    values[3] = NAN;
    struct store *store = NULL;
    assert_int_equal(store_update(run_file, &store, &job->error), STATUS_OK);
    assert_int_equal(store_write_float(store, object, 1, &count, values, &job->error), STATUS_OK);
    assert_int_equal(store_commit(store, &job->error), STATUS_OK);
    memory_free(values);
}

/* What the last update spoils is seen by no further step, and yet is no result. */
static void a_last_step_that_is_not_finite_is_no_result(void **state)
{
    (void)state;
    struct job job;
    spoil_checkpoint(&job, (int)STEPS - 1, "/checkpoint/m_mu");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_NOT_FINITE);
    assert_non_null(strstr(job.error.message, "the last update"));
    job_close(&job);
}

/* A checkpoint that counts what nobody can count is damaged. */
static void half_a_step_is_no_checkpoint(void **state)
{
    (void)state;
    static const double steps[] = {2.5, -1, 1e300, NAN};
    struct job job;
    struct countdown countdown = {2};
    struct monitor monitor = {&countdown, count_report, count_stop, NULL};
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_INTERRUPTED);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct store *store = NULL;
        assert_int_equal(store_update(run_file, &store, &job.error), STATUS_OK);
        assert_int_equal(store_set_number(store, "/checkpoint", "step", steps[i], &job.error), STATUS_OK);
        assert_int_equal(store_commit(store, &job.error), STATUS_OK);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_DATA);
        assert_non_null(strstr(job.error.message, "counts steps that cannot be"));
    }
    job_close(&job);
}

/* Changes one number of an object of the run's file; the identity of what it belongs to stays. */
static void spoil(const char *object, size_t at, float value)
{
    struct error error;
    struct store *store = NULL;
    size_t count, rank, shape[STORE_RANK_MAX];
    float *values = load_floats(run_file, object, &count);
    values[at] = value;
    assert_int_equal(store_update(run_file, &store, &error), STATUS_OK);
    assert_int_equal(store_shape(store, object, &rank, shape, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, object, rank, shape, values, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    memory_free(values);
}

/* An older version's table after a product that failed: no row has an entropy. */
static void spoil_rows(const char *name)
{
    struct error error;
    struct store *store = NULL;
    struct table *before = load_table(run_file, name), *after = table_create(table_find(name), &error);
    const size_t columns = table_kind_of(before)->column_count;
    assert_true(after && columns <= ROW_CELLS_MAX && table_rows(before) > 0);
    for (size_t i = 0; i < table_rows(before); i++) {
        union table_cell cells[ROW_CELLS_MAX];
        memcpy(cells, table_row(before, i), columns * sizeof *cells);
        cells[table_column_index(table_kind_of(before), "entropy")].number = NAN;
        assert_int_equal(table_add(after, cells, &error), STATUS_OK);
    }
    assert_int_equal(store_update(run_file, &store, &error), STATUS_OK);
    assert_int_equal(table_save(after, store, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    table_free(before);
    table_free(after);
}

static bool same_bytes(const char *a, const char *b)
{
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    int left, right;
    assert_true(x && y);
    do {
        left = getc(x);
        right = getc(y);
    } while (left == right && left != EOF);
    assert_int_equal(fclose(x), 0);
    assert_int_equal(fclose(y), 0);
    return left == right;
}

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    for (int byte = getc(in); byte != EOF; byte = getc(in))
        assert_int_not_equal(putc(byte, out), EOF);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

/* A resumed run, or one of several processes in turn, measures parts in another order; the tables are the same. */
static void rows_stand_in_one_order_whatever_was_measured_first(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_int_equal(run_ood(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    assert_int_equal(rename(run_file, "right.h5"), 0);
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    static const char *const first[] = {"prune.criteria=random,snr", "perturb.perturbations=time_warp,noise",
                                        "ood.sets=shuffled"};
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        job_open(&job, 2, false, first[i]);
        assert_int_equal(i == 0   ? run_prune(&job.run, &silent, &job.error)
                         : i == 1 ? run_perturb(&job.run, &silent, &job.error)
                                  : run_ood(&job.run, &silent, &job.error),
                         STATUS_OK);
        job_close(&job);
    }
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_int_equal(run_ood(&job.run, &silent, &job.error), STATUS_OK);
    assert_true(same_results(run_file, "right.h5"));
    struct table *rows = load_table(run_file, "ood");
    assert_int_equal(table_rows(rows), 2);
    assert_string_equal(text_cell(rows, 0, "ood"), "noise");
    assert_string_equal(text_cell(rows, 1, "ood"), "shuffled");
    table_free(rows);
    job_close(&job);
}

/* Whoever has lost the lock of a run's file has lost the file. */
static void nothing_is_written_without_the_lock(void **state)
{
    (void)state;
    struct job job;
    struct lock_found found;
    struct file_lock *lock = NULL;
    struct error why = {0};
    job_open(&job, 2, false, NULL);
    assert_int_equal(file_lock_take(job.run.path, &lock, &found, &job.error), STATUS_OK);
    assert_non_null(lock);
    job.run.lock = lock;
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    copy_file(run_file, "before.h5");
    assert_int_equal(unlink("ecg5000_vi_seed1.h5.lock"), 0);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_FAILED);
    assert_non_null(strstr(job.error.message, "ecg5000_vi_seed1.h5: nothing more is written to it"));
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_FAILED);
    assert_true(same_bytes(run_file, "before.h5"));
    file_lock_release(lock);
    job.run.lock = NULL;
    job.run.not_locked = &why;
    (void)error_set(&why, STATUS_FAILED, "no lock, and why");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK); /* there is nothing to do */
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_FAILED);
    assert_string_equal(job.error.message, "no lock, and why");
    assert_true(same_bytes(run_file, "before.h5"));
    job_close(&job);
}

/* What an older version stored of products that failed is not there already: the same commands make it again, as it was
 * before, and keep the trained network. */
static void what_was_stored_without_numbers_is_made_again(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    copy_file(run_file, "right.h5");
    spoil("/prune/snr/probability", 7, NAN);
    spoil_rows("prune");
    spoil("/perturb/noise/probability", 5, NAN);
    spoil_rows("perturb");
    spoil("/test/probability", 3, NAN);
    spoil_rows("summary");
    assert_false(same_results(run_file, "right.h5")); /* twin */
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_true(same_results(run_file, "right.h5"));
    struct table *summary = load_table(run_file, "summary");
    assert_true(table_rows(summary) == 1 && isfinite(cell(summary, 0, "entropy")) &&
                cell(summary, 0, "train_seconds") > 0);
    table_free(summary);
    job_close(&job);
}

/* A trained network of numbers that are not finite has no predictions, and nothing is stored for it. */
static void a_stage_of_what_is_not_finite_stores_nothing(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    spoil("/posterior/mu", 4, NAN);
    copy_file(run_file, "spoiled.h5");
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_DATA);
    assert_non_null(strstr(job.error.message, "/posterior/mu[4] is not a finite number"));
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_DATA);
    assert_true(same_bytes(run_file, "spoiled.h5"));
    job_close(&job);
}

/* A network whose outputs are beyond the range of floats predicts nothing: the message says where, and nothing is
 * stored.
 */
static void a_prediction_that_is_not_finite_is_no_result(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, "prune.criteria=random");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    spoil("/posterior/mu", 0, 3e38F);
    copy_file(run_file, "spoiled.h5");
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_NOT_FINITE);
    assert_non_null(strstr(job.error.message, "prune, criterion random, fraction 0: the probabilities of item "));
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_NOT_FINITE);
    assert_non_null(strstr(job.error.message, "perturb, "));
    assert_true(same_bytes(run_file, "spoiled.h5"));
    job_close(&job);
}

/* Against the slow network in double, on a number of items that the batch does not divide, and for each member. */
static void the_gradient_is_that_of_the_training_items(void **state)
{
    (void)state;
    static const char *const settings[] = {"train.validation_items=37", "posterior.method=ensemble"};
    for (size_t s = 0; s < 2; s++) {
        struct job job;
        struct trained trained;
        struct test_items items;
        job_open(&job, 2, true, settings[s]);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
        assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
        assert_int_equal(run_fit_items(&job.run, &items, &job.error), STATUS_OK);
        assert_int_equal(items.count, s == 0 ? 37 : 96);
        const struct posterior *posterior = trained.posterior;
        const struct network_spec spec = job.run.network;
        const size_t size = posterior->network_size;
        float *found = memory_alloc(posterior->size, sizeof *found, &job.error);
        assert_non_null(found);
        assert_int_equal(run_gradient(&job.run, posterior, found, &job.error), STATUS_OK);
        double *x = reference_widen(items.x, items.count * shape_size(spec.input));
        double *wanted = reference_doubles(size), *logits = reference_doubles(items.count * spec.classes);
        for (size_t member = 0; member < posterior->members; member++) {
            double *w = reference_widen(posterior->mu + member * size, size), square = 0, difference = 0;
            (void)reference_network(&spec, posterior->tensors, w, x, items.labels, items.count, logits, wanted);
            for (size_t i = 0; i < size; i++) {
                square += wanted[i] * wanted[i];
                difference += pow((double)found[member * size + i] - wanted[i], 2);
            }
            assert_true(square > 0 && difference < 1e-10 * square); /* sums of a few hundred floats: 1e-5 of the norm */
            free(w);
        }
        free(x);
        free(wanted);
        free(logits);
        memory_free(found);
        test_items_free(&items);
        trained_free(&trained);
        job_close(&job);
    }
}

/* A number that cannot be missing is not stored as missing. */
static void a_row_without_its_number_is_refused(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 1, false, NULL);
    struct table *table = table_create(table_find("prune"), &job.error);
    assert_non_null(table);
    struct row row = row_begin(&job.run, "prune");
    for (size_t i = 0; i < row.kind->column_count; i++) {
        if (row.kind->columns[i].unit)
            row.cells[i].number = 1;
    }
    row_number(&row, "threshold", NAN); /* where nothing was removed */
    assert_int_equal(row_store(&row, table, &job.error), STATUS_OK);
    row_number(&row, "threshold", INFINITY);
    assert_int_equal(row_store(&row, table, &job.error), STATUS_NOT_FINITE);
    row_number(&row, "threshold", 1);
    row_number(&row, "ece", NAN);
    assert_int_equal(row_store(&row, table, &job.error), STATUS_NOT_FINITE);
    assert_non_null(strstr(job.error.message, "ece of the table prune"));
    assert_int_equal(table_rows(table), 1);
    table_free(table);
    job_close(&job);
}

/* What a file says of itself is read whole or refused. */
static void a_seed_that_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const seeds[] = {"", "1x", "-1", " 1", "18446744073709551616"};
    struct error error = {0};
    struct run_file file;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_file_end(run_file_begin("a.h5", "ecg5000", "vi", seeds[i], "real"));
        assert_int_equal(run_file_open("a.h5", &file, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, "attribute seed is not a whole number"));
        run_file_close(&file);
    }
    run_file_end(run_file_begin("a.h5", "ecg5000", "vi", "18446744073709551615", "real"));
    assert_int_equal(run_file_open("a.h5", &file, &error), STATUS_OK);
    assert_true(file.seed == UINT64_MAX);
    run_file_close(&file);
}

/* A mean that is NaN in a checkpoint stops the next step, which names it. */
static void a_number_that_is_not_finite_is_named(void **state)
{
    (void)state;
    struct job job;
    spoil_checkpoint(&job, 5, "/checkpoint/mu");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_NOT_FINITE);
    assert_non_null(strstr(job.error.message, "step 5 (epoch 1)"));
    assert_non_null(strstr(job.error.message, "conv1.weight[3]"));
    job_close(&job);
}

/* What another program adds to a run: beside, on and in what is ours. Kinds of values are test_store.c's. */
static const char *const noted[] = {"/", "/data", "/tables/train", "/tables/train/nll", "/lab"};
static const double extra[] = {1, 2, 3};

static void add_notes(const char *const *more, size_t count)
{
    struct error error = {0};
    struct store *store = NULL;
    const size_t three = 3;
    assert_int_equal(store_update(run_file, &store, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof noted / sizeof noted[0]; i++)
        assert_int_equal(store_set_text(store, noted[i], "remark", "of another program", &error), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(store_set_text(store, more[i], "remark", "of another program", &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/tables/train/extra", 1, &three, extra, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
}

static void assert_notes(const char *const *more, size_t count)
{
    struct error error = {0};
    struct store *store = NULL;
    double found[3];
    assert_int_equal(store_open(run_file, &store, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof noted / sizeof noted[0] + count; i++) {
        const char *object = i < count ? more[i] : noted[i - count];
        char *text = NULL;
        if (store_get_text(store, object, "remark", &text, &error) != STATUS_OK)
            fail_msg("%s", error.message);
        assert_string_equal(text, "of another program");
        memory_free(text);
    }
    assert_int_equal(store_read_double(store, "/tables/train/extra", 3, found, &error), STATUS_OK);
    assert_memory_equal(found, extra, sizeof found);
    store_close(store);
}

static void what_others_add_survives_the_training(void **state)
{
    (void)state;
    static const char *const in_checkpoint[] = {"/checkpoint/lab"};
    struct job job;
    struct error error = {0};
    struct countdown countdown = {5};
    struct monitor monitor = {&countdown, count_report, count_stop, NULL};
    job_open(&job, 2, false, "run.name=unbroken");
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_INTERRUPTED);
    add_notes(in_checkpoint, 1);
    countdown.left = 5;
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_INTERRUPTED);
    assert_notes(in_checkpoint, 1);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    assert_notes(in_checkpoint, 1);
    assert_true(same_results("unbroken_seed1.h5", run_file));
    struct store *store = NULL;
    assert_int_equal(store_open(run_file, &store, &error), STATUS_OK);
    bool there = true;
    assert_int_equal(checkpoint_find(store, &there, &error), STATUS_OK);
    assert_false(there);
    assert_false(is_stored(store, "/checkpoint/mu"));
    store_close(store);
    job_close(&job);

    /* Who asks for another run in its place gets one. */
    job_open(&job, 2, true, "train.epochs=1");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(store_open(run_file, &store, &error), STATUS_OK);
    assert_false(is_stored(store, "/lab") || is_stored(store, "/checkpoint") || is_stored(store, "/prune"));
    store_close(store);
    job_close(&job);
}

static void what_others_add_survives_the_sweeps(void **state)
{
    (void)state;
    static const char *const in_parts[] = {"/prune", "/prune/snr", "/prune/snr/probability", "/prune/lab",
                                           "/tables/prune/accuracy"};
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    add_notes(in_parts, 5);
    static const char *const sets[] = {"prune.samples=3", "prune.fractions=0,.9"}; /* the same shape, and another */
    for (size_t i = 0; i < 2; i++) {
        job_open(&job, 2, false, sets[i]);
        assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
        assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK); /* /prune/lab is no sweep */
        job_close(&job);
        assert_notes(in_parts, 5);
    }
}

/* A column that this version does not know describes rows that are replaced; what another program put there does not.
 */
static void a_column_of_another_version_goes_with_its_rows(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    struct store *store = NULL;
    const size_t three = 3;
    job_open(&job, 2, false, "prune.criteria=snr");
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    assert_int_equal(store_update(run_file, &store, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/tables/prune/later", 1, &three, extra, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/tables/prune/lab", 1, &three, extra, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/tables/prune", "columns", "dataset,later", &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    job_open(&job, 2, false, "prune.samples=3");
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    assert_int_equal(store_open(run_file, &store, &error), STATUS_OK);
    assert_false(is_stored(store, "/tables/prune/later"));
    assert_true(is_stored(store, "/tables/prune/lab"));
    store_close(store);
}

typedef enum status stage_fn(const struct run *run, const struct monitor *monitor, struct error *error);

/* Every way into a run's file refuses it, and leaves it as it is. */
static void assert_no_run(const char *says)
{
    struct error error = {0};
    unsigned char *before = NULL;
    size_t size = 0;
    const char *const path = run_file;
    assert_int_equal(file_read(run_file, SIZE_MAX, &before, &size, &error), STATUS_OK);
    stage_fn *const stages[] = {run_train, run_prune, run_perturb, run_ood, run_illustrate};
    struct job job;
    job_open(&job, 2, true, NULL); /* makes its data, which takes longer than the rest */
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        job.error = (struct error){0};
        assert_int_equal(stages[i](&job.run, &silent, &job.error), STATUS_DATA);
        if (!strstr(job.error.message, says) || !strstr(job.error.message, run_file))
            fail_msg("\"%s\" does not say %s", job.error.message, says);
    }
    job_close(&job);
    struct table *table = table_create(table_find("prune"), &error);
    assert_int_equal(tabulate(table, &path, 1, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, says));
    table_free(table);
    assert_int_equal(scratch_entries(), 1);
    assert_true(scratch_holds(run_file, before, size));
    memory_free(before);
}

static void a_file_of_another_program_or_version_is_left_alone(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    struct store *store = NULL;
    assert_int_equal(store_create(run_file, &store, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/model_weights", "keras_version", "2", &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_no_run("is HDF5, but not a run of tenth: / has no text attribute format (it holds model_weights)");
    assert_int_equal(unlink(run_file), 0);
    job_open(&job, 2, false, NULL);
    assert_int_equal(all_stages(&job, &silent), STATUS_OK);
    job_close(&job);
    static const char *const formats[][2] = {
        {"tenth run 2", "was written by a newer version of tenth (its format is \"tenth run 2\""},
        {"tenth run 99999999999999999999999", "newer version"},
        {"tenth run 1.5", "newer version"},
        {"tenth run 12", "newer version"},
        {"tenth run ", "not a run of tenth: its format is \"tenth run \""},
        {"tenth run -1", "not a run of tenth"},
        {"tenth run 0", "not a run of tenth"},
        {"", "not a run of tenth: its format is \"\""},
        {"NeXus", "not a run of tenth: its format is \"NeXus\""},
        {"\x1b[31m", "not a run of tenth: its format is \"\\x1B[31m\""},
        {NULL, "has no text attribute format"}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        assert_int_equal(store_update(run_file, &store, &error), STATUS_OK);
        if (formats[i][0])
            assert_int_equal(store_set_text(store, "/", "format", formats[i][0], &error), STATUS_OK);
        else
            assert_int_equal(store_set_number(store, "/", "format", 1, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
        assert_no_run(formats[i][1]);
    }
}

static void typos_in_registry_names_cost_no_training(void **state)
{
    (void)state;
    static const char *const sets[][2] = {
        {"data.dataset=mnits", "--set: data.dataset: no data set is called \"mnits\"; did you mean mnist"},
        {"posterior.method=mel", "mle"},
        {"posterior.prior=gausian", "--set: posterior.prior: no prior is called \"gausian\"; did you mean gaussian"},
        {"train.schedule=cosin", "cosine"},
        {"prune.criteria=srn", "snr"},
        {"perturb.perturbations=nosie", "noise"}};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct config_source *source = NULL;
        struct run run;
        struct error error = {0};
        struct run_options options = {.out = "."};
        assert_int_equal(config_read_text(small_config, "small", NULL, &source, &error), STATUS_OK);
        assert_int_equal(config_set(source, sets[i][0], &error), STATUS_OK);
        assert_int_equal(run_open(&run, source, 0, 1, &options, &error), STATUS_USAGE);
        assert_non_null(strstr(error.message, sets[i][1]));
        run_close(&run);
        config_free(source);
    }
}

/* sum_t factor_t KL_t of the start values, which training at a rate of nothing leaves where they are. */
static double penalty_by_hand(const char *path, double prior, bool mean, double per_item)
{
    size_t size, rows;
    float *mu = load_floats(path, "/posterior/mu", &size), *rho = load_floats(path, "/posterior/rho", &size);
    struct error error = {0};
    struct store *store = NULL;
    double offset[8], count[8], penalty = 0;
    assert_int_equal(store_open(path, &store, &error), STATUS_OK);
    size_t rank, shape[STORE_RANK_MAX];
    assert_int_equal(store_shape(store, "/posterior/tensors/offset", &rank, shape, &error), STATUS_OK);
    rows = shape[0];
    assert_true(rows <= 8);
    assert_int_equal(store_read_double(store, "/posterior/tensors/offset", rows, offset, &error), STATUS_OK);
    assert_int_equal(store_read_double(store, "/posterior/tensors/count", rows, count, &error), STATUS_OK);
    store_close(store);
    for (size_t t = 0; t < rows; t++) {
        double kl = 0;
        for (size_t i = (size_t)offset[t]; i < (size_t)(offset[t] + count[t]); i++) {
            double m = (double)mu[i], sigma = log1p(exp((double)rho[i])) + 1e-5;
            kl += log(prior / sigma) + (sigma * sigma + m * m) / (2 * prior * prior) - 0.5;
        }
        penalty += kl * (mean ? 1 / count[t] : per_item);
    }
    memory_free(mu);
    memory_free(rho);
    return penalty;
}

/* loss - nll of an epoch is temperature * warm-up * sum_t KL_t / divisor_t: N for the sum, a tensor's own weights for
 * the talk's mean. The small config has 18 steps; of the first epoch these are 0 to 5. */
static void the_penalty_is_scaled_as_configured(void **state)
{
    (void)state;
    static const struct {
        const char *reduction;
        double temperature, kl_start, begin, end;
    } cases[] = {{"sum", 1, 0, 0, 0}, {"sum", .1, .25, .1, .9}, {"mean", 1, 0, 0, 0}, {"mean", 3, .5, 0, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct job job;
        char text[5][64];
        job_open(&job, 1, true, "train.learning_rate=1e-9");
        run_close(&job.run);
        (void)snprintf(text[0], 64, "posterior.kl_reduction=%s", cases[c].reduction);
        (void)snprintf(text[1], 64, "posterior.temperature=%g", cases[c].temperature);
        (void)snprintf(text[2], 64, "posterior.kl_start=%g", cases[c].kl_start);
        (void)snprintf(text[3], 64, "posterior.kl_warmup_begin=%g", cases[c].begin);
        (void)snprintf(text[4], 64, "posterior.kl_warmup_end=%g", cases[c].end);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(config_set(job.source, text[i], &job.error), STATUS_OK);
        struct run_options options = {.out = ".", .threads = 1, .force = true};
        assert_int_equal(run_open(&job.run, job.source, 0, 1, &options, &job.error), STATUS_OK);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
        double warmup = 0;
        for (int step = 0; step < 6; step++) {
            double share = step / 18.0, ramp = (share - cases[c].begin) / (cases[c].end - cases[c].begin);
            warmup += share >= cases[c].end     ? 1
                      : share <= cases[c].begin ? cases[c].kl_start
                                                : cases[c].kl_start + (1 - cases[c].kl_start) * ramp;
        }
        bool mean = strcmp(cases[c].reduction, "mean") == 0;
        double expected = cases[c].temperature * warmup / 6 *
                          penalty_by_hand(job.run.path, job.run.config.posterior.prior_sigma, mean, 1 / 96.0);
        struct table *train = load_table(job.run.path, "train");
        assert_near(cell(train, 0, "loss") - cell(train, 0, "nll"), expected, 1e-4 * fabs(expected));
        table_free(train);
        job_close(&job);
    }
}

/* Wherever allocation, a write or a rename fails: a status, a message, a file that can be read or none. */
static void faults_leave_no_half_file(void **state)
{
    (void)state;
    bool met = true;
    size_t rounds = 0;
    for (size_t successes = 0; met; successes += 1 + successes / 8) { /* thinned out: each round trains anew */
        struct job job;
        job_open(&job, 1, true, "train.epochs=1");
        fault_arm(successes);
        enum status status = all_stages(&job, &silent);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status == STATUS_OK, !met);
        assert_int_equal(job.error.message[0] != '\0', met);
        size_t entries = scratch_entries();
        assert_true(entries <= 1);
        if (entries == 1) {
            struct store *store = NULL;
            struct error error = {0};
            assert_int_equal(store_open(run_file, &store, &error), STATUS_OK);
            store_close(store);
        }
        (void)remove(run_file);
        job_close(&job);
        assert_true(rounds++ < 200);
    }
    assert_true(rounds > 10);
}

/* ---- bands ---- */

static void band_of_one_seed_is_the_interval_over_items(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 2, false, NULL);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
    struct table *band = table_create(table_find("prune_band"), NULL), *prune = load_table(run_file, "prune");
    assert_non_null(band);
    struct error error = {0};
    assert_int_equal(band_make(band, &run_file, 1, &error), STATUS_OK);
    assert_int_equal(table_rows(band), table_rows(prune));
    for (size_t r = 0; r < table_rows(band); r++) {
        assert_near(cell(band, r, "accuracy"), cell(prune, r, "accuracy"), 1e-12);
        assert_near(cell(band, r, "low"), cell(prune, r, "accuracy_low"), 1e-12);
        assert_near(cell(band, r, "high"), cell(prune, r, "accuracy_high"), 1e-12);
    }
    table_free(band);
    table_free(prune);
}

static void write_pruned(const char *path, const char *source, double seed, double accuracy)
{
    struct error error = {0};
    const struct table_kind *kind = table_find("prune");
    struct table *table = table_create(kind, &error);
    assert_non_null(table);
    union table_cell cells[32];
    for (size_t c = 0; c < kind->column_count; c++) {
        if (kind->columns[c].unit)
            cells[c].number = 0;
        else
            cells[c].text = "x";
    }
    cells[table_column_index(kind, "seed")].number = seed;
    cells[table_column_index(kind, "accuracy")].number = accuracy;
    cells[table_column_index(kind, "accuracy_low")].number = accuracy - 0.03;
    cells[table_column_index(kind, "accuracy_high")].number = accuracy + 0.04;
    assert_int_equal(table_add(table, cells, &error), STATUS_OK);
    char text[32];
    (void)snprintf(text, sizeof text, "%.0f", seed);
    struct store *store = run_file_begin(path, "a", "seedling", text, source);
    assert_int_equal(table_save(table, store, &error), STATUS_OK);
    run_file_end(store);
    table_free(table);
}

/* Two seeds, .50 and .51: mean .505, s = .00707107, t(1) = 12.70620, half-width 12.70620 * .00707107 / sqrt 2 =
 * .0635310. With the items' .03 and .04 in squares: .0702580 and .0750746. */
static void band_of_two_seeds_by_hand(void **state)
{
    (void)state;
    const char *const paths[] = {"a.h5", "b.h5"};
    write_pruned(paths[0], "real", 1, .50);
    write_pruned(paths[1], "real", 2, .51);
    struct table *band = table_create(table_find("prune_band"), NULL);
    assert_non_null(band);
    struct error error = {0};
    assert_int_equal(band_make(band, paths, 2, &error), STATUS_OK);
    assert_int_equal(table_rows(band), 1);
    assert_near(cell(band, 0, "accuracy"), .505, 1e-12);
    assert_near(cell(band, 0, "low"), .505 - .0702580, 1e-6);
    assert_near(cell(band, 0, "high"), .505 + .0750746, 1e-6);
    assert_near(cell(band, 0, "seeds"), 2, 0);
    assert_string_equal(table_row(band, 0)[1].text, "a_seedling");
    assert_string_equal(text_cell(band, 0, "data_source"), "real");
    table_free(band);
}

static void seeds_of_different_data_have_no_mean(void **state)
{
    (void)state;
    const char *const paths[] = {"a.h5", "b.h5"};
    write_pruned(paths[0], "real", 1, .50);
    write_pruned(paths[1], "SYNTHETIC", 2, .51);
    struct table *band = table_create(table_find("prune_band"), NULL);
    assert_non_null(band);
    struct error error = {0};
    assert_int_equal(band_make(band, paths, 2, &error), STATUS_USAGE);
    assert_non_null(strstr(error.message, "a.h5 and b.h5 were made from different data"));
    table_free(band);
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

/* The mean loss of the first batch of each epoch, as the reports have it, to four digits. */
struct first_batches {
    size_t steps_per_epoch;
    char nll[3][16];
};

static void note_first_batch(void *context, const struct progress *progress)
{
    struct first_batches *first = context;
    size_t step = (size_t)progress->done - 1, epoch = step / first->steps_per_epoch;
    const char *nll = strstr(progress->text, "nll ");
    assert_non_null(nll);
    if (step % first->steps_per_epoch == 0)
        (void)snprintf(first->nll[epoch], sizeof first->nll[0], "%.6s", nll + 4);
}

/* While the weights hardly move, an epoch's loss is that of all items, however they are put into batches. */
static void every_epoch_has_an_order_of_its_own(void **state)
{
    (void)state;
    struct job job;
    struct first_batches first = {.steps_per_epoch = (size_t)STEPS / 3};
    const struct monitor monitor = {.context = &first, .report = note_first_batch};
    job_open(&job, 1, false, "posterior.method=mle");
    run_close(&job.run);
    assert_int_equal(config_set(job.source, "train.learning_rate=1e-9", &job.error), STATUS_OK);
    struct run_options options = {.out = ".", .threads = 1};
    assert_int_equal(run_open(&job.run, job.source, 0, 1, &options, &job.error), STATUS_OK);
    assert_int_equal(run_train(&job.run, &monitor, &job.error), STATUS_OK);
    struct table *train = load_table(job.run.path, "train");
    for (size_t epoch = 1; epoch < 3; epoch++) {
        assert_string_not_equal(first.nll[epoch], first.nll[epoch - 1]);
        assert_near(cell(train, epoch, "nll"), cell(train, 0, "nll"), 1e-5);
    }
    table_free(train);
    job_close(&job);
}

static void identity_of(const struct run *run, const char *part, char hex[SHA256_HEX_SIZE])
{
    struct error error = {0};
    assert_int_equal(run_identity(run, "data model", part, hex, &error), STATUS_OK);
}

/* What a file has of the short form is overridden; what is asked for beside an architecture is a mistake; what does not
 * fit the data names its layer. */
static void test_architectures(void **state)
{
    (void)state;
    static const struct {
        const char *config, *set, *says; /* says NULL: is good */
    } rows[] = {
        {"[model]\nfilters = 5\narchitecture = conv 3 2/2 relu; dense 7\n", NULL, NULL},
        {"[model]\narchitecture = conv 3 2/2 relu; dense 7\n", "model.filters=5",
         "--set: model.filters changes nothing, since model.architecture (small:2) has all layers"},
        {"[model]\narchitecture = dense 7\n[sweep]\nmodel.layers = 1 | 2\n", NULL,
         "small:4: model.layers changes nothing"},
        {"[model]\narchitecture = 5 * maxpool 2; dense 7\n", NULL,
         "small:2: model.architecture: layer 5 (maxpool5): its window of 2 x 1 is larger than its input of 1 x 1"},
        {"[model]\narchitecture = dense 7; conf 3 3\n", NULL, "small:2: model.architecture: layer 2: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct job job = {0};
        const struct run_options options = {.out = "."};
        assert_int_equal(config_read_text(rows[i].config, "small", NULL, &job.source, &job.error), STATUS_OK);
        if (rows[i].set)
            assert_int_equal(config_set(job.source, rows[i].set, &job.error), STATUS_OK);
        assert_int_equal(run_resolve(&job.run, job.source, 0, 1, &options, &job.error),
                         rows[i].says ? STATUS_USAGE : STATUS_OK);
        if (rows[i].says && !strstr(job.error.message, rows[i].says))
            fail_msg("%s", job.error.message);
        if (!rows[i].says)
            assert_int_equal(job.run.network.layer_count, 2);
        job_close(&job);
    }
}

static void an_identity_is_of_config_seed_and_data(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 1, false, NULL);
    struct run seed = job.run, data = job.run, training = job.run, config = job.run, other = job.run;
    char first[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE];
    seed.seed++;
    data.data_identity[0] ^= 1;
    training.train_identity[0] ^= 1;
    config.config.model.filters++;
    other.config.train.epochs++; /* of a section that is not asked for */
    identity_of(&job.run, "part", first);
    const struct run *different[] = {&seed, &data, &training, &config};
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++) {
        identity_of(different[i], "part", hex);
        assert_string_not_equal(hex, first);
    }
    identity_of(&job.run, "another part", hex);
    assert_string_not_equal(hex, first);
    identity_of(&other, "part", hex);
    assert_string_equal(hex, first);
    job_close(&job);
}

/* The keys of a prior count where that is the prior, and nowhere else. */
static void a_training_is_of_its_own_prior(void **state)
{
    (void)state;
    static const char *const sets[][2] = {{"posterior.prior=gaussian", "scale_mixture.share=0.5"},
                                          {"posterior.prior=gaussian", "scale_mixture.share=0.4"},
                                          {"posterior.prior=laplace", "scale_mixture.share=0.5"},
                                          {"posterior.prior=scale_mixture", "scale_mixture.share=0.5"},
                                          {"posterior.prior=scale_mixture", "scale_mixture.share=0.4"}};
    enum { CASES = sizeof sets / sizeof sets[0] };
    char identity[CASES][SHA256_HEX_SIZE];
    for (size_t i = 0; i < CASES; i++) {
        struct job job;
        struct run_options options = {.out = ".", .threads = 1};
        job_open(&job, 1, false, sets[i][0]);
        run_close(&job.run);
        assert_int_equal(config_set(job.source, sets[i][1], &job.error), STATUS_OK);
        assert_int_equal(run_open(&job.run, job.source, 0, 1, &options, &job.error), STATUS_OK);
        memcpy(identity[i], job.run.train_identity, SHA256_HEX_SIZE);
        for (size_t k = 0; k < i; k++)
            assert_int_equal(strcmp(identity[i], identity[k]) == 0, i == 1 && k == 0);
        job_close(&job);
    }
}

/* Newcombe 1998, table I, method 3; and of every count of right answers the interval of that count. */
static void an_accuracy_has_wilsons_interval(void **state)
{
    (void)state;
    const struct table_kind *kind = table_find("prune");
    size_t low = table_column_index(kind, "accuracy_low"), high = table_column_index(kind, "accuracy_high");
    struct row row = row_empty(kind);
    row_accuracy_interval(&row, 81. / 263, 263);
    assert_near(row.cells[low].number, .2553, 5e-5);
    assert_near(row.cells[high].number, .3662, 5e-5);
    for (size_t right = 0; right <= 100; right++) {
        struct interval expected = stats_wilson(right, 100);
        row_accuracy_interval(&row, (double)right / 100, 100); /* .29 * 100 is below 29 */
        assert_near(row.cells[low].number, expected.low, 0);
        assert_near(row.cells[high].number, expected.high, 0);
    }
}

/* Each item, at its place in the test file, has its own numbers, and the seed of the run has no part in them. */
static void an_item_meets_the_same_noise_in_every_run(void **state)
{
    (void)state;
    enum { ITEMS = 20, SAMPLES = 3, STRENGTHS = 3 };
    struct job job;
    struct trained trained;
    struct predictor predictor;
    struct prediction prediction;
    struct test_items items;
    size_t count;
    job_open(&job, 1, false, "perturb.perturbations=noise");
    const struct run *run = &job.run;
    const struct scene scene = run_scene(run);
    const struct perturbation *noise = perturbation_find("noise", &job.error);
    size_t size = shape_size(run->kind->shape), one = (size_t)SAMPLES * ITEMS * run->kind->classes;
    assert_int_equal(run_train(run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_perturb(run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(run, &trained, &job.error), STATUS_OK);
    assert_int_equal(run_test_items(run, ITEMS, &items, &job.error), STATUS_OK);
    assert_int_equal(predictor_make(trained.posterior, trained.network, ITEMS, &predictor, &job.error), STATUS_OK);
    assert_int_equal(prediction_alloc(SAMPLES, ITEMS, run->kind->classes, items.labels, &prediction, &job.error),
                     STATUS_OK);
    float *stored = load_floats(run->path, "/perturb/noise/probability", &count);
    float *x = memory_alloc(ITEMS * size, sizeof *x, NULL);
    assert_int_equal(count, STRENGTHS * one);
    assert_true(x && items.index[0] != 0);
    for (size_t s = 0; s < STRENGTHS; s++) {
        for (size_t i = 0; i < ITEMS; i++)
            noise->apply(&scene, items.x + i * size, noise->largest * (double)s / (STRENGTHS - 1),
                         random_key(0, PURPOSE_PERTURB, 0, items.index[i]), NULL, x + i * size);
        assert_int_equal(predict(&predictor, PREDICT_SAMPLED, NULL, run->seed, x, &prediction, &job.error), STATUS_OK);
        for (size_t i = 0; i < one; i++)
            assert_near(prediction.sampled[i], stored[s * one + i], 1e-5);
    }
    memory_free(x);
    memory_free(stored);
    prediction_free(&prediction);
    predictor_free(&predictor);
    test_items_free(&items);
    trained_free(&trained);
    job_close(&job);
}

/* The least important weight that stays is above the threshold: all scores, sorted here. */
static void the_threshold_of_a_fraction_is_the_last_score_that_goes(void **state)
{
    (void)state;
    struct job job;
    struct trained trained;
    job_open(&job, 2, false, "prune.criteria=magnitude");
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
    float *score = memory_alloc(trained.posterior->size, sizeof *score, NULL);
    assert_non_null(score);
    size_t count = 0;
    for (size_t t = 0; t < trained.posterior->tensor_count; t++) {
        const struct tensor *tensor = &trained.posterior->tensors[t];
        for (size_t i = 0; i < tensor->count && !tensor_is_bias(tensor); i++)
            score[count++] = fabsf(trained.posterior->mu[tensor->offset + i]);
    }
    reference_sort(score, count);
    struct table *rows = load_table(run_file, "prune");
    size_t checked = 0;
    for (size_t r = 0; r < table_rows(rows); r++) {
        const size_t removed = (size_t)lround(cell(rows, r, "fraction") * (double)count);
        if (removed == 0)
            continue;
        assert_float_equal(cell(rows, r, "threshold"), score[removed - 1], 0);
        assert_true(score[removed - 1] < score[removed]);
        checked++;
    }
    assert_int_equal(checked, 2);
    table_free(rows);
    memory_free(score);
    trained_free(&trained);
    job_close(&job);
}

/* The ratio of Savage and Dickey is 1 where log p(0) is the prior's: for Laplace's law -log(2 b), b = sigma / sqrt(2).
 */
static void the_threshold_that_needs_no_choice_is_the_priors(void **state)
{
    (void)state;
    static const double expected[] = {-.91893853320467274178, -.34657359027997265471};
    static const char *const sets[] = {"posterior.prior=gaussian", "posterior.prior=laplace"};
    for (size_t i = 0; i < 2; i++) {
        struct job job;
        size_t found = 0;
        job_open(&job, 2, true, sets[i]);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
        assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_OK);
        struct table *rows = load_table(run_file, "prune");
        for (size_t r = 0; r < table_rows(rows); r++) {
            if (strcmp(text_cell(rows, r, "grid"), "savage_dickey") != 0)
                continue;
            assert_near(cell(rows, r, "threshold"), expected[i] - log(job.run.config.posterior.prior_sigma), 1e-9);
            found++;
        }
        assert_int_equal(found, 1);
        table_free(rows);
        job_close(&job);
    }
}

static void what_is_evaluated_on_the_validation_split_is_of_it(void **state)
{
    (void)state;
    enum { ITEMS = 12 };
    struct job job;
    struct test_items items;
    job_open(&job, 1, false, "data.evaluate=validation");
    const struct run *run = &job.run;
    const size_t size = shape_size(run->kind->shape);
    assert_int_equal(run_test_items(run, ITEMS, &items, &job.error), STATUS_OK);
    for (size_t i = 0; i < ITEMS; i++) {
        size_t found = 0;
        for (size_t k = 0; k < run->split.validation_count; k++)
            found += run->split.validation[k] == items.index[i];
        assert_int_equal(found, 1);
        assert_memory_equal(items.x + i * size, run->dataset->train.values + items.index[i] * size,
                            size * sizeof *items.x);
        assert_int_equal(items.labels[i], run->dataset->train.labels[items.index[i]]);
    }
    test_items_free(&items);
    job_close(&job);
}

/* What is made of an item of no class depends on its place in the test set, and not on which others are measured. */
static void an_unknown_item_is_the_same_among_others(void **state)
{
    (void)state;
    enum { FEW = 20, ALL = 60 };
    static const char *const sets[] = {"ood.items=20", "ood.items=60"};
    float *stored[2];
    size_t count[2], classes = 0;
    struct test_items few;
    for (size_t i = 0; i < 2; i++) {
        struct job job;
        job_open(&job, 1, false, sets[i]);
        classes = job.run.kind->classes;
        if (i == 0) {
            assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
            assert_int_equal(run_test_items(&job.run, FEW, &few, &job.error), STATUS_OK);
        }
        assert_int_equal(run_ood(&job.run, &silent, &job.error), STATUS_OK);
        stored[i] = load_floats(run_file, "/ood/noise/probability", &count[i]);
        job_close(&job);
    }
    const size_t samples = count[0] / (FEW * classes);
    assert_true(samples > 1 && few.index[0] != 0);
    assert_int_equal(count[1], samples * ALL * classes);
    for (size_t s = 0; s < samples; s++)
        for (size_t i = 0; i < FEW; i++)
            for (size_t c = 0; c < classes; c++)
                assert_near(stored[0][(s * FEW + i) * classes + c], stored[1][(s * ALL + few.index[i]) * classes + c],
                            1e-5);
    memory_free(stored[0]);
    memory_free(stored[1]);
    test_items_free(&few);
}

/* The interval of two seeds' accuracies is wider than what there is. */
static void a_band_ends_where_its_value_does(void **state)
{
    (void)state;
    const char *const paths[] = {"a.h5", "b.h5"};
    struct error error = {0};
    for (int top = 0; top < 2; top++) {
        write_pruned(paths[0], "real", 1, top ? .95 : .04);
        write_pruned(paths[1], "real", 2, top ? .99 : .01);
        struct table *band = table_create(table_find("prune_band"), NULL);
        assert_non_null(band);
        assert_int_equal(band_make(band, paths, 2, &error), STATUS_OK);
        assert_near(cell(band, 0, top ? "high" : "low"), top, 0);
        assert_true(cell(band, 0, "low") < cell(band, 0, "accuracy"));
        assert_true(cell(band, 0, "high") > cell(band, 0, "accuracy"));
        table_free(band);
        assert_true(remove(paths[0]) == 0 && remove(paths[1]) == 0);
    }
}

static const struct CMUnitTest tests[] = {
    RUN_TEST(a_run_leaves_every_table),
    RUN_TEST(stored_probabilities_give_the_tables),
    RUN_TEST(what_is_done_is_not_done_again),
    RUN_TEST(each_criterion_predicts_for_itself),
    RUN_TEST(a_pruned_network_is_measured_as_the_whole_one),
    RUN_TEST(the_same_bits_for_any_number_of_threads),
    RUN_TEST(a_resumed_run_equals_an_unbroken_one),
    RUN_TEST(a_stop_while_the_trained_network_is_measured_keeps_it),
    RUN_TEST(a_training_is_finished_once),
    RUN_TEST(what_is_finished_to_no_number_is_no_result),
    RUN_TEST(a_chain_stores_its_networks_one_by_one),
    RUN_TEST(a_file_of_another_config_is_not_touched),
    RUN_TEST(the_validation_items_are_as_many_as_wanted),
    RUN_TEST(sigmas_are_recorded_layer_by_layer),
    RUN_TEST(a_training_that_began_without_layers_goes_on_without),
    RUN_TEST(frozen_sigmas_stand_still_and_then_learn),
    RUN_TEST(a_freeze_is_as_long_as_it_says),
    RUN_TEST(a_freeze_as_long_as_the_training_is_refused),
    RUN_TEST(what_would_stay_undone_is_refused),
    RUN_TEST(what_is_all_there_is_not_refused),
    RUN_TEST(names_that_make_no_file_are_refused),
    RUN_TEST(the_profile_changes_no_identity),
    RUN_TEST(pruning_what_was_not_trained_says_what_to_do),
    RUN_TEST(a_number_that_is_not_finite_is_named),
    RUN_TEST(half_a_step_is_no_checkpoint),
    RUN_TEST(a_last_step_that_is_not_finite_is_no_result),
    RUN_TEST(what_others_add_survives_the_training),
    RUN_TEST(what_others_add_survives_the_sweeps),
    RUN_TEST(rows_stand_in_one_order_whatever_was_measured_first),
    RUN_TEST(nothing_is_written_without_the_lock),
    RUN_TEST(a_column_of_another_version_goes_with_its_rows),
    RUN_TEST(a_file_of_another_program_or_version_is_left_alone),
    RUN_TEST(what_was_stored_without_numbers_is_made_again),
    RUN_TEST(a_stage_of_what_is_not_finite_stores_nothing),
    RUN_TEST(a_prediction_that_is_not_finite_is_no_result),
    RUN_TEST(the_gradient_is_that_of_the_training_items),
    RUN_TEST(a_row_without_its_number_is_refused),
    RUN_TEST(a_seed_that_is_no_number_is_refused),
    RUN_TEST(typos_in_registry_names_cost_no_training),
    RUN_TEST(the_penalty_is_scaled_as_configured),
    RUN_TEST(every_epoch_has_an_order_of_its_own),
    RUN_TEST(test_architectures),
    RUN_TEST(an_identity_is_of_config_seed_and_data),
    RUN_TEST(a_training_is_of_its_own_prior),
    cmocka_unit_test(an_accuracy_has_wilsons_interval),
    RUN_TEST(an_item_meets_the_same_noise_in_every_run),
    RUN_TEST(the_threshold_of_a_fraction_is_the_last_score_that_goes),
    RUN_TEST(the_threshold_that_needs_no_choice_is_the_priors),
    RUN_TEST(what_is_evaluated_on_the_validation_split_is_of_it),
    RUN_TEST(an_unknown_item_is_the_same_among_others),
    RUN_TEST(a_band_ends_where_its_value_does),
    RUN_TEST(faults_leave_no_half_file),
    RUN_TEST(band_of_one_seed_is_the_interval_over_items),
    RUN_TEST(band_of_two_seeds_by_hand),
    RUN_TEST(seeds_of_different_data_have_no_mean),
};

int main(void)
{
    store_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/run/mismatch.h: a run looked at with other data, another config or seed names what differs, in every stage, and
 * nothing that was made of files is lost to a stand-in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bayes/criterion.h"
#include "core/memory.h"
#include "io/atomic_file.h"
#include "embed/export.h"
#include "sweep/illustrate.h"
#include "run/mismatch.h"
#include "sweep/ood_sweep.h"
#include "sweep/perturb_sweep.h"
#include "sweep/prune.h"
#include "run/train.h"
#include "scratch.h"

static const char small_config[] = "[data]\ndataset = ecg5000\ntrain_items = 40\ntest_items = 20\n"
                                   "[model]\nfilters = 4\n"
                                   "[posterior]\nmethod = vi\n"
                                   "[train]\nepochs = 2\nbatch = 16\ntest_samples = 2\n"
                                   "[prune]\nfractions = .5\nthresholds = none\nsamples = 2\n"
                                   "[perturb]\nperturbations = noise\nstrengths = 2\nsamples = 2\nitems = 10\n"
                                   "[ood]\nsets = noise\nsamples = 2\n";

static const char *const run_path = "ecg5000_vi_seed1.h5";

/* Series that are nobody's; `level` tells one pair of files from another. */
static void write_files(double level)
{
    static const char *const paths[] = {"ECG5000_TRAIN.txt", "ECG5000_TEST.txt"};
    for (size_t f = 0; f < 2; f++) {
        FILE *file = fopen(paths[f], "w");
        assert_non_null(file);
        for (int i = 0; i < 60; i++) {
            assert_true(fprintf(file, "%d", i % 5 + 1) > 0);
            for (int t = 0; t < 140; t++)
                assert_true(fprintf(file, " %.3f", level + (i % 5) * t % 7) > 0);
            assert_true(fputc('\n', file) == '\n');
        }
        assert_int_equal(fclose(file), 0);
    }
}

struct job {
    struct config_source *source;
    struct run run;
    struct error error;
};

/* A run in the current directory, with the data in `data` (NULL: nowhere). */
static void job_open(struct job *job, const char *data, bool force, uint64_t seed, const char *const sets[])
{
    *job = (struct job){0};
    struct run_options options = {.out = ".", .places = {data, NULL, false}, .threads = 1, .force = force};
    assert_int_equal(config_read_text(small_config, "small", NULL, &job->source, &job->error), STATUS_OK);
    for (size_t i = 0; sets && sets[i]; i++)
        assert_int_equal(config_set(job->source, sets[i], &job->error), STATUS_OK);
    assert_int_equal(run_open(&job->run, job->source, 0, seed, &options, &job->error), STATUS_OK);
}

static void job_close(struct job *job)
{
    run_close(&job->run);
    config_free(job->source);
}

static const struct monitor silent = {0};

static void train(const char *data, bool force, const char *const sets[])
{
    struct job job;
    job_open(&job, data, force, 1, sets);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    job_close(&job);
}

static unsigned char *read_run(size_t *count)
{
    struct error error;
    unsigned char *bytes;
    assert_int_equal(file_read(run_path, 1 << 24, &bytes, count, &error), STATUS_OK);
    return bytes;
}

static enum status export_it(const struct run *run, const struct monitor *monitor, struct error *error)
{
    (void)monitor;
    struct export_options options = {.criterion = criterion_find("snr", NULL), .fraction = .5, .number = MODEL_FP32};
    struct model *model;
    double accuracy;
    enum status status = export_model(run, &options, &model, &accuracy, error);
    model_free(model);
    return status;
}

typedef enum status stage_fn(const struct run *run, const struct monitor *monitor, struct error *error);

static const struct {
    const char *name;
    stage_fn *work;
} stages[] = {{"train", run_train}, {"prune", run_prune},           {"perturb", run_perturb},
              {"ood", run_ood},     {"illustrate", run_illustrate}, {"export", export_it}};
enum { STAGES = sizeof stages / sizeof stages[0] };

/* What one stage says of the run file, which is left as it is. */
static void refuses(size_t stage, const char *data, uint64_t seed, const char *const sets[], enum status expected,
                    const char *const says[], const char *const never[])
{
    struct job job;
    size_t before, after;
    unsigned char *held = read_run(&before);
    job_open(&job, data, false, seed, sets);
    if (seed != 1) { /* a file of another seed by the name of this one */
        memory_free(job.run.path);
        job.run.path = memory_copy_text(run_path, NULL);
    }
    enum status status = stages[stage].work(&job.run, &silent, &job.error);
    if (status != expected)
        fail_msg("%s: status %d, not %d: %s", stages[stage].name, status, expected, job.error.message);
    assert_non_null(strstr(job.error.message, run_path));
    for (size_t i = 0; says[i]; i++) {
        if (!strstr(job.error.message, says[i]))
            fail_msg("%s: \"%s\" is not in: %s", stages[stage].name, says[i], job.error.message);
    }
    for (size_t i = 0; never && never[i]; i++) {
        if (strstr(job.error.message, never[i]))
            fail_msg("%s: \"%s\" is in: %s", stages[stage].name, never[i], job.error.message);
    }
    job_close(&job);
    unsigned char *left = read_run(&after);
    assert_true(before == after && memcmp(held, left, before) == 0);
    memory_free(held);
    memory_free(left);
}

static const char *const losing[] = {"--force", "tenth train", NULL};

static void every_stage_names_the_data_that_are_missing(void **state)
{
    (void)state;
    write_files(1);
    train(".", false, NULL);
    const char *const says[] = {"trained on ECG5000 files with sha256 ", "then in .",
                                "a stand-in (SYNTHETIC) is wanted", "--data-dir", NULL};
    for (size_t s = 0; s < STAGES; s++)
        refuses(s, NULL, 1, NULL, STATUS_DATA, says, losing);
    write_files(2);
    const char *const others[] = {"trained on ECG5000 files with sha256 ", "and those in . have sha256 ", NULL};
    for (size_t s = 0; s < STAGES; s++)
        refuses(s, ".", 1, NULL, s == 0 ? STATUS_USAGE : STATUS_DATA, others, losing);
}

static void every_stage_names_keys_and_seed(void **state)
{
    (void)state;
    write_files(1);
    train(".", false, NULL);
    const char *const sets[] = {"train.batch=8", "model.filters=5", NULL};
    const char *const says[] = {"train.batch: 16 in the file, 8 wanted", "model.filters: 4 in the file, 5 wanted",
                                NULL};
    const char *const never[] = {"--force", "sha256", "seed:", NULL};
    const char *const seed[] = {"seed: 1 in the file, 2 wanted", NULL};
    for (size_t s = 0; s < STAGES; s++) {
        refuses(s, ".", 1, sets, STATUS_USAGE, says, never);
        refuses(s, ".", 2, NULL, STATUS_USAGE, seed, (const char *const[]){"--force", "sha256", NULL});
    }
    const char *const many[] = {
        "train.batch=8",          "model.filters=5",          "train.epochs=3",       "model.layers=2",
        "train.learning_rate=.1", "posterior.prior_sigma=.5", "train.test_samples=3", NULL};
    const char *const more[] = {"; and 3 keys more", NULL};
    refuses(1, ".", 1, many, STATUS_USAGE, more, NULL);
}

static void a_stand_in_may_be_replaced_and_says_so(void **state)
{
    (void)state;
    train(NULL, false, NULL);
    write_files(1);
    const char *const says[] = {"trained on a stand-in for ECG5000 (SYNTHETIC", "those in . have sha256", "--force",
                                NULL};
    for (size_t s = 0; s < STAGES; s++)
        refuses(s, ".", 1, NULL, STATUS_USAGE, says, NULL);
    train(".", true, NULL);
    const char *const gone[] = {"files with sha256", NULL};
    refuses(0, NULL, 1, NULL, STATUS_DATA, gone, losing);
}

/* Stops at the third step, so that the run's file is of a training under way. */
static bool stop_soon(void *context)
{
    int *left = context;
    return --*left <= 0;
}

static void force_alone_puts_no_stand_in_in_the_place_of_files(void **state)
{
    (void)state;
    write_files(1);
    for (int whole = 0; whole < 2; whole++) {
        struct job job;
        int left = 2;
        struct monitor stopping = {.context = &left, .stop = stop_soon};
        job_open(&job, ".", true, 1, NULL);
        assert_int_equal(run_train(&job.run, whole ? &silent : &stopping, &job.error),
                         whole ? STATUS_OK : STATUS_INTERRUPTED);
        job_close(&job);
        size_t before, after;
        unsigned char *held = read_run(&before);
        job_open(&job, NULL, true, 1, NULL);
        assert_true(job.run.dataset->synthetic);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_DATA);
        assert_non_null(strstr(job.error.message, "--data-dir"));
        assert_non_null(strstr(job.error.message, "data.synthetic = yes"));
        job_close(&job);
        unsigned char *kept = read_run(&after);
        assert_true(before == after && memcmp(held, kept, before) == 0);
        memory_free(held);
        memory_free(kept);
    }
    const char *const other[] = {"train.batch=8", NULL}, *const asked[] = {"data.synthetic=yes", NULL};
    train(".", true, other); /* files for files */
    const char *const says[] = {"by data.synthetic = yes", NULL};
    refuses(0, NULL, 1, asked, STATUS_USAGE, says, losing);
    train(NULL, true, asked); /* who wants it names it */
}

/* A file that is no run's may be somebody's work. */
static void force_replaces_no_file_of_others(void **state)
{
    (void)state;
    struct error error;
    struct store *store = NULL;
    const double value = 1;
    const size_t one = 1;
    assert_int_equal(store_create(run_path, &store, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/measured", 1, &one, &value, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    for (int text = 0; text < 2; text++) {
        if (text)
            assert_int_equal(atomic_write(run_path, "notes\n", 6, &error), STATUS_OK);
        size_t before, after;
        unsigned char *held = read_run(&before);
        struct job job;
        job_open(&job, NULL, true, 1, NULL);
        assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_DATA);
        assert_non_null(strstr(job.error.message, run_path));
        job_close(&job);
        unsigned char *kept = read_run(&after);
        assert_true(before == after && memcmp(held, kept, before) == 0);
        memory_free(held);
        memory_free(kept);
    }
}

static void what_is_missing_or_under_way_says_so(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, NULL, false, 1, NULL);
    for (size_t s = 1; s < STAGES; s++) {
        assert_int_equal(stages[s].work(&job.run, &silent, &job.error), STATUS_USAGE);
        assert_non_null(strstr(job.error.message, "is not there; `tenth train`"));
    }
    int left = 2;
    struct monitor stopping = {.context = &left, .stop = stop_soon};
    assert_int_equal(run_train(&job.run, &stopping, &job.error), STATUS_INTERRUPTED);
    assert_int_equal(run_prune(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "has not come to its end; `tenth train`"));
    job_close(&job);
}

/* Out of memory is never taken for a run that may be replaced. */
static void faults_replace_nothing(void **state)
{
    (void)state;
    write_files(1);
    train(".", false, NULL);
    struct job job;
    job_open(&job, NULL, true, 1, NULL);
    bool met = true;
    for (size_t successes = 0; met; successes++) {
        fault_arm(successes);
        enum status status = mismatch_may_replace(&job.run, &job.error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_true(status != STATUS_OK && (met || status == STATUS_DATA));
        assert_true(successes < 2000);
    }
    job_close(&job);
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        RUN_TEST(every_stage_names_the_data_that_are_missing),
        RUN_TEST(every_stage_names_keys_and_seed),
        RUN_TEST(a_stand_in_may_be_replaced_and_says_so),
        RUN_TEST(force_alone_puts_no_stand_in_in_the_place_of_files),
        RUN_TEST(force_replaces_no_file_of_others),
        RUN_TEST(what_is_missing_or_under_way_says_so),
        RUN_TEST(faults_replace_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

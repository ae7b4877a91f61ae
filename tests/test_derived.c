/* tests/test_derived.c: tables that are computed from stored probabilities and posteriors, and predictions for items of
 * no class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "bayes/pruning.h"
#include "check.h"
#include "core/memory.h"
#include "data/ood.h"
#include "reference.h"
#include "results/derived.h"
#include "results/tabulate.h"
#include "run/kept.h"
#include "run/run.h"
#include "run/tables.h"
#include "run/train.h"
#include "run_files.h"
#include "scratch.h"
#include "sweep/ood_sweep.h"

static struct table *table_of(const char *const *paths, size_t count, const char *name)
{
    struct error error = {0};
    struct table *table = table_create(table_find(name), &error);
    assert_non_null(table);
    assert_int_equal(tabulate(table, paths, count, &error), STATUS_OK);
    return table;
}

static double cell(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row)[table_column_index(table_kind_of(table), column)].number;
}

static const char *text(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row)[table_column_index(table_kind_of(table), column)].text;
}

/* ---- stored probabilities ---- */

static const char *const path = "a.h5";

/* Ten items of class 0. Confidences .9375 (six, all right), .625 (two, one right), .5625 (two, both wrong). */
static void write_test(const char *to, const char *seed)
{
    static const float p[10] = {.9375F, .9375F, .9375F, .625F, .9375F, .375F, .4375F, .9375F, .4375F, .9375F};
    struct store *store = run_file_begin(to, "mnist", "vi", seed, "real");
    run_file_probabilities(store, "/test", 1, 10, p, 0);
    run_file_end(store);
}

/* In fifteenths: .9375 is in bin 14, .625 in 9, .5625 in 8. */
static void reliability_by_hand(void **state)
{
    (void)state;
    write_test(path, "1");
    struct table *table = table_of(&path, 1, "reliability");
    assert_int_equal(table_rows(table), ECE_BINS);
    static const struct {
        size_t bin;
        double items, confidence, accuracy;
    } expected[] = {{14, 6, .9375, 1}, {9, 2, .625, .5}, {8, 2, .5625, 0}};
    double items = 0, error = 0;
    for (size_t i = 0; i < 3; i++) {
        assert_near(cell(table, expected[i].bin, "items"), expected[i].items, 0);
        assert_near(cell(table, expected[i].bin, "confidence"), expected[i].confidence, 1e-6);
        assert_near(cell(table, expected[i].bin, "accuracy"), expected[i].accuracy, 1e-12);
    }
    for (size_t bin = 0; bin < ECE_BINS; bin++) {
        items += cell(table, bin, "items");
        if (cell(table, bin, "items") > 0)
            error += cell(table, bin, "items") * fabs(cell(table, bin, "accuracy") - cell(table, bin, "confidence"));
        else
            assert_true(isnan(cell(table, bin, "accuracy")) && isnan(cell(table, bin, "confidence")));
    }
    assert_near(items, 10, 0);
    assert_near(error / 10, (6 * .0625 + 2 * .125 + 2 * .5625) / 10, 1e-6); /* which is the calibration error */
    table_free(table);
    const char *const both[] = {path, "b.h5"};
    write_test(both[1], "2");
    struct table *band = table_of(both, 2, "reliability_band");
    assert_int_equal(table_rows(band), ECE_BINS);
    assert_near(cell(band, 9, "accuracy"), .5, 1e-12);
    assert_near(cell(band, 9, "seeds"), 2, 0);
    assert_true(isnan(cell(band, 0, "low")) && isnan(cell(band, 0, "accuracy")));
    table_free(band);
    band = table_of(both, 2, "rejection_band"); /* both seeds have one area, whose interval is a point */
    assert_near(cell(band, 0, "area_low"), cell(band, 0, "area"), 1e-12);
    assert_near(cell(band, 0, "area_high"), cell(band, 0, "area"), 1e-12);
    table_free(band);
    band = table_of(both, 1, "rejection_band");
    assert_true(isnan(cell(band, 0, "area_low")) && isnan(cell(band, 0, "area_high")));
    table_free(band);
}

/* From the surest: six right, then .625: item 3 right before item 5 wrong, then two wrong. */
/* Of three classes: an item that is certain, and one of which nothing is known. */
static void the_outermost_bins_hold_what_is_outermost(void **state)
{
    (void)state;
    struct error error = {0};
    const size_t shape[] = {2, 3};
    const float p[] = {1, 0, 0, 1 / 3.F, 1 / 3.F, 1 / 3.F};
    const uint8_t labels[] = {0, 0};
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    assert_int_equal(store_write_float(store, "/test/probability", 2, shape, p, &error), STATUS_OK);
    assert_int_equal(store_write_bytes(store, "/test/label", 1, shape, labels, &error), STATUS_OK);
    run_file_end(store);
    struct table *table = table_of(&path, 1, "reliability");
    assert_near(cell(table, ECE_BINS - 1, "items"), 1, 0);
    assert_near(cell(table, ECE_BINS - 1, "confidence"), 1, 0);
    assert_near(cell(table, 0, "items"), 0, 0);
    table_free(table);
    table = table_of(&path, 1, "entropy_histogram");
    const size_t last = 24; /* of 25 bins of the items that are right */
    assert_near(cell(table, 0, "share"), .5, 0);
    assert_near(cell(table, last, "share"), .5, 0);
    assert_near(cell(table, last, "entropy"), log(3) * 24.5 / 25, 1e-12);
    table_free(table);
}

static void rejection_by_hand(void **state)
{
    (void)state;
    write_test(path, "1");
    struct table *table = table_of(&path, 1, "rejection");
    assert_int_equal(table_rows(table), 20);
    static const struct {
        size_t row; /* twentieths */
        double items, accuracy;
    } expected[] = {{0, 10, .7}, {2, 9, 7.0 / 9}, {4, 8, 7.0 / 8}, {6, 7, 1}, {19, 1, 1}};
    for (size_t i = 0; i < 5; i++) {
        assert_near(cell(table, expected[i].row, "fraction"), (double)expected[i].row / 20, 1e-12);
        assert_near(cell(table, expected[i].row, "items"), expected[i].items, 0);
        assert_near(cell(table, expected[i].row, "accuracy"), expected[i].accuracy, 1e-12);
    }
    assert_near(cell(table, 0, "area"), (7 + 7.0 / 8 + 7.0 / 9 + .7) / 10, 1e-12);
    table_free(table);
}

static double sum_of(const struct table *table, const char *key, const char *value, const char *column)
{
    double sum = 0;
    for (size_t r = 0; r < table_rows(table); r++)
        sum += strcmp(text(table, r, key), value) == 0 ? cell(table, r, column) : 0;
    return sum;
}

/* Seven right items: six of entropy h(.9375) and one of h(.625); wrong: h(.625) and twice h(.5625). Wrong above right,
 * ties half: h(.625) beats six and ties with one; h(.5625) beats all seven: (6.5 + 7 + 7) / 21. */
static void entropy_histogram_by_hand(void **state)
{
    (void)state;
    write_test(path, "1");
    struct table *table = table_of(&path, 1, "entropy_histogram");
    assert_near(sum_of(table, "items", "right", "share"), 1, 1e-12);
    assert_near(sum_of(table, "items", "wrong", "share"), 1, 1e-12);
    for (size_t r = 0; r < table_rows(table); r++) {
        bool right = strcmp(text(table, r, "items"), "right") == 0;
        assert_near(cell(table, r, "count"), right ? 7 : 3, 0);
        if (right)
            assert_true(isnan(cell(table, r, "auroc")));
        else
            assert_near(cell(table, r, "auroc"), 20.5 / 21, 1e-6);
    }
    table_free(table);
}

/* An item of no class of entropy h(.625): of all ten test items it is above six and ties with two, one of which is
 * wrong. What the right ones alone would say is 6.5 / 7. */
static void unknown_items_are_told_from_all_test_items(void **state)
{
    (void)state;
    static const float test[10] = {.9375F, .9375F, .9375F, .625F, .9375F, .375F, .4375F, .9375F, .4375F, .9375F};
    static const float unknown[1] = {.625F};
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    run_file_probabilities(store, "/test", 1, 10, test, 0);
    run_file_probabilities(store, "/ood/noise", 1, 1, unknown, 0);
    run_file_end(store);
    size_t found = 0;
    struct table *table = table_of(&path, 1, "entropy_histogram");
    for (size_t r = 0; r < table_rows(table); r++) {
        if (strcmp(text(table, r, "items"), "noise") != 0)
            continue;
        assert_near(cell(table, r, "auroc"), .7, 1e-12);
        found++;
    }
    assert_true(found > 0);
    table_free(table);
}

/* ---- what differs between samples ---- */

/* Of the second item. */
static double uncertainty(const struct prediction *prediction, enum metric_id id)
{
    size_t count;
    double values[2];
    metric_uncertainties(&metrics(&count)[id], prediction, values);
    return values[1];
}

/* Two sampled networks on two items: they agree on the first, (.9, .1) and (.7, .3), and not on the second, (.8, .2)
 * and
 * (.4, .6). Kept, and read again, they say what the samples themselves do. */
static void what_is_kept_says_what_the_samples_say(void **state)
{
    (void)state;
    struct error error = {0};
    float sampled[] = {.9F, .1F, .8F, .2F, .7F, .3F, .4F, .6F}, mean[4];
    uint8_t labels[] = {0, 1};
    uint32_t index[] = {3, 5};
    const struct test_items items = {.count = 2, .index = index, .labels = labels};
    struct prediction prediction = {
        .samples = 2, .items = 2, .classes = 2, .sampled = sampled, .mean = mean, .labels = labels};
    prediction_average(&prediction);
    const size_t shape[] = {1, 2, 2, 2}, count = 2;
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    assert_int_equal(kept_save(store, "/test", &items, &prediction, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/perturb/noise/probability", 4, shape, sampled, &error), STATUS_OK);
    assert_int_equal(store_write_bytes(store, "/perturb/noise/labels", 1, &count, labels, &error), STATUS_OK);
    run_file_end(store);
    static const char *const objects[] = {"/test", "/perturb/noise"};
    const double aleatoric = (-(.8 * log(.8) + .2 * log(.2)) - (.4 * log(.4) + .6 * log(.6))) / 2;
    for (size_t o = 0; o < 2; o++) {
        struct run_file file;
        struct stored stored;
        assert_int_equal(run_file_open(path, &file, &error), STATUS_OK);
        assert_int_equal(run_file_stored(&file, objects[o], &stored, &error), STATUS_OK);
        assert_near(stored.mean[2], .6, 1e-6);
        assert_near(stored.aleatoric[1], aleatoric, 1e-6);
        assert_near(stored.sampled_nll[1], -(log(.2) + log(.6)) / 2, 1e-6);
        assert_near(stored.std[0], .1, 1e-6);
        assert_near(stored.disagreement[0], 0, 0);
        assert_near(stored.disagreement[1], .5, 0);
        const struct prediction slice = stored_slice(&stored, 0);
        const double entropy = -(.6 * log(.6) + .4 * log(.4));
        assert_near(uncertainty(&slice, METRIC_entropy), entropy, 1e-6);
        assert_near(uncertainty(&slice, METRIC_aleatoric), aleatoric, 1e-6);
        assert_near(uncertainty(&slice, METRIC_mutual_information), entropy - aleatoric, 1e-6);
        assert_near(uncertainty(&slice, METRIC_std), .2, 1e-6); /* of class 0, which is predicted */
        assert_near(uncertainty(&slice, METRIC_variation_ratio), .5, 0);
        assert_near(uncertainty(&slice, METRIC_mean_softmax), -.6, 1e-6);
        stored_free(&stored);
        run_file_close(&file);
    }
}

/* Of one network the mutual information is 0, however its floats are rounded. */
static void one_network_does_not_disagree(void **state)
{
    (void)state;
    struct error error = {0};
    static const float p[4] = {.9F, .3F, .7F, .123456F};
    struct store *store = run_file_begin(path, "mnist", "mle", "1", "real");
    run_file_probabilities(store, "/perturb/noise", 2, 2, p, 0);
    const size_t shape[] = {2, 1, 2, 2}, two = 2;
    const float both[] = {.9F, .1F, .3F, .7F, .7F, .3F, .123456F, .876544F}, strength[] = {0, 1};
    assert_int_equal(store_write_float(store, "/perturb/noise/probability", 4, shape, both, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/perturb/noise/strength", 1, &two, strength, &error), STATUS_OK);
    run_file_end(store);
    struct table *table = table_of(&path, 1, "detection");
    size_t found = 0;
    for (size_t r = 0; r < table_rows(table); r++) {
        if (strcmp(text(table, r, "measure"), "mutual_information") != 0)
            continue;
        assert_near(cell(table, r, "auroc"), .5, 0);
        assert_near(cell(table, r, "strength"), 1, 0);
        found++;
    }
    assert_int_equal(found, 1);
    table_free(table);
}

/* ---- detection and pruned networks ---- */

static void write_strengths(struct store *store, const char *name, float last)
{
    struct error error = {0};
    const float strengths[] = {0, last};
    const size_t two = 2;
    assert_int_equal(store_write_float(store, name, 1, &two, strengths, &error), STATUS_OK);
}

static size_t row_where(const struct table *table, const char *name, const char *removed, const char *measure)
{
    for (size_t r = 0; r < table_rows(table); r++) {
        if (strcmp(text(table, r, "name"), name) == 0 && strcmp(text(table, r, "removed"), removed) == 0 &&
            strcmp(text(table, r, "measure"), measure) == 0)
            return r;
    }
    fail_msg("no row %s %s %s", name, removed, measure);
    return 0;
}

/* Three items: the whole network is less sure of all disturbed ones, the pruned one of none. */
static void detection_by_hand(void **state)
{
    (void)state;
    static const float whole[] = {.9F, .95F, .99F, .6F, .6F, .6F}, pruned[] = {.6F, .6F, .6F, .9F, .95F, .99F};
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    run_file_probabilities(store, "/perturb/fgsm", 2, 3, whole, 0);
    run_file_probabilities(store, "/pruned/0.9/perturb/fgsm", 2, 3, pruned, 0);
    run_file_probabilities(store, "/test", 1, 3, whole, 0);
    run_file_probabilities(store, "/ood/noise", 1, 3, whole + 3, 0);
    write_strengths(store, "/perturb/fgsm/strength", 4);
    write_strengths(store, "/pruned/0.9/perturb/fgsm/strength", 4);
    run_file_end(store);
    struct table *table = table_of(&path, 1, "detection");
    size_t row = row_where(table, "fgsm", "0", "entropy");
    assert_near(cell(table, row, "auroc"), 1, 0);
    assert_near(cell(table, row, "fpr95"), 0, 0);
    assert_near(cell(table, row, "strength"), 4, 0);
    assert_true(isnan(cell(table, row_where(table, "fgsm", "0", "std"), "auroc"))); /* of which the file says nothing */
    row = row_where(table, "fgsm", "0.9", "mean_softmax");
    assert_near(cell(table, row, "auroc"), 0, 0);
    assert_near(cell(table, row, "fraction"), .9, 0);
    assert_near(cell(table, row_where(table, "noise", "0", "entropy"), "auroc"), 1, 0);
    table_free(table);
    table = table_of(&path, 1, "pruned_perturb");
    assert_int_equal(table_rows(table), 4);
    assert_near(cell(table, 3, "entropy"),
                -(.9 * log(.9) + .1 * log(.1) + .95 * log(.95) + .05 * log(.05) + .99 * log(.99) + .01 * log(.01)) / 3,
                1e-6);
    table_free(table);
}

/* Validation: of three items with p = .8 of a class one is wrong. The likelihood is greatest where the class has 2/3,
 * which is at log(4) / log(2) = 2: sqrt(.8) / (sqrt(.8) + sqrt(.2)) = 2/3. A test item of .9 then has .75. */
static void scaling_by_hand(void **state)
{
    (void)state;
    static const float validation[] = {.8F, .8F, .2F}, test[] = {.9F};
    struct store *store = run_file_begin(path, "mnist", "mle", "1", "real");
    run_file_probabilities(store, "/validation", 1, 3, validation, 0);
    run_file_probabilities(store, "/test", 1, 1, test, 0);
    run_file_end(store);
    struct table *table = table_of(&path, 1, "scaled");
    assert_int_equal(table_rows(table), 1);
    assert_near(cell(table, 0, "temperature"), 2, 1e-3);
    assert_near(cell(table, 0, "nll"), -log(.75), 1e-3);
    table_free(table);
    store = run_file_begin(path, "mnist", "mle", "1", "real"); /* of an older version */
    run_file_probabilities(store, "/test", 1, 1, test, 0);
    run_file_end(store);
    table = table_of(&path, 1, "scaled");
    assert_int_equal(table_rows(table), 0);
    table_free(table);
}

/* Seven of the ten are right; three are taken for class 1, of which there are none. */
static void confusion_by_hand(void **state)
{
    (void)state;
    write_test(path, "1");
    struct table *table = table_of(&path, 1, "confusion");
    size_t classes = 0;
    while (classes * classes < table_rows(table))
        classes++;
    assert_int_equal(classes * classes, table_rows(table));
    assert_near(cell(table, 0, "items"), 7, 0);
    assert_near(cell(table, 0, "share"), .7, 1e-12);
    assert_near(cell(table, 1, "label"), 0, 0);
    assert_near(cell(table, 1, "predicted"), 1, 0);
    assert_near(cell(table, 1, "items"), 3, 0);
    assert_string_equal(text(table, 1, "predicted_name"), "1");
    assert_near(cell(table, classes, "label"), 1, 0);
    assert_near(cell(table, classes, "items"), 0, 0);
    assert_true(isnan(cell(table, classes, "share")));
    table_free(table);
}

/* A label indexes the probabilities of its item. */
static void a_label_out_of_range_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"reliability", "rejection", "entropy_histogram", "confusion"};
    struct error error = {0};
    struct store *store = NULL;
    const size_t count = 10;
    uint8_t labels[10] = {0, 0, 200};
    write_test(path, "1");
    for (size_t i = 0; i < 2 * (sizeof names / sizeof names[0]); i++) {
        labels[2] = i % 2 ? 2 : 200; /* there are two classes */
        assert_int_equal(store_update(path, &store, &error), STATUS_OK);
        assert_int_equal(store_write_bytes(store, "/test/label", 1, &count, labels, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
        struct table *table = table_create(table_find(names[i / 2]), &error);
        assert_int_equal(tabulate(table, &path, 1, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, i % 2 ? "/test/label[2] is 2," : "/test/label[2] is 200,"));
        table_free(table);
    }
}

/* Replaces /test/probability by zeros of this shape, but for its first number. */
static void put_test(size_t rank, const size_t *shape, float first)
{
    enum { MOST = 4096 };
    float all[MOST] = {first};
    struct error error = {0};
    struct store *store = NULL;
    size_t count = 1;
    for (size_t d = 0; d < rank; d++)
        count *= shape[d];
    assert_true(count <= MOST);
    write_test(path, "1");
    assert_int_equal(store_update(path, &store, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/test/probability", rank, shape, all, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
}

static void assert_test_refused(const char *says)
{
    static const char *const names[] = {"reliability", "rejection", "entropy_histogram", "confusion"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error error = {0};
        struct table *table = table_create(table_find(names[i]), &error);
        assert_int_equal(tabulate(table, &path, 1, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, says));
        assert_int_equal(table_rows(table), 0);
        table_free(table);
    }
}

static void an_empty_extent_is_refused(void **state)
{
    (void)state;
    static const size_t shapes[][4] = {{0, 1, 10, 2}, {1, 0, 10, 2}, {1, 1, 0, 2}, {1, 1, 10, 0}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        put_test(4, shapes[i], 0);
        assert_test_refused("/test/probability is not an array of probabilities");
    }
    put_test(3, (const size_t[]){0, 10, 2}, 0);
    assert_test_refused("/test/probability is not an array of probabilities");
    put_test(2, (const size_t[]){10, 257}, 0); /* a label is a byte */
    assert_test_refused("/test/probability is not an array of probabilities");
}

static void what_is_no_probability_is_refused(void **state)
{
    (void)state;
    static const float wrong[] = {1e30F, 1.5F, -0.1F, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put_test(2, (const size_t[]){10, 2}, wrong[i]);
        assert_test_refused("which is not a probability");
    }
}

static void a_run_without_results_has_no_rows(void **state)
{
    (void)state;
    static const char *const names[] = {
        "reliability", "rejection",      "entropy_histogram", "weight_histogram",  "surviving",
        "ood",         "surviving_band", "confusion",         "sigma_layers_band", "sigma_histogram"};
    run_file_end(run_file_begin(path, "mnist", "vi", "1", "real"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct table *table = table_of(&path, 1, names[i]);
        assert_int_equal(table_rows(table), 0);
        table_free(table);
    }
}

/* ---- a real, small run ---- */

static const char config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 96\ntest_items = 60\n"
                             "[model]\nfilters = 4\n"
                             "[train]\nepochs = 2\nbatch = 16\ntest_samples = 2\n"
                             "[prune]\nfractions = 0,.5,.9\n[ensemble]\nmembers = 2\n"
                             "[ood]\nitems = 20\nsamples = 2\n";

struct job {
    struct config_source *source;
    struct run run;
};

static void train_with(struct job *job, const char *method, const char *const sets[3])
{
    static const struct monitor silent = {0};
    struct error error = {0};
    char set[64];
    struct run_options options = {.out = ".", .threads = 2};
    (void)snprintf(set, sizeof set, "posterior.method=%s", method);
    *job = (struct job){0};
    assert_int_equal(config_read_text(config, "small", NULL, &job->source, &error), STATUS_OK);
    assert_int_equal(config_set(job->source, set, &error), STATUS_OK);
    for (size_t i = 0; i < 3 && sets[i]; i++)
        assert_int_equal(config_set(job->source, sets[i], &error), STATUS_OK);
    assert_int_equal(run_open(&job->run, job->source, 0, 1, &options, &error), STATUS_OK);
    assert_int_equal(run_train(&job->run, &silent, &error), STATUS_OK);
}

static void train(struct job *job, const char *method)
{
    static const char *const none[3] = {NULL};
    train_with(job, method, none);
}

static void job_close(struct job *job)
{
    run_close(&job->run);
    config_free(job->source);
}

static void provenance_names_program_data_and_config(void **state)
{
    (void)state;
    struct job job;
    train(&job, "mle");
    const char *file = job.run.path;
    struct table *table = table_of(&file, 1, "provenance");
    size_t found = 0;
    for (size_t row = 0; row < table_rows(table); row++) {
        assert_string_equal(text(table, row, "run"), "ecg5000_mle_seed1");
        found += strcmp(text(table, row, "key"), "commit") == 0 && strlen(text(table, row, "value")) > 0;
        found += strcmp(text(table, row, "key"), "cores") == 0 && strtod(text(table, row, "value"), NULL) >= 1;
        found += strcmp(text(table, row, "key"), "source") == 0 && strstr(text(table, row, "value"), "SYNTHETIC");
        found += strcmp(text(table, row, "key"), "config posterior.method") == 0 &&
                 strcmp(text(table, row, "value"), "mle") == 0;
        found += strcmp(text(table, row, "key"), "config prune.criteria") == 0 && !text(table, row, "value")[0];
    }
    assert_int_equal(found, 5);
    table_free(table);
    job_close(&job);
}

/* The config of a file may ask for a network that the file has no room for: no memory is spent on it. */
static void a_config_that_outgrows_its_file_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"surviving", "weight_histogram", "sigma_histogram"};
    struct job job;
    struct error error = {0};
    struct store *store = NULL;
    char *text = NULL;
    train(&job, "vi");
    const char *file = job.run.path;
    assert_int_equal(store_update(file, &store, &error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/config", "text", &text, &error), STATUS_OK);
    char *filters = strstr(text, "filters = 4"), large[8192];
    assert_non_null(filters);
    (void)snprintf(large, sizeof large, "%.*sfilters = 1024%s", (int)(filters - text), text, filters + 11);
    assert_int_equal(store_set_text(store, "/config", "text", large, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    memory_free(text);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct table *table = table_create(table_find(names[i]), &error);
        assert_int_equal(tabulate(table, &file, 1, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, "/posterior/mu has not the size of the network of its config"));
        table_free(table);
    }
    job_close(&job);
}

/* The layers' losses add up to that of the network, whatever the method and criterion. */
/* The mean size of the weights in the bins of one state. */
static double mean_size(const struct table *weights, const char *state)
{
    double sum = 0;
    for (size_t row = 0; row < table_rows(weights); row++)
        if (strcmp(text(weights, row, "state"), state) == 0)
            sum += cell(weights, row, "share") * fabs(cell(weights, row, "weight"));
    return sum / sum_of(weights, "state", state, "share");
}

/* Mean and deviation of a weight in 4 bytes each, and the place of one that stays in 2. */
static void assert_memory_claim(const char *file, double weights)
{
    struct table *claims = table_of(&file, 1, "claims"), *summary = table_of(&file, 1, "summary");
    double parameters = cell(summary, 0, "parameters"), biases = parameters - weights, found = NAN;
    for (size_t row = 0; row < table_rows(claims); row++)
        if (strcmp(text(claims, row, "id"), "memory_ecg5000") == 0)
            found = cell(claims, row, "measured");
    double stays = weights - round(.9 * weights);
    assert_near(found, (stays * (4 + 4 + 2) + biases * (4 + 4)) / (parameters * 4), 1e-9);
    table_free(claims);
    table_free(summary);
}

/* The criteria that rank the weights of a method unless others are named. */
static size_t criteria_of(const char *method)
{
    size_t count, fit = 0;
    const struct criterion *rows = criteria(&count);
    for (size_t i = 0; i < count; i++)
        fit += criterion_is_standard(&rows[i], method_find(method, NULL));
    return fit;
}

static void layers_add_up(void **state)
{
    (void)state;
    static const char *const all[] = {"vi", "dropout", "ensemble"};
    for (size_t m = 0; m < 3; m++) {
        struct job job;
        train(&job, all[m]);
        const char *file = job.run.path;
        struct table *table = table_of(&file, 1, "surviving"), *weights = table_of(&file, 1, "weight_histogram");
        size_t criteria_of_method = criteria_of(all[m]), points = 3, layers = 4;
        assert_int_equal(table_rows(table), criteria_of_method * points * layers);
        for (size_t c = 0; c < criteria_of_method; c++) {
            for (size_t point = 0; point < points; point++) {
                double stays = 0, whole = 0, fraction = 0;
                for (size_t layer = 0; layer < layers; layer++) {
                    size_t row = (c * layers + layer) * points + point;
                    stays += cell(table, row, "surviving") * cell(table, row, "weights");
                    whole += cell(table, row, "weights");
                    fraction = cell(table, row, "fraction");
                }
                assert_near(stays / whole, 1 - fraction, 1e-9);
            }
        }
        assert_string_equal(text(table, 0, "layer"), "conv1"); /* of both members where there are members */
        assert_near(sum_of(weights, "state", "before", "share"), 1, 1e-9);
        assert_near(sum_of(weights, "state", "after", "share"), .1, 2e-3); /* a network of a few hundred weights */
        assert_true(mean_size(weights, "after") > 1.2 * mean_size(weights, "before"));
        if (m == 0) {
            double all_weights = 0;
            for (size_t layer = 0; layer < layers; layer++)
                all_weights += cell(table, layer * points, "weights");
            assert_memory_claim(file, all_weights);
        }
        table_free(table);
        table_free(weights);
        job_close(&job);
    }
}

/* Every tensor's shares are all of it, their middle is that of the sigmas that training noted last, and curves that
 * take turns row by row are averaged epoch by epoch. */
static void final_sigmas_are_those_of_the_last_epoch(void **state)
{
    (void)state;
    struct job job;
    train(&job, "vi");
    const char *file = job.run.path;
    struct table *histogram = table_of(&file, 1, "sigma_histogram"), *layers = table_of(&file, 1, "sigma_layers_band");
    const size_t tensors = 8, bins = table_rows(histogram) / tensors, epochs = 3;
    assert_int_equal(table_rows(histogram), tensors * bins);
    assert_int_equal(table_rows(layers), tensors * epochs);
    for (size_t t = 0; t < tensors; t++) {
        double sum = 0, median = NAN;
        for (size_t bin = 0; bin < bins; bin++) {
            sum += cell(histogram, t * bins + bin, "share");
            if (isnan(median) && sum >= .5)
                median = cell(histogram, t * bins + bin, "sigma");
        }
        assert_near(sum, 1, 1e-9);
        size_t last = 0;
        for (size_t row = 0; row < table_rows(layers); row++) {
            bool is_of = strcmp(text(layers, row, "layer"), text(histogram, t * bins, "layer")) == 0 &&
                         strcmp(text(layers, row, "part"), text(histogram, t * bins, "part")) == 0;
            last = is_of && cell(layers, row, "epoch") == 2 ? row : last;
        }
        assert_near(cell(layers, last, "epoch"), 2, 0);
        assert_near(log10(median / cell(layers, last, "q50")), 0, 1.5 / 20); /* one bin, and the halves of two */
    }
    table_free(histogram);
    table_free(layers);
    job_close(&job);
    train(&job, "mle");
    file = job.run.path;
    histogram = table_of(&file, 1, "sigma_histogram");
    assert_int_equal(table_rows(histogram), 0); /* a point estimate has none */
    table_free(histogram);
    job_close(&job);
}

/* Edges are the posterior's own weights, and go where the pruning sweep lets them go. */
static void check_edges(const struct job *job, const struct table *edges, size_t count)
{
    struct error error = {0};
    struct trained trained;
    assert_int_equal(table_rows(edges), count);
    assert_int_equal(run_load_trained(&job->run, &trained, &error), STATUS_OK);
    const struct posterior *posterior = trained.posterior;
    float *keep = NULL;
    assert_int_equal(pruning_keep(posterior,
                                  &(struct pruning_rule){.criterion = criterion_find("snr", &error), .seed = 1}, .9,
                                  &keep, &error),
                     STATUS_OK);
    for (size_t row = 0; row < count; row++) {
        const struct tensor *tensor = NULL;
        for (size_t t = 0; t < posterior->tensor_count; t += 2) { /* weights, and then biases */
            size_t length = strlen(text(edges, row, "layer"));
            if (strncmp(posterior->tensors[t].name, text(edges, row, "layer"), length) == 0)
                tensor = &posterior->tensors[t];
        }
        assert_non_null(tensor);
        size_t units = tensor->shape[tensor->rank - 1];
        size_t place =
            tensor->offset + (size_t)cell(edges, row, "from_unit") * units + (size_t)cell(edges, row, "to_unit");
        assert_near(cell(edges, row, "mu"), posterior->mu[place], 0);
        assert_near(cell(edges, row, "sigma"), log1p(exp((double)posterior_block(posterior, "rho")[place])) + 1e-5,
                    1e-7);
        assert_near(cell(edges, row, "stays"), keep[place], 0);
    }
    memory_free(keep);
    trained_free(&trained);
}

/* Of the first layer's filters: the first of those of which the fewest weights stay; and no other that is not shown has
 * more than one that is. */
static void check_choice(const struct job *job, const struct table *edges)
{
    struct error error = {0};
    struct trained trained;
    float *keep = NULL;
    assert_int_equal(run_load_trained(&job->run, &trained, &error), STATUS_OK);
    assert_int_equal(pruning_keep(trained.posterior,
                                  &(struct pruning_rule){.criterion = criterion_find("snr", &error), .seed = 1}, .9,
                                  &keep, &error),
                     STATUS_OK);
    const struct tensor *tensor = &trained.posterior->tensors[0];
    enum { FILTERS = 4 };
    size_t stays[FILTERS] = {0}, fewest = 0;
    bool shown[FILTERS] = {false};
    assert_int_equal(tensor->shape[3], FILTERS);
    for (size_t i = 0; i < tensor->count; i++)
        stays[i % FILTERS] += keep[tensor->offset + i] != 0;
    for (size_t row = 0; row < table_rows(edges); row++)
        shown[(size_t)cell(edges, row, "to_unit")] = true;
    for (size_t f = 1; f < FILTERS; f++)
        fewest = stays[f] < stays[fewest] ? f : fewest;
    assert_true(shown[fewest]);
    for (size_t f = 0; f < FILTERS; f++) {
        for (size_t g = 0; g < FILTERS && !shown[f]; g++)
            assert_true(!shown[g] || g == fewest || stays[f] <= stays[g]);
    }
    memory_free(keep);
    trained_free(&trained);
}

static void a_few_units_are_shown_edge_by_edge(void **state)
{
    (void)state;
    static const struct {
        const char *set[3];
        size_t edges; /* see derived_network.c */
    } nets[] = {{{"data.dataset=ecg5000", "model.filters=4", NULL}, 6 * 3},
                {{"data.dataset=moons", "model.filters=5", "model.kernel=2"}, 2 * 3 + 2 * 3 * 3 + 3 * 2},
                {{"data.dataset=cifar10", "model.filters=4", "train.validation_items=40"}, 6 * 6 * 3}};
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        struct job job;
        train_with(&job, "vi", nets[i].set);
        const char *file = job.run.path;
        struct table *edges = table_of(&file, 1, "network");
        check_edges(&job, edges, nets[i].edges);
        if (i == 0)
            check_choice(&job, edges);
        table_free(edges);
        job_close(&job);
    }
}

static void unknown_items_are_predicted_once(void **state)
{
    (void)state;
    static const struct monitor silent = {0};
    struct error error = {0};
    struct job job;
    train(&job, "vi");
    assert_int_equal(run_ood(&job.run, &silent, &error), STATUS_OK);
    const char *file = job.run.path;
    struct table *table = table_of(&file, 1, "ood"), *histogram = table_of(&file, 1, "entropy_histogram");
    assert_int_equal(table_rows(table), 2); /* a series: noise and shuffled */
    for (size_t r = 0; r < 2; r++) {
        assert_near(cell(table, r, "items"), 20, 0);
        assert_true(cell(table, r, "entropy_low") < cell(table, r, "entropy") &&
                    cell(table, r, "entropy") < cell(table, r, "entropy_high"));
        assert_near(sum_of(histogram, "items", text(table, r, "ood"), "share"), 1, 1e-9);
        for (size_t h = 0; h < table_rows(histogram); h++) {
            if (strcmp(text(histogram, h, "items"), text(table, r, "ood")) != 0)
                continue;
            assert_true(cell(table, r, "auroc") >= 0 && cell(table, r, "auroc") <= 1);
            assert_near(cell(histogram, h, "auroc"), cell(table, r, "auroc"), 0); /* one name, one measure */
        }
    }
    table_free(table);
    table_free(histogram);
    FILE *stream = fopen(file, "rb");
    assert_non_null(stream);
    static unsigned char before[1 << 22];
    size_t size = fread(before, 1, sizeof before, stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(run_ood(&job.run, &silent, &error), STATUS_OK);
    assert_true(scratch_holds(file, before, size));
    job_close(&job);
}

/* ---- items of no class ---- */

/* The six orders of three values come equally often: within 5 standard deviations of 100. */
static void shuffling_makes_every_order(void **state)
{
    (void)state;
    const struct shape shape = {3, 1, 1};
    const float item[] = {0, 1, 2};
    size_t orders[9] = {0}, different = 0;
    for (size_t i = 0; i < 600; i++) {
        float out[3];
        ood_find("shuffled", NULL)->make(shape, item, random_key(0, PURPOSE_OOD, 0, i), out);
        orders[3 * (size_t)out[0] + (size_t)out[1]]++;
    }
    for (size_t i = 0; i < 9; i++) {
        different += orders[i] > 0;
        assert_true(orders[i] == 0 || fabs((double)orders[i] - 100) < 5 * sqrt(600 / 6. * 5 / 6));
    }
    assert_int_equal(different, 6);
}

static void shuffling_keeps_the_values(void **state)
{
    (void)state;
    const struct shape shape = {9, 7, 2};
    float in[126], out[126], again[126];
    for (size_t i = 0; i < 126; i++)
        in[i] = (float)i;
    const struct ood *shuffled = ood_find("shuffled", NULL);
    assert_non_null(shuffled);
    shuffled->make(shape, in, random_key(1, PURPOSE_TEST, 0, 0), out);
    shuffled->make(shape, in, random_key(1, PURPOSE_TEST, 0, 0), again);
    assert_memory_equal(out, again, sizeof out);
    assert_memory_not_equal(out, in, sizeof out);
    reference_sort(out, 126);
    assert_memory_equal(out, in, sizeof out);
}

/* A 2 x 4 image with three channels as a network for 4 x 2 gray items sees it: the middle columns, gray, between rows
 * of background; and back as colour. */
static void other_data_are_centred_and_gray(void **state)
{
    (void)state;
    uint8_t bytes[2 * 4 * 3];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(10 * (i / 3) + i % 3); /* channels v, v + 1, v + 2: gray v + 1 */
    struct items from = {.count = 1, .shape = {2, 4, 3}, .bytes = bytes};
    struct dataset_kind gray = {.shape = {4, 2, 1}, .offset = 1, .scale = 2, .background = -9};
    float out[8];
    static const float expected[8] = {-9, -9, 5, 10, 25, 30, -9, -9}; /* pixels 10, 20 / 50, 60, halved */
    ood_convert(&from, 0, &gray, out);
    assert_memory_equal(out, expected, sizeof out);
    uint8_t one[] = {7};
    struct items single = {.count = 1, .shape = {1, 1, 1}, .bytes = one};
    struct dataset_kind colour = {.shape = {1, 1, 3}, .offset = 1, .scale = 2};
    ood_convert(&single, 0, &colour, out);
    for (size_t c = 0; c < 3; c++)
        assert_near(out[c], 3, 0);
}

static void every_kind_fits_some_data_and_never_its_own(void **state)
{
    (void)state;
    size_t count, kinds;
    const struct ood *rows = oods(&count);
    const struct dataset_kind *datasets = dataset_kinds(&kinds);
    for (size_t i = 0; i < count; i++) {
        size_t fits = 0;
        for (size_t k = 0; k < kinds; k++) {
            fits += ood_fits(&rows[i], &datasets[k]);
            if (strcmp(rows[i].name, datasets[k].name) == 0)
                assert_false(ood_fits(&rows[i], &datasets[k]));
        }
        assert_true(fits > 0);
        assert_true(rows[i].make || dataset_find(rows[i].name, NULL));
        assert_ptr_equal(ood_find(rows[i].name, NULL), &rows[i]);
    }
    assert_null(ood_find("nois", NULL));
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        RUN_TEST(reliability_by_hand),
        RUN_TEST(confusion_by_hand),
        RUN_TEST(what_is_kept_says_what_the_samples_say),
        RUN_TEST(one_network_does_not_disagree),
        RUN_TEST(detection_by_hand),
        RUN_TEST(scaling_by_hand),
        RUN_TEST(a_label_out_of_range_is_refused),
        RUN_TEST(an_empty_extent_is_refused),
        RUN_TEST(what_is_no_probability_is_refused),
        RUN_TEST(a_config_that_outgrows_its_file_is_refused),
        RUN_TEST(rejection_by_hand),
        RUN_TEST(the_outermost_bins_hold_what_is_outermost),
        RUN_TEST(entropy_histogram_by_hand),
        RUN_TEST(unknown_items_are_told_from_all_test_items),
        RUN_TEST(a_run_without_results_has_no_rows),
        RUN_TEST(provenance_names_program_data_and_config),
        RUN_TEST(layers_add_up),
        RUN_TEST(final_sigmas_are_those_of_the_last_epoch),
        RUN_TEST(a_few_units_are_shown_edge_by_edge),
        RUN_TEST(unknown_items_are_predicted_once),
        cmocka_unit_test(shuffling_keeps_the_values),
        cmocka_unit_test(shuffling_makes_every_order),
        cmocka_unit_test(other_data_are_centred_and_gray),
        cmocka_unit_test(every_kind_fits_some_data_and_never_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/test_claims.c: what decides a claim, and how its number is measured, on run files written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/memory.h"
#include "data/dataset.h"
#include "run/claim.h"
#include "run/run.h"
#include "run/tabulate.h"
#include "run_files.h"
#include "scratch.h"

/* ---- verdicts ---- */

static struct measured measured_of(double low, double high, size_t seeds)
{
    struct measured measured = {0};
    for (size_t i = 0; i < seeds; i++)
        finding_add(&measured.finding, (low + high) / 2, (high - low) / 2); /* equal seeds: the items' part alone */
    return measured;
}

/* Halves and quarters: the ends are exact. */
static void an_interval_that_ends_at_the_bound_decides(void **state)
{
    (void)state;
    struct measured measured = measured_of(.5, 1, 1);
    struct claim least = {.side = AT_LEAST, .bound = .5, .seeds = 1}, most = {.side = AT_MOST, .bound = 1, .seeds = 1};
    assert_string_equal(claim_verdict(&least, &measured), "holds");
    assert_string_equal(claim_verdict(&most, &measured), "holds");
    least.bound = 1; /* which the measured value may be */
    most.bound = .5;
    assert_string_equal(claim_verdict(&least, &measured), "not decidable");
    assert_string_equal(claim_verdict(&most, &measured), "not decidable");
}

static void the_interval_decides(void **state)
{
    (void)state;
    static const struct {
        enum claim_side side;
        double low, high;
        const char *verdict;
    } cases[] = {
        {AT_LEAST, .61, .63, "holds"},         {AT_LEAST, .60, .62, "holds"},
        {AT_LEAST, .59, .62, "not decidable"}, {AT_LEAST, .55, .60, "not decidable"},
        {AT_LEAST, .55, .59, "does not hold"}, {AT_MOST, .55, .59, "holds"},
        {AT_MOST, .55, .60, "holds"},          {AT_MOST, .59, .62, "not decidable"},
        {AT_MOST, .61, .63, "does not hold"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* a hair of room for the rounding of the middle */
        struct claim claim = {.side = cases[i].side, .bound = .6, .seeds = 2};
        double hair = cases[i].low > .595 && cases[i].low < .605 ? 1e-9 : 0;
        hair = cases[i].high > .595 && cases[i].high < .605 ? cases[i].side == AT_MOST ? -1e-9 : 1e-9 : hair;
        struct measured measured = measured_of(cases[i].low + hair, cases[i].high + hair, 2);
        assert_string_equal(claim_verdict(&claim, &measured), cases[i].verdict);
        measured.reservation = "measured on SYNTHETIC data";
        assert_string_equal(claim_verdict(&claim, &measured), "not decidable");
        measured.reservation = NULL;
        struct measured one = measured_of(cases[i].low + hair, cases[i].high + hair, 1);
        assert_string_equal(claim_verdict(&claim, &one), "not decidable"); /* two seeds are needed */
        claim.seeds = 1;
        assert_string_equal(claim_verdict(&claim, &one), cases[i].verdict);
        measured.missing[0] = '!'; /* which may refute the claim, but cannot save it */
        bool refuted = strcmp(cases[i].verdict, "does not hold") == 0;
        assert_string_equal(claim_verdict(&claim, &measured), refuted ? "does not hold" : "not decidable");
    }
    struct claim claim = {.side = AT_LEAST, .bound = 0, .seeds = 1};
    struct measured without_interval = {0};
    finding_add(&without_interval.finding, 3, NAN);
    assert_string_equal(claim_verdict(&claim, &without_interval), "not decidable");
}

/* Two seeds, .50 and .51, items' half-width .03: see band_of_two_seeds_by_hand in test_run.c. */
static void seeds_and_items_are_added_in_squares(void **state)
{
    (void)state;
    struct finding finding = {0};
    finding_add(&finding, .50, .03);
    finding_add(&finding, NAN, .03); /* left out */
    finding_add(&finding, .51, .03);
    assert_near(finding_mean(&finding), .505, 1e-12);
    assert_near(finding_interval(&finding).high, .505 + .0702580, 1e-6);
    finding.half[0] = finding.half[1] = NAN; /* no interval over items */
    assert_near(finding_interval(&finding).low, .505 - .0635310, 1e-6);
}

/* ---- scores ---- */

static void scores_are_paired_item_by_item(void **state)
{
    (void)state;
    struct error error = {0};
    static const float p[] = {.9F, .4F, .8F, .2F, .1F, .7F, .6F, .6F}; /* two slices of four items */
    struct store *store = run_file_begin("a.h5", "mnist", "vi", "1", "real");
    run_file_probabilities(store, "/perturb/noise", 2, 4, p, 0);
    run_file_probabilities(store, "/perturb/warp", 1, 4, p, 7); /* other items */
    run_file_end(store);
    const char *const path = "a.h5";
    struct evidence evidence;
    struct scores right, last, mean, other, none;
    assert_int_equal(evidence_open(&path, 1, &evidence, &error), STATUS_OK);
    const struct run_file *file = evidence_find(&evidence, "mnist", "vi", 1);
    assert_non_null(file);
    assert_null(evidence_find(&evidence, "mnist", "vi", 2));
    assert_null(evidence_find(&evidence, "mnist", "map", 1));
    assert_int_equal(scores_load(file, "/perturb/noise", SCORE_RIGHT, 0, 1, &right, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/noise", SCORE_RIGHT, SLICE_LAST, 0, &last, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/noise", SCORE_NLL, 0, 99, &mean, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/warp", SCORE_RIGHT, 0, 1, &other, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/rotation", SCORE_RIGHT, 0, 1, &none, &error), STATUS_OK);
    static const double expected[] = {1, 0, 1, 0};
    for (size_t i = 0; i < 4; i++)
        assert_near(right.value[i], expected[i], 0);
    assert_near(mean.value[0], -(log(.9) + log(.1)) / 2, 1e-6);
    assert_int_equal(none.count, 0);
    assert_int_equal(scores_subtract(&last, &right, &error), STATUS_OK);
    static const double difference[] = {-1, 1, 0, 1};
    for (size_t i = 0; i < 4; i++)
        assert_near(last.value[i], difference[i], 0);
    assert_int_equal(scores_subtract(&right, &other, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.message, "different items"));
    assert_int_equal(scores_subtract(&other, &none, &error), STATUS_OK);
    assert_int_equal(other.count, 0);
    scores_free(&right);
    scores_free(&last);
    scores_free(&mean);
    scores_free(&other);
    evidence_close(&evidence);
}

/* ---- claims ---- */

/* A run's `prune` table: `criterion` at fraction 0 and, not quite, .9, behind a threshold's row. */
static void write_prune_table(struct store *store, const char *criterion)
{
    static const struct {
        const char *grid;
        double fraction;
    } points[] = {{"fraction", 0}, {"threshold", .9}, {"fraction", .90004}};
    struct error error = {0};
    struct table *table = table_create(table_find("prune"), &error);
    assert_non_null(table);
    for (size_t i = 0; i < 3; i++) {
        struct row row = row_empty(table_find("prune"));
        row_text(&row, "criterion", criterion);
        row_text(&row, "grid", points[i].grid);
        row_number(&row, "fraction", points[i].fraction);
        assert_int_equal(table_add(table, row.cells, &error), STATUS_OK);
    }
    assert_int_equal(table_save(table, store, &error), STATUS_OK);
    table_free(table);
}

enum { ITEMS = 10 };

/* A pruned run: so many of ten items are right before and after. */
static void write_pruned(const char *path, const char *method, const char *criterion, const char *seed, size_t before,
                         size_t after, const char *source)
{
    float p[3 * ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        p[i] = i < before ? .75F : .25F;
        p[ITEMS + i] = .25F; /* the threshold's */
        p[2 * ITEMS + i] = i < after ? .75F : .25F;
    }
    struct store *store = run_file_begin(path, "mnist", method, seed, source);
    char object[64] = "/prune/";
    strcat(object, criterion);
    run_file_probabilities(store, object, 3, ITEMS, p, 0);
    write_prune_table(store, criterion);
    run_file_end(store);
}

/* The row of a claim; the texts belong to the table. */
static const union table_cell *row_of(const struct table *table, const char *id)
{
    for (size_t r = 0; r < table_rows(table); r++) {
        if (strcmp(table_row(table, r)[0].text, id) == 0)
            return table_row(table, r);
    }
    fail_msg("no claim %s", id);
    return NULL;
}

static const union table_cell *cell(const union table_cell *row, const char *column)
{
    return &row[table_column_index(table_find("claims"), column)];
}

static struct table *claims_of(const char *const *paths, size_t count)
{
    struct error error = {0};
    struct table *table = table_create(table_find("claims"), &error);
    assert_non_null(table);
    assert_int_equal(tabulate(table, paths, count, &error), STATUS_OK);
    return table;
}

static void claims_by_hand(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "vi2.h5", "mle1.h5", "mle2.h5"};
    write_pruned(paths[0], "vi", "snr", "1", 9, 8, "real");
    write_pruned(paths[1], "vi", "snr", "2", 9, 8, "real");
    write_pruned(paths[2], "mle", "magnitude", "1", 9, 1, "real");
    write_pruned(paths[3], "mle", "magnitude", "2", 9, 1, "real");
    struct table *table = claims_of(paths, 4);
    size_t count;
    (void)claims(&count);
    assert_int_equal(table_rows(table), count);
    /* .8 in both seeds; Wilson's interval of 8 out of 10 is .4901625 to .9433178 */
    const union table_cell *row = row_of(table, "accuracy_90_mnist");
    assert_near(cell(row, "measured")->number, .8, 1e-12);
    assert_near(cell(row, "low")->number, .4901625, 1e-6);
    assert_near(cell(row, "seeds")->number, 2, 0);
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "contains the bound"));
    /* paired: one item of ten is lost, s = .3162278, half-width .2262157 */
    row = row_of(table, "ten_percent_mnist");
    assert_near(cell(row, "measured")->number, .1, 1e-12);
    assert_near(cell(row, "high")->number, .1 + .2262157, 1e-6);
    row = row_of(table, "vi_beats_mle_mnist"); /* seven of ten items: .7, half-width 2.262157 * .4830459 / sqrt 10 */
    assert_near(cell(row, "measured")->number, .7, 1e-12);
    assert_near(cell(row, "low")->number, .7 - .3455502, 1e-6);
    assert_string_equal(cell(row, "holds")->text, "holds");
    row = row_of(table, "vi_beats_map_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_string_equal(cell(row, "detail")->text, "no run mnist_map of the same seed");
    assert_true(isnan(cell(row, "measured")->number));
    row = row_of(table, "adversarial_mnist");
    assert_non_null(strstr(cell(row, "detail")->text, "lack fgsm"));
    row = row_of(table, "accuracy_90_cifar10");
    assert_string_equal(cell(row, "detail")->text, "no run cifar10_vi");
    table_free(table);
    struct table *one = claims_of(paths, 1); /* a comparison wants two seeds, a level does not */
    assert_string_equal(cell(row_of(one, "ten_percent_mnist"), "holds")->text, "not decidable");
    table_free(one);
    const char *const two[] = {paths[0], paths[2]};
    one = claims_of(two, 2);
    assert_string_equal(cell(row_of(one, "vi_beats_mle_mnist"), "detail")->text, "1 seed; the rule needs 2");
    table_free(one);
}

static void stand_ins_decide_nothing(void **state)
{
    (void)state;
    const char *const path = "vi.h5";
    write_pruned(path, "vi", "snr", "1", 10, 0, "SYNTHETIC (test)");
    struct table *table = claims_of(&path, 1);
    assert_near(cell(row_of(table, "accuracy_90_mnist"), "measured")->number, 0, 0);
    assert_string_equal(cell(row_of(table, "accuracy_90_mnist"), "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row_of(table, "accuracy_90_mnist"), "detail")->text, "SYNTHETIC"));
    table_free(table);
}

/* An all right answer proves no more than its number of items can. */
static void all_right_is_not_certain(void **state)
{
    (void)state;
    const char *const path = "vi.h5";
    write_pruned(path, "vi", "snr", "1", ITEMS, ITEMS, "real");
    struct table *table = claims_of(&path, 1);
    const union table_cell *row = row_of(table, "accuracy_90_mnist");
    assert_near(cell(row, "measured")->number, 1, 0);
    assert_near(cell(row, "low")->number, .7224672, 1e-6); /* 1 / (1 + 1.959964^2 / 10) */
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    table_free(table);
}

static void write_rises(const char *path, const char *seed)
{
    /* entropy is greatest at .5. Noise: half of the items far less certain, half far more: its interval is wide and
     * begins lowest. Rotation: every item a little more certain: a fall that is beyond doubt. Warp: a rise. */
    static const float before = .8F, noise[] = {.5F, .999F}, rotation = .85F, warp = .5F;
    float p[3][2 * ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        p[0][i] = p[1][i] = p[2][i] = before;
        p[0][ITEMS + i] = noise[i % 2];
        p[1][ITEMS + i] = rotation;
        p[2][ITEMS + i] = warp;
    }
    struct store *store = run_file_begin(path, "mnist", "vi", seed, "real");
    run_file_probabilities(store, "/perturb/noise", 2, ITEMS, p[0], 0);
    run_file_probabilities(store, "/perturb/rotation", 2, ITEMS, p[1], 0);
    run_file_probabilities(store, "/perturb/warp", 2, ITEMS, p[2], 0);
    run_file_end(store);
}

/* "Under every perturbation" is refuted by one of them, however little the others say. */
static void one_part_refutes_the_whole(void **state)
{
    (void)state;
    const char *const path = "vi.h5";
    write_rises(path, "1");
    struct table *table = claims_of(&path, 1);
    const union table_cell *row = row_of(table, "entropy_rises_mnist");
    double fall = -(.85 * log(.85) + .15 * log(.15)) + (.8 * log(.8) + .2 * log(.2));
    assert_near(cell(row, "measured")->number, fall, 1e-6);
    assert_string_equal(cell(row, "holds")->text, "does not hold");
    table_free(table);
}

/* `a less certain than b` for ten items: the last strength of so many perturbations, noise, rotation and warp. */
static void write_entropies(const char *path, const char *method, const char *seed, const char *source,
                            const float *last, size_t perturbations)
{
    static const char *const objects[] = {"/perturb/noise", "/perturb/rotation", "/perturb/warp"};
    struct store *store = run_file_begin(path, "mnist", method, seed, source);
    for (size_t k = 0; k < perturbations; k++) {
        float p[ITEMS];
        for (size_t i = 0; i < ITEMS; i++)
            p[i] = last[k] + .001F * (float)i; /* an interval of no width decides nothing */
        run_file_probabilities(store, objects[k], 1, ITEMS, p, 0);
    }
    run_file_end(store);
}

/* Entropy is greatest at .5. Of warp there is one seed, and the rule needs two: what it says, against the claim, is not
 * what decides. */
static void a_part_with_too_few_seeds_decides_nothing(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "vi2.h5", "mle1.h5", "mle2.h5"};
    static const float vi[] = {.6F, .7F, .95F}, mle[] = {.9F, .9F, .6F};
    write_entropies(paths[0], "vi", "1", "real", vi, 3);
    write_entropies(paths[1], "vi", "2", "real", vi, 2);
    write_entropies(paths[2], "mle", "1", "real", mle, 3);
    write_entropies(paths[3], "mle", "2", "real", mle, 2);
    struct table *table = claims_of(paths, 4);
    const union table_cell *row = row_of(table, "entropy_over_mle_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_string_equal(cell(row, "detail")->text, "warp has 1 seed; the rule needs 2");
    assert_near(cell(row, "seeds")->number, 2, 0);
    assert_true(cell(row, "measured")->number > 0); /* rotation's */
    table_free(table);
    write_entropies(paths[1], "vi", "2", "real", vi, 3); /* with its second seed it does */
    write_entropies(paths[3], "mle", "2", "real", mle, 3);
    table = claims_of(paths, 4);
    assert_string_equal(cell(row_of(table, "entropy_over_mle_mnist"), "holds")->text, "does not hold");
    table_free(table);
}

/* The items have the same numbers, but not in the same file. */
static void runs_of_different_data_are_no_pair(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "mle1.h5", "vi2.h5", "mle2.h5"};
    for (size_t i = 0; i < 4; i++)
        write_pruned(paths[i], i % 2 ? "mle" : "vi", i % 2 ? "magnitude" : "snr", i < 2 ? "1" : "2", 9, i % 2 ? 1 : 8,
                     i % 2 ? "other" : "real");
    struct table *table = claims_of(paths, 4);
    const union table_cell *row = row_of(table, "vi_beats_mle_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "mnist_mle_seed2: the runs were made from different data"));
    assert_true(isnan(cell(row, "measured")->number));
    table_free(table);
    struct error error = {0};
    struct evidence evidence;
    write_pruned(paths[1], "vi", "snr", "3", 9, 8, "other"); /* and no seed of one run */
    assert_int_equal(evidence_open(paths, 2, &evidence, &error), STATUS_USAGE);
    assert_non_null(strstr(error.message, "different data"));
    evidence_close(&evidence);
}

static void add_config(const char *path, const char *text)
{
    struct error error = {0};
    struct store *store;
    assert_int_equal(store_update(path, &store, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/config", "text", text, &error), STATUS_OK);
    run_file_end(store);
}

/* Whatever they say beyond doubt: the same numbers without the setting decide. */
static void try_outs_decide_nothing(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[run]\nprofile = smoke\n", "the smoke profile's networks are too small to prove anything"},
        {"[data]\nevaluate = validation\n", "measured on the validation split"},
        {"[data]\ntrain_items = 100\n", "trained on a slice of the data"},
        {"[data]\ntest_items = 10\n", "measured on a slice of the test file"},
        {"[run]\nprofile = standard\n", NULL},
        {"[run]\nprofile = talk\n", NULL},
        {"", NULL},
    };
    const char *const path = "vi.h5";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_pruned(path, "vi", "snr", "1", 10, 0, "real");
        add_config(path, cases[i][0]);
        struct table *table = claims_of(&path, 1);
        const union table_cell *row = row_of(table, "accuracy_90_mnist");
        assert_near(cell(row, "measured")->number, 0, 0);
        assert_string_equal(cell(row, "holds")->text, cases[i][1] ? "not decidable" : "does not hold");
        assert_true(!cases[i][1] || strstr(cell(row, "detail")->text, cases[i][1]));
        table_free(table);
    }
}

/* A try-out beside real runs takes the claims with it that ask it, and no others. */
static void a_try_out_decides_nothing_for_others(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "mle1.h5", "vi2.h5", "mle2.h5"};
    for (size_t i = 0; i < 4; i++) {
        write_pruned(paths[i], i % 2 ? "mle" : "vi", i % 2 ? "magnitude" : "snr", i < 2 ? "1" : "2", 10, i % 2 ? 10 : 0,
                     "real");
        add_config(paths[i], i % 2 ? "[run]\nprofile = smoke\n[posterior]\nmethod = mle\n" : "");
    }
    struct table *table = claims_of(paths, 4);
    assert_string_equal(cell(row_of(table, "accuracy_90_mnist"), "holds")->text, "does not hold");
    assert_string_equal(cell(row_of(table, "vi_beats_mle_mnist"), "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row_of(table, "vi_beats_mle_mnist"), "detail")->text, "smoke"));
    table_free(table);
}

static void runs_of_different_networks_are_no_pair(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "mle1.h5", "vi2.h5", "mle2.h5"};
    for (size_t i = 0; i < 4; i++) {
        write_pruned(paths[i], i % 2 ? "mle" : "vi", i % 2 ? "magnitude" : "snr", i < 2 ? "1" : "2", 9, i % 2 ? 1 : 8,
                     "real");
        add_config(paths[i], i % 2 ? "[model]\nprecision = bf16\n[posterior]\nmethod = mle\n" : "");
    }
    struct table *table = claims_of(paths, 4);
    const union table_cell *row = row_of(table, "vi_beats_mle_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "the runs have different networks"));
    table_free(table);
    for (size_t i = 1; i < 4; i += 2)
        add_config(paths[i], "[posterior]\nmethod = mle\n"); /* the methods differ, which is what is compared */
    table = claims_of(paths, 4);
    assert_false(isnan(cell(row_of(table, "vi_beats_mle_mnist"), "measured")->number));
    table_free(table);
}

static void write_fit(const char *path, const char *method, size_t fit, size_t test)
{
    float p[2][ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        p[0][i] = i < fit ? .75F : .25F;
        p[1][i] = i < test ? .75F : .25F;
    }
    struct store *store = run_file_begin(path, "ecg5000", method, "1", "real");
    run_file_probabilities(store, "/fit", 1, ITEMS, p[0], 0);
    run_file_probabilities(store, "/test", 1, ITEMS, p[1], 0);
    run_file_end(store);
}

/* The gap of vi is .9 - .8, that of mle 1 - .7: .2 less. One item of ten differs in each: half-width .2262157 twice, in
 * squares. */
static void overfitting_is_a_gap_of_gaps(void **state)
{
    (void)state;
    const char *const paths[] = {"vi.h5", "mle.h5"};
    write_fit(paths[0], "vi", 9, 8);
    write_fit(paths[1], "mle", 10, 7);
    struct table *table = claims_of(paths, 2);
    const union table_cell *row = row_of(table, "overfit_ecg5000");
    assert_near(cell(row, "measured")->number, -.2, 1e-12);
    assert_near(cell(row, "high")->number, -.2 + sqrt(2) * .2262157, 1e-6);
    table_free(table);
}

/* Every row has its data set, ids are unique, and a bound that the talk's number itself would miss is a mistake. */
static void the_registry_is_sound(void **state)
{
    (void)state;
    size_t count;
    const struct claim *rows = claims(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(dataset_find(rows[i].dataset, NULL));
        assert_non_null(strstr(rows[i].id, rows[i].dataset));
        assert_true(rows[i].seeds >= 1 && rows[i].words[0] && rows[i].where[0] && rows[i].how[0]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(rows[i].id, rows[j].id);
        assert_true(isnan(rows[i].talk) || rows[i].bound < 1); /* no accuracy's interval reaches 1 */
        if (!isnan(rows[i].talk))                              /* digitised: +-.005 */
            assert_true(rows[i].side == AT_LEAST ? rows[i].talk >= rows[i].bound - .005
                                                 : rows[i].talk <= rows[i].bound + .005);
    }
}

/* Whatever allocation fails, there is a status and a message, and nothing is lost (the leak checker looks on). */
static void allocation_failures_are_reported(void **state)
{
    (void)state;
    const char *const paths[] = {"vi.h5", "mle.h5"};
    write_pruned(paths[0], "vi", "snr", "1", 9, 8, "real");
    write_pruned(paths[1], "mle", "magnitude", "1", 9, 8, "real");
    bool met = true;
    for (size_t successes = 0; met; successes += 3) {
        struct error error = {0};
        struct table *table = table_create(table_find("claims"), NULL);
        assert_non_null(table);
        fault_arm(successes);
        enum status status = tabulate(table, paths, 2, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_true(met ? status != STATUS_OK && error.message[0] : status == STATUS_OK);
        table_free(table);
    }
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_decides),
        cmocka_unit_test(an_interval_that_ends_at_the_bound_decides),
        cmocka_unit_test(seeds_and_items_are_added_in_squares),
        RUN_TEST(scores_are_paired_item_by_item),
        RUN_TEST(claims_by_hand),
        RUN_TEST(all_right_is_not_certain),
        RUN_TEST(one_part_refutes_the_whole),
        RUN_TEST(a_part_with_too_few_seeds_decides_nothing),
        RUN_TEST(runs_of_different_data_are_no_pair),
        RUN_TEST(runs_of_different_networks_are_no_pair),
        RUN_TEST(overfitting_is_a_gap_of_gaps),
        RUN_TEST(stand_ins_decide_nothing),
        RUN_TEST(try_outs_decide_nothing),
        RUN_TEST(a_try_out_decides_nothing_for_others),
        cmocka_unit_test(the_registry_is_sound),
        RUN_TEST(allocation_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

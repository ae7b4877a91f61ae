/* tests/test_claims.c: what decides a claim, and how its number is measured, on run files written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/posterior.h"
#include "check.h"
#include "core/memory.h"
#include "data/dataset.h"
#include "results/claim.h"
#include "results/tabulate.h"
#include "run/run.h"
#include "run/tables.h"
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
    struct claim_row least = {.side = AT_LEAST, .bound = .5, .seeds = 1},
                     most = {.side = AT_MOST, .bound = 1, .seeds = 1};
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
        struct claim_row claim = {.side = cases[i].side, .bound = .6, .seeds = 2};
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
    struct claim_row claim = {.side = AT_LEAST, .bound = 0, .seeds = 1};
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
    finding.below[0] = finding.below[1] = finding.above[0] = finding.above[1] = NAN; /* no interval over items */
    assert_near(finding_interval(&finding).low, .505 - .0635310, 1e-6);
    struct finding lopsided = {0};
    finding_add_between(&lopsided, .95, (struct interval){.90, .97});
    assert_near(finding_interval(&lopsided).low, .90, 1e-12);
    assert_near(finding_interval(&lopsided).high, .97, 1e-12);
}

static void within_has_two_bounds(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        const char *verdict;
    } cases[] = {{-.1, .15, "holds"},        {-.25, .1, "not decidable"},  {.1, .25, "not decidable"},
                 {.25, .5, "does not hold"}, {-.5, -.25, "does not hold"}, {-1, 1, "not decidable"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct claim_row claim = {.side = WITHIN, .bound = .2, .seeds = 1};
        struct measured measured = measured_of(cases[i].low, cases[i].high, 1);
        assert_string_equal(claim_verdict(&claim, &measured), cases[i].verdict);
    }
}

/* Three seeds, 1, 2 and 3: mean 2, s / sqrt 3 = .5773503; Student's p of 2 / .5773503 = 3.464102 at 2 degrees is
 * .0741799. Where the interval ends at the bound it is .05. */
static void p_values_by_hand(void **state)
{
    (void)state;
    const struct claim_row claim = {.side = AT_LEAST, .bound = 0};
    struct finding finding = {0};
    for (size_t i = 1; i <= 3; i++)
        finding_add(&finding, (double)i, NAN);
    assert_near(claim_p_value(&claim, &finding), .0741799, 1e-7);
    struct claim_row at_end = claim;
    at_end.bound = finding_interval(&finding).low;
    assert_near(claim_p_value(&at_end, &finding), .05, 1e-9);
    struct finding one = {0};
    finding_add(&one, 1.959964, 1.959964);
    assert_near(claim_p_value(&claim, &one), .05, 1e-6);
    finding.count = 0;
    assert_true(isnan(claim_p_value(&claim, &finding)));
}

/* Of four: .01 is below .05 / 4, .02 not below .05 / 3, and after that nothing is decided, .024 least of all, though it
 * is below .05 by itself. Without the third, .02 is below .05 / 2. */
static void holm_steps_down(void **state)
{
    (void)state;
    const double four[] = {.02, NAN, .01, .024, .6}, three[] = {.02, NAN, .01, NAN, .6};
    bool decided[5];
    claims_adjust(four, 5, decided);
    assert_true(decided[2] && !decided[0] && !decided[1] && !decided[3] && !decided[4]);
    claims_adjust(three, 5, decided);
    assert_true(decided[2] && decided[0] && !decided[4]);
}

/* ---- scores ---- */

/* Entropies of clean items by p = .9, .8, .6: of disturbed ones by .85, .7, .5. Of the nine pairs of a clean and a
 * disturbed one the disturbed has more in (.85: one), (.7: two), (.5: three): 6 / 9. */
static void an_area_is_a_mean_over_items(void **state)
{
    (void)state;
    struct error error = {0};
    static const float p[] = {.9F, .8F, .6F, .85F, .7F, .5F};
    const char *const path = "a.h5";
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    run_file_probabilities(store, "/perturb/noise", 2, 3, p, 0);
    run_file_end(store);
    struct evidence evidence;
    struct scores area;
    assert_int_equal(evidence_open(&path, 1, &evidence, &error), STATUS_OK);
    const struct run_file *file = evidence_find(&evidence, "mnist", "vi", 1);
    assert_int_equal(scores_load_auroc(file, false, "/perturb/noise", METRIC_entropy, &area, &error), STATUS_OK);
    /* placements: of disturbed ones 1/3, 2/3, 1; clean ones have fewer than 3/3, 2/3, 1/3 of the disturbed above them
     */
    static const double expected[] = {1 / 3. + 1 - 2 / 3., 2 / 3. + 2 / 3. - 2 / 3., 1 + 1 / 3. - 2 / 3.};
    assert_int_equal(area.count, 3);
    assert_near(stats_mean(area.value, 3), 6 / 9., 1e-12);
    for (size_t i = 0; i < 3; i++)
        assert_near(area.value[i], expected[i], 1e-12);
    scores_free(&area);
    assert_int_equal(scores_load_auroc(file, true, "/perturb/noise", METRIC_entropy, &area, &error), STATUS_OK);
    assert_int_equal(area.count, 0); /* there are no validation items to find a temperature by */
    evidence_close(&evidence);
}

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
    assert_int_equal(scores_load(file, "/perturb/noise", METRIC_accuracy, 0, 1, &right, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/noise", METRIC_accuracy, SLICE_LAST, 0, &last, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/noise", METRIC_nll, 0, 99, &mean, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/warp", METRIC_accuracy, 0, 1, &other, &error), STATUS_OK);
    assert_int_equal(scores_load(file, "/perturb/rotation", METRIC_accuracy, 0, 1, &none, &error), STATUS_OK);
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

/* A method's name may have a _, as what follows it in a variant's name has. A run whose name says another method than
 * it has is no evidence, even where one name begins like the other. */
static void evidence_is_of_the_method_that_is_asked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *method; /* the run is moons_NAME, of this method */
        bool is;
    } cases[] = {{"sparse_vd", "sparse_vd", true}, {"sparse", "sparse", true},
                 {"vi_high", "vi", true},          {"mle", "vi", false},
                 {"visual", "vi", false},          {"m", "mle", false}};
    enum { CASES = sizeof cases / sizeof cases[0] };
    char paths[CASES][8];
    const char *places[CASES];
    struct error error = {0};
    struct evidence evidence;
    for (size_t i = 0; i < CASES; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%zu.h5", i);
        places[i] = paths[i];
        struct store *store = run_file_begin(paths[i], "moons", cases[i].name, "1", "real");
        assert_int_equal(store_set_text(store, "/", "method", cases[i].method, &error), STATUS_OK);
        run_file_end(store);
    }
    assert_int_equal(evidence_open(places, CASES, &evidence, &error), STATUS_OK);
    for (size_t i = 0; i < CASES; i++)
        assert_ptr_equal(evidence_find(&evidence, "moons", cases[i].name, 1), cases[i].is ? &evidence.files[i] : NULL);
    assert_null(evidence_find(&evidence, "moons", "vi", 1));
    evidence_close(&evidence);
}

/* ---- claims ---- */

enum { ITEMS = 10 };

/* A pruned run: so many of ten test items are right before and with 90 % removed. */
static void write_pruned(const char *path, const char *method, const char *seed, size_t before, size_t after,
                         const char *source)
{
    float p[2][ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        p[0][i] = i < before ? .75F : .25F;
        p[1][i] = i < after ? .75F : .25F;
    }
    struct store *store = run_file_begin(path, "mnist", method, seed, source);
    run_file_probabilities(store, "/test", 1, ITEMS, p[0], 0);
    run_file_probabilities(store, "/pruned/0.9/test", 1, ITEMS, p[1], 0);
    run_file_end(store);
}

/* Two seeds of vi, mle and map, of which so many items are right with 90 % removed; `odd`: what the point estimates'
 * configs say, and where their data are from. */
enum { RUNS = 6 };
static const char *const six[RUNS] = {"vi1.h5", "mle1.h5", "map1.h5", "vi2.h5", "mle2.h5", "map2.h5"};
static void write_six(size_t vi, size_t point, const char *source)
{
    static const char *const methods[] = {"vi", "mle", "map"};
    for (size_t i = 0; i < RUNS; i++)
        write_pruned(six[i], methods[i % 3], i < 3 ? "1" : "2", 9, i % 3 ? point : vi, i % 3 ? source : "real");
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

/* Publishes what the claims read of the runs, and asks the claims again of that alone. Scores there have 12 bits. */
static void assert_same_from_evidence(const char *const *paths, size_t count)
{
    enum { MOST = 8, NAME = 64 };
    char published[MOST][NAME];
    const char *places[MOST];
    struct error error = {0};
    struct table *own = table_create(table_find("claims"), &error);
    assert_non_null(own);
    assert_int_equal(claims_make(own, paths, count, "evidence", &error), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        struct run_file file;
        assert_int_equal(run_file_open(paths[i], &file, &error), STATUS_OK);
        (void)snprintf(published[i], NAME, "evidence/%s.h5", file.run);
        places[i] = published[i];
        run_file_close(&file);
    }
    struct table *again = claims_of(places, count);
    assert_int_equal(table_rows(again), table_rows(own));
    for (size_t r = 0; r < table_rows(own); r++) {
        const union table_cell *a = table_row(own, r), *b = table_row(again, r);
        static const char *const texts[] = {"id",          "holds",   "detail",     "adjusted",
                                            "equivalence", "profile", "data_source"};
        static const char *const numbers[] = {"measured", "low", "high", "seeds"};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            assert_string_equal(cell(a, texts[i])->text, cell(b, texts[i])->text);
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            assert_int_equal(isnan(cell(a, numbers[i])->number) != 0, isnan(cell(b, numbers[i])->number) != 0);
            if (!isnan(cell(a, numbers[i])->number))
                assert_near(cell(a, numbers[i])->number, cell(b, numbers[i])->number, 1e-3);
        }
    }
    table_free(own);
    table_free(again);
}

/* A directory of run files is no place for it. */
static void evidence_never_replaces_a_run(void **state)
{
    (void)state;
    struct error error = {0};
    const char *const path = "mnist_vi_seed1.h5";
    write_pruned(path, "vi", "1", 9, 8, "real");
    struct table *table = table_create(table_find("claims"), &error);
    assert_non_null(table);
    assert_int_equal(claims_make(table, &path, 1, ".", &error), STATUS_USAGE);
    assert_non_null(strstr(error.message, "a run's own file"));
    table_free(table);
    table = claims_of(&path, 1); /* which is still there */
    assert_near(cell(row_of(table, "accuracy_90_mnist"), "measured")->number, .8, 1e-12);
    table_free(table);
    assert_same_from_evidence(&path, 1);
    assert_same_from_evidence(&path, 1); /* and what was published is replaced */
}

static size_t claim_count(void)
{
    struct error error = {0};
    struct claim *all;
    size_t row_count, count;
    const struct claim_row *rows = claim_rows(&row_count);
    assert_int_equal(claims_create(rows, row_count, &all, &count, &error), STATUS_OK);
    claims_free(all, count);
    return count;
}

static void claims_by_hand(void **state)
{
    (void)state;
    write_six(8, 1, "real");
    assert_same_from_evidence(six, RUNS);
    struct table *table = claims_of(six, RUNS);
    assert_int_equal(table_rows(table), claim_count());
    /* .8 in both seeds; Wilson's interval of 8 out of 10 is .4901625 to .9433178 */
    const union table_cell *row = row_of(table, "accuracy_90_mnist");
    assert_near(cell(row, "measured")->number, .8, 1e-12);
    assert_near(cell(row, "low")->number, .4901625, 1e-6);
    assert_near(cell(row, "high")->number, .9433178, 1e-6);
    assert_near(cell(row, "seeds")->number, 2, 0);
    assert_string_equal(cell(row, "holds")->text, "does not hold");
    row = row_of(table, "accuracy_95_cifar10"); /* nothing is said of it */
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    /* paired: one item of ten is lost, s = .3162278, half-width .2262157 */
    row = row_of(table, "ten_percent_mnist");
    assert_near(cell(row, "measured")->number, .1, 1e-12);
    assert_near(cell(row, "high")->number, .1 + .2262157, 1e-6);
    row = row_of(table, "vi_beats_point_90_mnist"); /* seven of ten: .7, half-width 2.262157 * .4830459 / sqrt 10 */
    assert_near(cell(row, "measured")->number, .7, 1e-12);
    assert_near(cell(row, "low")->number, .7 - .3455502, 1e-6);
    assert_string_equal(cell(row, "holds")->text, "holds");
    assert_string_equal(cell(row, "equivalence")->text, "more than one point");
    row = row_of(table, "right_under_attack_mnist");
    assert_non_null(strstr(cell(row, "detail")->text, "lack fgsm"));
    row = row_of(table, "accuracy_90_cifar10");
    assert_string_equal(cell(row, "detail")->text, "no run cifar10_vi");
    table_free(table);
    struct table *one = claims_of(six, 1); /* a comparison wants two seeds, a level does not */
    assert_string_equal(cell(row_of(one, "ten_percent_mnist"), "holds")->text, "not decidable");
    table_free(one);
    one = claims_of(six, 3);
    assert_string_equal(cell(row_of(one, "vi_beats_point_90_mnist"), "detail")->text,
                        "mle has 1 seed; the rule needs 2");
    table_free(one);
    const char *const without_map[] = {six[0], six[1], six[3], six[4]}; /* the best point estimate is not known */
    one = claims_of(without_map, 4);
    row = row_of(one, "vi_beats_point_90_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_string_equal(cell(row, "detail")->text, "no run mnist_map of the same seed");
    table_free(one);
}

/* One rival that is as good is enough against a claim to be better than all. */
static void the_best_rival_counts(void **state)
{
    (void)state;
    write_six(8, 1, "real");
    write_pruned(six[2], "map", "1", 9, 9, "real");
    write_pruned(six[5], "map", "2", 9, 9, "real");
    struct table *table = claims_of(six, RUNS);
    const union table_cell *row = row_of(table, "vi_beats_point_90_mnist");
    assert_near(cell(row, "measured")->number, -.1, 1e-12);
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "the interval of map contains the bound; mle 0.7, map -0.1"));
    table_free(table);
}

static void stand_ins_decide_nothing(void **state)
{
    (void)state;
    const char *const path = "vi.h5";
    write_pruned(path, "vi", "1", 10, 0, "SYNTHETIC (test)");
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
    write_pruned(path, "vi", "1", ITEMS, ITEMS, "real");
    struct table *table = claims_of(&path, 1);
    const union table_cell *row = row_of(table, "accuracy_90_mnist");
    assert_near(cell(row, "measured")->number, 1, 0);
    assert_near(cell(row, "low")->number, .7224672, 1e-6); /* 1 / (1 + 1.959964^2 / 10) */
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "contains the bound"));
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

/* Ten test items that the network is sure of, and as many of no class, of so many kinds: the whole network finds all of
 * them, and the pruned one those of a kind whose p is .5. */
static void write_unknown(const char *path, const char *seed, const float *pruned, size_t kinds)
{
    static const char *const names[] = {"noise", "shuffled", "cifar10"};
    float sure[ITEMS], unsure[ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        sure[i] = .9F + .001F * (float)i;
        unsure[i] = .5F;
    }
    struct store *store = run_file_begin(path, "mnist", "vi", seed, "real");
    run_file_probabilities(store, "/test", 1, ITEMS, sure, 0);
    run_file_probabilities(store, "/pruned/0.9/test", 1, ITEMS, sure, 0);
    for (size_t k = 0; k < kinds; k++) {
        char object[64];
        float found[ITEMS];
        for (size_t i = 0; i < ITEMS; i++)
            found[i] = pruned[k];
        (void)snprintf(object, sizeof object, "/ood/%s", names[k]);
        run_file_probabilities(store, object, 1, ITEMS, unsure, 0);
        (void)snprintf(object, sizeof object, "/pruned/0.9/ood/%s", names[k]);
        run_file_probabilities(store, object, 1, ITEMS, found, 0);
    }
    run_file_end(store);
}

/* Of the third kind there is one seed, and the rule needs two: what it says, against the claim, is not what decides. */
static void a_part_with_too_few_seeds_decides_nothing(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "vi2.h5"};
    static const float pruned[] = {.5F, .5F, .99F};
    write_unknown(paths[0], "1", pruned, 3);
    write_unknown(paths[1], "2", pruned, 2);
    assert_same_from_evidence(paths, 2);
    struct table *table = claims_of(paths, 2);
    const union table_cell *row = row_of(table, "pruned_unknown_90_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_string_equal(cell(row, "detail")->text, "cifar10 has 1 seed; the rule needs 2");
    assert_near(cell(row, "seeds")->number, 2, 0);
    assert_near(cell(row, "measured")->number, 0, 0);
    table_free(table);
    write_unknown(paths[1], "2", pruned, 3); /* with its second seed it does */
    table = claims_of(paths, 2);
    row = row_of(table, "pruned_unknown_90_mnist");
    assert_string_equal(cell(row, "holds")->text, "does not hold");
    assert_near(cell(row, "measured")->number, -1, 0);
    table_free(table);
}

/* The items have the same numbers, but not in the same file. */
static void runs_of_different_data_are_no_pair(void **state)
{
    (void)state;
    write_six(8, 1, "other");
    struct table *table = claims_of(six, RUNS);
    const union table_cell *row = row_of(table, "vi_beats_point_90_mnist");
    assert_string_equal(cell(row, "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row, "detail")->text, "mnist_mle_seed2: the runs were made from different data"));
    assert_true(isnan(cell(row, "measured")->number));
    table_free(table);
    const char *const paths[] = {"vi1.h5", "vi3.h5"};
    struct error error = {0};
    struct evidence evidence;
    write_pruned(paths[1], "vi", "3", 9, 8, "other"); /* and no seed of one run */
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

/* Which items the network at the mean weights has right by a criterion, at fraction 0, at a threshold of the same
 * fraction as what follows, and, not quite, at .9; of log p(0) at the prior's own density too. */
static void add_criterion(struct store *store, struct table *table, const char *criterion, size_t whole, size_t pruned,
                          size_t cut)
{
    static const struct {
        const char *grid;
        double fraction;
    } points[] = {{"fraction", 0}, {"threshold", .9}, {"fraction", .90004}, {"savage_dickey", .7}};
    const size_t right_at[] = {whole, 0, pruned, cut}, shape[] = {4, ITEMS};
    struct error error = {0};
    float right[4 * ITEMS];
    double index[ITEMS];
    char name[64];
    for (size_t point = 0; point < 4; point++) {
        struct row row = row_empty(table_find("prune"));
        row_text(&row, "criterion", criterion);
        row_text(&row, "grid", points[point].grid);
        row_number(&row, "fraction", points[point].fraction);
        assert_int_equal(table_add(table, row.cells, &error), STATUS_OK);
        for (size_t i = 0; i < ITEMS; i++) {
            right[point * ITEMS + i] = i < right_at[point] ? 1 : 0;
            index[i] = (double)i;
        }
    }
    (void)snprintf(name, sizeof name, "/prune/%s/right_at_mean", criterion);
    assert_int_equal(store_write_float(store, name, 2, shape, right, &error), STATUS_OK);
    (void)snprintf(name, sizeof name, "/prune/%s/items", criterion);
    assert_int_equal(store_write_double(store, name, 1, &shape[1], index, &error), STATUS_OK);
}

static void one_network_pruned_in_two_ways(void **state)
{
    (void)state;
    const char *const paths[] = {"vi1.h5", "vi2.h5"};
    for (size_t i = 0; i < 2; i++) {
        struct error error = {0};
        float p[ITEMS];
        for (size_t k = 0; k < ITEMS; k++)
            p[k] = k < 10 ? .75F : .25F;
        struct store *store = run_file_begin(paths[i], "mnist", "vi", i ? "2" : "1", "real");
        struct table *table = table_create(table_find("prune"), &error);
        assert_non_null(table);
        add_criterion(store, table, "log_p0", 9, 7, 5);
        add_criterion(store, table, "snr", 9, 8, 0);
        add_criterion(store, table, "magnitude", 9, 2, 0);
        assert_int_equal(table_save(table, store, &error), STATUS_OK);
        run_file_probabilities(store, "/test", 1, ITEMS, p, 0);
        table_free(table);
        run_file_end(store);
    }
    assert_same_from_evidence(paths, 2);
    static const struct {
        const char *id;
        double measured;
    } expected[] = {{"sigma_helps_90_mnist", .6},
                    {"snr_over_log_p0_90_mnist", .1},
                    {"savage_dickey_mnist", .4},
                    {"averaging_mnist", .1}}; /* all ten by the mean of the networks, nine by the mean network */
    struct table *table = claims_of(paths, 2);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_near(cell(row_of(table, expected[i].id), "measured")->number, expected[i].measured, 1e-12);
    const union table_cell *row = row_of(table, "sigma_helps_in_layers_98_mnist"); /* a criterion that was not asked */
    assert_non_null(strstr(cell(row, "detail")->text, "lack"));
    table_free(table);
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
        {"[prune]\ngranularity = unit\n", "the claims are about single weights"},
        {"[run]\nprofile = standard\n", NULL},
        {"[run]\nprofile = talk\n", NULL},
        {"", NULL},
    };
    const char *const path = "vi.h5";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_pruned(path, "vi", "1", 10, 0, "real");
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
    write_six(0, 9, "real");
    for (size_t i = 0; i < RUNS; i++)
        add_config(six[i], i % 3 == 1 ? "[run]\nprofile = smoke\n[posterior]\nmethod = mle\n" : "");
    struct table *table = claims_of(six, RUNS);
    assert_string_equal(cell(row_of(table, "accuracy_90_mnist"), "holds")->text, "does not hold");
    assert_string_equal(cell(row_of(table, "vi_beats_point_90_mnist"), "holds")->text, "not decidable");
    assert_non_null(strstr(cell(row_of(table, "vi_beats_point_90_mnist"), "detail")->text, "smoke"));
    table_free(table);
}

/* What the point estimates' configs say, and why they are then no evidence; NULL: they are. */
static void runs_that_do_not_compare_are_no_pair(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[model]\nprecision = bf16\n[posterior]\nmethod = mle\n", "the runs have different networks"},
        {"[train]\nepochs = 7\n[posterior]\nmethod = mle\n", "trained for 20 and for 7 epochs"},
        {"[data]\nvalidation_fraction = .3\n[posterior]\nmethod = mle\n", "different splits"},
        {"[posterior]\nmethod = mle\n", NULL}, /* the methods differ, which is what is compared */
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        write_six(8, 1, "real");
        for (size_t i = 0; i < RUNS; i++)
            add_config(six[i], i % 3 ? cases[c][0] : "");
        struct table *table = claims_of(six, RUNS);
        const union table_cell *row = row_of(table, "vi_beats_point_90_mnist");
        assert_string_equal(cell(row, "holds")->text, cases[c][1] ? "not decidable" : "holds");
        assert_int_equal(isnan(cell(row, "measured")->number) != 0, cases[c][1] != NULL);
        assert_true(!cases[c][1] || strstr(cell(row, "detail")->text, cases[c][1]));
        table_free(table);
    }
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
    assert_same_from_evidence(paths, 2);
    struct table *table = claims_of(paths, 2);
    const union table_cell *row = row_of(table, "overfit_ecg5000");
    assert_near(cell(row, "measured")->number, -.2, 1e-12);
    assert_near(cell(row, "high")->number, -.2 + sqrt(2) * .2262157, 1e-6);
    table_free(table);
}

/* The registry's method that a word of a row's list is about: "vi" of "vi_high"; NULL: none is called so. */
static const struct method *method_in(const char *word, size_t length)
{
    size_t count;
    const struct method *rows = methods(&count);
    for (size_t i = 0; i < count; i++) {
        const size_t own = strlen(rows[i].name);
        if (own <= length && strncmp(rows[i].name, word, own) == 0 && (own == length || word[own] == '_'))
            return &rows[i];
    }
    return NULL;
}

/* Asserts that every word of a list is about a method, and returns their number. */
static size_t assert_methods(const char *list, const char *temperature)
{
    size_t count = 0;
    for (const char *word = list; *word; count++) {
        size_t length = strcspn(word, " |");
        const size_t plain = length - strlen(temperature);
        const bool scaled = temperature[0] && length > strlen(temperature) &&
                            strncmp(word + plain, temperature, strlen(temperature)) == 0;
        if (!method_in(word, scaled ? plain : length))
            fail_msg("\"%.*s\" in \"%s\" is about no method", (int)length, word, list);
        word += length + (word[length] != '\0');
    }
    return count;
}

/* Data sets, methods and parts are in their registries, ids are unique, texts are complete, and a bound that the talk's
 * number itself would miss is a mistake. */
static void the_registry_is_sound(void **state)
{
    (void)state;
    struct error error = {0};
    struct claim *all;
    size_t row_count, count;
    const struct claim_row *rows = claim_rows(&row_count);
    if (claims_create(rows, row_count, &all, &count, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        const struct claim_row *row = all[i].row;
        assert_non_null(dataset_find(all[i].dataset, NULL));
        assert_non_null(strstr(all[i].id, all[i].dataset));
        assert_true(assert_methods(all[i].methods, "") >= 1);
        (void)assert_methods(all[i].rivals, "+temperature");
        assert_true(row->seeds >= 1 && row->words[0] && row->where[0] && all[i].how[0] && !strchr(all[i].how, '{'));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(all[i].id, all[j].id);
        assert_true(isnan(row->talk) || row->bound < 1); /* no accuracy's interval reaches 1 */
        if (!isnan(row->talk) && row->side != WITHIN)    /* digitised: +-.005 */
            assert_true(row->side == AT_LEAST ? row->talk >= row->bound - .005 : row->talk <= row->bound + .005);
    }
    claims_free(all, count);
}

/* ---- rows of a user's ---- */

static struct claim_row row_called(const char *name)
{
    size_t count;
    const struct claim_row *rows = claim_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i];
    }
    fail_msg("no row %s", name);
    return rows[0];
}

/* The measurement of a row's only claim, whose text is copied. */
static void measure(struct claim_row row, const char *const *paths, size_t count, struct measured *measured,
                    char how[256])
{
    struct error error = {0};
    struct evidence evidence;
    struct claim *claim;
    size_t claims;
    assert_int_equal(claims_create(&row, 1, &claim, &claims, &error), STATUS_OK);
    assert_int_equal(claims, 1);
    assert_int_equal(evidence_open(paths, count, &evidence, &error), STATUS_OK);
    *measured = (struct measured){0};
    assert_int_equal(claim_ask(&evidence, claim, measured, &error), STATUS_OK);
    (void)snprintf(how, 256, "%s", claim->how);
    evidence_close(&evidence);
    claims_free(claim, claims);
}

/* Of items of moons with these probabilities of their class; NULL: no validation items. */
static void write_moons(const char *path, const char *method, const float *test, const float *validation)
{
    struct store *store = run_file_begin(path, "moons", method, "1", "real");
    run_file_probabilities(store, "/test", 1, 2, test, 0);
    if (validation)
        run_file_probabilities(store, "/validation", 1, 3, validation, 0);
    run_file_end(store);
}

/* A data set and two methods that the talk compares nowhere: the row is enough. */
static void a_row_names_any_data_set_and_two_methods(void **state)
{
    (void)state;
    static const float dropout[] = {.5F, .5F}, mle[] = {.9F, .9F}, validation[] = {.8F, .8F, .2F};
    const char *const paths[] = {"a.h5", "b.h5"};
    struct measured measured;
    char how[256];
    write_moons(paths[0], "dropout", dropout, NULL);
    write_moons(paths[1], "mle", mle, validation);
    struct claim_row row = row_called("clean_nll");
    row.sets = "moons";
    row.methods = "dropout";
    row.rivals = "mle";
    measure(row, paths, 2, &measured, how);
    assert_string_equal(how, "nll of mle on test items less that of dropout");
    assert_near(finding_mean(&measured.finding), -log(.9) + log(.5), 1e-6);
    row.rivals = "mle+temperature"; /* of 2, by the validation items: see scaling_by_hand in test_derived.c */
    measure(row, paths, 2, &measured, how);
    assert_near(finding_mean(&measured.finding), -log(.75) + log(.5), 1e-3);
    row.rivals = "mle mle+temperature"; /* the least: without the temperature the rival is better */
    measure(row, paths, 2, &measured, how);
    assert_string_equal(how, "nll of the best of mle and mle with a temperature on test items less that of dropout");
    assert_near(finding_mean(&measured.finding), -log(.9) + log(.5), 1e-6);
    assert_string_equal(measured.detail, "mle -0.5878, mle with a temperature -0.4055");
    row.methods = "nothing"; /* a pair that does not exist */
    measure(row, paths, 2, &measured, how);
    assert_string_equal(measured.missing, "no run moons_nothing");
    assert_string_equal(claim_verdict(&row, &measured), "not decidable");
    row.methods = "dropout";
    row.rivals = "nothing";
    measure(row, paths, 2, &measured, how);
    assert_string_equal(measured.missing, "no run moons_nothing of the same seed");
}

/* "a|b" asks b where a lacks it, and only there. */
static void an_alternative_is_asked_where_the_first_lacks_it(void **state)
{
    (void)state;
    static const float right[] = {.9F, .9F}, half[] = {.9F, .1F};
    const char *const paths[] = {"a.h5", "b.h5"};
    struct measured measured;
    char how[256];
    struct claim_row row = row_called("accuracy_90");
    row.sets = "moons";
    row.methods = "vi|dropout";
    row.fraction = 0;
    write_moons(paths[0], "dropout", right, NULL);
    run_file_end(run_file_begin(paths[1], "moons", "vi", "1", "real"));
    measure(row, paths, 2, &measured, how);
    assert_near(finding_mean(&measured.finding), 1, 1e-12);
    assert_string_equal(measured.missing, "");
    write_moons(paths[1], "vi", half, NULL);
    measure(row, paths, 2, &measured, how);
    assert_near(finding_mean(&measured.finding), .5, 1e-12);
    assert_int_equal(measured.finding.count, 1);
    assert_string_equal(how, "accuracy of vi, pruned by snr, as the mean of as many networks as the whole one");
}

/* Of a row's parts a data set is asked for those that fit it, in the row's order. */
static void parts_are_those_that_fit_the_data_set(void **state)
{
    (void)state;
    static const char *const expected[][3] = {{"mnist", "noise rotation warp", "noise shuffled cifar10"},
                                              {"cifar10", "noise rotation warp", "noise shuffled mnist"},
                                              {"ecg5000", "noise time_shift time_warp", "noise shuffled"},
                                              {"moons", "noise time_shift time_warp", "noise shuffled"}};
    struct claim_row rows[] = {row_called("entropy_rises"), row_called("pruned_unknown_90")};
    struct error error = {0};
    struct claim *all;
    size_t count;
    rows[0].sets = rows[1].sets = "mnist cifar10 ecg5000 moons";
    assert_int_equal(claims_create(rows, 2, &all, &count, &error), STATUS_OK);
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(all[i].dataset, expected[i % 4][0]);
        assert_string_equal(all[i].parts, expected[i % 4][1 + i / 4]);
    }
    assert_string_equal(all[7].id, "pruned_unknown_90_moons");
    claims_free(all, count);
}

/* Each mistake in a row, and what is said of it. */
static void a_row_with_a_mistake_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *row, *sets, *rivals, *parts, *message;
    } cases[] = {
        {"tells_over_point", "mnist moosn", "mle", "noise", "did you mean moons"},
        {"tells_over_point", "mnist", "mle", "noise rotatoin", "did you mean rotation"},
        {"unknown_over_point", "mnist", "mle", "noise shufled", "did you mean shuffled"},
        {"unknown_over_point", "mnist", "mle", "rotation", "rotation"}, /* which is no kind of items */
        {"tells_over_point", "ecg5000", "mle", "rotation warp", "none of its parts fits ecg5000"},
        {"tells_over_point", "mnist", "", "noise", "its measure compares with rivals"},
        {"accuracy_90", "mnist", "mle", "", "its measure compares with none"},
        {"tells_over_point", "mnist", "mle", "", "its measure has parts"},
        {"accuracy_90", "mnist", "", "noise", "its measure has no parts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        struct claim_row row = row_called(cases[i].row);
        struct claim *claim;
        size_t count;
        row.sets = cases[i].sets;
        row.rivals = cases[i].rivals;
        row.parts = cases[i].parts;
        assert_int_equal(claims_create(&row, 1, &claim, &count, &error), STATUS_USAGE);
        assert_true(!claim && count == 0);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_non_null(strstr(error.message, cases[i].row));
    }
}

/* Whatever allocation fails, there is a status and a message, and nothing is lost (the leak checker looks on). */
static void allocation_failures_are_reported(void **state)
{
    (void)state;
    const char *const paths[] = {"vi.h5", "mle.h5"};
    write_pruned(paths[0], "vi", "1", 9, 8, "real");
    write_pruned(paths[1], "mle", "1", 9, 8, "real");
    bool met = true;
    for (size_t successes = 0; met; successes += 3) {
        struct error error = {0};
        struct table *table = table_create(table_find("claims"), NULL);
        assert_non_null(table);
        fault_arm(successes);
        enum status status = claims_make(table, paths, 2, "evidence", &error);
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
        cmocka_unit_test(within_has_two_bounds),
        cmocka_unit_test(p_values_by_hand),
        cmocka_unit_test(holm_steps_down),
        RUN_TEST(an_area_is_a_mean_over_items),
        RUN_TEST(scores_are_paired_item_by_item),
        RUN_TEST(evidence_is_of_the_method_that_is_asked),
        RUN_TEST(claims_by_hand),
        RUN_TEST(evidence_never_replaces_a_run),
        RUN_TEST(all_right_is_not_certain),
        RUN_TEST(one_part_refutes_the_whole),
        RUN_TEST(a_part_with_too_few_seeds_decides_nothing),
        RUN_TEST(runs_of_different_data_are_no_pair),
        RUN_TEST(runs_that_do_not_compare_are_no_pair),
        RUN_TEST(the_best_rival_counts),
        RUN_TEST(one_network_pruned_in_two_ways),
        RUN_TEST(overfitting_is_a_gap_of_gaps),
        RUN_TEST(stand_ins_decide_nothing),
        RUN_TEST(try_outs_decide_nothing),
        RUN_TEST(a_try_out_decides_nothing_for_others),
        cmocka_unit_test(the_registry_is_sound),
        RUN_TEST(a_row_names_any_data_set_and_two_methods),
        RUN_TEST(an_alternative_is_asked_where_the_first_lacks_it),
        cmocka_unit_test(parts_are_those_that_fit_the_data_set),
        cmocka_unit_test(a_row_with_a_mistake_is_refused),
        RUN_TEST(allocation_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

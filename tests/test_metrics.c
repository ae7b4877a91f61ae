/* tests/test_metrics.c: a metric is a row: its value from its items, its columns, what fills them, and rows that were
 * measured before it was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "check.h"
#include "results/tabulate.h"
#include "run/run.h"
#include "run/tables.h"
#include "run_files.h"
#include "scratch.h"

/* ---- columns: those of metric_columns.def, were no metric placed by table.def ---- */

#define COLUMN_NUMBER(column, unit) {#column, unit},
static const struct table_column of_run[] = {
#define METRIC_PLACED METRIC
#include "run/metric_columns.def"
};
static const struct table_column without_labels[] = {
#define METRIC_PLACED METRIC
#define METRICS_WITHOUT_LABELS
#include "run/metric_columns.def"
};
static const struct table_column of_band[] = {
#define METRIC_PLACED METRIC
#define METRICS_OVER_SEEDS
#include "run/metric_columns.def"
};
#undef COLUMN_NUMBER

#define KIND_OF(columns)                                                                                               \
    {                                                                                                                  \
#columns, "", columns, sizeof(columns) / sizeof(columns)[0], TABLE_OF_RUNS                                     \
    }
static const struct table_kind kinds[] = {KIND_OF(of_run), KIND_OF(without_labels), KIND_OF(of_band)};

static size_t expect_column(const struct table_kind *kind, size_t at, const char *name, const char *end,
                            const char *unit)
{
    char column[64];
    (void)snprintf(column, sizeof column, "%s%s", name, end);
    assert_true(at < kind->column_count);
    assert_string_equal(kind->columns[at].name, column);
    assert_string_equal(kind->columns[at].unit, unit);
    return at + 1;
}

/* NAME, and its interval where there is one, in the order of the rows, and nothing else. */
static void columns_follow_from_the_rows(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t count, at = 0;
        const struct metric *all = metrics(&count);
        for (size_t i = 0; i < count; i++) {
            if (kinds[k].columns == without_labels && all[i].labels == NEEDS_LABELS)
                continue;
            at = expect_column(&kinds[k], at, all[i].name, "", all[i].unit);
            if (all[i].kind == METRIC_WHOLE && kinds[k].columns != of_band)
                continue;
            at = expect_column(&kinds[k], at, all[i].name, "_low", all[i].unit);
            at = expect_column(&kinds[k], at, all[i].name, "_high", all[i].unit);
        }
        assert_int_equal(at, kinds[k].column_count);
    }
}

/* In the tables themselves: a metric's column has its unit, and an interval two ends. */
static void placed_columns_agree_with_the_rows(void **state)
{
    (void)state;
    static const char *const tables[] = {"prune",  "perturb",    "ood",          "summary",     "pruned",
                                         "scaled", "prune_band", "perturb_band", "pruned_band", "pruned_perturb_band"};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        size_t count, found = 0;
        const struct table_kind *kind = table_find(tables[t]);
        const struct metric *all = metrics(&count);
        for (size_t i = 0; i < count; i++) {
            char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
            const size_t column = table_column_index(kind, all[i].name);
            row_interval_names(all[i].name, low, high);
            assert_int_equal(table_column_index(kind, low) == SIZE_MAX, table_column_index(kind, high) == SIZE_MAX);
            if (column == SIZE_MAX)
                continue;
            assert_string_equal(kind->columns[column].unit, all[i].unit);
            found++;
        }
        assert_in_range(found, 2, count);
    }
}

/* ---- values ---- */

enum { SAMPLES = 3, ITEMS = 5, CLASSES = 4, ONE = ITEMS * CLASSES };

/* Probabilities of three networks for five items, from whole numbers without a rule. */
static void probabilities(float sampled[SAMPLES * ONE])
{
    for (size_t row = 0; row < (size_t)SAMPLES * ITEMS; row++) {
        double weight[CLASSES], sum = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            weight[k] = 1 + (double)((7 * row * row + 11 * k * row + 5 * k * k) % 23);
            sum += weight[k];
        }
        for (size_t k = 0; k < CLASSES; k++)
            sampled[row * CLASSES + k] = (float)(weight[k] / sum);
    }
}

static const uint8_t labels[ITEMS] = {0, 3, 1, 1, 2};

/* A row's formula, item by item, in doubles and from the samples alone; NaN for metrics that are not of items. */
static double plainly(enum metric_id id, const float *sampled, size_t item)
{
    double mean[CLASSES] = {0}, entropy = 0, expected = 0, squares = 0, brier = 0;
    size_t best = 0, votes[CLASSES] = {0}, most = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        const float *p = sampled + s * ONE + item * CLASSES;
        size_t vote = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            mean[k] += (double)p[k] / SAMPLES;
            expected -= (double)p[k] * log((double)p[k]) / SAMPLES;
            vote = p[k] > p[vote] ? k : vote;
        }
        votes[vote]++;
    }
    for (size_t k = 0; k < CLASSES; k++) {
        entropy -= mean[k] * log(mean[k]);
        brier += (mean[k] - (k == labels[item])) * (mean[k] - (k == labels[item]));
        best = mean[k] > mean[best] ? k : best;
        most = votes[k] > most ? votes[k] : most;
    }
    for (size_t s = 0; s < SAMPLES; s++) {
        const double off = (double)sampled[s * ONE + item * CLASSES + best] - mean[best];
        squares += off * off;
    }
    switch (id) {
    case METRIC_accuracy:
        return best == labels[item];
    case METRIC_nll:
        return -log(mean[labels[item]]);
    case METRIC_entropy:
        return entropy;
    case METRIC_aleatoric:
        return expected;
    case METRIC_mutual_information:
        return entropy - expected;
    case METRIC_std:
        return sqrt(squares / SAMPLES);
    case METRIC_variation_ratio:
        return 1 - (double)most / SAMPLES;
    case METRIC_mean_softmax:
        return mean[best];
    case METRIC_brier:
        return brier;
    default:
        return NAN;
    }
}

/* A row has the functions of its kind. Where it is of items, they are what its formula says, its value is their mean,
 * and its uncertainties go up where it says so. */
static void a_value_is_the_mean_of_its_items(void **state)
{
    (void)state;
    float sampled[SAMPLES * ONE], mean[ONE];
    probabilities(sampled);
    const struct prediction prediction = {
        .samples = SAMPLES, .items = ITEMS, .classes = CLASSES, .sampled = sampled, .mean = mean, .labels = labels};
    struct prediction to_average = prediction;
    prediction_average(&to_average);
    size_t count;
    const struct metric *all = metrics(&count);
    assert_int_equal(count, METRICS);
    for (enum metric_id id = 0; id < METRICS; id++) {
        const double value = metric_of(id, &prediction);
        assert_int_equal(all[id].of_item == NULL, all[id].kind == METRIC_WHOLE);
        assert_int_equal(all[id].of_all == NULL, all[id].kind != METRIC_WHOLE);
        assert_true(value >= all[id].least && value <= all[id].most);
        if (!all[id].of_item)
            continue;
        double sum = 0, uncertain[ITEMS];
        for (size_t i = 0; i < ITEMS; i++) {
            const double item = all[id].of_item(&prediction, i);
            if (!isnan(plainly(id, sampled, i))) /* a new metric is tested where it is written */
                assert_near(item, plainly(id, sampled, i), 1e-6);
            sum += item;
        }
        assert_near(value, sum / ITEMS, 1e-12);
        metric_uncertainties(&all[id], &prediction, uncertain);
        const double first = all[id].of_item(&prediction, 0), last = all[id].of_item(&prediction, ITEMS - 1);
        assert_near(uncertain[0] - uncertain[ITEMS - 1],
                    all[id].uncertainty == UNCERTAIN_IF_LOW ? last - first : first - last, 1e-12);
    }
}

/* Every column has its number, and an interval is Student's or, of a share, Wilson's. */
static void the_row_builder_fills_every_column(void **state)
{
    (void)state;
    float sampled[SAMPLES * ONE], mean[ONE];
    probabilities(sampled);
    struct prediction prediction = {
        .samples = SAMPLES, .items = ITEMS, .classes = CLASSES, .sampled = sampled, .mean = mean, .labels = labels};
    prediction_average(&prediction);
    struct error error = {0};
    size_t count, right = 0;
    const struct metric *all = metrics(&count);
    struct row row = row_empty(&kinds[0]);
    assert_int_equal(row_metrics(&row, &prediction, &error), STATUS_OK);
    for (size_t c = 0; c < row.kind->column_count; c++)
        assert_true(isfinite(row.cells[c].number));
    for (size_t i = 0; i < count; i++) {
        double values[ITEMS];
        char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
        row_interval_names(all[i].name, low, high);
        assert_near(row_get_number(&row, all[i].name), metric_value(&all[i], &prediction), 0);
        if (all[i].kind != METRIC_MEAN)
            continue;
        for (size_t k = 0; k < ITEMS; k++)
            values[k] = all[i].of_item(&prediction, k);
        const struct interval interval = stats_mean_interval(values, ITEMS);
        assert_near(row_get_number(&row, low), interval.low, 0);
        assert_near(row_get_number(&row, high), interval.high, 0);
    }
    for (size_t k = 0; k < ITEMS; k++)
        right += plainly(METRIC_accuracy, sampled, k) > 0;
    assert_in_range(right, 1, ITEMS - 1);
    assert_near(row_get_number(&row, "accuracy_low"), stats_wilson(right, ITEMS).low, 0);
    assert_near(row_get_number(&row, "accuracy_high"), stats_wilson(right, ITEMS).high, 0);
}

/* ---- rows that were measured before ---- */

static const char *const path = "a.h5";

static void add_old(struct table *table, const char *perturbation, double strength, double accuracy)
{
    struct error error = {0};
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "perturbation", perturbation);
    row_number(&row, "strength", strength);
    row_number(&row, "accuracy", accuracy);
    assert_int_equal(table_add(table, row.cells, &error), STATUS_OK);
}

/* Two networks, two items, two strengths. What an old row has stays, what it lacks comes from the predictions of its
 * own strength, and a row without predictions still lacks it. */
static void old_rows_are_measured_on_stored_predictions(void **state)
{
    (void)state;
    struct error error = {0};
    static const float first[] = {.5F, .5F, .5F, .5F};
    static const float sampled[] = {.9F, .1F, .8F, .2F, .7F, .3F, .4F, .6F, .6F, .4F, .5F, .5F, .6F, .4F, .5F, .5F};
    const size_t shape[] = {2, 2, 2, 2};
    struct store *store = run_file_begin(path, "mnist", "vi", "1", "real");
    run_file_probabilities(store, "/perturb/noise", 2, 2, first, 0);
    assert_int_equal(store_write_float(store, "/perturb/noise/probability", 4, shape, sampled, &error), STATUS_OK);
    struct table *table = table_create(table_find("perturb"), &error);
    add_old(table, "noise", 0, .123);
    add_old(table, "warp", 0, .5);
    add_old(table, "noise", 1, .456);
    assert_int_equal(table_save(table, store, &error), STATUS_OK);
    table_free(table);
    run_file_end(store);
    table = table_create(table_find("perturb"), &error);
    assert_int_equal(tabulate(table, &path, 1, &error), STATUS_OK);
    assert_int_equal(table_rows(table), 3);
    assert_near(table_number(table, 0, "accuracy"), .123, 0);
    assert_near(table_number(table, 0, "nll"), -(log(.8) + log(.6)) / 2, 1e-6);
    assert_near(table_number(table, 0, "std"), (.1 + .2) / 2, 1e-6);
    assert_near(table_number(table, 0, "brier"), (2 * .2 * .2 + 2 * .4 * .4) / 2, 1e-6);
    const double entropy[2] = {-(.8 * log(.8) + .2 * log(.2)), -(.6 * log(.6) + .4 * log(.4))};
    const struct interval interval = stats_mean_interval(entropy, 2);
    assert_near(table_number(table, 0, "entropy_low"), interval.low, 1e-5);
    assert_near(table_number(table, 0, "entropy_high"), interval.high, 1e-5);
    assert_true(isnan(table_number(table, 1, "nll")));
    assert_near(table_number(table, 2, "accuracy"), .456, 0);
    assert_near(table_number(table, 2, "nll"), -(log(.6) + log(.5)) / 2, 1e-6);
    assert_near(table_number(table, 2, "mutual_information"), 0, 0);
    table_free(table);
}

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_follow_from_the_rows),
        cmocka_unit_test(placed_columns_agree_with_the_rows),
        cmocka_unit_test(a_value_is_the_mean_of_its_items),
        cmocka_unit_test(the_row_builder_fills_every_column),
        cmocka_unit_test_setup_teardown(old_rows_are_measured_on_stored_predictions, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/results/didactic.c: densities are densities, and extremes are where calculus has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "results/didactic.h"
#include "run/tables.h"

static struct table *make(const char *name)
{
    struct error error = {0};
    struct table *table = table_create(table_find(name), &error);
    assert_non_null(table);
    assert_int_equal(didactic_make(table, &error), STATUS_OK);
    assert_true(table_rows(table) > 0);
    return table;
}

static double cell(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row)[table_column_index(table_kind_of(table), column)].number;
}

/* The trapezoids' area below y(x) over rows first .. end - 1. */
static double area(const struct table *table, size_t first, size_t end, const char *x, const char *y)
{
    double sum = 0;
    for (size_t i = first + 1; i < end; i++)
        sum += (cell(table, i, x) - cell(table, i - 1, x)) * (cell(table, i, y) + cell(table, i - 1, y)) / 2;
    return sum;
}

static void test_bayes_rule(void **state)
{
    (void)state;
    struct table *table = make("bayes_rule");
    size_t rows = table_rows(table);
    /* The curve begins at .4, below which Beta(8, 2) has .004 of its area, and the posterior none. */
    assert_near(area(table, 0, rows, "accuracy", "posterior"), 1, 1e-3);
    assert_near(area(table, 0, rows, "accuracy", "likelihood"), 1, 1e-3);
    assert_near(area(table, 0, rows, "accuracy", "prior"), 1 - 0.0038, 1e-3);
    /* Bayes' rule itself: posterior / (prior * likelihood) is one number. */
    double ratio = 0;
    for (size_t i = rows / 2; i + 1 < rows; i++) {
        double found = cell(table, i, "posterior") / (cell(table, i, "prior") * cell(table, i, "likelihood"));
        ratio = ratio > 0 ? ratio : found;
        assert_near(found, ratio, 1e-9 * ratio);
    }
    assert_near(cell(table, 0, "point_estimate"), 34.0 / 35, 1e-12);
    assert_near(cell(table, 0, "prior_right"), 8, 0);
    assert_near(cell(table, 0, "prior_wrong"), 2, 0);
    double low = cell(table, 0, "low"), high = cell(table, 0, "high");
    assert_true(low < 34.0 / 35 && 34.0 / 35 < high);
    size_t first = 0, end = rows;
    while (cell(table, first, "accuracy") < low)
        first++;
    while (cell(table, end - 1, "accuracy") > high)
        end--;
    assert_near(area(table, first, end, "accuracy", "posterior"), 0.95, 0.01);
    table_free(table);
}

static void test_gaussian(void **state)
{
    (void)state;
    struct table *table = make("gaussian");
    size_t rows = table_rows(table), first = 0;
    for (size_t i = 1; i <= rows; i++) {
        bool ends = i == rows || cell(table, i, "mu") != cell(table, first, "mu") ||
                    cell(table, i, "sigma") != cell(table, first, "sigma");
        if (!ends)
            continue;
        assert_near(area(table, first, i, "weight", "density"), 1, 2e-3);
        first = i;
    }
    table_free(table);
}

static void test_sigma_loss(void **state)
{
    (void)state;
    struct table *table = make("sigma_loss");
    size_t best = 0;
    for (size_t i = 0; i < table_rows(table); i++) {
        assert_near(cell(table, i, "log_part") + cell(table, i, "square_part"), cell(table, i, "loss"), 1e-12);
        best = cell(table, i, "loss") < cell(table, best, "loss") ? i : best;
    }
    /* d/dsigma (sigma^2 / 2 s^2 - log sigma) = 0 at sigma = s; the grid's steps are 1.2 %. */
    assert_near(cell(table, best, "sigma"), cell(table, best, "prior_sigma"), 0.013);
    table_free(table);
}

static void test_every_formula_has_rows(void **state)
{
    (void)state;
    size_t count;
    const struct table_kind *kinds = table_kinds(&count);
    struct error error = {0};
    for (size_t i = 0; i < count; i++) {
        if (kinds[i].origin == TABLE_OF_FORMULA)
            table_free(make(kinds[i].name));
    }
    struct table *table = table_create(table_find("train"), &error);
    assert_int_equal(didactic_make(table, &error), STATUS_FAILED);
    table_free(table);
}

/* The integral of q log(q / p) over 8 sigmas to each side, by trapezoids. */
static double kl_by_integration(double mu, double sigma, double prior)
{
    enum { STEPS = 4000 };
    double sum = 0, width = 16 * sigma / STEPS;
    for (size_t i = 0; i <= STEPS; i++) {
        double w = mu + ((double)i - STEPS / 2.0) * width, z = (w - mu) / sigma, y = w / prior;
        sum += exp(-z * z / 2) / (sqrt(2 * acos(-1)) * sigma) * (-z * z / 2 - log(sigma) + y * y / 2 + log(prior));
    }
    return sum * width;
}

static void test_losses(void **state)
{
    (void)state;
    struct table *table = make("losses");
    size_t column = table_column_index(table_kind_of(table), "loss"), checked[3] = {0};
    double decay = NAN, lowest = INFINITY;
    for (size_t i = 0; i < table_rows(table); i++) {
        const char *loss = table_row(table, i)[column].text;
        double weight = cell(table, i, "weight"), nats = cell(table, i, "nats"), prior = cell(table, i, "prior_sigma");
        lowest = fmin(lowest, nats);
        if (strcmp(loss, "weight_decay") == 0) {
            decay = nats;
            checked[0]++;
        } else if (strcmp(loss, "log_prior") == 0) { /* the row after it, of the same weight */
            assert_near(weight, cell(table, i - 1, "weight"), 0);
            assert_near(nats, decay, 1e-12);
            checked[1]++;
        } else {
            if (i % 50 == 0)
                assert_near(nats, kl_by_integration(weight, cell(table, i, "sigma"), prior), 1e-9);
            checked[2]++;
        }
    }
    assert_true(checked[0] > 100 && checked[1] == checked[0] && checked[2] == 3 * checked[0]);
    assert_near(lowest, 0, 1e-12);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_losses), cmocka_unit_test(test_bayes_rule),
                                       cmocka_unit_test(test_gaussian), cmocka_unit_test(test_sigma_loss),
                                       cmocka_unit_test(test_every_formula_has_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

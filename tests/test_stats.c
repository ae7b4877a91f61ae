/* lib/core/stats.c against published tables and values worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/memory.h"
#include "core/stats.h"
#include "reference.h"

/* Sums of a few terms of order 1 in double: some ten roundings of 1.1e-16 each. */
static const double EXACT = 1e-14;

static int close_to(double value, double expected, double tolerance)
{
    return fabs(value - expected) <= tolerance;
}

/* Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17: 857-872, table
 * I, method 3 (score without continuity correction), to the four digits printed there. */
static void test_wilson_published(void **state)
{
    (void)state;
    static const struct {
        size_t successes, trials;
        double low, high;
    } rows[] = {{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}};
    const double half_digit = 5e-5;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct interval interval = stats_wilson(rows[i].successes, rows[i].trials);
        assert_true(close_to(interval.low, rows[i].low, half_digit));
        assert_true(close_to(interval.high, rows[i].high, half_digit));
        /* Twin: one success more must be noticed. */
        assert_false(close_to(stats_wilson(rows[i].successes + 1, rows[i].trials).low, rows[i].low, half_digit));
    }
}

/* The ends are the two roots of (p - q)^2 = z^2 q (1 - q) / n; z = 1.9599639845400545 from any table of the normal. */
static void test_wilson_solves_its_equation(void **state)
{
    (void)state;
    const double z = 1.9599639845400545;
    for (size_t successes = 1; successes < 40; successes++) {
        struct interval interval = stats_wilson(successes, 40);
        const double ends[] = {interval.low, interval.high};
        for (size_t i = 0; i < 2; i++) {
            double p = (double)successes / 40, q = ends[i];
            assert_true(close_to((p - q) * (p - q), z * z * q * (1 - q) / 40, EXACT));
        }
        assert_true(interval.low < (double)successes / 40 && (double)successes / 40 < interval.high);
    }
}

static void test_wilson_edges(void **state)
{
    (void)state;
    struct interval none = stats_wilson(0, 0);
    assert_true(none.low <= 0 && none.high >= 1);
    struct interval all = stats_wilson(7, 7);
    assert_true(all.high >= 1 && all.low > 0.5 && all.low < 1);
    struct interval zero = stats_wilson(0, 7);
    assert_true(zero.low <= 0 && close_to(zero.high, 1 - all.low, EXACT));
}

/* 1..5: mean 3, s = sqrt(2.5), t = 2.776445105 at 4 degrees (any table of Student's t). */
static void test_mean_interval(void **state)
{
    (void)state;
    double values[] = {4, 1, 5, 3, 2};
    const double half_width = 2.776445105 * sqrt(2.5 / 5);
    const double table_digits = 1e-9; /* half a digit of the table's last, times sqrt(.5) */
    struct interval interval = stats_mean_interval(values, 5);
    assert_true(close_to(stats_mean(values, 5), 3, EXACT));
    assert_true(close_to(interval.low, 3 - half_width, table_digits));
    assert_true(close_to(interval.high, 3 + half_width, table_digits));
    values[2] = 5.001; /* twin */
    assert_false(close_to(stats_mean_interval(values, 5).low, 3 - half_width, table_digits));
}

static void test_mean_of_too_few(void **state)
{
    (void)state;
    double one[] = {2};
    assert_true(isnan(stats_mean(one, 0)));
    assert_true(close_to(stats_mean(one, 1), 2, 0));
    assert_true(isnan(stats_mean_interval(one, 1).low) && isnan(stats_mean_interval(one, 1).high));
    double equal[] = {2, 2};
    assert_true(close_to(stats_mean_interval(equal, 2).low, 2, 0));
}

/* Type 7 by hand: 10, 20, 30, 40 at level p lies at h = 3p. */
static void test_quantiles(void **state)
{
    (void)state;
    float values[] = {30, 10, 40, 20};
    const double levels[] = {0, .25, .5, .9, 1};
    const double expected[] = {10, 17.5, 25, 37, 40};
    double quantiles[5];
    stats_quantiles(values, 4, levels, 5, quantiles);
    for (size_t i = 0; i < 5; i++)
        assert_true(close_to(quantiles[i], expected[i], 40 * EXACT));
    assert_true(close_to(stats_median(values, 4), expected[2], 40 * EXACT));
    values[0] = 31; /* twin: some order statistic changes */
    stats_quantiles(values, 4, levels, 5, quantiles);
    int changed = 0;
    for (size_t i = 0; i < 5; i++)
        changed += !close_to(quantiles[i], expected[i], 40 * EXACT);
    assert_true(changed > 0);
    stats_quantiles(values, 0, levels, 1, quantiles);
    assert_true(isnan(quantiles[0]));
    stats_quantiles(values, 1, levels, 5, quantiles);
    assert_true(close_to(quantiles[0], quantiles[4], 0));
}

/* Against a sort, for inputs that break careless selections: sorted, reversed, all equal, with ties. */
static void test_quantiles_against_sort(void **state)
{
    (void)state;
    enum { COUNT = 997, LEVELS = 5 };
    static const double levels[LEVELS] = {.05, .25, .5, .75, .95};
    for (size_t pattern = 0; pattern < 4; pattern++) {
        float values[COUNT], sorted[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            const size_t patterns[] = {i, COUNT - i, 7, i * 619 % 50};
            values[i] = sorted[i] = (float)patterns[pattern];
        }
        reference_sort(sorted, COUNT);
        double quantiles[LEVELS];
        stats_quantiles(values, COUNT, levels, LEVELS, quantiles);
        for (size_t i = 0; i < LEVELS; i++) {
            double h = (COUNT - 1) * levels[i];
            size_t k = (size_t)h;
            double expected = (double)sorted[k] + (h - (double)k) * (double)(sorted[k + 1] - sorted[k]);
            assert_true(close_to(quantiles[i], expected, COUNT * EXACT));
        }
    }
}

/* The textbook example of intelligence quotients and hours of television: rho = 1 - 6 * 194 / (10 * 99) = -29/165. */
static void test_spearman_published(void **state)
{
    (void)state;
    const double quotient[] = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    double hours[] = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    double rho = 0;
    assert_int_equal(stats_spearman(quotient, hours, 10, &rho, NULL), STATUS_OK);
    assert_true(close_to(rho, -29.0 / 165, EXACT));
    hours[2] = 60; /* twin: from the lowest to the highest rank */
    assert_int_equal(stats_spearman(quotient, hours, 10, &rho, NULL), STATUS_OK);
    assert_false(close_to(rho, -29.0 / 165, EXACT));
}

/* Ties: ranks of a are 1, 2.5, 2.5, 4 and of b 1, 2, 3, 4; Pearson's correlation of them is 4.5 / sqrt(4.5 * 5). */
static void test_spearman_edges(void **state)
{
    (void)state;
    const double a[] = {1, 5, 5, 9}, b[] = {10, 20, 30, 40}, falling[] = {4, 3, 2, 1}, constant[] = {2, 2, 2, 2};
    double rho = 0;
    assert_int_equal(stats_spearman(a, b, 4, &rho, NULL), STATUS_OK);
    assert_true(close_to(rho, 4.5 / sqrt(4.5 * 5), EXACT));
    assert_int_equal(stats_spearman(b, falling, 4, &rho, NULL), STATUS_OK);
    assert_true(close_to(rho, -1, EXACT));
    assert_int_equal(stats_spearman(b, constant, 4, &rho, NULL), STATUS_OK);
    assert_true(isnan(rho));
    assert_int_equal(stats_spearman(a, b, 1, &rho, NULL), STATUS_OK);
    assert_true(isnan(rho));
    assert_int_equal(stats_spearman(a, b, 0, &rho, NULL), STATUS_OK);
    assert_true(isnan(rho));
}

static void test_spearman_without_memory(void **state)
{
    (void)state;
    const double a[] = {1, 2, 3};
    double rho = 0;
    struct error error = {0};
    fault_arm(0);
    assert_int_equal(stats_spearman(a, a, 3, &rho, &error), STATUS_NO_MEMORY);
    assert_true(fault_met() && error.message[0] != '\0' && isnan(rho));
    fault_arm(SIZE_MAX);
}

/* Pairs (a, b) with b > a: of 3 x 2, those of 2: one (over 1) and a tie with 2; of 5: all three. (1 + .5 + 3) / 6. */
static void test_auroc(void **state)
{
    (void)state;
    const double a[] = {3, 1, 2}, b[] = {2, 5};
    double area = 0;
    assert_int_equal(stats_auroc(a, 3, b, 2, &area, NULL), STATUS_OK);
    assert_true(close_to(area, 4.5 / 6, EXACT));
    assert_int_equal(stats_auroc(b, 2, a, 3, &area, NULL), STATUS_OK);
    assert_true(close_to(area, 1.5 / 6, EXACT));
    assert_int_equal(stats_auroc(a, 3, a, 3, &area, NULL), STATUS_OK);
    assert_true(close_to(area, .5, EXACT));
    assert_int_equal(stats_auroc(a, 0, b, 2, &area, NULL), STATUS_OK);
    assert_true(isnan(area));
    assert_int_equal(stats_auroc(a, 3, b, 0, &area, NULL), STATUS_OK);
    assert_true(isnan(area));
}

/* {1, 2, 3} and {4, 6}: sums of squares 2 and 2, s^2 = 4/3 at 3 degrees, t = 3.182446305284, 1/3 + 1/2 = 5/6. */
static void test_difference_half(void **state)
{
    (void)state;
    const double a[] = {1, 2, 3}, b[] = {4, 6};
    assert_true(close_to(stats_difference_half(a, 3, b, 2), 3.182446305284263 * sqrt(4.0 / 3 * 5 / 6), 1e-9));
    assert_true(isnan(stats_difference_half(a, 1, b, 1)));
    assert_true(isnan(stats_difference_half(a, 3, b, 0)));
}

/* z(.975) = 1.959963985, z(1 - .025/10) = z(.9975) = 2.807033768. */
static void test_simultaneous(void **state)
{
    (void)state;
    assert_true(close_to(stats_simultaneous(0), 1, 1e-9));
    assert_true(close_to(stats_simultaneous(1), 1, 1e-9));
    assert_true(close_to(stats_simultaneous(10), 2.807033768343811 / 1.959963984540054, 1e-9));
}

/* Found: 3, 2, 2, 0; clean: 2, 1, 1. From above: 3 (one found); 2 (two found, one clean); 1 (two clean); 0 (one found).
 * AUROC: 3 is above three, each 2 above two and ties with one, 0 above none: (3 + 2.5 + 2.5) / 12. Precision 1, 3/4, -,
 * 4/7 at recall 1/4, 3/4, -, 1: 1/4 + 3/8 + 1/7. 95 % of four are four, at 0: all clean ones are called. */
static void test_detection(void **state)
{
    (void)state;
    struct error error = {0};
    static const double clean[] = {2, 1, 1}, found[] = {3, 2, 2, 0}, sure[] = {5, 6, 7};
    struct detection detection;
    double area, placement[4];
    assert_int_equal(stats_detection(clean, 3, found, 4, &detection, &error), STATUS_OK);
    assert_near(detection.auroc, 8 / 12., 1e-15);
    assert_near(detection.aupr, 1 / 4. + 3 / 8. + 1 / 7., 1e-15);
    assert_near(detection.fpr95, 1, 0);
    assert_int_equal(stats_auroc(clean, 3, found, 4, &area, &error), STATUS_OK);
    assert_near(detection.auroc, area, 1e-15);
    assert_int_equal(stats_placements(clean, 3, found, 4, placement, &error), STATUS_OK);
    static const double expected[] = {1, 2.5 / 3, 2.5 / 3, 0};
    for (size_t i = 0; i < 4; i++)
        assert_near(placement[i], expected[i], 1e-15);
    assert_int_equal(stats_detection(clean, 3, sure, 3, &detection, &error), STATUS_OK);
    assert_true(detection.auroc == 1 && detection.aupr == 1 && detection.fpr95 == 0);
    assert_int_equal(stats_detection(clean, 3, found, 0, &detection, &error), STATUS_OK);
    assert_true(isnan(detection.auroc) && isnan(detection.aupr) && isnan(detection.fpr95));
    const double unknown[] = {NAN};
    assert_int_equal(stats_detection(clean, 3, unknown, 1, &detection, &error), STATUS_OK);
    assert_true(isnan(detection.auroc));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_wilson_published),
        cmocka_unit_test(test_wilson_solves_its_equation),
        cmocka_unit_test(test_wilson_edges),
        cmocka_unit_test(test_mean_interval),
        cmocka_unit_test(test_mean_of_too_few),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantiles_against_sort),
        cmocka_unit_test(test_spearman_published),
        cmocka_unit_test(test_spearman_edges),
        cmocka_unit_test(test_spearman_without_memory),
        cmocka_unit_test(test_auroc),
        cmocka_unit_test(test_difference_half),
        cmocka_unit_test(test_simultaneous),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

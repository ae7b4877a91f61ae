/* lib/data/split.c and augment.c: which items are trained on, and how training items are changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "data/augment.h"
#include "data/split.h"

enum { ITEMS = 1003 };

static struct split split_good(double fraction, size_t train_items, uint64_t seed)
{
    struct split split;
    struct error error;
    assert_int_equal(split_make(ITEMS, fraction, train_items, seed, &split, &error), STATUS_OK);
    return split;
}

static void test_split_is_disjoint_and_complete(void **state)
{
    (void)state;
    struct split split = split_good(0.2, 0, 7);
    assert_int_equal(split.validation_count, 201); /* round(200.6) */
    assert_int_equal(split.train_count, ITEMS - 201);
    unsigned char seen[ITEMS] = {0};
    for (size_t i = 0; i < split.validation_count; i++)
        seen[split.validation[i]]++;
    for (size_t i = 0; i < split.train_count; i++)
        seen[split.train[i]]++;
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(seen[i], 1);
    split_free(&split);
    assert_null(split.train);
    split_free(&split); /* an empty split may be freed */
}

static void test_split_stays(void **state)
{
    (void)state;
    struct split first = split_good(0.2, 0, 7), again = split_good(0.2, 0, 7), other = split_good(0.2, 0, 8);
    assert_memory_equal(first.train, again.train, first.train_count * sizeof *first.train);
    assert_memory_equal(first.validation, again.validation, first.validation_count * sizeof *first.validation);
    assert_memory_not_equal(first.validation, other.validation, first.validation_count * sizeof *first.validation);
    split_free(&first);
    split_free(&again);
    split_free(&other);
}

/* Fewer training items are the first of the many, and leave the validation items as they are. */
static void test_split_train_items(void **state)
{
    (void)state;
    struct split all = split_good(0.2, 0, 7), few = split_good(0.2, 50, 7), more = split_good(0.2, 100000, 7);
    assert_int_equal(few.train_count, 50);
    assert_int_equal(more.train_count, all.train_count);
    assert_int_equal(few.validation_count, all.validation_count);
    assert_memory_equal(few.train, all.train, 50 * sizeof *all.train);
    assert_memory_equal(few.validation, all.validation, all.validation_count * sizeof *all.validation);
    split_free(&all);
    split_free(&few);
    split_free(&more);
}

static void test_split_limits(void **state)
{
    (void)state;
    struct split split = split_good(0.00001, 0, 1);
    assert_int_equal(split.validation_count, 1);
    split_free(&split);
    split = split_good(0.99999, 0, 1);
    assert_int_equal(split.train_count, 1);
    split_free(&split);
    struct error error;
    assert_int_equal(split_make(1, 0.5, 0, 1, &split, &error), STATUS_DATA);
    assert_int_equal(split_make((size_t)UINT32_MAX + 1, 0.5, 0, 1, &split, &error), STATUS_DATA);
    assert_int_equal(split_make(2, 0.5, 0, 1, &split, &error), STATUS_OK);
    assert_int_equal(split.train[0] + split.validation[0], 1);
    split_free(&split);
}

/* Each item is a validation item equally often: over 400 seeds, the count of each of 20 items is binomial(400, .25).
 * The sum of their squared normalised deviations is about chi-square with 20 - 1 degrees of freedom (the counts add up
 * to a constant, which also makes their covariance negative: the factor 19/20). The seeds are fixed, so this passes
 * always or never. */
static void test_split_is_fair(void **state)
{
    (void)state;
    enum { SEEDS = 400, FEW = 20 };
    double chosen[FEW] = {0}, chi_square = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct split split;
        struct error error;
        assert_int_equal(split_make(FEW, 0.25, 0, seed, &split, &error), STATUS_OK);
        for (size_t i = 0; i < split.validation_count; i++)
            chosen[split.validation[i]]++;
        split_free(&split);
    }
    for (size_t i = 0; i < FEW; i++)
        chi_square += (chosen[i] - SEEDS * 0.25) * (chosen[i] - SEEDS * 0.25) / (SEEDS * 0.25 * 0.75);
    chi_square *= 19.0 / 20;
    assert_true(gsl_cdf_chisq_Q(chi_square, FEW - 1) > 1e-5);
    assert_true(gsl_cdf_chisq_P(chi_square, FEW - 1) > 1e-5); /* too even is as suspect as too uneven */
}

static void test_subset(void **state)
{
    (void)state;
    struct error error;
    uint32_t *some, *again, *all;
    size_t chosen;
    assert_int_equal(subset_make(ITEMS, 100, &some, &chosen, &error), STATUS_OK);
    assert_int_equal(chosen, 100);
    for (size_t i = 0; i < chosen; i++)
        assert_true(some[i] < ITEMS && (i == 0 || some[i] > some[i - 1]));
    assert_int_equal(subset_make(ITEMS, 100, &again, &chosen, &error), STATUS_OK);
    assert_memory_equal(some, again, 100 * sizeof *some);
    assert_true(some[99] > 199); /* not simply the first ones: the chance of that is below (1/5)^100 */
    memory_free(some);
    memory_free(again);
    const size_t counts[] = {0, ITEMS, ITEMS + 5};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        assert_int_equal(subset_make(ITEMS, counts[c], &all, &chosen, &error), STATUS_OK);
        assert_int_equal(chosen, ITEMS);
        for (size_t i = 0; i < ITEMS; i++)
            assert_int_equal(all[i], i);
        memory_free(all);
    }
    assert_int_equal(subset_make((size_t)UINT32_MAX + 1, 5, &all, &chosen, &error), STATUS_DATA);
    assert_null(all);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct error error;
    struct split split;
    for (size_t successes = 0; successes < 3; successes++) { /* the order, the validation items, the training items */
        fault_arm(successes);
        assert_int_equal(split_make(ITEMS, 0.2, 0, 1, &split, &error), STATUS_NO_MEMORY);
        assert_true(fault_met());
        assert_null(split.train);
        assert_null(split.validation);
    }
    uint32_t *indices;
    size_t chosen;
    fault_arm(0);
    assert_int_equal(subset_make(ITEMS, 5, &indices, &chosen, &error), STATUS_NO_MEMORY);
    assert_null(indices);
    fault_arm(SIZE_MAX);
}

static const struct shape image = {3, 4, 2};
enum { IMAGE_SIZE = 3 * 4 * 2, BATCH = 300 };
static const float background = -9;

static float element(size_t item, size_t row, size_t column, size_t channel)
{
    return (float)(item * 100 + row * 20 + column * 3 + channel * 10);
}

static float *make_batch(void)
{
    float *x = malloc(sizeof *x * BATCH * IMAGE_SIZE);
    assert_non_null(x);
    for (size_t i = 0; i < BATCH * IMAGE_SIZE; i++)
        x[i] = element(i / IMAGE_SIZE, i % IMAGE_SIZE / 8, i % 8 / 2, i % 2);
    return x;
}

/* Whether an item is the original, flipped or not, moved down and right: by the definition, pixel for pixel. */
static bool matches(const float *x, size_t item, bool flip, long down, long right)
{
    for (long row = 0; row < 3; row++) {
        for (long column = 0; column < 4; column++) {
            long from_row = row - down, from_column = column - right;
            bool inside = from_row >= 0 && from_row < 3 && from_column >= 0 && from_column < 4;
            for (size_t c = 0; c < 2; c++) {
                float expected = background;
                if (inside)
                    expected = element(item, (size_t)from_row, (size_t)(flip ? 3 - from_column : from_column), c);
                if (x[item * IMAGE_SIZE + (size_t)(row * 4 + column) * 2 + c] != expected)
                    return false;
            }
        }
    }
    return true;
}

static void augment(struct augmentation augmentation, size_t batch, uint64_t step, float *x, int threads)
{
    float scratch[4 * IMAGE_SIZE];
    assert_true(threads <= 4);
    augment_batch(augmentation, image, batch, 11, step, x, scratch, threads);
}

static void test_augment_off(void **state)
{
    (void)state;
    float *x = make_batch(), *original = make_batch();
    augment((struct augmentation){.background = background}, BATCH, 0, x, 1);
    assert_memory_equal(x, original, sizeof *x * BATCH * IMAGE_SIZE);
    free(x);
    free(original);
}

/* One item by hand: 1 2 / 3 4 mirrored is 2 1 / 4 3. */
static void test_augment_flip(void **state)
{
    (void)state;
    const float plain[4] = {1, 2, 3, 4}, mirrored[4] = {2, 1, 4, 3};
    float x[BATCH * 4], scratch[4];
    for (size_t i = 0; i < BATCH; i++)
        memcpy(x + i * 4, plain, sizeof plain);
    struct augmentation flip = {.flip = true, .background = background};
    augment_batch(flip, (struct shape){2, 2, 1}, BATCH, 11, 0, x, scratch, 1);
    size_t flipped = 0;
    for (size_t i = 0; i < BATCH; i++) {
        bool is_mirrored = memcmp(x + i * 4, mirrored, sizeof mirrored) == 0;
        assert_true(is_mirrored || memcmp(x + i * 4, plain, sizeof plain) == 0);
        flipped += is_mirrored;
    }
    /* binomial(300, 1/2): within 4.5 standard deviations of 8.66 */
    assert_in_range(flipped, 150 - 39, 150 + 39);
}

/* Every item is one of the 2 x 3 x 3 possible ones and nothing else, and each occurs as often as it should: chi-square
 * with 17 degrees of freedom over 300 items, a fixed draw. */
static void test_augment_flip_and_shift(void **state)
{
    (void)state;
    float *x = make_batch();
    augment((struct augmentation){.flip = true, .shift = 1, .background = background}, BATCH, 5, x, 2);
    double seen[18] = {0}, chi_square = 0;
    for (size_t i = 0; i < BATCH; i++) {
        size_t found = 0;
        for (size_t k = 0; k < 18; k++) {
            if (matches(x, i, k >= 9, (long)(k % 9 / 3) - 1, (long)(k % 3) - 1)) {
                seen[k]++;
                found++;
            }
        }
        assert_int_equal(found, 1);
    }
    for (size_t k = 0; k < 18; k++)
        chi_square += (seen[k] - BATCH / 18.0) * (seen[k] - BATCH / 18.0) / (BATCH / 18.0);
    assert_true(gsl_cdf_chisq_Q(chi_square, 17) > 1e-5);
    free(x);
}

/* The draw of item i depends on (seed, step, i) alone: not on the batch's size and not on the threads. */
static void test_augment_is_keyed(void **state)
{
    (void)state;
    struct augmentation both = {.flip = true, .shift = 2, .background = background};
    float *x = make_batch(), *part = make_batch(), *other = make_batch();
    augment(both, BATCH, 5, x, 4);
    augment(both, 20, 5, part, 1);
    augment(both, BATCH, 6, other, 1);
    assert_memory_equal(x, part, sizeof *x * 20 * IMAGE_SIZE);
    assert_memory_not_equal(x, other, sizeof *x * BATCH * IMAGE_SIZE);
    free(x);
    free(part);
    free(other);
}

/* A series has no left and right: it is moved in time alone. */
static void test_augment_series(void **state)
{
    (void)state;
    const float plain[5] = {1, 2, 3, 4, 5};
    float x[40 * 5], scratch[5];
    for (size_t i = 0; i < 40; i++)
        memcpy(x + i * 5, plain, sizeof plain);
    struct augmentation both = {.flip = true, .shift = 1, .background = 0};
    augment_batch(both, (struct shape){5, 1, 1}, 40, 11, 0, x, scratch, 1);
    const float expected[3][5] = {{2, 3, 4, 5, 0}, {1, 2, 3, 4, 5}, {0, 1, 2, 3, 4}};
    size_t seen[3] = {0};
    for (size_t i = 0; i < 40; i++) {
        size_t found = 0;
        for (size_t k = 0; k < 3; k++) {
            bool same = memcmp(x + i * 5, expected[k], sizeof expected[k]) == 0;
            seen[k] += same;
            found += same;
        }
        assert_int_equal(found, 1);
    }
    assert_true(seen[0] && seen[1] && seen[2]); /* one is missing with a chance of 3 (2/3)^40 < 1e-6 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_is_disjoint_and_complete),
        cmocka_unit_test(test_split_stays),
        cmocka_unit_test(test_split_train_items),
        cmocka_unit_test(test_split_limits),
        cmocka_unit_test(test_split_is_fair),
        cmocka_unit_test(test_subset),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_augment_off),
        cmocka_unit_test(test_augment_flip),
        cmocka_unit_test(test_augment_flip_and_shift),
        cmocka_unit_test(test_augment_is_keyed),
        cmocka_unit_test(test_augment_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

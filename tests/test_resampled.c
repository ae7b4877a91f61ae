/* lib/results/resampled.c: quantities of sets of items by hand, and intervals against what is known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "check.h"
#include "core/memory.h"
#include "compute/random.h"
#include "core/stats.h"
#include "results/resampled.h"

static struct resampled make(size_t first, size_t second, const float *score, const uint8_t *right)
{
    const size_t items = first + second;
    struct error error = {0};
    struct resampled made = {.groups = second > 0 ? 2 : 1, .count = {first, second}};
    made.score = memory_alloc(items, sizeof(float), &error);
    made.right = memory_alloc(items, 1, &error);
    assert_true(made.score && made.right);
    for (size_t i = 0; i < items; i++) {
        made.score[i] = score[i];
        made.right[i] = right ? right[i] : 0;
    }
    assert_int_equal(resampled_sort(&made, &error), STATUS_OK);
    return made;
}

/* Confidences .95 (right), .94 (wrong), .5 (right): bins of .94 and .95 together are off by |1 - 1.89|, the other by
 * .5. With the first item counted twice: (|2 - 2.84| + .5) / 4. */
static void ece_by_hand(void **state)
{
    (void)state;
    static const float score[] = {.95F, .94F, .5F};
    static const uint8_t right[] = {1, 0, 1};
    const double twice[] = {2, 1, 1};
    struct resampled made = make(3, 0, score, right);
    made.what = RESAMPLED_ECE;
    made.slices = 1;
    assert_near(resampled_value(&made, NULL), (.89 + .5) / 3, 1e-6);
    assert_near(resampled_value(&made, twice), (.84 + .5) / 4, 1e-6);
    resampled_free(&made);
}

/* Clean 1, 2; unknown 2, 3, 0: pairs above 1.5 + 2 + 0 of 6. With the unknown 3 counted three times: (1.5 + 6) / 10. */
static void area_by_hand(void **state)
{
    (void)state;
    static const float score[] = {1, 2, 2, 3, 0};
    const double thrice[] = {1, 1, 1, 3, 1};
    struct resampled made = make(2, 3, score, NULL);
    made.what = RESAMPLED_AREA;
    assert_near(resampled_value(&made, NULL), 3.5 / 6, 1e-12);
    assert_near(resampled_value(&made, thrice), 7.5 / 10, 1e-12);
    resampled_free(&made);
}

/* By entropy: right, right, wrong, right, wrong. No error: two of five stay; a quarter: four do; a half: all. */
static void referral_by_hand(void **state)
{
    (void)state;
    static const float score[] = {.1F, .2F, .3F, .4F, .5F};
    static const uint8_t right[] = {1, 1, 0, 1, 0};
    static const double allowed[] = {0, .25, .5}, expected[] = {.6, .2, 0};
    struct resampled made = make(5, 0, score, right);
    made.what = RESAMPLED_REFERRAL;
    for (size_t i = 0; i < 3; i++) {
        made.allowed = allowed[i];
        assert_near(resampled_value(&made, NULL), expected[i], 1e-12);
    }
    resampled_free(&made);
    static const float tied[] = {.1F, .2F, .2F}; /* which go together */
    static const uint8_t last_wrong[] = {1, 1, 0};
    made = make(3, 0, tied, last_wrong);
    made.what = RESAMPLED_REFERRAL;
    assert_near(resampled_value(&made, NULL), 2 / 3., 1e-12);
    resampled_free(&made);
}

/* Of normal scores a distance apart the area's interval is known (DeLong's variance, by the placements). 200 rounds of
 * a bootstrap tell a deviation to a twentieth; three of those. The same set against itself differs by nothing. */
static void the_bootstrap_agrees_with_the_placements(void **state)
{
    (void)state;
    enum { CLEAN = 400, FOUND = 300 };
    struct error error = {0};
    float score[CLEAN + FOUND];
    double clean[CLEAN], found[FOUND], above[FOUND], below[CLEAN], value, half;
    random_normal(random_key(3, PURPOSE_TEST, 0, 0), 0, CLEAN + FOUND, score);
    for (size_t i = 0; i < CLEAN + FOUND; i++) {
        score[i] += i < CLEAN ? 0 : .7F;
        *(i < CLEAN ? &clean[i] : &found[i - CLEAN]) = (double)score[i];
    }
    struct resampled made = make(CLEAN, FOUND, score, NULL);
    made.what = RESAMPLED_AREA;
    assert_int_equal(resampled_difference(&made, NULL, &value, &half, &error), STATUS_OK);
    assert_int_equal(stats_placements(clean, CLEAN, found, FOUND, above, &error), STATUS_OK);
    assert_int_equal(stats_placements(found, FOUND, clean, CLEAN, below, &error), STATUS_OK);
    const double of_found = stats_mean_interval(above, FOUND).high - stats_mean(above, FOUND);
    const double of_clean = stats_mean_interval(below, CLEAN).high - stats_mean(below, CLEAN);
    assert_near(value, stats_mean(above, FOUND), 1e-6);
    assert_near(half / hypot(of_found, of_clean), 1, .15);
    assert_int_equal(resampled_difference(&made, &made, &value, &half, &error), STATUS_OK);
    assert_true(value == 0 && half == 0);
    resampled_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ece_by_hand),
        cmocka_unit_test(area_by_hand),
        cmocka_unit_test(referral_by_hand),
        cmocka_unit_test(the_bootstrap_agrees_with_the_placements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Philox and the streams made from it. The statistical tests check the implementation (words mixed up, a wrong
 * constant, a bad tail), not the generator, which passes BigCrush (Salmon et al. 2011). Seeds are fixed: a test passes
 * always or never. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

#include <cmocka.h>

#include "check.h"
#include "compute/random_kernels.h"
#include "compute/random.h"

enum { MANY = 1 << 20 };

static float *floats(size_t count)
{
    float *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

/* Known answers of Philox4x32-10: the file kat_vectors of Random123 (D. E. Shaw Research, 2010-2012). */
static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}},
        {{0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU},
         {0xffffffffU, 0xffffffffU},
         {0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU}},
        {{0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U},
         {0xa4093822U, 0x299f31d0U},
         {0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t out[4];
        philox_block(rows[i].counter, rows[i].key, out);
        assert_memory_equal(out, rows[i].out, sizeof out);
    }
}

static const struct random_key key = {0x0123456789abcdefULL, PURPOSE_TEST, 7, 9};

/* Word that element i of a stream is made of: chunks of 64 elements, 16 blocks each, first all first words and so on.
 */
static uint32_t word_of(struct random_key k, size_t i)
{
    size_t chunk = i / RANDOM_CHUNK, within = i % RANDOM_CHUNK;
    const uint32_t counter[4] = {(uint32_t)(chunk * 16 + within % 16), k.step, k.stream, k.purpose};
    const uint32_t seed[2] = {(uint32_t)k.seed, (uint32_t)(k.seed >> 32)};
    uint32_t out[4];
    philox_block(counter, seed, out);
    return out[within / 16];
}

static void test_uniform_is_philox(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    size_t builds;
    const struct random_kernels *const *all = random_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++) {
        float out[COUNT];
        all[b]->uniform(key, 0, COUNT, out);
        for (size_t i = 0; i < COUNT; i++) /* 24 significant bits: exact */
            assert_true((double)out[i] == ((double)(word_of(key, i) >> 9) + 0.5) / 8388608.0);
    }
}

/* Box and Muller in double, from the same words and the same uniform number, (word + 1) / 2^32 rounded to float. */
static double normal_reference(struct random_key k, size_t i)
{
    size_t half = i % RANDOM_CHUNK / 32 * 32, pair = i / RANDOM_CHUNK * RANDOM_CHUNK + half + i % 16;
    double uniform = (double)(float)((double)word_of(k, pair) + 1.0) / 4294967296.0;
    double angle = 2.0 * acos(-1.0) * (double)word_of(k, pair + 16) / 4294967296.0;
    double radius = sqrt(-2.0 * log(uniform));
    return radius * (i % 32 < 16 ? cos(angle) : sin(angle));
}

/* The radius is within 3 roundings of its size (logarithm 4 roundings, halved by the root; root 1), the sine within 3
 * roundings of 1 (angle 1, polynomial 2), the product 1: 7 * FLT_EPSILON / 2 times a radius below 6.7 is below 2.8e-6.
 */
static const double normal_tolerance = 7 * 0.5 * (double)FLT_EPSILON * 6.7;

static void test_normal_is_box_muller(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    size_t builds;
    const struct random_kernels *const *all = random_kernels_all(&builds);
    float *out = floats(COUNT);
    for (size_t b = 0; b < builds; b++) {
        all[b]->normal(key, 0, COUNT, out);
        for (size_t i = 0; i < COUNT; i++)
            assert_near(out[i], normal_reference(key, i), normal_tolerance);
    }
    /* Twin: sine and cosine swapped would not pass. */
    assert_true(fabs((double)out[0] - normal_reference(key, 16)) > normal_tolerance);
    free(out);
}

/* Parts of a stream, computed apart and in any order, are the stream. */
static void test_elements_depend_on_key_and_index(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    size_t builds;
    const struct random_kernels *const *all = random_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++) {
        float whole[COUNT], part[COUNT];
        all[b]->normal(key, 0, COUNT, whole);
        for (size_t first = 64 * 15; first < COUNT; first -= 64) /* wraps below 0: ends */
            all[b]->normal(key, first, first == 64 * 15 ? COUNT - first : 64, part + first);
        assert_memory_equal(part, whole, sizeof whole);
        all[b]->normal(key, 64, 1, part);
        assert_memory_equal(part, whole + 64, sizeof *part);
    }
}

static double chi_square_p(const float *x, size_t count, size_t bins)
{
    size_t *seen = calloc(bins, sizeof *seen);
    assert_non_null(seen);
    for (size_t i = 0; i < count; i++) {
        assert_true(x[i] > 0.0F && x[i] < 1.0F);
        seen[(size_t)((double)x[i] * (double)bins)]++;
    }
    double expected = (double)count / (double)bins, sum = 0.0;
    for (size_t i = 0; i < bins; i++)
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    free(seen);
    return gsl_cdf_chisq_Q(sum, (double)(bins - 1));
}

/* Kolmogorov and Smirnov: p value of the largest distance, by the asymptotic series. `scale` multiplies the sample. */
static double normal_ks_p(const float *x, size_t count, double scale)
{
    double *sorted = calloc(count, sizeof *sorted);
    assert_non_null(sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (double)x[i] * scale;
    gsl_sort(sorted, 1, count);
    double distance = 0.0;
    for (size_t i = 0; i < count; i++) {
        double p = gsl_cdf_ugaussian_P(sorted[i]);
        distance = fmax(distance, fmax(p - (double)i / (double)count, (double)(i + 1) / (double)count - p));
    }
    free(sorted);
    double lambda = distance * sqrt((double)count), q = 0.0;
    for (int j = 1; j <= 100; j++)
        q += (j % 2 ? 2.0 : -2.0) * exp(-2.0 * j * j * lambda * lambda);
    return q;
}

/* A p value below 1e-4, or above 1 - 1e-4, would be a surprise in a test that is run once. */
static const double surprise = 1e-4;

static void test_uniform_distribution(void **state)
{
    (void)state;
    float *x = floats(MANY);
    random_uniform(key, 0, MANY, x);
    double p = chi_square_p(x, MANY, 256);
    assert_true(p > surprise && p < 1.0 - surprise);
    for (size_t i = 0; i < MANY; i++) /* twin: a density that is off by up to 5 % */
        x[i] += 0.05F * x[i] * (1.0F - x[i]);
    assert_true(chi_square_p(x, MANY, 256) < surprise);
    free(x);
}

static void test_normal_distribution(void **state)
{
    (void)state;
    float *x = floats(MANY);
    random_normal(key, 0, MANY, x);
    double p = normal_ks_p(x, MANY, 1.0);
    assert_true(p > surprise && p < 1.0 - surprise);
    assert_true(normal_ks_p(x, MANY, 1.02) < surprise); /* twin */
    double sum[5] = {0};
    for (size_t i = 0; i < MANY; i++) {
        assert_true(fabs((double)x[i]) < 6.7);
        for (int power = 1; power <= 4; power++)
            sum[power] += pow((double)x[i], power) / MANY;
    }
    /* Variances of the mean powers of n normal numbers: 1/n, 2/n, 15/n, 96/n. Five standard errors. */
    assert_near(sum[1], 0.0, 5.0 * sqrt(1.0 / MANY));
    assert_near(sum[2], 1.0, 5.0 * sqrt(2.0 / MANY));
    assert_near(sum[3], 0.0, 5.0 * sqrt(15.0 / MANY));
    assert_near(sum[4], 3.0, 5.0 * sqrt(96.0 / MANY));
    free(x);
}

/* The tail that a sum of few uniform numbers, or a bad logarithm, would lack: P(|x| > 4) = 6.334e-5. */
static void test_normal_tail(void **state)
{
    (void)state;
    enum { COUNT = 4 * MANY };
    float *x = floats(COUNT);
    random_normal(key, 0, COUNT, x);
    double beyond = 0.0, expected = COUNT * 2.0 * gsl_cdf_ugaussian_Q(4.0);
    for (size_t i = 0; i < COUNT; i++)
        beyond += fabs((double)x[i]) > 4.0;
    assert_near(beyond, expected, 5.0 * sqrt(expected));
    free(x);
}

static double correlation(const float *x, const float *y, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += (double)x[i] * (double)y[i];
    return sum / (double)count;
}

/* Streams that differ in one field of the key, and neighbours within a stream. The correlation of n pairs of
 * independent normal numbers has the standard error 1/sqrt(n). */
static void test_streams_are_independent(void **state)
{
    (void)state;
    enum { COUNT = 1 << 18 };
    const double limit = 5.0 / sqrt(COUNT);
    float *x = floats(COUNT), *y = floats(COUNT);
    random_normal(key, 0, COUNT, x);
    struct random_key others[] = {key, key, key, key, key};
    others[0].seed ^= 1;
    others[1].seed ^= 1ULL << 32;
    others[2].step++;
    others[3].stream++;
    others[4].purpose++;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        random_normal(others[i], 0, COUNT, y);
        assert_near(correlation(x, y, COUNT), 0.0, limit);
    }
    for (size_t lag = 1; lag <= 64; lag++)
        assert_near(correlation(x, x + lag, COUNT - 64), 0.0, 5.0 / sqrt(COUNT - 64));
    random_normal(key, 0, COUNT, y); /* twin: the same stream is noticed */
    assert_true(fabs(correlation(x, y, COUNT)) > limit);
    free(x);
    free(y);
}

static void test_permutation(void **state)
{
    (void)state;
    enum { COUNT = 1000, SMALL = 4, DRAWS = 24000 };
    uint32_t order[COUNT], seen[COUNT] = {0};
    random_permutation(key, COUNT, order);
    for (size_t i = 0; i < COUNT; i++)
        seen[order[i]]++;
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(seen[i], 1);
    /* All 24 orders of 4 are equally likely. */
    double counts[256] = {0}, sum = 0.0;
    for (uint32_t draw = 0; draw < DRAWS; draw++) {
        struct random_key k = key;
        k.step = draw;
        random_permutation(k, SMALL, order);
        counts[order[0] | order[1] << 2 | order[2] << 4 | order[3] << 6]++;
    }
    size_t kinds = 0;
    for (size_t i = 0; i < 256; i++) {
        kinds += counts[i] > 0;
        sum += counts[i] > 0 ? (counts[i] - 1000.0) * (counts[i] - 1000.0) / 1000.0 : 0.0;
    }
    assert_int_equal(kinds, 24);
    assert_true(gsl_cdf_chisq_Q(sum, 23.0) > surprise);
    random_permutation(key, 0, order); /* nothing to do, nothing touched */
}

static void test_sequence(void **state)
{
    (void)state;
    struct random_sequence sequence = random_sequence(key);
    const uint32_t counter[4] = {1, key.step, key.stream, key.purpose};
    const uint32_t seed[2] = {(uint32_t)key.seed, (uint32_t)(key.seed >> 32)};
    uint32_t second[4];
    philox_block(counter, seed, second);
    for (int i = 0; i < 4; i++)
        (void)random_next_word(&sequence);
    for (int i = 0; i < 4; i++)
        assert_int_equal(random_next_word(&sequence), second[i]);
    double sum = 0.0, squares = 0.0;
    enum { COUNT = 100000 };
    for (int i = 0; i < COUNT; i++) {
        double uniform = random_next_uniform(&sequence), x = random_next_normal(&sequence);
        assert_true(uniform > 0.0 && uniform < 1.0);
        sum += x / COUNT;
        squares += x * x / COUNT;
    }
    assert_near(sum, 0.0, 5.0 * sqrt(1.0 / COUNT));
    assert_near(squares, 1.0, 5.0 * sqrt(2.0 / COUNT));
}

/* bound = 3 * 2^30: without rejection, the lower third of the remainders would be twice as likely. */
static void test_next_below(void **state)
{
    (void)state;
    enum { COUNT = 30000 };
    struct random_sequence sequence = random_sequence(key);
    const uint32_t bound = 3U << 30;
    double lower = 0.0;
    for (int i = 0; i < COUNT; i++) {
        uint32_t x = random_next_below(&sequence, bound);
        assert_true(x < bound);
        lower += x < 1U << 30;
        assert_int_equal(random_next_below(&sequence, 1), 0);
    }
    assert_near(lower, COUNT / 3.0, 5.0 * sqrt(COUNT * (1.0 / 3.0) * (2.0 / 3.0)));
}

/* 52 bits and a half: an odd multiple of 2^-53, so that neither 0 nor 1 can come. */
static void test_uniform_has_a_half(void **state)
{
    (void)state;
    struct random_sequence sequence = random_sequence(key);
    for (int i = 0; i < 100; i++) {
        struct random_sequence words = sequence;
        uint64_t high = random_next_word(&words), low = random_next_word(&words);
        double uniform = random_next_uniform(&sequence);
        assert_near(fmod(uniform * 0x1p53, 2), 1, 0);
        assert_near(floor(uniform * 0x1p52), (double)((high << 32 | low) >> 12), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),        cmocka_unit_test(test_uniform_is_philox),
        cmocka_unit_test(test_normal_is_box_muller), cmocka_unit_test(test_elements_depend_on_key_and_index),
        cmocka_unit_test(test_uniform_distribution), cmocka_unit_test(test_normal_distribution),
        cmocka_unit_test(test_normal_tail),          cmocka_unit_test(test_streams_are_independent),
        cmocka_unit_test(test_permutation),          cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_uniform_has_a_half),   cmocka_unit_test(test_next_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

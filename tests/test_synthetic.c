/* lib/data/ecgsyn.c and synthetic_*.c: the ECG model against its solution by quadrature, and what the generated sets
 * promise: always the same items, the right numbers of each class, and no class that can be told by what should not
 * tell it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/memory.h"
#include "data/dataset.h"
#include "data/ecgsyn.h"

enum { SAMPLES = 140 };

static const struct ecgsyn normal_beat = {
    .wave = {{-70 * M_PI / 180, 1.2, 0.25},
             {-15 * M_PI / 180, -5, 0.1},
             {0, 30, 0.1},
             {15 * M_PI / 180, -7.5, 0.1},
             {100 * M_PI / 180, 0.75, 0.4}},
    .start = -M_PI,
    .angular_speed = 2 * M_PI,
    .breath_height = 0.005,
    .breath_speed = M_PI / 2,
    .breath_phase = 1,
};

/* What drives z at a time: the point stays on the unit circle, so its angle is known. */
static double drive(const struct ecgsyn *model, double time)
{
    double sum = model->breath_height * sin(model->breath_speed * time + model->breath_phase);
    for (size_t i = 0; i < ECGSYN_WAVES; i++) {
        double d = model->start + model->angular_speed * time - model->wave[i].angle;
        while (d > M_PI)
            d -= 2 * M_PI;
        while (d < -M_PI)
            d += 2 * M_PI;
        sum -= model->wave[i].height * d * exp(-d * d / (2 * model->wave[i].width * model->wave[i].width));
    }
    return sum;
}

/* z' = drive - z has the solution z(t) = exp(-t) (z(0) + integral of exp(s) drive(s)), here by Simpson's rule with
 * steps of 1/6,000 of a beat: far below the width of a wave. Returns the largest difference from z. */
static double distance_from_quadrature(const struct ecgsyn *model, const double z[SAMPLES])
{
    enum { STEPS = 42 };
    double beat = 2 * M_PI / model->angular_speed, h = beat / SAMPLES / STEPS;
    double integral = model->breath_height * sin(model->breath_phase), largest = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        double start = beat * (double)i / SAMPLES;
        largest = fmax(largest, fabs(z[i] - exp(-start) * integral));
        for (size_t j = 0; j < STEPS; j++) {
            double a = start + h * (double)j, middle = a + h / 2, b = a + h;
            integral +=
                h / 6 * (exp(a) * drive(model, a) + 4 * exp(middle) * drive(model, middle) + exp(b) * drive(model, b));
        }
    }
    return largest;
}

/* The circle has no beginning: waves and start turned alike give the same beat, also where a wave comes to lie across
 * the angle pi from where it is felt. */
static void test_ecgsyn_turned(void **state)
{
    (void)state;
    double z[SAMPLES], turned_z[SAMPLES];
    struct error error;
    assert_int_equal(ecgsyn_beat(&normal_beat, SAMPLES, z, &error), STATUS_OK);
    for (int turn = 1; turn < 6; turn++) {
        struct ecgsyn turned = normal_beat;
        turned.start = remainder(turned.start + turn, 2 * M_PI);
        for (size_t i = 0; i < ECGSYN_WAVES; i++)
            turned.wave[i].angle = remainder(turned.wave[i].angle + turn, 2 * M_PI);
        assert_int_equal(ecgsyn_beat(&turned, SAMPLES, turned_z, &error), STATUS_OK);
        for (size_t i = 0; i < SAMPLES; i++)
            assert_near(turned_z[i], z[i], 2 * 400 * (1.1e-6 * 0.3 + 2e-7)); /* as in test_ecgsyn, of both */
    }
}

static void test_ecgsyn(void **state)
{
    (void)state;
    double z[SAMPLES];
    struct error error;
    assert_int_equal(ecgsyn_beat(&normal_beat, SAMPLES, z, &error), STATUS_OK);
    /* The solver keeps each step's error below 1e-7 + 1e-6 |value|. Over at most 400 steps that is 400 * 1.1e-6 in the
     * angle, to which z reacts with at most 30 * .1 exp(-1/2) / (2 pi) = .3 mV a rad, and 400 * 2e-7 in z itself. */
    const double tolerance = 400 * (1.1e-6 * 0.3 + 2e-7);
    assert_true(distance_from_quadrature(&normal_beat, z) < tolerance);
    struct ecgsyn other = normal_beat; /* the twins: an R wave 5 % higher, and a T wave that comes 3 degrees later */
    other.wave[ECGSYN_R].height *= 1.05;
    assert_true(distance_from_quadrature(&other, z) > tolerance);
    other = normal_beat;
    other.wave[ECGSYN_T].angle += 3 * M_PI / 180;
    assert_true(distance_from_quadrature(&other, z) > tolerance);

    size_t top = 0; /* the R wave's top lies at angle 0, half a turn from the start */
    for (size_t i = 0; i < SAMPLES; i++)
        top = z[i] > z[top] ? i : top;
    assert_in_range(top, SAMPLES / 2 - 1, SAMPLES / 2 + 1);
}

static struct dataset *generate(const char *name)
{
    struct dataset *dataset;
    struct error error;
    const struct dataset_kind *kind = dataset_find(name, NULL);
    assert_int_equal(dataset_open(kind, (struct dataset_places){0}, true, &dataset, &error), STATUS_OK);
    assert_true(dataset->synthetic);
    assert_false(dataset->official);
    assert_memory_equal(dataset->source, "SYNTHETIC (", 11);
    assert_string_equal(dataset->directory, "");
    assert_int_equal(dataset->file_count, 2);
    assert_string_not_equal(dataset->files[0].sha256, dataset->files[1].sha256);
    return dataset;
}

static void count_labels(const struct items *items, size_t *seen, size_t classes)
{
    memset(seen, 0, classes * sizeof *seen);
    for (size_t i = 0; i < items->count; i++) {
        assert_true(items->labels[i] < classes);
        seen[items->labels[i]]++;
    }
}

/* Both [SAMPLES]. */
static double squared_distance(const float *series, const double *mean)
{
    double sum = 0;
    for (size_t t = 0; t < SAMPLES; t++)
        sum += ((double)series[t] - mean[t]) * ((double)series[t] - mean[t]);
    return sum;
}

/* Accuracy on the test items of the nearest class mean of the training items. */
static double nearest_mean_accuracy(const struct dataset *dataset)
{
    double mean[5][SAMPLES] = {{0}};
    size_t seen[5], correct = 0;
    count_labels(&dataset->train, seen, 5);
    for (size_t i = 0; i < dataset->train.count; i++) {
        size_t label = dataset->train.labels[i];
        for (size_t t = 0; t < SAMPLES; t++)
            mean[label][t] += (double)dataset->train.values[i * SAMPLES + t] / (double)seen[label];
    }
    for (size_t i = 0; i < dataset->test.count; i++) {
        const float *series = dataset->test.values + i * SAMPLES;
        size_t nearest = 0;
        for (size_t k = 1; k < 5; k++)
            nearest = squared_distance(series, mean[k]) < squared_distance(series, mean[nearest]) ? k : nearest;
        correct += nearest == dataset->test.labels[i];
    }
    return (double)correct / (double)dataset->test.count;
}

static void check_normalised(const struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        double sum = 0, squares = 0;
        for (size_t t = 0; t < SAMPLES; t++) {
            double value = (double)items->values[i * SAMPLES + t];
            sum += value;
            squares += value * value;
        }
        /* values below 12 (= sqrt(140)) in float: each off by at most 12 * 2^-24 < 1e-6 */
        assert_true(fabs(sum / SAMPLES) < 1e-6);
        assert_true(fabs(sqrt(squares / (SAMPLES - 1)) - 1) < 1e-5);
    }
}

static void test_ecg_set(void **state)
{
    (void)state;
    struct dataset *first = generate("ecg5000"), *second = generate("ecg5000");
    assert_string_equal(first->files[0].sha256, second->files[0].sha256);
    assert_string_equal(first->files[1].sha256, second->files[1].sha256);
    assert_memory_equal(first->test.values, second->test.values, 1500 * SAMPLES * sizeof *first->test.values);
    dataset_free(second);
    static const size_t train[5] = {292, 177, 10, 19, 2}; /* ECG5000's own */
    size_t seen[5];
    assert_int_equal(first->train.count, 500);
    count_labels(&first->train, seen, 5);
    assert_memory_equal(seen, train, sizeof train);
    assert_int_equal(first->test.count, 1500);
    count_labels(&first->test, seen, 5);
    for (size_t k = 0; k < 5; k++)
        assert_true(seen[k] >= 3 * train[k] - 1);
    check_normalised(&first->train);
    check_normalised(&first->test);
    /* Of use for a comparison: far better than the largest class alone (.584), and not solved by class means. */
    double accuracy = nearest_mean_accuracy(first);
    assert_true(accuracy > 0.7 && accuracy < 0.97);
    dataset_free(first);
}

/* Mean colour of an image, 0 .. 255. */
static void mean_colour(const uint8_t *image, double colour[3])
{
    colour[0] = colour[1] = colour[2] = 0;
    for (size_t i = 0; i < 1024 * 3; i++)
        colour[i % 3] += image[i] / 1024.0;
}

static double colour_distance(const double a[3], const double b[3])
{
    return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]);
}

/* Accuracy on the test images of the class of the nearest of 3,000 training images by mean colour. */
static double colour_accuracy(const struct dataset *dataset)
{
    enum { TRAIN = 3000 };
    double(*train)[3] = malloc(TRAIN * sizeof *train), test[3];
    assert_non_null(train);
    for (size_t i = 0; i < TRAIN; i++)
        mean_colour(dataset->train.bytes + i * 3072, train[i]);
    size_t correct = 0;
    for (size_t i = 0; i < dataset->test.count; i++) {
        mean_colour(dataset->test.bytes + i * 3072, test);
        size_t nearest = 0;
        for (size_t j = 1; j < TRAIN; j++)
            nearest = colour_distance(test, train[j]) < colour_distance(test, train[nearest]) ? j : nearest;
        correct += dataset->train.labels[nearest] == dataset->test.labels[i];
    }
    free(train);
    return (double)correct / (double)dataset->test.count;
}

static void test_shapes_set(void **state)
{
    (void)state;
    struct dataset *dataset = generate("cifar10"), *again = generate("cifar10");
    assert_string_equal(dataset->files[0].sha256, again->files[0].sha256);
    assert_string_equal(dataset->files[1].sha256, again->files[1].sha256);
    dataset_free(again);
    size_t seen[10];
    assert_int_equal(dataset->train.count, 10000);
    assert_int_equal(dataset->test.count, 2000);
    count_labels(&dataset->train, seen, 10);
    for (size_t k = 0; k < 10; k++)
        assert_int_equal(seen[k], 1000);
    count_labels(&dataset->test, seen, 10);
    for (size_t k = 0; k < 10; k++)
        assert_int_equal(seen[k], 200);
    /* Colour tells nothing: 2,000 guesses at 1/10 have a standard deviation of .0067; 4.5 of them either way. */
    assert_true(fabs(colour_accuracy(dataset) - 0.1) < 0.0302);
    for (size_t i = 0; i < 100; i++) { /* test images are not training images again */
        for (size_t j = 0; j < 100; j++)
            assert_memory_not_equal(dataset->train.bytes + i * 3072, dataset->test.bytes + j * 3072, 3072);
    }
    dataset_free(dataset);
}

static void fail_in_turn(const char *name, size_t allocations)
{
    for (size_t successes = 0; successes < allocations; successes++) {
        struct dataset *dataset;
        struct error error;
        fault_arm(successes);
        enum status status = dataset_open(dataset_find(name, NULL), (struct dataset_places){0}, true, &dataset, &error);
        assert_true(fault_met());
        assert_int_equal(status, STATUS_NO_MEMORY);
        assert_null(dataset);
        fault_arm(SIZE_MAX);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    /* the set; for a file values, labels, an order and room for a beat; the first of the second file, after the work
     * for the first one is done */
    fail_in_turn("ecg5000", 1 + 4 + 1);
    fail_in_turn("cifar10", 1 + 2); /* the set; bytes and labels of the training file */
}

int main(void)
{
    (void)gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ecgsyn),     cmocka_unit_test(test_ecgsyn_turned), cmocka_unit_test(test_ecg_set),
        cmocka_unit_test(test_shapes_set), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

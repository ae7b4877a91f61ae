/* lib/data/perturb*.c and resample.c: perturbations against results worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/perturb.h"
#include "data/resample.h"

static const struct shape image_shape = {5, 6, 2}, series_shape = {40, 1, 1};
enum { SIZE_MAX_HERE = 60 }; /* the larger of the two */

/* A few roundings of coordinates of size 8 and of four weighted values: the coordinates' error is below 8 DBL_EPSILON
 * and hardly counts beside the weights' in float, each below FLT_EPSILON, on values up to `largest`. */
static double interpolation_tolerance(double largest)
{
    return 8 * FLT_EPSILON * largest;
}

static struct random_key key(size_t item)
{
    return random_key(3, PURPOSE_TEST, 0, item);
}

static perturb_fn *find(const char *name)
{
    struct error error;
    const struct perturbation *row = perturbation_find(name, &error);
    assert_non_null(row);
    return row->apply;
}

/* Of data whose normalised values are -100 to 100. */
static void apply(perturb_fn *perturb, struct shape shape, const float *in, double strength, float background,
                  struct random_key item, const float *gradient, float *out)
{
    const struct scene scene = {.shape = shape, .background = background, .low = -100, .high = 100};
    perturb(&scene, in, strength, item, gradient, out);
}

static void fill(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)((i * 37 + 11) % 101) - 50;
    x[1] = -0.0F; /* equality bit for bit has to keep its sign */
}

static void test_registry(void **state)
{
    (void)state;
    size_t count;
    const struct perturbation *rows = perturbations(&count);
    assert_true(count >= 5);
    for (size_t i = 0; i < count; i++) {
        struct error error;
        assert_ptr_equal(perturbation_find(rows[i].name, &error), &rows[i]);
        assert_true(rows[i].largest > 0 && rows[i].unit[0] && rows[i].title[0]);
        assert_true(perturbation_fits(&rows[i], image_shape) || perturbation_fits(&rows[i], series_shape));
    }
    struct error error;
    assert_null(perturbation_find("rotatoin", &error));
    assert_int_equal(error.status, STATUS_USAGE);
    assert_non_null(strstr(error.message, "rotation"));
}

static void test_fits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool image, series;
    } expected[] = {
        {"noise", true, true},       {"rotation", true, false},  {"warp", true, false},
        {"time_shift", false, true}, {"time_warp", false, true}, {"fgsm", true, true},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct error error;
        const struct perturbation *row = perturbation_find(expected[i].name, &error);
        assert_non_null(row);
        assert_int_equal(perturbation_fits(row, image_shape), expected[i].image);
        assert_int_equal(perturbation_fits(row, series_shape), expected[i].series);
    }
}

/* What every row of the registry promises: nothing happens at strength 0, something does at the largest, the input
 * stays, nothing is written behind the output, and the same call gives the same bits. */
static void test_every_row(void **state)
{
    (void)state;
    size_t count;
    const struct perturbation *rows = perturbations(&count);
    for (size_t i = 0; i < count; i++) {
        struct shape shape = perturbation_fits(&rows[i], image_shape) ? image_shape : series_shape;
        size_t size = shape_size(shape);
        float in[SIZE_MAX_HERE], before[SIZE_MAX_HERE], out[SIZE_MAX_HERE + 1], again[SIZE_MAX_HERE];
        float direction[SIZE_MAX_HERE];
        const float *gradient = rows[i].need == NEEDS_GRADIENT ? direction : NULL;
        fill(in, size);
        fill(direction, size);
        memcpy(before, in, size * sizeof *in);
        out[size] = 12345;
        apply(rows[i].apply, shape, in, 0, -9, key(0), gradient, out);
        assert_memory_equal(out, in, size * sizeof *in);
        apply(rows[i].apply, shape, in, rows[i].largest, -9, key(0), gradient, out);
        assert_memory_not_equal(out, in, size * sizeof *in);
        apply(rows[i].apply, shape, in, rows[i].largest, -9, key(0), gradient, again);
        assert_memory_equal(out, again, size * sizeof *in);
        assert_memory_equal(in, before, size * sizeof *in);
        assert_true(out[size] == 12345);
        for (size_t j = 0; j < size; j++)
            assert_true(isfinite(out[j]));
    }
}

static void test_resample_image(void **state)
{
    (void)state;
    const float in[4] = {1, 2, 3, 6}; /* 1 2 / 3 6 */
    static const struct {
        double row, column;
        float expected;
    } cases[] = {
        {0, 0, 1},     {1, 1, 6},      {0, 1, 2},   {0.5, 0.5, 3}, {0, 0.25, 1.25}, {0.5, 1, 4},   {-0.5, 0, -4},
        {0, -0.5, -4}, {1.5, 1, -1.5}, {-1, 0, -9}, {2, 0, -9},    {0, -100, -9},   {1e18, 0, -9}, {-0.5, -0.5, -6.5},
    }; /* exact in float */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float out = 0;
        resample_image((struct shape){2, 2, 1}, in, cases[i].row, cases[i].column, -9, &out);
        assert_true(out == cases[i].expected);
    }
}

static void test_resample_series(void **state)
{
    (void)state;
    const float in[6] = {1, 10, 2, 20, 4, 40}; /* two channels */
    static const struct {
        double time;
        float expected[2];
    } cases[] = {
        {0, {1, 10}}, {1, {2, 20}}, {2, {4, 40}}, {0.5, {1.5F, 15}}, {1.25, {2.5F, 25}}, {-3, {1, 10}}, {99, {4, 40}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float out[2];
        resample_series((struct shape){3, 1, 2}, in, cases[i].time, out);
        assert_true(out[0] == cases[i].expected[0] && out[1] == cases[i].expected[1]);
    }
}

/* Largest distance of `out` from the image that has at (row, column) what `in` has at take(row, column). */
static double distance(size_t side, const float *in, const float *out, size_t (*take)(size_t, size_t, size_t))
{
    double largest = 0;
    for (size_t row = 0; row < side; row++) {
        for (size_t column = 0; column < side; column++) {
            for (size_t c = 0; c < 2; c++) {
                float expected = in[take(side, row, column) * 2 + c];
                largest = fmax(largest, fabs((double)out[(row * side + column) * 2 + c] - (double)expected));
            }
        }
    }
    return largest;
}

static size_t clockwise(size_t side, size_t row, size_t column)
{
    return (side - 1 - column) * side + row;
}

static size_t anticlockwise(size_t side, size_t row, size_t column)
{
    return column * side + side - 1 - row;
}

static size_t upside_down(size_t side, size_t row, size_t column)
{
    return (side - 1 - row) * side + side - 1 - column;
}

/* Turns by right angles move pixels onto pixels. The background is far away, so a border taken from outside would show.
 */
static void test_rotation_by_right_angles(void **state)
{
    (void)state;
    perturb_fn *rotate = find("rotation");
    for (size_t side = 4; side <= 5; side++) {
        struct shape shape = {side, side, 2};
        float in[50], out[50];
        fill(in, side * side * 2);
        const float background = -1000;
        double tolerance = interpolation_tolerance(1000);
        apply(rotate, shape, in, 90, background, key(0), NULL, out);
        assert_true(distance(side, in, out, clockwise) <= tolerance);
        assert_true(distance(side, in, out, anticlockwise) > 1); /* the twin: turned the wrong way */
        apply(rotate, shape, in, -90, background, key(0), NULL, out);
        assert_true(distance(side, in, out, anticlockwise) <= tolerance);
        apply(rotate, shape, in, 180, background, key(0), NULL, out);
        assert_true(distance(side, in, out, upside_down) <= tolerance);
    }
}

/* A 7 x 7 image of ones at 45 degrees: the centre stays, corners come from outside, and the pixel beside a corner of
 * the square that is turned onto the edge's middle is inside. */
static void test_rotation_by_half_a_right_angle(void **state)
{
    (void)state;
    float in[49], out[49];
    for (size_t i = 0; i < 49; i++)
        in[i] = 1;
    apply(find("rotation"), (struct shape){7, 7, 1}, in, 45, -9, key(0), NULL, out);
    /* Corner (-3, -3) came from (-4.24, 0), more than a pixel outside; (-2, -2) from (-2.83, 0), inside. The edge's
     * middle (0, -3) came from (-2.12, -2.12), inside. */
    double tolerance = interpolation_tolerance(9);
    const size_t corners[] = {0, 6, 42, 48}, inside[] = {8, 12, 36, 40, 3, 21, 27, 45, 24};
    for (size_t i = 0; i < sizeof corners / sizeof corners[0]; i++)
        assert_true(out[corners[i]] == -9);
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        assert_true(fabs((double)out[inside[i]] - 1) <= tolerance);
}

/* On a plane f = 3 x + 5 y + 2 bilinear interpolation is exact, so that wherever the original point is inside the image
 * the result is f at that point; x and y count from the corner, pixel centres at halves. */
static double warp_error(double assumed, const float *out, size_t side, size_t *checked)
{
    double largest = 0;
    *checked = 0;
    for (size_t row = 0; row < side; row++) {
        for (size_t column = 0; column < side; column++) {
            double x = (double)column + 0.5, y = (double)row + 0.5;
            double from_x = (1 - assumed) * x + assumed * y, from_y = assumed * x + (1 + assumed) * y;
            if (from_x < 0.5 || from_y < 0.5 || from_x > (double)side - 0.5 || from_y > (double)side - 0.5)
                continue;
            largest = fmax(largest, fabs((double)out[row * side + column] - (3 * from_x + 5 * from_y + 2)));
            ++*checked;
        }
    }
    return largest;
}

static void test_warp(void **state)
{
    (void)state;
    enum { SIDE = 20 };
    float in[SIDE * SIDE], out[SIDE * SIDE];
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++)
            in[row * SIDE + column] = (float)(3 * ((double)column + 0.5) + 5 * ((double)row + 0.5) + 2);
    }
    size_t checked;
    for (double strength = 0.05; strength < 0.31; strength += 0.05) {
        apply(find("warp"), (struct shape){SIDE, SIDE, 1}, in, strength, -9, key(0), NULL, out);
        double tolerance = interpolation_tolerance(162); /* the plane's largest value */
        assert_true(warp_error(strength, out, SIDE, &checked) <= tolerance);
        assert_true(checked > SIDE * SIDE / 2);
        assert_true(warp_error(strength * 1.01, out, SIDE, &checked) > 10 * tolerance); /* the twin */
        assert_true(out[SIDE * SIDE - 1] == -9); /* lower right comes from (1 + 2 w) SIDE, outside */
    }
}

/* The sum of squares of the noise over its variance is chi-square. The key is fixed, so this passes always or never. */
static double noise_tail(double strength, double assumed)
{
    enum { SIDE = 100 };
    const struct shape shape = {SIDE, SIDE, 2};
    const size_t size = shape_size(shape);
    float *in = malloc(size * sizeof *in), *out = malloc(size * sizeof *out);
    assert_true(in && out);
    fill(in, size);
    apply(find("noise"), shape, in, strength, -9, key(0), NULL, out);
    double squares = 0;
    for (size_t i = 0; i < size; i++) {
        double noise = ((double)out[i] - (double)in[i]) / assumed;
        squares += noise * noise;
    }
    free(in);
    free(out);
    return fmin(gsl_cdf_chisq_P(squares, (double)size), gsl_cdf_chisq_Q(squares, (double)size));
}

static void test_noise_deviation(void **state)
{
    (void)state;
    assert_true(noise_tail(2, 2) > 1e-5);
    assert_true(noise_tail(0.5, 0.5) > 1e-5);
    /* the twin: 5 % off, 20,000 values: 10 % of 20,000 is 10 standard deviations of the sum, sqrt(2 * 20,000) */
    assert_true(noise_tail(2, 2.1) < 1e-9);
}

/* One draw times the strength: noise at 2 is twice the noise at 1, and another item has another draw. */
static void test_noise_is_keyed(void **state)
{
    (void)state;
    float in[60], once[60], twice[60], other[60];
    fill(in, 60);
    perturb_fn *noise = find("noise");
    apply(noise, image_shape, in, 1, -9, key(0), NULL, once);
    apply(noise, image_shape, in, 2, -9, key(0), NULL, twice);
    apply(noise, image_shape, in, 1, -9, key(1), NULL, other);
    for (size_t i = 0; i < 60; i++) {
        double single = (double)once[i] - (double)in[i], whole = (double)twice[i] - (double)in[i];
        /* each sum is rounded once, at a size below 50 + 2 * 6.7 */
        assert_true(fabs(whole - 2 * single) <= 3 * FLT_EPSILON / 2 * 64);
    }
    assert_memory_not_equal(once, other, sizeof once);
}

/* Series 0 1 4 9 16 ...: a shift by 3 later or earlier, ends held; both directions occur among the keys. */
static void test_time_shift(void **state)
{
    (void)state;
    enum { LENGTH = 40, KEYS = 40 };
    float in[LENGTH], out[LENGTH];
    for (size_t i = 0; i < LENGTH; i++)
        in[i] = (float)(i * i);
    size_t later = 0, earlier = 0;
    for (size_t k = 0; k < KEYS; k++) {
        apply(find("time_shift"), series_shape, in, 3, -9, key(k), NULL, out);
        bool is_later = true, is_earlier = true;
        for (size_t i = 0; i < LENGTH; i++) {
            is_later &= out[i] == in[i < 3 ? 0 : i - 3];
            is_earlier &= out[i] == in[i + 3 < LENGTH ? i + 3 : LENGTH - 1];
        }
        assert_true(is_later != is_earlier);
        later += is_later;
        earlier += is_earlier;
        float half[LENGTH];
        apply(find("time_shift"), series_shape, in, 2.5, -9, key(k), NULL,
              half); /* the same direction at every strength */
        assert_true(half[20] == (is_later ? (in[17] + in[18]) / 2 : (in[22] + in[23]) / 2));
    }
    /* binomial(40, 1/2): fewer than 6 of either has a chance below 1e-5 */
    assert_true(later >= 6 && earlier >= 6);
}

/* On the series 0 1 2 ... the result is the time that each sample was taken from. */
static void test_time_warp(void **state)
{
    (void)state;
    enum { LENGTH = 140 };
    const struct shape shape = {LENGTH, 1, 1};
    float in[LENGTH], out[LENGTH], half[LENGTH];
    for (size_t i = 0; i < LENGTH; i++)
        in[i] = (float)i;
    const double tolerance = interpolation_tolerance(LENGTH);
    for (size_t k = 0; k < 50; k++) {
        apply(find("time_warp"), shape, in, 0.5, -9, key(k), NULL, out);
        apply(find("time_warp"), shape, in, 0.25, -9, key(k), NULL, half);
        assert_true(fabs((double)out[0]) <= tolerance && fabs((double)out[LENGTH - 1] - (LENGTH - 1)) <= tolerance);
        double moved = 0;
        for (size_t i = 0; i < LENGTH; i++) {
            double displacement = (double)out[i] - (double)i;
            moved = fmax(moved, fabs(displacement));
            /* the same distortion, half as strong */
            assert_true(fabs(displacement - 2 * ((double)half[i] - (double)i)) <= 3 * tolerance);
            if (i == 0)
                continue;
            double speed = (double)out[i] - (double)out[i - 1];
            assert_true(speed >= 0.5 - 2 * tolerance && speed <= 1.5 + 2 * tolerance);
        }
        assert_true(moved > 1); /* samples: enough to be seen, for these fixed keys */
    }
    float other[LENGTH];
    apply(find("time_warp"), shape, in, 0.5, -9, key(0), NULL, out);
    apply(find("time_warp"), shape, in, 0.5, -9, key(1), NULL, other);
    assert_memory_not_equal(out, other, sizeof out);
    float one = 7, kept = 0; /* a series of one sample has nowhere to go */
    apply(find("time_warp"), (struct shape){1, 1, 1}, &one, 0.5, -9, key(0), NULL, &kept);
    assert_true(kept == one);
}

/* Every element by the strength in 255ths of the range, -1 to 4 here, to the side of the gradient's sign; where that is
 * 0, not at all. None leaves the range, and one that lies outside goes no farther. */
static void test_fgsm(void **state)
{
    (void)state;
    const struct scene scene = {.shape = {6, 1, 1}, .low = -1, .high = 4};
    const float in[] = {1, 2, 0, 3.9F, -1, -2}, gradient[] = {1e-9F, -7, 0, 2, -1, -1};
    const float expected[] = {1.5F, 1.5F, 0, 4, -1, -2};
    float out[6];
    find("fgsm")(&scene, in, 25.5, key(0), gradient, out);
    for (size_t i = 0; i < 6; i++)
        assert_true(fabs((double)out[i] - (double)expected[i]) <= 4 * FLT_EPSILON);
    assert_true(out[3] == 4 && out[4] == -1 && out[5] == -2);
}

static void test_strengths(void **state)
{
    (void)state;
    struct error error;
    const struct perturbation *noise = perturbation_find("noise", &error), *fgsm = perturbation_find("fgsm", &error);
    assert_true(noise && fgsm);
    for (size_t i = 0; i < 11; i++) {
        assert_true(fabs(perturbation_strength(noise, 1, i, 11) - .2 * (double)i) <= 4 * DBL_EPSILON);
        assert_true(fabs(perturbation_strength(fgsm, 1, i, 11) - (double)(i * i)) <= 200 * DBL_EPSILON);
        assert_true(fabs(perturbation_strength(fgsm, .5, i, 11) - (double)(i * i) / 2) <= 200 * DBL_EPSILON);
    }
}

/* The range is a byte's, or that of the training file's values; black is its low end. */
static void test_scene(void **state)
{
    (void)state;
    struct error error;
    uint8_t bytes[4] = {10, 20, 30, 40};
    float values[4] = {1, -3, 2, 7};
    struct dataset dataset = {.kind = dataset_find("cifar10", &error)};
    assert_non_null(dataset.kind);
    dataset.train = (struct items){.count = 1, .shape = {4, 1, 1}, .offset = 120, .scale = 64, .bytes = bytes};
    struct scene scene = scene_of(&dataset, false);
    assert_true(scene.low == -1.875F && scene.high == 135.F / 64 && scene.background == dataset.kind->background);
    assert_true(scene_of(&dataset, true).background == -1.875F);
    dataset.train = (struct items){.count = 1, .shape = {4, 1, 1}, .offset = 1, .scale = 2, .values = values};
    scene = scene_of(&dataset, false);
    assert_true(scene.low == -2 && scene.high == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_resample_image),
        cmocka_unit_test(test_resample_series),
        cmocka_unit_test(test_rotation_by_right_angles),
        cmocka_unit_test(test_rotation_by_half_a_right_angle),
        cmocka_unit_test(test_warp),
        cmocka_unit_test(test_noise_deviation),
        cmocka_unit_test(test_noise_is_keyed),
        cmocka_unit_test(test_time_shift),
        cmocka_unit_test(test_time_warp),
        cmocka_unit_test(test_fgsm),
        cmocka_unit_test(test_strengths),
        cmocka_unit_test(test_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

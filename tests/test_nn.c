/* Convolutions by every algorithm and build, losses, schedules and whole networks, against plain references in double.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "core/memory.h"
#include "compute/random.h"
#include "nn/architecture.h"
#include "nn/conv.h"
#include "nn/layer_kernels.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "nn/schedule.h"
#include "nn/winograd.h"
#include "nn/winograd_few.h"
#include "reference.h"

static const double unit = 0.5 * (double)FLT_EPSILON; /* the relative error of one rounding */

static float *normals(size_t count, size_t stream, float scale)
{
    float *x = memory_alloc(count, sizeof *x, NULL);
    assert_non_null(x);
    random_normal(random_key(20, PURPOSE_TEST, 0, stream), 0, count, x);
    for (size_t i = 0; i < count; i++)
        x[i] *= scale;
    return x;
}

static void absolute(double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = fabs(x[i]);
}

static double largest(const double *x, size_t count)
{
    double top = 0.0;
    for (size_t i = 0; i < count; i++)
        top = fmax(top, x[i]);
    return top;
}

/* ---- SAME padding, by hand ---- */

static struct conv_shape square_shape(struct shape input, size_t c_out, size_t kernel, size_t stride)
{
    return conv_whole_shape(input, c_out, extent_square(kernel, input), extent_square(stride, input));
}

static struct conv_shape cut_shape(struct shape input, size_t c_out, size_t kernel, size_t stride)
{
    return conv_shape(input, c_out, extent_square(kernel, input), extent_square(stride, input));
}

static void test_same_padding(void **state)
{
    (void)state;
    static const struct {
        size_t in, kernel, stride, out, before;
    } rows[] = {
        {28, 6, 2, 14, 2},                                     /* (14 - 1) 2 + 6 = 32: 4 zeros, 2 before */
        {14, 6, 2, 7, 2},                                      /* 18: 4 */
        {7, 6, 2, 4, 2},                                       /* 12: 5, 2 before and 3 after */
        {32, 6, 2, 16, 2}, {4, 6, 2, 2, 2},   {2, 6, 2, 1, 2}, /* 8: 4; 6: 4 */
        {10, 3, 1, 10, 1}, {10, 2, 1, 10, 0},                  /* 11: 1, after */
        {10, 3, 3, 4, 1},                                      /* 12: 2 */
        {9, 2, 3, 3, 0},                                       /* 8 < 9: none */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conv_shape s =
            square_shape((struct shape){rows[i].in, rows[i].in, 1}, 1, rows[i].kernel, rows[i].stride);
        assert_int_equal(s.height_out, rows[i].out);
        assert_int_equal(s.width_out, rows[i].out);
        assert_int_equal(s.pad_top, rows[i].before);
        assert_int_equal(s.pad_left, rows[i].before);
    }
    struct conv_shape series = cut_shape((struct shape){140, 1, 1}, 4, 6, 2);
    assert_int_equal(series.width_out, 1);
    assert_int_equal(series.kernel_w, 1);
    assert_int_equal(series.stride_w, 1);
    assert_int_equal(series.pad_left, 0);
    assert_int_equal(series.height_out, 70);
}

/* ---- taps that read padding only ---- */

static void test_dead_taps_are_no_weights(void **state)
{
    (void)state;
    size_t cut = 0;
    for (size_t in = 1; in <= 12; in++) {
        for (size_t kernel = 1; kernel <= 9; kernel++) {
            for (size_t stride = 1; stride <= 9; stride++) {
                struct conv_shape whole = square_shape((struct shape){in, 5, 2}, 3, kernel, stride);
                struct conv_shape s = cut_shape((struct shape){in, 5, 2}, 3, kernel, stride);
                size_t taps = whole.kernel_h, before = whole.pad_top;
                reference_cut_kernel(in, stride, whole.height_out, &taps, &before);
                assert_int_equal(s.kernel_h, taps);
                assert_int_equal(s.pad_top, before);
                assert_int_equal(s.height_out, whole.height_out);
                cut += s.kernel_h < whole.kernel_h;
            }
        }
    }
    assert_true(cut > 0);
    struct conv_shape series = cut_shape((struct shape){1, 1, 32}, 32, 2, 2); /* the second layer of two moons */
    assert_int_equal(series.kernel_h, 1);
    assert_int_equal(series.kernel_w, 1);
}

/* What is left computes what the whole kernel does, whatever the taps hold that were left out. */
static void test_cut_kernels_compute_the_same(void **state)
{
    (void)state;
    enum { KERNEL = 6, IN = 3, OUT = 2, HEIGHT = 2, WIDTH = 1 };
    const struct shape input = {HEIGHT, WIDTH + 1, IN};
    struct conv_shape whole = square_shape(input, OUT, KERNEL, 2), cut = cut_shape(input, OUT, KERNEL, 2);
    double w[KERNEL * KERNEL * IN * OUT], part[KERNEL * KERNEL * IN * OUT] = {0}, x[HEIGHT * (WIDTH + 1) * IN];
    double bias[OUT] = {.1, -.2}, y[OUT], z[OUT];
    for (size_t i = 0; i < sizeof w / sizeof *w; i++)
        w[i] = sin((double)i);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = cos((double)(3 * i));
    for (size_t h = 0; h < cut.kernel_h; h++) {
        size_t from = ((h + whole.pad_top - cut.pad_top) * KERNEL + whole.pad_left - cut.pad_left) * IN * OUT;
        memcpy(part + h * cut.kernel_w * IN * OUT, w + from, cut.kernel_w * IN * OUT * sizeof *w);
    }
    assert_int_equal(cut.kernel_h * cut.kernel_w, 4);
    reference_conv_forward(&whole, x, w, bias, 1, y);
    reference_conv_forward(&cut, x, part, bias, 1, z);
    assert_memory_equal(y, z, sizeof y);
}

/* ---- one convolution ---- */

struct conv_case {
    struct shape input;
    size_t c_out, kernel, stride, batch;
    bool valid; /* no padding */
};

static struct conv_shape case_shape(const struct conv_case *c)
{
    const struct extent kernel = extent_square(c->kernel, c->input), stride = extent_square(c->stride, c->input);
    return c->valid ? conv_valid_shape(c->input, c->c_out, kernel, stride)
                    : conv_whole_shape(c->input, c->c_out, kernel, stride);
}

/* Sizes around tiles of 4 outputs and vectors of 16 channels, maps smaller than a kernel, strides that skip inputs; the
 * first eight are Winograd's, by the filterings of small batches. */
static const struct conv_case conv_cases[] = {
    {{16, 16, 20}, 24, 6, 2, 2, false}, {{8, 8, 48}, 20, 6, 2, 3, false},  {{7, 7, 16}, 16, 6, 2, 3, false},
    {{13, 9, 17}, 16, 6, 2, 3, false},  {{70, 1, 33}, 20, 6, 2, 3, false}, {{35, 1, 16}, 31, 6, 2, 3, false},
    {{1, 1, 16}, 16, 6, 2, 3, false},   {{3, 2, 16}, 16, 6, 2, 3, false},  {{28, 28, 1}, 6, 6, 2, 2, false},
    {{9, 11, 3}, 5, 3, 3, 4, false},    {{9, 11, 3}, 5, 4, 1, 4, false},   {{9, 11, 3}, 5, 1, 2, 4, false},
    {{5, 4, 3}, 5, 2, 5, 40, false},    {{20, 1, 2}, 3, 5, 1, 2, false},
};
enum { CONV_CASES = sizeof conv_cases / sizeof *conv_cases };

/* Batches large enough for the other filterings: one tile and several, whole and cut by the map's edge; many channels
 * and few. */
static const struct filtering_case {
    struct conv_case conv;
    enum winograd_filtering filtering;
} filtering_cases[] = {
    {{{8, 8, 16}, 16, 6, 2, 40, false}, WINOGRAD_IMAGES_4},   {{{14, 14, 17}, 16, 6, 2, 24, false}, WINOGRAD_IMAGES_7},
    {{{25, 28, 16}, 18, 6, 2, 12, false}, WINOGRAD_IMAGES_7}, {{{16, 16, 16}, 17, 6, 2, 44, false}, WINOGRAD_IMAGES_8},
    {{{29, 32, 20}, 16, 6, 2, 20, false}, WINOGRAD_IMAGES_8}, {{{8, 1, 16}, 16, 6, 2, 8, false}, WINOGRAD_SERIES_4},
    {{{12, 1, 16}, 17, 6, 2, 30, false}, WINOGRAD_SERIES_6},  {{{35, 1, 24}, 16, 6, 2, 16, false}, WINOGRAD_SERIES_6},
    {{{8, 8, 1}, 16, 6, 2, 40, false}, WINOGRAD_IMAGES_4},    {{{28, 28, 1}, 20, 6, 2, 9, false}, WINOGRAD_IMAGES_7},
    {{{25, 28, 2}, 33, 6, 2, 12, false}, WINOGRAD_IMAGES_7},  {{{32, 32, 3}, 24, 6, 2, 15, false}, WINOGRAD_IMAGES_8},
    {{{29, 32, 5}, 16, 6, 2, 20, false}, WINOGRAD_IMAGES_8},  {{{5, 4, 15}, 31, 6, 2, 3, false}, WINOGRAD_IMAGES_4},
    {{{12, 12, 16}, 16, 3, 1, 4, false}, WINOGRAD_IMAGES_4},  {{{15, 13, 17}, 20, 3, 1, 5, false}, WINOGRAD_IMAGES_4},
    {{{7, 14, 16}, 17, 3, 1, 18, false}, WINOGRAD_IMAGES_7},  {{{8, 15, 18}, 16, 3, 1, 22, false}, WINOGRAD_IMAGES_8},
    {{{8, 1, 16}, 16, 3, 1, 8, false}, WINOGRAD_SERIES_4},    {{{24, 1, 17}, 16, 3, 1, 20, false}, WINOGRAD_SERIES_6},
    {{{13, 11, 16}, 18, 5, 2, 3, false}, WINOGRAD_IMAGES_4},  {{{16, 16, 3}, 20, 5, 2, 15, false}, WINOGRAD_IMAGES_4},
    {{{23, 1, 16}, 17, 5, 2, 6, false}, WINOGRAD_SERIES_4},   {{{14, 11, 16}, 16, 3, 1, 4, true}, WINOGRAD_IMAGES_4},
    {{{16, 15, 16}, 16, 6, 2, 3, true}, WINOGRAD_IMAGES_4},   {{{15, 14, 2}, 17, 6, 2, 3, true}, WINOGRAD_IMAGES_4},
};
enum { FILTERING_CASES = sizeof filtering_cases / sizeof *filtering_cases };

/* One case's input and what a run makes of it. */
struct conv_run {
    struct conv_shape shape;
    size_t batch, size_x, size_w, size_y;
    float *x, *w, *bias, *dy;          /* given */
    float *y, *d_weight, *d_bias, *dx; /* made */
};

static struct conv_run conv_run_make(const struct conv_case *c)
{
    struct conv_run r = {.shape = case_shape(c), .batch = c->batch};
    const struct conv_shape *s = &r.shape;
    r.size_x = r.batch * shape_size(c->input);
    r.size_w = s->kernel_h * s->kernel_w * s->c_in * s->c_out;
    r.size_y = r.batch * s->height_out * s->width_out * s->c_out;
    const size_t fan_in = r.size_w / s->c_out;
    r.x = normals(r.size_x, 1, 1.0F);
    r.w = normals(r.size_w, 2, 1.0F / sqrtf((float)fan_in));
    r.bias = normals(s->c_out, 3, 0.1F);
    r.dy = normals(r.size_y, 4, 1.0F);
    r.y = normals(r.size_y, 5, 1.0F); /* results start with numbers that must be overwritten */
    r.d_weight = normals(r.size_w, 6, 1.0F);
    r.d_bias = normals(s->c_out, 7, 1.0F);
    r.dx = normals(r.size_x, 8, 1.0F);
    return r;
}

static void conv_run_free(struct conv_run *r)
{
    float *all[] = {r->x, r->w, r->bias, r->dy, r->y, r->d_weight, r->d_bias, r->dx};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        memory_free(all[i]);
}

/* What one run uses; NULL builds: the best. */
struct conv_choice {
    const struct conv_algorithm *algorithm;
    const struct layer_kernels *layer;
    const struct winograd_kernels *winograd;
    const struct winograd_few_kernels *few;
    int threads;
};

static void conv_run_go(struct conv_run *r, struct conv_choice choice)
{
    struct error error;
    struct conv conv;
    float *dy = memory_alloc(r->size_y, sizeof *dy, NULL);
    assert_non_null(dy);
    memcpy(dy, r->dy, r->size_y * sizeof *dy);
    assert_int_equal(conv_init(&conv, &r->shape, choice.algorithm,
                               (struct conv_use){r->batch, 1, choice.threads, 0, ACTIVATION_selu}, &error),
                     STATUS_OK);
    conv.layer_kernels = choice.layer ? choice.layer : conv.layer_kernels;
    conv.winograd_kernels = choice.winograd ? choice.winograd : conv.winograd_kernels;
    conv.winograd_few_kernels = choice.few ? choice.few : conv.winograd_few_kernels;
    conv_set_weights(&conv, r->w, r->bias);
#pragma omp parallel num_threads(choice.threads)
    {
        conv_prepare(&conv);
#pragma omp barrier
        conv_forward(&conv, r->x, r->batch, r->y);
        conv_backward(&conv, r->x, r->y, dy, r->batch, r->d_weight, r->d_bias, r->dx);
    }
    conv_clear(&conv);
    memory_free(dy);
}

/* Whether |found - want| stays within `rounds` roundings of size [count], element by element, or of the largest size.
 */
static int within(const float *found, const double *want, double *size, size_t count, double rounds, int by_largest)
{
    double top = largest(size, count);
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)found[i] - want[i]) <= rounds * unit * (by_largest ? top : size[i])))
            return 0;
    return 1;
}

/* d loss / d (sum before SELU), from the implementation's own y, so that errors of forward do not count twice; slopes
 * are right to 2 roundings, as y + lambda alpha is one subtraction. */
static double *reference_dz(const struct conv_run *r)
{
    double *dz = reference_widen(r->dy, r->size_y);
    const double bottom = (double)(1.0507009873554805F * 1.6732632423543772F);
    for (size_t i = 0; i < r->size_y; i++)
        dz[i] *= r->y[i] > 0.0F ? 1.0507009873554805 : (double)r->y[i] + bottom;
    return dz;
}

static int is_winograd(const struct conv_algorithm *algorithm)
{
    return algorithm == &conv_winograd || algorithm == &conv_winograd_few;
}

/* The algorithm of Winograd's for a case. */
static const struct conv_algorithm *winograd_of(const struct conv_case *c)
{
    return c->input.channels < WINOGRAD_LEAST_CHANNELS ? &conv_winograd_few : &conv_winograd;
}

/* Tolerances, in roundings. im2col: a sum of n products of two floats, in any order, is right to n roundings of the sum
 * of their magnitudes, and 6 more for bias, SELU and slope. Winograd: numbers of a whole tile meet in each output and
 * cancel, so errors are measured by the largest sum of magnitudes. For F(4x4, 3x3), with |d|, |g| <= 1, the points'
 * products weigh sum_p |A_ip| sum_j |B_pj| sum_k |G_pk| <= 25 in one dimension where the result is up to 3: an
 * amplification of 8.3, and 69 in two dimensions. That is for one product; over n of them roundings partly cancel (they
 * grow like sqrt(n), the sum of magnitudes like n), so that 69 roundings stand for all. For the other filterings it is
 * in proportion to the amplification that their points were chosen by (winograd_points.h). */
static double rounds_of(const struct conv_run *r, const struct conv_algorithm *algorithm, size_t terms)
{
    static const double amplification[WINOGRAD_FILTERINGS] = {[WINOGRAD_IMAGES_4] = 5.0,
                                                              [WINOGRAD_IMAGES_7] = 47.2,
                                                              [WINOGRAD_IMAGES_8] = 112.6,
                                                              [WINOGRAD_SERIES_4] = 2.2,
                                                              [WINOGRAD_SERIES_6] = 4.5};
    if (!is_winograd(algorithm))
        return (double)terms + 6.0;
    return 69.0 / amplification[WINOGRAD_IMAGES_4] * amplification[winograd_choice(&r->shape, r->batch, 0)];
}

struct conv_verdict {
    int y, d_weight, d_bias, dx; /* each: 1 right, 0 wrong */
};

static struct conv_verdict conv_judge(const struct conv_run *r, const struct conv_algorithm *algorithm)
{
    const struct conv_shape *s = &r->shape;
    const size_t pixels = r->size_y / s->c_out, taps = s->kernel_h * s->kernel_w;
    double *x = reference_widen(r->x, r->size_x), *w = reference_widen(r->w, r->size_w);
    double *bias = reference_widen(r->bias, s->c_out), *dz = reference_dz(r);
    double *y = reference_doubles(r->size_y), *size_y = reference_doubles(r->size_y);
    double *dw = reference_doubles(r->size_w), *size_dw = reference_doubles(r->size_w);
    double *db = reference_doubles(s->c_out), *size_db = reference_doubles(s->c_out);
    double *dx = reference_doubles(r->size_x), *size_dx = reference_doubles(r->size_x);
    reference_conv_forward(s, x, w, bias, r->batch, y);
    reference_conv_backward(s, x, w, dz, r->batch, dw, db, dx);
    absolute(x, r->size_x);
    absolute(w, r->size_w);
    absolute(bias, s->c_out);
    absolute(dz, r->size_y);
    reference_conv_forward(s, x, w, bias, r->batch, size_y);
    reference_conv_backward(s, x, w, dz, r->batch, size_dw, size_db, size_dx);
    for (size_t i = 0; i < r->size_y; i++) {
        y[i] = reference_selu(y[i]);
        size_y[i] *= 1.7581; /* the steepest slope of SELU */
    }
    const int by_largest = is_winograd(algorithm);
    struct conv_verdict verdict = {
        .y = within(r->y, y, size_y, r->size_y, rounds_of(r, algorithm, taps * s->c_in), by_largest),
        .d_weight = within(r->d_weight, dw, size_dw, r->size_w, rounds_of(r, algorithm, pixels), by_largest),
        .d_bias = within(r->d_bias, db, size_db, s->c_out, (double)pixels + 6.0, 0),
        .dx = within(r->dx, dx, size_dx, r->size_x, rounds_of(r, algorithm, taps * s->c_out), by_largest),
    };
    double *all[] = {x, w, bias, dz, y, size_y, dw, size_dw, db, size_db, dx, size_dx};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    return verdict;
}

static void check_conv(const struct conv_case *c, struct conv_choice choice)
{
    struct conv_run r = conv_run_make(c);
    if (choice.algorithm->supports(&r.shape)) {
        conv_run_go(&r, choice);
        struct conv_verdict v = conv_judge(&r, choice.algorithm);
        if (!(v.y && v.d_weight && v.d_bias && v.dx))
            fail_msg("%s, %zu x %zu x %zu, %zu filters, kernel %zu, stride %zu: y %d, d_weight %d, d_bias %d, dx %d",
                     choice.algorithm->name, c->input.height, c->input.width, c->input.channels, c->c_out, c->kernel,
                     c->stride, v.y, v.d_weight, v.d_bias, v.dx);
    }
    conv_run_free(&r);
}

static void test_convolutions(void **state)
{
    (void)state;
    size_t algorithms;
    const struct conv_algorithm *const *all = conv_algorithms(&algorithms);
    for (size_t a = 0; a < algorithms; a++)
        for (size_t i = 0; i < CONV_CASES; i++)
            check_conv(&conv_cases[i], (struct conv_choice){.algorithm = all[a], .threads = 2});
}

static void test_builds(void **state)
{
    (void)state;
    size_t builds, winograd_builds, few_builds;
    const struct layer_kernels *const *layer = layer_kernels_all(&builds);
    const struct winograd_kernels *const *winograd = winograd_kernels_all(&winograd_builds);
    const struct winograd_few_kernels *const *few = winograd_few_kernels_all(&few_builds);
    assert_int_equal(builds, winograd_builds);
    assert_int_equal(builds, few_builds);
    for (size_t b = 0; b < builds; b++) {
        for (size_t i = 0; i < 9; i++)
            check_conv(&conv_cases[i],
                       (struct conv_choice){i < 8 ? &conv_winograd : &conv_im2col, layer[b], winograd[b], few[b], 1});
        for (size_t i = 0; i < FILTERING_CASES; i++)
            check_conv(&filtering_cases[i].conv,
                       (struct conv_choice){winograd_of(&filtering_cases[i].conv), layer[b], winograd[b], few[b], 1});
    }
}

/* Each filtering has a case, so that every build of each is held against the reference. */
static void test_choice_of_filtering(void **state)
{
    (void)state;
    int seen[WINOGRAD_FILTERINGS] = {0};
    for (size_t i = 0; i < FILTERING_CASES; i++) {
        const struct conv_case *c = &filtering_cases[i].conv;
        const struct conv_shape shape = case_shape(c);
        assert_int_equal(winograd_choice(&shape, c->batch, 0), filtering_cases[i].filtering);
        seen[filtering_cases[i].filtering] = 1;
        assert_int_equal(winograd_choice(&shape, c->batch, 1),
                         c->input.width > 1 ? WINOGRAD_IMAGES_4 : WINOGRAD_SERIES_4);
    }
    for (size_t f = 0; f < WINOGRAD_FILTERINGS; f++)
        assert_true(seen[f]);
}

/* Twins: one wrong value in the results of each filtering must be noticed. */
static void test_wrong_filterings_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILTERING_CASES; i++) {
        struct conv_run r = conv_run_make(&filtering_cases[i].conv);
        const struct conv_algorithm *algorithm = winograd_of(&filtering_cases[i].conv);
        conv_run_go(&r, (struct conv_choice){.algorithm = algorithm, .threads = 1});
        r.d_weight[77] += 0.5F; /* of sums whose magnitudes add up to thousands */
        r.dx[50] += 0.02F;
        struct conv_verdict v = conv_judge(&r, algorithm);
        assert_true(v.y && !v.d_weight && v.d_bias && !v.dx);
        r.y[5] += 0.02F;
        v = conv_judge(&r, algorithm);
        assert_false(v.y);
        conv_run_free(&r);
    }
}

/* Twins: one wrong value in each result, and a run on one wrong weight, must be noticed. */
static void test_wrong_convolutions_are_noticed(void **state)
{
    (void)state;
    size_t algorithms;
    const struct conv_algorithm *const *all = conv_algorithms(&algorithms);
    for (size_t a = 0; a < algorithms; a++) {
        struct conv_run r = conv_run_make(&conv_cases[0]);
        struct conv_choice choice = {.algorithm = all[a], .threads = 1};
        conv_run_go(&r, choice);
        r.d_weight[77] += 0.05F;
        r.d_bias[3] *= 1.001F;
        r.dx[100] += 0.01F;
        struct conv_verdict v = conv_judge(&r, all[a]);
        assert_true(v.y && !v.d_weight && !v.d_bias && !v.dx);
        r.w[40] = -r.w[40];
        conv_run_go(&r, choice);
        r.w[40] = -r.w[40];
        v = conv_judge(&r, all[a]);
        assert_true(!v.y && v.d_weight && v.d_bias && !v.dx);
        conv_run_free(&r);
    }
}

/* conv_evaluate as on a processor with a second cache of so many bytes. */
static void evaluate_with_cache(const struct conv_run *r, size_t second_cache, float *y)
{
    struct error error;
    struct conv conv;
    assert_int_equal(
        conv_init(&conv, &r->shape, &conv_winograd, (struct conv_use){r->batch, 0, 1, 0, ACTIVATION_selu}, &error),
        STATUS_OK);
    memory_free(conv.workspace);
    conv.second_cache = second_cache;
    conv.workspace = memory_alloc(conv.algorithm->workspace_size(&conv), sizeof *conv.workspace, &error);
    assert_non_null(conv.workspace);
    conv_set_weights(&conv, r->w, r->bias);
    conv_prepare(&conv);
    conv_evaluate(&conv, 0, r->x, r->batch, y);
    conv_clear(&conv);
}

/* How many items are evaluated at once is the processor's; results are not. */
static void test_cache_does_not_matter(void **state)
{
    (void)state;
    const struct conv_case cases[] = {
        {{16, 16, 24}, 20, 6, 2, 50, false}, {{35, 1, 32}, 40, 6, 2, 50, false}, {{18, 19, 16}, 20, 3, 1, 21, false}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct conv_run r = conv_run_make(&cases[c]);
        float *small = normals(r.size_y, 9, 1.0F), *large = normals(r.size_y, 10, 1.0F);
        evaluate_with_cache(&r, 1U << 20, small);
        evaluate_with_cache(&r, 2U << 20, large);
        assert_memory_equal(small, large, r.size_y * sizeof *small);
        memory_free(small);
        memory_free(large);
        conv_run_free(&r);
    }
}

/* The shapes of the talk's networks, and kernels of 3 x 3 between many channels, take the fast way; what would leave
 * most of a tile unused does not, nor do series of one channel. */
static void test_choice_of_algorithm(void **state)
{
    (void)state;
    static const struct {
        struct shape input;
        size_t c_out, kernel, stride;
        const struct conv_algorithm *algorithm;
    } cases[] = {
        {{16, 16, 200}, 200, 6, 2, &conv_winograd}, {{32, 32, 3}, 200, 6, 2, &conv_winograd_few},
        {{140, 1, 1}, 130, 6, 2, &conv_im2col},     {{70, 1, 130}, 130, 6, 2, &conv_winograd},
        {{32, 32, 64}, 64, 3, 1, &conv_winograd},   {{4, 4, 16}, 16, 3, 1, &conv_winograd},
        {{2, 2, 64}, 64, 3, 1, &conv_im2col},       {{32, 32, 64}, 64, 5, 2, &conv_winograd},
        {{32, 32, 64}, 64, 4, 2, &conv_im2col},     {{32, 32, 64}, 64, 5, 1, &conv_im2col},
        {{32, 32, 64}, 64, 3, 2, &conv_im2col},     {{32, 32, 3}, 64, 3, 1, &conv_im2col},
        {{40, 1, 16}, 16, 3, 1, &conv_winograd},    {{3, 2, 16}, 16, 6, 2, &conv_im2col},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conv conv;
        struct error error;
        const struct conv_shape shape = cut_shape(cases[i].input, cases[i].c_out, cases[i].kernel, cases[i].stride);
        assert_int_equal(conv_init(&conv, &shape, NULL, (struct conv_use){1, 0, 1, 0, ACTIVATION_selu}, &error),
                         STATUS_OK);
        if (conv.algorithm != cases[i].algorithm)
            fail_msg("case %zu: %s", i, conv.algorithm->name);
        conv_clear(&conv);
    }
}

/* A NaN comes out at every output that it reaches. */
static void test_nan_reaches_the_output(void **state)
{
    (void)state;
    size_t algorithms;
    const struct conv_algorithm *const *all = conv_algorithms(&algorithms);
    for (size_t a = 0; a < algorithms; a++) {
        struct conv_run r = conv_run_make(&conv_cases[2]);
        r.x[0] = NAN;
        conv_run_go(&r, (struct conv_choice){.algorithm = all[a], .threads = 1});
        for (size_t c = 0; c < r.shape.c_out; c++)
            assert_true(isnan(r.y[c]));
        conv_run_free(&r);
    }
}

/* ---- loss ---- */

static void test_cross_entropy(void **state)
{
    (void)state;
    enum { ROWS = 50, CLASSES = 7 };
    float *logits = normals(ROWS * CLASSES, 30, 5.0F), d_logits[ROWS * CLASSES], probability[ROWS * CLASSES];
    uint8_t labels[ROWS];
    size_t right = 0, correct, same;
    for (size_t row = 0; row < ROWS; row++) {
        labels[row] = (uint8_t)(row % CLASSES);
        if (row == 3)
            logits[row * CLASSES + labels[row]] = 40.0F; /* 1 - p is far below a rounding of 1 */
        size_t best = 0;
        for (size_t c = 1; c < CLASSES; c++)
            best = logits[row * CLASSES + c] > logits[row * CLASSES + best] ? c : best;
        right += best == labels[row];
    }
    double *wide = reference_widen(logits, ROWS * CLASSES), *want = reference_doubles(ROWS * CLASSES);
    double loss = reference_cross_entropy(wide, labels, ROWS, CLASSES, want);
    assert_near(cross_entropy(logits, labels, ROWS, CLASSES, d_logits, &correct), loss, 1e-12); /* all in double */
    assert_int_equal(correct, right);
    softmax(logits, ROWS, CLASSES, probability);
    for (size_t i = 0; i < ROWS * CLASSES; i++) {
        double sum = 0.0;
        for (size_t c = 0; c < CLASSES; c++)
            sum += exp(wide[i / CLASSES * CLASSES + c] - wide[i]);
        double p = 1.0 / sum;
        /* the difference of two logits below 64 is rounded, which is an error of 32 roundings of the probability */
        assert_near(probability[i], p, 38.0 * unit * p);
        /* relative, so that the gradient of an item which the network is sure of counts as well */
        assert_near(d_logits[i], want[i], 40.0 * unit * fabs(want[i]));
    }
    assert_true(cross_entropy(logits, labels, ROWS, CLASSES, NULL, &same) ==
                cross_entropy(logits, labels, ROWS, CLASSES, logits, &correct));
    assert_int_equal(same, correct);
    assert_memory_equal(logits, d_logits, sizeof d_logits); /* in place */
    free(wide);
    free(want);
    memory_free(logits);
}

static void test_cross_entropy_of_extremes(void **state)
{
    (void)state;
    float logits[6] = {1e4F, -1e4F, 0.0F, 2.0F, 2.0F, NAN}, d_logits[6];
    const uint8_t labels[2] = {1, 0};
    size_t correct;
    assert_near(cross_entropy(logits, labels, 1, 3, d_logits, &correct), 2e4, 1e-9);
    assert_int_equal(correct, 0);
    assert_true(d_logits[0] == 1.0F && d_logits[1] == -1.0F && d_logits[2] == 0.0F);
    assert_true(isnan(cross_entropy(logits + 3, labels + 1, 1, 3, d_logits, &correct)));
    assert_near(cross_entropy(logits + 3, labels + 1, 1, 2, d_logits, &correct), log(2.0), 1e-12);
    assert_int_equal(correct, 1); /* of equal logits, the first counts */
}

/* ---- schedules ---- */

static void test_schedules(void **state)
{
    (void)state;
    struct error error;
    size_t count;
    const struct schedule *rows = schedules(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(schedule_find(rows[i].name, &error), &rows[i]);
        assert_near(rows[i].factor(0, 100, 0.5), 1.0, 0.0);
        for (size_t step = 1; step < 100; step++)
            assert_true(rows[i].factor(step, 100, 0.5) <= rows[i].factor(step - 1, 100, 0.5));
    }
    assert_near(schedule_find("cosine", &error)->factor(50, 100, 0.0), 0.5, 1e-15);
    assert_near(schedule_find("exponential", &error)->factor(2000, 9999, 0.99), 0.99 * 0.99, 1e-15);
    assert_near(schedule_find("constant", &error)->factor(99, 100, 0.99), 1.0, 0.0);
    assert_null(schedule_find("cosin", &error));
    assert_int_equal(error.status, STATUS_USAGE);
    assert_non_null(strstr(error.message, "cosine"));
}

/* ---- networks ---- */

static const struct plain plains[] = {
    {{28, 28, 1}, 10, 3, 16, 6, 2, false}, {{32, 32, 3}, 10, 3, 17, 6, 2, false}, {{140, 1, 1}, 5, 3, 20, 6, 2, false},
    {{28, 28, 1}, 10, 2, 5, 6, 2, false},  {{13, 9, 2}, 3, 2, 4, 3, 1, false},    {{11, 12, 1}, 4, 3, 3, 4, 3, false},
    {{50, 1, 1}, 2, 1, 7, 5, 3, false},    {{9, 7, 2}, 3, 4, 16, 6, 2, false},    {{2, 1, 1}, 2, 2, 32, 2, 2, false},
    {{28, 28, 1}, 10, 5, 16, 6, 2, false},
};

/* Every kind of layer and every activation, in places where they meet each other and each algorithm of convolutions. */
static const struct {
    struct shape input;
    size_t classes;
    const char *layers;
} architectures[] = {
    {{28, 28, 1}, 10, "conv 20 5x5 valid relu; maxpool 2; conv 50 5x5 valid relu; maxpool 2; dense 500 relu"},
    {{9, 7, 2}, 3, "dense 30 tanh; dense 17"},
    {{40, 1, 3}, 4, "conv 8 8 relu; conv 16 5/2 tanh; conv 8 3 valid linear; avgpool all"},
    {{17, 13, 3}, 5, "conv 16 6/2 relu; conv 17 6/2 tanh; avgpool 2x1/1; conv 16 6/2 linear"},
    {{50, 1, 1}, 2, "conv 16 6/2 tanh; conv 16 6/2 relu; maxpool 3/2; dense 9 linear"},
    {{8, 7, 2}, 4, "conv 16 3 relu; conv 17 3 valid linear; conv 16 5/2 tanh; maxpool 2; dense 12 relu"},
    {{21, 1, 1}, 2, "conv 16 3 relu; conv 17 3 tanh; conv 16 5/2 selu; conv 20 3 valid relu"},
    {{13, 11, 2}, 3, "maxpool 3x2/2x1; conv 6 3x1/1x2 relu; avgpool 2; 2 * conv 5 2 selu"},
};
enum {
    PLAINS = sizeof plains / sizeof *plains,
    ARCHITECTURES = sizeof architectures / sizeof *architectures,
    SPECS = PLAINS + ARCHITECTURES,
    BATCH = 5
};
static struct network_spec specs[SPECS];

static void specs_make(void)
{
    for (size_t i = 0; i < PLAINS; i++)
        specs[i] = plain_spec(plains[i]);
    for (size_t i = 0; i < ARCHITECTURES; i++)
        specs[PLAINS + i] =
            architecture_spec(architectures[i].input, architectures[i].classes, architectures[i].layers);
}

struct problem {
    struct network *network;
    const struct tensor *tensors;
    size_t tensor_count, weight_size;
    float *w, *x;
    uint8_t y[BATCH];
};

/* Weights with a variance of 1 / fan in, as SELU wants, and biases, on random inputs. */
static struct problem problem_make(const struct network_spec *spec, int threads)
{
    struct error error;
    struct problem p = {0};
    assert_int_equal(network_create(spec, BATCH, 1, threads, &p.network, &error), STATUS_OK);
    p.tensors = network_tensors(p.network, &p.tensor_count);
    p.weight_size = network_weight_size(p.network);
    p.w = memory_alloc(p.weight_size, sizeof *p.w, NULL);
    assert_non_null(p.w);
    for (size_t t = 0; t < p.tensor_count; t++) {
        const struct tensor *tensor = &p.tensors[t];
        float scale = tensor_is_bias(tensor) ? 0.1F : 1.0F / sqrtf((float)tensor->fan_in);
        random_normal(random_key(8, PURPOSE_TEST, 0, t), 0, tensor->count, p.w + tensor->offset);
        for (size_t i = 0; i < tensor->count; i++)
            p.w[tensor->offset + i] *= scale;
    }
    p.x = normals(BATCH * shape_size(spec->input), 40, 1.0F);
    for (size_t i = 0; i < BATCH; i++)
        p.y[i] = (uint8_t)(i * 7 % spec->classes);
    return p;
}

static void problem_free(struct problem *p)
{
    network_free(p->network);
    memory_free(p->w);
    memory_free(p->x);
}

static void test_layout(void **state)
{
    (void)state;
    struct problem p = problem_make(&specs[1], 1);
    static const char *const names[] = {"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                                        "conv3.weight", "conv3.bias", "dense.weight", "dense.bias"};
    static const size_t sizes[] = {6 * 6 * 3 * 17, 17, 6 * 6 * 17 * 17, 17, 6 * 6 * 17 * 17, 17, 4 * 4 * 17 * 10, 10};
    static const size_t fan_in[] = {108, 108, 612, 612, 612, 612, 272, 272};
    assert_int_equal(p.tensor_count, 8);
    size_t end = 0, sum = 0;
    for (size_t t = 0; t < 8; t++) {
        assert_string_equal(p.tensors[t].name, names[t]);
        assert_int_equal(p.tensors[t].count, sizes[t]);
        assert_int_equal(p.tensors[t].fan_in, fan_in[t]);
        assert_int_equal(p.tensors[t].offset % 16, 0);
        assert_true(p.tensors[t].offset >= end);
        assert_int_equal(tensor_is_bias(&p.tensors[t]), t % 2);
        end = p.tensors[t].offset + p.tensors[t].count;
        sum += sizes[t];
    }
    assert_true(p.weight_size >= end);
    assert_int_equal(network_parameters(p.network), sum);
    /* 16 x 16 outputs of 108 inputs, 8 x 8 and 4 x 4 of 612, and the dense layer */
    assert_near(network_multiply_adds(p.network), 17.0 * (256 * 108 + 64 * 612 + 16 * 612) + 2720.0, 0.0);
    problem_free(&p);
}

static double norm(const double *x, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

/* |found - want| / |want| over one tensor, or over the logits */
static double distance(const float *found, const double *want, size_t count)
{
    double *difference = reference_widen(found, count);
    for (size_t i = 0; i < count; i++)
        difference[i] -= want[i];
    double result = norm(difference, count) / norm(want, count);
    free(difference);
    return result;
}

/* A layer is off by at most some 69 roundings of its values, forward and backward (see rounds_of); layers pass errors
 * on with a gain of about 1, which is what SELU and this scale of weights are made for. The longest way, to the first
 * layer's gradient, has 2 * 5 stages. */
static const double network_tolerance = 10.0 * 69.0 * 0.5 * (double)FLT_EPSILON; /* 4.1e-5 */

/* Factors of 8 bits have roundings of 2^-9, and Winograd's transforms enlarge them: whole gradients are off by .2 to 7
 * % (single biases by up to 13 %), while a wrong factor or order is off by 1 or more. How exact the products themselves
 * are is judged where they are (test_kernels.c). */
static const double bf16_tolerance = 0.2;

static void check_network(const struct network_spec *spec, double tolerance)
{
    struct problem p = problem_make(spec, 2);
    const size_t classes = spec->classes;
    float logits[BATCH * 10], *gradient = normals(p.weight_size, 50, 1.0F);
    double *w = reference_widen(p.w, p.weight_size), *x = reference_widen(p.x, BATCH * shape_size(spec->input));
    double want_logits[BATCH * 10], *want = reference_doubles(p.weight_size);
    double want_loss = reference_network(spec, p.tensors, w, x, p.y, BATCH, want_logits, want);
    size_t correct, right = 0;
    network_set_weights(p.network, p.w);
    network_forward(p.network, p.x, BATCH, logits);
    double loss = network_gradient(p.network, p.x, p.y, BATCH, gradient, &correct);
    assert_near(loss, want_loss, tolerance * (1.0 + largest(want_logits, BATCH * classes)));
    assert_true(distance(logits, want_logits, BATCH * classes) <= tolerance);
    for (size_t t = 0; t < p.tensor_count; t++) {
        const struct tensor *tensor = &p.tensors[t];
        double d = distance(gradient + tensor->offset, want + tensor->offset, tensor->count);
        if (!(d <= tolerance))
            fail_msg("%zu x %zu x %zu: gradient of %s off by %g", spec->input.height, spec->input.width,
                     spec->input.channels, tensor->name, d);
        size_t next = t + 1 < p.tensor_count ? tensor[1].offset : p.weight_size;
        for (size_t i = tensor->offset + tensor->count; i < next; i++)
            assert_true(gradient[i] == 0.0F); /* padding */
    }
    for (size_t i = 0; i < BATCH; i++) {
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            best = want_logits[i * classes + c] > want_logits[i * classes + best] ? c : best;
        right += best == p.y[i];
    }
    assert_int_equal(correct, right);
    /* Twin: one bias of the first layer off by 1 % of a typical weight shows in the logits. */
    p.w[p.tensors[1].offset] += 0.01F;
    network_set_weights(p.network, p.w);
    network_forward(p.network, p.x, BATCH, logits);
    assert_true(distance(logits, want_logits, BATCH * classes) > network_tolerance);
    memory_free(gradient);
    free(w), free(x), free(want);
    problem_free(&p);
}

static void test_networks(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPECS; i++)
        check_network(&specs[i], network_tolerance);
}

/* No weight is one in name only: each changes the loss, in networks that go on after their maps are single points. */
static void test_every_weight_has_a_gradient(void **state)
{
    (void)state;
    struct network_spec deep = plain_spec((struct plain){{28, 28, 1}, 10, 8, 4, 6, 2, false});
    for (size_t i = 0; i <= PLAINS; i++) {
        const struct network_spec *spec = i < PLAINS ? &specs[i] : &deep;
        struct problem p = problem_make(spec, 1);
        float *gradient = normals(p.weight_size, 50, 1.0F);
        size_t correct;
        network_set_weights(p.network, p.w);
        (void)network_gradient(p.network, p.x, p.y, BATCH, gradient, &correct);
        for (size_t t = 0; t < p.tensor_count; t++) {
            for (size_t j = 0; j < p.tensors[t].count; j++)
                assert_true(gradient[p.tensors[t].offset + j] != 0.0F);
        }
        memory_free(gradient);
        problem_free(&p);
    }
    assert_true(network_cuts_kernels(&deep));
    assert_false(network_cuts_kernels(&specs[0]));
}

static struct network_spec of_bf16(struct network_spec spec)
{
    spec.bf16 = true;
    return spec;
}

static int bf16_changes_logits(const struct network_spec *spec)
{
    struct network_spec exact = *spec;
    exact.bf16 = false;
    struct problem p = problem_make(spec, 1), q = problem_make(&exact, 1);
    float logits[BATCH * 10], exact_logits[BATCH * 10];
    network_set_weights(p.network, p.w);
    network_forward(p.network, p.x, BATCH, logits);
    network_set_weights(q.network, q.w);
    network_forward(q.network, q.x, BATCH, exact_logits);
    int changed = memcmp(logits, exact_logits, BATCH * spec->classes * sizeof *logits) != 0;
    problem_free(&p);
    problem_free(&q);
    return changed;
}

static void test_networks_of_bf16(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAINS; i++) {
        const struct network_spec spec = of_bf16(specs[i]);
        check_network(&spec, bf16_tolerance);
        assert_true(bf16_changes_logits(&spec));
    }
}

/* The gradient of the items against differences of the reference's loss (its error: see test_reference_gradient), at
 * probes in every item. The gradient of the weights is the one without it, to the bit. */
static double input_gradient_error(const struct network_spec *spec, float broken)
{
    const double h = 1e-5;
    enum { PROBES = 30 };
    struct problem p = problem_make(spec, 2);
    size_t size = BATCH * shape_size(spec->input), correct;
    float *gradient = normals(p.weight_size, 50, 1.0F), *alone = normals(p.weight_size, 51, 1.0F);
    float *d_x = normals(size, 52, 1.0F), found[PROBES];
    double *w = reference_widen(p.w, p.weight_size), *x = reference_widen(p.x, size), want[PROBES], logits[BATCH * 10];
    network_set_weights(p.network, p.w);
    double loss = network_gradient(p.network, p.x, p.y, BATCH, alone, &correct);
    assert_near(network_input_gradient(p.network, p.x, p.y, BATCH, gradient, d_x), loss, 0);
    assert_memory_equal(gradient, alone, p.weight_size * sizeof *alone);
    for (size_t probe = 0; probe < PROBES; probe++) {
        size_t i = probe * 7919 % size;
        double middle = x[i];
        x[i] = middle + h;
        double up = reference_network(spec, p.tensors, w, x, p.y, BATCH, logits, NULL);
        x[i] = middle - h;
        double down = reference_network(spec, p.tensors, w, x, p.y, BATCH, logits, NULL);
        x[i] = middle;
        want[probe] = (up - down) / (2 * h);
        found[probe] = d_x[i] * broken;
    }
    double error = distance(found, want, PROBES);
    memory_free(gradient);
    memory_free(alone);
    memory_free(d_x);
    free(w), free(x);
    problem_free(&p);
    return error;
}

static void test_input_gradient(void **state)
{
    (void)state;
    const struct network_spec many_channels =
        plain_spec((struct plain){{11, 9, 16}, 4, 2, 16, 6, 2, false}); /* Winograd in the first layer */
    for (size_t s = 3; s < SPECS; s++) {
        const double error = input_gradient_error(&specs[s], 1.0F);
        if (!(error <= network_tolerance))
            fail_msg("network %zu: off by %g", s, error);
    }
    assert_true(input_gradient_error(&many_channels, 1.0F) <= network_tolerance);
    assert_true(input_gradient_error(&specs[3], 1.001F) > network_tolerance); /* the twin */
}

/* The reference's own gradient, by differences of its loss: what ties all of the above to the definition. Central
 * differences with h = 1e-5 are off by h^2 / 6 times a third derivative of order 1 (2e-11) and by 1e-16 / h of the
 * loss's rounding (1e-11 per unit); 1e-7 leaves room for a SELU whose seam lies within h, which no seed here hits. */
static void test_reference_gradient(void **state)
{
    (void)state;
    const double h = 1e-5;
    for (size_t s = 3; s < SPECS; s++) {
        struct problem p = problem_make(&specs[s], 1);
        double *w = reference_widen(p.w, p.weight_size), *x = reference_widen(p.x, BATCH * shape_size(specs[s].input));
        double logits[BATCH * 10], *gradient = reference_doubles(p.weight_size);
        (void)reference_network(&specs[s], p.tensors, w, x, p.y, BATCH, logits, gradient);
        for (size_t t = 0; t < p.tensor_count; t++)
            for (size_t probe = 0; probe < 4; probe++) {
                size_t i = p.tensors[t].offset + probe * 7919 % p.tensors[t].count;
                double middle = w[i];
                w[i] = middle + h;
                double up = reference_network(&specs[s], p.tensors, w, x, p.y, BATCH, logits, NULL);
                w[i] = middle - h;
                double down = reference_network(&specs[s], p.tensors, w, x, p.y, BATCH, logits, NULL);
                w[i] = middle;
                assert_near(gradient[i], (up - down) / (2.0 * h), 1e-7);
            }
        free(w), free(x), free(gradient);
        problem_free(&p);
    }
}

/* The same bits with 1, 2 and 3 threads, and again. */
static void test_threads_change_no_bit(void **state)
{
    (void)state;
    for (size_t s = 0; s < 8; s++) {
        const struct network_spec spec = s < 4 ? specs[s] : of_bf16(specs[s - 4]);
        float *first = NULL, first_logits[BATCH * 10], logits[BATCH * 10];
        for (int threads = 1; threads <= 4; threads++) { /* 4: one thread again, on buffers that have been used */
            struct problem p = problem_make(&spec, threads % 3 + 1);
            float *gradient = normals(p.weight_size, 60 + (size_t)threads, 1.0F);
            size_t correct;
            network_set_weights(p.network, p.w);
            (void)network_gradient(p.network, p.x, p.y, BATCH, gradient, &correct);
            (void)network_gradient(p.network, p.x, p.y, BATCH, gradient, &correct);
            network_forward(p.network, p.x, BATCH, logits);
            if (first) {
                assert_memory_equal(gradient, first, p.weight_size * sizeof *first);
                assert_memory_equal(logits, first_logits, BATCH * spec.classes * sizeof *logits);
                memory_free(gradient);
            } else {
                first = gradient;
                memcpy(first_logits, logits, sizeof logits);
            }
            problem_free(&p);
        }
        memory_free(first);
    }
}

/* A smaller batch than the largest, and a network without gradients that takes its batch in blocks, give the same
 * logits as the training network, up to the order of sums. */
static void test_evaluation_in_blocks(void **state)
{
    (void)state;
    enum { MANY = 150 };
    const struct network_spec *spec = &specs[0];
    struct error error;
    struct problem p = problem_make(spec, 2);
    struct network *evaluation;
    float *x = normals(MANY * shape_size(spec->input), 70, 1.0F);
    float blocks[MANY * 10], whole[MANY * 10];
    assert_int_equal(network_create(spec, MANY, 0, 2, &evaluation, &error), STATUS_OK);
    network_set_weights(evaluation, p.w);
    network_forward(evaluation, x, MANY, blocks);
    network_set_weights(p.network, p.w);
    for (size_t first = 0; first < MANY; first += 3)
        network_forward(p.network, x + first * shape_size(spec->input), 3, whole + first * spec->classes);
    double *want = reference_widen(whole, MANY * spec->classes);
    assert_true(distance(blocks, want, MANY * spec->classes) <= network_tolerance);
    free(want);
    memory_free(x);
    network_free(evaluation);
    problem_free(&p);
}

/* Sets all weights but every `stride`-th to 0; biases stay, as pruning leaves them. */
static void thin(struct problem *p, size_t stride)
{
    for (size_t t = 0; t < p->tensor_count; t++) {
        const struct tensor *tensor = &p->tensors[t];
        for (size_t i = 0; i < tensor->count; i++) {
            if (!tensor_is_bias(tensor) && i % stride != t % stride)
                p->w[tensor->offset + i] = 0.0F;
        }
    }
}

/* Logits of a network for evaluation with the weights of p, which it has after all weights and after none. */
static void evaluate_thinned(const struct network_spec *spec, const struct problem *p, int threads, const float *x,
                             size_t items, float *logits)
{
    struct error error;
    struct network *evaluation;
    float *other = normals(p->weight_size, 80, 0.1F);
    assert_int_equal(network_create(spec, items, 0, threads, &evaluation, &error), STATUS_OK);
    network_set_weights(evaluation, other);
    network_forward(evaluation, x, items, logits);
    memset(other, 0, p->weight_size * sizeof *other);
    network_set_weights(evaluation, other);
    network_forward(evaluation, x, items, logits);
    network_set_weights(evaluation, p->w);
    network_forward(evaluation, x, items, logits);
    memory_free(other);
    network_free(evaluation);
}

/* Few weights are left, some filters have none, and the items are no multiple of those that go side by side: the same
 * logits as by the reference, and the same bits whatever the threads. Once in 5 is where products are still used. */
static void test_evaluation_of_few_weights(void **state)
{
    (void)state;
    enum { MANY = 37 };
    static const size_t strides[] = {2, 5, 7, 31, 200};
    for (size_t s = 0; s < SPECS * (sizeof strides / sizeof *strides); s++) {
        const struct network_spec *spec = &specs[s % SPECS];
        struct problem p = problem_make(spec, 1);
        size_t classes = spec->classes, size = shape_size(spec->input), batches = (MANY + BATCH - 1) / BATCH;
        thin(&p, strides[s / SPECS]);
        float *x = normals(batches * BATCH * size, 70, 1.0F), found[MANY * 10], again[MANY * 10];
        double *w = reference_widen(p.w, p.weight_size), *wide = reference_widen(x, batches * BATCH * size);
        double *want = reference_doubles(batches * BATCH * classes);
        for (size_t b = 0; b < batches; b++)
            (void)reference_network(spec, p.tensors, w, wide + b * BATCH * size, p.y, BATCH, want + b * BATCH * classes,
                                    NULL);
        evaluate_thinned(spec, &p, 1, x, MANY, found);
        evaluate_thinned(spec, &p, 3, x, MANY, again);
        assert_true(distance(found, want, MANY * classes) <= network_tolerance);
        assert_memory_equal(found, again, MANY * classes * sizeof *found);
        free(w), free(wide), free(want);
        memory_free(x);
        problem_free(&p);
    }
}

static void test_architectures_in_text(void **state)
{
    (void)state;
    static const char *const round[] = {"conv 20 5x5 valid relu", "conv 3 6/2 selu", "conv 3 6x5/2x1 tanh",
                                        "dense 500 linear",       "maxpool 2",       "avgpool all"};
    static const char *const bad[][2] = {
        {"conv 20", "a number is missing"},
        {"conv 20 5x5 valid relu;", "layer 2: nothing stands there"},
        {"conv 20 5x valid", "5x is not KERNEL"},
        {"conv 0 5", "0 is not a number of outputs"},
        {"conv 20 5/0", "5/0 is not KERNEL"},
        {"dense 10 3", "3 is a number too many"},
        {"dense 10 valid", "valid has no place here"},
        {"maxpool 2 relu", "relu has no place here"},
        {"dense 10 relu tanh", "tanh has no place here"},
        {"dense 10 rely", "did you mean relu"},
        {"dence 10", "did you mean dense"},
        {"40 * dense 10", "N * LAYER"},
        {"20 * dense 10; 20 * dense 10", "more than 32 layers"},
        {"dense 99999999999999999999", "is not a number of outputs"},
    };
    struct network_spec spec = {.input = {9, 9, 1}, .classes = 2};
    struct error error;
    char text[LAYER_TEXT_SIZE];
    for (size_t i = 0; i < sizeof round / sizeof *round; i++) {
        assert_int_equal(architecture_parse(round[i], &spec, &error), STATUS_OK);
        assert_int_equal(spec.layer_count, 1);
        layer_text(&spec.layers[0], text);
        if (spec.layers[0].kind->pooling && spec.layers[0].kernel > 0)
            assert_memory_equal(text, round[i], strlen(round[i]));
        else
            assert_string_equal(text, round[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(architecture_parse(bad[i][0], &spec, &error), STATUS_USAGE);
        if (!strstr(error.message, bad[i][1]))
            fail_msg("%s: %s", bad[i][0], error.message);
    }
    struct network *network;
    spec = architecture_spec((struct shape){9, 9, 1}, 2, "conv 4 3/2; 2 * maxpool 2; maxpool 2");
    assert_int_equal(network_create(&spec, 1, 1, 1, &network, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.message, "layer 4 (maxpool3): its window of 2 x 1 is larger than its input of 1 x 1"));
}

static void test_names_of_layers(void **state)
{
    (void)state;
    static const char *const names[] = {"conv1.weight",  "conv1.bias",  "conv2.weight", "conv2.bias",
                                        "dense1.weight", "dense1.bias", "dense.weight", "dense.bias"};
    static const size_t layer[] = {0, 0, 2, 2, 4, 4, 5, 5};
    struct problem p = problem_make(&specs[PLAINS], 1);
    assert_int_equal(p.tensor_count, 8);
    for (size_t t = 0; t < 8; t++) {
        assert_string_equal(p.tensors[t].name, names[t]);
        assert_int_equal(p.tensors[t].layer, layer[t]);
    }
    /* LeNet-5 as in the literature: 430,500 weights and 580 biases */
    assert_int_equal(network_parameters(p.network), 431080);
    assert_near(network_multiply_adds(p.network), 24. * 24 * 25 * 20 + 8. * 8 * 25 * 20 * 50 + 800 * 500 + 5000, 0);
    problem_free(&p);
}

static void test_bad_specs_are_refused(void **state)
{
    (void)state;
    static const struct plain bad[] = {
        {{0, 28, 1}, 10, 3, 16, 6, 2, false},  {{28, 28, 0}, 10, 3, 16, 6, 2, false},
        {{28, 28, 1}, 0, 3, 16, 6, 2, false},  {{28, 28, 1}, 257, 3, 16, 6, 2, false},
        {{28, 28, 1}, 10, 0, 16, 6, 2, false}, {{28, 28, 1}, 10, 3, 0, 6, 2, false},
        {{28, 28, 1}, 10, 3, 16, 0, 2, false}, {{28, 28, 1}, 10, 3, 16, 6, 0, false},
    };
    struct error error;
    struct network *network;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct network_spec spec = plain_spec(bad[i]);
        assert_int_equal(network_create(&spec, 1, 1, 1, &network, &error), STATUS_UNSUPPORTED);
        assert_null(network);
        assert_true(strlen(error.message) > 0);
    }
    assert_int_equal(network_create(&specs[0], 0, 1, 1, &network, &error), STATUS_UNSUPPORTED);
    assert_int_equal(network_create(&specs[0], 1, 1, 0, &network, &error), STATUS_UNSUPPORTED);
    network_free(NULL);
}

/* Whatever allocation fails: a status, a message, and (under a sanitizer) nothing leaked. */
static void test_no_memory(void **state)
{
    (void)state;
    struct error error;
    struct network *network = NULL;
    for (int training = 0; training <= 1; training++) {
        size_t failures = 0;
        for (;; failures++) {
            fault_arm(failures);
            enum status status = network_create(&specs[0], 2, training, 1, &network, &error);
            if (!fault_met()) {
                fault_arm(SIZE_MAX);
                assert_int_equal(status, STATUS_OK);
                network_free(network);
                break;
            }
            assert_int_equal(status, STATUS_NO_MEMORY);
            assert_null(network);
            assert_non_null(strstr(error.message, "memory"));
        }
        assert_true(failures >= 10);
    }
}

int main(void)
{
    specs_make();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_padding),
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_builds),
        cmocka_unit_test(test_choice_of_filtering),
        cmocka_unit_test(test_wrong_filterings_are_noticed),
        cmocka_unit_test(test_wrong_convolutions_are_noticed),
        cmocka_unit_test(test_cache_does_not_matter),
        cmocka_unit_test(test_choice_of_algorithm),
        cmocka_unit_test(test_nan_reaches_the_output),
        cmocka_unit_test(test_cross_entropy),
        cmocka_unit_test(test_cross_entropy_of_extremes),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_dead_taps_are_no_weights),
        cmocka_unit_test(test_cut_kernels_compute_the_same),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_every_weight_has_a_gradient),
        cmocka_unit_test(test_networks_of_bf16),
        cmocka_unit_test(test_reference_gradient),
        cmocka_unit_test(test_input_gradient),
        cmocka_unit_test(test_threads_change_no_bit),
        cmocka_unit_test(test_evaluation_in_blocks),
        cmocka_unit_test(test_evaluation_of_few_weights),
        cmocka_unit_test(test_architectures_in_text),
        cmocka_unit_test(test_names_of_layers),
        cmocka_unit_test(test_bad_specs_are_refused),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/run/illustrate*.c: pictures are the items, predictions are the stored ones, counts of weights add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/memory.h"
#include "io/atomic_file.h"
#include "reference.h"
#include "results/tabulate.h"
#include "run/tables.h"
#include "run/train.h"
#include "scratch.h"
#include "sweep/illustrate.h"
#include "sweep/perturb_sweep.h"
#include "sweep/prune.h"

static const char series_config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 96\ntest_items = 60\n"
                                    "[model]\nfilters = 4\n"
                                    "[posterior]\nmethod = vi\n"
                                    "[train]\nepochs = 2\nbatch = 16\n"
                                    "[prune]\nfractions = 0,.5,.9\nthresholds = -1,2\nsamples = 2\n"
                                    "[perturb]\nperturbations = noise, time_shift, time_warp, fgsm\n"
                                    "strengths = 3\nsamples = 3\nitems = 20\nframes = 5\n";
static const char plane_config[] = "[data]\ndataset = moons\n[model]\nlayers = 2\nfilters = 8\nkernel = 2\n"
                                   "[posterior]\nmethod = vi\n[train]\nepochs = 2\nbatch = 25\n"
                                   "[prune]\nfractions = 0,.9\nthresholds = none\nsamples = 1\n"
                                   "[perturb]\nperturbations = noise\nstrengths = 2\nsamples = 2\nitems = 20\n";
static const char ensemble_config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 96\ntest_items = 60\n"
                                      "[model]\nfilters = 4\n[posterior]\nmethod = ensemble\n[ensemble]\nmembers = 2\n"
                                      "[train]\nepochs = 2\nbatch = 16\n"
                                      "[prune]\nfractions = 0,.9\nthresholds = none\nsamples = 2\n"
                                      "[perturb]\nstrengths = 2\nsamples = 2\nitems = 20\n";
static const char *const table_names[] = {
    "stills",         "stills_predicted", "predictive",     "weight_pair", "filters",          "footprint",
    "plane",          "plane_items",      "frames",         "examples",    "predictive_items", "surface",
    "surface_points", "marginal",         "marginal_points"};
static const struct monitor silent = {0};

struct job {
    struct config_source *source;
    struct run run;
    struct error error;
};

static void job_open(struct job *job, const char *config)
{
    *job = (struct job){0};
    struct run_options options = {.out = ".", .threads = 2};
    assert_int_equal(config_read_text(config, "small", NULL, &job->source, &job->error), STATUS_OK);
    assert_int_equal(run_open(&job->run, job->source, 0, 1, &options, &job->error), STATUS_OK);
}

static void job_close(struct job *job)
{
    run_close(&job->run);
    config_free(job->source);
}

static void all_stages(struct job *job)
{
    assert_int_equal(run_train(&job->run, &silent, &job->error), STATUS_OK);
    assert_int_equal(run_prune(&job->run, &silent, &job->error), STATUS_OK);
    assert_int_equal(run_perturb(&job->run, &silent, &job->error), STATUS_OK);
    assert_int_equal(run_illustrate(&job->run, &silent, &job->error), STATUS_OK);
}

static struct table *load_table(const struct job *job, const char *name)
{
    struct error error = {0};
    struct store *store = NULL;
    struct table *table = table_create(table_find(name), &error);
    assert_non_null(table);
    assert_int_equal(store_open(job->run.path, &store, &error), STATUS_OK);
    assert_int_equal(table_load(table, store, &error), STATUS_OK);
    store_close(store);
    return table;
}

static const union table_cell *at(const struct table *table, size_t row, const char *column)
{
    return table_row(table, row) + table_column_index(table_kind_of(table), column);
}

static double number(const struct table *table, size_t row, const char *column)
{
    return at(table, row, column)->number;
}

/* At strength 0 the bytes are those of the item, to half a step between its least and its largest value. */
static void check_stills(const struct job *job)
{
    struct table *stills = load_table(job, "stills");
    const struct items *test = &job->run.dataset->test;
    size_t unchanged = 0;
    assert_int_equal(table_rows(stills), 4 * 12 * 3); /* perturbations, items, strengths; a series is one line */
    for (size_t row = 0; row < table_rows(stills); row++) {
        const char *pixels = at(stills, row, "pixels")->text;
        double low = number(stills, row, "low"), high = number(stills, row, "high");
        assert_int_equal(strlen(pixels), 2 * 140);
        assert_true(high > low);
        for (size_t i = 0; number(stills, row, "strength") == 0 && i < 140; i++) {
            char digits[3] = {pixels[2 * i], pixels[2 * i + 1], '\0'};
            double shown = low + (high - low) * (double)strtoul(digits, NULL, 16) / 255;
            size_t item = (size_t)number(stills, row, "item");
            assert_near(shown, test->values[item * 140 + i], (high - low) / 255 * 0.51);
            unchanged++;
        }
    }
    assert_int_equal(unchanged, 4 * 12 * 140);
    table_free(stills);
}

/* The noise sweep's accuracy over all items is not that over twelve, but each of these is right or wrong by its names.
 */
static void check_predictions(const struct job *job)
{
    struct table *predicted = load_table(job, "stills_predicted");
    assert_int_equal(table_rows(predicted), 4 * 12 * 3);
    for (size_t row = 0; row < table_rows(predicted); row++) {
        bool same = strcmp(at(predicted, row, "label")->text, at(predicted, row, "predicted")->text) == 0;
        assert_int_equal((int)number(predicted, row, "right"), same);
        double confidence = number(predicted, row, "confidence"), entropy = number(predicted, row, "entropy");
        assert_true(confidence >= 0.2 - 1e-6 && confidence <= 1 + 1e-6 && entropy >= 0 && entropy <= log(5) + 1e-6);
    }
    table_free(predicted);
    struct table *predictive = load_table(job, "predictive");
    assert_int_equal(table_rows(predictive), 4 * 5);
    double before = -1;
    for (size_t item = 0; item < 4; item++) {
        double sum = 0, entropy = number(predictive, 5 * item, "entropy");
        for (size_t k = 0; k < 5; k++)
            sum += number(predictive, 5 * item + k, "probability");
        assert_near(sum, 1, 1e-5);
        assert_true(entropy >= before);
        before = entropy;
    }
    table_free(predictive);
}

static size_t find_row(const struct table *table, const char *perturbation, double strength, double item)
{
    size_t row = 0;
    while (row < table_rows(table) &&
           (strcmp(at(table, row, "perturbation")->text, perturbation) != 0 ||
            fabs(number(table, row, "strength") - strength) > 1e-6 || fabs(number(table, row, "item") - item) > 0))
        row++;
    return row;
}

/* Frames are equal steps of the sweep's range, of the items of the stills; where the sweep has a frame's strength, of
 * the last frame too, picture and prediction are those of the still. */
static void check_frames(const struct job *job)
{
    struct table *frames = load_table(job, "frames"), *stills = load_table(job, "stills");
    struct table *predicted = load_table(job, "stills_predicted");
    size_t met = 0, moved = 0;
    assert_int_equal(table_rows(frames), 4 * 12 * 5);
    for (size_t row = 0; row < table_rows(frames); row++) {
        const char *name = at(frames, row, "perturbation")->text;
        const double strength = number(frames, row, "strength"), item = number(frames, row, "item");
        const size_t still = find_row(stills, name, strength, item);
        const size_t first = find_row(frames, name, 0, item);
        assert_true(number(frames, row, "classes") == 5 && number(predicted, 0, "classes") == 5);
        moved += strcmp(at(frames, row, "pixels")->text, at(frames, first, "pixels")->text) != 0;
        if (still == table_rows(stills))
            continue;
        met++;
        assert_string_equal(at(frames, row, "pixels")->text, at(stills, still, "pixels")->text);
        const size_t said = find_row(predicted, name, strength, item);
        assert_string_equal(at(frames, row, "predicted")->text, at(predicted, said, "predicted")->text);
        assert_near(number(frames, row, "entropy"), number(predicted, said, "entropy"), 1e-4);
    }
    assert_int_equal(met, 4 * 12 * 3); /* frames 1, 3 and 5 */
    assert_true(moved > 4 * 12 * 3);   /* the adversary's, too: all but the first */
    table_free(frames);
    table_free(stills);
    table_free(predicted);
}

/* Each class has a turn before one comes again, as long as it has items: the stills are of as many classes as the
 * sweep, and the examples of all that the file has, in the order of the classes. */
static void check_classes(const struct job *job)
{
    const struct items *test = &job->run.dataset->test;
    struct table *frames = load_table(job, "frames"), *examples = load_table(job, "examples");
    size_t wanted[5] = {0}, shown[5] = {0};
    for (size_t i = 0; i < test->count; i++)
        wanted[test->labels[i]] += wanted[test->labels[i]] < 8;
    double before = 0;
    for (size_t row = 0; row < table_rows(examples); row++) {
        assert_true(number(examples, row, "class") >= before);
        before = number(examples, row, "class");
        assert_int_equal(test->labels[(size_t)number(examples, row, "item")], (int)before);
        assert_int_equal(strlen(at(examples, row, "pixels")->text), 2 * 140);
        shown[(size_t)before]++;
    }
    assert_memory_equal(wanted, shown, sizeof wanted);
    for (size_t row = 1; row < 5; row++) /* the first five items of the first frame */
        assert_string_not_equal(at(frames, row, "label")->text, at(frames, row - 1, "label")->text);
    table_free(frames);
    table_free(examples);
}

/* Four different items, also where the nearest one to a wanted entropy is taken already; each with its picture. */
static void check_predictive_items(const struct job *job)
{
    struct table *predictive = load_table(job, "predictive"), *items = load_table(job, "predictive_items");
    assert_int_equal(table_rows(items), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_near(number(items, i, "item"), number(predictive, 5 * i, "item"), 0);
        for (size_t j = 0; j < i; j++)
            assert_true(fabs(number(items, i, "item") - number(items, j, "item")) > 0);
    }
    table_free(predictive);
    table_free(items);
}

/* 4 filters of 6 x 1; layers of 140 -> 70 -> 35 -> 18 samples; then 72 x 5. */
static void check_weights(const struct job *job)
{
    const double conv1 = 6 * 4, conv = 6 * 4 * 4, dense = 18 * 4 * 5, biases = 3 * 4 + 5;
    struct table *footprint = load_table(job, "footprint"), *pair = load_table(job, "weight_pair");
    struct table *filters = load_table(job, "filters");
    assert_int_equal(table_rows(footprint), 3);
    assert_near(number(footprint, 0, "parameters"), conv1 + 2 * conv + dense + biases, 0);
    assert_near(number(footprint, 0, "multiply_adds"), 70 * conv1 + 35 * conv + 18 * conv + dense, 0);
    assert_near(number(footprint, 0, "kib_dense"), (conv1 + 2 * conv + dense + biases) * 4 / 1024, 1e-9);
    double ranked = conv1 + 2 * conv + dense, kept = ranked - round(0.9 * ranked);
    assert_near(number(footprint, 2, "kib_sparse"), (kept * 6 + biases * 4) / 1024, 1e-9);
    assert_true(number(footprint, 2, "multiply_adds") < 0.5 * number(footprint, 0, "multiply_adds"));
    assert_int_equal(table_rows(pair), 2);
    /* hardly to be told apart by |mu|, on the same side of 0, and A is the wider one, which goes first by SNR */
    assert_true(fabs(number(pair, 0, "goes_by_magnitude") - 0.9) < 0.03);
    assert_true(fabs(number(pair, 1, "goes_by_magnitude") - 0.9) < 0.03);
    assert_true(number(pair, 0, "mu") * number(pair, 1, "mu") > 0);
    assert_true(number(pair, 0, "sigma") > number(pair, 1, "sigma"));
    for (size_t row = 0; row < 2; row++)
        assert_near(number(pair, row, "snr"), fabs(number(pair, row, "mu")) / number(pair, row, "sigma"), 1e-6);
    assert_int_equal(table_rows(filters), 2 * conv1);
    size_t zeros[2] = {0};
    for (size_t row = 0; row < table_rows(filters); row++)
        assert_true(number(filters, row, "sigma") > 0 && isnan(number(filters, row, "sigma2")));
    for (size_t row = 0; row < table_rows(filters); row++)
        zeros[number(filters, row, "fraction") > 0] += number(filters, row, "weight") == 0;
    assert_true(zeros[0] == 0 && zeros[1] > 0);
    table_free(footprint);
    table_free(pair);
    table_free(filters);
}

static void a_run_is_illustrated(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, series_config);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_USAGE);
    assert_non_null(strstr(job.error.message, "tenth train"));
    all_stages(&job);
    check_stills(&job);
    check_predictions(&job);
    check_frames(&job);
    check_classes(&job);
    check_predictive_items(&job);
    check_weights(&job);
    struct table *plane = load_table(&job, "plane");
    assert_int_equal(table_rows(plane), 0);
    table_free(plane);
    job_close(&job);
}

/* Whatever is counted of an ensemble is counted of all of its members. */
static void an_ensemble_counts_as_a_whole(void **state)
{
    (void)state;
    const double conv1 = 6 * 4, conv = 6 * 4 * 4, dense = 18 * 4 * 5, biases = 3 * 4 + 5;
    struct job job;
    job_open(&job, ensemble_config);
    all_stages(&job);
    struct table *footprint = load_table(&job, "footprint");
    assert_int_equal(table_rows(footprint), 2);
    assert_near(number(footprint, 0, "parameters"), 2 * (conv1 + 2 * conv + dense + biases), 0);
    assert_near(number(footprint, 0, "multiply_adds"), 2 * (70 * conv1 + 35 * conv + 18 * conv + dense), 0);
    table_free(footprint);
    job_close(&job);
}

static void a_plane_is_mapped(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, plane_config);
    all_stages(&job);
    struct table *plane = load_table(&job, "plane"), *items = load_table(&job, "plane_items");
    size_t rows = table_rows(plane), side = (size_t)sqrt((double)rows);
    assert_int_equal(side * side, rows);
    assert_int_equal(table_rows(items), job.run.split.train_count);
    for (size_t row = 0; row < rows; row++) {
        double p = number(plane, row, "probability");
        assert_near(number(plane, row, "entropy"), -p * log(p + 1e-30) - (1 - p) * log(1 - p + 1e-30), 1e-5);
        assert_true(number(plane, row, "mutual_information") > -1e-6);
    }
    for (size_t row = 0; row < table_rows(items); row++) /* far inside: the plane is three times as wide */
        assert_true(number(items, row, "x") > number(plane, 0, "x") &&
                    number(items, row, "x") < number(plane, rows - 1, "x"));
    table_free(plane);
    table_free(items);
    job_close(&job);
}

/* The mean negative log likelihood of the training items at these weights, in double precision. */
static double reference_nll(const struct job *job, const struct tensor *tensors, const double *w)
{
    const struct run *run = &job->run;
    size_t count = run->split.train_count;
    float *x = memory_alloc(count, 2 * sizeof *x, NULL);
    uint8_t *y = memory_alloc(count, 1, NULL);
    double *logits = reference_doubles(2 * count);
    items_gather(&run->dataset->train, run->split.train, count, x, y);
    double *wide = reference_widen(x, 2 * count);
    double nll = reference_network(&run->network, tensors, w, wide, y, count, logits, NULL);
    free(wide);
    free(logits);
    memory_free(x);
    memory_free(y);
    return nll;
}

/* Where the points of a kind are of a plane. */
static size_t first_point(const struct table *points, const char *plane, const char *kind)
{
    size_t row = 0;
    while (strcmp(at(points, row, "plane")->text, plane) != 0 || strcmp(at(points, row, "kind")->text, kind) != 0)
        row++;
    return row;
}

/* The first path is the training of the run itself, to the bit: it begins at the run's start and ends at its weights.
 * The plane's x goes from there to there, so that the loss along it needs nothing but these two. */
static void check_first_path(const struct job *job, const struct trained *trained)
{
    struct table *surface = load_table(job, "surface"), *points = load_table(job, "surface_points");
    struct posterior_start begin = posterior_start_of(&job->run.config, job->run.method, job->run.seed);
    struct posterior *start = NULL;
    struct error error = {0};
    assert_int_equal(posterior_create(trained->network, job->run.method, &begin, 1, &start, &error), STATUS_OK);
    size_t size = start->size, first = first_point(points, "start", "path_a"),
           last = first_point(points, "start", "path_b") - 1, checked = 0;
    double *a = reference_widen(start->mu, size), *b = reference_widen(trained->posterior->mu, size), length = 0;
    for (size_t i = 0; i < size; i++)
        length += (b[i] - a[i]) * (b[i] - a[i]);
    length = sqrt(length);
    assert_near(number(points, first, "nll"), reference_nll(job, start->tensors, a), 1e-6);
    assert_near(number(points, last, "nll"), reference_nll(job, start->tensors, b), 1e-6);
    assert_near(number(points, first, "x"), 0, 0);
    assert_near(number(points, last, "x"), length, 1e-6);
    assert_near(number(points, last, "y"), 0, 1e-6);
    assert_near(number(points, last, "distance"), 0, 1e-5);
    assert_true(number(points, last, "nll") < number(points, first, "nll"));
    double *w = reference_doubles(size);
    for (size_t row = 0; row < table_rows(surface); row += 5) {
        double t = number(surface, row, "x") / length;
        if (fabs(number(surface, row, "y")) > 1e-9)
            continue;
        for (size_t i = 0; i < size; i++)
            w[i] = a[i] + t * (b[i] - a[i]);
        assert_near(number(surface, row, "nll"), reference_nll(job, start->tensors, w), 1e-5);
        checked++;
    }
    assert_true(checked > 4);
    free(a);
    free(b);
    free(w);
    posterior_free(start);
    table_free(surface);
    table_free(points);
}

static void plain_trainings_go_over_a_surface(void **state)
{
    (void)state;
    struct job job;
    struct trained trained;
    char config[sizeof plane_config + 1];
    const char *method = strstr(plane_config, "= vi\n");
    assert_non_null(method);
    (void)snprintf(config, sizeof config, "%.*s= mle%s", (int)(method - plane_config), plane_config, method + 4);
    job_open(&job, config);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
    check_first_path(&job, &trained);
    trained_free(&trained);
    job_close(&job);
}

/* The mean and both ends are on their plane, and no sample is; each has the loss of its own weights. */
static void samples_stand_beside_the_ends(void **state)
{
    (void)state;
    struct job job;
    struct trained trained;
    job_open(&job, plane_config);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
    const struct posterior *posterior = trained.posterior;
    struct table *points = load_table(&job, "surface_points");
    size_t mean = first_point(points, "mean", "mean"), sample = first_point(points, "mean", "sample");
    double *w = reference_widen(posterior->mu, posterior->size);
    assert_near(number(points, mean, "nll"), reference_nll(&job, posterior->tensors, w), 1e-6);
    assert_near(number(points, mean, "x"), 0, 0);
    assert_near(number(points, mean, "y"), 0, 0);
    assert_near(number(points, first_point(points, "mean", "path_a"), "distance"), 0, 1e-5);
    assert_near(number(points, first_point(points, "mean", "path_b"), "distance"), 0, 1e-5);
    for (size_t row = sample; row < table_rows(points); row++)
        assert_true(number(points, row, "distance") > 1e-3);
    float *drawn = memory_alloc(posterior->size, sizeof *drawn, &job.error);
    assert_non_null(drawn);
    (void)posterior->method->functions->sample(posterior, 1, PURPOSE_PREDICT, 0, drawn);
    free(w);
    w = reference_widen(drawn, posterior->size);
    assert_near(number(points, sample, "nll"), reference_nll(&job, posterior->tensors, w), 1e-6);
    free(w);
    memory_free(drawn);
    table_free(points);
    trained_free(&trained);
    job_close(&job);
}

/* ---- posteriors of single weights ---- */

struct curve {
    size_t first, end; /* rows */
};

static struct curve curve_of(const struct table *rows, const char *weight, const char *data, const char *kind)
{
    struct curve curve = {0};
    for (size_t row = 0; row < table_rows(rows); row++) {
        if (strcmp(at(rows, row, "weight")->text, weight) != 0 || strcmp(at(rows, row, "data")->text, data) != 0 ||
            strcmp(at(rows, row, "kind")->text, kind) != 0)
            continue;
        curve.first = curve.end ? curve.first : row;
        curve.end = row + 1;
    }
    return curve;
}

static double area(const struct table *rows, struct curve curve)
{
    double sum = 0;
    for (size_t i = curve.first + 1; i < curve.end; i++)
        sum += (number(rows, i, "value") - number(rows, i - 1, "value")) *
               (number(rows, i, "density") + number(rows, i - 1, "density")) / 2;
    return sum;
}

/* The log posterior of all training items at temperature 1, up to a constant, with VI's means but for one weight. */
static double reference_posterior(const struct job *job, const struct posterior *posterior, size_t place, double value)
{
    double *w = reference_widen(posterior->mu, posterior->size), prior = job->run.config.posterior.prior_sigma;
    w[place] = value;
    double nll = reference_nll(job, posterior->tensors, w) * (double)job->run.split.train_count;
    free(w);
    return -nll - value * value / (2 * prior * prior);
}

/* A ratio of densities is that of the posterior, and the best point is where its slope is nothing, to a hundredth of
 * its width. */
static void check_line(const struct job *job, const struct posterior *posterior, const struct table *rows,
                       const struct table *points, const char *weight)
{
    struct curve curve = curve_of(rows, weight, "all", "posterior");
    size_t place = posterior->tensors[posterior->tensor_count - 2].offset + (size_t)number(rows, curve.first, "place");
    size_t low = curve.first + 20, high = curve.end - 20;
    double expected = reference_posterior(job, posterior, place, number(rows, high, "value")) -
                      reference_posterior(job, posterior, place, number(rows, low, "value"));
    assert_near(log(number(rows, high, "density") / number(rows, low, "density")), expected, 2e-3);
    double map = number(points, curve_of(points, weight, "all", "map").first, "value"), h = 0.01;
    double middle = reference_posterior(job, posterior, place, map);
    double above = reference_posterior(job, posterior, place, map + h);
    double below = reference_posterior(job, posterior, place, map - h);
    double slope = (above - below) / (2 * h), curvature = (above - 2 * middle + below) / (h * h);
    assert_true(curvature < 0);
    assert_near(slope / curvature, 0, 0.01 / sqrt(-curvature));
    struct curve spikes = curve_of(points, weight, "all", "dropout");
    assert_int_equal(spikes.end - spikes.first, 2);
    assert_near(number(points, spikes.first, "mass") + number(points, spikes.first + 1, "mass"), 1, 1e-12);
    assert_near(number(points, spikes.first, "value"), 0, 0);
    assert_near(number(points, spikes.first + 1, "mass") * number(points, spikes.first + 1, "value"), map, 1e-9);
}

/* The same for what VI approximates: the mean of the log likelihood over the draws, by the config's temperature. */
static void check_target(const struct job *job, const struct posterior *posterior, const struct table *rows)
{
    enum { DRAWS = 32 };
    struct curve curve = curve_of(rows, "median", "all", "mean_field");
    size_t place = posterior->tensors[posterior->tensor_count - 2].offset + (size_t)number(rows, curve.first, "place");
    size_t row[2] = {curve.first + 40, curve.end - 40};
    double expected = 0, sign[2] = {-1, 1}, prior = job->run.config.posterior.prior_sigma;
    double items = (double)job->run.split.train_count, temperature = job->run.config.posterior.temperature;
    float *drawn = memory_alloc(posterior->size, sizeof *drawn, NULL);
    assert_non_null(drawn);
    for (size_t end = 0; end < 2; end++) {
        double value = number(rows, row[end], "value");
        expected -= sign[end] * value * value / (2 * prior * prior);
        for (uint64_t draw = 0; draw < DRAWS; draw++) {
            (void)posterior->method->functions->sample(posterior, job->run.seed, PURPOSE_PREDICT, draw, drawn);
            double *w = reference_widen(drawn, posterior->size);
            w[place] = value;
            expected -= sign[end] * reference_nll(job, posterior->tensors, w) * items / temperature / DRAWS;
            free(w);
        }
    }
    assert_near(log(number(rows, row[1], "density") / number(rows, row[0], "density")), expected, 5e-3);
    memory_free(drawn);
}

static void lines_through_a_posterior(void **state)
{
    (void)state;
    static const char *const weights[] = {"surest", "median", "least"}, *const data[] = {"all", "tenth"};
    static const char *const kinds[] = {"posterior", "mean_field", "vi"};
    struct job job;
    struct trained trained;
    char config[sizeof plane_config + 32];
    const char *method = strstr(plane_config, "= vi\n");
    assert_non_null(method);
    (void)snprintf(config, sizeof config, "%.*s= vi\ntemperature = .5\n%s", (int)(method - plane_config), plane_config,
                   method + 5);
    job_open(&job, config);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_load_trained(&job.run, &trained, &job.error), STATUS_OK);
    struct table *rows = load_table(&job, "marginal"), *points = load_table(&job, "marginal_points");
    double snr = INFINITY;
    for (size_t w = 0; w < 3; w++) {
        for (size_t i = 0; i < 6; i++) {
            struct curve curve = curve_of(rows, weights[w], data[i / 3], kinds[i % 3]);
            assert_true(curve.end > curve.first);
            assert_near(area(rows, curve), 1, 5e-3);
            size_t items = i / 3 == 0 ? job.run.split.train_count : job.run.split.train_count / 10;
            assert_near(number(rows, curve.first, "items"), (double)items, 0);
        }
        check_line(&job, trained.posterior, rows, points, weights[w]);
        const struct tensor *tensor = &trained.posterior->tensors[trained.posterior->tensor_count - 2];
        size_t place = tensor->offset + (size_t)number(rows, curve_of(rows, weights[w], "all", "vi").first, "place");
        double found = fabs((double)trained.posterior->mu[place]) /
                       (log1p(exp((double)posterior_block(trained.posterior, "rho")[place])) + 1e-5);
        assert_true(found < snr);
        snr = found;
    }
    check_target(&job, trained.posterior, rows);
    table_free(rows);
    table_free(points);
    trained_free(&trained);
    job_close(&job);
}

/* Made once; made again when a sweep was made anew, which is another config then. */
static void what_is_done_is_not_done_again(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, series_config);
    all_stages(&job);
    unsigned char *before = NULL;
    size_t count = 0;
    assert_int_equal(file_read(job.run.path, 1 << 28, &before, &count, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    assert_true(scratch_holds(job.run.path, before, count));
    memory_free(before);
    job.run.config.perturb.items = 10;
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    struct table *stills = load_table(&job, "stills");
    assert_int_equal(table_rows(stills), 4 * 10 * 3);
    table_free(stills);
    job_close(&job);
}

/* Pictures are there once: of the run with sigmas, whichever file comes first. */
static void pictures_are_of_one_run(void **state)
{
    (void)state;
    struct job jobs[2];
    job_open(&jobs[0], ensemble_config);
    job_open(&jobs[1], series_config);
    all_stages(&jobs[0]);
    all_stages(&jobs[1]);
    static const char *const tables[] = {"stills", "frames", "examples"};
    const char *const paths[] = {jobs[0].run.path, jobs[1].run.path};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {0};
        struct table *table = table_create(table_find(tables[i]), &error), *own = load_table(&jobs[1], tables[i]);
        assert_int_equal(tabulate(table, paths, 2, &error), STATUS_OK);
        assert_int_equal(table_rows(table), table_rows(own));
        for (size_t row = 0; row < table_rows(table); row++)
            assert_string_equal(at(table, row, "run")->text, jobs[1].run.name);
        table_free(table);
        table_free(own);
    }
    job_close(&jobs[0]);
    job_close(&jobs[1]);
}

/* Another number of frames makes the pictures anew, and no sweep; the file then says what it was made with. */
static void frames_cost_no_sweep(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, series_config);
    all_stages(&job);
    char *before = NULL, *after = NULL, *config = NULL;
    struct store *store = NULL;
    assert_int_equal(store_open(job.run.path, &store, &job.error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/perturb/noise", "identity", &before, &job.error), STATUS_OK);
    store_close(store);
    job_close(&job);
    char changed[1024];
    (void)snprintf(changed, sizeof changed, "%s", series_config);
    *strstr(changed, "frames = 5") = '\0';
    (void)strcat(changed, "frames = 7\n");
    job_open(&job, changed);
    assert_int_equal(run_perturb(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(run_illustrate(&job.run, &silent, &job.error), STATUS_OK);
    assert_int_equal(store_open(job.run.path, &store, &job.error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/perturb/noise", "identity", &after, &job.error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/config", "text", &config, &job.error), STATUS_OK);
    store_close(store);
    assert_string_equal(before, after);
    assert_non_null(strstr(config, "frames = 7"));
    struct table *frames = load_table(&job, "frames");
    assert_int_equal(table_rows(frames), 4 * 12 * 7);
    table_free(frames);
    memory_free(before);
    memory_free(after);
    memory_free(config);
    job_close(&job);
}
/* Of few items, since it is illustrated many times. */
static const char few_config[] = "[data]\ndataset = ecg5000\nsynthetic = yes\ntrain_items = 24\ntest_items = 20\n"
                                 "[model]\nfilters = 4\n[posterior]\nmethod = vi\n"
                                 "[train]\nepochs = 1\nbatch = 8\nvalidation_items = 20\n";

/* A fault anywhere leaves the file as it was. */
static void faults_leave_the_file_alone(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, few_config);
    assert_int_equal(run_train(&job.run, &silent, &job.error), STATUS_OK);
    unsigned char *before = NULL;
    size_t count = 0;
    assert_int_equal(file_read(job.run.path, 1 << 28, &before, &count, &job.error), STATUS_OK);
    bool met = true;
    for (size_t successes = 0; met; successes += 1 + successes / 8) {
        fault_arm(successes);
        enum status status = run_illustrate(&job.run, &silent, &job.error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_true(met ? status != STATUS_OK : status == STATUS_OK);
        assert_true(!met || scratch_holds(job.run.path, before, count));
    }
    for (size_t i = 0; i < sizeof table_names / sizeof table_names[0]; i++)
        table_free(load_table(&job, table_names[i]));
    memory_free(before);
    job_close(&job);
}

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_is_illustrated, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(an_ensemble_counts_as_a_whole, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_plane_is_mapped, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(plain_trainings_go_over_a_surface, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(samples_stand_beside_the_ends, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(lines_through_a_posterior, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_is_done_is_not_done_again, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(pictures_are_of_one_run, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(frames_cost_no_sweep, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(faults_leave_the_file_alone, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

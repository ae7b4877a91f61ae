#include "run/perturb_sweep.h"

#include <stdio.h>
#include <string.h>

#include "bayes/attack.h"
#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/memory.h"
#include "core/stats.h"
#include "data/perturb.h"
#include "run/part.h"
#include "run/run_check.h"

/* What is the same for every perturbation. */
struct perturb_sweep {
    const struct run *run;
    const struct monitor *monitor;
    struct scene scene;
    struct trained trained;
    struct predictor predictor;
    struct test_items items;
    struct prediction prediction;
    float *x;        /* [items][height][width][channels] perturbed */
    float *gradient; /* like x: of the loss at the unperturbed items; NULL until a perturbation needs it */
    double *entropy; /* [items] of the strength that was measured last */
    double strengths_done, strengths_total;
};

static enum status perturbations_wanted(const struct run *run, const struct perturbation *wanted[], size_t *count,
                                        struct error *error)
{
    const struct config_names *names = &run->config.perturb.perturbations;
    size_t all;
    const struct perturbation *rows = perturbations(&all);
    *count = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct perturbation *row = perturbation_find(names->name[i], error);
        if (!row)
            return STATUS_USAGE;
        wanted[(*count)++] = row;
    }
    for (size_t i = 0; names->count == 0 && i < all; i++) {
        if (perturbation_fits(&rows[i], run->kind->shape))
            wanted[(*count)++] = &rows[i];
    }
    return STATUS_OK;
}

/* The key of an item's random numbers: its place in the test file, so that every method and seed meets the same noise.
 */
static void perturb_all(struct perturb_sweep *sweep, const struct perturbation *perturbation, double strength)
{
    const struct run *run = sweep->run;
    size_t item = shape_size(run->kind->shape);
    const float *gradient = perturbation->need == NEEDS_GRADIENT ? sweep->gradient : NULL;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (size_t i = 0; i < sweep->items.count; i++) {
        struct random_key key = random_key(0, PURPOSE_PERTURB, 0, sweep->items.index[i]);
        perturbation->apply(&sweep->scene, sweep->items.x + i * item, strength, key,
                            gradient ? gradient + i * item : NULL, sweep->x + i * item);
    }
}

/* The mean entropy's 95 % interval over the items. */
static void entropy_interval(const struct perturb_sweep *sweep, struct row *row)
{
    const struct prediction *prediction = &sweep->prediction;
    item_entropies(prediction, prediction->items, sweep->entropy);
    struct interval interval = stats_mean_interval(sweep->entropy, prediction->items);
    row_number(row, "entropy_low", interval.low);
    row_number(row, "entropy_high", interval.high);
}

static enum status strength_record(const struct perturb_sweep *sweep, const struct perturbation *perturbation,
                                   double strength, struct table *rows, struct error *error)
{
    struct row row = row_begin(sweep->run, "perturb");
    row_metrics(&row, &sweep->prediction);
    row_accuracy_interval(&row, metric_accuracy(&sweep->prediction), sweep->items.count);
    entropy_interval(sweep, &row);
    row_text(&row, "perturbation", perturbation->name);
    row_number(&row, "strength", strength);
    row_number(&row, "items", (double)sweep->items.count);
    return row_store(&row, rows, error);
}

static void report(const struct perturb_sweep *sweep, const struct perturbation *perturbation, double strength)
{
    struct progress progress = {
        .run = sweep->run->name, .stage = "perturb", .done = sweep->strengths_done, .total = sweep->strengths_total};
    (void)snprintf(progress.text, sizeof progress.text, "%s %.3g  accuracy %.4f  entropy %.4f", perturbation->name,
                   strength, metric_accuracy(&sweep->prediction), metric_entropy(&sweep->prediction));
    monitor_report(sweep->monitor, &progress);
}

static enum status strengths_measure(struct perturb_sweep *sweep, const struct perturbation *perturbation,
                                     float *strengths, float *probability, struct table *rows, struct error *error)
{
    const struct config *config = &sweep->run->config;
    size_t count = (size_t)config->perturb.strengths;
    size_t size = sweep->prediction.samples * sweep->items.count * sweep->run->kind->classes;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        double strength = perturbation_strength(perturbation, config->perturb.scale, i, count);
        perturb_all(sweep, perturbation, strength);
        status =
            predict(&sweep->predictor, PREDICT_SAMPLED, NULL, sweep->run->seed, sweep->x, &sweep->prediction, error);
        if (status == STATUS_OK)
            status = strength_record(sweep, perturbation, strength, rows, error);
        if (status == STATUS_NOT_FINITE)
            (void)error_context(error, "perturb, %s of strength %g (perturb.scale makes it less): ", perturbation->name,
                                strength);
        if (status != STATUS_OK)
            break;
        memcpy(probability + i * size, sweep->prediction.sampled, size * sizeof *probability);
        strengths[i] = (float)strength;
        sweep->strengths_done += 1;
        report(sweep, perturbation, strength);
    }
    return status;
}

/* Takes a network of its own, since that for evaluation has no room for gradients. */
static enum status gradient_make(struct perturb_sweep *sweep, struct error *error)
{
    enum { GRADIENT_BATCH = 50 };
    const struct run *run = sweep->run;
    struct network *network = NULL;
    struct predictor predictor = {0};
    size_t size = size_multiply(sweep->items.count, shape_size(run->kind->shape));
    sweep->gradient = memory_alloc(size, sizeof(float), error);
    if (!sweep->gradient)
        return STATUS_NO_MEMORY;
    struct network_spec spec = run_network_spec(run);
    enum status status = network_create(&spec, GRADIENT_BATCH, 1, run->threads, &network, error);
    if (status == STATUS_OK)
        status = predictor_make(sweep->trained.posterior, network, GRADIENT_BATCH, &predictor, error);
    predictor.monitor = sweep->monitor;
    if (status == STATUS_OK)
        status = attack_gradient(&predictor, sweep->prediction.samples, run->seed, sweep->items.x, sweep->items.labels,
                                 sweep->items.count, sweep->gradient, error);
    predictor_free(&predictor);
    network_free(network);
    return status;
}

static enum status perturbation_run(struct perturb_sweep *sweep, const struct perturbation *perturbation,
                                    const struct part *part, struct error *error)
{
    const struct run *run = sweep->run;
    size_t count = (size_t)run->config.perturb.strengths, samples = sweep->prediction.samples;
    size_t size = size_multiply(size_multiply(samples, sweep->items.count), run->kind->classes);
    float *probability = memory_alloc(size_multiply(count, size), sizeof *probability, error);
    float *strengths = memory_alloc(count, sizeof *strengths, error);
    struct table *rows = table_create(table_find("perturb"), error);
    enum status status = probability && strengths && rows ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK && perturbation->need == NEEDS_GRADIENT && !sweep->gradient)
        status = gradient_make(sweep, error);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "perturb, %s: ", perturbation->name);
    if (status == STATUS_OK)
        status = strengths_measure(sweep, perturbation, strengths, probability, rows, error);
    if (status == STATUS_OK) {
        struct part_array arrays[] = {
            {"probability", 4, {count, samples, sweep->items.count, run->kind->classes}, probability},
            {"strength", 1, {count}, strengths}};
        status = part_save(run, part, arrays, 2, rows, &sweep->items, error);
    }
    table_free(rows);
    memory_free(strengths);
    memory_free(probability);
    return status;
}

static enum status sweep_open(struct perturb_sweep *sweep, struct error *error)
{
    const struct run *run = sweep->run;
    sweep->scene = run_scene(run);
    enum status status = sweep_load(run, run->config.perturb.items, sweep->monitor, &sweep->trained, &sweep->predictor,
                                    &sweep->items, error);
    if (status != STATUS_OK)
        return status;
    size_t samples = predictor_samples(&sweep->predictor, (size_t)run->config.perturb.samples);
    sweep->x = memory_alloc(size_multiply(sweep->items.count, shape_size(run->kind->shape)), sizeof(float), error);
    sweep->entropy = memory_alloc(sweep->items.count, sizeof *sweep->entropy, error);
    if (!sweep->x || !sweep->entropy)
        return STATUS_NO_MEMORY;
    return prediction_alloc(samples, sweep->items.count, run->kind->classes, sweep->items.labels, &sweep->prediction,
                            error);
}

static void sweep_close(struct perturb_sweep *sweep)
{
    memory_free(sweep->x);
    memory_free(sweep->gradient);
    memory_free(sweep->entropy);
    prediction_free(&sweep->prediction);
    test_items_free(&sweep->items);
    predictor_free(&sweep->predictor);
    trained_free(&sweep->trained);
}

/* What gradients move was measured in another unit before, and beyond the data's range. */
static enum status perturb_prepare(const struct run *run, const struct perturbation *perturbation, struct part *part,
                                   bool *has, struct error *error)
{
    enum status status = part_prepare(run, "perturb", "perturbation", perturbation->name, "perturb", part, has, error);
    if (status == STATUS_OK && perturbation->need == NEEDS_GRADIENT)
        status = part_identify(run, "perturb", "clipped", part, has, error);
    return status;
}

enum status run_perturb(const struct run *run, const struct monitor *monitor, struct error *error)
{
    const struct perturbation *wanted[CONFIG_NAMES_MAX];
    struct part parts[CONFIG_NAMES_MAX];
    bool has[CONFIG_NAMES_MAX], all_done = true;
    size_t count = 0;
    struct perturb_sweep sweep = {.run = run, .monitor = monitor};
    enum status status = run_check(run, RUN_PERTURB, error);
    if (status == STATUS_OK)
        status = perturbations_wanted(run, wanted, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = perturb_prepare(run, wanted[i], &parts[i], &has[i], error);
        all_done = all_done && status == STATUS_OK && has[i];
        if (status == STATUS_OK && !has[i])
            sweep.strengths_total += (double)run->config.perturb.strengths;
    }
    if (status != STATUS_OK || all_done)
        return status;
    status = sweep_open(&sweep, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (!has[i])
            status = perturbation_run(&sweep, wanted[i], &parts[i], error);
    }
    sweep_close(&sweep);
    return status;
}

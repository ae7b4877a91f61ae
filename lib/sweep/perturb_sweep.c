#include "sweep/perturb_sweep.h"

#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/memory.h"
#include "data/perturb.h"
#include "run/part.h"
#include "run/run_check.h"
#include "run/tables.h"
#include "sweep/disturb.h"

/* What is the same for every perturbation. */
struct perturb_sweep {
    const struct run *run;
    const struct monitor *monitor;
    struct trained trained;
    struct predictor predictor;
    struct test_items items;
    struct prediction prediction;
    double fraction; /* of the weights that are removed */
    float *keep;     /* [posterior size] which weights stay; NULL: all */
    float *x;        /* [items][height][width][channels] perturbed */
    float *gradient; /* like x: of the loss at the unperturbed items; NULL if the perturbation needs none */
    double strengths_done, strengths_total;
};

/* One perturbation of the network with `fraction` of its weights removed. */
struct perturb_job {
    const struct perturbation *perturbation;
    double fraction;
    struct part part;
    bool has;
};

/* What a job stores: for the whole network every sample, with rows of the table; for a pruned one what kept.h says.
 */
struct perturb_result {
    float *strengths;   /* [strengths] */
    float *probability; /* [strengths][samples][items][classes] */
    struct table *rows;
    struct kept kept;
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

static enum status strength_record(const struct perturb_sweep *sweep, const struct perturbation *perturbation,
                                   double strength, struct table *rows, struct error *error)
{
    struct row row = row_begin(sweep->run, "perturb");
    enum status status = row_metrics(&row, &sweep->prediction, error);
    row_text(&row, "perturbation", perturbation->name);
    row_number(&row, "strength", strength);
    row_number(&row, "items", (double)sweep->items.count);
    return status == STATUS_OK ? row_store(&row, rows, error) : status;
}

static void report(const struct perturb_sweep *sweep, const struct perturbation *perturbation, double strength)
{
    struct progress progress = {
        .run = sweep->run->name, .stage = "perturb", .done = sweep->strengths_done, .total = sweep->strengths_total};
    char pruned[32] = "";
    if (sweep->keep)
        (void)snprintf(pruned, sizeof pruned, "  %g %% removed", 100 * sweep->fraction);
    (void)snprintf(progress.text, sizeof progress.text, "%s %.3g%s  accuracy %.4f  entropy %.4f", perturbation->name,
                   strength, pruned, metric_of(METRIC_accuracy, &sweep->prediction),
                   metric_of(METRIC_entropy, &sweep->prediction));
    monitor_report(sweep->monitor, &progress);
}

/* Stores the sweep's prediction as that for strength number i. */
static enum status result_set(const struct perturb_sweep *sweep, const struct perturbation *perturbation, size_t i,
                              struct perturb_result *result, struct error *error)
{
    if (sweep->keep) {
        kept_set(&result->kept, i, &sweep->prediction);
        return STATUS_OK;
    }
    size_t size = sweep->prediction.samples * sweep->items.count * sweep->run->kind->classes;
    memcpy(result->probability + i * size, sweep->prediction.sampled, size * sizeof *result->probability);
    return strength_record(sweep, perturbation, (double)result->strengths[i], result->rows, error);
}

static enum status strengths_measure(struct perturb_sweep *sweep, const struct perturbation *perturbation,
                                     struct perturb_result *result, struct error *error)
{
    size_t count = (size_t)sweep->run->config.perturb.strengths;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        double strength = disturb_strength(sweep->run, perturbation, i, count);
        result->strengths[i] = (float)strength;
        disturb(sweep->run, perturbation, strength, sweep->items.index, sweep->items.x, sweep->gradient,
                sweep->items.count, sweep->x);
        status = predict(&sweep->predictor, PREDICT_SAMPLED, sweep->keep, sweep->run->seed, sweep->x,
                         &sweep->prediction, error);
        if (status == STATUS_OK)
            status = result_set(sweep, perturbation, i, result, error);
        if (status == STATUS_NOT_FINITE)
            (void)error_context(error, "perturb, %s of strength %g (perturb.scale makes it less): ", perturbation->name,
                                strength);
        if (status != STATUS_OK)
            break;
        sweep->strengths_done += 1;
        report(sweep, perturbation, strength);
    }
    return status;
}

static enum status result_alloc(const struct perturb_sweep *sweep, struct perturb_result *result, struct error *error)
{
    const struct run *run = sweep->run;
    size_t count = (size_t)run->config.perturb.strengths, items = sweep->items.count, classes = run->kind->classes;
    size_t size = size_multiply(size_multiply(sweep->prediction.samples, items), classes);
    result->strengths = memory_alloc(count, sizeof *result->strengths, error);
    if (!result->strengths)
        return STATUS_NO_MEMORY;
    if (sweep->keep)
        return kept_alloc(count, items, classes, &result->kept, error);
    result->probability = memory_alloc(size_multiply(count, size), sizeof *result->probability, error);
    result->rows = table_create(table_find("perturb"), error);
    return result->probability && result->rows ? STATUS_OK : STATUS_NO_MEMORY;
}

static void result_free(struct perturb_result *result)
{
    memory_free(result->strengths);
    memory_free(result->probability);
    table_free(result->rows);
    kept_free(&result->kept);
}

static enum status result_save(const struct perturb_sweep *sweep, const struct part *part,
                               const struct perturb_result *result, struct error *error)
{
    const struct run *run = sweep->run;
    size_t strengths = (size_t)run->config.perturb.strengths, count = 1;
    struct part_array arrays[1 + KEPT_ARRAYS] = {
        {"strength", 1, {strengths}, result->strengths},
        {"probability",
         4,
         {strengths, sweep->prediction.samples, sweep->items.count, run->kind->classes},
         result->probability}};
    if (sweep->keep) {
        kept_arrays(&result->kept, arrays + 1);
        count = KEPT_ARRAYS;
    }
    return part_save(run, part, arrays, 1 + count, result->rows, &sweep->items, error);
}

/* From here on the sweep is of the network with `fraction` of its weights removed. */
static enum status sweep_prune(struct perturb_sweep *sweep, double fraction, struct error *error)
{
    if (fraction == sweep->fraction)
        return STATUS_OK;
    memory_free(sweep->keep);
    sweep->fraction = fraction;
    return part_keep(sweep->run, &sweep->trained, fraction, &sweep->keep, error);
}

static enum status job_run(struct perturb_sweep *sweep, const struct perturb_job *job, struct error *error)
{
    struct perturb_result result = {0};
    enum status status = sweep_prune(sweep, job->fraction, error);
    if (status == STATUS_OK)
        status = result_alloc(sweep, &result, error);
    if (status == STATUS_OK)
        status = disturb_gradient(sweep->run, job->perturbation, sweep->trained.posterior, sweep->keep,
                                  sweep->prediction.samples, sweep->monitor, sweep->items.x, sweep->items.labels,
                                  sweep->items.count, &sweep->gradient, error);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "perturb, %s: ", job->perturbation->name);
    if (status == STATUS_OK)
        status = strengths_measure(sweep, job->perturbation, &result, error);
    if (status == STATUS_OK)
        status = result_save(sweep, &job->part, &result, error);
    memory_free(sweep->gradient);
    sweep->gradient = NULL;
    result_free(&result);
    return status;
}

static enum status sweep_open(struct perturb_sweep *sweep, struct error *error)
{
    const struct run *run = sweep->run;
    enum status status = sweep_load(run, run->config.perturb.items, sweep->monitor, &sweep->trained, &sweep->predictor,
                                    &sweep->items, error);
    if (status != STATUS_OK)
        return status;
    size_t samples = predictor_samples(&sweep->predictor, (size_t)run->config.perturb.samples);
    sweep->x = memory_alloc(size_multiply(sweep->items.count, shape_size(run->kind->shape)), sizeof(float), error);
    if (!sweep->x)
        return STATUS_NO_MEMORY;
    return prediction_alloc(samples, sweep->items.count, run->kind->classes, sweep->items.labels, &sweep->prediction,
                            error);
}

static void sweep_close(struct perturb_sweep *sweep)
{
    memory_free(sweep->keep);
    memory_free(sweep->x);
    prediction_free(&sweep->prediction);
    test_items_free(&sweep->items);
    predictor_free(&sweep->predictor);
    trained_free(&sweep->trained);
}

/* Gradient-driven perturbations used to be measured in another unit, and beyond the data's range. */
static enum status job_prepare(const struct run *run, const struct perturbation *perturbation, double fraction,
                               struct perturb_job *job, struct error *error)
{
    const char *version = perturbation->need == NEEDS_GRADIENT ? "clipped" : "";
    *job = (struct perturb_job){.perturbation = perturbation, .fraction = fraction};
    if (fraction > 0)
        return part_prepare_pruned(run, fraction, "perturb", perturbation->name, "perturb", version, &job->part,
                                   &job->has, error);
    enum status status =
        part_prepare(run, "perturb", "perturbation", perturbation->name, "perturb", &job->part, &job->has, error);
    if (status == STATUS_OK && version[0])
        status = part_identify(run, "perturb", version, &job->part, &job->has, error);
    return status;
}

enum { JOBS_MAX = CONFIG_NAMES_MAX * (1 + CONFIG_LIST_MAX) };

/* The whole network first, then by fractions. *total: strengths to be measured. */
static enum status jobs_make(const struct run *run, struct perturb_job *jobs, size_t *count, double *total,
                             struct error *error)
{
    const struct perturbation *wanted[CONFIG_NAMES_MAX];
    const struct config_list *fractions = &run->config.prune.evaluate_at;
    size_t perturbations_count = 0;
    enum status status = perturbations_wanted(run, wanted, &perturbations_count, error);
    for (size_t f = 0; f <= fractions->count && status == STATUS_OK; f++) {
        for (size_t i = 0; i < perturbations_count && status == STATUS_OK; i++) {
            struct perturb_job *job = &jobs[(*count)++];
            status = job_prepare(run, wanted[i], f > 0 ? fractions->value[f - 1] : 0, job, error);
            *total += status == STATUS_OK && !job->has ? (double)run->config.perturb.strengths : 0;
        }
    }
    return status;
}

enum status run_perturb(const struct run *run, const struct monitor *monitor, struct error *error)
{
    size_t count = 0;
    struct perturb_sweep sweep = {.run = run, .monitor = monitor};
    struct perturb_job *jobs = memory_alloc(JOBS_MAX, sizeof *jobs, error);
    enum status status = jobs ? run_check(run, RUN_PERTURB, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = jobs_make(run, jobs, &count, &sweep.strengths_total, error);
    if (status == STATUS_OK && sweep.strengths_total > 0) {
        status = sweep_open(&sweep, error);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            if (!jobs[i].has)
                status = job_run(&sweep, &jobs[i], error);
        }
        sweep_close(&sweep);
    }
    memory_free(jobs);
    return status;
}

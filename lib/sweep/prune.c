#include "sweep/prune.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "core/memory.h"
#include "run/kept.h"
#include "run/part.h"
#include "run/ranked.h"
#include "run/run_check.h"
#include "run/tables.h"

/* A point of the sweep: how many candidates are removed. */
struct point {
    const char *grid; /* "fraction" or "threshold": what the config gave; "savage_dickey": below */
    double threshold; /* in units of the score: that of the last one removed, or the talk's threshold */
    size_t removed;
};

/* What a network predicts at its mean weights and, if the method has more than one network, with sampled weights. */
struct predictions {
    struct prediction at_mean, sampled;
    size_t removed; /* how many candidates were removed; SIZE_MAX: not made yet */
};

/* What is the same for every point of a criterion. */
struct prune_sweep {
    const struct run *run;
    const struct monitor *monitor;
    struct trained trained;
    struct predictor predictor;
    struct test_items items;
    struct predictions whole, pruned; /* the whole network's, every criterion's first point, made once */
    float *keep;                      /* [posterior size] */
    double points_done, points_total;
};

enum { POINTS_MAX = 2 * CONFIG_LIST_MAX + 1 };

/* The criteria to run: those of the config, or every one that needs no more than the method's posterior. */
static size_t criteria_wanted(const struct run *run, const struct criterion *wanted[])
{
    const struct config_names *names = &run->config.prune.criteria;
    size_t all, count = 0;
    const struct criterion *rows = criteria(&all);
    for (size_t i = 0; i < names->count; i++)
        wanted[count++] = criterion_find(names->name[i], NULL);
    for (size_t i = 0; names->count == 0 && i < all; i++) {
        if (criterion_is_standard(&rows[i], run->method))
            wanted[count++] = &rows[i];
    }
    return count;
}

/* The prior's log density at 0. If the posterior's density at 0 is above it, the data favour 0: the Savage-Dickey ratio
 * (Dickey and Lientz 1970) is above 1. So log p(0) has one threshold that need not be chosen. */
static double log_prior_at_0(const struct run *run)
{
    const struct prior prior = prior_of(&run->config, run->prior);
    return prior_log_density(&prior, 0);
}

static size_t points_make(const struct run *run, const struct ranking *ranking, struct point points[POINTS_MAX])
{
    const struct config *config = &run->config;
    size_t count = 0;
    for (size_t i = 0; i < config->prune.fractions.count; i++) {
        size_t removed = ranking_removed_by_fraction(ranking, config->prune.fractions.value[i]);
        double threshold = removed > 0 ? (double)ranking->score[removed - 1] : NAN;
        points[count++] = (struct point){"fraction", threshold, removed};
    }
    for (size_t i = 0; (ranking->criterion->needs & HAS_THRESHOLDS) && i < config->prune.thresholds.count; i++) {
        double threshold = config->prune.thresholds.value[i];
        points[count++] = (struct point){"threshold", threshold, ranking_removed_by_threshold(ranking, threshold)};
    }
    if (ranking->criterion->needs & HAS_THRESHOLDS) {
        const double threshold = log_prior_at_0(run);
        points[count++] = (struct point){"savage_dickey", threshold, ranking_removed_by_threshold(ranking, threshold)};
    }
    return count;
}

/* Predicts with the first `removed` candidates gone. If the method has only one network, it gives both predictions. */
static enum status predict_pruned(struct prune_sweep *sweep, const struct ranking *ranking, size_t removed,
                                  struct predictions *predictions, struct error *error)
{
    const struct run *run = sweep->run;
    ranking_keep(ranking, removed, sweep->keep);
    enum status status = predict(&sweep->predictor, PREDICT_AT_MEAN, sweep->keep, run->seed, sweep->items.x,
                                 &predictions->at_mean, error);
    if (status == STATUS_OK && predictions->sampled.samples > 0)
        status = predict(&sweep->predictor, PREDICT_SAMPLED, sweep->keep, run->seed, sweep->items.x,
                         &predictions->sampled, error);
    predictions->removed = status == STATUS_OK ? removed : SIZE_MAX;
    return status;
}

/* The prediction on which accuracy and the rest are measured. */
static const struct prediction *reported(const struct predictions *predictions)
{
    return predictions->sampled.samples > 0 ? &predictions->sampled : &predictions->at_mean;
}

static enum status point_record(const struct prune_sweep *sweep, const struct ranking *ranking,
                                const struct point *point, const struct predictions *predictions, struct table *rows,
                                struct error *error)
{
    struct row row = row_begin(sweep->run, "prune");
    enum status status = row_metrics(&row, reported(predictions), error);
    row_text(&row, "criterion", ranking->criterion->name);
    row_text(&row, "grid", point->grid);
    row_number(&row, "fraction", (double)point->removed / (double)ranking->count);
    row_number(&row, "fraction_tensor_mean", ranking_tensor_mean(ranking, point->removed));
    row_number(&row, "threshold", point->threshold);
    row_number(&row, "accuracy_mean_weights", metric_of(METRIC_accuracy, &predictions->at_mean));
    row_number(&row, "items", (double)sweep->items.count);
    row_text(&row, "granularity", sweep->run->config.prune.granularity);
    return status == STATUS_OK ? row_store(&row, rows, error) : status;
}

static void report(const struct prune_sweep *sweep, const struct ranking *ranking, size_t removed,
                   const struct predictions *predictions)
{
    struct progress progress = {
        .run = sweep->run->name, .stage = "prune", .done = sweep->points_done, .total = sweep->points_total};
    (void)snprintf(progress.text, sizeof progress.text, "%s  %.1f %% removed  accuracy %.4f", ranking->criterion->name,
                   100 * (double)removed / (double)ranking->count, metric_of(METRIC_accuracy, reported(predictions)));
    monitor_report(sweep->monitor, &progress);
}

/* What is stored of the points. */
struct measured_points {
    float *probability;   /* [points][items][classes] */
    float *right_at_mean; /* [points][items] whether the network at the mean weights is right */
    struct table *rows;
};

static void point_store(const struct prune_sweep *sweep, size_t point, const struct predictions *predictions,
                        struct measured_points *measured)
{
    const size_t items = sweep->items.count, size = items * sweep->run->kind->classes;
    memcpy(measured->probability + point * size, reported(predictions)->mean, size * sizeof *measured->probability);
    for (size_t i = 0; i < items; i++)
        measured->right_at_mean[point * items + i] =
            prediction_class(&predictions->at_mean, i) == sweep->items.labels[i] ? 1 : 0;
}

/* Measures the points; those that remove as many as the previous one reuse its predictions, and those that remove
 * nothing reuse the whole network's. */
static enum status points_measure(struct prune_sweep *sweep, const struct ranking *ranking, const struct point *points,
                                  size_t count, struct measured_points *measured, struct error *error)
{
    enum status status = STATUS_OK;
    sweep->pruned.removed = SIZE_MAX; /* another criterion removes other weights */
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        size_t removed = points[i].removed;
        struct predictions *predictions = removed == 0 ? &sweep->whole : &sweep->pruned;
        if (predictions->removed != removed)
            status = predict_pruned(sweep, ranking, removed, predictions, error);
        if (status == STATUS_OK)
            status = point_record(sweep, ranking, &points[i], predictions, measured->rows, error);
        if (status == STATUS_NOT_FINITE)
            (void)error_context(error, "prune, criterion %s, fraction %g: ", ranking->criterion->name,
                                (double)removed / (double)ranking->count);
        if (status != STATUS_OK)
            break;
        point_store(sweep, i, predictions, measured);
        sweep->points_done += 1;
        report(sweep, ranking, removed, predictions);
    }
    return status;
}

static enum status criterion_run(struct prune_sweep *sweep, const struct criterion *criterion, const struct part *part,
                                 struct error *error)
{
    const struct run *run = sweep->run;
    struct ranking ranking;
    struct point points[POINTS_MAX];
    enum status status = run_rank(run, sweep->trained.posterior, criterion, &ranking, error);
    if (status != STATUS_OK)
        return status;
    const size_t count = points_make(run, &ranking, points), items = sweep->items.count;
    const size_t rows = size_multiply(count, items);
    struct measured_points measured = {.probability =
                                           memory_alloc(size_multiply(rows, run->kind->classes), sizeof(float), error),
                                       .right_at_mean = memory_alloc(rows, sizeof(float), error),
                                       .rows = table_create(table_find("prune"), error)};
    status = measured.probability && measured.right_at_mean && measured.rows
                 ? points_measure(sweep, &ranking, points, count, &measured, error)
                 : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        const struct part_array arrays[] = {
            {"probability", 3, {count, items, run->kind->classes}, measured.probability},
            {"right_at_mean", 2, {count, items}, measured.right_at_mean}};
        status = part_save(run, part, arrays, 2, measured.rows, &sweep->items, error);
    }
    table_free(measured.rows);
    memory_free(measured.probability);
    memory_free(measured.right_at_mean);
    ranking_free(&ranking);
    return status;
}

static enum status predictions_alloc(const struct prune_sweep *sweep, struct predictions *predictions,
                                     struct error *error)
{
    const struct run *run = sweep->run;
    size_t classes = run->kind->classes, samples = (size_t)run->config.prune.samples;
    predictions->removed = SIZE_MAX;
    const struct test_items *items = &sweep->items;
    enum status status = prediction_alloc(1, items->count, classes, items->labels, &predictions->at_mean, error);
    if (status == STATUS_OK && run->method->networks != NETWORKS_ONE && samples > 0)
        status = prediction_alloc(predictor_samples(&sweep->predictor, samples), items->count, classes, items->labels,
                                  &predictions->sampled, error);
    return status;
}

static void predictions_free(struct predictions *predictions)
{
    prediction_free(&predictions->at_mean);
    prediction_free(&predictions->sampled);
}

static enum status sweep_open(struct prune_sweep *sweep, struct error *error)
{
    const struct run *run = sweep->run;
    enum status status = sweep_load(run, run->config.prune.items, sweep->monitor, &sweep->trained, &sweep->predictor,
                                    &sweep->items, error);
    if (status == STATUS_OK)
        status = predictions_alloc(sweep, &sweep->whole, error);
    if (status == STATUS_OK)
        status = predictions_alloc(sweep, &sweep->pruned, error);
    if (status == STATUS_OK) {
        sweep->keep = memory_alloc(sweep->trained.posterior->size, sizeof(float), error);
        status = sweep->keep ? STATUS_OK : STATUS_NO_MEMORY;
    }
    return status;
}

static void sweep_close(struct prune_sweep *sweep)
{
    memory_free(sweep->keep);
    predictions_free(&sweep->whole);
    predictions_free(&sweep->pruned);
    test_items_free(&sweep->items);
    predictor_free(&sweep->predictor);
    trained_free(&sweep->trained);
}

/* ---- the network pruned to prune.evaluate_at, with as many sampled networks as the whole one ---- */

/* Predicts test items, or training items, with the pruned network. */
struct pruned_job {
    double fraction;
    bool of_fit;
    struct part part;
    bool has;
};

static enum status pruned_jobs_make(const struct run *run, struct pruned_job *jobs, size_t *count, bool *all_done,
                                    struct error *error)
{
    const struct config_list *fractions = &run->config.prune.evaluate_at;
    enum status status = STATUS_OK;
    *count = 0;
    for (size_t i = 0; i < 2 * fractions->count && status == STATUS_OK; i++) {
        struct pruned_job *job = &jobs[(*count)++];
        job->fraction = fractions->value[i / 2];
        job->of_fit = i % 2 == 1;
        status = part_prepare_pruned(run, job->fraction, "", job->of_fit ? "fit" : "test", "", "", &job->part,
                                     &job->has, error);
        *all_done = *all_done && job->has;
    }
    return status;
}

static enum status pruned_job_run(struct prune_sweep *sweep, const struct pruned_job *job, struct error *error)
{
    const struct run *run = sweep->run;
    size_t samples = predictor_samples(&sweep->predictor, (size_t)run->config.train.test_samples);
    struct test_items items = {0};
    struct prediction prediction = {0};
    struct part_array arrays[KEPT_ARRAYS];
    struct kept kept = {0};
    float *keep = NULL;
    enum status status = job->of_fit ? run_fit_items(run, &items, error) : run_test_items(run, 0, &items, error);
    if (status == STATUS_OK)
        status = part_keep(run, &sweep->trained, job->fraction, &keep, error);
    if (status == STATUS_OK)
        status = prediction_alloc(samples, items.count, run->kind->classes, items.labels, &prediction, error);
    if (status == STATUS_OK)
        status = predict(&sweep->predictor, PREDICT_SAMPLED, keep, run->seed, items.x, &prediction, error);
    if (status == STATUS_OK)
        status = kept_alloc(0, items.count, run->kind->classes, &kept, error);
    if (status == STATUS_OK) {
        kept_set(&kept, 0, &prediction);
        kept_arrays(&kept, arrays);
        status = part_save(run, &job->part, arrays, KEPT_ARRAYS, NULL, &items, error);
    }
    kept_free(&kept);
    memory_free(keep);
    prediction_free(&prediction);
    test_items_free(&items);
    return status;
}

/* Older versions did not store which items the network at the mean weights gets right. */
static enum status criterion_prepare(const struct run *run, const struct criterion *criterion, struct part *part,
                                     bool *has, struct error *error)
{
    enum status status = part_prepare(run, "prune", "criterion", criterion->name, "prune", part, has, error);
    return status == STATUS_OK ? part_identify(run, "prune", "and at the mean", part, has, error) : status;
}

enum status run_prune(const struct run *run, const struct monitor *monitor, struct error *error)
{
    const struct criterion *wanted[CONFIG_NAMES_MAX];
    struct part parts[CONFIG_NAMES_MAX];
    bool has[CONFIG_NAMES_MAX], all_done = true;
    size_t count = criteria_wanted(run, wanted), pruned_count = 0;
    struct prune_sweep sweep = {.run = run, .monitor = monitor};
    struct pruned_job *pruned = memory_alloc(2 * CONFIG_LIST_MAX, sizeof *pruned, error);
    enum status status = pruned ? run_check(run, RUN_PRUNE, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = criterion_prepare(run, wanted[i], &parts[i], &has[i], error);
        all_done = all_done && status == STATUS_OK && has[i];
        if (status == STATUS_OK && !has[i])
            sweep.points_total +=
                (double)(run->config.prune.fractions.count +
                         ((wanted[i]->needs & HAS_THRESHOLDS) ? run->config.prune.thresholds.count + 1 : 0));
    }
    if (status == STATUS_OK)
        status = pruned_jobs_make(run, pruned, &pruned_count, &all_done, error);
    if (status == STATUS_OK && !all_done) {
        status = sweep_open(&sweep, error);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            if (!has[i])
                status = criterion_run(&sweep, wanted[i], &parts[i], error);
        }
        for (size_t i = 0; i < pruned_count && status == STATUS_OK; i++) {
            if (!pruned[i].has)
                status = pruned_job_run(&sweep, &pruned[i], error);
        }
        sweep_close(&sweep);
    }
    memory_free(pruned);
    return status;
}

#include "sweep/ood_sweep.h"

#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/memory.h"
#include "core/stats.h"
#include "data/ood.h"
#include "run/kept.h"
#include "run/part.h"
#include "run/run_check.h"
#include "run/run_file.h"
#include "run/run_store.h"
#include "run/tables.h"

/* What is the same for every kind of items. */
struct ood_sweep {
    const struct run *run;
    const struct monitor *monitor;
    struct trained trained;
    struct predictor predictor;
    struct test_items items; /* of the run's own data: what items are shuffled */
    struct stored test;      /* what the file has for the run's test items */
    double done, total;
};

/* One kind of items to do, with `fraction` of the network's weights removed. */
struct ood_job {
    const struct ood *ood;
    double fraction;
    struct part part;
    struct dataset *other;      /* NULL: none needed; owned by the whole network's job */
    char data[SHA256_HEX_SIZE]; /* of the other data set; "" */
    bool has;
};

enum { JOBS_MAX = CONFIG_NAMES_MAX * (1 + CONFIG_LIST_MAX) };

static enum status oods_wanted(const struct run *run, struct ood_job *jobs, size_t *count, struct error *error)
{
    const struct config_names *names = &run->config.ood.sets;
    size_t all;
    const struct ood *rows = oods(&all);
    *count = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct ood *row = ood_find(names->name[i], error);
        if (!row)
            return STATUS_USAGE;
        if (!ood_fits(row, run->kind))
            return error_set(error, STATUS_USAGE, "ood.sets: %s does not fit the data set %s", row->name,
                             run->kind->name);
        jobs[(*count)++].ood = row;
    }
    for (size_t i = 0; names->count == 0 && i < all; i++) {
        if (ood_fits(&rows[i], run->kind))
            jobs[(*count)++].ood = &rows[i];
    }
    return STATUS_OK;
}

/* Whether the run's file has the kind from files of the other data set: `source` is then the file's description of
 * them, to be freed with memory_free; else NULL. */
static enum status find_files(const struct run *run, const char *name, char **source, struct error *error)
{
    struct store *store = NULL;
    struct table *rows = table_create(table_find("ood"), error);
    *source = NULL;
    enum status status = rows ? run_store_open(run->path, &store, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = table_load_if_there(rows, store, error);
    for (size_t r = 0; status == STATUS_OK && r < table_rows(rows) && !*source; r++) {
        const char *from = table_text(rows, r, "ood_source");
        if (strcmp(table_text(rows, r, "ood"), name) == 0 && !dataset_source_is_synthetic(from)) {
            *source = memory_copy_text(from, error);
            status = *source ? STATUS_OK : STATUS_NO_MEMORY;
        }
    }
    table_free(rows);
    store_close(store);
    return status;
}

/* A stand-in's items do not replace items from files that a run has. */
static enum status stand_in_check(const struct run *run, const struct ood_job *job, struct error *error)
{
    char *source = NULL;
    if (!job->other->synthetic || !run_is_there(run))
        return STATUS_OK;
    enum status status = find_files(run, job->ood->name, &source, error);
    if (source)
        status =
            error_set(error, STATUS_DATA,
                      "%s has its items of %s from files (%s), and there are none now: %s would replace them; give "
                      "--data-dir (or $TENTH_DATA), where those files are, or leave %s out of ood.sets",
                      run->path, job->other->kind->title, source, job->other->note, job->ood->name);
    memory_free(source);
    return status;
}

/* Another data set is searched for next to the run's own, and something else may be found: the table says what, and a
 * message too if it is not what was searched for first. */
static void tell_other(const struct ood_sweep *sweep, const struct ood_job *job)
{
    const struct dataset *other = job->other;
    char text[1024]; /* for display: truncated if longer */
    if (!other || !other->note)
        return;
    (void)snprintf(text, sizeof text, "%s  ood: %s: %s: %s", sweep->run->name, job->ood->name, other->source,
                   other->note);
    monitor_notice(sweep->monitor, text);
}

/* Finds out whether the file has the kind. Another data set is opened for that: its bytes are part of the identity. */
static enum status job_prepare(const struct run *run, struct ood_job *job, struct error *error)
{
    enum status status = part_prepare(run, "ood", "ood", job->ood->name, "ood", &job->part, &job->has, error);
    if (status != STATUS_OK || job->ood->make)
        return status;
    const struct dataset_kind *kind = dataset_find(job->ood->name, error);
    if (!kind)
        return STATUS_USAGE;
    /* only the run's own data set was asked for; for others the shipped one will do */
    const struct dataset_places places = {run->places.directory, run->places.shipped, false};
    status = dataset_open(kind, places, false, &job->other, error);
    if (status != STATUS_OK)
        return status;
    dataset_identity(job->other, job->data);
    status = part_identify(run, "ood", job->data, &job->part, &job->has, error);
    return status == STATUS_OK && !job->has ? stand_in_check(run, job, error) : status;
}

/* The whole network's jobs, and then those of the network pruned to each of prune.evaluate_at. */
static enum status jobs_make(const struct run *run, struct ood_job *jobs, size_t *count, struct error *error)
{
    const struct config_list *fractions = &run->config.prune.evaluate_at;
    enum status status = oods_wanted(run, jobs, count, error);
    const size_t kinds = *count;
    for (size_t i = 0; i < kinds && status == STATUS_OK; i++)
        status = job_prepare(run, &jobs[i], error);
    for (size_t f = 0; f < fractions->count; f++) {
        for (size_t i = 0; i < kinds && status == STATUS_OK; i++) {
            struct ood_job *job = &jobs[(*count)++];
            *job = jobs[i];
            job->fraction = fractions->value[f];
            status = part_prepare_pruned(run, job->fraction, "ood", job->ood->name, "ood", job->data, &job->part,
                                         &job->has, error);
        }
    }
    return status;
}

/* The items of a kind, with each one's original index; they have no labels. */
static enum status items_make(const struct ood_sweep *sweep, const struct ood_job *job, struct test_items *made,
                              struct error *error)
{
    const struct run *run = sweep->run;
    size_t item = shape_size(run->kind->shape);
    *made = (struct test_items){.count = sweep->items.count};
    enum status status = STATUS_OK;
    if (job->other)
        status = subset_make(job->other->test.count, made->count, &made->index, &made->count, error);
    else
        made->index = memory_alloc(made->count, sizeof *made->index, error);
    made->x = memory_alloc(size_multiply(made->count, item), sizeof(float), error);
    made->labels = memory_alloc(made->count, 1, error);
    if (status != STATUS_OK || !made->index || !made->x || !made->labels)
        return status != STATUS_OK ? status : STATUS_NO_MEMORY;
    for (size_t i = 0; i < made->count; i++) {
        float *x = made->x + i * item;
        if (job->other) {
            ood_convert(&job->other->test, made->index[i], run->kind, x);
            continue;
        }
        made->index[i] = sweep->items.index[i];
        job->ood->make(run->kind->shape, sweep->items.x + i * item, random_key(0, PURPOSE_OOD, 0, made->index[i]), x);
    }
    return STATUS_OK;
}

static enum status record(const struct ood_sweep *sweep, const struct ood_job *job, const struct prediction *prediction,
                          struct table *rows, struct error *error)
{
    double auroc;
    struct prediction test = stored_slice(&sweep->test, 0);
    enum status status = prediction_auroc(&test, prediction, &auroc, error);
    struct row row = row_begin(sweep->run, "ood");
    if (status == STATUS_OK)
        status = row_metrics(&row, prediction, error);
    if (status != STATUS_OK)
        return status;
    row_text(&row, "ood", job->ood->name);
    row_number(&row, "auroc", auroc);
    row_number(&row, "items", (double)prediction->items);
    row_text(&row, "ood_source", job->other ? job->other->source : sweep->run->data_source);
    return row_store(&row, rows, error);
}

static void report(const struct ood_sweep *sweep, const struct ood_job *job, const struct prediction *prediction)
{
    struct progress progress = {.run = sweep->run->name, .stage = "ood", .done = sweep->done, .total = sweep->total};
    char pruned[32] = "";
    if (job->fraction > 0)
        (void)snprintf(pruned, sizeof pruned, "  %g %% removed", 100 * job->fraction);
    (void)snprintf(progress.text, sizeof progress.text, "%s%s  entropy %.4f", job->ood->name, pruned,
                   metric_of(METRIC_entropy, prediction));
    monitor_report(sweep->monitor, &progress);
}

/* For the whole network every sample, with a row of the table; for a pruned one what kept.h says. */
static enum status job_save(const struct ood_sweep *sweep, const struct ood_job *job,
                            const struct prediction *prediction, const struct test_items *items, struct error *error)
{
    const struct run *run = sweep->run;
    struct kept kept = {0};
    struct table *rows = NULL;
    struct part_array arrays[KEPT_ARRAYS] = {
        {"probability", 4, {1, prediction->samples, prediction->items, prediction->classes}, prediction->sampled}};
    enum status status = STATUS_OK;
    if (job->fraction > 0) {
        status = kept_alloc(1, prediction->items, prediction->classes, &kept, error);
        if (status == STATUS_OK) {
            kept_set(&kept, 0, prediction);
            kept_arrays(&kept, arrays);
        }
    } else {
        rows = table_create(table_find("ood"), error);
        status = rows ? record(sweep, job, prediction, rows, error) : STATUS_NO_MEMORY;
    }
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "ood, %s: ", job->ood->name);
    if (status == STATUS_OK)
        status = part_save(run, &job->part, arrays, job->fraction > 0 ? KEPT_ARRAYS : 1, rows, items, error);
    kept_free(&kept);
    table_free(rows);
    return status;
}

static enum status job_run(struct ood_sweep *sweep, const struct ood_job *job, struct error *error)
{
    const struct run *run = sweep->run;
    struct test_items items = {0};
    struct prediction prediction = {0};
    float *keep = NULL;
    if (job->fraction <= 0)
        tell_other(sweep, job);
    enum status status = items_make(sweep, job, &items, error);
    size_t samples = predictor_samples(&sweep->predictor, (size_t)run->config.ood.samples);
    if (status == STATUS_OK)
        status = part_keep(run, &sweep->trained, job->fraction, &keep, error);
    if (status == STATUS_OK)
        status = prediction_alloc(samples, items.count, run->kind->classes, items.labels, &prediction, error);
    if (status == STATUS_OK) {
        status = predict(&sweep->predictor, PREDICT_SAMPLED, keep, run->seed, items.x, &prediction, error);
        if (status == STATUS_NOT_FINITE)
            (void)error_context(error, "ood, %s: ", job->ood->name);
    }
    if (status == STATUS_OK)
        status = job_save(sweep, job, &prediction, &items, error);
    if (status == STATUS_OK) {
        sweep->done += 1;
        report(sweep, job, &prediction);
    }
    memory_free(keep);
    prediction_free(&prediction);
    test_items_free(&items);
    return status;
}

static enum status test_load(struct ood_sweep *sweep, struct error *error)
{
    struct run_file file;
    enum status status = run_file_open(sweep->run->path, &file, error);
    if (status == STATUS_OK)
        status = run_file_stored(&file, "/test", &sweep->test, error);
    if (status == STATUS_OK) {
        struct prediction prediction = stored_slice(&sweep->test, 0);
        status = prediction_check(&prediction, error);
        if (status != STATUS_OK)
            (void)error_context(
                error, "%s, the test items as they are stored (`tenth train` makes them anew): ", sweep->run->path);
    }
    run_file_close(&file);
    return status;
}

static enum status sweep_open(struct ood_sweep *sweep, struct error *error)
{
    const struct run *run = sweep->run;
    enum status status = sweep_load(run, run->config.ood.items, sweep->monitor, &sweep->trained, &sweep->predictor,
                                    &sweep->items, error);
    return status == STATUS_OK ? test_load(sweep, error) : status;
}

static void sweep_close(struct ood_sweep *sweep)
{
    stored_free(&sweep->test);
    test_items_free(&sweep->items);
    predictor_free(&sweep->predictor);
    trained_free(&sweep->trained);
}

enum status run_ood(const struct run *run, const struct monitor *monitor, struct error *error)
{
    struct ood_job *jobs = memory_alloc(JOBS_MAX, sizeof *jobs, error);
    size_t count = 0;
    struct ood_sweep sweep = {.run = run, .monitor = monitor};
    enum status status = jobs ? run_check(run, RUN_OOD, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = jobs_make(run, jobs, &count, error);
    for (size_t i = 0; i < count; i++)
        sweep.total += !jobs[i].has;
    if (status == STATUS_OK && sweep.total > 0) {
        status = sweep_open(&sweep, error);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            status = monitor_check(monitor, error);
            if (status == STATUS_OK && !jobs[i].has)
                status = job_run(&sweep, &jobs[i], error);
        }
        sweep_close(&sweep);
    }
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].fraction <= 0)
            dataset_free(jobs[i].other);
    }
    memory_free(jobs);
    return status;
}

#include "run/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/stats.h"
#include "io/atomic_file.h"
#include "run/kept.h"
#include "run/mismatch.h"
#include "run/provenance.h"
#include "run/run_check.h"
#include "run/run_store.h"
#include "run/tables.h"
#include "run/trainer.h"

static enum status trainer_sizes(struct trainer *trainer, struct error *error)
{
    const struct run *run = trainer->run;
    enum status status = run_check(run, RUN_TRAIN, error);
    if (status != STATUS_OK)
        return status;
    struct training_length length = training_length(run);
    trainer->batch = (size_t)run->config.train.batch;
    trainer->steps_per_epoch = length.steps_per_epoch;
    trainer->steps = length.steps;
    trainer->order_epoch = SIZE_MAX;
    trainer->schedule = schedule_find(run->config.train.schedule, error);
    return trainer->schedule ? STATUS_OK : STATUS_USAGE;
}

static enum status trainer_buffers(struct trainer *trainer, struct error *error)
{
    const struct run *run = trainer->run;
    size_t item = shape_size(run->kind->shape), size = trainer->posterior->network_size;
    trainer->weights = memory_alloc(size, sizeof(float), error);
    trainer->gradient = memory_alloc(size, sizeof(float), error);
    trainer->penalty_scale = memory_alloc(trainer->posterior->tensor_count, sizeof(double), error);
    trainer->order = memory_alloc(run->split.train_count, sizeof(uint32_t), error);
    trainer->indices = memory_alloc(trainer->batch, sizeof(uint32_t), error);
    trainer->x = memory_alloc(trainer->batch * item, sizeof(float), error);
    trainer->y = memory_alloc(trainer->batch, 1, error);
    trainer->augment_scratch = memory_alloc((size_t)run->threads * item, sizeof(float), error);
    trainer->train_table = table_create(table_find("train"), error);
    trainer->sigma_table = table_create(table_find("sigma"), error);
    trainer->layer_table = table_create(table_find("sigma_layers"), error);
    trainer->summary_table = table_create(table_find("summary"), error);
    bool made = trainer->weights && trainer->gradient && trainer->penalty_scale && trainer->order && trainer->indices &&
                trainer->x && trainer->y && trainer->augment_scratch && trainer->train_table && trainer->sigma_table &&
                trainer->layer_table && trainer->summary_table;
    return made ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status trainer_make(struct trainer *trainer, const struct run *run, const struct monitor *monitor,
                         struct error *error)
{
    *trainer = (struct trainer){.run = run, .monitor = monitor};
    enum status status = trainer_sizes(trainer, error);
    if (status != STATUS_OK)
        return status;
    status = network_create(&run->network, trainer->batch, 1, run->threads, &trainer->network, error);
    struct posterior_start start = posterior_start_of(&run->config, run->method, run->seed);
    if (status == STATUS_OK)
        status = posterior_create(trainer->network, run->method, &start, run->threads, &trainer->posterior, error);
    if (status == STATUS_OK)
        status = trainer_buffers(trainer, error);
    if (status == STATUS_OK)
        status = predictor_make(trainer->posterior, trainer->network, trainer->batch, &trainer->predictor, error);
    if (status == STATUS_OK)
        status = run_validation_items(run, &trainer->validation, error);
    return status;
}

void trainer_free(struct trainer *trainer)
{
    predictor_free(&trainer->predictor);
    posterior_free(trainer->posterior);
    network_free(trainer->network);
    memory_free(trainer->weights);
    memory_free(trainer->gradient);
    memory_free(trainer->penalty_scale);
    memory_free(trainer->order);
    memory_free(trainer->indices);
    memory_free(trainer->x);
    memory_free(trainer->y);
    memory_free(trainer->augment_scratch);
    test_items_free(&trainer->validation);
    table_free(trainer->train_table);
    table_free(trainer->sigma_table);
    table_free(trainer->layer_table);
    table_free(trainer->summary_table);
}

/* The run's file for writing: another program may have added to it since this training began it. If it is gone or no
 * longer readable, nothing of this training is lost: all of that is in memory. */
static enum status file_begin(const struct trainer *trainer, struct store **store, struct error *error)
{
    enum status status = STATUS_DATA;
    if (trainer->owns_file)
        status = run_store_update(trainer->run->path, store, error);
    return status == STATUS_DATA ? store_create(trainer->run->path, store, error) : status;
}

static enum status file_end(struct trainer *trainer, struct store *store, enum status status, struct error *error)
{
    if (status != STATUS_OK) {
        store_close(store);
        return status;
    }
    status = run_commit(trainer->run, store, error);
    trainer->owns_file = trainer->owns_file || status == STATUS_OK;
    return status;
}

static enum status save_under_way(struct trainer *trainer, const char *state, struct error *error)
{
    const struct run *run = trainer->run;
    struct store *store = NULL;
    enum status status = file_begin(trainer, &store, error);
    if (status == STATUS_OK)
        status = run_describe(run, store, state, error);
    if (status == STATUS_OK)
        status = checkpoint_save(store, trainer->posterior, &trainer->state, run->train_identity, error);
    if (status == STATUS_OK)
        status = table_save(trainer->train_table, store, error);
    if (status == STATUS_OK)
        status = table_save(trainer->sigma_table, store, error);
    if (status == STATUS_OK)
        status = table_save(trainer->layer_table, store, error);
    return file_end(trainer, store, status, error);
}

/* Predicts items with sampled networks and keeps the prediction as OBJECT. The caller frees with prediction_free. */
static enum status predict_and_keep(struct trainer *trainer, struct store *store, const char *object,
                                    const struct test_items *items, struct prediction *prediction, struct error *error)
{
    const struct run *run = trainer->run;
    size_t samples = predictor_samples(&trainer->predictor, (size_t)run->config.train.test_samples);
    enum status status = prediction_alloc(samples, items->count, run->kind->classes, items->labels, prediction, error);
    if (status != STATUS_OK)
        return status;
    status = predict(&trainer->predictor, PREDICT_SAMPLED, NULL, run->seed, items->x, prediction, error);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "the trained network, items of %s: ", object);
    return status == STATUS_OK ? kept_save(store, object, items, prediction, error) : status;
}

/* Predicts the test file: the run's summary row, and its probabilities. */
static enum status summarise(struct trainer *trainer, struct store *store, struct error *error)
{
    const struct run *run = trainer->run;
    struct test_items items;
    struct prediction prediction = {0};
    enum status status = run_test_items(run, 0, &items, error);
    if (status == STATUS_OK)
        status = predict_and_keep(trainer, store, "/test", &items, &prediction, error);
    if (status == STATUS_OK) {
        struct row row = row_begin(run, "summary");
        status = row_metrics(&row, &prediction, error);
        row_number(&row, "parameters", (double)trainer->posterior->parameters);
        row_number(&row, "train_seconds", trainer->state.seconds);
        row_number(&row, "peak_mib", provenance_peak_mib());
        row_text(&row, "data_source", run->data_source);
        if (status == STATUS_OK)
            status = row_store(&row, trainer->summary_table, error);
    }
    prediction_free(&prediction);
    test_items_free(&items);
    return status;
}

/* Predicts items that were trained on, undisturbed and with as many networks as for the test file: the gain over the
 * test accuracy is what the network learned by heart. */
static enum status keep_fit(struct trainer *trainer, struct store *store, struct error *error)
{
    const struct run *run = trainer->run;
    struct test_items items;
    struct prediction prediction = {0};
    enum status status = run_fit_items(run, &items, error);
    if (status == STATUS_OK)
        status = predict_and_keep(trainer, store, "/fit", &items, &prediction, error);
    prediction_free(&prediction);
    test_items_free(&items);
    return status;
}

/* The validation items, by which later measures may choose (a temperature), never by test items; and which items of the
 * training file were trained on and which were not, by their indices. */
static enum status keep_split(struct trainer *trainer, struct store *store, struct error *error)
{
    const struct split *split = &trainer->run->split;
    struct prediction prediction = {0};
    enum status status = predict_and_keep(trainer, store, "/validation", &trainer->validation, &prediction, error);
    if (status == STATUS_OK)
        status = kept_save_indices(store, "/split/train", split->train, split->train_count, error);
    if (status == STATUS_OK)
        status = kept_save_indices(store, "/split/validation", split->validation, split->validation_count, error);
    prediction_free(&prediction);
    return status;
}

static enum status save_done(struct trainer *trainer, struct error *error)
{
    const struct run *run = trainer->run;
    struct store *store = NULL;
    enum status status = file_begin(trainer, &store, error);
    trainer->predictor.monitor = trainer->monitor; /* the epochs' validation, which a stop would skip, is over */
    if (status == STATUS_OK)
        status = run_describe(run, store, "done", error);
    if (status == STATUS_OK)
        status = checkpoint_remove(store, run->method, error);
    if (status == STATUS_OK)
        status = checkpoint_save_posterior(store, trainer->posterior, run->train_identity, error);
    if (status == STATUS_OK)
        status = summarise(trainer, store, error);
    if (status == STATUS_OK)
        status = keep_fit(trainer, store, error);
    if (status == STATUS_OK)
        status = keep_split(trainer, store, error);
    const struct table *tables[] = {trainer->train_table, trainer->sigma_table, trainer->layer_table,
                                    trainer->summary_table};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == STATUS_OK; i++)
        status = table_save(tables[i], store, error);
    return file_end(trainer, store, status, error);
}

/* How training stands, in its file; the checkpoint there stays. */
static enum status save_standing(struct trainer *trainer, const char *state, struct error *error)
{
    struct store *store = NULL;
    enum status status = file_begin(trainer, &store, error);
    if (status == STATUS_OK)
        status = run_describe(trainer->run, store, state, error);
    return file_end(trainer, store, status, error);
}

/* What a post-hoc method learns after the last step. All steps are saved before, and remain whatever ends it, so that
 * the next start finishes. */
static enum status finish_method(struct trainer *trainer, struct error *error)
{
    if (!trainer->run->method->functions->finish || trainer->state.finished)
        return STATUS_OK;
    enum status status = save_under_way(trainer, "running", error);
    if (status != STATUS_OK)
        return status;
    status = trainer_finish(trainer, error);
    trainer->state.seconds = monotonic_seconds() - trainer->started;
    struct error not_saved = {0};
    if (status == STATUS_OK ||
        save_standing(trainer, status == STATUS_INTERRUPTED ? "interrupted" : "failed", &not_saved) == STATUS_OK)
        return status;
    *error = not_saved;
    return not_saved.status;
}

/* A trained network is kept even if it was not measured, because that was stopped or gave no number: the resumed run
 * has no step left, and measures. */
static enum status measure_and_save(struct trainer *trainer, struct error *error)
{
    struct error not_saved = {0};
    enum status status = save_done(trainer, error), saved = STATUS_OK;
    if (status == STATUS_INTERRUPTED || status == STATUS_NOT_FINITE)
        saved = save_under_way(trainer, status == STATUS_INTERRUPTED ? "interrupted" : "failed", &not_saved);
    if (saved == STATUS_OK)
        return status;
    *error = not_saved;
    return saved;
}

/* Resumes from the file's checkpoint if it belongs to this very training. Any other file is left alone unless it may be
 * replaced. */
static enum status resume(struct trainer *trainer, struct error *error)
{
    const struct run *run = trainer->run;
    bool has;
    enum status status = run_has(run, "/checkpoint", run->train_identity, &has, error);
    if (status != STATUS_OK || (!has && !run_is_there(run)))
        return status;
    if (!has)
        return mismatch_may_replace(run, error);
    struct store *store = NULL;
    status = run_store_open(run->path, &store, error);
    if (status == STATUS_OK)
        status = checkpoint_load(store, trainer->posterior, &trainer->state, error);
    if (status == STATUS_OK)
        status = table_load(trainer->train_table, store, error);
    if (status == STATUS_OK)
        status = table_load(trainer->sigma_table, store, error);
    if (status == STATUS_OK)
        status = table_load_if_there(trainer->layer_table, store, error);
    store_close(store);
    trainer->owns_file = status == STATUS_OK;
    return status;
}

static void report(const struct trainer *trainer)
{
    const struct train_state *state = &trainer->state;
    struct progress progress = {
        .run = trainer->run->name, .stage = "train", .done = (double)state->step, .total = (double)trainer->steps};
    (void)snprintf(progress.text, sizeof progress.text, "epoch %zu/%ld  nll %.4f  accuracy %.4f",
                   (state->step - 1) / trainer->steps_per_epoch + 1, trainer->run->config.train.epochs,
                   state->nll_sum / (double)state->steps_in_epoch, (double)state->correct / (double)state->items);
    monitor_report(trainer->monitor, &progress);
}

/* Saves when it is time or if the caller wants to stop. */
static enum status save_if_due(struct trainer *trainer, struct error *error)
{
    struct error stop = {0};
    bool stopping = monitor_check(trainer->monitor, &stop) != STATUS_OK;
    double now = monotonic_seconds();
    if (!stopping && now - trainer->saved_at < trainer->run->config.run.checkpoint_seconds)
        return STATUS_OK;
    enum status status = save_under_way(trainer, stopping ? "interrupted" : "running", error);
    trainer->saved_at = monotonic_seconds();
    if (status == STATUS_OK && stopping) {
        *error = stop;
        return STATUS_INTERRUPTED;
    }
    return status;
}

/* Reports each step, records each epoch, and saves from time to time. */
static enum status after_step(struct trainer *trainer, struct error *error)
{
    struct train_state *state = &trainer->state;
    enum status status = STATUS_OK;
    report(trainer);
    state->seconds = monotonic_seconds() - trainer->started;
    if (state->step % trainer->steps_per_epoch == 0)
        status = trainer_check(trainer, error);
    if (status == STATUS_OK && state->step % trainer->steps_per_epoch == 0)
        status = trainer_record_epoch(trainer, state->step / trainer->steps_per_epoch, error);
    return status == STATUS_OK && state->step < trainer->steps ? save_if_due(trainer, error) : status;
}

static enum status train(struct trainer *trainer, struct error *error)
{
    enum status status = STATUS_OK;
    trainer->after_step = after_step;
    trainer->saved_at = monotonic_seconds();
    trainer->started = trainer->saved_at - trainer->state.seconds;
    if (trainer->state.step == 0 && trainer->run->method->has_sigma)
        status = trainer_record_epoch(trainer, 0, error);
    if (status == STATUS_OK)
        status = trainer_run(trainer, trainer->steps, error);
    return status == STATUS_OK ? trainer_check(trainer, error) : status;
}

/* Measures the file's trained network again if an older version stored NaN. What later stages made from it stays. */
static enum status measure_again(const struct run *run, const struct monitor *monitor, struct error *error)
{
    struct trainer trainer;
    struct store *store = NULL;
    enum status status = trainer_make(&trainer, run, monitor, error);
    if (status == STATUS_OK)
        status = run_may_write(run, error);
    if (status == STATUS_OK)
        status = run_store_open(run->path, &store, error);
    if (status == STATUS_OK)
        status = checkpoint_load_posterior(store, trainer.posterior, error);
    if (status == STATUS_OK)
        status = table_load(trainer.train_table, store, error);
    if (status == STATUS_OK)
        status = table_load(trainer.sigma_table, store, error);
    if (status == STATUS_OK)
        status = table_load_if_there(trainer.layer_table, store, error);
    store_close(store);
    trainer.owns_file = status == STATUS_OK;
    if (status == STATUS_OK && table_rows(trainer.train_table) > 0)
        trainer.state.seconds = table_number(trainer.train_table, table_rows(trainer.train_table) - 1, "seconds");
    if (status == STATUS_OK)
        status = save_done(&trainer, error);
    trainer_free(&trainer);
    return status;
}

enum status run_train(const struct run *run, const struct monitor *monitor, struct error *error)
{
    bool done, measured = true;
    enum status status = run_has(run, "/posterior", run->train_identity, &done, error);
    if (status == STATUS_OK && done)
        status = run_measured(run, "summary", NULL, NULL, &measured, error);
    if (status == STATUS_OK && done && !measured)
        return measure_again(run, monitor, error);
    if (status != STATUS_OK || done)
        return status;
    struct trainer trainer;
    status = trainer_make(&trainer, run, monitor, error);
    if (status == STATUS_OK)
        status = atomic_check(run->path, error); /* before the work, not after it */
    if (status == STATUS_OK)
        status = run_may_write(run, error);
    if (status == STATUS_OK)
        status = resume(&trainer, error);
    if (status == STATUS_OK) {
        status = train(&trainer, error);
        if (status == STATUS_NOT_FINITE)
            (void)save_under_way(&trainer, "failed", NULL); /* the first error is the one to report */
        if (status == STATUS_OK)
            status = finish_method(&trainer, error);
        if (status == STATUS_OK)
            status = measure_and_save(&trainer, error);
    }
    trainer_free(&trainer);
    return status;
}

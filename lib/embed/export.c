#include "embed/export.h"

#include <gsl/gsl_sort_double.h>
#include <stdio.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "core/size.h"
#include "embed/compact.h"
#include "embed/engine.h"
#include "run/ranked.h"

/* Enough for a threshold; the items of the validation split are in random order. */
enum { THRESHOLD_ITEMS = 4000 };

enum status referral_threshold(const double *entropy, const unsigned char *right, size_t count, float *threshold,
                               struct error *error)
{
    size_t *order = memory_alloc(count, sizeof *order, error);
    if (!order)
        return STATUS_NO_MEMORY;
    double rights = 0, wrongs_above = 0, rights_above = 0, best = 0;
    for (size_t i = 0; i < count; i++)
        rights += right[i];
    double wrongs = (double)count - rights;
    gsl_sort_index(order, entropy, 1, count);
    *threshold = count > 0 ? (float)entropy[order[count - 1]] : 0;
    for (size_t i = count; i-- > 1 && rights > 0 && wrongs > 0;) {
        rights_above += right[order[i]];
        wrongs_above += !right[order[i]];
        double difference = wrongs_above / wrongs - rights_above / rights, below = entropy[order[i - 1]];
        if (difference > best && below < entropy[order[i]]) {
            best = difference;
            *threshold = (float)((below + entropy[order[i]]) / 2);
        }
    }
    memory_free(order);
    return STATUS_OK;
}

static enum status threshold_from(const struct prediction *prediction, float *threshold, struct error *error)
{
    double *entropy = memory_alloc(prediction->items, sizeof *entropy, error);
    unsigned char *right = memory_alloc(prediction->items, 1, error);
    enum status status = entropy && right ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        item_entropies(prediction, prediction->items, entropy);
        for (size_t i = 0; i < prediction->items; i++)
            right[i] = prediction_class(prediction, i) == prediction->labels[i];
        status = referral_threshold(entropy, right, prediction->items, threshold, error);
    }
    memory_free(entropy);
    memory_free(right);
    return status;
}

/* Uses the validation split, which neither training nor reporting uses. */
static enum status find_threshold(const struct run *run, struct model *model, double *accuracy, struct error *error)
{
    size_t items = smaller(run->split.validation_count, THRESHOLD_ITEMS);
    size_t networks = model->posterior == MODEL_VARIANCE ? LOGIT_DRAWS : model->parts;
    struct prediction prediction = {0};
    float *x = memory_alloc(size_multiply(items, shape_size(model->input)), sizeof *x, error);
    uint8_t *y = memory_alloc(items, 1, error);
    enum status status = x && y ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = prediction_alloc(networks, items, model->classes, y, &prediction, error);
    if (status == STATUS_OK) {
        items_gather(&run->dataset->train, run->split.validation, items, x, y);
        status = engine_predict_items(model, run->threads, x, &prediction, error);
    }
    if (status == STATUS_OK)
        status = prediction_check(&prediction, error);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "export, the exported network on the validation split: ");
    if (status == STATUS_OK) {
        *accuracy = metric_of(METRIC_accuracy, &prediction);
        status = threshold_from(&prediction, &model->threshold, error);
    }
    prediction_free(&prediction);
    memory_free(x);
    memory_free(y);
    return status;
}

/* Over all training items. */
static void find_range(const struct run *run, struct model *model)
{
    for (size_t i = 0; i < run->split.train_count; i++) {
        double statistic[INPUT_STATISTICS];
        input_statistics(&run->dataset->train, run->split.train[i], statistic);
        input_range_add(&model->range, statistic);
    }
}

/* The part of the trained posterior that the ranking keeps. */
static enum status prune_trained(const struct run *run, const struct export_options *options, struct model **model,
                                 struct error *error)
{
    struct trained trained;
    float *keep = NULL;
    enum status status = run_load_trained(run, &trained, error);
    if (status == STATUS_OK && trained.posterior->members > 1)
        status = error_set(error, STATUS_UNSUPPORTED,
                           "%s: an ensemble's networks have no one posterior to export; "
                           "export a run of vi, dropout, map or mle",
                           run->name);
    if (status == STATUS_OK)
        status = run_keep(run, trained.posterior, options->criterion, options->fraction, &keep, error);
    if (status == STATUS_OK)
        status = model_make(trained.posterior, trained.network, keep, &options->model, model, error);
    memory_free(keep);
    trained_free(&trained);
    return status;
}

enum status export_pruned(const struct run *run, const struct export_options *options, struct model **model,
                          struct error *error)
{
    *model = NULL;
    struct model *made = NULL;
    size_t removed;
    enum status status = prune_trained(run, options, &made, error);
    if (status != STATUS_OK)
        return status;
    (void)snprintf(made->dataset, sizeof made->dataset, "%s", run->kind->name);
    (void)snprintf(made->criterion, sizeof made->criterion, "%s", options->criterion->name);
    made->fraction = (float)options->fraction;
    made->offset = run->kind->offset;
    made->scale = run->kind->scale;
    model_set_source(made, run->dataset->source, run->dataset->official);
    status = model_compact(made, &removed, error);
    if (status == STATUS_OK)
        status = model_round(made, options->number, error);
    const struct engine_cost cost = engine_cost(made);
    if (status == STATUS_OK) /* before it predicts items */
        status = engine_cost_check(&cost, 0, STATUS_UNSUPPORTED, run->name, error);
    if (status != STATUS_OK) {
        model_free(made);
        return status;
    }
    *model = made;
    return STATUS_OK;
}

enum status export_model(const struct run *run, const struct export_options *options, struct model **model,
                         double *accuracy, struct error *error)
{
    enum status status = export_pruned(run, options, model, error);
    if (status == STATUS_OK)
        status = find_threshold(run, *model, accuracy, error);
    if (status == STATUS_OK)
        find_range(run, *model);
    if (status != STATUS_OK) {
        model_free(*model);
        *model = NULL;
    }
    return status;
}

/* lib/results/derived_weights.c: tables of stored posteriors: which weights pruning removes, by size and by layer. */
#include <math.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "core/stats.h"
#include "results/derived.h"

derive_fn derive_weight_histogram, derive_surviving;

enum { WEIGHT_BINS = 61 };
static const double PRUNED_FRACTION = .9;   /* the talk's: 10 % of the weights stay */
static const double SHOWN_QUANTILE = .9995; /* of |mu|; larger values count in the outermost bins */

/* ---- weight histograms ---- */

/* |mu| of the candidates at SHOWN_QUANTILE. */
static enum status shown_range(const struct ranking *ranking, double *range, struct error *error)
{
    float *sizes = memory_alloc(ranking->count, sizeof *sizes, error);
    if (!sizes)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < ranking->count; i++)
        sizes[i] = fabsf(ranking->posterior->mu[ranking->place[i]]);
    stats_quantiles(sizes, ranking->count, &SHOWN_QUANTILE, 1, range);
    memory_free(sizes);
    return STATUS_OK;
}

/* The histogram of the candidates from number `first` on, as shares of all candidates. */
static enum status add_weights(const struct run_file *file, const struct ranking *ranking, size_t first,
                               const char *state, double range, struct table *rows, struct error *error)
{
    size_t bins[WEIGHT_BINS] = {0};
    for (size_t i = first; i < ranking->count; i++) {
        double mu = (double)ranking->posterior->mu[ranking->place[i]];
        double bin = floor((mu + range) / (2 * range) * WEIGHT_BINS);
        bins[(size_t)fmin(fmax(bin, 0), WEIGHT_BINS - 1)]++;
    }
    enum status status = STATUS_OK;
    for (size_t bin = 0; bin < WEIGHT_BINS && status == STATUS_OK; bin++) {
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "state", state);
        row_text(&row, "criterion", ranking->criterion->name);
        row_number(&row, "weight", range * (2 * ((double)bin + .5) / WEIGHT_BINS - 1));
        row_number(&row, "share", (double)bins[bin] / (double)ranking->count);
        row_number(&row, "count", (double)bins[bin]);
        status = table_add(rows, row.cells, error);
    }
    return status;
}

enum status derive_weight_histogram(const struct run_file *file, struct table *rows, struct error *error)
{
    struct trained trained = {0};
    struct ranking ranking = {0};
    struct config config;
    double range = 0;
    bool there;
    enum status status = run_file_trained(file, &config, &trained, &there, error);
    if (!there)
        return status;
    if (status == STATUS_OK) {
        const struct pruning_rule rule =
            pruning_rule_of(&config, criterion_usual(trained.posterior->method), file->seed);
        status = ranking_make(trained.posterior, &rule, &ranking, error);
    }
    if (status == STATUS_OK)
        status = shown_range(&ranking, &range, error);
    if (status == STATUS_OK && range > 0)
        status = add_weights(file, &ranking, 0, "before", range, rows, error);
    if (status == STATUS_OK && range > 0)
        status = add_weights(file, &ranking, ranking_removed_by_fraction(&ranking, PRUNED_FRACTION), "after", range,
                             rows, error);
    ranking_free(&ranking);
    trained_free(&trained);
    return status;
}

/* ---- what survives in each layer ---- */

/* Of each layer of a network, by its number: all members together. */
struct layers {
    const char *name[NETWORK_LAYERS_MAX + 1];
    size_t weights[NETWORK_LAYERS_MAX + 1], removed[NETWORK_LAYERS_MAX + 1];
};

static void layers_find(const struct posterior *posterior, struct layers *layers)
{
    *layers = (struct layers){0};
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        layers->name[tensor->layer] = tensor->layer_name;
        layers->weights[tensor->layer] += tensor_is_bias(tensor) ? 0 : tensor->count;
    }
}

/* Counts candidates [from, to) of the ranking as removed. */
static void layers_remove(struct layers *layers, const struct ranking *ranking, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct posterior *posterior = ranking->posterior;
        const struct tensor *tensor = &posterior->tensors[posterior_tensor_of(posterior, ranking->place[i])];
        layers->removed[tensor->layer] += !tensor_is_bias(tensor);
    }
}

static enum status add_layer(const struct run_file *file, const struct config *config, const struct ranking *ranking,
                             struct layers *layers, size_t layer, struct table *rows, struct error *error)
{
    const struct config_list *fractions = &config->prune.fractions;
    size_t done = 0;
    enum status status = STATUS_OK;
    memset(layers->removed, 0, sizeof layers->removed);
    for (size_t i = 0; i < fractions->count && status == STATUS_OK; i++) {
        size_t removed = ranking_removed_by_fraction(ranking, fractions->value[i]);
        if (removed < done) { /* a list need not ascend */
            memset(layers->removed, 0, sizeof layers->removed);
            done = 0;
        }
        layers_remove(layers, ranking, done, removed);
        done = removed;
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "criterion", ranking->criterion->name);
        row_text(&row, "layer", layers->name[layer]);
        row_number(&row, "fraction", (double)removed / (double)ranking->count);
        row_number(&row, "surviving", 1 - (double)layers->removed[layer] / (double)layers->weights[layer]);
        row_number(&row, "weights", (double)layers->weights[layer]);
        status = table_add(rows, row.cells, error);
    }
    return status;
}

static enum status add_criterion(const struct run_file *file, const struct config *config,
                                 const struct posterior *posterior, const struct criterion *criterion,
                                 struct table *rows, struct error *error)
{
    struct ranking ranking;
    struct layers layers;
    const struct pruning_rule rule = pruning_rule_of(config, criterion, file->seed);
    enum status status = ranking_make(posterior, &rule, &ranking, error);
    if (status != STATUS_OK)
        return status;
    layers_find(posterior, &layers);
    for (size_t layer = 0; layer <= NETWORK_LAYERS_MAX && status == STATUS_OK; layer++) {
        if (layers.weights[layer] > 0)
            status = add_layer(file, config, &ranking, &layers, layer, rows, error);
    }
    ranking_free(&ranking);
    return status;
}

enum status derive_surviving(const struct run_file *file, struct table *rows, struct error *error)
{
    struct trained trained = {0};
    struct config config;
    size_t count;
    const struct criterion *all = criteria(&count);
    bool there;
    enum status status = run_file_trained(file, &config, &trained, &there, error);
    if (!there)
        return status;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (criterion_is_standard(&all[i], trained.posterior->method))
            status = add_criterion(file, &config, trained.posterior, &all[i], rows, error);
    }
    trained_free(&trained);
    return status;
}

/* What `tenth export --measure` reports about a model; see embed/export.h. */
#include <math.h>

#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/memory.h"
#include "core/clock.h"
#include "core/size.h"
#include "core/stats.h"
#include "embed/engine.h"
#include "embed/index_format.h"
#include "embed/model_file.h"
#include "embed/export.h"
#include "run/ranked.h"

enum {
    MC_SAMPLES = 100,
    MC_ITEMS = 2000, /* of the comparison with MC_SAMPLES networks */
    ROUNDS = 40,     /* per timing; the result is the least: other work on the machine only adds time */
    WARM_UP = 3
};
static const double round_seconds = .01;

/* ---- bytes ---- */

/* Without coding: values plain, and the shortest index format that needs no decoder. */
static enum status plain_bytes(const struct model *model, size_t *bytes, struct error *error)
{
    size_t count;
    const struct index_format *formats = index_formats(&count);
    *bytes = (model_values(model) - model_weights(model) * model->parts) * (model->number == MODEL_FP32 ? 4 : 2);
    for (size_t l = 0; l < model->layer_count; l++) {
        struct layer_sizes sizes;
        enum status status = model_layer_sizes(model, l, &sizes, error);
        if (status != STATUS_OK)
            return status;
        size_t least = SIZE_MAX;
        for (size_t i = 0; i < count; i++)
            least = !formats[i].coded && sizes.places[i] < least ? sizes.places[i] : least;
        *bytes += least + sizes.values;
    }
    return STATUS_OK;
}

static enum status measure_bytes(const struct run *run, const struct export_options *options, const struct model *model,
                                 struct row *row, struct error *error)
{
    struct export_options exact = *options;
    struct model *pruned = NULL;
    struct byte_writer file;
    size_t plain = 0, quantised = 0;
    exact.number = MODEL_FP32;
    enum status status = model_encode(model, &file, error);
    if (status == STATUS_OK)
        status = export_pruned(run, &exact, &pruned, error);
    if (status == STATUS_OK)
        status = plain_bytes(pruned, &plain, error);
    if (status == STATUS_OK)
        status = plain_bytes(model, &quantised, error);
    row_number(row, "bytes_pruned", (double)plain);
    row_number(row, "bytes_quantised", (double)quantised);
    row_number(row, "bytes", (double)file.used);
    model_free(pruned);
    bytes_free(&file);
    return status;
}

/* ---- time ---- */

/* Seconds of one call: the least of ROUNDS rounds, each with enough calls for about round_seconds. */
static double seconds_of(void (*call)(void *context), void *context)
{
    double least = INFINITY;
    size_t calls = 1;
    for (int i = 0; i < WARM_UP; i++)
        call(context);
    double begun = monotonic_seconds();
    call(context);
    double once = monotonic_seconds() - begun;
    if (once > 0 && round_seconds / once > 1)
        calls = (size_t)(round_seconds / once);
    for (int round = 0; round < ROUNDS; round++) {
        begun = monotonic_seconds();
        for (size_t i = 0; i < calls; i++)
            call(context);
        least = fmin(least, (monotonic_seconds() - begun) / (double)calls);
    }
    return least;
}

struct timing {
    struct network *network;
    struct engine *engine;
    const float *x; /* [batch][height][width][channels] */
    size_t batch;
    float *output; /* logits, or probabilities */
};

static void call_dense(void *context)
{
    struct timing *timing = context;
    network_forward(timing->network, timing->x, timing->batch, timing->output);
}

static void call_sparse(void *context)
{
    struct timing *timing = context;
    engine_predict(timing->engine, timing->x, timing->output);
}

/* The run's unpruned mean network with one thread, items one by one and in batches. */
static enum status time_dense(const struct run *run, const struct test_items *items, struct row *row,
                              struct error *error)
{
    struct trained trained;
    static const char *const columns[] = {"ms_dense", "ms_dense_batch"};
    static const size_t batches[] = {1, EVALUATION_BATCH};
    enum status status = run_load_trained(run, &trained, error);
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        struct timing timing = {.x = items->x, .batch = smaller(batches[i], items->count)};
        status = network_create(&run->network, timing.batch, 0, 1, &timing.network, error);
        timing.output = memory_alloc(timing.batch * run->network.classes, sizeof *timing.output, error);
        if (status == STATUS_OK && !timing.output)
            status = STATUS_NO_MEMORY;
        if (status == STATUS_OK) {
            network_set_weights(timing.network, trained.posterior->mu);
            row_number(row, columns[i], 1e3 * seconds_of(call_dense, &timing) / (double)timing.batch);
        }
        memory_free(timing.output);
        network_free(timing.network);
    }
    trained_free(&trained);
    return status;
}

static enum status time_sparse(const struct model *model, const struct test_items *items, struct row *row,
                               struct error *error)
{
    struct timing timing = {.x = items->x, .batch = 1};
    enum status status = engine_create(model, &timing.engine, error);
    if (status == STATUS_OK) {
        timing.output = memory_alloc(engine_networks(timing.engine) * model->classes, sizeof *timing.output, error);
        status = timing.output ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK)
        row_number(row, "ms", 1e3 * seconds_of(call_sparse, &timing));
    memory_free(timing.output);
    engine_free(timing.engine);
    return status;
}

/* ---- predictions ---- */

static enum status predict_test(const struct run *run, const struct model *model, const struct test_items *items,
                                size_t count, struct prediction *prediction, struct error *error)
{
    size_t networks = model->posterior == MODEL_VARIANCE ? LOGIT_DRAWS : model->parts;
    enum status status = prediction_alloc(networks, count, model->classes, items->labels, prediction, error);
    if (status == STATUS_OK)
        status = engine_predict_items(model, run->threads, items->x, prediction, error);
    return status == STATUS_OK ? prediction_check(prediction, error) : status;
}

/* How many items are referred to a human, and the accuracy on the others. */
static void measure_referral(const struct model *model, const struct test_items *items,
                             const struct prediction *prediction, struct row *row)
{
    size_t kept = 0, right = 0;
    for (size_t i = 0; i < prediction->items; i++) {
        double statistic[INPUT_STATISTICS];
        input_statistics(items->from, items->index[i], statistic);
        if (input_range_outside(&model->range, statistic) < INPUT_STATISTICS)
            continue;
        if (!(entropy_of(prediction->mean + i * prediction->classes, prediction->classes) <= (double)model->threshold))
            continue; /* as on the device, even for a NaN */
        kept++;
        right += prediction_class(prediction, i) == prediction->labels[i];
    }
    row_number(row, "referral_threshold", (double)model->threshold);
    row_number(row, "referred", 1 - (double)kept / (double)prediction->items);
    row_number(row, "accuracy_kept", kept > 0 ? (double)right / (double)kept : NAN);
}

/* Compares entropies of the first items with those of MC_SAMPLES networks of the same pruned posterior, in fp32. */
static enum status compare_entropy(const struct run *run, const struct export_options *options,
                                   const struct test_items *items, const struct prediction *prediction, struct row *row,
                                   struct error *error)
{
    struct export_options sampled = *options;
    struct model *many = NULL;
    struct prediction mc = {0};
    size_t count = smaller(items->count, MC_ITEMS);
    double rho = NAN, *entropy = NULL;
    sampled.number = MODEL_FP32;
    sampled.model.posterior = MODEL_SAMPLES;
    sampled.model.samples = MC_SAMPLES;
    enum status status = export_pruned(run, &sampled, &many, error);
    if (status == STATUS_OK)
        status = predict_test(run, many, items, count, &mc, error);
    if (status == STATUS_OK) {
        entropy = memory_alloc(2 * count, sizeof *entropy, error);
        status = entropy ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
        item_entropies(prediction, count, entropy);
        item_entropies(&mc, count, entropy + count);
        row_number(row, "entropy_first", stats_mean(entropy, count));
        row_number(row, "entropy_mc", stats_mean(entropy + count, count));
        row_number(row, "ece_mc", metric_ece(&mc));
        row_number(row, "items_mc", (double)count);
        status = stats_spearman(entropy, entropy + count, count, &rho, error);
        row_number(row, "spearman_mc", rho);
    }
    memory_free(entropy);
    prediction_free(&mc);
    model_free(many);
    return status;
}

/* The dense network with the removed weights set to 0, as in the pruning sweep. */
static enum status predict_dense(const struct run *run, const struct export_options *options, const float *x,
                                 struct prediction *dense, struct error *error)
{
    struct trained trained;
    struct predictor predictor = {0};
    float *keep = NULL;
    enum status status = run_load_trained(run, &trained, error);
    if (status == STATUS_OK)
        status = run_keep(run, trained.posterior, options->criterion, options->fraction, &keep, error);
    if (status == STATUS_OK)
        status = predictor_make(trained.posterior, trained.network, EVALUATION_BATCH, &predictor, error);
    if (status == STATUS_OK)
        status = predict(&predictor, PREDICT_AT_MEAN, keep, run->seed, x, dense, error);
    memory_free(keep);
    predictor_free(&predictor);
    trained_free(&trained);
    return status;
}

/* The largest difference of the model's probabilities from the dense network's, and that network's accuracy. */
static enum status compare_dense(const struct run *run, const struct export_options *options,
                                 const struct test_items *items, const struct prediction *prediction, struct row *row,
                                 struct error *error)
{
    struct prediction dense;
    enum status status = prediction_alloc(1, items->count, prediction->classes, items->labels, &dense, error);
    if (status == STATUS_OK)
        status = predict_dense(run, options, items->x, &dense, error);
    if (status == STATUS_OK) {
        double most = 0;
        for (size_t i = 0; i < items->count * prediction->classes; i++)
            most = fmax(most, fabs((double)dense.mean[i] - (double)prediction->mean[i]));
        row_number(row, "largest_difference", most);
        row_number(row, "accuracy_dense", metric_of(METRIC_accuracy, &dense));
    }
    prediction_free(&dense);
    return status;
}

static enum status measure_predictions(const struct run *run, const struct export_options *options,
                                       const struct model *model, const struct test_items *items, struct row *row,
                                       struct error *error)
{
    struct prediction prediction = {0};
    enum status status = predict_test(run, model, items, items->count, &prediction, error);
    if (status == STATUS_OK) {
        status = row_metrics(row, &prediction, error);
        row_number(row, "items", (double)items->count);
        measure_referral(model, items, &prediction, row);
        if (status == STATUS_OK && model->posterior == MODEL_MEAN)
            status = compare_dense(run, options, items, &prediction, row, error);
        else if (status == STATUS_OK)
            status = compare_entropy(run, options, items, &prediction, row, error);
    }
    prediction_free(&prediction);
    return status;
}

static size_t parameters_of(const struct run *run, struct error *error)
{
    struct network *network;
    size_t parameters = 0;
    if (network_create(&run->network, 1, 0, 1, &network, error) == STATUS_OK)
        parameters = network_parameters(network);
    network_free(network);
    return parameters;
}

enum status export_measure(const struct run *run, const struct export_options *options, const struct model *model,
                           double accuracy_validation, struct table *table, struct error *error)
{
    struct test_items items;
    struct row row = row_begin(run, "export");
    /* An engine uses floats; so does the dense network that it is compared with. */
    struct run as_floats = *run;
    as_floats.network.bf16 = false;
    run = &as_floats;
    size_t parameters = parameters_of(run, error);
    if (parameters == 0)
        return STATUS_NO_MEMORY;
    row_text(&row, "criterion", model->criterion);
    row_number(&row, "fraction", options->fraction);
    row_text(&row, "posterior", model_posterior_name(model->posterior));
    row_text(&row, "number", model_number_name(model->number));
    row_number(&row, "networks", (double)(model->posterior == MODEL_SAMPLES ? model->parts : 1));
    row_number(&row, "weights", (double)model_weights(model));
    row_number(&row, "parameters", (double)parameters);
    row_number(&row, "bytes_dense", (double)parameters * sizeof(float));
    row_number(&row, "accuracy_validation", accuracy_validation);
    row_text(&row, "data_source", run->data_source);
    row_text(&row, "granularity", run->config.prune.granularity);
    enum status status = run_test_items(run, 0, &items, error);
    if (status == STATUS_OK)
        status = measure_bytes(run, options, model, &row, error);
    if (status == STATUS_OK)
        status = time_dense(run, &items, &row, error);
    if (status == STATUS_OK)
        status = time_sparse(model, &items, &row, error);
    if (status == STATUS_OK)
        status = measure_predictions(run, options, model, &items, &row, error);
    test_items_free(&items);
    return status == STATUS_OK ? table_add(table, row.cells, error) : status;
}

/* lib/run/train_record.c: what training records at the end of an epoch. */
#include <math.h>

#include "core/memory.h"
#include "core/stats.h"
#include "run/trainer.h"

/* Quantiles over this many evenly spaced weights are exact enough to draw (their standard errors are below 0.2 and 0.4
 * percentage points of probability) and cost nothing compared with an epoch. */
enum { QUANTILE_WEIGHTS = 65536, TENSOR_QUANTILE_WEIGHTS = 16384, QUANTILES = 5 };

/* Quantiles of the sigmas of tensors [first, end), over `most` weights. sigma [posterior size]; kept [posterior size]
 * is overwritten. */
static void set_quantiles(struct row *row, const struct posterior *posterior, size_t first, size_t end, size_t most,
                          const float *sigma, float *kept)
{
    static const char *const columns[QUANTILES] = {"q05", "q25", "q50", "q75", "q95"};
    static const double levels[QUANTILES] = {.05, .25, .5, .75, .95};
    double quantiles[QUANTILES];
    size_t all = 0, seen = 0, count = 0;
    for (size_t t = first; t < end; t++)
        all += posterior->tensors[t].count;
    size_t stride = all / most + 1;
    for (size_t t = first; t < end; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = 0; i < tensor->count; i++) {
            if (seen++ % stride == 0)
                kept[count++] = sigma[tensor->offset + i];
        }
    }
    stats_quantiles(kept, count, levels, QUANTILES, quantiles);
    for (size_t i = 0; i < QUANTILES; i++)
        row_number(row, columns[i], quantiles[i]);
}

/* Accuracy of the network at the posterior mean on the validation split. */
static enum status validate(struct trainer *trainer, double *accuracy, struct error *error)
{
    struct prediction prediction;
    enum status status = prediction_alloc(1, trainer->validation.count, trainer->run->kind->classes,
                                          trainer->validation.labels, &prediction, error);
    if (status != STATUS_OK)
        return status;
    status = predict(&trainer->predictor, PREDICT_AT_MEAN, NULL, trainer->run->seed, trainer->validation.x, &prediction,
                     error);
    if (status == STATUS_OK)
        *accuracy = metric_of(METRIC_accuracy, &prediction);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "validation items, step %zu: ", trainer->state.step);
    prediction_free(&prediction);
    return status;
}

/* A row for each tensor. A training that an older version began without them continues without them: curves that begin
 * in the middle could not be averaged with others. */
static enum status record_layers(struct trainer *trainer, size_t epoch, const float *sigma, float *kept,
                                 struct error *error)
{
    const struct posterior *posterior = trainer->posterior;
    enum status status = STATUS_OK;
    if (epoch > 0 && table_rows(trainer->layer_table) == 0 && !trainer->run->method->functions->finish)
        return STATUS_OK;
    for (size_t t = 0; t < posterior->tensor_count && status == STATUS_OK; t++) {
        struct row row = row_begin(trainer->run, "sigma_layers");
        row_text(&row, "layer", posterior->tensors[t].layer_name);
        row_text(&row, "part", tensor_is_bias(&posterior->tensors[t]) ? "biases" : "weights");
        row_number(&row, "epoch", (double)epoch);
        set_quantiles(&row, posterior, t, t + 1, TENSOR_QUANTILE_WEIGHTS, sigma, kept);
        row_number(&row, "parameters", (double)posterior->tensors[t].count);
        row_number(&row, "prior_sigma", trainer->run->config.posterior.prior_sigma);
        status = row_store(&row, trainer->layer_table, error);
    }
    return status;
}

enum status trainer_record_sigma(struct trainer *trainer, size_t epoch, double *median, struct error *error)
{
    const struct posterior *posterior = trainer->posterior;
    float *sigma = memory_alloc(posterior->size, 2 * sizeof *sigma, error);
    if (!sigma)
        return STATUS_NO_MEMORY;
    float *kept = sigma + posterior->size;
    posterior_sigma(posterior, sigma);
    struct row row = row_begin(trainer->run, "sigma");
    row_number(&row, "epoch", (double)epoch);
    set_quantiles(&row, posterior, 0, posterior->tensor_count, QUANTILE_WEIGHTS, sigma, kept);
    *median = row_get_number(&row, "q50");
    enum status status = row_store(&row, trainer->sigma_table, error);
    if (status == STATUS_OK)
        status = record_layers(trainer, epoch, sigma, kept, error);
    memory_free(sigma);
    return status;
}

enum status trainer_record_epoch(struct trainer *trainer, size_t epoch, struct error *error)
{
    struct train_state *state = &trainer->state;
    double median = NAN, accuracy = NAN;
    enum status status = STATUS_OK;
    if (trainer->run->method->has_sigma && !trainer->run->method->functions->finish)
        status = trainer_record_sigma(trainer, epoch, &median, error);
    if (status != STATUS_OK || epoch == 0)
        return status;
    status = validate(trainer, &accuracy, error);
    if (status != STATUS_OK)
        return status;
    struct row row = row_begin(trainer->run, "train");
    row_number(&row, "epoch", (double)epoch);
    row_number(&row, "loss", state->loss_sum / (double)state->steps_in_epoch);
    row_number(&row, "nll", state->nll_sum / (double)state->steps_in_epoch);
    row_number(&row, "kl", state->kl_sum / (double)state->steps_in_epoch);
    row_number(&row, "accuracy_train", (double)state->correct / (double)state->items);
    row_number(&row, "accuracy_val", accuracy);
    row_number(&row, "sigma_median", median);
    row_number(&row, "seconds", state->seconds);
    state->loss_sum = state->nll_sum = state->kl_sum = 0;
    state->correct = state->items = state->steps_in_epoch = 0;
    return row_store(&row, trainer->train_table, error);
}

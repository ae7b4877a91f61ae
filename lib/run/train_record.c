/* lib/run/train_record.c: what training writes down at the end of an epoch. */
#include <math.h>

#include "core/memory.h"
#include "core/stats.h"
#include "run/trainer.h"

/* Quantiles over so many evenly spaced weights are exact enough to draw (their standard error is below 0.2 percentage
 * points of probability) and cost nothing beside an epoch. */
enum { QUANTILE_WEIGHTS = 65536, QUANTILES = 5 };

/* The 5, 25, 50, 75 and 95 % quantiles of sigma over all weights and biases. */
static enum status sigma_quantiles(const struct posterior *posterior, double quantiles[QUANTILES], struct error *error)
{
    static const double levels[QUANTILES] = {.05, .25, .5, .75, .95};
    float *sigma = memory_alloc(posterior->size, sizeof *sigma, error);
    if (!sigma)
        return STATUS_NO_MEMORY;
    posterior_sigma(posterior, sigma);
    size_t stride = posterior->parameters / QUANTILE_WEIGHTS + 1, seen = 0, kept = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = 0; i < tensor->count; i++) {
            if (seen++ % stride == 0)
                sigma[kept++] = sigma[tensor->offset + i]; /* kept <= offset + i: never ahead of the reader */
        }
    }
    stats_quantiles(sigma, kept, levels, QUANTILES, quantiles);
    memory_free(sigma);
    return STATUS_OK;
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
        *accuracy = metric_accuracy(&prediction);
    if (status == STATUS_NOT_FINITE)
        (void)error_context(error, "validation items, step %lld: ", (long long)trainer->state.step);
    prediction_free(&prediction);
    return status;
}

static enum status record_sigma(struct trainer *trainer, size_t epoch, double *median, struct error *error)
{
    static const char *const columns[QUANTILES] = {"q05", "q25", "q50", "q75", "q95"};
    double quantiles[QUANTILES];
    enum status status = sigma_quantiles(trainer->posterior, quantiles, error);
    if (status != STATUS_OK)
        return status;
    struct row row = row_begin(trainer->run, "sigma");
    row_number(&row, "epoch", (double)epoch);
    for (size_t i = 0; i < QUANTILES; i++)
        row_number(&row, columns[i], quantiles[i]);
    *median = quantiles[2];
    return row_store(&row, trainer->sigma_table, error);
}

enum status trainer_record_epoch(struct trainer *trainer, size_t epoch, struct error *error)
{
    struct train_state *state = &trainer->state;
    double median = NAN, accuracy = NAN;
    enum status status = STATUS_OK;
    if (trainer->run->method->has_sigma)
        status = record_sigma(trainer, epoch, &median, error);
    if (status != STATUS_OK || epoch == 0)
        return status;
    status = validate(trainer, &accuracy, error);
    if (status != STATUS_OK)
        return status;
    struct row row = row_begin(trainer->run, "train");
    row_number(&row, "epoch", (double)epoch);
    row_number(&row, "loss", state->loss_sum / state->steps_in_epoch);
    row_number(&row, "nll", state->nll_sum / state->steps_in_epoch);
    row_number(&row, "kl", state->kl_sum / state->steps_in_epoch);
    row_number(&row, "accuracy_train", state->correct / state->items);
    row_number(&row, "accuracy_val", accuracy);
    row_number(&row, "sigma_median", median);
    row_number(&row, "seconds", state->seconds);
    state->loss_sum = state->nll_sum = state->kl_sum = state->correct = state->items = state->steps_in_epoch = 0;
    return row_store(&row, trainer->train_table, error);
}

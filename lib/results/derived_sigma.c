/* lib/results/derived_sigma.c: the sigmas that a run ended with, layer by layer. */
#include <math.h>

#include "core/memory.h"
#include "results/derived.h"

derive_fn derive_sigma_histogram;

/* Bins of equal ratio, the same for all runs of a prior, so that they can be averaged: from a thousandth of the prior's
 * sigma to ten times it. Values beyond count in the outermost ones. */
enum { BINS_PER_DECADE = 20, DECADES_BELOW = 3, DECADES_ABOVE = 1 };
enum { SIGMA_BINS = BINS_PER_DECADE * (DECADES_BELOW + DECADES_ABOVE) };

static enum status add_tensor(const struct run_file *file, const struct tensor *tensor, const float *sigma,
                              double prior_sigma, struct table *rows, struct error *error)
{
    size_t bins[SIGMA_BINS] = {0};
    for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
        double bin = floor((log10((double)sigma[i] / prior_sigma) + DECADES_BELOW) * BINS_PER_DECADE);
        bins[(size_t)fmin(fmax(bin, 0), SIGMA_BINS - 1)]++;
    }
    enum status status = STATUS_OK;
    for (size_t bin = 0; bin < SIGMA_BINS && status == STATUS_OK; bin++) {
        struct row row = run_file_row(file, table_kind_of(rows));
        row_text(&row, "layer", tensor->layer_name);
        row_text(&row, "part", tensor_is_bias(tensor) ? "biases" : "weights");
        row_number(&row, "sigma", prior_sigma * pow(10, ((double)bin + .5) / BINS_PER_DECADE - DECADES_BELOW));
        row_number(&row, "share", (double)bins[bin] / (double)tensor->count);
        row_number(&row, "count", (double)bins[bin]);
        row_number(&row, "prior_sigma", prior_sigma);
        status = table_add(rows, row.cells, error);
    }
    return status;
}

static enum status add_tensors(const struct run_file *file, const struct trained *trained, const struct config *config,
                               const float *sigma, struct table *rows, struct error *error)
{
    const struct posterior *posterior = trained->posterior;
    enum status status = STATUS_OK;
    for (size_t t = 0; t < posterior->tensor_count && status == STATUS_OK; t++)
        status = add_tensor(file, &posterior->tensors[t], sigma, config->posterior.prior_sigma, rows, error);
    return status;
}

enum status derive_sigma_histogram(const struct run_file *file, struct table *rows, struct error *error)
{
    return derived_of_sigma(file, add_tensors, rows, error);
}

enum status derived_of_sigma(const struct run_file *file, sigma_rows_fn *add, struct table *rows, struct error *error)
{
    struct trained trained = {0};
    struct config config;
    float *sigma = NULL;
    bool there;
    enum status status = run_file_trained(file, &config, &trained, &there, error);
    if (!there)
        return status;
    if (status == STATUS_OK && trained.posterior->method->has_sigma) {
        sigma = memory_alloc(trained.posterior->size, sizeof *sigma, error);
        status = sigma ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (sigma) {
        posterior_sigma(trained.posterior, sigma);
        status = add(file, &trained, &config, sigma, rows, error);
    }
    memory_free(sigma);
    trained_free(&trained);
    return status;
}

/* lib/results/derived_description.c: how many bits describe the training labels, given the items. A network that is
 * trained by the ELBO is a code (Hinton and van Camp 1993, "Keeping the neural networks simple by minimizing the
 * description length of the weights", COLT): its weights cost KL(posterior || prior), since drawn noise can be
 * recovered, and the labels -log p (Shannon 1948), both in nats divided by ln 2. That holds at temperature 1 and for
 * methods with a sigma; a point estimate's weights have no length of their own. Without a network each of N labels of K
 * classes costs log2 K.
 *
 * A pruned network also says which weights stay: k of n candidates in n H(k/n) bits. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "core/stats.h"
#include "embed/compact.h"
#include "embed/model_file.h"
#include "results/derived.h"
#include "run/tables.h"

derive_fn derive_description;

static const double NAT = 1.4426950408889634; /* bits: 1 / ln 2 */

/* What is the same for every row. */
struct describer {
    const struct run_file *file;
    struct config config;
    struct trained trained;
    const struct prior_kind *prior;
    struct ranking ranking;
    float *sigma, *keep; /* [posterior size] */
    double items;        /* trained on */
    size_t classes;
};

static enum status add_row(const struct describer *describer, struct row *row, double weights, double labels,
                           struct table *rows, struct error *error)
{
    double mask = row_get_number(row, "bits_mask");
    row_number(row, "bits_weights", weights);
    row_number(row, "bits_labels", labels);
    row_number(row, "bits", weights + mask + labels);
    row_number(row, "bits_uniform", describer->items * log2((double)describer->classes));
    row_number(row, "temperature", describer->config.posterior.temperature);
    return table_add(rows, row->cells, error);
}

/* Epoch by epoch, as the table `train` has it: means over the epoch's steps. */
static enum status add_epochs(const struct describer *describer, struct table *rows, struct error *error)
{
    struct table *train = table_create(table_find("train"), error);
    enum status status = train ? table_load_if_there(train, describer->file->store, error) : STATUS_NO_MEMORY;
    for (size_t r = 0; r < table_rows(train) && status == STATUS_OK; r++) {
        struct row row = run_file_row(describer->file, table_kind_of(rows));
        row_text(&row, "stage", "epoch");
        row_number(&row, "epoch", table_number(train, r, "epoch"));
        row_number(&row, "fraction", 0);
        row_number(&row, "bits_mask", 0);
        status = add_row(describer, &row, NAT * table_number(train, r, "kl"),
                         NAT * describer->items * table_number(train, r, "nll"), rows, error);
    }
    table_free(train);
    return status;
}

/* KL(posterior || prior) of what stays, in bits; NaN if it has no closed form. */
static double weight_bits(const struct describer *describer)
{
    const struct posterior *posterior = describer->trained.posterior;
    const struct prior prior = prior_of(&describer->config, describer->prior);
    double nats = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            if (describer->keep[i] > 0)
                nats += prior_kl(&prior, (double)posterior->mu[i], (double)describer->sigma[i]);
        }
    }
    return NAT * nats;
}

/* Which of the groups are gone. */
static double mask_bits(size_t count, size_t removed)
{
    const double p = (double)removed / (double)count;
    return removed == 0 || removed == count ? 0 : -(double)count * (p * log2(p) + (1 - p) * log2(1 - p));
}

/* The labels of all training items, extrapolated from those that the network with `fraction` removed predicted; NaN
 * without any. */
static enum status label_bits(const struct describer *describer, double fraction, double *bits, struct error *error)
{
    struct stored fit;
    char object[64] = "/fit";
    bool there;
    *bits = NAN;
    if (fraction > 0)
        (void)snprintf(object, sizeof object, "/pruned/%g/fit", fraction);
    enum status status = run_file_stored_if_there(describer->file, object, &fit, &there, error);
    if (status == STATUS_OK && there && fit.sampled_nll) {
        double sum = 0;
        for (size_t i = 0; i < fit.items; i++)
            sum += (double)fit.sampled_nll[i];
        *bits = NAT * sum / (double)fit.items * describer->items;
    }
    stored_free(&fit);
    return status;
}

/* The bits of the file that `tenth export --posterior variance --number fp16` writes for what stays; NaN if it would
 * refuse. */
static enum status file_bits(const struct describer *describer, double *bits, struct error *error)
{
    const struct model_options options = {.posterior = MODEL_VARIANCE};
    const struct trained *trained = &describer->trained;
    struct byte_writer out = {0};
    struct model *model = NULL;
    struct error why = {0};
    size_t removed;
    *bits = NAN;
    enum status status = model_make(trained->posterior, trained->network, describer->keep, &options, &model, &why);
    if (status == STATUS_OK)
        status = model_compact(model, &removed, &why);
    if (status == STATUS_OK)
        status = model_round(model, MODEL_FP16, &why);
    if (status == STATUS_OK)
        status = model_encode(model, &out, &why);
    if (status == STATUS_OK)
        *bits = 8 * (double)out.used;
    bytes_free(&out);
    model_free(model);
    if (status == STATUS_UNSUPPORTED)
        return STATUS_OK;
    return status == STATUS_OK ? STATUS_OK : error_set(error, status, "%s", why.message);
}

static enum status add_fraction(const struct describer *describer, double fraction, struct table *rows,
                                struct error *error)
{
    const struct ranking *ranking = &describer->ranking;
    const size_t removed = ranking_removed_by_fraction(ranking, fraction);
    double labels, in_file;
    ranking_keep(ranking, removed, describer->keep);
    enum status status = label_bits(describer, fraction, &labels, error);
    if (status == STATUS_OK)
        status = file_bits(describer, &in_file, error);
    if (status != STATUS_OK)
        return status;
    struct row row = run_file_row(describer->file, table_kind_of(rows));
    row_text(&row, "stage", "pruned");
    row_number(&row, "fraction", fraction);
    row_number(&row, "bits_mask", mask_bits(ranking_groups(ranking, ranking->count), ranking_groups(ranking, removed)));
    row_number(&row, "bits_file", in_file);
    return add_row(describer, &row, weight_bits(describer), labels, rows, error);
}

static enum status add_fractions(const struct describer *describer, struct table *rows, struct error *error)
{
    double *fractions = NULL;
    size_t count = 0;
    enum status status = add_fraction(describer, 0, rows, error);
    if (status == STATUS_OK)
        status = run_file_pruned(describer->file, &fractions, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_fraction(describer, fractions[i], rows, error);
    memory_free(fractions);
    return status;
}

/* *there is false, with nothing to describe, if the run is not trained. */
static enum status describer_open(struct describer *describer, const struct run_file *file, bool *there,
                                  struct error *error)
{
    size_t rank, shape[STORE_RANK_MAX];
    describer->file = file;
    enum status status = run_file_trained(file, &describer->config, &describer->trained, there, error);
    if (!*there)
        return status;
    if (status == STATUS_OK) {
        describer->prior = prior_find(describer->config.posterior.prior, error);
        status = describer->prior ? STATUS_OK : STATUS_UNSUPPORTED;
    }
    if (status == STATUS_OK)
        status = store_shape(file->store, "/split/train", &rank, shape, error);
    const struct dataset_kind *kind = file->kind ? file->kind : dataset_find(file->dataset, error);
    if (status != STATUS_OK || !kind)
        return status != STATUS_OK ? status : STATUS_UNSUPPORTED;
    const struct posterior *posterior = describer->trained.posterior;
    describer->items = (double)shape[0];
    describer->classes = kind->classes;
    describer->sigma = memory_alloc(posterior->size, sizeof(float), error);
    describer->keep = memory_alloc(posterior->size, sizeof(float), error);
    if (!describer->sigma || !describer->keep)
        return STATUS_NO_MEMORY;
    posterior_sigma(posterior, describer->sigma);
    const struct pruning_rule rule =
        pruning_rule_of(&describer->config, criterion_usual(posterior->method), file->seed);
    return ranking_make(posterior, &rule, &describer->ranking, error);
}

enum status derive_description(const struct run_file *file, struct table *rows, struct error *error)
{
    struct describer describer = {0};
    bool trained, split;
    const struct method *method = method_find(file->method, error);
    if (!method)
        return STATUS_UNSUPPORTED;
    enum status status = store_find(file->store, "/split/train", &split, error);
    if (!split || !method->has_sigma) /* of an older version, or a point estimate */
        return status;
    status = describer_open(&describer, file, &trained, error);
    if (!trained)
        return status;
    if (status == STATUS_OK)
        status = add_epochs(&describer, rows, error);
    if (status == STATUS_OK)
        status = add_fractions(&describer, rows, error);
    memory_free(describer.sigma);
    memory_free(describer.keep);
    ranking_free(&describer.ranking);
    trained_free(&describer.trained);
    return status;
}

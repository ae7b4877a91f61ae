/* lib/sweep/illustrate_weights.c: single weights of a trained network, and what pruning leaves. */
#include <math.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "core/size.h"
#include "run/ranked.h"
#include "run/tables.h"
#include "sweep/illustration.h"

enum { FILTERS_SHOWN = 32, BYTES_OF_VALUE = 4, BYTES_OF_PLACE = 2 };

/* Ranks single weights by a criterion, whatever goes as one in the run. */
static enum status rank_weights(const struct illustration *illustration, const struct criterion *criterion,
                                struct ranking *ranking, struct error *error)
{
    const struct run *run = illustration->run;
    struct pruning_rule rule = pruning_rule_of(&run->config, criterion, run->seed);
    rule.granularity = GRANULARITY_WEIGHT;
    *ranking = (struct ranking){0};
    return ranking_make(illustration->trained.posterior, &rule, ranking, error);
}

/* Ranks as the run does by the method's usual criterion. */
static enum status rank_usually(const struct illustration *illustration, struct ranking *ranking, struct error *error)
{
    const struct run *run = illustration->run;
    return run_rank(run, illustration->trained.posterior, criterion_usual(run->method), ranking, error);
}

/* share [posterior size]: the share of the ranked weights at which each one is removed. */
static void shares_fill(const struct ranking *ranking, double *share)
{
    for (size_t i = 0; i < ranking->count; i++)
        share[ranking->place[i]] = (double)(i + 1) / (double)ranking->count;
}

static enum status weight_add(struct illustration *illustration, const char *name, size_t place, float sigma,
                              const double *by_snr, const double *by_magnitude, struct error *error)
{
    const struct posterior *posterior = illustration->trained.posterior;
    const struct tensor *tensor = &posterior->tensors[posterior_tensor_of(posterior, place)];
    double mu = (double)posterior->mu[place], spread = (double)sigma, snr = fabs(mu) / spread;
    struct row row = row_begin(illustration->run, "weight_pair");
    row_text(&row, "weight", name);
    row_text(&row, "tensor", tensor->name);
    row_number(&row, "place", (double)(place - tensor->offset));
    row_number(&row, "mu", mu);
    row_number(&row, "sigma", spread);
    row_number(&row, "snr", snr);
    row_number(&row, "log_p0", -0.5 * snr * snr - log(sqrt(2 * acos(-1)) * spread));
    row_number(&row, "goes_by_snr", by_snr[place]);
    row_number(&row, "goes_by_magnitude", by_magnitude[place]);
    return row_store(&row, illustration_table(illustration, "weight_pair"), error);
}

/* Two weights that |mu| can hardly tell apart, since both are in the hundredth of all weights around the rank where it
 * removes 90 %: B, the one with the least sigma of these; A, the one with the largest sigma of those with the sign of
 * B's mu (of all if there is none), so that both lie on the same side of 0. */
static enum status pair_choose(struct illustration *illustration, const struct ranking *magnitude, const double *by_snr,
                               const double *by_magnitude, const float *sigma, struct error *error)
{
    const float *mu = illustration->trained.posterior->mu;
    const size_t middle = ranking_removed_by_fraction(magnitude, 0.9), reach = larger(1, magnitude->count / 100);
    const size_t first = middle > reach ? middle - reach : 0, end = smaller(magnitude->count, middle + reach);
    size_t narrow = magnitude->place[first], wide = SIZE_MAX, widest = SIZE_MAX;
    for (size_t i = first; i < end; i++)
        narrow = sigma[magnitude->place[i]] < sigma[narrow] ? magnitude->place[i] : narrow;
    for (size_t i = first; i < end; i++) {
        const size_t place = magnitude->place[i];
        if (place == narrow)
            continue;
        widest = widest == SIZE_MAX || sigma[place] > sigma[widest] ? place : widest;
        if ((mu[place] < 0) == (mu[narrow] < 0))
            wide = wide == SIZE_MAX || sigma[place] > sigma[wide] ? place : wide;
    }
    wide = wide == SIZE_MAX ? widest : wide;
    if (wide == SIZE_MAX)
        return STATUS_OK; /* a single weight is not a pair */
    enum status status = weight_add(illustration, "A", wide, sigma[wide], by_snr, by_magnitude, error);
    return status == STATUS_OK ? weight_add(illustration, "B", narrow, sigma[narrow], by_snr, by_magnitude, error)
                               : status;
}

static enum status pair_add(struct illustration *illustration, struct error *error)
{
    const struct posterior *posterior = illustration->trained.posterior;
    struct ranking snr = {0}, magnitude = {0};
    double *shares = memory_alloc(posterior->size, 2 * sizeof *shares, error);
    float *sigma = memory_alloc(posterior->size, sizeof *sigma, error);
    enum status status =
        shares && sigma ? rank_weights(illustration, criterion_find("snr", error), &snr, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = rank_weights(illustration, criterion_find("magnitude", error), &magnitude, error);
    if (status == STATUS_OK && snr.count > 0) {
        posterior_sigma(posterior, sigma);
        shares_fill(&snr, shares);
        shares_fill(&magnitude, shares + posterior->size);
        status = pair_choose(illustration, &magnitude, shares, shares + posterior->size, sigma, error);
    }
    ranking_free(&snr);
    ranking_free(&magnitude);
    memory_free(shares);
    memory_free(sigma);
    return status;
}

/* The first layer's first filters, with the means multiplied by `keep`; sigma [posterior size], or NULL for a method
 * without. Its weights are [kernel_h][kernel_w][c_in][c_out]. */
static enum status filters_add(struct illustration *illustration, double fraction, const float *keep,
                               const float *sigma, struct error *error)
{
    const struct posterior *posterior = illustration->trained.posterior;
    const struct tensor *tensor = &posterior->tensors[0];
    const size_t *shape = tensor->shape;
    size_t shown = smaller(shape[3], FILTERS_SHOWN);
    static const char *const columns[] = {"weight", "weight2", "weight3"}, *const sigmas[] = {"sigma", "sigma2",
                                                                                              "sigma3"};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < shown * shape[0] * shape[1] && status == STATUS_OK; i++) {
        size_t filter = i / (shape[0] * shape[1]), at = i % (shape[0] * shape[1]), y = at / shape[1];
        struct row row = row_begin(illustration->run, "filters");
        row_number(&row, "fraction", fraction);
        row_number(&row, "filter", (double)filter);
        row_number(&row, "row", (double)y);
        row_number(&row, "column", (double)(at % shape[1]));
        for (size_t channel = 0; channel < shape[2] && channel < 3; channel++) {
            size_t place = tensor->offset + (at * shape[2] + channel) * shape[3] + filter;
            row_number(&row, columns[channel], (double)(posterior->mu[place] * keep[place]));
            if (sigma)
                row_number(&row, sigmas[channel], (double)sigma[place]);
        }
        status = row_store(&row, illustration_table(illustration, "filters"), error);
    }
    return status;
}

static enum status filters_pruned(struct illustration *illustration, struct error *error)
{
    static const double fractions[] = {0, 0.9};
    const struct posterior *posterior = illustration->trained.posterior;
    struct ranking ranking = {0};
    float *keep = memory_alloc(posterior->size, sizeof *keep, error);
    float *sigma = memory_alloc(posterior->size, sizeof *sigma, error);
    enum status status = keep && sigma ? rank_usually(illustration, &ranking, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK && posterior->method->has_sigma)
        posterior_sigma(posterior, sigma);
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        ranking_keep(&ranking, ranking_removed_by_fraction(&ranking, fractions[i]), keep);
        status = filters_add(illustration, fractions[i], keep, posterior->method->has_sigma ? sigma : NULL, error);
    }
    ranking_free(&ranking);
    memory_free(sigma);
    memory_free(keep);
    return status;
}

enum status illustrate_weights(struct illustration *illustration, struct error *error)
{
    enum status status = STATUS_OK;
    if (tensor_is_kernels(&illustration->trained.posterior->tensors[0]))
        status = filters_pruned(illustration, error);
    return status == STATUS_OK && illustration->trained.posterior->method->has_sigma ? pair_add(illustration, error)
                                                                                     : status;
}

/* Memory with each remaining parameter as a 32-bit value, and each ranked weight with a 16-bit position unless whole
 * units go, which leave dense tensors. An ensemble costs the sum of its members. */
static void measure_kept(const struct illustration *illustration, const struct ranking *ranking, size_t removed,
                         const float *keep, struct row *row)
{
    const struct posterior *posterior = illustration->trained.posterior;
    const double places = ranking->granularity == GRANULARITY_WEIGHT ? (double)(ranking->count - removed) : 0;
    double values = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            values += (double)keep[i];
    }
    row_number(row, "parameters", (double)posterior->parameters);
    row_number(row, "kib_dense", (double)posterior->parameters * BYTES_OF_VALUE / 1024);
    row_number(row, "kib_sparse", (values * BYTES_OF_VALUE + places * BYTES_OF_PLACE) / 1024);
    row_number(row, "multiply_adds", trained_multiply_adds(&illustration->trained, keep));
}

static enum status footprint_add(struct illustration *illustration, const struct ranking *ranking,
                                 const struct table *pruned, float *keep, struct error *error)
{
    const char *criterion = criterion_usual(illustration->run->method)->name;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < table_rows(pruned) && status == STATUS_OK; i++) {
        if (strcmp(table_text(pruned, i, "criterion"), criterion) != 0 ||
            strcmp(table_text(pruned, i, "grid"), "fraction") != 0)
            continue;
        double fraction = table_number(pruned, i, "fraction");
        size_t removed = ranking_removed_by_fraction(ranking, fraction);
        ranking_keep(ranking, removed, keep);
        struct row row = row_begin(illustration->run, "footprint");
        row_text(&row, "criterion", criterion);
        row_number(&row, "fraction", fraction);
        row_number(&row, "accuracy", table_number(pruned, i, "accuracy"));
        measure_kept(illustration, ranking, removed, keep, &row);
        status = row_store(&row, illustration_table(illustration, "footprint"), error);
    }
    return status;
}

enum status illustrate_footprint(struct illustration *illustration, struct error *error)
{
    bool there;
    enum status status = store_find(illustration->store, "/tables/prune", &there, error);
    if (!there)
        return status;
    struct ranking ranking = {0};
    struct table *pruned = table_create(table_find("prune"), error);
    float *keep = memory_alloc(illustration->trained.posterior->size, sizeof *keep, error);
    status = pruned && keep ? table_load(pruned, illustration->store, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = rank_usually(illustration, &ranking, error);
    if (status == STATUS_OK)
        status = footprint_add(illustration, &ranking, pruned, keep, error);
    ranking_free(&ranking);
    memory_free(keep);
    table_free(pruned);
    return status;
}

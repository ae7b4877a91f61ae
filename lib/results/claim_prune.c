/* lib/results/claim_prune.c: claims about which weights can go, and what remains. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "results/claim_ask.h"
#include "run/checkpoint.h"
#include "run/tables.h"

/* ---- pruned networks, as they predict ---- */

/* Which test items are classified correctly with `fraction` removed by the method's usual criterion. */
static enum status pruned(const struct run_file *file, double fraction, struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    return scores_load(file, claim_object(fraction, "test", NULL, object), METRIC_accuracy, 0, 1, scores, error);
}

/* An accuracy with Wilson's interval, as in prune_band: the mean's interval would have no width if every item is
 * right. */
static void add_accuracy(const struct scores *right, struct finding *finding)
{
    double mean = stats_mean(right->value, right->count);
    if (!isnan(mean))
        finding_add_between(finding, mean, stats_wilson((size_t)llround(mean * (double)right->count), right->count));
}

/* Of a, or of a minus b, at the claim's fraction. */
enum status answer_pruned(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores a, b = {0};
    enum status status = pruned(question->a, question->claim->row->fraction, &a, error);
    if (status == STATUS_OK && question->b)
        status = pruned(question->b, question->claim->row->fraction, &b, error);
    if (question->b)
        return claim_add_difference(status, &a, &b, finding, error);
    if (status == STATUS_OK)
        add_accuracy(&a, finding);
    scores_free(&a);
    return status;
}

enum status answer_loss(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores before, after = {0};
    enum status status = pruned(question->a, 0, &before, error);
    if (status == STATUS_OK)
        status = pruned(question->a, question->claim->row->fraction, &after, error);
    return claim_add_difference(status, &before, &after, finding, error);
}

/* ---- one network, pruned in two ways ---- */

/* A point of a criterion's sweep, by its grid and, if that is of fractions, by the fraction that it removed. The
 * config's fraction and the true one differ by less than one weight of the network. SIZE_MAX: there is none. */
static enum status pruned_slice(const struct run_file *file, const char *criterion, const char *grid, double fraction,
                                size_t *slice, struct error *error)
{
    const double tolerance = 1e-3; /* one weight of a thousand */
    const struct table *rows;
    enum status status = asked_table(file, "prune", &rows, error);
    *slice = SIZE_MAX;
    if (status != STATUS_OK)
        return status;
    size_t place = 0;
    for (size_t r = 0; r < table_rows(rows); r++) {
        if (strcmp(table_text(rows, r, "criterion"), criterion) != 0)
            continue;
        bool there = strcmp(table_text(rows, r, "grid"), grid) == 0 &&
                     (isnan(fraction) || fabs(table_number(rows, r, "fraction") - fraction) < tolerance);
        if (there && *slice == SIZE_MAX)
            *slice = place;
        place++;
    }
    return STATUS_OK;
}

/* Which items the network at the mean weights gets right there. */
static enum status right_at_mean(const struct run_file *file, const char *criterion, const char *grid, double fraction,
                                 struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    size_t slice;
    *scores = (struct scores){0};
    enum status status = pruned_slice(file, criterion, grid, fraction, &slice, error);
    if (status != STATUS_OK || slice == SIZE_MAX)
        return status;
    (void)snprintf(object, sizeof object, "/prune/%.64s/right_at_mean", criterion);
    return scores_load(file, object, METRIC_accuracy, slice, slice + 1, scores, error);
}

/* By snr minus by another criterion, at the claim's fraction. */
static enum status by_snr_less(const struct question *question, const char *other, struct finding *finding,
                               struct error *error)
{
    struct scores snr, rest = {0};
    const double fraction = question->claim->row->fraction;
    enum status status = right_at_mean(question->a, "snr", "fraction", fraction, &snr, error);
    if (status == STATUS_OK)
        status = right_at_mean(question->a, other, "fraction", fraction, &rest, error);
    return claim_add_difference(status, &snr, &rest, finding, error);
}

enum status answer_over_magnitude(const struct question *question, struct finding *finding, struct error *error)
{
    return by_snr_less(question, "magnitude", finding, error);
}

enum status answer_over_layers(const struct question *question, struct finding *finding, struct error *error)
{
    return by_snr_less(question, "magnitude_layer", finding, error);
}

enum status answer_over_log_p0(const struct question *question, struct finding *finding, struct error *error)
{
    return by_snr_less(question, "log_p0", finding, error);
}

enum status answer_savage_dickey(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores whole, cut = {0};
    enum status status = right_at_mean(question->a, "log_p0", "fraction", 0, &whole, error);
    if (status == STATUS_OK)
        status = right_at_mean(question->a, "log_p0", "savage_dickey", NAN, &cut, error);
    return claim_add_difference(status, &whole, &cut, finding, error);
}

/* As the mean of the sampled networks, minus at the mean weights. */
enum status answer_averaging(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores mean, one = {0};
    enum status status = pruned(question->a, 0, &mean, error);
    if (status == STATUS_OK)
        status = right_at_mean(question->a, "snr", "fraction", 0, &one, error);
    memory_free(one.index); /* all test items, as of /test */
    one.index = NULL;
    memory_free(mean.index);
    mean.index = NULL;
    return claim_add_difference(status, &mean, &one, finding, error);
}

/* ---- sigmas ---- */

/* The median at the end of training; NaN while it goes on. */
static enum status last_median(const struct run_file *file, double fraction, double *median, struct error *error)
{
    bool in_training;
    (void)fraction;
    enum status status = checkpoint_find(file->store, &in_training, error);
    if (status != STATUS_OK || in_training)
        return status;
    struct table *rows = table_create(table_find("sigma"), error);
    status = rows ? table_load_if_there(rows, file->store, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK && table_rows(rows) > 0)
        *median = table_number(rows, table_rows(rows) - 1, "q50");
    table_free(rows);
    return status;
}

enum status answer_starts_meet(const struct question *question, struct finding *finding, struct error *error)
{
    double high = NAN, low = NAN;
    enum status status = asked_number(question->a, "median sigma without", 0, last_median, &high, error);
    if (status == STATUS_OK)
        status = asked_number(question->b, "median sigma without", 0, last_median, &low, error);
    if (status == STATUS_OK)
        finding_add(finding, high / low - 1, NAN);
    return status;
}

/* ---- memory and compute ---- */

static const double FLOAT_BYTES = 4;
struct cost {
    double bytes, multiply_adds;
};

/* Of a prediction with the weights in `keep` [size]: mu and sigma in 32 bits each, plus 16 bits for the position, which
 * biases do not need. */
static struct cost cost_of(const struct trained *trained, const float *keep)
{
    enum { VALUE_BYTES = 8, PLACE_BYTES = 2 };
    struct cost cost = {0, trained_multiply_adds(trained, keep)};
    for (size_t t = 0; t < trained->posterior->tensor_count; t++) {
        const struct tensor *tensor = &trained->posterior->tensors[t];
        double stays = 0;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            stays += (double)keep[i];
        cost.bytes += stays * (tensor_is_bias(tensor) ? VALUE_BYTES : VALUE_BYTES + PLACE_BYTES);
    }
    return cost;
}

/* What is left of both when `fraction` goes, over what the whole network would take as a point estimate, in floats and
 * one pass; NaN without a posterior. The run predicts by train.test_samples networks. */
static enum status cost_left(const struct run_file *file, double fraction, struct cost *left, struct error *error)
{
    struct trained trained = {0};
    struct config config;
    float *keep = NULL;
    *left = (struct cost){NAN, NAN};
    bool there;
    enum status status = run_file_trained(file, &config, &trained, &there, error);
    if (!there)
        return status;
    if (status == STATUS_OK) {
        const struct pruning_rule rule =
            pruning_rule_of(&config, criterion_usual(trained.posterior->method), file->seed);
        status = pruning_keep(trained.posterior, &rule, fraction, &keep, error);
    }
    if (status == STATUS_OK) {
        const struct cost rest = cost_of(&trained, keep);
        const double point = FLOAT_BYTES * (double)trained.posterior->parameters;
        *left = (struct cost){rest.bytes / point, (double)config.train.test_samples * rest.multiply_adds /
                                                      trained_multiply_adds(&trained, NULL)};
    }
    memory_free(keep);
    trained_free(&trained);
    return status;
}

static enum status bytes_left(const struct run_file *file, double fraction, double *left, struct error *error)
{
    struct cost cost;
    enum status status = cost_left(file, fraction, &cost, error);
    *left = cost.bytes;
    return status;
}

static enum status multiply_adds_left(const struct run_file *file, double fraction, double *left, struct error *error)
{
    struct cost cost;
    enum status status = cost_left(file, fraction, &cost, error);
    *left = cost.multiply_adds;
    return status;
}

static enum status answer_cost(const struct question *question, const char *name, asked_number_fn *make,
                               struct finding *finding, struct error *error)
{
    double left = NAN;
    enum status status = asked_number(question->a, name, question->claim->row->fraction, make, &left, error);
    finding_add(finding, left, NAN);
    return status;
}

enum status answer_memory(const struct question *question, struct finding *finding, struct error *error)
{
    return answer_cost(question, "bytes left at", bytes_left, finding, error);
}

enum status answer_compute(const struct question *question, struct finding *finding, struct error *error)
{
    return answer_cost(question, "multiply-adds left at", multiply_adds_left, finding, error);
}

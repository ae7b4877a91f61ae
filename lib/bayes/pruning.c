#include "bayes/pruning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Whether no weights of the tensor's network come after it: its units are the classes. */
static bool is_last(const struct posterior *posterior, size_t tensor)
{
    const size_t members = posterior->members > 1 ? posterior->members : 1;
    const size_t each = posterior->tensor_count / members;
    for (size_t t = tensor + 1; t % each != 0; t++) {
        if (!tensor_is_bias(&posterior->tensors[t]))
            return false;
    }
    return true;
}

static bool is_candidate(const struct ranking *ranking, size_t tensor)
{
    const struct tensor *tensors = ranking->posterior->tensors;
    if (ranking->granularity == GRANULARITY_UNIT)
        return !tensor_is_bias(&tensors[tensor]) && !is_last(ranking->posterior, tensor);
    return ranking->biases || !tensor_is_bias(&tensors[tensor]);
}

/* ---- groups: element i of a tensor is in group i % groups ---- */

static size_t groups_of(const struct ranking *ranking, const struct tensor *tensor)
{
    return ranking->granularity == GRANULARITY_UNIT ? tensor->shape[tensor->rank - 1] : tensor->count;
}

static bool same_group(const struct ranking *ranking, size_t a, size_t b)
{
    const size_t t = posterior_tensor_of(ranking->posterior, a);
    if (t != posterior_tensor_of(ranking->posterior, b))
        return false;
    const struct tensor *tensor = &ranking->posterior->tensors[t];
    const size_t groups = groups_of(ranking, tensor);
    return (a - tensor->offset) % groups == (b - tensor->offset) % groups;
}

/* Gives each member the mean of its group's scores. */
static void average_groups(size_t count, size_t groups, float *score)
{
    const size_t members = count / groups;
    for (size_t group = 0; group < groups; group++) {
        double sum = 0;
        for (size_t i = group; i < count; i += groups)
            sum += (double)score[i];
        for (size_t i = group; i < count; i += groups)
            score[i] = (float)(sum / (double)members);
    }
}

/* A group for sorting. `key` ascends in the order of removal; `first` is its first member's place. */
struct group {
    float key;
    uint32_t first;
};

static int compare_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Scores tensor by tensor into `score`, laid out like mu. */
static enum status score_all(const struct ranking *ranking, const struct pruning_rule *rule, float *score,
                             struct error *error)
{
    const struct posterior *posterior = ranking->posterior;
    float *sigma = NULL;
    enum status status = STATUS_OK;
    if (ranking->criterion->needs & NEEDS_SIGMA && posterior->method->has_sigma) {
        sigma = memory_alloc(posterior->size, sizeof *sigma, error);
        if (!sigma)
            return STATUS_NO_MEMORY;
        posterior_sigma(posterior, sigma);
    }
    for (size_t t = 0; t < posterior->tensor_count && status == STATUS_OK; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        if (!is_candidate(ranking, t))
            continue;
        const struct scoring scoring = {.tensor = tensor,
                                        .mu = posterior->mu + tensor->offset,
                                        .sigma = sigma ? sigma + tensor->offset : NULL,
                                        .prior_sigma = rule->prior_sigma,
                                        .gradient = rule->gradient ? rule->gradient + tensor->offset : NULL,
                                        .key = random_key(rule->seed, PURPOSE_CRITERION, 0, t),
                                        .groups = groups_of(ranking, tensor)};
        status = criterion_score(ranking->criterion, &scoring, score + tensor->offset, error);
        if (status == STATUS_OK)
            average_groups(tensor->count, scoring.groups, score + tensor->offset);
    }
    memory_free(sigma);
    return status;
}

static void sort_groups(struct ranking *ranking, const float *score, struct group *groups)
{
    const struct posterior *posterior = ranking->posterior;
    float sign = ranking->criterion->order == PRUNE_LOWEST_FIRST ? 1.0F : -1.0F;
    size_t n = 0, count = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        const size_t end = tensor->offset + (is_candidate(ranking, t) ? groups_of(ranking, tensor) : 0);
        for (size_t first = tensor->offset; first < end; first++)
            groups[n++] = (struct group){sign * score[first], (uint32_t)first};
    }
    qsort(groups, n, sizeof *groups, compare_groups);
    for (size_t i = 0; i < n; i++) {
        const struct tensor *tensor = &posterior->tensors[posterior_tensor_of(posterior, groups[i].first)];
        const size_t end = tensor->offset + tensor->count, step = groups_of(ranking, tensor);
        for (size_t place = groups[i].first; place < end; place += step) {
            ranking->place[count] = (uint32_t)place;
            ranking->score[count++] = score[place];
        }
    }
}

enum status ranking_make(const struct posterior *posterior, const struct pruning_rule *rule, struct ranking *ranking,
                         struct error *error)
{
    size_t group_count = 0;
    *ranking = (struct ranking){
        .criterion = rule->criterion, .posterior = posterior, .granularity = rule->granularity, .biases = rule->biases};
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        ranking->count += is_candidate(ranking, t) ? posterior->tensors[t].count : 0;
        group_count += is_candidate(ranking, t) ? groups_of(ranking, &posterior->tensors[t]) : 0;
    }
    if (ranking->granularity == GRANULARITY_UNIT && group_count == 0) {
        (void)error_set(error, STATUS_UNSUPPORTED,
                        "the network has no units but its classes, which stay; prune single weights");
        return STATUS_UNSUPPORTED;
    }
    enum status status = STATUS_NO_MEMORY;
    float *score = memory_alloc(posterior->size, sizeof *score, error);
    struct group *groups = memory_alloc(group_count, sizeof *groups, error);
    ranking->place = memory_alloc(ranking->count, sizeof *ranking->place, error);
    ranking->score = memory_alloc(ranking->count, sizeof *ranking->score, error);
    if (score && groups && ranking->place && ranking->score)
        status = score_all(ranking, rule, score, error);
    if (status == STATUS_OK)
        sort_groups(ranking, score, groups);
    else
        ranking_free(ranking);
    memory_free(groups);
    memory_free(score);
    return status;
}

void ranking_free(struct ranking *ranking)
{
    memory_free(ranking->place);
    memory_free(ranking->score);
    *ranking = (struct ranking){0};
}

size_t ranking_removed_by_fraction(const struct ranking *ranking, double fraction)
{
    size_t removed = (size_t)llround(fraction * (double)ranking->count);
    while (removed > 0 && removed < ranking->count &&
           same_group(ranking, ranking->place[removed - 1], ranking->place[removed]))
        removed--;
    return removed;
}

size_t ranking_removed_by_threshold(const struct ranking *ranking, double threshold)
{
    size_t low = 0, high = ranking->count; /* scores descend: log p(0) removes the highest first */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)ranking->score[middle] > threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t ranking_groups(const struct ranking *ranking, size_t removed)
{
    size_t groups = 0;
    for (size_t i = 0; i < removed; i++)
        groups += i == 0 || !same_group(ranking, ranking->place[i - 1], ranking->place[i]);
    return groups;
}

/* Removes the bias of the unit that a weight leads into. A layer's biases stand after its weights. */
static void drop_bias(const struct ranking *ranking, size_t place, float *keep)
{
    const struct posterior *posterior = ranking->posterior;
    const size_t t = posterior_tensor_of(posterior, place);
    const struct tensor *weights = &posterior->tensors[t], *biases = weights + 1;
    if (t + 1 < posterior->tensor_count && tensor_is_bias(biases))
        keep[biases->offset + (place - weights->offset) % groups_of(ranking, weights)] = 0;
}

void ranking_keep(const struct ranking *ranking, size_t removed, float *keep)
{
    for (size_t i = 0; i < ranking->posterior->size; i++)
        keep[i] = 1;
    for (size_t i = 0; i < removed; i++) {
        keep[ranking->place[i]] = 0;
        if (ranking->granularity == GRANULARITY_UNIT)
            drop_bias(ranking, ranking->place[i], keep);
    }
}

enum status ranking_keep_fraction(const struct ranking *ranking, double fraction, float **keep, struct error *error)
{
    *keep = memory_alloc(ranking->posterior->size, sizeof **keep, error);
    if (!*keep)
        return STATUS_NO_MEMORY;
    ranking_keep(ranking, ranking_removed_by_fraction(ranking, fraction), *keep);
    return STATUS_OK;
}

enum status pruning_keep(const struct posterior *posterior, const struct pruning_rule *rule, double fraction,
                         float **keep, struct error *error)
{
    struct ranking ranking;
    *keep = NULL;
    enum status status = ranking_make(posterior, rule, &ranking, error);
    if (status != STATUS_OK)
        return status;
    status = ranking_keep_fraction(&ranking, fraction, keep, error);
    ranking_free(&ranking);
    return status;
}

double ranking_tensor_mean(const struct ranking *ranking, size_t removed)
{
    const struct posterior *posterior = ranking->posterior;
    double sum = 0;
    size_t tensors = 0;
    for (size_t i = 0; i < removed; i++)
        sum += 1.0 / (double)posterior->tensors[posterior_tensor_of(posterior, ranking->place[i])].count;
    for (size_t t = 0; t < posterior->tensor_count; t++)
        tensors += is_candidate(ranking, t);
    return sum / (double)tensors;
}

#include "bayes/pruning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static bool is_candidate(const struct ranking *ranking, size_t tensor)
{
    return ranking->biases || !tensor_is_bias(&ranking->posterior->tensors[tensor]);
}

/* A candidate for sorting. `key` ascends in the order of removal. */
struct candidate {
    float key;
    uint32_t place;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Scores tensor by tensor into `score`, laid out like mu. */
static enum status score_all(const struct ranking *ranking, uint64_t seed, float *score, struct error *error)
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
        const struct scoring scoring = {.tensor = tensor,
                                        .mu = posterior->mu + tensor->offset,
                                        .sigma = sigma ? sigma + tensor->offset : NULL,
                                        .key = random_key(seed, PURPOSE_CRITERION, 0, t)};
        if (is_candidate(ranking, t))
            status = criterion_score(ranking->criterion, &scoring, score + tensor->offset, error);
    }
    memory_free(sigma);
    return status;
}

static void sort_candidates(struct ranking *ranking, const float *score, struct candidate *candidates)
{
    const struct posterior *posterior = ranking->posterior;
    float sign = ranking->criterion->order == PRUNE_LOWEST_FIRST ? 1.0F : -1.0F;
    size_t n = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = 0; is_candidate(ranking, t) && i < tensor->count; i++) {
            size_t place = tensor->offset + i;
            candidates[n++] = (struct candidate){sign * score[place], (uint32_t)place};
        }
    }
    qsort(candidates, n, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < n; i++) {
        ranking->place[i] = candidates[i].place;
        ranking->score[i] = score[candidates[i].place];
    }
}

enum status ranking_make(const struct posterior *posterior, const struct criterion *criterion, bool biases,
                         uint64_t seed, struct ranking *ranking, struct error *error)
{
    *ranking = (struct ranking){.criterion = criterion, .posterior = posterior, .biases = biases};
    for (size_t t = 0; t < posterior->tensor_count; t++)
        ranking->count += is_candidate(ranking, t) ? posterior->tensors[t].count : 0;
    enum status status = STATUS_NO_MEMORY;
    float *score = memory_alloc(posterior->size, sizeof *score, error);
    struct candidate *candidates = memory_alloc(ranking->count, sizeof *candidates, error);
    ranking->place = memory_alloc(ranking->count, sizeof *ranking->place, error);
    ranking->score = memory_alloc(ranking->count, sizeof *ranking->score, error);
    if (score && candidates && ranking->place && ranking->score)
        status = score_all(ranking, seed, score, error);
    if (status == STATUS_OK)
        sort_candidates(ranking, score, candidates);
    else
        ranking_free(ranking);
    memory_free(candidates);
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
    return (size_t)llround(fraction * (double)ranking->count);
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

void ranking_keep(const struct ranking *ranking, size_t removed, float *keep)
{
    for (size_t i = 0; i < ranking->posterior->size; i++)
        keep[i] = 1;
    for (size_t i = 0; i < removed; i++)
        keep[ranking->place[i]] = 0;
}

enum status pruning_keep(const struct posterior *posterior, const struct criterion *criterion, bool biases,
                         uint64_t seed, double fraction, float **keep, struct error *error)
{
    struct ranking ranking;
    *keep = NULL;
    enum status status = ranking_make(posterior, criterion, biases, seed, &ranking, error);
    if (status != STATUS_OK)
        return status;
    *keep = memory_alloc(posterior->size, sizeof **keep, error);
    if (*keep)
        ranking_keep(&ranking, ranking_removed_by_fraction(&ranking, fraction), *keep);
    ranking_free(&ranking);
    return *keep ? STATUS_OK : STATUS_NO_MEMORY;
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

#include "results/resampled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "compute/random.h"
#include "core/stats.h"

enum { ROUNDS = 200 };

void resampled_free(struct resampled *resampled)
{
    memory_free(resampled->score);
    memory_free(resampled->right);
    memory_free(resampled->order);
    *resampled = (struct resampled){0};
}

static size_t items_of(const struct resampled *resampled)
{
    return resampled->count[0] + (resampled->groups > 1 ? resampled->count[1] : 0);
}

struct placed_score {
    float score;
    uint32_t item;
};

static int compare_scores(const void *a, const void *b)
{
    const struct placed_score *x = a, *y = b;
    if (x->score < y->score || x->score > y->score)
        return x->score < y->score ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

enum status resampled_sort(struct resampled *resampled, struct error *error)
{
    const size_t items = items_of(resampled);
    struct placed_score *placed = memory_alloc(items, sizeof *placed, error);
    resampled->order = memory_alloc(items, sizeof *resampled->order, error);
    if (placed && resampled->order) {
        for (size_t i = 0; i < items; i++)
            placed[i] = (struct placed_score){resampled->score[i], (uint32_t)i};
        qsort(placed, items, sizeof *placed, compare_scores);
        for (size_t i = 0; i < items; i++)
            resampled->order[i] = placed[i].item;
    }
    const bool made = placed && resampled->order;
    memory_free(placed);
    return made ? STATUS_OK : STATUS_NO_MEMORY;
}

static double times_of(const double *times, size_t item)
{
    return times ? times[item] : 1;
}

/* As metric_ece, averaged over the slices. */
static double ece(const struct resampled *of, const double *times)
{
    double mean = 0;
    for (size_t slice = 0; slice < of->slices; slice++) {
        double off[ECE_BINS] = {0}, sum = 0, total = 0;
        for (size_t i = 0; i < of->count[0]; i++) {
            const double confidence = (double)of->score[slice * of->count[0] + i], weight = times_of(times, i);
            size_t bin = (size_t)(confidence * ECE_BINS);
            off[bin < ECE_BINS ? bin : ECE_BINS - 1] +=
                weight * ((double)of->right[slice * of->count[0] + i] - confidence);
            total += weight;
        }
        for (size_t bin = 0; bin < ECE_BINS; bin++)
            sum += fabs(off[bin]);
        mean += sum / total / (double)of->slices;
    }
    return mean;
}

/* How often an item of the second group has a higher score than one of the first, ties counting half. */
static double area(const struct resampled *of, const double *times)
{
    const size_t items = items_of(of);
    double below = 0, sum = 0, first = 0, second = 0;
    for (size_t i = 0; i < items;) {
        double tied[2] = {0};
        size_t end = i;
        for (; end < items && of->score[of->order[end]] == of->score[of->order[i]]; end++)
            tied[of->order[end] >= of->count[0]] += times_of(times, of->order[end]);
        sum += tied[1] * (below + tied[0] / 2);
        below += tied[0];
        first += tied[0];
        second += tied[1];
        i = end;
    }
    return sum / (first * second);
}

/* The least share that has to go, highest scores first and ties together, for the rest to have at most the allowed
 * share of errors. */
static double referral(const struct resampled *of, const double *times)
{
    const size_t items = of->count[0];
    double kept = 0, wrong = 0, best = 0, total = 0;
    for (size_t i = 0; i < items;) {
        size_t end = i;
        for (; end < items && of->score[of->order[end]] == of->score[of->order[i]]; end++) {
            const double weight = times_of(times, of->order[end]);
            kept += weight;
            wrong += of->right[of->order[end]] ? 0 : weight;
        }
        if (wrong <= of->allowed * kept)
            best = kept;
        i = end;
    }
    for (size_t i = 0; i < items; i++)
        total += times_of(times, i);
    return 1 - best / total;
}

double resampled_value(const struct resampled *resampled, const double *times)
{
    switch (resampled->what) {
    case RESAMPLED_ECE:
        return ece(resampled, times);
    case RESAMPLED_AREA:
        return area(resampled, times);
    default:
        return referral(resampled, times);
    }
}

/* As many items as there are, drawn with repetition, group by group. The draw depends only on the round and the
 * position.
 */
static void draw(const struct resampled *of, size_t round, double *times)
{
    size_t first = 0;
    memset(times, 0, items_of(of) * sizeof *times);
    for (size_t group = 0; group < of->groups; group++) {
        struct random_sequence sequence = random_sequence(random_key(0, PURPOSE_BOOTSTRAP, round, group));
        for (size_t i = 0; i < of->count[group]; i++)
            times[first + random_next_below(&sequence, (uint32_t)of->count[group])] += 1;
        first += of->count[group];
    }
}

enum status resampled_difference(const struct resampled *a, const struct resampled *b, double *value, double *half,
                                 struct error *error)
{
    const double normal = 1.959963984540054; /* the .975 quantile */
    double values[ROUNDS], *times = memory_alloc(items_of(a), sizeof *times, error), squares = 0;
    *value = *half = NAN;
    if (!times)
        return STATUS_NO_MEMORY;
    *value = resampled_value(a, NULL) - (b ? resampled_value(b, NULL) : 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        draw(a, round, times);
        values[round] = resampled_value(a, times) - (b ? resampled_value(b, times) : 0);
    }
    const double mean = stats_mean(values, ROUNDS);
    for (size_t round = 0; round < ROUNDS; round++)
        squares += (values[round] - mean) * (values[round] - mean);
    *half = normal * sqrt(squares / (ROUNDS - 1));
    memory_free(times);
    return STATUS_OK;
}

#include "run/item_scores.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "run/scaling.h"
#include "run/uncertainty.h"

static double score_of(const struct stored *stored, size_t slice, size_t item, enum score score)
{
    const float *p = stored->mean + (slice * stored->items + item) * stored->classes;
    const size_t label = stored->labels[item], predicted = probability_largest(p, stored->classes);
    switch (score) {
    case SCORE_RIGHT:
        return isnan(p[label]) ? NAN : predicted == label;
    case SCORE_NLL: /* bounded as metric_nll is */
        return -log(p[label] < FLT_MIN ? (double)FLT_MIN : (double)p[label]);
    case SCORE_CONFIDENCE:
        return (double)p[predicted];
    case SCORE_MUTUAL_INFORMATION:
        return mutual_information_of(stored, slice, item);
    default:
        return entropy_of(p, stored->classes);
    }
}

static enum status load_index(const struct run_file *file, struct item_scores *scores, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    (void)snprintf(name, sizeof name, "%.240s/items", scores->object);
    enum status status = store_find(file->store, name, &there, error);
    if (!there)
        return status;
    scores->index = memory_alloc(scores->items, sizeof *scores->index, error);
    return scores->index ? store_read_double(file->store, name, scores->items, scores->index, error) : STATUS_NO_MEMORY;
}

/* All scores of what is stored. */
static enum status take(const struct run_file *file, const struct stored *stored, struct item_scores *scores,
                        struct error *error)
{
    scores->slices = stored->slices;
    scores->items = stored->items;
    scores->there = true;
    for (size_t s = 0; s < SCORES; s++) {
        scores->value[s] = memory_alloc(size_multiply(stored->slices, stored->items), sizeof(float), error);
        if (!scores->value[s])
            return STATUS_NO_MEMORY;
        for (size_t slice = 0; slice < stored->slices; slice++) {
            for (size_t i = 0; i < stored->items; i++)
                scores->value[s][slice * stored->items + i] = (float)score_of(stored, slice, i, (enum score)s);
        }
    }
    return load_index(file, scores, error);
}

static enum status read_scores(const struct run_file *file, struct item_scores *scores, struct error *error)
{
    struct stored stored;
    double temperature = 1;
    bool there;
    enum status status = run_file_stored_if_there(file, scores->object, &stored, &there, error);
    if (status == STATUS_OK && there && scores->scaled)
        status = scaling_find(file, &temperature, error);
    if (status == STATUS_OK && there && scores->scaled && !isnan(temperature))
        scaling_apply(&stored, temperature);
    if (status == STATUS_OK && there && !isnan(temperature))
        status = take(file, &stored, scores, error);
    stored_free(&stored);
    return status;
}

enum status item_scores_find(const struct run_file *file, const char *object, bool scaled,
                             const struct item_scores **found, struct error *error)
{
    struct item_scores **list = file->scores;
    *found = NULL;
    for (const struct item_scores *scores = *list; scores; scores = scores->next) {
        if (scores->scaled == scaled && strcmp(scores->object, object) == 0) {
            *found = scores;
            return STATUS_OK;
        }
    }
    struct item_scores *scores = memory_alloc(1, sizeof *scores, error);
    if (!scores)
        return STATUS_NO_MEMORY;
    (void)snprintf(scores->object, sizeof scores->object, "%s", object);
    scores->scaled = scaled;
    enum status status = read_scores(file, scores, error);
    if (status != STATUS_OK) {
        item_scores_free(scores);
        return status;
    }
    scores->next = *list;
    *list = scores;
    *found = scores;
    return STATUS_OK;
}

void item_scores_free(struct item_scores *list)
{
    while (list) {
        struct item_scores *next = list->next;
        for (size_t s = 0; s < SCORES; s++)
            memory_free(list->value[s]);
        memory_free(list->index);
        memory_free(list);
        list = next;
    }
}

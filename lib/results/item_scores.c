#include "results/item_scores.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "results/scaling.h"
#include "results/uncertainty.h"

static const char AT_MEAN[] = "/right_at_mean";
static const char *const score_names[SCORES] = {[SCORE_RIGHT] = "right",
                                                [SCORE_NLL] = "nll",
                                                [SCORE_ENTROPY] = "entropy",
                                                [SCORE_MUTUAL_INFORMATION] = "mutual_information",
                                                [SCORE_CONFIDENCE] = "confidence"};

static double score_of(const struct stored *stored, size_t slice, size_t item, enum score score)
{
    const float *p = stored->mean + (slice * stored->items + item) * stored->classes;
    const size_t label = stored->labels[item], predicted = probability_largest(p, stored->classes);
    switch (score) {
    case SCORE_RIGHT:
        return isnan(p[label]) ? NAN : predicted == label;
    case SCORE_NLL: /* bounded like metric_nll */
        return -log(p[label] < FLT_MIN ? (double)FLT_MIN : (double)p[label]);
    case SCORE_CONFIDENCE:
        return (double)p[predicted];
    case SCORE_MUTUAL_INFORMATION:
        return mutual_information_of(stored, slice, item);
    default:
        return entropy_of(p, stored->classes);
    }
}

/* Room for one score that has not been asked for. */
static enum status score_alloc(struct item_scores *scores, enum score score, struct error *error)
{
    scores->value[score] = memory_alloc(size_multiply(scores->slices, scores->items), sizeof(float), error);
    scores->asked[score] = memory_alloc(scores->slices, sizeof(bool), error);
    return scores->value[score] && scores->asked[score] ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The array `name` [items], if the file has it. */
static enum status load_index(const struct run_file *file, const char *name, struct item_scores *scores,
                              struct error *error)
{
    bool there;
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
    char name[STORE_NAME_SIZE];
    scores->slices = stored->slices;
    scores->items = stored->items;
    scores->there = true;
    for (enum score s = 0; s < SCORES; s++) {
        enum status status = score_alloc(scores, s, error);
        if (status != STATUS_OK)
            return status;
        for (size_t slice = 0; slice < stored->slices; slice++) {
            for (size_t i = 0; i < stored->items; i++)
                scores->value[s][slice * stored->items + i] = (float)score_of(stored, slice, i, s);
        }
    }
    (void)snprintf(name, sizeof name, "%.240s/items", scores->object);
    return load_index(file, name, scores, error);
}

static enum status from_predictions(const struct run_file *file, struct item_scores *scores, struct error *error)
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

/* An array [slices][items] as one score; *there is false if the file has none. */
static enum status load_array(const struct run_file *file, const char *name, enum score score,
                              struct item_scores *scores, bool *there, struct error *error)
{
    size_t rank, shape[STORE_RANK_MAX];
    enum status status = store_find(file->store, name, there, error);
    if (!*there)
        return status;
    status = store_shape(file->store, name, &rank, shape, error);
    if (status == STATUS_OK && (rank != 2 || shape[0] == 0 || shape[1] == 0 ||
                                (scores->there && (shape[0] != scores->slices || shape[1] != scores->items))))
        return error_set(error, STATUS_DATA, "%s: %s has not the shape of a sweep; " STORE_REMEDY_CHANGED,
                         store_path(file->store), name);
    if (status != STATUS_OK)
        return status;
    scores->slices = shape[0];
    scores->items = shape[1];
    scores->there = true;
    status = score_alloc(scores, score, error);
    return status == STATUS_OK ? store_read_float(file->store, name, shape[0] * shape[1], scores->value[score], error)
                               : status;
}

static enum status from_array(const struct run_file *file, struct item_scores *scores, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    enum status status = load_array(file, scores->object, SCORE_RIGHT, scores, &there, error);
    if (!there || status != STATUS_OK)
        return status;
    (void)snprintf(name, sizeof name, "%.*s/items", (int)(strlen(scores->object) - strlen(AT_MEAN)), scores->object);
    return load_index(file, name, scores, error);
}

static bool is_at_mean(const char *object)
{
    const size_t length = strlen(object), end = strlen(AT_MEAN);
    return length > end && strcmp(object + length - end, AT_MEAN) == 0;
}

static void published_name(const struct item_scores *scores, const char *member, char name[STORE_NAME_SIZE])
{
    (void)snprintf(name, STORE_NAME_SIZE, "/asked%s%.200s/%s", scores->scaled ? "/scaled" : "", scores->object, member);
}

static enum status from_published(const struct run_file *file, struct item_scores *scores, struct error *error)
{
    char name[STORE_NAME_SIZE];
    enum status status = STATUS_OK;
    for (enum score s = 0; s < SCORES && status == STATUS_OK; s++) {
        bool there;
        published_name(scores, score_names[s], name);
        status = load_array(file, name, s, scores, &there, error);
    }
    published_name(scores, "items", name);
    return status == STATUS_OK && scores->there ? load_index(file, name, scores, error) : status;
}

enum status item_scores_read(const struct run_file *file, const char *object, bool scaled, bool published,
                             struct item_scores **scores, struct error *error)
{
    struct item_scores *read = memory_alloc(1, sizeof *read, error);
    *scores = NULL;
    if (!read)
        return STATUS_NO_MEMORY;
    (void)snprintf(read->object, sizeof read->object, "%s", object);
    read->scaled = scaled;
    enum status status = published            ? from_published(file, read, error)
                         : is_at_mean(object) ? from_array(file, read, error)
                                              : from_predictions(file, read, error);
    if (status == STATUS_OK)
        *scores = read;
    else
        item_scores_free(read);
    return status;
}

void item_scores_free(struct item_scores *list)
{
    while (list) {
        struct item_scores *next = list->next;
        for (size_t s = 0; s < SCORES; s++) {
            memory_free(list->value[s]);
            memory_free(list->asked[s]);
        }
        memory_free(list->index);
        memory_free(list);
        list = next;
    }
}

const float *item_scores_slice(struct item_scores *scores, enum score score, size_t slice)
{
    if (!scores->value[score])
        return NULL;
    scores->asked[score][slice] = true;
    return scores->value[score] + slice * scores->items;
}

/* Rounds to 12 bits, so that deflate has less to keep. A mean over a thousand items changes by a millionth of
 * itself. */
static float rounded(float value)
{
    const uint32_t dropped = 12, half = 1U << (dropped - 1);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isfinite(value))
        bits = (bits + half) & ~((1U << dropped) - 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static enum status publish_score(const struct item_scores *scores, enum score score, struct store *store,
                                 struct error *error)
{
    char name[STORE_NAME_SIZE];
    const size_t shape[2] = {scores->slices, scores->items};
    float *values = memory_alloc(size_multiply(shape[0], shape[1]), sizeof *values, error);
    if (!values)
        return STATUS_NO_MEMORY;
    for (size_t slice = 0; slice < shape[0]; slice++) {
        for (size_t i = slice * shape[1]; i < (slice + 1) * shape[1]; i++)
            values[i] = scores->asked[score][slice] ? rounded(scores->value[score][i]) : NAN;
    }
    published_name(scores, score_names[score], name);
    enum status status = store_write_float(store, name, 2, shape, values, error);
    memory_free(values);
    return status;
}

enum status item_scores_publish(const struct item_scores *scores, struct store *store, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool any_score = false;
    enum status status = STATUS_OK;
    for (enum score s = 0; s < SCORES && status == STATUS_OK; s++) {
        bool any = false;
        for (size_t slice = 0; scores->asked[s] && slice < scores->slices; slice++)
            any = any || scores->asked[s][slice];
        if (any)
            status = publish_score(scores, s, store, error);
        any_score = any_score || any;
    }
    if (status != STATUS_OK || !any_score || !scores->index)
        return status;
    published_name(scores, "items", name);
    return store_write_double(store, name, 1, &scores->items, scores->index, error);
}

#include "results/item_scores.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "results/scaling.h"

static const char AT_MEAN[] = "/right_at_mean";
/* The name of a metric's array in a published file; two were published under other names. */
static const char *published_metric(enum metric_id metric)
{
    size_t count;
    return metric == METRIC_accuracy       ? "right"
           : metric == METRIC_mean_softmax ? "confidence"
                                           : metrics(&count)[metric].name;
}

/* Room for one metric that has not been asked for. */
static enum status metric_alloc(struct item_scores *scores, enum metric_id metric, struct error *error)
{
    scores->value[metric] = memory_alloc(size_multiply(scores->slices, scores->items), sizeof(float), error);
    scores->asked[metric] = memory_alloc(scores->slices, sizeof(bool), error);
    return scores->value[metric] && scores->asked[metric] ? STATUS_OK : STATUS_NO_MEMORY;
}

static void metric_free(struct item_scores *scores, enum metric_id metric)
{
    memory_free(scores->value[metric]);
    memory_free(scores->asked[metric]);
    scores->value[metric] = NULL;
    scores->asked[metric] = NULL;
}

/* One metric of what is stored; nothing if the file has not what it needs. */
static enum status take_metric(const struct stored *stored, enum metric_id metric, struct item_scores *scores,
                               struct error *error)
{
    size_t count, known = 0;
    metric_of_item_fn *of_item = metrics(&count)[metric].of_item;
    enum status status = of_item ? metric_alloc(scores, metric, error) : STATUS_OK;
    for (size_t slice = 0; of_item && status == STATUS_OK && slice < stored->slices; slice++) {
        const struct prediction prediction = stored_slice(stored, slice);
        for (size_t i = 0; i < stored->items; i++) {
            const double value = of_item(&prediction, i);
            scores->value[metric][slice * stored->items + i] = (float)value;
            known += !isnan(value);
        }
    }
    if (status == STATUS_OK && known == 0)
        metric_free(scores, metric);
    return status;
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

/* All metrics of what is stored. */
static enum status take(const struct run_file *file, const struct stored *stored, struct item_scores *scores,
                        struct error *error)
{
    char name[STORE_NAME_SIZE];
    scores->slices = stored->slices;
    scores->items = stored->items;
    scores->there = true;
    for (enum metric_id m = 0; m < METRICS; m++) {
        enum status status = take_metric(stored, m, scores, error);
        if (status != STATUS_OK)
            return status;
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

/* An array [slices][items] as one metric; *there is false if the file has none. */
static enum status load_array(const struct run_file *file, const char *name, enum metric_id metric,
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
    status = metric_alloc(scores, metric, error);
    return status == STATUS_OK ? store_read_float(file->store, name, shape[0] * shape[1], scores->value[metric], error)
                               : status;
}

static enum status from_array(const struct run_file *file, struct item_scores *scores, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    enum status status = load_array(file, scores->object, METRIC_accuracy, scores, &there, error);
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
    for (enum metric_id m = 0; m < METRICS && status == STATUS_OK; m++) {
        bool there;
        published_name(scores, published_metric(m), name);
        status = load_array(file, name, m, scores, &there, error);
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
        for (enum metric_id m = 0; m < METRICS; m++)
            metric_free(list, m);
        memory_free(list->index);
        memory_free(list);
        list = next;
    }
}

const float *item_scores_slice(struct item_scores *scores, enum metric_id metric, size_t slice)
{
    if (!scores->value[metric])
        return NULL;
    scores->asked[metric][slice] = true;
    return scores->value[metric] + slice * scores->items;
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

static enum status publish_metric(const struct item_scores *scores, enum metric_id metric, struct store *store,
                                  struct error *error)
{
    char name[STORE_NAME_SIZE];
    const size_t shape[2] = {scores->slices, scores->items};
    float *values = memory_alloc(size_multiply(shape[0], shape[1]), sizeof *values, error);
    if (!values)
        return STATUS_NO_MEMORY;
    for (size_t slice = 0; slice < shape[0]; slice++) {
        for (size_t i = slice * shape[1]; i < (slice + 1) * shape[1]; i++)
            values[i] = scores->asked[metric][slice] ? rounded(scores->value[metric][i]) : NAN;
    }
    published_name(scores, published_metric(metric), name);
    enum status status = store_write_float(store, name, 2, shape, values, error);
    memory_free(values);
    return status;
}

enum status item_scores_publish(const struct item_scores *scores, struct store *store, struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool any_metric = false;
    enum status status = STATUS_OK;
    for (enum metric_id m = 0; m < METRICS && status == STATUS_OK; m++) {
        bool any = false;
        for (size_t slice = 0; scores->asked[m] && slice < scores->slices; slice++)
            any = any || scores->asked[m][slice];
        if (any)
            status = publish_metric(scores, m, store, error);
        any_metric = any_metric || any;
    }
    if (status != STATUS_OK || !any_metric || !scores->index)
        return status;
    published_name(scores, "items", name);
    return store_write_double(store, name, 1, &scores->items, scores->index, error);
}

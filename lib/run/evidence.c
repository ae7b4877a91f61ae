#include "run/evidence.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "run/origin.h"

/* Stand-ins, try-outs, and what was measured to choose by are no evidence. A file without a config says nothing of it.
 */
static enum status reservation_find(const struct run_file *file, const char **reservation, struct error *error)
{
    struct config config;
    bool there = false;
    *reservation = strstr(file->data_source, "SYNTHETIC") ? "measured on SYNTHETIC data" : NULL;
    enum status status = *reservation ? STATUS_OK : store_find(file->store, "/config", &there, error);
    if (!there)
        return status;
    status = run_file_config(file, &config, error);
    if (status != STATUS_OK)
        return status;
    if (strcmp(config.run.profile, "smoke") == 0)
        *reservation = "the smoke profile's networks are too small to prove anything";
    else if (strcmp(config.data.evaluate, "validation") == 0)
        *reservation = "measured on the validation split, which is for choosing between configs";
    else if (config.data.train_items > 0)
        *reservation = "trained on a slice of the data (data.train_items)";
    else if (config.data.test_items > 0)
        *reservation = "measured on a slice of the test file (data.test_items)";
    return STATUS_OK;
}

enum status evidence_open(const char *const *paths, size_t count, struct evidence *evidence, struct error *error)
{
    *evidence = (struct evidence){0};
    evidence->files = memory_alloc(count, sizeof *evidence->files, error);
    evidence->reservations = memory_alloc(count, sizeof *evidence->reservations, error);
    struct origin *origins = memory_alloc(count, sizeof *origins, error);
    enum status status = evidence->files && evidence->reservations && origins ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = run_file_open(paths[i], &evidence->files[i], error);
        evidence->count++;
        if (status == STATUS_OK)
            status = origin_read(&evidence->files[i], &origins[i], error);
        if (status == STATUS_OK)
            status = origins_check(origins, i, paths, error);
        if (status == STATUS_OK)
            status = reservation_find(&evidence->files[i], &evidence->reservations[i], error);
    }
    for (size_t i = 0; origins && i < count; i++)
        origin_free(&origins[i]);
    memory_free(origins);
    return status;
}

void evidence_close(struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        run_file_close(&evidence->files[i]);
    memory_free(evidence->files);
    memory_free(evidence->reservations);
    *evidence = (struct evidence){0};
}

const char *evidence_reservation(const struct evidence *evidence, const struct run_file *file)
{
    return file ? evidence->reservations[file - evidence->files] : NULL;
}

bool evidence_is(const struct run_file *file, const char *dataset, const char *method)
{
    char name[RUN_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s_%s", dataset, method);
    return strcmp(file->base, name) == 0 && strcmp(file->dataset, dataset) == 0 && strcmp(file->method, method) == 0;
}

const struct run_file *evidence_find(const struct evidence *evidence, const char *dataset, const char *method,
                                     uint64_t seed)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const struct run_file *file = &evidence->files[i];
        if (file->seed == seed && evidence_is(file, dataset, method))
            return file;
    }
    return NULL;
}

static double score_of(const struct prediction *prediction, size_t item, enum score score)
{
    const float *p = prediction->mean + item * prediction->classes;
    switch (score) {
    case SCORE_RIGHT:
        if (isnan(p[prediction->labels[item]]))
            return NAN;
        return prediction_class(prediction, item) == prediction->labels[item];
    case SCORE_NLL: /* bounded as metric_nll is */
        return -log(p[prediction->labels[item]] < FLT_MIN ? (double)FLT_MIN : (double)p[prediction->labels[item]]);
    default:
        return entropy_of(p, prediction->classes);
    }
}

static enum status load_index(const struct run_file *file, const char *object, struct scores *scores,
                              struct error *error)
{
    char name[STORE_NAME_SIZE];
    bool there;
    (void)snprintf(name, sizeof name, "%s/items", object);
    enum status status = store_find(file->store, name, &there, error);
    if (!there)
        return status;
    scores->index = memory_alloc(scores->count, sizeof *scores->index, error);
    if (!scores->index)
        return STATUS_NO_MEMORY;
    return store_read_double(file->store, name, scores->count, scores->index, error);
}

enum status scores_load(const struct run_file *file, const char *object, enum score score, size_t from, size_t to,
                        struct scores *scores, struct error *error)
{
    struct stored stored;
    bool there;
    *scores = (struct scores){0};
    enum status status = store_find(file->store, object, &there, error);
    if (!there)
        return status;
    status = run_file_stored(file, object, &stored, error);
    if (status != STATUS_OK)
        return status;
    size_t end = smaller(to, stored.slices);
    if (from == SLICE_LAST) {
        from = stored.slices - 1;
        end = stored.slices;
    }
    scores->count = stored.items;
    scores->value = memory_alloc(stored.items, sizeof *scores->value, error);
    status = scores->value ? load_index(file, object, scores, error) : STATUS_NO_MEMORY;
    for (size_t slice = from; slice < end && status == STATUS_OK; slice++) {
        struct prediction prediction = stored_slice(&stored, slice);
        for (size_t i = 0; i < stored.items; i++)
            scores->value[i] += score_of(&prediction, i, score) / (double)(end - from);
    }
    stored_free(&stored);
    if (status != STATUS_OK || from >= end)
        scores_free(scores);
    return status;
}

void scores_free(struct scores *scores)
{
    memory_free(scores->value);
    memory_free(scores->index);
    *scores = (struct scores){0};
}

enum status scores_subtract(struct scores *a, const struct scores *b, struct error *error)
{
    if (a->count == 0 || b->count == 0) {
        scores_free(a);
        return STATUS_OK;
    }
    bool same = a->count == b->count && !a->index == !b->index &&
                (!a->index || memcmp(a->index, b->index, a->count * sizeof *a->index) == 0);
    if (!same)
        return error_set(error, STATUS_UNSUPPORTED,
                         "the runs were measured on different items; measure them with the same test_items and items");
    for (size_t i = 0; i < a->count; i++)
        a->value[i] -= b->value[i];
    return STATUS_OK;
}

void finding_add(struct finding *finding, double value, double half)
{
    if (isnan(value) || finding->count == FINDING_SEEDS_MAX)
        return;
    finding->value[finding->count] = value;
    finding->half[finding->count++] = half;
}

void finding_add_scores(struct finding *finding, const struct scores *scores)
{
    double mean = stats_mean(scores->value, scores->count);
    finding_add(finding, mean, stats_mean_interval(scores->value, scores->count).high - mean);
}

double finding_mean(const struct finding *finding)
{
    return stats_mean(finding->value, finding->count);
}

struct interval finding_interval(const struct finding *finding)
{
    double mean = finding_mean(finding), items = stats_mean(finding->half, finding->count);
    double seeds = stats_mean_interval(finding->value, finding->count).high - mean;
    double half = isnan(seeds) ? items : isnan(items) ? seeds : hypot(seeds, items);
    return (struct interval){mean - half, mean + half};
}

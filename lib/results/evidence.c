#include "results/evidence.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/dataset.h"
#include "io/atomic_file.h"
#include "io/text_buffer.h"
#include "results/labelled.h"
#include "results/origin.h"
#include "run/run_name.h"

/* Stand-ins, try-outs, and measurements made for choosing are not evidence. A file without a config does not tell.
 */
static const char *reservation_of(const struct run_file *file)
{
    const struct config *config = asked_config(file);
    if (dataset_source_is_synthetic(file->data_source))
        return "measured on SYNTHETIC data";
    if (!config)
        return NULL;
    if (strcmp(config->run.profile, "smoke") == 0)
        return "the smoke profile's networks are too small to prove anything";
    if (strcmp(config->data.evaluate, "validation") == 0)
        return "measured on the validation split, which is for choosing between configs";
    if (strcmp(config->prune.granularity, "weight") != 0)
        return "whole units are pruned (prune.granularity), and the claims are about single weights";
    if (config->data.train_items > 0)
        return "trained on a slice of the data (data.train_items)";
    return config->data.test_items > 0 ? "measured on a slice of the test file (data.test_items)" : NULL;
}

enum status evidence_open(const char *const *paths, size_t count, struct evidence *evidence, struct error *error)
{
    *evidence = (struct evidence){0};
    evidence->files = memory_alloc(count, sizeof *evidence->files, error);
    evidence->reservations = memory_alloc(count, sizeof *evidence->reservations, error);
    struct origin *origins = memory_alloc(count, sizeof *origins, error);
    enum status status = evidence->files && evidence->reservations && origins ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = labelled_open(paths[i], &evidence->files[i], error);
        evidence->count++;
        if (status == STATUS_OK)
            status = origin_read(&evidence->files[i], &origins[i], error);
        if (status == STATUS_OK)
            status = origins_check(origins, i, paths, error);
        if (status == STATUS_OK)
            status = asked_create(&evidence->files[i], &evidence->files[i].asked, error);
        if (status == STATUS_OK)
            evidence->reservations[i] = reservation_of(&evidence->files[i]);
    }
    for (size_t i = 0; origins && i < count; i++)
        origin_free(&origins[i]);
    memory_free(origins);
    return status;
}

void evidence_close(struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++) {
        asked_free(evidence->files[i].asked);
        run_file_close(&evidence->files[i]);
    }
    memory_free(evidence->files);
    memory_free(evidence->reservations);
    *evidence = (struct evidence){0};
}

enum status evidence_publish(const struct evidence *evidence, const char *directory, struct error *error)
{
    enum status status = directory_make(directory, error);
    for (size_t i = 0; i < evidence->count && status == STATUS_OK; i++) {
        const struct run_file *file = &evidence->files[i];
        if (!asked_any(file))
            continue;
        status = run_name_check(file->run, error) == STATUS_OK ? STATUS_OK : STATUS_DATA;
        struct text_buffer text = text_begin(error);
        text_add(&text, "%s/%s.h5", directory, file->run);
        char *path = text_take(&text);
        if (status == STATUS_OK)
            status = path ? asked_publish(file, path, error) : STATUS_NO_MEMORY;
        memory_free(path);
    }
    return status;
}

const char *evidence_reservation(const struct evidence *evidence, const struct run_file *file)
{
    return file ? evidence->reservations[file - evidence->files] : NULL;
}

bool evidence_is(const struct run_file *file, const char *dataset, const char *method)
{
    char name[RUN_NAME_SIZE];
    const size_t length = strlen(file->method); /* of METHOD in METHOD_VARIANT */
    (void)snprintf(name, sizeof name, "%s_%s", dataset, method);
    return strcmp(file->base, name) == 0 && strcmp(file->dataset, dataset) == 0 &&
           strncmp(file->method, method, length) == 0 && (method[length] == '\0' || method[length] == '_');
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

static enum status scores_alloc(struct scores *scores, size_t count, const double *index, struct error *error)
{
    *scores = (struct scores){.count = count, .value = memory_alloc(count, sizeof(double), error)};
    if (index)
        scores->index = memory_alloc(count, sizeof(double), error);
    if (!scores->value || (index && !scores->index)) {
        scores_free(scores);
        return STATUS_NO_MEMORY;
    }
    if (index)
        memcpy(scores->index, index, count * sizeof *index);
    return STATUS_OK;
}

enum status scores_load(const struct run_file *file, const char *object, enum metric_id metric, size_t from, size_t to,
                        struct scores *scores, struct error *error)
{
    return scores_load_scaled(file, false, object, metric, from, to, scores, error);
}

enum status scores_load_scaled(const struct run_file *file, bool scaled, const char *object, enum metric_id metric,
                               size_t from, size_t to, struct scores *scores, struct error *error)
{
    struct item_scores *all;
    *scores = (struct scores){0};
    enum status status = asked_scores(file, object, scaled, &all, error);
    if (status != STATUS_OK || !all->there)
        return status;
    size_t end = smaller(to, all->slices);
    if (from == SLICE_LAST) {
        from = all->slices - 1;
        end = all->slices;
    }
    if (from >= end)
        return STATUS_OK;
    status = scores_alloc(scores, all->items, all->index, error);
    for (size_t slice = from; slice < end && status == STATUS_OK; slice++) {
        const float *values = item_scores_slice(all, metric, slice);
        if (!values) {
            scores_free(scores);
            return STATUS_OK;
        }
        for (size_t i = 0; i < all->items; i++)
            scores->value[i] += (double)values[i] / (double)(end - from);
    }
    return status;
}

/* part[i] += the item's share in one slice's area: as a clean item and as a disturbed one, minus their mean. */
static enum status add_auroc(const double *clean, const double *found, size_t count, double weight, double *part,
                             struct error *error)
{
    double *above = memory_alloc(count, sizeof *above, error), *below = memory_alloc(count, sizeof *below, error);
    enum status status = above && below ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = stats_placements(clean, count, found, count, above, error); /* of each disturbed one */
    if (status == STATUS_OK)
        status = stats_placements(found, count, clean, count, below, error);
    double area = status == STATUS_OK ? stats_mean(above, count) : NAN;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        part[i] += weight * (above[i] + (1 - below[i]) - area);
    memory_free(above);
    memory_free(below);
    return status;
}

enum status scores_load_auroc(const struct run_file *file, bool scaled, const char *object, enum metric_id metric,
                              struct scores *scores, struct error *error)
{
    struct item_scores *all;
    *scores = (struct scores){0};
    enum status status = asked_scores(file, object, scaled, &all, error);
    const bool disturbed = status == STATUS_OK && all->there && all->slices > 1;
    const float *clean = disturbed ? item_scores_slice(all, metric, 0) : NULL;
    if (!clean)
        return status;
    const size_t items = all->items;
    double *values = memory_alloc(size_multiply(2, items), sizeof *values, error);
    status = values ? scores_alloc(scores, items, all->index, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < items && status == STATUS_OK; i++)
        values[i] = (double)clean[i];
    for (size_t slice = 1; slice < all->slices && status == STATUS_OK; slice++) {
        const float *found = item_scores_slice(all, metric, slice);
        for (size_t i = 0; i < items; i++)
            values[items + i] = (double)found[i];
        status = add_auroc(values, values + items, items, 1 / (double)(all->slices - 1), scores->value, error);
    }
    memory_free(values);
    if (status != STATUS_OK || isnan(stats_mean(scores->value, scores->count)))
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

void finding_add_between(struct finding *finding, double value, struct interval items)
{
    if (isnan(value) || finding->count == FINDING_SEEDS_MAX)
        return;
    finding->value[finding->count] = value;
    finding->below[finding->count] = value - items.low;
    finding->above[finding->count++] = items.high - value;
}

void finding_add(struct finding *finding, double value, double half)
{
    finding_add_between(finding, value, (struct interval){value - half, value + half});
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

/* Student's half-width over the seeds and the items' mean one-sided width, added in squares. */
static double side(double seeds, const double *widths, size_t count)
{
    const double items = stats_mean(widths, count);
    return isnan(seeds) ? items : isnan(items) ? seeds : hypot(seeds, items);
}

struct interval finding_interval(const struct finding *finding)
{
    const double mean = finding_mean(finding);
    const double seeds = stats_mean_interval(finding->value, finding->count).high - mean;
    return (struct interval){mean - side(seeds, finding->below, finding->count),
                             mean + side(seeds, finding->above, finding->count)};
}

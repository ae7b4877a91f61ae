#include "run/kept.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/memory.h"

enum status kept_alloc(size_t slices, size_t items, size_t classes, struct kept *kept, struct error *error)
{
    const size_t rows = size_multiply(slices > 0 ? slices : 1, items), all = size_multiply(rows, classes);
    *kept = (struct kept){.slices = slices,
                          .items = items,
                          .classes = classes,
                          .probability = memory_alloc(all, sizeof(float), error),
                          .std = memory_alloc(all, sizeof(float), error),
                          .aleatoric = memory_alloc(rows, sizeof(float), error),
                          .sampled_nll = memory_alloc(rows, sizeof(float), error),
                          .disagreement = memory_alloc(rows, sizeof(float), error)};
    if (kept->probability && kept->std && kept->aleatoric && kept->sampled_nll && kept->disagreement)
        return STATUS_OK;
    kept_free(kept);
    return STATUS_NO_MEMORY;
}

void kept_free(struct kept *kept)
{
    memory_free(kept->probability);
    memory_free(kept->std);
    memory_free(kept->aleatoric);
    memory_free(kept->sampled_nll);
    memory_free(kept->disagreement);
    *kept = (struct kept){0};
}

/* What the samples say about one item, and how they differ, as item `row` of all slices. */
static void keep_item(struct kept *kept, size_t row, const struct prediction *prediction, size_t item)
{
    const size_t classes = prediction->classes, size = prediction->items * classes;
    const float *mean = prediction->mean + item * classes;
    const double samples = (double)prediction->samples;
    double nll = 0, squares[UINT8_MAX + 1] = {0};
    for (size_t s = 0; s < prediction->samples; s++) {
        const float *p = prediction->sampled + s * size + item * classes;
        nll += surprisal_of(p[prediction->labels[item]]);
        for (size_t k = 0; k < classes; k++)
            squares[k] += ((double)p[k] - (double)mean[k]) * ((double)p[k] - (double)mean[k]);
    }
    kept->aleatoric[row] = (float)metric_aleatoric(prediction, item);
    kept->sampled_nll[row] = (float)(nll / samples);
    kept->disagreement[row] = (float)metric_variation_ratio(prediction, item);
    for (size_t k = 0; k < classes; k++) {
        kept->probability[row * classes + k] = mean[k];
        kept->std[row * classes + k] = (float)sqrt(squares[k] / samples);
    }
}

void kept_set(struct kept *kept, size_t slice, const struct prediction *prediction)
{
    for (size_t i = 0; i < kept->items; i++)
        keep_item(kept, slice * kept->items + i, prediction, i);
}

void kept_arrays(const struct kept *kept, struct part_array arrays[KEPT_ARRAYS])
{
    const struct part_array of[KEPT_ARRAYS] = {{.name = "probability", .rank = 2, .values = kept->probability},
                                               {.name = "std", .rank = 2, .values = kept->std},
                                               {.name = "aleatoric", .rank = 1, .values = kept->aleatoric},
                                               {.name = "sampled_nll", .rank = 1, .values = kept->sampled_nll},
                                               {.name = "disagreement", .rank = 1, .values = kept->disagreement}};
    const size_t sliced = kept->slices > 0;
    for (size_t i = 0; i < KEPT_ARRAYS; i++) {
        arrays[i] = of[i];
        arrays[i].rank += sliced;
        arrays[i].shape[0] = kept->slices;
        arrays[i].shape[sliced] = kept->items;
        arrays[i].shape[sliced + 1] = kept->classes;
    }
}

enum status kept_save_arrays(struct store *store, const char *object, const struct part_array *arrays, size_t count,
                             struct error *error)
{
    char name[STORE_NAME_SIZE];
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        (void)snprintf(name, sizeof name, "%s/%s", object, arrays[i].name);
        status = store_write_float(store, name, arrays[i].rank, arrays[i].shape, arrays[i].values, error);
    }
    return status;
}

enum status kept_save_indices(struct store *store, const char *name, const uint32_t *index, size_t count,
                              struct error *error)
{
    double *exact = memory_alloc(count, sizeof *exact, error);
    if (!exact)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        exact[i] = index[i];
    enum status status = store_write_double(store, name, 1, &count, exact, error);
    memory_free(exact);
    return status;
}

enum status kept_save(struct store *store, const char *object, const struct test_items *items,
                      const struct prediction *prediction, struct error *error)
{
    struct kept kept;
    struct part_array arrays[KEPT_ARRAYS];
    char name[STORE_NAME_SIZE];
    enum status status = kept_alloc(0, prediction->items, prediction->classes, &kept, error);
    if (status != STATUS_OK)
        return status;
    kept_set(&kept, 0, prediction);
    kept_arrays(&kept, arrays);
    status = kept_save_arrays(store, object, arrays, KEPT_ARRAYS, error);
    (void)snprintf(name, sizeof name, "%s/label", object);
    if (status == STATUS_OK)
        status = store_write_bytes(store, name, 1, &items->count, items->labels, error);
    (void)snprintf(name, sizeof name, "%s/items", object);
    if (status == STATUS_OK)
        status = kept_save_indices(store, name, items->index, items->count, error);
    kept_free(&kept);
    return status;
}

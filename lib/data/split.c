#include "data/split.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "compute/random.h"

static uint32_t *copy_indices(const uint32_t *indices, size_t count, struct error *error)
{
    uint32_t *copy = memory_alloc(count, sizeof *copy, error);
    if (copy)
        memcpy(copy, indices, count * sizeof *copy);
    return copy;
}

enum status split_make(size_t count, double validation_fraction, size_t train_items, uint64_t seed, struct split *split,
                       struct error *error)
{
    *split = (struct split){0};
    if (count < 2 || count > UINT32_MAX)
        return error_set(error, STATUS_DATA,
                         "%zu training items cannot be split; at least 2 are needed, at most %" PRIu32, count,
                         UINT32_MAX);
    enum status status = STATUS_NO_MEMORY;
    uint32_t *order = memory_alloc(count, sizeof *order, error);
    if (!order)
        goto cleanup;
    random_permutation(random_key(seed, PURPOSE_SPLIT, 0, 0), count, order);
    double wanted = fmin(fmax(round((double)count * validation_fraction), 1), (double)(count - 1));
    split->validation_count = (size_t)wanted;
    split->train_count = count - split->validation_count;
    if (train_items > 0 && train_items < split->train_count)
        split->train_count = train_items;
    split->validation = copy_indices(order, split->validation_count, error);
    if (split->validation)
        split->train = copy_indices(order + split->validation_count, split->train_count, error);
    if (split->train)
        status = STATUS_OK;
cleanup:
    memory_free(order);
    if (status != STATUS_OK)
        split_free(split);
    return status;
}

enum status split_fixed(size_t count, size_t validation, size_t train_items, uint64_t seed, struct split *split,
                        struct error *error)
{
    *split = (struct split){0};
    if (validation == 0 || validation >= count || count > UINT32_MAX)
        return error_set(error, STATUS_DATA, "of %zu items, %zu for validation, none is left to train on", count,
                         validation);
    split->validation_count = validation;
    split->train_count = count - validation;
    split->train = memory_alloc(split->train_count, sizeof *split->train, error);
    split->validation = memory_alloc(validation, sizeof *split->validation, error);
    if (!split->train || !split->validation) {
        split_free(split);
        return STATUS_NO_MEMORY;
    }
    random_permutation(random_key(seed, PURPOSE_SPLIT, 0, 0), split->train_count, split->train);
    for (size_t i = 0; i < validation; i++)
        split->validation[i] = (uint32_t)(split->train_count + i);
    if (train_items > 0 && train_items < split->train_count)
        split->train_count = train_items;
    return STATUS_OK;
}

void split_free(struct split *split)
{
    memory_free(split->train);
    memory_free(split->validation);
    *split = (struct split){0};
}

static int ascending(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

enum status subset_make(size_t total, size_t count, uint32_t **indices, size_t *chosen, struct error *error)
{
    *indices = NULL;
    *chosen = 0;
    if (total > UINT32_MAX)
        return error_set(error, STATUS_DATA, "%zu items are more than %" PRIu32 ", the most there can be", total,
                         UINT32_MAX);
    bool all = count == 0 || count >= total;
    uint32_t *order = memory_alloc(total, sizeof *order, error);
    if (!order)
        return STATUS_NO_MEMORY;
    random_permutation(random_key(0, PURPOSE_SUBSET, 0, 0), total, order);
    *chosen = all ? total : count;
    qsort(order, *chosen, sizeof *order, ascending);
    *indices = order;
    return STATUS_OK;
}

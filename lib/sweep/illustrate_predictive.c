/* lib/sweep/illustrate_predictive.c: four predictions on undisturbed items, from the surest to the least sure. */
#include <math.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "sweep/illustration.h"
#include "run/run_file.h"

enum { CHOSEN = 4 };

static enum status distribution_add(struct illustration *illustration, const float *probability, size_t item,
                                    uint8_t label, struct error *error)
{
    const struct run *run = illustration->run;
    enum status status = STATUS_OK;
    for (size_t k = 0; k < run->kind->classes && status == STATUS_OK; k++) {
        char name[DATASET_CLASS_SIZE], label_name[DATASET_CLASS_SIZE];
        struct row row = row_begin(run, "predictive");
        row_number(&row, "item", (double)item);
        row_number(&row, "class", (double)k);
        row_text(&row, "name", dataset_class_name(run->kind, k, name));
        row_number(&row, "probability", (double)probability[k]);
        row_number(&row, "entropy", entropy_of(probability, run->kind->classes));
        row_text(&row, "label", dataset_class_name(run->kind, label, label_name));
        status = row_store(&row, illustration_table(illustration, "predictive"), error);
    }
    return status;
}

static bool is_one_of(const size_t *chosen, size_t count, size_t item)
{
    bool found = false;
    for (size_t c = 0; c < count; c++)
        found = found || chosen[c] == item;
    return found;
}

/* The item whose entropy is nearest to `wanted`, of those not chosen yet. */
static size_t nearest_of(const double *entropy, size_t items, double wanted, const size_t *chosen, size_t count)
{
    size_t nearest = SIZE_MAX;
    for (size_t i = 0; i < items; i++) {
        if (!is_one_of(chosen, count, i) &&
            (nearest == SIZE_MAX || fabs(entropy[i] - wanted) < fabs(entropy[nearest] - wanted)))
            nearest = i;
    }
    return nearest;
}

/* Items of /test are in the order of those that the run is measured on. */
static enum status item_add(struct illustration *illustration, const struct test_items *items, size_t item, float *x,
                            char *text, struct error *error)
{
    uint8_t label;
    struct row row = row_begin(illustration->run, "predictive_items");
    items_gather(items->from, items->index + item, 1, x, &label);
    row_number(&row, "item", (double)item);
    picture_write(&row, items->from, x, text);
    row_text(&row, "pixels", text);
    return row_store(&row, illustration_table(illustration, "predictive_items"), error);
}

static enum status items_add(struct illustration *illustration, const size_t *chosen, size_t count, struct error *error)
{
    const size_t size = shape_size(illustration->run->kind->shape);
    struct test_items items;
    float *x = memory_alloc(size, sizeof *x, error);
    char *text = memory_alloc(2 * size + 1, 1, error);
    enum status status = run_test_choose(illustration->run, 0, &items, error);
    if (status == STATUS_OK && (!x || !text))
        status = STATUS_NO_MEMORY;
    for (size_t c = 0; c < count && status == STATUS_OK; c++) {
        if (chosen[c] >= items.count)
            status = error_set(error, STATUS_DATA, "%s: an item of /test is not in the data; " STORE_REMEDY_CHANGED,
                               illustration->run->path);
        else
            status = item_add(illustration, &items, chosen[c], x, text, error);
    }
    test_items_free(&items);
    memory_free(text);
    memory_free(x);
    return status;
}

/* Four different test items whose entropies are nearest to 0, 1/3, 2/3 and all of the largest; returns how many there
 * are. */
static size_t distributions_choose(const double *entropy, size_t items, size_t chosen[CHOSEN])
{
    double largest = 0;
    size_t count = 0;
    for (size_t i = 0; i < items; i++)
        largest = fmax(largest, entropy[i]);
    for (; count < CHOSEN && count < items; count++)
        chosen[count] = nearest_of(entropy, items, largest * (double)count / (CHOSEN - 1), chosen, count);
    return count;
}

static enum status distributions_add(struct illustration *illustration, const struct stored *stored,
                                     struct error *error)
{
    size_t chosen[CHOSEN], count = 0;
    const struct prediction prediction = stored_slice(stored, 0);
    double *entropy = memory_alloc(stored->items, sizeof *entropy, error);
    enum status status = entropy ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        item_entropies(&prediction, stored->items, entropy);
        count = distributions_choose(entropy, stored->items, chosen);
    }
    for (size_t c = 0; c < count && status == STATUS_OK; c++)
        status = distribution_add(illustration, stored->mean + chosen[c] * stored->classes, chosen[c],
                                  stored->labels[chosen[c]], error);
    if (status == STATUS_OK && has_picture(illustration->run->kind->shape))
        status = items_add(illustration, chosen, count, error);
    memory_free(entropy);
    return status;
}

enum status illustrate_predictive(struct illustration *illustration, struct error *error)
{
    const struct run_file file = {.store = illustration->store};
    struct stored stored;
    enum status status = run_file_stored(&file, "/test", &stored, error);
    if (status != STATUS_OK)
        return status;
    if (stored.slices == 1 && stored.classes == illustration->run->kind->classes)
        status = distributions_add(illustration, &stored, error);
    else
        status = error_set(error, STATUS_DATA,
                           "%s: /test/probability has not the shape of a prediction; " STORE_REMEDY_CHANGED,
                           store_path(file.store));
    stored_free(&stored);
    return status;
}

/* lib/run/illustrate_stills.c: some items of each perturbation sweep at every strength, as pictures with what the run
 * predicts for them; and four predictions on undisturbed items. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "core/size.h"
#include "data/perturb.h"
#include "run/illustration.h"
#include "run/run_file.h"

/* The talk's grid has 3 x 4 items: here so many of the sweep, evenly spread over it (its items are a random draw,
 * but stand in the order of the file, which may be sorted by class). */
enum { STILL_ITEMS = 12, PIXELS_TEXT_MAX = 1000 };

/* One perturbation's part of the run's file. */
struct sweep {
    const struct perturbation *perturbation;
    size_t strengths, samples, items, classes;
    double *index;      /* [items] into the file that was measured on */
    float *strength;    /* [strengths] */
    float *probability; /* [strengths][samples][items][classes] */
    uint8_t *labels;    /* [items] */
};

static void sweep_free(struct sweep *sweep)
{
    memory_free(sweep->index);
    memory_free(sweep->strength);
    memory_free(sweep->probability);
    memory_free(sweep->labels);
}

static enum status sweep_read(const struct illustration *illustration, const char *name, struct sweep *sweep,
                              struct error *error)
{
    struct store *store = illustration->store;
    char object[4][STORE_NAME_SIZE];
    static const char *const members[4] = {"probability", "strength", "items", "labels"};
    for (size_t i = 0; i < 4; i++)
        (void)snprintf(object[i], sizeof object[i], "/perturb/%s/%s", name, members[i]);
    size_t rank, shape[STORE_RANK_MAX];
    enum status status = store_shape(store, object[0], &rank, shape, error);
    if (status == STATUS_OK && (rank != 4 || shape[3] != illustration->run->kind->classes))
        status = error_set(error, STATUS_DATA, "%s: %s has not the shape of a sweep; " STORE_REMEDY_CHANGED,
                           store_path(store), object[0]);
    if (status != STATUS_OK)
        return status;
    sweep->strengths = shape[0];
    sweep->samples = shape[1];
    sweep->items = shape[2];
    sweep->classes = shape[3];
    size_t size = size_multiply(size_multiply(shape[0], shape[1]), size_multiply(shape[2], shape[3]));
    sweep->probability = memory_alloc(size, sizeof(float), error);
    sweep->strength = memory_alloc(shape[0], sizeof(float), error);
    sweep->index = memory_alloc(shape[2], sizeof(double), error);
    sweep->labels = memory_alloc(shape[2], 1, error);
    if (!sweep->probability || !sweep->strength || !sweep->index || !sweep->labels)
        return STATUS_NO_MEMORY;
    status = store_read_float(store, object[0], size, sweep->probability, error);
    if (status == STATUS_OK)
        status = stored_check(store, object[0], sweep->probability, size, error);
    if (status == STATUS_OK)
        status = store_read_float(store, object[1], shape[0], sweep->strength, error);
    if (status == STATUS_OK)
        status = store_read_double(store, object[2], shape[2], sweep->index, error);
    return status == STATUS_OK ? store_read_bytes(store, object[3], shape[2], sweep->labels, error) : status;
}

/* The mean of the sampled networks' probabilities, and its first largest class. */
static size_t mean_prediction(const struct sweep *sweep, size_t strength, size_t item, float *mean /* [classes] */)
{
    size_t best = 0;
    for (size_t k = 0; k < sweep->classes; k++) {
        double sum = 0;
        for (size_t s = 0; s < sweep->samples; s++)
            sum += (double)
                       sweep->probability[((strength * sweep->samples + s) * sweep->items + item) * sweep->classes + k];
        mean[k] = (float)(sum / (double)sweep->samples);
        best = mean[k] > mean[best] ? k : best;
    }
    return best;
}

static enum status predicted_add(struct illustration *illustration, const struct sweep *sweep, size_t strength,
                                 size_t item, struct error *error)
{
    const struct run *run = illustration->run;
    float mean[256] = {0}; /* a label is a byte */
    char label[DATASET_CLASS_SIZE], predicted[DATASET_CLASS_SIZE];
    size_t best = mean_prediction(sweep, strength, item, mean);
    struct row row = row_begin(run, "stills_predicted");
    row_text(&row, "perturbation", sweep->perturbation->name);
    row_number(&row, "strength", (double)sweep->strength[strength]);
    row_number(&row, "item", sweep->index[item]);
    row_text(&row, "label", dataset_class_name(run->kind, sweep->labels[item], label));
    row_text(&row, "predicted", dataset_class_name(run->kind, best, predicted));
    row_number(&row, "right", best == sweep->labels[item]);
    row_number(&row, "confidence", (double)mean[best]);
    row_number(&row, "entropy", entropy_of(mean, sweep->classes));
    return row_store(&row, illustration_table(illustration, "stills_predicted"), error);
}

/* What the bytes 0 and 255 stand for: a byte's own range where the set has bytes, else the item's. */
static void raw_range(const struct items *from, const float *x, size_t size, double *low, double *high)
{
    *low = 0;
    *high = 255;
    if (from->bytes)
        return;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < size; i++) {
        double raw = (double)x[i] * (double)from->scale + (double)from->offset;
        *low = fmin(*low, raw);
        *high = fmax(*high, raw);
    }
    *high = *high > *low ? *high : *low + 1;
}

/* A picture's lines of pixels. A series lies down: its samples are one line. */
static enum status picture_add(struct illustration *illustration, struct row *row, const struct items *from,
                               const float *x, struct error *error)
{
    struct shape shape = from->shape;
    if (shape.width == 1)
        shape = (struct shape){1, shape.height, shape.channels};
    size_t line = shape.width * shape.channels;
    if (2 * line >= PIXELS_TEXT_MAX)
        return STATUS_OK; /* no figure could show it */
    double low, high;
    raw_range(from, x, shape_size(shape), &low, &high);
    row_number(row, "low", low);
    row_number(row, "high", high);
    row_number(row, "height", (double)shape.height);
    row_number(row, "width", (double)shape.width);
    row_number(row, "channels", (double)shape.channels);
    enum status status = STATUS_OK;
    for (size_t y = 0; y < shape.height && status == STATUS_OK; y++) {
        char pixels[PIXELS_TEXT_MAX + 1];
        for (size_t i = 0; i < line; i++) {
            double raw = (double)x[y * line + i] * (double)from->scale + (double)from->offset;
            double share = fmin(1, fmax(0, (raw - low) / (high - low)));
            (void)snprintf(pixels + 2 * i, 3, "%02x", (unsigned int)lround(255 * share));
        }
        row_number(row, "line", (double)y);
        row_text(row, "pixels", pixels);
        status = row_store(row, illustration_table(illustration, "stills"), error);
    }
    return status;
}

/* One item at one strength, disturbed as the sweep did it: by the key of its place in the file. x and out [item size].
 */
static enum status still_add(struct illustration *illustration, const struct sweep *sweep, const struct items *from,
                             size_t strength, size_t item, float *x, float *out, struct error *error)
{
    const struct run *run = illustration->run;
    uint32_t index = (uint32_t)sweep->index[item];
    uint8_t label;
    char name[DATASET_CLASS_SIZE];
    items_gather(from, &index, 1, x, &label);
    const struct scene scene = run_scene(run);
    sweep->perturbation->apply(&scene, x, (double)sweep->strength[strength], random_key(0, PURPOSE_PERTURB, 0, index),
                               NULL, out);
    struct row row = row_begin(run, "stills");
    row_text(&row, "perturbation", sweep->perturbation->name);
    row_number(&row, "strength", (double)sweep->strength[strength]);
    row_number(&row, "item", (double)index);
    row_text(&row, "label", dataset_class_name(run->kind, label, name));
    row_text(&row, "data_source", run->data_source);
    return picture_add(illustration, &row, from, out, error);
}

static enum status sweep_show(struct illustration *illustration, const struct sweep *sweep, struct error *error)
{
    const struct run *run = illustration->run;
    bool validation = strcmp(run->config.data.evaluate, "validation") == 0;
    const struct items *from = validation ? &run->dataset->train : &run->dataset->test;
    size_t size = shape_size(from->shape), shown = smaller(sweep->items, STILL_ITEMS);
    float *x = memory_alloc(2, size * sizeof *x, error);
    enum status status = x ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t k = 0; k < shown && status == STATUS_OK; k++) {
        size_t i = k * sweep->items / shown;
        if (!(sweep->index[i] >= 0 && sweep->index[i] < (double)from->count))
            status = error_set(error, STATUS_DATA, "%s: an item of a sweep is not in the data", run->path);
        for (size_t s = 0; s < sweep->strengths && status == STATUS_OK; s++) {
            status = still_add(illustration, sweep, from, s, i, x, x + size, error);
            if (status == STATUS_OK)
                status = predicted_add(illustration, sweep, s, i, error);
        }
    }
    memory_free(x);
    return status;
}

enum status illustrate_stills(struct illustration *illustration, struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    bool there = false;
    enum status status = STATUS_OK;
    if (shape_size(illustration->run->kind->shape) > 2) /* a point of a plane makes no picture */
        status = store_find(illustration->store, "/perturb", &there, error);
    if (!there)
        return status;
    status = store_members(illustration->store, "/perturb", &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct sweep sweep = {.perturbation = perturbation_find(names[i], NULL)};
        if (!sweep.perturbation || !sweep.perturbation->apply || sweep.perturbation->need == NEEDS_GRADIENT)
            continue;
        status = sweep_read(illustration, names[i], &sweep, error);
        if (status == STATUS_OK)
            status = sweep_show(illustration, &sweep, error);
        sweep_free(&sweep);
    }
    memory_free(names);
    return status;
}

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

/* Four test items whose entropies are the nearest to 0, 1/3, 2/3 and all of the largest one. */
static enum status distributions_choose(struct illustration *illustration, const float *probability,
                                        const uint8_t *labels, size_t items, struct error *error)
{
    enum { CHOSEN = 4 };
    size_t classes = illustration->run->kind->classes;
    double largest = 0;
    for (size_t i = 0; i < items; i++)
        largest = fmax(largest, entropy_of(probability + i * classes, classes));
    enum status status = STATUS_OK;
    for (size_t c = 0; c < CHOSEN && status == STATUS_OK && items > 0; c++) {
        double wanted = largest * (double)c / (CHOSEN - 1), least = INFINITY;
        size_t nearest = 0;
        for (size_t i = 0; i < items; i++) {
            double distance = fabs(entropy_of(probability + i * classes, classes) - wanted);
            nearest = distance < least ? i : nearest;
            least = fmin(least, distance);
        }
        status = distribution_add(illustration, probability + nearest * classes, nearest, labels[nearest], error);
    }
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
        status = distributions_choose(illustration, stored.mean, stored.labels, stored.items, error);
    else
        status = error_set(error, STATUS_DATA,
                           "%s: /test/probability has not the shape of a prediction; " STORE_REMEDY_CHANGED,
                           store_path(file.store));
    stored_free(&stored);
    return status;
}

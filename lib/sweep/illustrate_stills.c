/* lib/sweep/illustrate_stills.c: some items of each perturbation sweep at every strength, as pictures with the run's
 * predictions. */
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "core/size.h"
#include "data/perturb.h"
#include "sweep/disturb.h"
#include "sweep/illustration.h"
#include "run/run_file.h"

/* The talk's grid has 3 x 4 items: as many of the sweep's, by class (items_by_class). */
enum { STILL_ITEMS = 12 };

/* One perturbation's part of the run's file. */
struct sweep {
    const struct perturbation *perturbation;
    size_t strengths, samples, items, classes;
    double *index;      /* [items] into the file that the run was measured on */
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
    row_number(&row, "classes", (double)sweep->classes);
    return row_store(&row, illustration_table(illustration, "stills_predicted"), error);
}

/* One disturbed item: a row for each line of its picture. text [2 * item size + 1] */
static enum status still_add(struct illustration *illustration, const struct shown_items *shown, size_t item,
                             double strength, const float *x, char *text, struct error *error)
{
    const struct run *run = illustration->run;
    char name[DATASET_CLASS_SIZE], pixels[LINE_TEXT_SIZE] = "";
    struct row row = row_begin(run, "stills");
    row_text(&row, "perturbation", shown->perturbation->name);
    row_number(&row, "strength", strength);
    row_number(&row, "item", (double)shown->index[item]);
    row_text(&row, "label", dataset_class_name(run->kind, shown->labels[item], name));
    row_text(&row, "data_source", run->data_source);
    picture_write(&row, shown->from, x, text);
    const struct shape shape = shown->from->shape;
    const size_t lines = shape.width == 1 ? 1 : shape.height, length = 2 * shape_size(shape) / lines;
    enum status status = STATUS_OK;
    for (size_t line = 0; line < lines && status == STATUS_OK; line++) {
        memcpy(pixels, text + line * length, length); /* has_picture: it fits, with its terminator */
        row_number(&row, "line", (double)line);
        row_text(&row, "pixels", pixels);
        status = row_store(&row, illustration_table(illustration, "stills"), error);
    }
    return status;
}

/* Every item at every strength, disturbed as in the sweep, with the sweep's prediction. place [items]: the items'
 * places in the sweep. */
static enum status stills_add(struct illustration *illustration, const struct sweep *sweep,
                              const struct shown_items *shown, const size_t *place, struct error *error)
{
    const size_t size = shape_size(shown->from->shape);
    float *out = memory_alloc(size_multiply(shown->count, size), sizeof *out, error);
    char *text = memory_alloc(2 * size + 1, 1, error);
    enum status status = out && text ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < shown->count && status == STATUS_OK; i++) {
        for (size_t s = 0; s < sweep->strengths && status == STATUS_OK; s++) {
            const double strength = (double)sweep->strength[s];
            const float *gradient = shown->gradient ? shown->gradient + i * size : NULL;
            disturb(illustration->run, shown->perturbation, strength, shown->index + i, shown->x + i * size, gradient,
                    1, out);
            status = still_add(illustration, shown, i, strength, out, text, error);
            if (status == STATUS_OK)
                status = predicted_add(illustration, sweep, s, place[i], error);
        }
    }
    memory_free(text);
    memory_free(out);
    return status;
}

/* Gathers the chosen items of the sweep from the data. */
static enum status shown_open(const struct illustration *illustration, const struct sweep *sweep, const size_t *place,
                              struct shown_items *shown, struct error *error)
{
    const struct run *run = illustration->run;
    const size_t count = shown->count;
    bool validation = strcmp(run->config.data.evaluate, "validation") == 0;
    shown->from = validation ? &run->dataset->train : &run->dataset->test;
    shown->index = memory_alloc(count, sizeof *shown->index, error);
    shown->labels = memory_alloc(count, 1, error);
    shown->x = memory_alloc(size_multiply(count, shape_size(shown->from->shape)), sizeof *shown->x, error);
    if (!shown->index || !shown->labels || !shown->x)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const double index = sweep->index[place[i]];
        if (!(index >= 0 && index < (double)shown->from->count))
            return error_set(error, STATUS_DATA, "%s: an item of a sweep is not in the data", run->path);
        shown->index[i] = (uint32_t)index;
    }
    items_gather(shown->from, shown->index, count, shown->x, shown->labels);
    return disturb_gradient(run, shown->perturbation, illustration->trained.posterior, NULL, shown->samples,
                            illustration->monitor, shown->x, shown->labels, count, &shown->gradient, error);
}

static enum status sweep_show(struct illustration *illustration, const struct sweep *sweep, struct error *error)
{
    size_t place[STILL_ITEMS];
    struct shown_items shown = {.perturbation = sweep->perturbation,
                                .samples = sweep->samples,
                                .count = items_by_class(sweep->labels, sweep->items, STILL_ITEMS, place)};
    enum status status = shown_open(illustration, sweep, place, &shown, error);
    if (status == STATUS_OK)
        status = stills_add(illustration, sweep, &shown, place, error);
    if (status == STATUS_OK)
        status = illustrate_frames(illustration, &shown, error);
    memory_free(shown.index);
    memory_free(shown.labels);
    memory_free(shown.x);
    memory_free(shown.gradient);
    return status;
}

enum status illustrate_stills(struct illustration *illustration, struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    bool there = false;
    enum status status = STATUS_OK;
    if (has_picture(illustration->run->kind->shape))
        status = store_find(illustration->store, "/perturb", &there, error);
    if (!there)
        return status;
    status = store_members(illustration->store, "/perturb", &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct sweep sweep = {.perturbation = perturbation_find(names[i], NULL)};
        if (!sweep.perturbation || !sweep.perturbation->apply)
            continue;
        status = sweep_read(illustration, names[i], &sweep, error);
        if (status == STATUS_OK)
            status = sweep_show(illustration, &sweep, error);
        sweep_free(&sweep);
    }
    memory_free(names);
    return status;
}

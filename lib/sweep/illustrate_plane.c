/* lib/sweep/illustrate_plane.c: if items are points of a plane, the prediction at every point of it: between the
 * classes and far from all training items. */
#include <math.h>

#include "bayes/predictive.h"
#include "core/memory.h"
#include "sweep/illustration.h"

enum { GRID = 61, SAMPLES = 64, ITEMS_SHOWN = 400 };

/* The plane extends beyond the items on each side by their width: most of it was never trained on. */
struct plane {
    double low[2], high[2];
};

static struct plane plane_around(const struct items *items, const float *x)
{
    struct plane plane = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    for (size_t i = 0; i < 2 * items->count; i++) {
        plane.low[i % 2] = fmin(plane.low[i % 2], (double)x[i]);
        plane.high[i % 2] = fmax(plane.high[i % 2], (double)x[i]);
    }
    for (size_t axis = 0; axis < 2; axis++) {
        double reach = plane.high[axis] - plane.low[axis];
        plane.low[axis] -= reach;
        plane.high[axis] += reach;
    }
    return plane;
}

static double grid_at(const struct plane *plane, size_t axis, size_t i)
{
    return plane->low[axis] + (plane->high[axis] - plane->low[axis]) * (double)i / (double)(GRID - 1);
}

static double mean_entropy_of_samples(const struct prediction *prediction, size_t item)
{
    double sum = 0;
    for (size_t s = 0; s < prediction->samples; s++)
        sum +=
            entropy_of(prediction->sampled + (s * prediction->items + item) * prediction->classes, prediction->classes);
    return sum / (double)prediction->samples;
}

static enum status grid_add(struct illustration *illustration, const struct plane *plane,
                            const struct prediction *prediction, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < prediction->items && status == STATUS_OK; i++) {
        const float *mean = prediction->mean + i * prediction->classes;
        double entropy = entropy_of(mean, prediction->classes);
        struct row row = row_begin(illustration->run, "plane");
        row_number(&row, "x", grid_at(plane, 0, i % GRID));
        row_number(&row, "y", grid_at(plane, 1, i / GRID));
        row_number(&row, "probability", (double)mean[prediction->classes - 1]);
        row_number(&row, "entropy", entropy);
        row_number(&row, "mutual_information", entropy - mean_entropy_of_samples(prediction, i));
        status = row_store(&row, illustration_table(illustration, "plane"), error);
    }
    return status;
}

static enum status grid_predict(struct illustration *illustration, const struct plane *plane, struct error *error)
{
    const struct run *run = illustration->run;
    struct predictor predictor = {0};
    struct prediction prediction = {0};
    float *x = memory_alloc((size_t)GRID * GRID, 2 * sizeof *x, error);
    uint8_t *labels = memory_alloc((size_t)GRID * GRID, 1, error); /* meaningless here */
    enum status status = x && labels ? predictor_make(illustration->trained.posterior, illustration->trained.network,
                                                      EVALUATION_BATCH, &predictor, error)
                                     : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = prediction_alloc(predictor_samples(&predictor, SAMPLES), (size_t)GRID * GRID, run->kind->classes,
                                  labels, &prediction, error);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < (size_t)GRID * GRID; i++) {
            x[2 * i] = (float)grid_at(plane, 0, i % GRID);
            x[2 * i + 1] = (float)grid_at(plane, 1, i / GRID);
        }
        status = predict(&predictor, PREDICT_SAMPLED, NULL, run->seed, x, &prediction, error);
        if (status == STATUS_OK)
            status = grid_add(illustration, plane, &prediction, error);
    }
    prediction_free(&prediction);
    predictor_free(&predictor);
    memory_free(labels);
    memory_free(x);
    return status;
}

static enum status items_add(struct illustration *illustration, const float *x, const uint8_t *labels,
                             struct error *error)
{
    const struct run *run = illustration->run;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < run->split.train_count && i < ITEMS_SHOWN && status == STATUS_OK; i++) {
        size_t item = run->split.train[i];
        char name[DATASET_CLASS_SIZE];
        struct row row = row_begin(run, "plane_items");
        row_text(&row, "label", dataset_class_name(run->kind, labels[item], name));
        row_number(&row, "x", (double)x[2 * item]);
        row_number(&row, "y", (double)x[2 * item + 1]);
        status = row_store(&row, illustration_table(illustration, "plane_items"), error);
    }
    return status;
}

enum status illustrate_plane(struct illustration *illustration, struct error *error)
{
    const struct items *items = &illustration->run->dataset->train;
    if (shape_size(items->shape) != 2)
        return STATUS_OK;
    float *x = memory_alloc(items->count, 2 * sizeof *x, error);
    uint8_t *labels = memory_alloc(items->count, 1, error);
    uint32_t *index = memory_alloc(items->count, sizeof *index, error);
    enum status status = x && labels && index ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        for (size_t i = 0; i < items->count; i++)
            index[i] = (uint32_t)i;
        items_gather(items, index, items->count, x, labels);
        struct plane plane = plane_around(items, x);
        status = grid_predict(illustration, &plane, error);
    }
    if (status == STATUS_OK)
        status = items_add(illustration, x, labels, error);
    memory_free(index);
    memory_free(labels);
    memory_free(x);
    return status;
}

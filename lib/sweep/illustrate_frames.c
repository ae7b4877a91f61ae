/* lib/sweep/illustrate_frames.c: the items of the stills at many more strengths, predicted here: an animation's frames.
 */
#include "bayes/metric.h"
#include "bayes/predictive.h"
#include "core/memory.h"
#include "core/size.h"
#include "sweep/disturb.h"
#include "sweep/illustration.h"

/* Frames predicted at once: batches are full, and samples of the weights serve many frames. */
struct reel {
    const struct shown_items *items;
    struct prediction prediction; /* of [frames][items] */
    float *x;                     /* [frames][items][item] */
    uint8_t *labels;              /* [frames][items] */
    char *text;                   /* [2 * item size + 1] */
    size_t frames;                /* allocated */
};

static enum status frame_add(struct illustration *illustration, const struct reel *reel, size_t at, double strength,
                             struct error *error)
{
    const struct run *run = illustration->run;
    const struct prediction *prediction = &reel->prediction;
    const size_t item = at % reel->items->count, best = prediction_class(prediction, at);
    char label[DATASET_CLASS_SIZE], predicted[DATASET_CLASS_SIZE];
    struct row row = row_begin(run, "frames");
    row_text(&row, "perturbation", reel->items->perturbation->name);
    row_number(&row, "strength", strength);
    row_number(&row, "item", (double)reel->items->index[item]);
    row_text(&row, "label", dataset_class_name(run->kind, reel->items->labels[item], label));
    row_text(&row, "predicted", dataset_class_name(run->kind, best, predicted));
    row_number(&row, "right", best == reel->items->labels[item]);
    row_number(&row, "entropy", entropy_of(prediction->mean + at * prediction->classes, prediction->classes));
    row_number(&row, "classes", (double)prediction->classes);
    row_text(&row, "data_source", run->data_source);
    picture_write(&row, reel->items->from, reel->x + at * shape_size(run->kind->shape), reel->text);
    row_text(&row, "pixels", reel->text);
    return row_store(&row, illustration_table(illustration, "frames"), error);
}

/* Frames first .. first + count - 1; the prediction has exactly that many. */
static enum status frames_add(struct illustration *illustration, struct predictor *predictor, struct reel *reel,
                              size_t first, size_t count, struct error *error)
{
    const struct run *run = illustration->run;
    const struct shown_items *items = reel->items;
    const size_t all = (size_t)run->config.perturb.frames, size = items->count * shape_size(run->kind->shape);
    for (size_t f = 0; f < count; f++)
        disturb(run, items->perturbation, disturb_strength(run, items->perturbation, first + f, all), items->index,
                items->x, items->gradient, items->count, reel->x + f * size);
    reel->prediction.items = count * items->count;
    enum status status = predict(predictor, PREDICT_SAMPLED, NULL, run->seed, reel->x, &reel->prediction, error);
    for (size_t i = 0; i < count * items->count && status == STATUS_OK; i++)
        status = frame_add(illustration, reel, i,
                           disturb_strength(run, items->perturbation, first + i / items->count, all), error);
    return status;
}

static enum status reel_make(const struct illustration *illustration, const struct predictor *predictor,
                             struct reel *reel, struct error *error)
{
    const struct shown_items *items = reel->items;
    const size_t size = shape_size(illustration->run->kind->shape),
                 all = (size_t)illustration->run->config.perturb.frames;
    reel->frames = smaller(all, larger(1, EVALUATION_BATCH / items->count));
    const size_t pictures = reel->frames * items->count;
    reel->x = memory_alloc(size_multiply(pictures, size), sizeof *reel->x, error);
    reel->labels = memory_alloc(pictures, 1, error);
    reel->text = memory_alloc(2 * size + 1, 1, error);
    if (!reel->x || !reel->labels || !reel->text)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < pictures; i++)
        reel->labels[i] = items->labels[i % items->count];
    return prediction_alloc(predictor_samples(predictor, items->samples), pictures, illustration->run->kind->classes,
                            reel->labels, &reel->prediction, error);
}

enum status illustrate_frames(struct illustration *illustration, const struct shown_items *items, struct error *error)
{
    const size_t all = (size_t)illustration->run->config.perturb.frames;
    struct predictor predictor = {0};
    struct reel reel = {.items = items};
    if (items->count == 0)
        return STATUS_OK;
    enum status status = predictor_make(illustration->trained.posterior, illustration->trained.network,
                                        EVALUATION_BATCH, &predictor, error);
    predictor.monitor = illustration->monitor;
    if (status == STATUS_OK)
        status = reel_make(illustration, &predictor, &reel, error);
    for (size_t first = 0; first < all && status == STATUS_OK; first += reel.frames)
        status = frames_add(illustration, &predictor, &reel, first, smaller(reel.frames, all - first), error);
    prediction_free(&reel.prediction);
    predictor_free(&predictor);
    memory_free(reel.text);
    memory_free(reel.labels);
    memory_free(reel.x);
    return status;
}

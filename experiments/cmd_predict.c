/* experiments/cmd_predict.c: `prediction, uncertainty = model.predict(input)`, of an exported model. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "core/memory.h"
#include "data/input.h"
#include "embed/engine.h"
#include "embed/model_file.h"

enum { ITEMS_AT_ONCE = 256 };

struct outcome {
    const char *input;
    size_t item, classes, label;
    const float *probability; /* [classes] */
    double entropy, mutual_information;
    bool refer;
};

typedef void print_fn(const struct outcome *outcome);

static void print_text(const struct outcome *o)
{
    printf("%s:%zu: class %zu, probability %.4f, entropy %.4f, mutual information %.4f%s\n", o->input, o->item,
           o->label, (double)o->probability[o->label], o->entropy, o->mutual_information,
           o->refer ? ": refer to a human" : "");
}

static void print_csv(const struct outcome *o)
{
    putchar('"');
    for (const char *c = o->input; *c; c++)
        printf(*c == '"' ? "\"\"" : "%c", *c);
    printf("\",%zu,%zu,%.9g,%.9g,%.9g,%d", o->item, o->label, (double)o->probability[o->label], o->entropy,
           o->mutual_information, o->refer);
    for (size_t c = 0; c < o->classes; c++)
        printf(",%.9g", (double)o->probability[c]);
    putchar('\n');
}

static void print_json(const struct outcome *o)
{
    printf("{\"input\": \"");
    for (const char *c = o->input; *c; c++) {
        if ((unsigned char)*c < ' ')
            printf("\\u%04x", (unsigned int)*c);
        else
            printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    printf("\", \"item\": %zu, \"class\": %zu, \"probability\": %.9g, \"entropy\": %.9g, \"mutual_information\": %.9g, "
           "\"refer\": %s, \"probabilities\": [",
           o->item, o->label, (double)o->probability[o->label], o->entropy, o->mutual_information,
           o->refer ? "true" : "false");
    for (size_t c = 0; c < o->classes; c++)
        printf("%s%.9g", c ? ", " : "", (double)o->probability[c]);
    printf("]}\n");
}

static void print_csv_header(size_t classes)
{
    printf("input,item,class,probability,entropy,mutual_information,refer");
    for (size_t c = 0; c < classes; c++)
        printf(",p%zu", c);
    putchar('\n');
}

/* What is the same for every input. */
struct prediction_job {
    const struct model *model;
    struct engine *engine;
    struct prediction prediction; /* of one item */
    float *x;                     /* [ITEMS_AT_ONCE][height][width][channels] */
    uint8_t *labels;              /* [ITEMS_AT_ONCE], for items_gather */
    double threshold;
    print_fn *print;
};

static enum status predict_item(struct prediction_job *job, const char *input, size_t item, const float *x,
                                struct error *error)
{
    struct prediction *prediction = &job->prediction;
    engine_predict(job->engine, x, prediction->sampled);
    prediction_average(prediction);
    struct outcome outcome = {.input = input,
                              .item = item,
                              .classes = prediction->classes,
                              .label = prediction_class(prediction, 0),
                              .probability = prediction->mean,
                              .entropy = metric_entropy(prediction),
                              .mutual_information = metric_mutual_information(prediction)};
    if (!isfinite(outcome.entropy) || !isfinite(outcome.mutual_information))
        return error_set(
            error, STATUS_NOT_FINITE,
            "%s:%zu: the prediction is not finite: the values are far beyond those the model was trained on", input,
            item);
    outcome.refer = outcome.entropy > job->threshold;
    job->print(&outcome);
    return STATUS_OK;
}

static enum status predict_input(struct prediction_job *job, const struct dataset_kind *kind, const char *path,
                                 struct error *error)
{
    struct items items;
    uint32_t indices[ITEMS_AT_ONCE];
    enum status status = input_read(path, kind, &items, error);
    for (size_t first = 0; status == STATUS_OK && first < items.count; first += ITEMS_AT_ONCE) {
        size_t count = items.count - first < ITEMS_AT_ONCE ? items.count - first : ITEMS_AT_ONCE;
        for (size_t i = 0; i < count; i++)
            indices[i] = (uint32_t)(first + i);
        items_gather(&items, indices, count, job->x, job->labels);
        for (size_t i = 0; i < count && status == STATUS_OK; i++)
            status = predict_item(job, path, first + i, job->x + i * shape_size(kind->shape), error);
    }
    items_free(&items);
    return status;
}

static enum status choose_format(const struct options *options, print_fn **print, struct error *error)
{
    const char *format = options->format_given ? options->format : "text";
    *print = strcmp(format, "text") == 0    ? print_text
             : strcmp(format, "csv") == 0   ? print_csv
             : strcmp(format, "jsonl") == 0 ? print_json
                                            : NULL;
    return *print ? STATUS_OK : error_set(error, STATUS_USAGE, "--format %s: text, csv or jsonl is wanted", format);
}

static enum status choose_threshold(const struct options *options, const struct model *model, double *threshold,
                                    struct error *error)
{
    char *end;
    *threshold = (double)model->threshold;
    if (!options->threshold)
        return STATUS_OK;
    *threshold = strtod(options->threshold, &end);
    if (end == options->threshold || *end || !(*threshold >= 0))
        return error_set(error, STATUS_USAGE, "--threshold %s: a number of nats, at least 0, is wanted",
                         options->threshold);
    return STATUS_OK;
}

static enum status predict_all(const struct options *options, struct prediction_job *job, struct error *error)
{
    const struct model *model = job->model;
    struct dataset_kind kind = {.name = model->dataset,
                                .title = model->dataset,
                                .classes = model->classes,
                                .shape = model->input,
                                .offset = model->offset,
                                .scale = model->scale};
    enum status status = engine_create(model, &job->engine, error);
    job->x = memory_alloc(size_multiply(ITEMS_AT_ONCE, shape_size(model->input)), sizeof *job->x, error);
    job->labels = memory_alloc(ITEMS_AT_ONCE, 1, error);
    if (status == STATUS_OK && (!job->x || !job->labels))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = prediction_alloc(engine_networks(job->engine), 1, model->classes, NULL, &job->prediction, error);
    if (status == STATUS_OK && job->print == print_csv)
        print_csv_header(model->classes);
    for (size_t i = 1; status == STATUS_OK && i < options->argument_count; i++)
        status = predict_input(job, &kind, options->arguments[i], error);
    prediction_free(&job->prediction);
    memory_free(job->x);
    memory_free(job->labels);
    engine_free(job->engine);
    return status;
}

enum status command_predict(const struct options *options, struct error *error)
{
    struct prediction_job job = {0};
    struct model *model = NULL;
    if (options->argument_count < 2)
        return error_set(error, STATUS_USAGE, "usage: tenth predict MODEL.tenth INPUT...; - is standard input");
    enum status status = choose_format(options, &job.print, error);
    if (status == STATUS_OK)
        status = model_read(options->arguments[0], &model, error);
    if (status == STATUS_OK)
        status = choose_threshold(options, model, &job.threshold, error);
    job.model = model;
    if (status == STATUS_OK)
        status = predict_all(options, &job, error);
    model_free(model);
    return status;
}

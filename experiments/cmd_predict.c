/* experiments/cmd_predict.c: `prediction, uncertainty = model.predict(input)`, with an exported model. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "core/memory.h"
#include "core/size.h"
#include "data/input.h"
#include "embed/engine.h"
#include "embed/model_file.h"
#include "io/text_buffer.h"
#include "say.h"

enum { ITEMS_AT_ONCE = 256, FLOATS_AT_ONCE = 1 << 22 };

struct outcome {
    const char *input; /* its name, as the format requires */
    size_t item, classes, label;
    const char *class_name;   /* of the label, from the data set; "": not known */
    const float *probability; /* [classes] */
    double entropy, mutual_information;
    bool refer;
    char reason[160]; /* why; "" if it is not referred. Like data_source without anything that CSV or JSON would
                       * escape */
    const struct model *model;
};

typedef void print_fn(const struct outcome *outcome);

/* Names in CSV and JSON, between quotes. CSV may contain line ends and tabs; JSON has its own escapes for control
 * characters, but none for bytes that are not UTF-8. Freed with memory_free; NULL: no memory. */
static char *csv_text(const char *text, struct error *error)
{
    struct text_buffer quoted = text_begin(error);
    char *safe = sayable(text, "\n\t", error);
    for (const char *c = safe; c && *c; c++)
        text_add(&quoted, *c == '"' ? "\"\"" : "%c", *c);
    memory_free(safe);
    return safe ? text_take(&quoted) : NULL;
}

static char *json_text(const char *text, struct error *error)
{
    static const char ascii_controls[] =
        "\1\2\3\4\5\6\7\b\t\n\v\f\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37\177";
    struct text_buffer quoted = text_begin(error);
    char *safe = sayable(text, ascii_controls, error);
    for (const char *c = safe; c && *c; c++) {
        if (strchr(ascii_controls, *c))
            text_add(&quoted, "\\u%04x", (unsigned int)*c);
        else
            text_add(&quoted, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    memory_free(safe);
    return safe ? text_take(&quoted) : NULL;
}

static void print_text(const struct outcome *o)
{
    char number[DATASET_CLASS_SIZE];
    (void)snprintf(number, sizeof number, "%zu", o->label);
    const bool named = o->class_name[0] != '\0' && strcmp(o->class_name, number) != 0; /* digits are called so */
    printf("%s:%zu: class %zu%s%s%s, probability %.4f, entropy %.4f, mutual information %.4f", o->input, o->item,
           o->label, named ? " (" : "", named ? o->class_name : "", named ? ")" : "", (double)o->probability[o->label],
           o->entropy, o->mutual_information);
    if (o->refer)
        printf(": refer to a human (%s)", o->reason);
    if (!o->model->official)
        printf(" [training data: %s]", o->model->data_source);
    putchar('\n');
}

static void print_csv(const struct outcome *o)
{
    printf("\"%s\",%zu,%zu,%.9g,%.9g,%.9g,%d", o->input, o->item, o->label, (double)o->probability[o->label],
           o->entropy, o->mutual_information, o->refer);
    for (size_t c = 0; c < o->classes; c++)
        printf(",%.9g", (double)o->probability[c]);
    /* No registry name has a quote. */
    printf(",\"%s\",\"%s\",\"%s\"\n", o->reason, o->model->data_source, o->class_name);
}

static void print_json(const struct outcome *o)
{
    printf("{\"input\": \"%s\", \"item\": %zu, \"class\": %zu, \"probability\": %.9g, \"entropy\": %.9g, "
           "\"mutual_information\": %.9g, \"refer\": %s, \"class_name\": \"%s\", \"probabilities\": [",
           o->input, o->item, o->label, (double)o->probability[o->label], o->entropy, o->mutual_information,
           o->refer ? "true" : "false", o->class_name); /* no registry name has a quote */
    for (size_t c = 0; c < o->classes; c++)
        printf("%s%.9g", c ? ", " : "", (double)o->probability[c]);
    printf("], \"reason\": \"%s\", \"data_source\": \"%s\"}\n", o->reason, o->model->data_source);
}

static void print_csv_header(size_t classes)
{
    printf("input,item,class,probability,entropy,mutual_information,refer");
    for (size_t c = 0; c < classes; c++)
        printf(",p%zu", c);
    printf(",reason,data_source,class_name\n");
}

/* The same for every input. */
struct prediction_job {
    const struct model *model;
    const struct dataset_kind *trained_on; /* the data set that the model names; NULL: not known here */
    struct engine *engine;
    struct prediction prediction; /* of one item */
    size_t at_once;               /* items; ITEMS_AT_ONCE, or fewer if they are large */
    float *x;                     /* [at_once][height][width][channels] */
    uint8_t *labels;              /* [at_once], for items_gather */
    double threshold;
    print_fn *print;
};

/* Being unlike the training data says more than the entropy, which then means nothing. */
static void find_reason(const struct prediction_job *job, const struct items *items, struct outcome *outcome)
{
    const struct input_range *range = &job->model->range;
    double statistic[INPUT_STATISTICS];
    input_statistics(items, outcome->item, statistic);
    enum input_statistic far = input_range_outside(range, statistic);
    if (far < INPUT_STATISTICS)
        (void)snprintf(outcome->reason, sizeof outcome->reason,
                       "unlike the training data: %s %.4g where %.4g to %.4g was seen", input_statistic_name(far),
                       statistic[far], (double)range->low[far], (double)range->high[far]);
    else if (outcome->entropy > job->threshold)
        (void)snprintf(outcome->reason, sizeof outcome->reason, "entropy");
    outcome->refer = outcome->reason[0] != '\0';
}

static const char *name_class(const struct prediction_job *job, size_t label, char name[DATASET_CLASS_SIZE])
{
    if (!job->trained_on || job->trained_on->classes != job->model->classes)
        return "";
    return dataset_class_name(job->trained_on, label, name);
}

/* `input` is the path, `shown` the same for the output. */
static enum status predict_item(struct prediction_job *job, const struct items *items, const char *input,
                                const char *shown, size_t item, const float *x, struct error *error)
{
    struct prediction *prediction = &job->prediction;
    engine_predict(job->engine, x, prediction->sampled);
    prediction_average(prediction);
    struct outcome outcome = {.input = shown,
                              .item = item,
                              .classes = prediction->classes,
                              .label = prediction_class(prediction, 0),
                              .probability = prediction->mean,
                              .entropy = metric_of(METRIC_entropy, prediction),
                              .mutual_information = metric_of(METRIC_mutual_information, prediction),
                              .model = job->model};
    char class_name[DATASET_CLASS_SIZE];
    outcome.class_name = name_class(job, outcome.label, class_name);
    if (!isfinite(outcome.entropy) || !isfinite(outcome.mutual_information))
        return error_set(
            error, STATUS_NOT_FINITE,
            "%s:%zu: the prediction is not finite: the values are far beyond those the model was trained on", input,
            item);
    find_reason(job, items, &outcome);
    job->print(&outcome);
    return STATUS_OK;
}

/* Reports the error at once, after earlier predictions, so that the rest can still be predicted. */
static void say_failure(struct error *error)
{
    (void)fflush(stdout); /* a failure stays noted in the stream */
    say(stderr, "tenth: %s\n", error->message);
    error->message[0] = '\0'; /* it is reported */
}

/* The status for two: wrong data count most, since a caller can fix those. */
static enum status worse(enum status one, enum status other)
{
    return one == STATUS_OK || other == STATUS_DATA ? other : one;
}

static enum status predict_items(struct prediction_job *job, const struct items *items, const char *path,
                                 const char *shown, struct error *error)
{
    uint32_t indices[ITEMS_AT_ONCE];
    enum status result = STATUS_OK;
    for (size_t first = 0; first < items->count; first += job->at_once) {
        size_t count = smaller(items->count - first, job->at_once);
        for (size_t i = 0; i < count; i++)
            indices[i] = (uint32_t)(first + i);
        items_gather(items, indices, count, job->x, job->labels);
        for (size_t i = 0; i < count; i++) {
            enum status status =
                predict_item(job, items, path, shown, first + i, job->x + i * shape_size(items->shape), error);
            if (status == STATUS_OK)
                continue;
            say_failure(error);
            result = worse(result, status);
        }
    }
    return result;
}

static enum status predict_input(struct prediction_job *job, const struct dataset_kind *kind, const char *path,
                                 struct error *error)
{
    struct items items;
    char *shown = job->print == print_csv    ? csv_text(path, error)
                  : job->print == print_json ? json_text(path, error)
                                             : sayable(path, "", error);
    if (!shown)
        return STATUS_NO_MEMORY;
    enum status status = input_read(path, kind, &items, error);
    if (status == STATUS_OK)
        status = predict_items(job, &items, path, shown, error);
    else
        say_failure(error);
    items_free(&items);
    memory_free(shown);
    return status;
}

/* Every input, whatever happened to those before it. */
static enum status predict_inputs(struct prediction_job *job, const struct dataset_kind *kind,
                                  const struct options *options, struct error *error)
{
    enum status result = STATUS_OK;
    for (size_t i = 1; i < options->argument_count; i++)
        result = worse(result, predict_input(job, kind, options->arguments[i], error));
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set(error, STATUS_FAILED, "standard output could not be written");
    return result;
}

/* Standard input has one content, and one reader. */
static enum status check_arguments(const struct options *options, struct error *error)
{
    size_t standard = 0;
    if (options->argument_count < 2)
        return error_set(error, STATUS_USAGE, "usage: tenth predict MODEL.tenth INPUT...; - is standard input");
    if (strcmp(options->arguments[0], "-") == 0)
        return error_set(error, STATUS_USAGE, "the model is not read from standard input: tenth predict MODEL.tenth -");
    for (size_t i = 0; i < options->argument_count; i++)
        standard += input_is_standard(options->arguments[i]);
    return standard <= 1
               ? STATUS_OK
               : error_set(error, STATUS_USAGE, "standard input is given %zu times; it is read once", standard);
}

static enum status choose_format(const struct options *options, print_fn **print, struct error *error)
{
    const char *format = options->format ? options->format : "text";
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
    job->at_once = smaller(ITEMS_AT_ONCE, parts_of(FLOATS_AT_ONCE, shape_size(model->input)));
    job->x = memory_alloc(size_multiply(job->at_once, shape_size(model->input)), sizeof *job->x, error);
    job->labels = memory_alloc(job->at_once, 1, error);
    if (status == STATUS_OK && (!job->x || !job->labels))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = prediction_alloc(engine_networks(job->engine), 1, model->classes, NULL, &job->prediction, error);
    if (status == STATUS_OK && job->print == print_csv)
        print_csv_header(model->classes);
    if (status == STATUS_OK)
        status = predict_inputs(job, &kind, options, error);
    prediction_free(&job->prediction);
    memory_free(job->x);
    memory_free(job->labels);
    engine_free(job->engine);
    return status;
}

enum status predict_explain(const struct options *options, struct error *error)
{
    (void)options;
    (void)error;
    size_t count;
    const struct dataset_kind *kinds = dataset_kinds(&count);
    printf("\nWhat a model takes depends on the data set that it was trained on:\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-10s %zu x %zu x %zu: %s\n", kinds[i].name, kinds[i].shape.height, kinds[i].shape.width,
               kinds[i].shape.channels, kinds[i].input);
    return STATUS_OK;
}

enum status command_predict(const struct options *options, struct error *error)
{
    struct prediction_job job = {0};
    struct model *model = NULL;
    enum status status = check_arguments(options, error);
    if (status == STATUS_OK)
        status = choose_format(options, &job.print, error);
    if (status == STATUS_OK)
        status = model_read(options->arguments[0], &model, error);
    if (status == STATUS_OK)
        status = choose_threshold(options, model, &job.threshold, error);
    job.model = model;
    job.trained_on = model ? dataset_find(model->dataset, NULL) : NULL;
    if (status == STATUS_OK)
        status = predict_all(options, &job, error);
    model_free(model);
    return status;
}

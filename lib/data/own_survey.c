#include "data/own_survey.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/array_file.h"
#include "data/label.h"
#include "data/own_private.h"
#include "data/reader.h"

enum { TEXT_LIMIT = 1 << 30 };

/* Running moments of the values. */
struct moments {
    double low, high, sum, squares;
    size_t count, missing;
};

static void add_value(struct moments *moments, double value)
{
    if (isnan(value)) {
        moments->missing++;
        return;
    }
    moments->low = moments->count > 0 ? fmin(moments->low, value) : value;
    moments->high = moments->count > 0 ? fmax(moments->high, value) : value;
    const double from = value - moments->sum / (double)(moments->count > 0 ? moments->count : 1);
    const double before = (double)moments->count;
    moments->squares += moments->count > 0 ? from * from * before / (before + 1) : 0;
    moments->sum += value;
    moments->count++;
}

static void note_values(struct own_survey *survey, const struct moments *moments)
{
    const double count = (double)moments->count;
    survey->low = moments->low;
    survey->high = moments->high;
    survey->mean = moments->count > 0 ? moments->sum / count : NAN;
    survey->deviation = moments->count > 0 ? sqrt(moments->squares / count) : NAN;
    survey->missing = moments->missing;
}

/* label [count]: numbers of texts, or NULL. */
static enum status note_labels(struct own_survey *survey, struct texts *labels, const size_t *label, size_t count,
                               struct error *error)
{
    const size_t classes = texts_count(labels);
    if (!label)
        return STATUS_OK;
    survey->labels = *labels;
    *labels = (struct texts){0};
    survey->order = memory_alloc(classes, sizeof *survey->order, error);
    survey->of_label = memory_alloc(classes, sizeof *survey->of_label, error);
    if (!survey->order || !survey->of_label)
        return STATUS_NO_MEMORY;
    label_order(&survey->labels, survey->order);
    for (size_t i = 0; i < count; i++)
        survey->of_label[label[i]]++;
    return STATUS_OK;
}

static enum status survey_series(struct own_set *set, struct own_survey *survey, struct error *error)
{
    struct source *source = NULL;
    struct series_file file = {0};
    struct moments moments = {0};
    uint8_t *text = NULL;
    size_t count = 0, *label = NULL;
    enum status status = own_open_file(set, OWN_TRAIN, &source, error);
    if (status != STATUS_OK)
        return status;
    status = source_rest(source, TEXT_LIMIT, &text, &count, error);
    if (status == STATUS_OK)
        status = series_file_read((const char *)text, count, source_path(source), &set->labels, false, ITEMS_LIMIT,
                                  &file, error);
    if (status == STATUS_OK) {
        label = memory_alloc(file.count, sizeof *label, error);
        status = label ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
        series_file_trim(&file, SERIES_LENGTHS_PAD); /* what is missing at an end is another length */
        survey->items = file.count;
        survey->longest = survey->shortest = series_file_longest(&file);
        survey->shape = (struct shape){survey->longest, 1, file.channels};
        survey->of_numbers = true;
    }
    for (size_t i = 0; i < file.count && status == STATUS_OK; i++) {
        const struct series *series = &file.series[i];
        survey->shortest = smaller(survey->shortest, series->length);
        label[i] = series->label;
        for (size_t j = 0; j < series->length * file.channels; j++)
            add_value(&moments, (double)file.values[series->first + j]);
    }
    if (status == STATUS_OK) {
        note_values(survey, &moments);
        status = note_labels(survey, &set->labels, label, file.count, error);
    }
    memory_free(label);
    series_file_free(&file);
    memory_free(text);
    return own_finish(set, OWN_TRAIN, source, status, error);
}

static enum status survey_labels(struct own_set *set, struct source *source, const struct array_file *array,
                                 struct own_survey *survey, struct error *error)
{
    const size_t count = array->size[0];
    int64_t *value = memory_alloc(count, sizeof *value, error);
    struct own_part part = {.label = memory_alloc(count, sizeof *part.label, error)};
    enum status status = value && part.label ? array_labels(source, array, value, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = own_add_number(set, &part, i, value[i], source_path(source), error);
    if (status == STATUS_OK)
        status = note_labels(survey, &set->labels, part.label, count, error);
    survey->only_labels = true;
    survey->items = count;
    memory_free(part.label);
    memory_free(value);
    return status;
}

static void note_items(struct own_survey *survey, const struct items *items)
{
    struct moments moments = {0};
    survey->items = items->count;
    survey->shape = items->shape;
    survey->shortest = survey->longest = items->shape.height;
    survey->of_numbers = items->values != NULL;
    const size_t size = items->count * shape_size(items->shape);
    for (size_t i = 0; items->bytes && i < size; i++)
        add_value(&moments, (double)items->bytes[i]);
    for (size_t i = 0; items->values && i < size; i++)
        add_value(&moments, (double)items->values[i]);
    note_values(survey, &moments);
}

static enum status survey_array(struct own_set *set, bool npy, struct own_survey *survey, struct error *error)
{
    struct source *source = NULL;
    struct array_file array;
    struct items items = {0};
    enum status status = own_open_file(set, OWN_TRAIN, &source, error);
    if (status != STATUS_OK)
        return status;
    status = array_header(source, npy, ITEMS_LIMIT, &array, error);
    if (status == STATUS_OK && array.rank == 1) {
        status = survey_labels(set, source, &array, survey, error);
    } else if (status == STATUS_OK) {
        status = array_items(source, &array, &items, error);
        if (status == STATUS_OK)
            note_items(survey, &items);
    }
    items_free(&items);
    return own_finish(set, OWN_TRAIN, source, status, error);
}

static enum status survey_part(struct own_set *set, const struct own_format *format, struct own_survey *survey,
                               struct error *error)
{
    struct own_part part = {0};
    enum status status = format->load(set, OWN_TRAIN, &part, error);
    if (status == STATUS_OK) {
        note_items(survey, &part.items);
        status = note_labels(survey, &set->labels, part.label, part.items.count, error);
    }
    items_free(&part.items);
    memory_free(part.label);
    return status;
}

enum status own_survey_make(const char *path, struct own_survey *survey, struct error *error)
{
    *survey = (struct own_survey){0};
    const struct own_format *format = own_format_detect(path, error);
    if (!format)
        return error ? error->status : STATUS_DATA;
    survey->format = format->name;
    survey->title = format->title;
    struct own_set *set = memory_alloc(1, sizeof *set, error);
    struct dataset *dataset = memory_alloc(1, sizeof *dataset, error);
    enum status status = STATUS_NO_MEMORY;
    if (set && dataset) {
        set->dataset = dataset;
        int length = snprintf(set->path[OWN_TRAIN], sizeof set->path[OWN_TRAIN], "%s", path);
        if (length < 0 || (size_t)length >= sizeof set->path[OWN_TRAIN])
            status = error_set(error, STATUS_DATA, "%.64s...: the path is longer than %zu bytes", path,
                               sizeof set->path[OWN_TRAIN]);
        else if (format->load == own_load_ucr)
            status = survey_series(set, survey, error);
        else if (format->labels_apart)
            status = survey_array(set, format->load == own_load_npy, survey, error);
        else
            status = survey_part(set, format, survey, error);
        memcpy(survey->sha256, dataset->files[0].sha256, sizeof survey->sha256);
        texts_free(&set->labels);
    }
    dataset_free(dataset);
    memory_free(set);
    return status;
}

void own_survey_free(struct own_survey *survey)
{
    texts_free(&survey->labels);
    memory_free(survey->order);
    memory_free(survey->of_label);
    *survey = (struct own_survey){0};
}

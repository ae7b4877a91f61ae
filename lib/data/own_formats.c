/* lib/data/own_formats.c: the formats of own data. To add one: write its own_load_NAME and add a row. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "core/registry.h"
#include "data/array_file.h"
#include "data/cifar.h"
#include "data/label.h"
#include "data/own_private.h"
#include "data/reader.h"
#include "io/magic.h"

enum { TEXT_LIMIT = 1 << 30, BEGINNING = 512 };

static const struct own_format all_formats[] = {
    {"idx", "IDX", true, own_load_idx},
    {"ucr", "text of series (UCR, .ts or ARFF)", false, own_load_ucr},
    {"cifar", "CIFAR's records", false, own_load_cifar},
    {"cifar_coarse", "CIFAR-100's records with their coarse labels", false, own_load_cifar_coarse},
    {"png", "directories of PNG images", false, own_load_png},
    {"npy", "NumPy's .npy", true, own_load_npy},
};
enum { FORMATS = sizeof all_formats / sizeof all_formats[0] };

const struct own_format *own_format_find(const char *name, struct error *error)
{
    return registry_find("format of data", name, all_formats, FORMATS, sizeof all_formats[0], error);
}

/* ---- the format of a file ---- */

/* As many bytes as there are, unpacked. */
static enum status read_beginning(const char *path, uint8_t bytes[BEGINNING], size_t *count, struct error *error)
{
    struct source *source = NULL;
    enum status status = source_open(path, &source, error);
    *count = 0;
    while (status == STATUS_OK && *count < BEGINNING && source_read(source, &bytes[*count], 1, NULL) == STATUS_OK)
        ++*count;
    source_close(source);
    return status;
}

static bool is_text(const uint8_t *bytes, size_t count)
{
    bool text = count > 0;
    for (size_t i = 0; i < count && text; i++)
        text = bytes[i] >= ' ' || bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\n';
    return text;
}

const struct own_format *own_format_detect(const char *path, struct error *error)
{
    struct stat about;
    uint8_t bytes[BEGINNING];
    size_t count;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return own_format_find("png", error);
    if (read_beginning(path, bytes, &count, error) != STATUS_OK)
        return NULL;
    const char *what = file_kind(bytes, count);
    if (array_is_npy(bytes, count))
        return own_format_find("npy", error);
    if (array_is_idx(bytes, count))
        return own_format_find("idx", error);
    if (!what && is_text(bytes, count))
        return own_format_find("ucr", error);
    if (!what && count == BEGINNING)
        return own_format_find("cifar", error); /* which has no mark: its reader judges the length and the labels */
    (void)error_set(error, STATUS_DATA,
                    "%s: is %s; IDX, NumPy's .npy, text of series (UCR, .ts, ARFF), CIFAR's binary records and "
                    "directories of PNG images are read",
                    path,
                    what         ? what
                    : count == 0 ? "empty"
                                 : "of no kind that is known");
    return NULL;
}

enum status own_check_shape(struct own_set *set, enum own_file file, struct shape shape, struct error *error)
{
    const struct shape first = set->shape;
    if (file == OWN_TRAIN)
        set->shape = shape;
    else if (shape.height != first.height || shape.width != first.width || shape.channels != first.channels)
        return error_set(error, STATUS_DATA,
                         "%s: has items of %zu x %zu x %zu (height, width, channels), and the training file of %zu x "
                         "%zu x %zu; the two do not belong together",
                         set->path[file], shape.height, shape.width, shape.channels, first.height, first.width,
                         first.channels);
    return STATUS_OK;
}

/* ---- series ---- */

static enum status series_part(struct own_set *set, enum own_file file, struct series_file *series,
                               struct own_part *part, struct error *error)
{
    series_file_trim(series, set->lengths);
    size_t length = set->shape.height;
    if (file == OWN_TRAIN)
        length = set->lengths == SERIES_LENGTHS_REFUSE ? series->series[0].length : series_file_longest(series);
    enum status status = own_check_shape(set, file, (struct shape){length, 1, series->channels}, error);
    if (status == STATUS_OK)
        status = series_file_items(series, length, set->missing, set->lengths, &part->items, error);
    part->label = memory_alloc(series->count, sizeof *part->label, error);
    if (status == STATUS_OK && !part->label)
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < series->count && status == STATUS_OK; i++)
        part->label[i] = series->series[i].label;
    return status;
}

enum status own_load_ucr(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    struct source *source = NULL;
    struct series_file series = {0};
    uint8_t *text = NULL;
    size_t count = 0;
    enum status status = own_open_file(set, file, &source, error);
    if (status != STATUS_OK)
        return status;
    status = source_rest(source, TEXT_LIMIT, &text, &count, error);
    if (status == STATUS_OK)
        status = series_file_read((const char *)text, count, source_path(source), &set->labels, set->closed,
                                  ITEMS_LIMIT, &series, error);
    if (status == STATUS_OK)
        status = series_part(set, file, &series, part, error);
    series_file_free(&series);
    memory_free(text);
    return own_finish(set, file, source, status, error);
}

/* ---- arrays ---- */

enum own_file own_labels_of(enum own_file file)
{
    return file == OWN_TRAIN ? OWN_TRAIN_LABELS : file == OWN_TEST ? OWN_TEST_LABELS : OWN_VALIDATION_LABELS;
}

enum status own_add_number(struct own_set *set, struct own_part *part, size_t item, int64_t label, const char *name,
                           struct error *error)
{
    char text[32], where[32];
    int length = snprintf(text, sizeof text, "%" PRId64, label);
    (void)snprintf(where, sizeof where, ": item %zu", item + 1);
    return label_number((struct cell){text, length > 0 ? (size_t)length : 0}, &set->labels, set->closed, name, where,
                        &part->label[item], error);
}

static enum status check_missing(const struct items *items, const char *name, struct error *error)
{
    const size_t size = shape_size(items->shape);
    for (size_t i = 0; items->values && i < items->count * size; i++) {
        if (isnan(items->values[i]))
            return error_set(error, STATUS_DATA,
                             "%s: value %zu of item %zu is missing (NaN); fill it in (data.missing is about text)",
                             name, i % size + 1, i / size + 1);
    }
    return STATUS_OK;
}

static enum status array_part(struct own_set *set, enum own_file file, bool npy, struct own_part *part,
                              struct error *error)
{
    struct source *source = NULL;
    struct array_file array;
    enum status status = own_open_file(set, file, &source, error);
    if (status != STATUS_OK)
        return status;
    status = array_header(source, npy, ITEMS_LIMIT, &array, error);
    if (status == STATUS_OK)
        status = array_items(source, &array, &part->items, error);
    if (status == STATUS_OK)
        status = check_missing(&part->items, source_path(source), error);
    if (status == STATUS_OK)
        status = own_check_shape(set, file, part->items.shape, error);
    return own_finish(set, file, source, status, error);
}

static enum status array_label_part(struct own_set *set, enum own_file file, bool npy, struct own_part *part,
                                    struct error *error)
{
    struct source *source = NULL;
    struct array_file array = {0};
    const size_t count = part->items.count;
    int64_t *labels = memory_alloc(count, sizeof *labels, error);
    part->label = memory_alloc(count, sizeof *part->label, error);
    enum status status = labels && part->label ? own_open_file(set, file, &source, error) : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        status = array_header(source, npy, ITEMS_LIMIT, &array, error);
        if (status == STATUS_OK && array.size[0] != count)
            status = error_set(error, STATUS_DATA,
                               "%s: holds %zu labels for %zu items; the two files do not belong "
                               "together",
                               source_path(source), array.size[0], count);
        if (status == STATUS_OK)
            status = array_labels(source, &array, labels, error);
        for (size_t i = 0; i < count && status == STATUS_OK; i++)
            status = own_add_number(set, part, i, labels[i], source_path(source), error);
        status = own_finish(set, file, source, status, error);
    }
    memory_free(labels);
    return status;
}

enum status own_load_idx(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    enum status status = array_part(set, file, false, part, error);
    return status == STATUS_OK ? array_label_part(set, own_labels_of(file), false, part, error) : status;
}

enum status own_load_npy(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    enum status status = array_part(set, file, true, part, error);
    return status == STATUS_OK ? array_label_part(set, own_labels_of(file), true, part, error) : status;
}

/* ---- CIFAR ---- */

/* The length alone says how many labels a record has. NULL: neither one nor two. */
static const struct cifar_form *form_of(size_t bytes, bool coarse)
{
    static const struct cifar_form ten = {1, 0, CIFAR_CLASSES}, fine = {2, 1, 100}, twenty = {2, 0, 20};
    const struct cifar_form *of_two = coarse ? &twenty : &fine;
    if (bytes > 0 && bytes % (of_two->label_bytes + CIFAR_IMAGE_SIZE) == 0)
        return of_two;
    return bytes > 0 && bytes % CIFAR_RECORD_SIZE == 0 && !coarse ? &ten : NULL;
}

static enum status read_records(struct own_set *set, const uint8_t *bytes, size_t count, bool coarse, const char *name,
                                struct own_part *part, struct error *error)
{
    static const struct dataset_kind kind = {.shape = {CIFAR_SIDE, CIFAR_SIDE, CIFAR_CHANNELS}, .scale = 1};
    const struct cifar_form *form = form_of(count, coarse);
    struct source *source = NULL;
    if (!form)
        return error_set(error, STATUS_DATA,
                         "%s: has %zu bytes, which are not whole records of %d%s; is it a whole copy of a file of "
                         "%s?",
                         name, count, coarse ? CIFAR_RECORD_SIZE + 1 : CIFAR_RECORD_SIZE, coarse ? "" : " or one more",
                         coarse ? "CIFAR-100" : "CIFAR-10 or CIFAR-100");
    const size_t records = count / (form->label_bytes + CIFAR_IMAGE_SIZE);
    if (records > ITEMS_LIMIT)
        return error_set(error, STATUS_DATA, "%s: has more than %d items", name, ITEMS_LIMIT);
    enum status status = items_alloc(&part->items, &kind, records, true, error);
    part->label = memory_alloc(records, sizeof *part->label, error);
    if (status != STATUS_OK || !part->label)
        return STATUS_NO_MEMORY;
    status = source_open_bytes(bytes, count, name, &source, error);
    if (status == STATUS_OK)
        status = cifar_read_form(source, form, records, part->items.bytes, part->items.labels, error);
    source_close(source);
    for (size_t i = 0; i < records && status == STATUS_OK; i++)
        status = own_add_number(set, part, i, part->items.labels[i], name, error);
    return status;
}

static enum status load_cifar(struct own_set *set, enum own_file file, bool coarse, struct own_part *part,
                              struct error *error)
{
    struct source *source = NULL;
    uint8_t *bytes = NULL;
    size_t count = 0;
    enum status status = own_open_file(set, file, &source, error);
    if (status != STATUS_OK)
        return status;
    status = source_rest(source, TEXT_LIMIT, &bytes, &count, error);
    if (status == STATUS_OK)
        status = read_records(set, bytes, count, coarse, source_path(source), part, error);
    if (status == STATUS_OK)
        status = own_check_shape(set, file, part->items.shape, error);
    memory_free(bytes);
    return own_finish(set, file, source, status, error);
}

enum status own_load_cifar(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    return load_cifar(set, file, false, part, error);
}

enum status own_load_cifar_coarse(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    return load_cifar(set, file, true, part, error);
}

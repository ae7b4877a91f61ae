#include "data/own.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/label.h"
#include "data/own_private.h"
#include "io/atomic_file.h"
#include "io/text_buffer.h"

static const char *const file_keys[OWN_FILES] = {
    "data.train", "data.train_labels", "data.validation", "data.validation_labels", "data.test", "data.test_labels"};

const char *own_file_key(enum own_file file)
{
    return file_keys[file];
}

static bool is_given(const char *text)
{
    return text[0] != '\0';
}

/* ---- the name ---- */

/* `name` without `end`, whatever its case. True: it had that. */
static bool cut_end(char *name, const char *end)
{
    const size_t length = strlen(name), cut = strlen(end);
    if (length < cut)
        return false;
    for (size_t i = 0; i < cut; i++) {
        if (tolower((unsigned char)name[length - cut + i]) != end[i])
            return false;
    }
    name[length - cut] = '\0';
    return true;
}

/* The last name of a path, without its ending and the word for training; what is left is "" for train.npy. */
static void stem_of(const char *path, size_t length, char stem[LAYOUT_NAME_SIZE])
{
    static const char *const endings[] = {".gz", ".txt", ".tsv", ".csv", ".ts", ".arff", ".npy", ".bin"};
    static const char *const words[] = {"train", "training"};
    size_t first = length;
    while (first > 0 && path[first - 1] != '/')
        first--;
    (void)snprintf(stem, LAYOUT_NAME_SIZE, "%.*s", (int)smaller(length - first, LAYOUT_NAME_SIZE - 1), path + first);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        (void)cut_end(stem, endings[i]);
    if (strncmp(stem, "train-", strlen("train-")) == 0) /* train-images-idx3-ubyte */
        stem[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!cut_end(stem, words[i]))
            continue;
        size_t left = strlen(stem);
        while (left > 0 && strchr("_-.", stem[left - 1]))
            left--;
        stem[left] = '\0';
    }
}

/* After the training file or, if that is called after nothing but its purpose, the nearest directory that is not. */
static void name_of_path(const char *path, char name[OWN_NAME_SIZE])
{
    char stem[LAYOUT_NAME_SIZE] = "";
    size_t length = strlen(path);
    while (length > 0 && !stem[0]) {
        while (length > 0 && path[length - 1] == '/')
            length--;
        stem_of(path, length, stem);
        while (length > 0 && path[length - 1] != '/')
            length--;
        if (strcmp(stem, ".") == 0 || strcmp(stem, "..") == 0)
            stem[0] = '\0';
    }
    size_t used = 0;
    for (const char *c = stem; *c && used + 1 < OWN_NAME_SIZE; c++) {
        const bool fits = isalnum((unsigned char)*c) && (unsigned char)*c < 128;
        if (fits || used > 0)
            name[used++] = (char)(fits ? *c : '_');
    }
    name[used] = '\0';
    if (used == 0)
        (void)snprintf(name, OWN_NAME_SIZE, "own");
}

static enum status check_name(const char *name, struct error *error)
{
    if (strlen(name) >= OWN_NAME_SIZE)
        return error_set(error, STATUS_USAGE, "%s has %zu bytes; %d are the most", name, strlen(name),
                         OWN_NAME_SIZE - 1);
    bool fits = isalnum((unsigned char)name[0]) != 0;
    for (const char *c = name; *c; c++)
        fits = fits && (unsigned char)*c < 128 && (isalnum((unsigned char)*c) || *c == '_');
    if (!fits)
        return error_set(
            error, STATUS_USAGE,
            "%s: the name of a data set has a-z, A-Z, 0-9 and _ only, since names of figures are made of it, "
            "and begins with a letter or digit",
            name);
    if (strcmp(name, OWN_DATASET) == 0 || dataset_find(name, NULL))
        return error_set(error, STATUS_USAGE,
                         "%s is the name of another data set, whose results these would seem to be; give data.name "
                         "another",
                         name);
    return STATUS_OK;
}

enum status own_name(const struct own_spec *spec, char name[OWN_NAME_SIZE], const char **key, struct error *error)
{
    *key = "data.name";
    if (is_given(spec->name)) {
        enum status status = check_name(spec->name, error);
        if (status == STATUS_OK)
            (void)snprintf(name, OWN_NAME_SIZE, "%s", spec->name);
        return status;
    }
    for (size_t i = 0; i < OWN_FILES; i++) {
        if (strstr(spec->files[i], OWN_PLACEHOLDER))
            return error_set(error, STATUS_USAGE, "is wanted, since %s has " OWN_PLACEHOLDER, file_keys[i]);
    }
    char stem[OWN_NAME_SIZE];
    name_of_path(spec->files[OWN_TRAIN], stem);
    const bool taken = strcmp(stem, OWN_DATASET) == 0 || dataset_find(stem, NULL); /* by a set of the registry */
    (void)snprintf(name, OWN_NAME_SIZE, "%s%.*s", taken ? "own_" : "", OWN_NAME_SIZE - 5, stem);
    return check_name(name, error);
}

/* ---- where the files are ---- */

static bool is_there(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0;
}

/* The path below a directory, with `ending`, and .gz if only that is there. False: neither is, or it is too long. */
static bool find_file(const char *directory, const char *name, const char *ending, char path[LAYOUT_PATH_SIZE],
                      char shown[LAYOUT_NAME_SIZE])
{
    static const char *const packed[] = {"", ".gz"};
    const bool here = name[0] == '/' || strcmp(directory, ".") == 0;
    for (size_t i = 0; i < 2; i++) {
        int length = snprintf(path, LAYOUT_PATH_SIZE, "%s%s%s%s%s", here ? "" : directory, here ? "" : "/", name,
                              ending, packed[i]);
        int room = snprintf(shown, LAYOUT_NAME_SIZE, "%s%s%s", name, ending, packed[i]);
        if (length > 0 && length < LAYOUT_PATH_SIZE && room > 0 && room < LAYOUT_NAME_SIZE && is_there(path))
            return true;
    }
    return false;
}

static const char *const endings[] = {"", ".tsv", ".txt", ".ts", ".arff", ".csv", ".npy"};
enum { ENDINGS = sizeof endings / sizeof endings[0], DIRECTORIES = 3 };

/* One ending for all files whose names are those of no file. */
static bool find_all(struct own_set *set, const char *directory, const char *ending,
                     char names[OWN_FILES][LAYOUT_NAME_SIZE])
{
    bool all = true;
    for (size_t i = 0; i < OWN_FILES && all; i++)
        all = !names[i][0] || find_file(directory, names[i], "", set->path[i], set->shown[i]) ||
              (ending[0] && find_file(directory, names[i], ending, set->path[i], set->shown[i]));
    return all;
}

/* Which file is missing where most of them are. */
static enum status not_there(struct own_set *set, const char *const *directories,
                             char names[OWN_FILES][LAYOUT_NAME_SIZE], const char **key, struct error *error)
{
    struct text_buffer text = text_begin(error);
    size_t missing = OWN_FILES;
    for (size_t d = 0; d < DIRECTORIES && directories[d]; d++) {
        size_t i = 0;
        for (bool found = true; i < OWN_FILES && found; i += found) {
            found = !names[i][0];
            for (size_t e = 0; e < ENDINGS && !found; e++)
                found = find_file(directories[d], names[i], endings[e], set->path[i], set->shown[i]);
        }
        text_add(&text, "%s%s", d > 0 ? ", " : "",
                 strcmp(directories[d], ".") == 0 ? "the working directory" : directories[d]);
        missing = missing == OWN_FILES || (i < OWN_FILES && i > missing) ? i : missing;
    }
    char *looked = text_take(&text);
    if (!looked)
        return STATUS_NO_MEMORY;
    if (missing == OWN_FILES) /* they are there, with endings that differ */
        missing = OWN_TEST;
    *key = file_keys[missing];
    (void)error_set(error, STATUS_DATA,
                    "there is no file %s (nor one with .gz or, the same for all, .tsv, .txt, .ts, .arff, .csv or .npy) "
                    "in %s; give a path from there, or an absolute one, or --data-dir",
                    names[missing], names[missing][0] == '/' ? "the file system" : looked);
    memory_free(looked);
    return STATUS_DATA;
}

/* The path with the set's name in the place of {name}. */
static enum status fill_in(const char *text, const char *name, char path[LAYOUT_NAME_SIZE], struct error *error)
{
    size_t used = 0;
    for (const char *c = text; *c;) {
        const bool here = strncmp(c, OWN_PLACEHOLDER, strlen(OWN_PLACEHOLDER)) == 0;
        int length = here ? snprintf(path + used, LAYOUT_NAME_SIZE - used, "%s", name)
                          : snprintf(path + used, LAYOUT_NAME_SIZE - used, "%c", *c);
        used += length > 0 ? (size_t)length : 0;
        if (used >= LAYOUT_NAME_SIZE)
            return error_set(error, STATUS_USAGE, "%s: the path is longer than %d bytes", text, LAYOUT_NAME_SIZE - 1);
        c += here ? strlen(OWN_PLACEHOLDER) : 1;
    }
    path[used] = '\0';
    return STATUS_OK;
}

static enum status find_files(struct own_set *set, const char *name, struct dataset_places places, const char **key,
                              struct error *error)
{
    char names[OWN_FILES][LAYOUT_NAME_SIZE] = {""};
    const char *directories[DIRECTORIES] = {NULL};
    size_t count = 0;
    if (places.directory)
        directories[count++] = places.directory;
    if (!places.only || !places.directory) {
        directories[count++] = ".";
        if (places.shipped)
            directories[count++] = places.shipped;
    }
    for (size_t i = 0; i < OWN_FILES; i++) {
        *key = file_keys[i];
        enum status status = fill_in(set->spec->files[i], name, names[i], error);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t d = 0; d < count; d++) {
        for (size_t e = 0; e < ENDINGS; e++) {
            if (!find_all(set, directories[d], endings[e], names))
                continue;
            (void)snprintf(set->dataset->directory, sizeof set->dataset->directory, "%s", directories[d]);
            return STATUS_OK;
        }
    }
    return not_there(set, directories, names, key, error);
}

static enum status check_distinct(const struct own_set *set, const char **key, struct error *error)
{
    static const enum own_file pairs[][2] = {
        {OWN_TEST, OWN_TRAIN}, {OWN_TEST, OWN_VALIDATION}, {OWN_VALIDATION, OWN_TRAIN}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct stat a, b;
        const char *left = set->path[pairs[i][0]], *right = set->path[pairs[i][1]];
        *key = file_keys[pairs[i][0]];
        if (left[0] && right[0] && stat(left, &a) == 0 && stat(right, &b) == 0 && a.st_dev == b.st_dev &&
            a.st_ino == b.st_ino)
            return error_set(error, STATUS_USAGE,
                             "%s is the file of %s too; what is measured on items must not have been learned from them",
                             left, file_keys[pairs[i][1]]);
    }
    return STATUS_OK;
}

/* ---- reading ---- */

enum status own_open_file(const struct own_set *set, enum own_file file, struct source **source, struct error *error)
{
    return source_open(set->path[file], source, error);
}

void own_record(struct own_set *set, enum own_file file, const char hex[SHA256_HEX_SIZE])
{
    struct dataset_file *read = &set->dataset->files[set->dataset->file_count++];
    memcpy(read->name, set->shown[file], sizeof read->name);
    memcpy(read->sha256, hex, sizeof read->sha256);
}

enum status own_finish(struct own_set *set, enum own_file file, struct source *source, enum status status,
                       struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    if (status != STATUS_OK) {
        source_close(source);
        return status;
    }
    status = source_finish(source, hex, error);
    if (status == STATUS_OK)
        own_record(set, file, hex);
    return status;
}

static void part_free(struct own_part *part)
{
    items_free(&part->items);
    memory_free(part->label);
    *part = (struct own_part){0};
}

/* The training items and, behind them, those of the validation file. */
static enum status join(const struct own_part *first, const struct own_part *second, struct own_part *joined,
                        struct error *error)
{
    const size_t a = first->items.count, b = second->items.count, size = shape_size(first->items.shape);
    const struct dataset_kind kind = {.shape = first->items.shape, .scale = 1};
    const bool bytes = first->items.bytes != NULL;
    *joined = (struct own_part){0};
    if (bytes != (second->items.bytes != NULL))
        return error_set(error, STATUS_DATA,
                         "the training file has %s and the validation file %s; the two do not belong together",
                         bytes ? "bytes" : "numbers", bytes ? "numbers" : "bytes");
    enum status status = items_alloc(&joined->items, &kind, a + b, bytes, error);
    joined->label = memory_alloc(a + b, sizeof *joined->label, error);
    if (status != STATUS_OK || !joined->label)
        return STATUS_NO_MEMORY;
    memcpy(joined->label, first->label, a * sizeof *joined->label);
    memcpy(joined->label + a, second->label, b * sizeof *joined->label);
    if (bytes) {
        memcpy(joined->items.bytes, first->items.bytes, a * size);
        memcpy(joined->items.bytes + a * size, second->items.bytes, b * size);
    } else {
        memcpy(joined->items.values, first->items.values, a * size * sizeof(float));
        memcpy(joined->items.values + a * size, second->items.values, b * size * sizeof(float));
    }
    return STATUS_OK;
}

static enum status load_validation(struct own_set *set, const struct own_format *format, struct own_part *train,
                                   struct error *error)
{
    struct own_part part = {0}, joined = {0};
    enum status status = format->load(set, OWN_VALIDATION, &part, error);
    if (status == STATUS_OK)
        status = join(train, &part, &joined, error);
    if (status == STATUS_OK) {
        set->dataset->validation_count = part.items.count;
        part_free(train);
        *train = joined;
    } else {
        part_free(&joined);
    }
    part_free(&part);
    return status;
}

/* ---- classes ---- */

/* The next name of a list with commas; NULL behind the last. */
static const char *take_name(const char *list, char name[DATASET_CLASS_SIZE], bool *fits)
{
    const size_t length = strcspn(list, ",");
    const struct cell cell = cell_trimmed(list, list + length);
    *fits = cell.length > 0 && cell.length < DATASET_CLASS_SIZE;
    (void)snprintf(name, DATASET_CLASS_SIZE, "%.*s", (int)smaller(cell.length, DATASET_CLASS_SIZE - 1), cell.begin);
    return list[length] == ',' ? list + length + 1 : NULL;
}

/* The names of data.classes, as texts that are all different. */
static enum status read_classes(const char *list, struct texts *names, struct error *error)
{
    enum status status = STATUS_OK;
    for (const char *rest = list; rest && status == STATUS_OK;) {
        char name[DATASET_CLASS_SIZE];
        bool fits;
        size_t number, before = texts_count(names);
        rest = take_name(rest, name, &fits);
        if (!fits)
            return error_set(error, STATUS_USAGE, "%s: a class has a name of 1 to %d bytes", list,
                             DATASET_CLASS_SIZE - 1);
        status = label_number((struct cell){name, strlen(name)}, names, false, "data.classes", "", &number, error);
        if (status == STATUS_OK && number < before)
            status = error_set(error, STATUS_USAGE, "%s is there twice", name);
    }
    if (status == STATUS_DATA && error)
        error->status = STATUS_USAGE;
    return status == STATUS_DATA ? STATUS_USAGE : status;
}

static bool all_numbers(const struct texts *labels)
{
    for (size_t i = 0; i < texts_count(labels); i++) {
        const char *text = texts_get(labels, i);
        if (!cell_is_decimal((struct cell){text, strlen(text)}))
            return false;
    }
    return true;
}

/* What a class is called: the label itself, or the name in its place. */
struct own_classes {
    size_t count, order[LABEL_CLASSES_MAX];
    const char *name[LABEL_CLASSES_MAX], *label[LABEL_CLASSES_MAX];
};

/* data.classes names numbered classes in their order, and gives the order of those that have names. */
static enum status name_classes(const struct own_set *set, const struct texts *names, struct own_classes *classes,
                                struct error *error)
{
    const bool numbers = all_numbers(&set->labels);
    if (texts_count(names) != classes->count)
        return error_set(error, STATUS_USAGE, "has %zu names, and the training file %zu classes", texts_count(names),
                         classes->count);
    for (size_t k = 0; k < classes->count; k++) {
        classes->name[k] = texts_get(names, k);
        if (numbers)
            continue;
        classes->order[k] = texts_find(&set->labels, classes->name[k]);
        if (classes->order[k] == SIZE_MAX)
            return error_set(error, STATUS_USAGE,
                             "has %s, which is no class of the training file, whose classes have names already; give "
                             "those, in the order that is wanted, or none",
                             classes->name[k]);
    }
    return STATUS_OK;
}

static enum status find_classes(const struct own_set *set, struct texts *names, struct own_classes *classes,
                                const char **key, struct error *error)
{
    enum status status = STATUS_OK;
    classes->count = texts_count(&set->labels);
    if (classes->count < 2)
        return error_set(error, STATUS_DATA, "%s: has items of %zu class; two are needed to tell them apart",
                         set->path[OWN_TRAIN], classes->count);
    label_order(&set->labels, classes->order);
    for (size_t k = 0; k < classes->count; k++)
        classes->name[k] = texts_get(&set->labels, classes->order[k]);
    if (is_given(set->spec->classes)) {
        *key = "data.classes";
        status = read_classes(set->spec->classes, names, error);
        if (status == STATUS_OK)
            status = name_classes(set, names, classes, error);
    }
    for (size_t k = 0; k < classes->count && status == STATUS_OK; k++)
        classes->label[k] = texts_get(&set->labels, classes->order[k]);
    return status;
}

static void put_labels(struct own_part *part, const struct own_classes *classes)
{
    uint8_t class_of[LABEL_CLASSES_MAX] = {0};
    for (size_t k = 0; k < classes->count; k++)
        class_of[classes->order[k]] = (uint8_t)k;
    for (size_t i = 0; i < part->items.count; i++)
        part->items.labels[i] = class_of[part->label[i]];
}

/* ---- normalisation ---- */

/* Mean and standard deviation of all values of the training items. */
static enum status measure(const struct own_set *set, const struct items *items, size_t count, float *offset,
                           float *scale, struct error *error)
{
    const size_t size = count * shape_size(items->shape);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < size; i++)
        sum += items->bytes ? (double)items->bytes[i] : (double)items->values[i];
    const double mean = sum / (double)size;
    for (size_t i = 0; i < size; i++) {
        const double from = (items->bytes ? (double)items->bytes[i] : (double)items->values[i]) - mean;
        squares += from * from;
    }
    *offset = (float)mean;
    *scale = (float)sqrt(squares / (double)size);
    if (*scale > 0 && isfinite(*scale) && isfinite(*offset))
        return STATUS_OK;
    return error_set(error, STATUS_DATA, "%s: all of its values are %g, and nothing can be learned from them",
                     set->path[OWN_TRAIN], mean);
}

static enum status find_scale(const struct own_set *set, const struct items *items, size_t count, float *offset,
                              float *scale, const char **key, struct error *error)
{
    const char *rule = set->spec->normalise, *comma = strchr(rule, ',');
    *offset = 0;
    *scale = 1;
    if (strcmp(rule, "none") == 0)
        return STATUS_OK;
    if (strcmp(rule, "train") == 0)
        return measure(set, items, count, offset, scale, error);
    const struct cell first = comma ? cell_trimmed(rule, comma) : (struct cell){rule, 0};
    const struct cell second = comma ? cell_trimmed(comma + 1, rule + strlen(rule)) : first;
    *key = "data.normalise";
    if (!cell_is_decimal(first) || !cell_is_decimal(second))
        return error_set(error, STATUS_USAGE,
                         "%s is none of train, none, and OFFSET,SCALE (two numbers, for (value - offset) / scale)",
                         rule);
    *offset = cell_number(first);
    *scale = cell_number(second);
    if (isfinite(*offset) && isfinite(*scale) && *scale > 0)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "%s: offset and scale are finite, and the scale is above 0", rule);
}

/* ---- the set ---- */

static enum status describe(struct own_set *set, const char *name, struct own_part *train, struct own_part *test,
                            const char **key, struct error *error)
{
    struct own_classes classes;
    struct texts names = {0};
    struct dataset *dataset = set->dataset;
    float offset, scale;
    enum status status = find_classes(set, &names, &classes, key, error);
    if (status == STATUS_OK)
        status =
            find_scale(set, &train->items, train->items.count - dataset->validation_count, &offset, &scale, key, error);
    if (status == STATUS_OK) {
        const struct dataset_kind kind = {.name = name,
                                          .title = name,
                                          .classes = classes.count,
                                          .shape = set->shape,
                                          .offset = offset,
                                          .scale = scale,
                                          .class_names = classes.name,
                                          .labels = classes.label,
                                          .of_numbers = train->items.values != NULL,
                                          .input = "raw values as in the files of the data set"};
        dataset->own = dataset_kind_copy(&kind, error);
        status = dataset->own ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
        put_labels(train, &classes);
        put_labels(test, &classes);
        train->items.offset = test->items.offset = offset;
        train->items.scale = test->items.scale = scale;
    }
    texts_free(&names);
    return status;
}

/* Whether there are files of labels where the format has them apart, and only there. */
static enum status check_labels(const struct own_set *set, const struct own_format *format, const char **key,
                                struct error *error)
{
    static const enum own_file items[] = {OWN_TRAIN, OWN_VALIDATION, OWN_TEST};
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const enum own_file labels = own_labels_of(items[i]);
        const bool there = set->path[labels][0] != '\0', wanted = format->labels_apart && set->path[items[i]][0];
        *key = file_keys[labels];
        if (wanted && !there)
            return error_set(error, STATUS_USAGE, "is wanted, since %s is %s, whose labels are in files of their own",
                             set->path[items[i]], format->title);
        if (there && !wanted)
            return error_set(error, STATUS_USAGE, "has no use, since %s has labels beside its items; omit it",
                             format->title);
    }
    *key = NULL;
    return STATUS_OK;
}

static enum status read_set(struct own_set *set, const char *name, const char **key, struct error *error)
{
    struct own_part train = {0}, test = {0};
    struct dataset *dataset = set->dataset;
    *key = "data.format";
    const struct own_format *format = is_given(set->spec->format) ? own_format_find(set->spec->format, error)
                                                                  : own_format_detect(set->path[OWN_TRAIN], error);
    if (!format)
        return error ? error->status : STATUS_USAGE;
    enum status status = check_labels(set, format, key, error);
    if (status != STATUS_OK)
        return status;
    status = format->load(set, OWN_TRAIN, &train, error);
    set->closed = true;
    if (status == STATUS_OK && set->path[OWN_VALIDATION][0])
        status = load_validation(set, format, &train, error);
    if (status == STATUS_OK)
        status = format->load(set, OWN_TEST, &test, error);
    if (status == STATUS_OK && (train.items.bytes != NULL) != (test.items.bytes != NULL))
        status = error_set(error, STATUS_DATA, "%s: has bytes, and %s has not; the two do not belong together",
                           set->path[train.items.bytes ? OWN_TRAIN : OWN_TEST],
                           set->path[train.items.bytes ? OWN_TEST : OWN_TRAIN]);
    if (status == STATUS_OK)
        status = describe(set, name, &train, &test, key, error);
    if (status == STATUS_OK) {
        dataset->train = train.items;
        dataset->test = test.items;
        dataset->kind = dataset->own;
        train.items = test.items = (struct items){0};
    }
    part_free(&train);
    part_free(&test);
    return status;
}

/* What is asked of the set before a file is looked for. */
static enum status check_spec(const struct own_spec *spec, const char **key, struct error *error)
{
    static const enum own_file needed[] = {OWN_TRAIN, OWN_TEST};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        *key = file_keys[needed[i]];
        if (!is_given(spec->files[needed[i]]))
            return error_set(error, STATUS_USAGE, "is wanted with data.dataset = " OWN_DATASET "; give a file's path");
    }
    *key = file_keys[OWN_VALIDATION];
    if (!is_given(spec->files[OWN_VALIDATION]) && is_given(spec->files[OWN_VALIDATION_LABELS]))
        return error_set(error, STATUS_USAGE, "is wanted, since there is %s", file_keys[OWN_VALIDATION_LABELS]);
    *key = NULL;
    return STATUS_OK;
}

enum status own_open(const struct own_spec *spec, struct dataset_places places, struct dataset **dataset,
                     const char **key, struct error *error)
{
    char name[OWN_NAME_SIZE], identity[SHA256_HEX_SIZE];
    *dataset = NULL;
    enum status status = check_spec(spec, key, error);
    if (status == STATUS_OK)
        status = own_name(spec, name, key, error);
    if (status != STATUS_OK)
        return status;
    struct own_set *set = memory_alloc(1, sizeof *set, error);
    struct dataset *made = memory_alloc(1, sizeof *made, error);
    status = STATUS_NO_MEMORY;
    if (set && made) {
        *set = (struct own_set){.spec = spec,
                                .dataset = made,
                                .missing = strcmp(spec->missing, "interpolate") == 0 ? SERIES_MISSING_INTERPOLATE
                                                                                     : SERIES_MISSING_REFUSE,
                                .lengths = strcmp(spec->lengths, "pad") == 0       ? SERIES_LENGTHS_PAD
                                           : strcmp(spec->lengths, "stretch") == 0 ? SERIES_LENGTHS_STRETCH
                                                                                   : SERIES_LENGTHS_REFUSE};
        status = find_files(set, name, places, key, error);
        if (status == STATUS_OK)
            status = check_distinct(set, key, error);
        if (status == STATUS_OK)
            status = read_set(set, name, key, error);
    }
    if (status == STATUS_OK) {
        dataset_identity(made, identity);
        (void)snprintf(made->source, sizeof made->source, "own files: sha256 %.12s...", identity);
        *dataset = made;
    } else {
        dataset_free(made);
    }
    if (set)
        texts_free(&set->labels);
    memory_free(set);
    return status;
}

#include "run/run_data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/label.h"
#include "data/own.h"
#include "io/text_buffer.h"

/* ---- by the config ---- */

static struct own_spec spec_of(const struct config *config)
{
    return (struct own_spec){.name = config->data.name,
                             .format = config->data.format,
                             .files = {[OWN_TRAIN] = config->data.train,
                                       [OWN_TRAIN_LABELS] = config->data.train_labels,
                                       [OWN_VALIDATION] = config->data.validation,
                                       [OWN_VALIDATION_LABELS] = config->data.validation_labels,
                                       [OWN_TEST] = config->data.test,
                                       [OWN_TEST_LABELS] = config->data.test_labels},
                             .classes = config->data.classes,
                             .normalise = config->data.normalise,
                             .missing = config->data.missing,
                             .lengths = config->data.lengths};
}

/* Begins a message with the key and its place. */
static enum status at_key(const struct run *run, const char *key, enum status status, struct error *error)
{
    if (status == STATUS_OK || status == STATUS_NO_MEMORY || !key)
        return status;
    return error_context(error, "%s: %s: ", config_origin(run->source, key), key);
}

/* Keys of own data beside a row's name would do nothing. */
static enum status check_unused(const struct run *run, struct error *error)
{
    const struct own_spec spec = spec_of(&run->config);
    const struct {
        const char *key, *value;
    } keys[] = {{"data.name", spec.name}, {"data.format", spec.format}, {"data.classes", spec.classes}};
    const char *used = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !used; i++)
        used = keys[i].value[0] ? keys[i].key : NULL;
    for (size_t i = 0; i < OWN_FILES && !used; i++)
        used = spec.files[i][0] ? own_file_key(i) : NULL;
    if (!used)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "%s: %s is of data that a config describes, and data.dataset = %s is a row of the registry; set "
                     "data.dataset = " OWN_DATASET ", or omit it",
                     config_origin(run->source, used), used, run->kind->name);
}

static enum status find_own(struct run *run, struct error *error)
{
    const struct own_spec spec = spec_of(&run->config);
    const char *key = NULL;
    if (run->config.data.synthetic)
        return at_key(run, "data.synthetic",
                      error_set(error, STATUS_USAGE, "yes, but data of one's own have no generator; omit it"), error);
    enum status status = own_open(&spec, run->places, &run->dataset, &key, error);
    if (status != STATUS_OK)
        return at_key(run, key, status, error);
    run->kind = run->dataset->kind;
    return run_data_open(run, error);
}

enum status run_data_find(struct run *run, struct error *error)
{
    if (strcmp(run->config.data.dataset, OWN_DATASET) == 0)
        return find_own(run, error);
    run->kind = dataset_find(run->config.data.dataset, error);
    return run->kind ? check_unused(run, error) : at_key(run, "data.dataset", STATUS_USAGE, error);
}

enum status run_data_open(struct run *run, struct error *error)
{
    const struct config *config = &run->config;
    const size_t train_items = (size_t)config->data.train_items;
    enum status status = STATUS_OK;
    if (run->split.train)
        return STATUS_OK;
    if (!run->dataset)
        status = dataset_open(run->kind, run->places, config->data.synthetic, &run->dataset, error);
    if (status != STATUS_OK)
        return status;
    const size_t count = run->dataset->train.count, validation = run->dataset->validation_count;
    return validation > 0
               ? split_fixed(count, validation, train_items, run->seed, &run->split, error)
               : split_make(count, config->data.validation_fraction, train_items, run->seed, &run->split, error);
}

/* ---- in the run's file ---- */

/* No class has a comma in its name (label.h). */
#define CLASS_SEPARATOR ", "

static enum status describe_names(struct store *store, const char *key, const char *const *names, size_t count,
                                  struct error *error)
{
    struct text_buffer text = text_begin(error);
    for (size_t k = 0; k < count; k++)
        text_add(&text, "%s%s", k > 0 ? CLASS_SEPARATOR : "", names[k]);
    char *lines = text_take(&text);
    enum status status = lines ? store_set_text(store, "/data", key, lines, error) : STATUS_NO_MEMORY;
    memory_free(lines);
    return status;
}

static enum status describe_kind(const struct dataset_kind *kind, struct store *store, struct error *error)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"height", (double)kind->shape.height},
        {"width", (double)kind->shape.width},
        {"channels", (double)kind->shape.channels},
        {"offset", (double)kind->offset},
        {"scale", (double)kind->scale},
        {"background", (double)kind->background},
        {"of_numbers", kind->of_numbers ? 1 : 0},
    };
    enum status status = describe_names(store, "classes", kind->class_names, kind->classes, error);
    if (status == STATUS_OK)
        status = describe_names(store, "labels", kind->labels, kind->classes, error);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == STATUS_OK; i++)
        status = store_set_number(store, "/data", numbers[i].key, numbers[i].value, error);
    return status;
}

enum status run_data_describe(const struct run *run, struct store *store, struct error *error)
{
    const struct dataset *dataset = run->dataset;
    enum status status = store_set_text_escaped(store, "/data", "directory", dataset->directory, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/data", "source", dataset->source, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/data", "identity", run->data_identity, error);
    for (size_t i = 0; i < dataset->file_count && status == STATUS_OK; i++) {
        char key[LAYOUT_NAME_SIZE + sizeof "sha256 "];
        (void)snprintf(key, sizeof key, "sha256 %s", dataset->files[i].name);
        status = store_set_text(store, "/data", key, dataset->files[i].sha256, error);
    }
    return status == STATUS_OK && dataset->own ? describe_kind(dataset->own, store, error) : status;
}

static enum status wrong(struct store *store, const char *key, struct error *error)
{
    return error_set(error, STATUS_DATA, "%s: /data: attribute %s is wrong; " STORE_REMEDY_CHANGED, store_path(store),
                     key);
}

/* Cuts a list into names [LABEL_CLASSES_MAX]. */
static size_t cut_names(char *list, const char **names)
{
    size_t count = 0;
    for (char *name = list; name && count < LABEL_CLASSES_MAX;) {
        char *end = strstr(name, CLASS_SEPARATOR);
        names[count++] = name;
        if (end)
            *end = '\0';
        name = end ? end + strlen(CLASS_SEPARATOR) : NULL;
    }
    return count;
}

static enum status read_number(struct store *store, const char *key, double low, double high, double *value,
                               struct error *error)
{
    enum status status = store_get_number(store, "/data", key, value, error);
    if (status == STATUS_OK && !(*value >= low && *value <= high))
        status = wrong(store, key, error);
    return status;
}

static enum status read_kind(struct store *store, struct dataset_kind *kind, struct error *error)
{
    enum { EXTENT_MAX = 1 << 24 };
    const double most = 1e30;
    double height = 1, width = 1, channels = 1, offset = 0, scale = 1, background = 0, of_numbers = 0;
    const struct {
        const char *key;
        double low, high, *value;
    } numbers[] = {
        {"height", 1, EXTENT_MAX, &height}, {"width", 1, EXTENT_MAX, &width}, {"channels", 1, EXTENT_MAX, &channels},
        {"offset", -most, most, &offset},   {"scale", 1e-30, most, &scale},   {"background", -most, most, &background},
        {"of_numbers", 0, 1, &of_numbers},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == STATUS_OK; i++)
        status = read_number(store, numbers[i].key, numbers[i].low, numbers[i].high, numbers[i].value, error);
    kind->shape = (struct shape){(size_t)height, (size_t)width, (size_t)channels};
    kind->offset = (float)offset;
    kind->scale = (float)scale;
    kind->background = (float)background;
    kind->of_numbers = of_numbers > 0;
    return status;
}

enum status run_data_read(struct store *store, const char *name, struct dataset_kind **own, struct error *error)
{
    char *classes = NULL, *labels = NULL;
    const char *class_names[LABEL_CLASSES_MAX], *label_names[LABEL_CLASSES_MAX];
    *own = NULL;
    enum status status = store_find_text(store, "/data", "classes", &classes, error);
    if (status != STATUS_OK || !classes)
        return status;
    struct dataset_kind kind = {.name = name,
                                .title = name,
                                .class_names = class_names,
                                .labels = label_names,
                                .input = "raw values as in the files of the data set"};
    status = store_get_text(store, "/data", "labels", &labels, error);
    if (status == STATUS_OK)
        status = read_kind(store, &kind, error);
    if (status == STATUS_OK) {
        kind.classes = cut_names(classes, class_names);
        if (kind.classes < 2 || cut_names(labels, label_names) != kind.classes)
            status = wrong(store, "classes", error);
    }
    if (status == STATUS_OK) {
        *own = dataset_kind_copy(&kind, error);
        status = *own ? STATUS_OK : STATUS_NO_MEMORY;
    }
    memory_free(classes);
    memory_free(labels);
    return status;
}

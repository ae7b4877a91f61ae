#include "data/dataset.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/registry.h"
#include "data/reader.h"

static const struct dataset_kind all_kinds[] = {
#define DATASET(name, title, classes, height, width, channels, offset, scale, background, load, synthesise)            \
    {#name,                                                                                                            \
     title,                                                                                                            \
     classes,                                                                                                          \
     {height, width, channels},                                                                                        \
     offset,                                                                                                           \
     scale,                                                                                                            \
     background,                                                                                                       \
     dataset_parts_##name,                                                                                             \
     dataset_classes_##name,                                                                                           \
     load,                                                                                                             \
     synthesise},
#include "data/dataset.def"
#undef DATASET
};

const struct dataset_kind *dataset_kinds(size_t *count)
{
    *count = sizeof all_kinds / sizeof all_kinds[0];
    return all_kinds;
}

const struct dataset_kind *dataset_find(const char *name, struct error *error)
{
    return registry_find("data set", name, all_kinds, sizeof all_kinds / sizeof all_kinds[0], sizeof all_kinds[0],
                         error);
}

const char *dataset_class_name(const struct dataset_kind *kind, size_t label, char name[DATASET_CLASS_SIZE])
{
    (void)snprintf(name, DATASET_CLASS_SIZE, "%s", label < kind->classes ? kind->class_names[label] : "?");
    return name;
}

enum status items_alloc(struct items *items, const struct dataset_kind *kind, size_t count, bool as_bytes,
                        struct error *error)
{
    size_t size = size_multiply(count, shape_size(kind->shape));
    *items = (struct items){.count = count, .shape = kind->shape, .offset = kind->offset, .scale = kind->scale};
    if (as_bytes)
        items->bytes = memory_alloc(size, sizeof *items->bytes, error);
    else
        items->values = memory_alloc(size, sizeof *items->values, error);
    if (items->bytes || items->values)
        items->labels = memory_alloc(count, sizeof *items->labels, error);
    if (items->labels)
        return STATUS_OK;
    items_free(items);
    return STATUS_NO_MEMORY;
}

void items_free(struct items *items)
{
    memory_free(items->bytes);
    memory_free(items->values);
    memory_free(items->labels);
    *items = (struct items){0};
}

void items_gather(const struct items *items, const uint32_t *indices, size_t count, float *x, uint8_t *y)
{
    size_t size = shape_size(items->shape);
    for (size_t i = 0; i < count; i++) {
        size_t from = indices[i] * size;
        float *item = x + i * size;
        if (items->bytes) {
            for (size_t j = 0; j < size; j++)
                item[j] = ((float)items->bytes[from + j] - items->offset) / items->scale;
        } else {
            for (size_t j = 0; j < size; j++)
                item[j] = (items->values[from + j] - items->offset) / items->scale;
        }
        y[i] = items->labels[indices[i]];
    }
}

static enum status part_path(const char *directory, const char *name, char path[PATH_MAX], struct error *error)
{
    int length = snprintf(path, PATH_MAX, "%s/%s", directory, name);
    if (length < 0 || length >= PATH_MAX)
        return error_set(error, STATUS_DATA, "%.64s...: the path is longer than %d bytes", directory, PATH_MAX);
    return STATUS_OK;
}

enum status part_open(const struct dataset_kind *kind, const char *directory, size_t part, struct source **source,
                      struct error *error)
{
    char path[PATH_MAX];
    *source = NULL;
    enum status status = part_path(directory, kind->parts[part].name, path, error);
    return status == STATUS_OK ? source_open(path, source, error) : status;
}

enum status part_finish(struct dataset *dataset, const char *directory, size_t part, struct source *source,
                        enum status status, struct error *error)
{
    if (status != STATUS_OK) {
        source_close(source);
        return status;
    }
    struct dataset_file *file = &dataset->files[part];
    const char *relative = source_path(source) + strlen(directory) + 1;
    int length = snprintf(file->name, sizeof file->name, "%s", relative);
    status = source_finish(source, file->sha256, error);
    if (status == STATUS_OK && (length < 0 || (size_t)length >= sizeof file->name))
        return error_set(error, STATUS_FAILED, "the name of part %zu is longer than dataset_file.name", part);
    dataset->file_count = part + 1;
    return status;
}

/* Whether a path leads nowhere. What is there but cannot be reached counts as there, so that reading it says why. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* How many of the set's parts lie below `directory`; *missing is the name of the first one that does not. */
static enum status count_parts(const struct dataset_kind *kind, const char *directory, size_t *present, size_t *total,
                               const char **missing, struct error *error)
{
    *present = *total = 0;
    *missing = NULL;
    for (const struct dataset_part *part = kind->parts; part->name; part++, ++*total) {
        char path[PATH_MAX];
        enum status status = part_path(directory, part->name, path, error);
        if (status != STATUS_OK)
            return status;
        size_t length = strlen(path);
        bool absent = is_absent(path);
        if (absent && length + sizeof ".gz" <= sizeof path) {
            memcpy(path + length, ".gz", sizeof ".gz");
            absent = is_absent(path);
        }
        *present += !absent;
        if (absent && !*missing)
            *missing = part->name;
    }
    return STATUS_OK;
}

/* Whether every file that was read is byte for byte the official one. */
static bool files_are_official(const struct dataset *dataset)
{
    for (size_t i = 0; i < dataset->file_count; i++) {
        const struct dataset_part *part = &dataset->kind->parts[i];
        const char *hash = dataset->files[i].sha256;
        bool plain = part->sha256 && strcmp(part->sha256, hash) == 0;
        bool packed = part->sha256_packed && strcmp(part->sha256_packed, hash) == 0;
        if (!plain && !packed)
            return false;
    }
    return dataset->file_count > 0;
}

/* Reads the set from one place. *found is false, without an error, where the place has none of its files. */
static enum status read_from(const char *directory, struct dataset *dataset, bool *found, struct error *error)
{
    const struct dataset_kind *kind = dataset->kind;
    size_t present, total;
    const char *missing;
    *found = false;
    enum status status = count_parts(kind, directory, &present, &total, &missing, error);
    if (status != STATUS_OK || present == 0)
        return status;
    if (missing)
        return error_set(error, STATUS_DATA, "%s has %zu of the %zu files of %s but not %s; fetch the set again, or %s",
                         directory, present, total, kind->title, missing, "remove what is left of it");
    int length = snprintf(dataset->directory, sizeof dataset->directory, "%s", directory);
    if (length < 0 || (size_t)length >= sizeof dataset->directory)
        return error_set(error, STATUS_DATA, "%.64s...: the path is longer than %zu bytes", directory,
                         sizeof dataset->directory);
    status = kind->load(kind, directory, dataset, error);
    if (status != STATUS_OK)
        return status;
    *found = true;
    dataset->official = dataset->official || files_are_official(dataset);
    char identity[SHA256_HEX_SIZE];
    dataset_identity(dataset, identity);
    if (dataset->official)
        (void)snprintf(dataset->source, sizeof dataset->source, "official files");
    else
        (void)snprintf(dataset->source, sizeof dataset->source, "not the official files: sha256 %.12s...", identity);
    return STATUS_OK;
}

static void record_generated(const struct items *items, const char *name, struct dataset_file *file)
{
    size_t size = items->count * shape_size(items->shape);
    struct sha256 hash;
    sha256_begin(&hash);
    if (items->bytes)
        sha256_add(&hash, items->bytes, size);
    else
        sha256_add(&hash, items->values, size * sizeof *items->values);
    sha256_add(&hash, items->labels, items->count);
    sha256_end(&hash, file->sha256);
    (void)snprintf(file->name, sizeof file->name, "generated %s items", name);
}

static enum status generate(struct dataset *dataset, struct error *error)
{
    const struct dataset_kind *kind = dataset->kind;
    bool built_in = !kind->parts[0].name;
    enum status status = built_in ? kind->load(kind, "", dataset, error) : kind->synthesise(kind, dataset, error);
    if (status != STATUS_OK)
        return status;
    dataset->synthetic = !built_in;
    dataset->official = built_in;
    record_generated(&dataset->train, "training", &dataset->files[0]);
    record_generated(&dataset->test, "test", &dataset->files[1]);
    dataset->file_count = 2;
    return STATUS_OK;
}

static enum status not_there(const struct dataset_kind *kind, struct dataset_places places, struct error *error)
{
    bool two = places.directory && places.shipped;
    const char *first = places.directory ? places.directory : places.shipped;
    return error_set(error, STATUS_DATA,
                     "%s was not found: looked for %s (and the like) in %s%s%s; data/README.md says where to get it, "
                     "--data-dir or TENTH_DATA where it lies",
                     kind->title, kind->parts[0].name, first ? first : "no place at all", two ? " and " : "",
                     two ? places.shipped : "");
}

static enum status fill(struct dataset *dataset, struct dataset_places places, bool synthetic, struct error *error)
{
    const struct dataset_kind *kind = dataset->kind;
    if (!kind->parts[0].name)
        return generate(dataset, error);
    if (synthetic && !kind->synthesise)
        return error_set(error, STATUS_UNSUPPORTED, "%s has no generator; set data.synthetic = no to read its files",
                         kind->title);
    const char *place[] = {places.directory, places.shipped};
    for (size_t i = 0; i < sizeof place / sizeof place[0] && !synthetic; i++) {
        bool found = false;
        enum status status = place[i] ? read_from(place[i], dataset, &found, error) : STATUS_OK;
        if (status != STATUS_OK || found)
            return status;
    }
    return kind->synthesise ? generate(dataset, error) : not_there(kind, places, error);
}

enum status dataset_open(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                         struct dataset **dataset, struct error *error)
{
    *dataset = NULL;
    struct dataset *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    made->kind = kind;
    enum status status = fill(made, places, synthetic, error);
    if (status != STATUS_OK) {
        dataset_free(made);
        return status;
    }
    *dataset = made;
    return STATUS_OK;
}

void dataset_free(struct dataset *dataset)
{
    if (!dataset)
        return;
    items_free(&dataset->train);
    items_free(&dataset->test);
    memory_free(dataset);
}

void dataset_identity(const struct dataset *dataset, char hex[SHA256_HEX_SIZE])
{
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < dataset->file_count; i++)
        sha256_add(&hash, dataset->files[i].sha256, SHA256_HEX_SIZE - 1);
    sha256_end(&hash, hex);
}

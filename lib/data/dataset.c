#include "data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/registry.h"
#include "data/reader.h"
#include "io/text_buffer.h"

static const struct dataset_kind all_kinds[] = {
#define DATASET(name, title, classes, height, width, channels, offset, scale, background, format, synthesise)          \
    {#name,  title,      classes, {height, width, channels}, offset,                                                   \
     scale,  background, false,   dataset_classes_##name,    dataset_input_##name,                                     \
     format, synthesise, NULL},
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

/* Copies a text to *room, which moves behind it. */
static const char *put_text(const char *text, char **room)
{
    const size_t size = strlen(text) + 1;
    char *copy = *room;
    memcpy(copy, text, size);
    *room += size;
    return copy;
}

struct dataset_kind *dataset_kind_copy(const struct dataset_kind *kind, struct error *error)
{
    struct block {
        struct dataset_kind kind;
        const char *names[];
    };
    const size_t lists = kind->labels ? 2 : 1;
    size_t texts = strlen(kind->name) + strlen(kind->title) + strlen(kind->input) + 3;
    for (size_t k = 0; k < kind->classes; k++)
        texts += strlen(kind->class_names[k]) + 1 + (kind->labels ? strlen(kind->labels[k]) + 1 : 0);
    struct block *block =
        memory_alloc(1, sizeof *block + lists * kind->classes * sizeof block->names[0] + texts, error);
    if (!block)
        return NULL;
    char *room = (char *)(block->names + lists * kind->classes);
    block->kind = *kind;
    block->kind.load = NULL;
    block->kind.synthesise = NULL;
    block->kind.name = put_text(kind->name, &room);
    block->kind.title = put_text(kind->title, &room);
    block->kind.input = put_text(kind->input, &room);
    for (size_t k = 0; k < kind->classes; k++) {
        block->names[k] = put_text(kind->class_names[k], &room);
        if (kind->labels)
            block->names[kind->classes + k] = put_text(kind->labels[k], &room);
    }
    block->kind.class_names = block->names;
    block->kind.labels = kind->labels ? block->names + kind->classes : NULL;
    return &block->kind;
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

enum status part_open(const struct dataset *dataset, size_t part, struct source **source, struct error *error)
{
    char path[LAYOUT_PATH_SIZE], target[2];
    *source = NULL;
    enum status status = layout_path(dataset->directory, dataset->files[part].name, path, error);
    if (status != STATUS_OK)
        return status;
    if (access(path, F_OK) != 0 && errno == ENOENT && readlink(path, target, sizeof target) > 0)
        return error_set(error, STATUS_DATA, "%s: is a link that leads nowhere", path);
    return source_open(path, source, error);
}

enum status part_finish(struct dataset *dataset, size_t part, struct source *source, enum status status,
                        struct error *error)
{
    if (status != STATUS_OK) {
        source_close(source);
        return status;
    }
    dataset->file_count = part + 1;
    return source_finish(source, dataset->files[part].sha256, error);
}

/* Whether every file read is byte for byte the official one. */
static bool files_are_official(const struct dataset *dataset)
{
    size_t count;
    const struct layout_part *parts = layout_parts(dataset->kind->name, &count);
    for (size_t i = 0; i < dataset->file_count; i++) {
        const char *hash = dataset->files[i].sha256;
        if (strcmp(parts[i].sha256, hash) != 0 && strcmp(parts[i].sha256_packed, hash) != 0)
            return false;
    }
    return dataset->file_count > 0;
}

/* The source of a set: a directory with all of its files, or its generator. */
struct choice {
    const char *directory; /* NULL: the generator's */
    struct layout layout;
    char documented[LAYOUT_NAME_SIZE]; /* the first file, as in data/README.md */
    char *note;                        /* see struct dataset */
};

/* "A", "A and B" or "no place at all" */
static void add_places(struct dataset_places places, struct text_buffer *text)
{
    bool both = places.directory && places.shipped && !places.only;
    const char *first = places.directory ? places.directory : places.shipped;
    text_add(text, "%s%s%s", first ? first : "no place at all", both ? " and " : "", both ? places.shipped : "");
}

static enum status not_there(const struct dataset_kind *kind, struct dataset_places places, struct error *error)
{
    struct text_buffer text = text_begin(error);
    char *accepted = layout_accepted(kind->name, error);
    char *survey = places.directory ? layout_survey(kind->name, places.directory, error) : NULL;
    add_places(places, &text);
    char *looked = text_take(&text);
    enum status status = STATUS_NO_MEMORY;
    if (accepted && looked && (survey || !places.directory))
        status =
            error_set(error, STATUS_DATA,
                      "%s was not found in %s%s%s. Looked for %s. data/README.md says where to get it, --data-dir or "
                      "TENTH_DATA where it lies",
                      kind->title, looked, survey ? ": " : "", survey ? survey : "", accepted);
    memory_free(accepted);
    memory_free(survey);
    memory_free(looked);
    return status;
}

/* Notes that `instead` is used, since the earlier places have nothing of the set. */
static enum status note_instead(const struct dataset_kind *kind, struct dataset_places places, const char *instead,
                                struct choice *choice, struct error *error)
{
    struct text_buffer text = text_begin(error);
    text_add(&text, "%s, for there is no %s in ", instead, kind->title);
    add_places(places, &text);
    text_add(&text, " (looked for %s and the like)", choice->documented);
    choice->note = text_take(&text);
    return choice->note ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status note_also(struct choice *choice, struct error *error)
{
    struct text_buffer text = text_begin(error);
    text_add(&text, "%s and not %s, both in %s", choice->layout.names[0], choice->layout.also, choice->directory);
    choice->note = text_take(&text);
    return choice->note ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Looks for the set in one place; choice->directory stays NULL, without an error, if that has nothing of it. */
static enum status look_in(const struct dataset_kind *kind, const char *directory, struct choice *choice,
                           struct error *error)
{
    const struct layout *layout = &choice->layout;
    enum status status = layout_look(kind->name, directory, &choice->layout, error);
    if (status != STATUS_OK || layout->present == 0)
        return status;
    if (layout->present < layout->total)
        return error_set(error, STATUS_DATA,
                         "%s has %zu of the %zu files of %s but not %s; fetch that one, or name "
                         "another directory",
                         directory, layout->present, layout->total, kind->title, layout->missing);
    choice->directory = directory;
    return STATUS_OK;
}

/* The caller frees choice->note, also after a failure. */
static enum status choose(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                          struct choice *choice, struct error *error)
{
    size_t parts;
    const char *folders[LAYOUT_FOLDERS_MAX] = {""};
    *choice = (struct choice){0};
    const struct layout_part *part = layout_parts(kind->name, &parts);
    if (!part)
        return STATUS_OK;
    (void)layout_folders(kind->name, folders);
    (void)snprintf(choice->documented, sizeof choice->documented, "%s/%s", folders[0], part->names[0]);
    if (synthetic && !kind->synthesise)
        return error_set(error, STATUS_UNSUPPORTED, "%s has no generator; set data.synthetic = no to read its files",
                         kind->title);
    if (synthetic)
        return STATUS_OK;
    enum status status = places.directory ? look_in(kind, places.directory, choice, error) : STATUS_OK;
    if (status == STATUS_OK && choice->directory && choice->layout.also[0])
        return note_also(choice, error);
    if (status != STATUS_OK || choice->directory)
        return status;
    if (places.directory && places.only)
        return not_there(kind, places, error);
    status = places.shipped ? look_in(kind, places.shipped, choice, error) : STATUS_OK;
    if (status == STATUS_OK && choice->directory && places.directory) {
        struct dataset_places named = {places.directory, NULL, false};
        return note_instead(kind, named, places.shipped, choice, error);
    }
    if (status != STATUS_OK || choice->directory)
        return status;
    return kind->synthesise ? note_instead(kind, places, "a stand-in", choice, error) : not_there(kind, places, error);
}

enum status dataset_check(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                          struct error *error)
{
    struct choice choice;
    enum status status = choose(kind, places, synthetic, &choice, error);
    memory_free(choice.note);
    return status;
}

static enum status read_files(const struct choice *choice, struct dataset *dataset, struct error *error)
{
    int length = snprintf(dataset->directory, sizeof dataset->directory, "%s", choice->directory);
    if (length < 0 || (size_t)length >= sizeof dataset->directory)
        return error_set(error, STATUS_DATA, "%.64s...: the path is longer than %zu bytes", choice->directory,
                         sizeof dataset->directory);
    for (size_t i = 0; i < choice->layout.total; i++)
        memcpy(dataset->files[i].name, choice->layout.names[i], sizeof dataset->files[i].name);
    enum status status = dataset->kind->load(dataset, error);
    if (status != STATUS_OK)
        return status;
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
    size_t parts;
    bool built_in = !layout_parts(kind->name, &parts);
    enum status status = built_in ? kind->load(dataset, error) : kind->synthesise(kind, dataset, error);
    if (status != STATUS_OK)
        return status;
    dataset->synthetic = !built_in;
    dataset->official = built_in;
    record_generated(&dataset->train, "training", &dataset->files[0]);
    record_generated(&dataset->test, "test", &dataset->files[1]);
    dataset->file_count = 2;
    return STATUS_OK;
}

enum status dataset_open(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                         struct dataset **dataset, struct error *error)
{
    *dataset = NULL;
    struct dataset *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    made->kind = kind;
    struct choice choice;
    enum status status = choose(kind, places, synthetic, &choice, error);
    made->note = choice.note;
    if (status == STATUS_OK)
        status = choice.directory ? read_files(&choice, made, error) : generate(made, error);
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
    memory_free(dataset->own);
    memory_free(dataset->note);
    memory_free(dataset);
}

bool dataset_source_is_synthetic(const char *source)
{
    return strstr(source, "SYNTHETIC") != NULL;
}

void dataset_identity(const struct dataset *dataset, char hex[SHA256_HEX_SIZE])
{
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < dataset->file_count; i++)
        sha256_add(&hash, dataset->files[i].sha256, SHA256_HEX_SIZE - 1);
    sha256_end(&hash, hex);
}

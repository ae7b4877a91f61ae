/* lib/config/config.c: which values are set, where they came from, and the cells of a sweep. */
#include "config/config.h"

#include <ctype.h>
#include <string.h>

#include "core/memory.h"
#include "config/config_private.h"

/* A file's or --set's value of a key. */
struct setting {
    char *texts;  /* `count` strings, each after the 0 of the one before; NULL: the default holds */
    char *origin; /* FILE:LINE or --set */
    size_t count; /* 1 unless swept */
    bool swept;
};

struct config_source {
    struct setting settings[CONFIG_KEY_COUNT];
    size_t swept[CONFIG_KEY_COUNT]; /* the keys of [sweep], in the order in which they first appeared */
    size_t swept_count;
};

struct config_source *config_source_create(struct error *error)
{
    return memory_alloc(1, sizeof(struct config_source), error);
}

static void setting_clear(struct setting *setting)
{
    memory_free(setting->texts);
    memory_free(setting->origin);
    *setting = (struct setting){0};
}

void config_free(struct config_source *source)
{
    if (!source)
        return;
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++)
        setting_clear(&source->settings[k]);
    memory_free(source);
}

/* A swept key that is swept again keeps its place in the order. */
static void sweep_order_update(struct config_source *source, size_t key, bool swept)
{
    size_t at = 0;
    while (at < source->swept_count && source->swept[at] != key)
        at++;
    bool listed = at < source->swept_count;
    if (swept && !listed) {
        source->swept[source->swept_count++] = key;
    } else if (!swept && listed) {
        source->swept_count--;
        memmove(source->swept + at, source->swept + at + 1, (source->swept_count - at) * sizeof source->swept[0]);
    }
}

/* Takes over `texts`, also on failure. */
static enum status setting_replace(struct config_source *source, size_t key, char *texts, size_t count, bool swept,
                                   const char *origin, struct error *error)
{
    char *copy = memory_copy_text(origin, error);
    if (!copy) {
        memory_free(texts);
        return STATUS_NO_MEMORY;
    }
    setting_clear(&source->settings[key]);
    source->settings[key] = (struct setting){texts, copy, count, swept};
    sweep_order_update(source, key, swept);
    return STATUS_OK;
}

enum status config_source_set(struct config_source *source, size_t key, const char *text, const char *place,
                              struct error *error)
{
    struct config scratch;
    const struct config_key *row = &config_keys()[key];
    enum status status = config_value_parse(row, text, place, config_field(&scratch, row), error);
    if (status != STATUS_OK)
        return status;
    char *copy = memory_copy_text(text, error);
    return copy ? setting_replace(source, key, copy, 1, false, place, error) : STATUS_NO_MEMORY;
}

/* Cuts "a | b | c" in place into consecutive trimmed strings; returns their number. */
static size_t split_values(char *texts)
{
    size_t count = 0;
    char *write = texts;
    for (const char *read = texts; read;) {
        const char *bar = strchr(read, '|');
        const char *next = bar ? bar + 1 : NULL;
        const char *end = bar ? bar : read + strlen(read);
        while (read < end && isspace((unsigned char)*read))
            read++;
        while (end > read && isspace((unsigned char)end[-1]))
            end--;
        size_t length = (size_t)(end - read);
        memmove(write, read, length); /* never overtakes the reader: at worst the bar becomes the 0 */
        write[length] = '\0';
        write += length + 1;
        count++;
        read = next;
    }
    return count;
}

/* Each value must be valid and different from the others: equal cells would write the same file. */
static enum status check_swept(size_t key, const char *texts, size_t count, const char *place, struct error *error)
{
    const struct config_key *row = &config_keys()[key];
    char *fields = memory_alloc(count, row->size, error); /* [count] values in the form of struct config */
    enum status status = fields ? STATUS_OK : STATUS_NO_MEMORY;
    struct config scratch;
    void *field = config_field(&scratch, row); /* aligned for the value's type */
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (texts[0] == '\0')
            status = error_set(error, STATUS_USAGE, "%s: the sweep of %s has an empty value; values are separated by |",
                               place, row->full_name);
        else
            status = config_value_parse(row, texts, place, field, error);
        for (size_t j = 0; j < i && status == STATUS_OK; j++) {
            if (memcmp(fields + j * row->size, field, row->size) == 0)
                status =
                    error_set(error, STATUS_USAGE, "%s: the sweep of %s has %s twice", place, row->full_name, texts);
        }
        if (status == STATUS_OK)
            memcpy(fields + i * row->size, field, row->size);
        texts += strlen(texts) + 1;
    }
    memory_free(fields);
    return status;
}

enum status config_source_sweep(struct config_source *source, size_t key, const char *texts, const char *place,
                                struct error *error)
{
    if (strcmp(config_keys()[key].section, "run") == 0)
        return error_set(error, STATUS_USAGE,
                         "%s: %s cannot be swept: seeds are repeated by run.seeds = N, and the rest changes no result",
                         place, config_keys()[key].full_name);
    char *copy = memory_copy_text(texts, error);
    if (!copy)
        return STATUS_NO_MEMORY;
    size_t count = split_values(copy);
    enum status status = check_swept(key, copy, count, place, error);
    if (status != STATUS_OK) {
        memory_free(copy);
        return status;
    }
    return setting_replace(source, key, copy, count, true, place, error);
}

/* Trims white space at both ends, in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t length = strlen(text); length > 0 && isspace((unsigned char)text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
}

/* Looks up a full name; if there is no such key, suggests what was probably meant. Changes `name`. */
static enum status find_key_to_set(char *name, size_t *key, struct error *error)
{
    *key = config_key_find_full(name);
    if (*key < CONFIG_KEY_COUNT)
        return STATUS_OK;
    char *dot = strchr(name, '.');
    if (!dot)
        return config_key_unknown("--set", "", name, error);
    *dot = '\0';
    return config_key_unknown("--set", name, dot + 1, error);
}

enum status config_set(struct config_source *source, const char *assignment, struct error *error)
{
    char *copy = memory_copy_text(assignment, error);
    if (!copy)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    char *equals = strchr(copy, '=');
    if (equals) {
        *equals = '\0';
        size_t key;
        status = find_key_to_set(trim(copy), &key, error);
        if (status == STATUS_OK)
            status = config_source_set(source, key, trim(equals + 1), "--set", error);
    } else {
        status = error_set(error, STATUS_USAGE, "--set %s: is not section.key=value", assignment);
    }
    memory_free(copy);
    return status;
}

size_t config_cells(const struct config_source *source)
{
    size_t cells = 1;
    for (size_t i = 0; i < source->swept_count; i++)
        cells = size_multiply(cells, source->settings[source->swept[i]].count);
    return cells;
}

/* The index of the cell's value of a swept key: the last key of the sweep varies fastest. */
static size_t cell_value(const struct config_source *source, size_t key, size_t cell)
{
    for (size_t i = source->swept_count; i-- > 0;) {
        size_t count = source->settings[source->swept[i]].count;
        if (source->swept[i] == key)
            return cell % count;
        cell /= count;
    }
    return 0;
}

const char *config_source_text(const struct config_source *source, size_t key, size_t cell)
{
    const struct setting *setting = &source->settings[key];
    const char *text = setting->texts;
    if (!text)
        return config_keys()[key].standard;
    for (size_t skip = cell_value(source, key, cell); skip > 0; skip--)
        text += strlen(text) + 1;
    return text;
}

const char *config_source_origin(const struct config_source *source, size_t key)
{
    return source->settings[key].origin ? source->settings[key].origin : "default";
}

const char *config_origin(const struct config_source *source, const char *full_name)
{
    return config_source_origin(source, config_key_find_full(full_name));
}

bool config_is_swept(const struct config_source *source, const char *full_name)
{
    return source->settings[config_key_find_full(full_name)].swept;
}

enum status config_resolve(const struct config_source *source, size_t cell, struct config *config, struct error *error)
{
    *config = (struct config){0};
    if (cell >= config_cells(source))
        return error_set(error, STATUS_USAGE, "the sweep has no cell %zu; there are %zu, from 0", cell,
                         config_cells(source));
    enum status status = STATUS_OK;
    for (size_t k = 0; k < CONFIG_KEY_COUNT && status == STATUS_OK; k++) {
        const struct config_key *row = &config_keys()[k];
        status = config_value_parse(row, config_source_text(source, k, cell), config_source_origin(source, k),
                                    config_field(config, row), error);
    }
    return status;
}

/* Whether another swept key has the same name in another section, so that the name alone would be ambiguous. */
static bool name_is_shared(const struct config_source *source, size_t key)
{
    for (size_t i = 0; i < source->swept_count; i++) {
        size_t other = source->swept[i];
        if (other != key && strcmp(config_keys()[other].name, config_keys()[key].name) == 0)
            return true;
    }
    return false;
}

/* Runs are told apart by these, whether they are swept or not. */
static const enum config_key_index ALWAYS_NAMED[] = {KEY_data_dataset, KEY_data_name, KEY_model_name,
                                                     KEY_posterior_method};

static bool is_always_named(size_t key)
{
    for (size_t i = 0; i < sizeof ALWAYS_NAMED / sizeof ALWAYS_NAMED[0]; i++)
        if (ALWAYS_NAMED[i] == key)
            return true;
    return false;
}

/* One run.name would be that of several runs. */
static enum status check_named(const struct config_source *source, struct error *error)
{
    const char *name = config_source_text(source, KEY_run_name, 0);
    for (size_t i = 0; i < source->swept_count && name[0]; i++)
        if (is_always_named(source->swept[i]))
            return error_set(error, STATUS_USAGE,
                             "%s: run.name = %s would name runs of several values of %s alike; "
                             "omit it, since a run's name has them without it",
                             config_source_origin(source, KEY_run_name), name,
                             config_keys()[source->swept[i]].full_name);
    return STATUS_OK;
}

static enum status label_make(const struct config_source *source, const struct config *config,
                              char label[CONFIG_LABEL_SIZE], struct error *error)
{
    struct text_buffer text = text_begin(error);
    const char *comma = "";
    for (size_t i = 0; i < source->swept_count; i++) {
        const struct config_key *row = &config_keys()[source->swept[i]];
        if (is_always_named(source->swept[i]))
            continue;
        text_add(&text, "%s%s=", comma, name_is_shared(source, source->swept[i]) ? row->full_name : row->name);
        config_value_format(row, config_field_of(config, row), &text);
        comma = ",";
    }
    char *whole = text_take(&text);
    if (!whole)
        return STATUS_NO_MEMORY;
    size_t length = strlen(whole);
    if (length < CONFIG_LABEL_SIZE)
        memcpy(label, whole, length + 1);
    memory_free(whole);
    if (length >= CONFIG_LABEL_SIZE)
        return error_set(
            error, STATUS_USAGE,
            "%s: the cell's name in this sweep is %zu bytes long, and %d is the most; sweep fewer or shorter "
            "values",
            config_source_origin(source, source->swept[source->swept_count - 1]), length, CONFIG_LABEL_SIZE - 1);
    return STATUS_OK;
}

enum status config_cell(const struct config_source *source, size_t cell, struct config *config,
                        char label[CONFIG_LABEL_SIZE], struct error *error)
{
    label[0] = '\0';
    enum status status = config_resolve(source, cell, config, error);
    if (status == STATUS_OK)
        status = config_check(source, config, error);
    if (status == STATUS_OK)
        status = check_named(source, error);
    if (status == STATUS_OK)
        status = label_make(source, config, label, error);
    return status;
}

enum status config_defaults(struct config *config, struct error *error)
{
    *config = (struct config){0};
    enum status status = STATUS_OK;
    for (size_t k = 0; k < CONFIG_KEY_COUNT && status == STATUS_OK; k++) {
        const struct config_key *row = &config_keys()[k];
        status = config_value_parse(row, row->standard, "default", config_field(config, row), error);
    }
    return status;
}

/* lib/config/config_text.c: resolved configs as INI text. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "config/config_private.h"

/* An origin may hold any byte that a path may. A path too long for a line is cut. */
static void add_origin(struct text_buffer *text, const char *origin)
{
    enum { SHOWN_SIZE = 4096 };
    char shown[SHOWN_SIZE];
    (void)utf8_escape(origin, "", shown, sizeof shown);
    text_add(text, " ; %s", shown);
}

/* A key with its value. A list stays as written: 30 values with 17 digits each would not fit into a line. */
static void add_key(const struct config_source *source, size_t cell, const struct config *config, size_t key,
                    bool with_origin, struct text_buffer *text)
{
    const struct config_key *row = &config_keys()[key];
    const char *written = config_source_text(source, key, cell);
    text_add(text, "%s =%s", row->name, written[0] ? " " : "");
    if (row->type == CONFIG_TYPE_LIST)
        text_add(text, "%s", written);
    else
        config_value_format(row, config_field_of(config, row), text);
    if (with_origin)
        add_origin(text, config_source_origin(source, key));
    text_add(text, "\n");
}

char *config_text(const struct config_source *source, size_t cell, bool with_origin, struct error *error)
{
    struct config config;
    if (config_resolve(source, cell, &config, error) != STATUS_OK)
        return NULL;
    struct text_buffer text = text_begin(error);
    size_t count;
    const struct config_section *sections = config_sections(&count);
    for (size_t s = 0; s < count; s++) {
        text_add(&text, "%s[%s]\n", s > 0 ? "\n" : "", sections[s].name);
        for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
            if (strcmp(config_keys()[k].section, sections[s].name) == 0)
                add_key(source, cell, &config, k, with_origin, &text);
        }
    }
    return text_take(&text);
}

/* Keys added when their section already had results, with the value, as written, that used to be the rule. With that
 * value they are omitted from a section's text, from which a result's identity is made: older results stay valid. To
 * add one: add a row. */
static const struct {
    enum config_key_index key;
    const char *before;
} LATER_KEYS[] = {
    {KEY_data_name, ""},
    {KEY_data_format, ""},
    {KEY_data_train, ""}, /* paths are no part of an identity: run_identity empties them, and has the files' hashes */
    {KEY_data_train_labels, ""},
    {KEY_data_validation, ""},
    {KEY_data_validation_labels, ""},
    {KEY_data_test, ""},
    {KEY_data_test_labels, ""},
    {KEY_data_classes, ""},
    {KEY_data_normalise, "train"},
    {KEY_data_missing, "refuse"},
    {KEY_data_lengths, "refuse"},
    {KEY_model_precision, "fp32"},
    {KEY_model_name, ""},
    {KEY_model_architecture, ""},
    {KEY_perturb_frames, "50"}, /* likewise: only illustrations use it, and have it in their identity */
    {KEY_perturb_fill, "background"},
    {KEY_posterior_start, "lecun"},
    {KEY_posterior_prior, "gaussian"},
    {KEY_prune_evaluate_at, "none"}, /* which run_identity puts there: no result depends on which others are made */
    {KEY_prune_granularity, "weight"},
};

static const char *value_before(size_t key)
{
    for (size_t i = 0; i < sizeof LATER_KEYS / sizeof LATER_KEYS[0]; i++) {
        if (LATER_KEYS[i].key == key)
            return LATER_KEYS[i].before;
    }
    return NULL;
}

/* Adds the keys of one section as `section.key = value` lines; returns their number. */
static size_t add_section(const struct config *config, const char *section, size_t length, struct text_buffer *text)
{
    size_t found = 0;
    for (size_t k = 0; k < CONFIG_KEY_COUNT; k++) {
        const struct config_key *row = &config_keys()[k];
        if (strlen(row->section) != length || memcmp(row->section, section, length) != 0)
            continue;
        found++;
        struct text_buffer value = text_begin(text->error);
        config_value_format(row, config_field_of(config, row), &value);
        char *written = text_take(&value);
        const char *before = value_before(k);
        if (!written || !before || strcmp(written, before) != 0)
            text_add(text, "%s = %s\n", row->full_name, written ? written : "");
        text->failed = text->failed || !written;
        memory_free(written);
    }
    return found;
}

char *config_section_text(const struct config *config, const char *sections, struct error *error)
{
    struct text_buffer text = text_begin(error);
    while (*sections) {
        size_t length = strcspn(sections, " ");
        if (length > 0 && add_section(config, sections, length, &text) == 0) {
            (void)error_set(error, STATUS_FAILED, "there is no config section called %.*s", (int)length, sections);
            memory_free(text_take(&text));
            return NULL;
        }
        sections += length;
        sections += *sections == ' ';
    }
    return text_take(&text);
}

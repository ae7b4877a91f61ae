/* lib/config/config_private.h: shared by the parts of config; nothing else includes it.
 *
 *   config_schema.c  the rows of schema.def as a table, and the lookup of names in it
 *   config_value.c   one value: text to number and back, with its bounds
 *   config.c         struct config_source: which texts are set, their origins, sweeps, cells
 *   config_check.c   what the values of two keys, or a text and its choices, must fulfil
 *   config_read.c    files: lines, sections, bases
 *   config_text.c    configs as INI text; config_help.c: the help of every key; config_compare.c: what differs */
#ifndef TENTH_CONFIG_CONFIG_PRIVATE_H
#define TENTH_CONFIG_CONFIG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "io/text_buffer.h"

/* One number per key, in the order of the schema: KEY_posterior_prior_sigma, ... */
#define CONFIG_SECTION(section, help)
#define CONFIG_SECTION_END(section)
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help) KEY_##section##_##key,
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help) KEY_##section##_##key,
#define CONFIG_BOOL(section, key, standard, help) KEY_##section##_##key,
#define CONFIG_TEXT(section, key, standard, help) KEY_##section##_##key,
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help) KEY_##section##_##key,
#define CONFIG_NAMES(section, key, standard, help) KEY_##section##_##key,
enum config_key_index {
#include "config/schema.def"
    CONFIG_KEY_COUNT
};
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES

enum config_type {
    CONFIG_TYPE_INT,
    CONFIG_TYPE_FLOAT,
    CONFIG_TYPE_BOOL,
    CONFIG_TYPE_TEXT,
    CONFIG_TYPE_LIST,
    CONFIG_TYPE_NAMES
};

/* A row of schema.def. */
struct config_key {
    const char *section, *name;
    const char *full_name; /* section.name */
    enum config_type type;
    const char *standard;    /* the default as text */
    double minimum, maximum; /* for numbers; 0 for other types */
    const char *unit;        /* "" if there is none */
    const char *help;
    size_t offset, size; /* bytes, of the field in struct config */
};

struct config_section {
    const char *name, *help;
};

/* The longest value: with its key it must fit into inih's 198 bytes per line, so that config_text can write every value
 * that was read. */
enum { CONFIG_VALUE_MAX = 160 };

/* More cells than anyone runs: a larger sweep is a mistake, found before the first run. */
enum { CONFIG_CELLS_MAX = 100000 };

/* config_schema.c. The tables are static storage; keys has CONFIG_KEY_COUNT rows, indexed by enum config_key_index. */
const struct config_key *config_keys(void);
const struct config_section *config_sections(size_t *count);

/* The index of a key, or CONFIG_KEY_COUNT if there is none. */
size_t config_key_find(const char *section, const char *name);
size_t config_key_find_full(const char *full_name);

/* STATUS_USAGE with "did you mean". `place` is FILE:LINE or --set; `section` is "" if the name had none. */
enum status config_key_unknown(const char *place, const char *section, const char *name, struct error *error);
enum status config_section_unknown(const char *place, const char *section, struct error *error);

static inline void *config_field(struct config *config, const struct config_key *key)
{
    return (char *)config + key->offset;
}

static inline const void *config_field_of(const struct config *config, const struct config_key *key)
{
    return (const char *)config + key->offset;
}

/* config_value.c. Overwrites all key->size bytes of the field, so that equal values have equal bytes. STATUS_USAGE: the
 * text is not such a value; the message begins with `place`. */
enum status config_value_parse(const struct config_key *key, const char *text, const char *place, void *field,
                               struct error *error);

/* The value in its one canonical form: values are equal if and only if these texts are. */
void config_value_format(const struct config_key *key, const void *field, struct text_buffer *text);

enum { CONFIG_NUMBER_SIZE = 32 };
/* %.9g, or %.17g if that does not read back as the same number. */
void config_number_format(double value, char text[CONFIG_NUMBER_SIZE]);

/* config.c. A new source has only the defaults. */
struct config_source *config_source_create(struct error *error);

/* Sets a key to a value, or (config_source_sweep) to the values of "v1 | v2 | v3". Checks them first; on failure the
 * source is unchanged. `place` becomes the origin. */
enum status config_source_set(struct config_source *source, size_t key, const char *text, const char *place,
                              struct error *error);
enum status config_source_sweep(struct config_source *source, size_t key, const char *texts, const char *place,
                                struct error *error);

/* A key's text in a cell as written, and where it was written. */
const char *config_source_text(const struct config_source *source, size_t key, size_t cell);
const char *config_source_origin(const struct config_source *source, size_t key);

/* All values of a cell, without the checks across keys. */
enum status config_resolve(const struct config_source *source, size_t cell, struct config *config, struct error *error);

/* config_check.c */
enum status config_check(const struct config_source *source, const struct config *config, struct error *error);

#endif

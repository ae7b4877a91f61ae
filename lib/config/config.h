/* lib/config/config.h: INI files, checked against one schema (schema.def).
 *
 * A config is a value: once resolved it never changes. Each value knows its origin. Unknown, duplicate, out-of-range
 * and unparsable keys are fatal and are reported as FILE:LINE, with "did you mean" if a name is near.
 *
 *   base = FILE[, FILE...]   before the first section, relative to the file that names it
 *   [section]                key = value; comments begin with ; or # at the start of a line, or after " ;"
 *   [sweep]                  section.key = v1 | v2 | v3: one run per combination of the listed values
 *
 * Later bases win over earlier ones, and a file wins over its bases. A base shared by several files is read once, at
 * its first appearance. A sweep is inherited from bases and replaced key by key; a plain value in a later file ends it.
 * The last key of a sweep varies fastest.
 *
 * A key appears at most once in a file. Lines are not indented and have at most 198 bytes before their comment (inih's
 * limit), values at most 160. Values are not quoted. Numbers are decimal; yes | no are also true | false, on | off, 1 |
 * 0. A list is a,b,c, with FROM:TO:COUNT for evenly spaced values, both ends included ("-20,-10:3.5:30"), or none.
 */
#ifndef TENTH_CONFIG_CONFIG_H
#define TENTH_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum { CONFIG_TEXT_SIZE = 128, CONFIG_LIST_MAX = 256, CONFIG_NAMES_MAX = 32, CONFIG_NAME_SIZE = 32 };

struct config_list {
    size_t count;
    double value[CONFIG_LIST_MAX];
};

struct config_names {
    size_t count; /* 0: all that apply */
    char name[CONFIG_NAMES_MAX][CONFIG_NAME_SIZE];
};

#define CONFIG_SECTION(section, help) struct {
#define CONFIG_SECTION_END(section)                                                                                    \
    }                                                                                                                  \
    section;
#define CONFIG_INT(section, key, standard, minimum, maximum, unit, help) long key;
#define CONFIG_FLOAT(section, key, standard, minimum, maximum, unit, help) double key;
#define CONFIG_BOOL(section, key, standard, help) bool key;
#define CONFIG_TEXT(section, key, standard, help) char key[CONFIG_TEXT_SIZE];
#define CONFIG_LIST(section, key, standard, minimum, maximum, unit, help) struct config_list key;
#define CONFIG_NAMES(section, key, standard, help) struct config_names key;
struct config {
#include "config/schema.def"
};
#undef CONFIG_SECTION
#undef CONFIG_SECTION_END
#undef CONFIG_INT
#undef CONFIG_FLOAT
#undef CONFIG_BOOL
#undef CONFIG_TEXT
#undef CONFIG_LIST
#undef CONFIG_NAMES

/* A config before its sweep is expanded: values with their origins, and the lists of [sweep]. */
struct config_source;

/* Reads a file and its bases. On failure *source is NULL. The caller frees with config_free. */
enum status config_read(const char *path, struct config_source **source, struct error *error);

/* The same from text in memory (a config stored in a run file; fuzzing); `name` replaces the file in messages. `base =`
 * is relative to `directory` (NULL: refused). */
enum status config_read_text(const char *text, const char *name, const char *directory, struct config_source **source,
                             struct error *error);

/* Reads a file, and its bases, over what is there: it wins as a file wins over its bases. On failure the source may
 * have a part of it, and is to be freed. */
enum status config_overlay(struct config_source *source, const char *path, struct error *error);

/* Overrides one key, "section.key=value"; the key must exist. The origin becomes "--set". An override of a swept key
 * replaces its list. */
enum status config_set(struct config_source *source, const char *assignment, struct error *error);

/* Where a key's value came from: "FILE:LINE", "--set" or "default". The key must exist. */
const char *config_origin(const struct config_source *source, const char *full_name);

/* Whether [sweep] has the key, which must exist. */
bool config_is_swept(const struct config_source *source, const char *full_name);

/* Number of cells: the product of the list lengths of [sweep] (1 without a sweep). Seeds are not counted. */
size_t config_cells(const struct config_source *source);

/* The resolved config of one cell, checked also across keys (sigma_start_low <= sigma_start_high, ...). `label`
 * receives what distinguishes it, e.g. "prior_sigma=0.1,filters=32", or "". Data set, network and method are not a part
 * of it: a run's name has them in any case. */
enum { CONFIG_LABEL_SIZE = 256 };
enum status config_cell(const struct config_source *source, size_t cell, struct config *config,
                        char label[CONFIG_LABEL_SIZE], struct error *error);

/* The cell's resolved config as INI text in the order of the schema. It parses back to the same values (%.17g if %.9g
 * does not round-trip). with_origin adds " ; FILE:LINE", " ; --set" or " ; default" after each value. NULL on failure;
 * the caller frees with memory_free. */
char *config_text(const struct config_source *source, size_t cell, bool with_origin, struct error *error);

/* The values of the named sections ("data model train", separated by spaces) as canonical text: two configs agree in
 * these sections if and only if the texts are equal. Keys added to a section later are omitted if they have the value
 * that used to be the rule, so the texts of older results still match. NULL on failure, such as if there is no such
 * section. The caller frees with memory_free. */
char *config_section_text(const struct config *config, const char *sections, struct error *error);

/* The values of one section, which a method reads as struct NAME_options (bayes/method_options.h). NULL: no such
 * section. */
const void *config_section(const struct config *config, const char *name);

/* The names of all sections but one, in the form for config_section_text. */
enum { CONFIG_SECTIONS_SIZE = 256 };
void config_sections_but(const char *but, char names[CONFIG_SECTIONS_SIZE]);

/* For display: the keys of the named sections in which a file's config and the wanted one differ, the first `most` of
 * them with their values ("train.batch: 128 in the file, 32 wanted; ..."); "" if there are none. NULL without memory.
 * The caller frees with memory_free. */
char *config_differences(const struct config *held, const struct config *wanted, const char *sections, size_t most,
                         struct error *error);

/* The help of every key: name, type, default, range, unit, help, as aligned text or as a Markdown table. The caller
 * frees with memory_free. */
char *config_help(bool markdown, struct error *error);

/* Only the defaults. */
enum status config_defaults(struct config *config, struct error *error);

void config_free(struct config_source *source); /* NULL is allowed */

#endif

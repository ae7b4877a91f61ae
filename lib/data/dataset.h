/* lib/data/dataset.h: data sets as networks see them, and where they come from.
 *
 * A data set is a training file and a test file. The test file is only for reporting: nothing is chosen on it. Items
 * are kept as on disk (bytes or floats) and normalised when gathered. */
#ifndef TENTH_DATA_DATASET_H
#define TENTH_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"
#include "data/layout.h"
#include "io/source.h"

/* One file's items. Exactly one of bytes and values is set. */
struct items {
    size_t count;
    struct shape shape;  /* of one item */
    float offset, scale; /* normalised = (raw - offset) / scale */
    uint8_t *bytes;      /* [count][height][width][channels] */
    float *values;       /* [count][height][width][channels] */
    uint8_t *labels;     /* [count], 0 .. classes-1 */
};

enum { DATASET_FILES_MAX = LAYOUT_PARTS_MAX };
struct dataset_file {
    char name[LAYOUT_NAME_SIZE]; /* relative to the data directory */
    char sha256[SHA256_HEX_SIZE];
};

struct dataset {
    const struct dataset_kind *kind;
    bool synthetic;   /* made by the built-in generator */
    bool official;    /* every file has the official checksum */
    char source[256]; /* for display: "official files", "SYNTHETIC (...)", "not the official files: sha256 01..." */
    char *note;       /* for display: why the data are not those of the first place named; NULL: they are */
    char directory[LAYOUT_PATH_SIZE]; /* where the files were found; "" if generated */
    struct items train, test;
    struct dataset_file files[DATASET_FILES_MAX]; /* the files read; for a generated set, the hash of its items */
    size_t file_count;
    size_t validation_count;  /* the last so many of `train` are for validation, and split no further; 0: any may be */
    struct dataset_kind *own; /* of a set that a config describes (own.h): what `kind` points to; NULL: a row */
};

struct dataset_kind {
    const char *name;  /* in configs and tables */
    const char *title; /* in figures */
    size_t classes;
    struct shape shape;
    float offset, scale, background;
    bool of_numbers; /* raw values are any numbers, and not bytes or a row's; of a set that a config describes */
    const char *const *class_names; /* [classes] for display */
    const char *input; /* the meaning of raw values, for users with their own: units, polarity, normalisation */
    /* Both fill dataset->train and ->test, which dataset_free releases, also after a failure; see reader.h. A set
     * without files (layout.h) is made by `load` from a formula, which counts as official. */
    enum status (*load)(struct dataset *dataset, struct error *error);
    enum status (*synthesise)(const struct dataset_kind *kind, struct dataset *dataset, struct error *error);
    const char *const *labels; /* [classes] as in the files of a set that a config describes; NULL: a row */
};

/* A copy in one block, texts and all, but for the functions: of a set that is no row. NULL without memory. The caller
 * frees with memory_free. */
struct dataset_kind *dataset_kind_copy(const struct dataset_kind *kind, struct error *error);

const struct dataset_kind *dataset_kinds(size_t *count);
const struct dataset_kind *dataset_find(const char *name, struct error *error); /* NULL: STATUS_USAGE, "did you mean" */

/* The name of a class for display, copied into `name`, which is returned. */
enum { DATASET_CLASS_SIZE = 32 };
const char *dataset_class_name(const struct dataset_kind *kind, size_t label, char name[DATASET_CLASS_SIZE]);

/* Where to search for a data set: `directory` (from --data-dir or $TENTH_DATA; NULL: neither), then `shipped` (the
 * project's own data/; NULL: none). A place with some of the set's files but not all is STATUS_DATA, and so is a
 * corrupt file. A place with none of them is skipped, and dataset->note says so; but if `only` the directory will do,
 * since a user asked for it, that is STATUS_DATA with what was searched for and what is there instead. If no place has
 * the files, or `synthetic` is requested, the generator is used. Without a generator: STATUS_DATA that names every
 * place searched, or STATUS_UNSUPPORTED if `synthetic` was requested. */
struct dataset_places {
    const char *directory;
    const char *shipped;
    bool only;
};

/* Whether dataset_open would find the set or its stand-in, with its error if not; opens no file. */
enum status dataset_check(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                          struct error *error);
enum status dataset_open(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                         struct dataset **dataset, struct error *error);
void dataset_free(struct dataset *dataset); /* NULL is allowed */

/* Whether results with this source (dataset.source, or text made from it) are on a stand-in. */
bool dataset_source_is_synthetic(const char *source);

/* SHA-256 over the file hashes: the identity of a run's data. */
void dataset_identity(const struct dataset *dataset, char hex[SHA256_HEX_SIZE]);

/* Normalised items: x [count][height][width][channels] and y [count], both overwritten; indices into items. */
void items_gather(const struct items *items, const uint32_t *indices, size_t count, float *x, uint8_t *y);

/* Allocates `count` items of a kind, as bytes or as values, and their labels. Sets shape, offset and scale. On failure
 * the items are empty. Freed by items_free, which leaves them empty too. */
enum status items_alloc(struct items *items, const struct dataset_kind *kind, size_t count, bool as_bytes,
                        struct error *error);
void items_free(struct items *items);

#endif

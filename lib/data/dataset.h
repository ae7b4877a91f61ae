/* lib/data/dataset.h: data sets as networks see them, and where they come from.
 *
 * A data set is a training file and a test file. The test file is for reporting only: nothing is chosen on it. Items
 * are kept in the form they have on disk (bytes or floats) and normalised when they are gathered. */
#ifndef TENTH_DATA_DATASET_H
#define TENTH_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"
#include "data/layout.h"
#include "io/source.h"

/* One file's items. Exactly one of bytes and values is there. */
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
    bool official;    /* every file has the checksum of the official one */
    char source[256]; /* for people: "official files", "SYNTHETIC (...)", "not the official files: sha256 01..." */
    char *note;       /* for people: why the data are not those of the first place that was named; NULL: they are */
    char directory[LAYOUT_PATH_SIZE]; /* where the files were found; "" when generated */
    struct items train, test;
    struct dataset_file files[DATASET_FILES_MAX]; /* what was read; for a generated set, the hash of its items */
    size_t file_count;
};

struct dataset_kind {
    const char *name;  /* in configs and tables */
    const char *title; /* in figures */
    size_t classes;
    struct shape shape;
    float offset, scale, background;
    const char *const *class_names; /* [classes] for people */
    const char *input; /* what raw values are, for those who bring their own: units, polarity, normalisation */
    /* Both fill dataset->train and ->test, which dataset_free releases, also after a failure; see reader.h. A set
     * without files (layout.def) is made by `load` from a formula, and no file could be more official. */
    enum status (*load)(struct dataset *dataset, struct error *error);
    enum status (*synthesise)(const struct dataset_kind *kind, struct dataset *dataset, struct error *error);
};

const struct dataset_kind *dataset_kinds(size_t *count);
const struct dataset_kind *dataset_find(const char *name, struct error *error); /* NULL: STATUS_USAGE, "did you mean" */

/* The name of a class for people, copied into `name`, which is returned. */
enum { DATASET_CLASS_SIZE = 32 };
const char *dataset_class_name(const struct dataset_kind *kind, size_t label, char name[DATASET_CLASS_SIZE]);

/* Where a data set is looked for: `directory` (from --data-dir or $TENTH_DATA; NULL: neither), then `shipped` (the
 * project's own data/; NULL: none). A place that has some of the set's files and lacks others is STATUS_DATA, and so is
 * a file that is there but corrupt. A place that has none of them is passed over, and dataset->note says so; but where
 * `only` the directory will do, since a user asked for it, that is STATUS_DATA with what was looked for and what lies
 * there instead. Where no place has the files, or `synthetic` is asked for, the generator stands in. Without a
 * generator: STATUS_DATA that names every place that was looked at, or STATUS_UNSUPPORTED when `synthetic` was asked
 * for. */
struct dataset_places {
    const char *directory;
    const char *shipped;
    bool only;
};

/* Whether dataset_open would find the set or what stands in for it, with its error where not; opens no file. */
enum status dataset_check(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                          struct error *error);
enum status dataset_open(const struct dataset_kind *kind, struct dataset_places places, bool synthetic,
                         struct dataset **dataset, struct error *error);
void dataset_free(struct dataset *dataset); /* NULL is allowed */

/* Whether results with this source (dataset.source, or what is made of it) are of a stand-in. */
bool dataset_source_is_synthetic(const char *source);

/* SHA-256 over the file hashes: the identity of the data of a run. */
void dataset_identity(const struct dataset *dataset, char hex[SHA256_HEX_SIZE]);

/* Normalised items: x [count][height][width][channels] and y [count], both overwritten; indices into items. */
void items_gather(const struct items *items, const uint32_t *indices, size_t count, float *x, uint8_t *y);

/* Room for `count` items of a kind, as bytes or as values, and for their labels. Sets shape, offset and scale. On
 * failure the items are empty. Freed by items_free, which leaves them empty too. */
enum status items_alloc(struct items *items, const struct dataset_kind *kind, size_t count, bool as_bytes,
                        struct error *error);
void items_free(struct items *items);

#endif

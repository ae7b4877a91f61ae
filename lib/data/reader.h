/* lib/data/reader.h: shared by the readers of data sets (dataset_NAME.c), the generators (synthetic_NAME.c) and
 * dataset.c. Nobody else includes it.
 *
 * A reader opens the parts of its set in the order of layout.h, each with part_open, reads it through a format's
 * reader (idx.h, cifar.h, ucr.h), and ends it with part_finish, which records the hash. dataset->directory and the
 * names of dataset->files are set beforehand; it need not clean up `dataset`. */
#ifndef TENTH_DATA_READER_H
#define TENTH_DATA_READER_H

#include <stddef.h>

#include "core/error.h"
#include "data/dataset.h"
#include "io/source.h"

typedef enum status dataset_load_fn(struct dataset *dataset, struct error *error);
typedef enum status dataset_synthesise_fn(const struct dataset_kind *kind, struct dataset *dataset,
                                          struct error *error);

/* The formats of dataset.def. */
dataset_load_fn dataset_load_ucr, dataset_load_idx;
#define UCR_SERIES dataset_load_ucr
#define IDX_IMAGES dataset_load_idx
#define READ_BY(load) load

#define DATASET(name, title, classes, height, width, channels, offset, scale, background, format, synthesise)          \
    extern const char *const dataset_classes_##name[classes];                                                          \
    extern const char dataset_input_##name[];                                                                          \
    dataset_load_fn format;
#include "data/dataset.def"
#undef DATASET

/* A generator fills train, test and source. It draws from one fixed seed, not the run's: a generated set is fixed, like
 * a file. */
dataset_synthesise_fn dataset_synthesise_shapes, dataset_synthesise_ecg;
enum { SYNTHETIC_SEED = 2018 };

/* The most items of one file; a header with more is wrong: no file can make the program allocate more. */
enum { ITEMS_LIMIT = 1000000 };

/* Opens part number `part`. *source is NULL on failure. */
enum status part_open(const struct dataset *dataset, size_t part, struct source **source, struct error *error);

/* Ends the reading of a part: closes `source` and, if `status` (the result of reading) is STATUS_OK, records the hash
 * of the file. Returns `status`, or what went wrong here. */
enum status part_finish(struct dataset *dataset, size_t part, struct source *source, enum status status,
                        struct error *error);

/* Whether .official-md5 next to dataset->files says that these, as read, came from the official archive: only the
 * archive's checksum is published. The unpacking script writes the marker if the MD5 was right: the MD5 on the first
 * line, and a line "SHA256 FILE" for each file. A marker without a line for each file read, or with another hash, does
 * not vouch: nobody knows what happened to the file since. No marker: *vouches is false. */
enum status cifar10_marker_vouches(const struct dataset *dataset, bool *vouches, struct error *error);

#endif

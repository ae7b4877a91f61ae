/* lib/data/own.h: data sets that a config describes, in files of common formats: data.dataset = files.
 *
 * What a row of dataset.def says of its set follows here from the files: the shape of an item from the training file,
 * the classes from its labels, which are sorted (label.h), the normalisation from its values. */
#ifndef TENTH_DATA_OWN_H
#define TENTH_DATA_OWN_H

#include "core/error.h"
#include "data/dataset.h"

/* The name of such sets in configs, and what stands for data.name in paths. */
#define OWN_DATASET "files"
#define OWN_PLACEHOLDER "{name}"

/* Files of a set. Some formats have labels in files of their own. */
enum own_file {
    OWN_TRAIN,
    OWN_TRAIN_LABELS,
    OWN_VALIDATION,
    OWN_VALIDATION_LABELS,
    OWN_TEST,
    OWN_TEST_LABELS,
    OWN_FILES
};

/* As in the config's [data]; texts are "" where the config says nothing. */
struct own_spec {
    const char *name;   /* "": after the training file */
    const char *format; /* "": by the training file's content */
    const char *files[OWN_FILES];
    const char *classes;   /* names, separated by commas */
    const char *normalise; /* train, none, or OFFSET,SCALE */
    const char *missing;   /* refuse, interpolate */
    const char *lengths;   /* refuse, pad, stretch */
};

const char *own_file_key(enum own_file file); /* "data.train" */

/* The set's name in tables, figures and names of runs. STATUS_USAGE: it has other characters than a-z, A-Z, 0-9 and _
 * or is that of a row of dataset.def; *key says which key is wrong. */
enum { OWN_NAME_SIZE = 32 };
enum status own_name(const struct own_spec *spec, char name[OWN_NAME_SIZE], const char **key, struct error *error);

/* Reads the set. A relative path is below places.directory or, unless that alone will do, the working directory or
 * places.shipped, all of the set's files below the same; each may have .gz behind its name, and where the name given
 * is that of no file, an ending (.tsv, .txt, .ts, .arff, .csv, .npy), the same for all.
 *
 * Items of the validation file are the last dataset->validation_count of dataset->train. STATUS_USAGE: the config is
 * wrong, at *key. STATUS_DATA: a file is missing or wrong; the message names file and line. Freed by dataset_free. */
enum status own_open(const struct own_spec *spec, struct dataset_places places, struct dataset **dataset,
                     const char **key, struct error *error);

#endif

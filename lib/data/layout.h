/* lib/data/layout.h: finding the files of a data set below a directory, in the folders and under the names in which
 * they circulate: as layout.def says, or, of a set without rows there, its format in dataset.def. */
#ifndef TENTH_DATA_LAYOUT_H
#define TENTH_DATA_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum {
    LAYOUT_PARTS_MAX = 8,
    LAYOUT_FOLDERS_MAX = 8,
    LAYOUT_NAMES_MAX = 4,
    LAYOUT_NAME_SIZE = 128,
    LAYOUT_PATH_SIZE = 4096
};

/* A file that belongs to a set. */
struct layout_part {
    const char *set;
    const char *sha256;                      /* of the official bytes; "": not known per file */
    const char *sha256_packed;               /* of NAME.gz as distributed; "": it is not */
    const char *names[LAYOUT_NAMES_MAX + 1]; /* the documented one first; ends with NULL */
};

/* The parts of a set, `count` of them in reading order; none if it is made from a formula. */
const struct layout_part *layout_parts(const char *set, size_t *count);

/* The folders to search for them, below a directory; "": that directory itself. Returns how many. */
size_t layout_folders(const char *set, const char *folders[LAYOUT_FOLDERS_MAX]);

/* What a directory has of a set. Names are relative to the directory. All parts are from one folder, under names of one
 * kind if that folder has them all so; the first such folder is used. */
struct layout {
    size_t total, present;                          /* parts; present is 0 if the directory has none of them */
    char names[LAYOUT_PARTS_MAX][LAYOUT_NAME_SIZE]; /* [total] if all are there, with .gz if that is what exists */
    char missing[LAYOUT_NAME_SIZE];                 /* the first missing one; "": none */
    char also[LAYOUT_NAME_SIZE]; /* the first file of another whole copy, which is not used; "": none */
};

/* Looks for a set. A file that cannot be reached counts as there, so that reading it says why. A missing directory has
 * nothing. STATUS_DATA: a path is too long. */
enum status layout_look(const char *set, const char *directory, struct layout *layout, struct error *error);

/* DIRECTORY/NAME; STATUS_DATA if it is too long. */
enum status layout_path(const char *directory, const char *name, char path[LAYOUT_PATH_SIZE], struct error *error);

/* For display: all that is accepted for a set ("A or B, C or D, each also with .gz, in mnist/, MNIST/raw/ or DIR
 * itself"). The caller frees with memory_free; NULL without memory. */
char *layout_accepted(const char *set, struct error *error);

/* For display: what is below a directory that has none of a set's files, if it is known why that is not used
 * ("cifar-10-batches-py: the pickle version; ..."). The caller frees with memory_free; NULL without memory. */
char *layout_survey(const char *set, const char *directory, struct error *error);

#endif

/* lib/data/own_private.h: what the formats of own data fill in. Private to own*.c. */
#ifndef TENTH_DATA_OWN_PRIVATE_H
#define TENTH_DATA_OWN_PRIVATE_H

#include "core/texts.h"
#include "data/own.h"
#include "data/series_file.h"

/* A set while its files are read: the training file first. */
struct own_set {
    const struct own_spec *spec;
    struct dataset *dataset;
    char path[OWN_FILES][LAYOUT_PATH_SIZE]; /* as found; "": the set has no such file */
    char shown[OWN_FILES][LAYOUT_NAME_SIZE];
    enum series_missing missing;
    enum series_lengths lengths;
    struct texts labels;
    bool closed;        /* labels has all classes */
    struct shape shape; /* of an item, once the training file is read */
};

/* The items of one file, and of each the number of its label's text. */
struct own_part {
    struct items items;
    size_t *label; /* [items.count] */
};

/* Reads the items of `file` (OWN_TRAIN, OWN_VALIDATION or OWN_TEST), and their labels, into an empty part, which the
 * caller frees, also after a failure. */
typedef enum status own_load_fn(struct own_set *set, enum own_file file, struct own_part *part, struct error *error);

struct own_format {
    const char *name;  /* in configs */
    const char *title; /* in messages */
    bool labels_apart; /* labels are in files of their own */
    own_load_fn *load;
};
const struct own_format *own_format_find(const char *name, struct error *error); /* NULL: STATUS_USAGE */

/* The format of the file; NULL: STATUS_DATA says what it is instead. */
const struct own_format *own_format_detect(const char *path, struct error *error);

/* Opens a file of the set; own_finish ends its reading as part_finish does (reader.h). */
enum status own_open_file(const struct own_set *set, enum own_file file, struct source **source, struct error *error);
enum status own_finish(struct own_set *set, enum own_file file, struct source *source, enum status status,
                       struct error *error);

/* Notes the hash of a file that was read. */
void own_record(struct own_set *set, enum own_file file, const char hex[SHA256_HEX_SIZE]);

/* Says that an item of the file has another shape than those of the training file. */
enum status own_check_shape(struct own_set *set, enum own_file file, struct shape shape, struct error *error);

/* The files that have the items' labels in formats that keep them apart. */
enum own_file own_labels_of(enum own_file file);

/* Notes the class of item `item` (from 0) of a part: a whole number. */
enum status own_add_number(struct own_set *set, struct own_part *part, size_t item, int64_t label, const char *name,
                           struct error *error);

own_load_fn own_load_ucr, own_load_idx, own_load_npy, own_load_cifar, own_load_cifar_coarse, own_load_png;

#endif

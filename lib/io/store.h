/* lib/io/store.h: HDF5 files that are either whole or not there.
 *
 * A store that is being written lives in memory (HDF5's core driver); store_commit writes that memory under a temporary
 * name next to the final one (PATH.partial.MARK), flushes and renames it: a full disk shows up in one place, in our own
 * code, and never inside HDF5. Updating a file reads it first, so a reader, or a crash, never sees half a change;
 * store_close without a commit leaves no trace. Removed or replaced objects leave no gaps in the file, unless other
 * programs have added something that would not survive closing them (store_repack.c). Run files are
 * below 200 MB; writing one takes as much memory, replacing all of one for a moment three times as much. Types in the
 * file are fixed (little-endian IEEE, unsigned bytes, UTF-8 text), whatever the machine. Arrays above 60,000 bytes are
 * chunked, shuffled and deflated if the filter is available. Everything carries a checksum (that of HDF5's 1.8 format,
 * Fletcher-32 for chunks), so damage is an error and not a wrong number. No times are kept: equal contents written in
 * the same order give equal bytes.
 *
 * Object names are paths ("/posterior/mu"); missing groups are made on the way. Groups and data sets can have
 * attributes. Every function checks every HDF5 return; the message names file and object. A store refuses to be
 * committed after a failed write. A file of ours ends with a sum over all its bytes, and is refused if that differs
 * (store_seal.c). Reading trusts nothing: links other than hard ones, data in other files, other types than those
 * above, and arrays of more than 1032 times their bytes in the file, which deflate cannot produce, are STATUS_DATA. A
 * file that is updated has at most 4 GiB. */
#ifndef TENTH_IO_STORE_H
#define TENTH_IO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct store;

/* What to do about a file that is damaged, or that another program has changed. Its owner may still need it, so nothing
 * here advises giving it up. */
#define STORE_REMEDY "restore a copy of it, or make the run beside it with another --out"
#define STORE_REMEDY_CHANGED "the file is damaged, or was changed by another program: " STORE_REMEDY

/* Turns off HDF5's printing of errors; call once at start, before anything else of this module. */
void store_init(void);

/* *store is NULL on failure. An unwritable directory is reported here already, before any work. */
enum status store_create(const char *path, struct store **store,
                         struct error *error); /* new; replaces PATH at commit */
enum status store_update(const char *path, struct store **store, struct error *error); /* PATH must exist */
enum status store_open(const char *path, struct store **store, struct error *error);   /* read only, without locks */

/* To be called before work whose result store_update is to store: STATUS_FAILED if the file cannot be replaced, or if
 * another program that locks its files, as HDF5 does, has it open for writing: its later writes would be lost. */
enum status store_check_update(const char *path, struct error *error);

/* Writes to disk and renames; the store is closed afterwards, also on failure (the old file, if any, is then
 * untouched). */
enum status store_commit(struct store *store, struct error *error);

/* Closes; uncommitted changes are dropped. NULL is allowed. */
void store_close(struct store *store);

const char *store_path(const struct store *store); /* the final name */

/* Whether an object is there. One that cannot be examined is an error, not absent: STATUS_DATA if the file is damaged
 * or cannot be read, STATUS_NO_MEMORY; *there is then false. */
enum status store_find(struct store *store, const char *name, bool *there, struct error *error);
enum status store_remove(struct store *store, const char *name, struct error *error); /* not there: fine */

/* Arrays of rank 1..4, row-major; an extent may be 0. An array of that name is replaced and keeps its attributes; one
 * of the same type and shape stays the same object. Texts must be UTF-8, or writing fails. Names are below
 * STORE_NAME_SIZE bytes, texts (of arrays and of attributes) at most STORE_TEXT_MAX: the format does not allow longer
 * attributes. */
enum { STORE_RANK_MAX = 4, STORE_NAME_SIZE = 256, STORE_TEXT_MAX = 64000 };
enum status store_write_float(struct store *store, const char *name, size_t rank, const size_t *shape,
                              const float *data, struct error *error);
enum status store_write_double(struct store *store, const char *name, size_t rank, const size_t *shape,
                               const double *data, struct error *error);
enum status store_write_bytes(struct store *store, const char *name, size_t rank, const size_t *shape,
                              const uint8_t *data, struct error *error);
enum status store_write_texts(struct store *store, const char *name, size_t count, const char *const *texts,
                              struct error *error);

/* The shape of an array (rank and shape overwritten). STATUS_DATA: not there, or not an array. */
enum status store_shape(struct store *store, const char *name, size_t *rank, size_t shape[STORE_RANK_MAX],
                        struct error *error);

/* Reads an array of exactly `count` elements; any other count in the file is STATUS_DATA. */
enum status store_read_float(struct store *store, const char *name, size_t count, float *data, struct error *error);
enum status store_read_double(struct store *store, const char *name, size_t count, double *data, struct error *error);
enum status store_read_bytes(struct store *store, const char *name, size_t count, uint8_t *data, struct error *error);

/* Allocates the strings and their array in one block; the caller frees with memory_free. */
enum status store_read_texts(struct store *store, const char *name, size_t count, char ***texts, struct error *error);

/* Attributes of an object ("/" for the file). Writing replaces, and makes a group if there is no object. Text must be
 * UTF-8, or writing fails; store_set_text_escaped is for text of any bytes, such as a path, and shows unprintable ones
 * as \xNN (utf8_escape). Reading accepts every HDF5 type of text and number, since other programs write their own;
 * bytes that are not UTF-8 are read as \xNN. Not there, of another type, or of several values: STATUS_DATA.
 * store_get_text allocates (memory_free). */
enum status store_set_text(struct store *store, const char *object, const char *key, const char *value,
                           struct error *error);
enum status store_set_text_escaped(struct store *store, const char *object, const char *key, const char *value,
                                   struct error *error);
enum status store_set_number(struct store *store, const char *object, const char *key, double value,
                             struct error *error);
enum status store_get_text(struct store *store, const char *object, const char *key, char **value, struct error *error);
enum status store_get_number(struct store *store, const char *object, const char *key, double *value,
                             struct error *error);
/* Whether the object, which may be missing, has the attribute; errors as of store_find. */
enum status store_find_attribute(struct store *store, const char *object, const char *key, bool *there,
                                 struct error *error);
/* As store_get_text, but *value is NULL if there is no such attribute, or one that is not a single text. */
enum status store_find_text(struct store *store, const char *object, const char *key, char **value,
                            struct error *error);
enum status store_unset(struct store *store, const char *object, const char *key,
                        struct error *error); /* not there: fine */

/* The names of the attributes of an object, or of the members of a group, in alphabetical order; for listings. One
 * block, the caller frees with memory_free. */
enum status store_attributes(struct store *store, const char *object, char ***names, size_t *count,
                             struct error *error);
enum status store_members(struct store *store, const char *group, char ***names, size_t *count, struct error *error);

/* Passes each attribute of an object, in alphabetical order, in human-readable form: a text, or a number in six digits;
 * those of other types are skipped. Stops when `show` returns anything but STATUS_OK. */
typedef enum status show_attribute_fn(void *context, const char *key, const char *shown, struct error *error);
enum status store_show(struct store *store, const char *object, show_attribute_fn *show, void *context,
                       struct error *error);

#endif

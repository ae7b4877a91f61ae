/* lib/io/store_private.h: what the files of the store share. Nothing outside store*.c includes it. */
#ifndef TENTH_IO_STORE_PRIVATE_H
#define TENTH_IO_STORE_PRIVATE_H

/* The functions' forms as of HDF5 1.10, whatever the version. */
#ifndef H5_USE_110_API
#define H5_USE_110_API
#endif
#include <hdf5.h>

#include "io/store.h"

struct store {
    char *path; /* the final name */
    hid_t file;
    int read_error;  /* the errno, or FILE_ENDED, of the first read that failed: HDF5 may hide it; 0: none did */
    bool unreadable; /* HDF5 could not read something: what it answers later may be without it, and is not believed */
    bool writable;   /* in memory, to be committed */
    bool spoiled;    /* a write failed: the contents are not what the caller meant */
    bool has_gaps;   /* something was removed: its space is still in the file */
    bool is_marked;  /* the file says that it is open for writing, as those of HDF5 1.10's own format do */
};

/* Writes "PATH: NAME PROBLEM (HDF5: its innermost reason)" and returns the status; with STATUS_DATA, what to do about a
 * damaged file. A read that failed is passed on as that, and an allocation of HDF5's that failed as STATUS_NO_MEMORY:
 * neither says anything of the file. To be called before any other HDF5 function, since each clears the reason. */
enum status store_failure(struct store *store, enum status status, const char *name, const char *problem,
                          struct error *error);

/* To be called where HDF5 has answered "no", before any other of its functions: STATUS_OK unless a read failed or HDF5
 * met an error on the way, which it does not always say in its answer. */
enum status store_doubt(struct store *store, const char *name, struct error *error);

/* Closes a handle, which may be invalid. A close can be the write that fails: then, unless `status` tells of an earlier
 * failure, that is the error; so is a read of the file that failed. Returns the status that now holds. */
enum status store_release(struct store *store, const char *name, hid_t id, herr_t (*close)(hid_t), enum status status,
                          struct error *error);

/* Refuses a write to a store that is read only, and names that are too long or do not begin with a slash. */
enum status store_check_write(const struct store *store, const char *name, struct error *error);

/* Notes that a write to the store failed; returns the status. */
enum status store_written(struct store *store, enum status status);

/* Gives the store an empty file in memory; the store's path is for messages only. */
enum status store_create_in_memory(struct store *store, struct error *error);

/* Moves the contents to a file without gaps, unless something in it would not come through that whole. On failure the
 * store is as it was. */
enum status store_repack(struct store *store, struct error *error);

/* Copies all attributes of one open object to another, which has none of their names, byte for byte. Types that stand
 * by themselves (committed) and references are right within one file only. Negative on failure. */
herr_t store_copy_attributes(hid_t from, hid_t to);

/* STATUS_FAILED unless the text is UTF-8; `what` of the object is named: "attribute KEY". */
enum status store_check_text(const struct store *store, const char *object, const char *what, const char *text,
                             struct error *error);

/* Makes the groups that the first `length` bytes of a name stand for, where they are missing. */
enum status store_make_groups(struct store *store, const char *name, size_t length, struct error *error);

/* How HDF5 opens a file for reading without locks: an access list, to be closed; H5I_INVALID_HID on failure. *failure,
 * which has to outlive the file, is given the errno, or FILE_ENDED, of the first read that fails. */
hid_t store_reader_access(int *failure);

/* STATUS_DATA unless there is a regular file at `path` that can be read, begins as HDF5 files do, and is not marked as
 * open for writing. */
enum status store_look(const char *path, struct error *error);

/* STATUS_DATA: why HDF5 did not open the store's file, as far as can be seen. To be called before any other HDF5
 * function. */
enum status store_not_opened(struct store *store, struct error *error);

/* The seal of a file with these bytes, to be written after them. */
enum { STORE_SEAL_SIZE = 24 };
void store_seal(const void *image, size_t size, unsigned char seal[STORE_SEAL_SIZE]);

/* STATUS_DATA where the file, or its image in memory, has a seal that is of other bytes. store_unseal takes the seal
 * off the size. */
enum status store_check_seal(const char *path, struct error *error);
enum status store_unseal(const char *path, const unsigned char *image, size_t *size, struct error *error);

/* The type of UTF-8 strings of `size` bytes with the 0 at their end; H5I_INVALID_HID on failure. */
hid_t store_text_type(size_t size);

#endif

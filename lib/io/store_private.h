/* lib/io/store_private.h: shared by the files of the store. Nothing outside store*.c includes it. */
#ifndef TENTH_IO_STORE_PRIVATE_H
#define TENTH_IO_STORE_PRIVATE_H

/* The API of HDF5 1.10, whatever the version. */
#ifndef H5_USE_110_API
#define H5_USE_110_API
#endif
#include <hdf5.h>

#include "io/store.h"

struct store {
    char *path; /* the final name */
    hid_t file;
    int read_error;  /* the errno, or FILE_ENDED, of the first read that failed: HDF5 may hide it; 0: none did */
    bool unreadable; /* HDF5 could not read something: its later answers may lack it, and are not trusted */
    bool writable;   /* in memory, to be committed */
    bool spoiled;    /* a write failed: the contents are not what the caller meant */
    bool has_gaps;   /* something was removed: its space is still in the file */
    bool is_marked;  /* the file is marked as open for writing, as in HDF5 1.10's own format */
};

/* Writes "PATH: NAME PROBLEM (HDF5: its innermost reason)" and returns the status; with STATUS_DATA, what to do about a
 * damaged file. A failed read is reported as that, and a failed allocation in HDF5 as STATUS_NO_MEMORY: neither says
 * anything about the file. To be called before any other HDF5 function, since each clears the reason. */
enum status store_failure(struct store *store, enum status status, const char *name, const char *problem,
                          struct error *error);

/* To be called when HDF5 has answered "no", before any other of its functions: STATUS_OK unless a read failed or HDF5
 * hit an error on the way, which its answer does not always tell. */
enum status store_doubt(struct store *store, const char *name, struct error *error);

/* Closes a handle, which may be invalid. A close can be the write that fails: then, unless `status` is an earlier
 * failure, that is the error; so is a failed read of the file. Returns the resulting status. */
enum status store_release(struct store *store, const char *name, hid_t id, herr_t (*close)(hid_t), enum status status,
                          struct error *error);

/* Refuses a write to a store that is read only, and names that are too long or do not begin with a slash. */
enum status store_check_write(const struct store *store, const char *name, struct error *error);

/* Notes that a write to the store failed; returns the status. */
enum status store_written(struct store *store, enum status status);

/* Gives the store an empty file in memory; its path is only for messages. */
enum status store_create_in_memory(struct store *store, struct error *error);

/* Moves the contents to a file without gaps, unless something in it would not survive that. On failure the store is
 * unchanged. */
enum status store_repack(struct store *store, struct error *error);

/* Copies all attributes of one open object to another, which has none of their names, byte for byte. Committed types
 * and references are only valid within one file. Negative on failure. */
herr_t store_copy_attributes(hid_t from, hid_t to);

/* STATUS_FAILED unless the text is UTF-8; the message names `what` of the object: "attribute KEY". */
enum status store_check_text(const struct store *store, const char *object, const char *what, const char *text,
                             struct error *error);

/* Makes the groups in the first `length` bytes of a name, if missing. */
enum status store_make_groups(struct store *store, const char *name, size_t length, struct error *error);

/* How HDF5 opens a file for reading without locks: an access list, to be closed; H5I_INVALID_HID on failure. *failure,
 * which must outlive the file, receives the errno, or FILE_ENDED, of the first read that fails. */
hid_t store_reader_access(int *failure);

/* STATUS_DATA unless there is a readable regular file at `path` that begins like an HDF5 file and is not marked as open
 * for writing. */
enum status store_look(const char *path, struct error *error);

/* STATUS_DATA: why HDF5 did not open the store's file, as far as can be told. To be called before any other HDF5
 * function. */
enum status store_not_opened(struct store *store, struct error *error);

/* The seal of a file with these bytes, to be written after them. */
enum { STORE_SEAL_SIZE = 24 };
void store_seal(const void *image, size_t size, unsigned char seal[STORE_SEAL_SIZE]);

/* STATUS_DATA if the file, or its image in memory, has a seal for other bytes. store_unseal subtracts the seal from the
 * size. */
enum status store_check_seal(const char *path, struct error *error);
enum status store_unseal(const char *path, const unsigned char *image, size_t *size, struct error *error);

/* The type of UTF-8 strings of `size` bytes with the 0 at their end; H5I_INVALID_HID on failure. */
hid_t store_text_type(size_t size);

#endif

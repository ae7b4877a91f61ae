/* lib/run/run_store.h: a run's file as a store, once its attribute `format` says that it is one, and of which version.
 * Every reader and writer of run files starts here. */
#ifndef TENTH_RUN_RUN_STORE_H
#define TENTH_RUN_RUN_STORE_H

#include "core/error.h"
#include "io/store.h"

/* As store_open and store_update. STATUS_DATA: another program's HDF5 file, or a run of a newer version of this one,
 * where the same names may mean other things. */
enum status run_store_open(const char *path, struct store **store, struct error *error);
enum status run_store_update(const char *path, struct store **store, struct error *error);

/* Marks the file as a run's, in this version's format. */
enum status run_store_sign(struct store *store, struct error *error);

#endif

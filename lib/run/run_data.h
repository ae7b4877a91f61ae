/* lib/run/run_data.h: a run's data set: the row that its config names or, with data.dataset = files, the set that it
 * describes (data/own.h). What such a set is made of stands in the run's file, as attributes of /data:
 *
 *   classes, labels                  of each class, separated by ", ": its name, and its label in the data's files
 *   height, width, channels          of an item
 *   offset, scale, background, of_numbers   as in struct dataset_kind */
#ifndef TENTH_RUN_RUN_DATA_H
#define TENTH_RUN_RUN_DATA_H

#include "run/run.h"
#include "run/run_file.h"

/* Sets run->kind by the config. A set that the config describes is opened for that, as run->dataset, and split: only
 * its files know its shape and classes. */
enum status run_data_find(struct run *run, struct error *error);

/* Opens what run_data_find left closed. */
enum status run_data_open(struct run *run, struct error *error);

/* Writes /data: where the data are from, and what a set is that no row tells of. */
enum status run_data_describe(const struct run *run, struct store *store, struct error *error);

/* The same of a run's file: *own is a copy of it, which the caller frees with memory_free, or NULL for a row's set. */
enum status run_data_read(struct store *store, const char *name, struct dataset_kind **own, struct error *error);

#endif

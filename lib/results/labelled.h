/* lib/results/labelled.h: run files of several directories in one table.
 *
 * An argument is [LABEL=]PATH: a run's file, or a directory for all of its run files. A label, which has letters,
 * digits and _ - + . only, stands in the names of its runs, before the seed: mnist_vi_seed1 becomes
 * mnist_vi:LABEL_seed1. No run's own name has a colon (run_name.h), so that runs of one name in two directories are
 * told apart, and figures show them as two configs of a method. If there is a file or a directory with the whole
 * argument as its name, it is meant. */
#ifndef TENTH_RESULTS_LABELLED_H
#define TENTH_RESULTS_LABELLED_H

#include <stddef.h>

#include "core/error.h"
#include "run/run_file.h"

/* The arguments with each directory replaced by its run files (*.h5), by name. STATUS_DATA: a directory has none. The
 * caller frees with paths_free (io/file_list.h), also after a failure. */
enum status labelled_files(const char *const *arguments, size_t count, char ***files, size_t *file_count,
                           struct error *error);

/* run_file_open of [LABEL=]PATH, with the label in `run` and `base`. STATUS_USAGE: the name is too long with it. The
 * caller closes, also after a failure. */
enum status labelled_open(const char *argument, struct run_file *file, struct error *error);

#endif

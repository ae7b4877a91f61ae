/* experiments/run_file.h: run files and data on the command line. */
#ifndef TENTH_EXPERIMENTS_RUN_FILE_H
#define TENTH_EXPERIMENTS_RUN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "io/config.h"

/* The project's own data/: $TENTH_HOME/data, else two directories above the program (build/MODE/tenth). */
void find_shipped(char *shipped, size_t room);

bool text_ends_with(const char *text, const char *end);

/* The config and the seed of a run's file (.h5). The caller frees *source with config_free; it is NULL on failure. */
enum status run_file_read(const char *path, struct config_source **source, uint64_t *seed, struct error *error);

#endif

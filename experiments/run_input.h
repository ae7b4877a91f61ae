/* experiments/run_input.h: run files on the command line. */
#ifndef TENTH_EXPERIMENTS_RUN_INPUT_H
#define TENTH_EXPERIMENTS_RUN_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "config/config.h"

bool text_ends_with(const char *text, const char *end);

/* The config and the seed of a run's file (.h5). The caller frees *source with config_free; it is NULL on failure. */
enum status run_input_read(const char *path, struct config_source **source, uint64_t *seed, struct error *error);

#endif

/* experiments/profile.h: how much is spent on a config: smoke, standard, talk. A profile is an overlay:
 * configs/profiles/NAME.ini, then NAME_DATASET.ini and NAME_DATASET_METHOD.ini where there are such, are read after the
 * config and win over it. */
#ifndef TENTH_EXPERIMENTS_PROFILE_H
#define TENTH_EXPERIMENTS_PROFILE_H

#include "config/config.h"
#include "core/error.h"

/* Reads a config as the profile has it; NULL or "standard": as it is. A profile that ends with .ini is that file.
 * STATUS_USAGE: there is no such profile, or the config sweeps over data sets or methods, which have different ones.
 * The caller frees with config_free; *source is NULL on failure. */
enum status profile_read(const char *path, const char *profile, struct config_source **source, struct error *error);

#endif

/* experiments/overrides.h: --set and --seed, applied to a config. */
#ifndef TENTH_EXPERIMENTS_OVERRIDES_H
#define TENTH_EXPERIMENTS_OVERRIDES_H

#include "config/config.h"
#include "options.h"

enum status overrides_apply(struct config_source *source, const struct options *options, struct error *error);

#endif

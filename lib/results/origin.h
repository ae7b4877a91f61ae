/* lib/results/origin.h: what the seeds of one run have in common, so that a mean over them means something. */
#ifndef TENTH_RESULTS_ORIGIN_H
#define TENTH_RESULTS_ORIGIN_H

#include <stddef.h>

#include "core/error.h"
#include "run/run_file.h"

struct origin {
    char run[RUN_NAME_SIZE], base[RUN_NAME_SIZE]; /* with and without its seed */
    char *config;                                 /* the sections that results depend on; NULL: the file has none */
    char *data_identity, *data_source;
};

/* The caller frees with origin_free, also after a failure. */
enum status origin_read(const struct run_file *file, struct origin *origin, struct error *error);
void origin_free(struct origin *origin);

/* Whether the origin of paths[last] agrees with those before it. STATUS_USAGE: it is a run that is already there, which
 * would count as two seeds, or it has the name of one with another config or other data. */
enum status origins_check(const struct origin *origins, size_t last, const char *const *paths, struct error *error);

#endif

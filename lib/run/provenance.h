/* lib/run/provenance.h: what made a result: program, compiler, libraries, machine, time.
 *
 * Stored as attributes of /provenance in each run's file, one per member below, under its name. A number that cannot be
 * traced to its origin is not worth keeping. */
#ifndef TENTH_RUN_PROVENANCE_H
#define TENTH_RUN_PROVENANCE_H

#include <stddef.h>

#include "core/error.h"
#include "io/store.h"

enum { PROVENANCE_TEXT_SIZE = 128 };

/* In the table `provenance`, keys of the run's config begin with this: "config train.epochs". */
#define PROVENANCE_CONFIG "config "

struct provenance {
    /* of the build (build_info.mk) */
    const char *version;  /* of tenth */
    const char *commit;   /* of git, with "-dirty" if the sources differ from it; "unknown" without git */
    const char *compiler; /* name and version */
    const char *flags;    /* all flags of the compiler */
    const char *mode;     /* release, debug, asan */
    /* of the libraries, as loaded (inih: as built with, since it does not tell) */
    const char *gsl, *zlib, *inih;
    char hdf5[PROVENANCE_TEXT_SIZE];
    const char *gemm;    /* back end of the matrix product */
    const char *kernels; /* instruction set of the vectorised passes */
    /* of the machine and the moment */
    char processor[PROVENANCE_TEXT_SIZE];
    char started[PROVENANCE_TEXT_SIZE]; /* start of this process, UTC, such as 2018-05-25T09:30:00Z */
    double cores;                       /* logical processors that the process may use */
    double peak_mib;                    /* largest resident memory of the process so far, MiB */
};

/* Never fails: what cannot be found out is "unknown", 0, or for peak_mib NaN. */
void provenance_gather(struct provenance *provenance);

/* Gathers and writes /provenance, replacing what is there. */
enum status provenance_write(struct store *store, struct error *error);

/* The largest resident memory of the process so far, in MiB; NaN if unknown. */
double provenance_peak_mib(void);

/* Page faults of the process so far, including for pages that it had given back; NaN if unknown. */
double provenance_page_faults(void);

#endif

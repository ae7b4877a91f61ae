/* lib/run/provenance.h: what made a result: program, compiler, libraries, machine, time.
 *
 * Stored as attributes of /provenance in each run's file, one for each member below and by its name. A number that
 * cannot be traced to what produced it is not worth keeping. */
#ifndef TENTH_RUN_PROVENANCE_H
#define TENTH_RUN_PROVENANCE_H

#include <stddef.h>

#include "core/error.h"
#include "io/store.h"

enum { PROVENANCE_TEXT_SIZE = 128 };

/* In the table `provenance`, keys of the run's config begin so: "config train.epochs". */
#define PROVENANCE_CONFIG "config "

struct provenance {
    /* of the build (build_info.mk) */
    const char *version;  /* of tenth */
    const char *commit;   /* of git, with "-dirty" when the sources differ from it; "unknown" without git */
    const char *compiler; /* name and version */
    const char *flags;    /* all flags of the compiler */
    const char *mode;     /* release, debug, asan */
    /* of the libraries, as loaded (inih: as built with, since it does not say) */
    const char *gsl, *zlib, *inih;
    char hdf5[PROVENANCE_TEXT_SIZE];
    const char *gemm;    /* back end of the matrix product */
    const char *kernels; /* instruction set of the vectorised passes */
    /* of the machine and the moment */
    char processor[PROVENANCE_TEXT_SIZE];
    char started[PROVENANCE_TEXT_SIZE]; /* when this process began, UTC, as 2018-05-25T09:30:00Z */
    double cores;                       /* logical processors that the process may use */
    double peak_mib;                    /* largest resident memory of the process so far, MiB */
};

/* Never fails: what cannot be found out is "unknown", 0, or of peak_mib NaN. */
void provenance_gather(struct provenance *provenance);

/* Gathers and writes /provenance, replacing what is there. */
enum status provenance_write(struct store *store, struct error *error);

/* The largest resident memory of the process so far, in MiB; NaN where it cannot be found out. */
double provenance_peak_mib(void);

/* How often the process had to be given a page of memory so far, such as one that it had given back; NaN likewise. */
double provenance_page_faults(void);

#endif

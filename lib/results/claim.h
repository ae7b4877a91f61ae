/* lib/results/claim.h: the table `claims`: each claim of the talk (claim.def) against the runs. */
#ifndef TENTH_RESULTS_CLAIM_H
#define TENTH_RESULTS_CLAIM_H

#include "core/error.h"
#include "io/table.h"
#include "results/evidence.h"

enum claim_side { AT_LEAST, AT_MOST, WITHIN };

struct claim;

/* The finding, and why it may not be enough. */
struct measured {
    struct finding finding;
    char detail[256];        /* for display: the parts that the least was taken from */
    char missing[256];       /* what the rule needs but the files lack; without it nothing holds; "": nothing */
    char open[64];           /* of several parts that all have to hold, one that does not; "": none */
    const char *reservation; /* why a run that was asked decides nothing (evidence.h); NULL: all may decide */
};

/* Measures a claim on the runs; one for each CLAIM_MEASURE. */
typedef enum status measure_fn(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                               struct error *error);

struct claim {
    const char *id, *dataset, *how;
    measure_fn *measure;
    const char *parts; /* space-separated names; "": none */
    double fraction;   /* removed, if that matters */
    enum claim_side side;
    double bound;
    size_t seeds; /* needed by the rule */
    double talk;  /* its number; NaN: it gives none */
    const char *where, *words;
};

const struct claim *claims(size_t *count);

/* "holds", "does not hold" or "not decidable", by the rule of claim.def. */
const char *claim_verdict(const struct claim *claim, const struct measured *measured);

/* The two-sided probability of a finding at least this far from the bound if the truth is at the bound: by Student's
 * law with one degree less than there are seeds (for one seed, the normal law), with the finding's interval for the
 * spread. NaN without an interval. */
double claim_p_value(const struct claim *claim, const struct finding *finding);

/* Holm's procedure (1979, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6: 65-70):
 * which of `count` findings stay decided when all are tested at once, with 5 % for an error in any. NaN: not tested. */
void claims_adjust(const double *p_values, size_t count, bool *decided);

/* Appends a row for each claim. Files that are not evidence for a claim are skipped. `directory`, if not NULL, is made,
 * and gets what the claims read of each run, in files named after the runs (asked.h). */
enum status claims_make(struct table *table, const char *const *paths, size_t count, const char *directory,
                        struct error *error);

#endif

/* lib/results/claim.h: the table `claims`: each claim of the talk (claim.def) against the runs. */
#ifndef TENTH_RESULTS_CLAIM_H
#define TENTH_RESULTS_CLAIM_H

#include "core/error.h"
#include "io/table.h"
#include "results/evidence.h"

enum claim_side { AT_LEAST, AT_MOST, WITHIN };

struct claim_measure; /* claim_ask.h */

/* A row of claim.def, which has what the lists mean. */
struct claim_row {
    const char *name, *sets, *methods, *rivals;
    const struct claim_measure *measure;
    const char *parts;
    double fraction; /* removed, if that matters */
    enum claim_side side;
    double bound;
    size_t seeds; /* needed by the rule */
    double talk;  /* its number; NaN: it gives none */
    const char *where, *words;
};
const struct claim_row *claim_rows(size_t *count);

/* A row, asked of one of its data sets. */
struct claim {
    const struct claim_row *row;
    const char *dataset;
    const char *methods, *rivals; /* the members, if the row names a shared list */
    const struct method *method;  /* whose runs they are, the first of several; NULL: no registry has it */
    char *id;                     /* NAME_DATASET */
    char *parts;                  /* those of the row that fit the data set */
    char *how;                    /* it is measured, with the row's methods */
};

/* The claims of `rows`, row by row; the caller frees with claims_free. On failure there are none; STATUS_USAGE: a row
 * names a data set, perturbation or kind of items that no registry has. A method that no registry has leaves its claims
 * without runs, and so not decidable. */
enum status claims_create(const struct claim_row *rows, size_t row_count, struct claim **claims, size_t *count,
                          struct error *error);
void claims_free(struct claim *claims, size_t count);

/* The finding, and why it may not be enough. */
struct measured {
    struct finding finding;
    char detail[256];        /* for display: the parts that the least was taken from */
    char missing[256];       /* what the rule needs but the files lack; without it nothing holds; "": nothing */
    char open[64];           /* of several parts that all have to hold, one that does not; "": none */
    const char *reservation; /* why a run that was asked decides nothing (evidence.h); NULL: all may decide */
};

/* Measures a claim on the runs. `measured` is {0} before. */
enum status claim_ask(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                      struct error *error);

/* "holds", "does not hold" or "not decidable", by the rule of claim.def. */
const char *claim_verdict(const struct claim_row *rule, const struct measured *measured);

/* The two-sided probability of a finding at least this far from the bound if the truth is at the bound: by Student's
 * law with one degree less than there are seeds (for one seed, the normal law), with the finding's interval for the
 * spread. NaN without an interval. */
double claim_p_value(const struct claim_row *rule, const struct finding *finding);

/* Holm's procedure (1979, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6: 65-70):
 * which of `count` findings stay decided when all are tested at once, with 5 % for an error in any. NaN: not tested. */
void claims_adjust(const double *p_values, size_t count, bool *decided);

/* Appends a row for each claim. Files that are not evidence for a claim are skipped. `directory`, if not NULL, is made,
 * and gets what the claims read of each run, in files named after the runs (asked.h). */
enum status claims_make(struct table *table, const char *const *paths, size_t count, const char *directory,
                        struct error *error);

#endif

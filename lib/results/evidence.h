/* lib/results/evidence.h: what run files say about a question, seed by seed: values per item, their differences between
 * two runs or conditions on the same items, and the mean over seeds with its interval. */
#ifndef TENTH_RESULTS_EVIDENCE_H
#define TENTH_RESULTS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/stats.h"
#include "results/asked.h"
#include "run/run_file.h"

/* Several run files, open. */
struct evidence {
    struct run_file *files;    /* [count] */
    const char **reservations; /* [count] why a run decides nothing, in words; NULL: it may decide */
    size_t count;
};
/* STATUS_USAGE: runs of one name that are not seeds of one run (origin.h). */
enum status evidence_open(const char *const *paths, size_t count, struct evidence *evidence, struct error *error);
void evidence_close(struct evidence *evidence); /* also after a failure */

/* Writes what was asked of each file so far to DIRECTORY/RUN.h5 (asked.h); if nothing was, no file. */
enum status evidence_publish(const struct evidence *evidence, const char *directory, struct error *error);

/* The run DATASET_METHOD_seedN; runs under other names (of a sweep, say) are not evidence. NULL: there is none. A
 * variant that a claim asks for is METHOD_VARIANT ("vi_high"). */
const struct run_file *evidence_find(const struct evidence *evidence, const char *dataset, const char *method,
                                     uint64_t seed);
bool evidence_is(const struct run_file *file, const char *dataset, const char *method);

/* The reservation about one of the evidence's files; NULL: none, or no file. */
const char *evidence_reservation(const struct evidence *evidence, const struct run_file *file);

/* A value for each item. */
struct scores {
    size_t count;
    double *value; /* [count] */
    double *index; /* [count] its index in the file of items; NULL: all of them */
};
/* Each item's metric, its mean over slices [from, to) of OBJECT/probability (to beyond the last: up to it; from
 * SLICE_LAST: only the last). *scores is empty if the file has none. The caller frees with scores_free.
 */
#define SLICE_LAST SIZE_MAX
enum status scores_load(const struct run_file *file, const char *object, enum metric_id metric, size_t from, size_t to,
                        struct scores *scores, struct error *error);
void scores_free(struct scores *scores);

/* The same after temperature scaling by the run's validation items (scaling.h); empty if it has none. */
enum status scores_load_scaled(const struct run_file *file, bool scaled, const char *object, enum metric_id metric,
                               size_t from, size_t to, struct scores *scores, struct error *error);

/* For each item, its evidence that clean items (slice 0) score lower than disturbed ones (slices [1, to)): its part in
 * the area under the ROC curve, whose value is the mean over the items; its variance is theirs (DeLong et al. 1988,
 * Biometrics 44: 837-845). The items are the same in both, so an item's clean and disturbed parts are one value. */
enum status scores_load_auroc(const struct run_file *file, bool scaled, const char *object, enum metric_id metric,
                              struct scores *scores, struct error *error);

/* a -= b, item by item. STATUS_UNSUPPORTED: they are not of the same items. If one of them is empty, a becomes empty.
 */
enum status scores_subtract(struct scores *a, const struct scores *b, struct error *error);

/* The same number for several seeds. */
enum { FINDING_SEEDS_MAX = 1000 };
struct finding {
    double value[FINDING_SEEDS_MAX];
    double below[FINDING_SEEDS_MAX],
        above[FINDING_SEEDS_MAX]; /* the 95 % interval over items, from the value; NaN: the number has none */
    size_t count;
};
void finding_add(struct finding *finding, double value, double half); /* NaN values are omitted */
void finding_add_between(struct finding *finding, double value, struct interval items);
void finding_add_scores(struct finding *finding, const struct scores *scores); /* their mean; empty ones are omitted */

/* The mean over the seeds, and its 95 % interval: Student's over the seeds and the mean of those over the items, added
 * in squares, as in band.h. NaN if there is neither. */
double finding_mean(const struct finding *finding);
struct interval finding_interval(const struct finding *finding);

#endif

/* lib/results/resampled.h: quantities of a set of items that are not a mean over them (a calibration error, an area, a
 * share to be referred), and their sampling uncertainty: the bootstrap (Efron 1979, "Bootstrap methods: another look at
 * the jackknife", Ann. Statist. 7: 1-26). Two of the same items are resampled together, so that their difference is
 * paired. */
#ifndef TENTH_RESULTS_RESAMPLED_H
#define TENTH_RESULTS_RESAMPLED_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Items in a fixed order, in groups that are resampled separately (test items, and items of no class). */
struct resampled {
    enum { RESAMPLED_ECE, RESAMPLED_AREA, RESAMPLED_REFERRAL } what;
    size_t groups, count[2]; /* items of each group */
    size_t slices;           /* of ECE: averaged */
    float *score;            /* [slices][items]: confidence; [all items]: the sort key */
    uint8_t *right;          /* like score; for an area NULL */
    uint32_t *order;         /* [all items] by score, ascending; for ECE NULL */
    double allowed;          /* for a referral: share of errors among the rest */
};
void resampled_free(struct resampled *resampled);

/* The quantity with each item counted `times` [all items] (NULL: once each). */
double resampled_value(const struct resampled *resampled, const double *times);

/* a minus b (NULL: a alone), and half of its 95 % interval over the items. Both have the same items. */
enum status resampled_difference(const struct resampled *a, const struct resampled *b, double *value, double *half,
                                 struct error *error);

/* Sorts by score: to be called once score is set, except for ECE. */
enum status resampled_sort(struct resampled *resampled, struct error *error);

#endif

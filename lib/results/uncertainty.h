/* lib/results/uncertainty.h: the uncertainty of single items, from stored predictions (uncertainty.def), and how well
 * it tells items apart. */
#ifndef TENTH_RESULTS_UNCERTAINTY_H
#define TENTH_RESULTS_UNCERTAINTY_H

#include <stddef.h>

#include "run/run_file.h"

struct uncertainty {
    const char *name, *unit, *title, *formula;
    /* NaN if the file lacks it (an older one keeps only the mean). */
    double (*of)(const struct stored *stored, size_t slice, size_t item);
};

/* Entropy less expected entropy of one item, in nats; NaN if the file lacks it. */
double mutual_information_of(const struct stored *stored, size_t slice, size_t item);

const struct uncertainty *uncertainties(size_t *count);

/* values [stored->items], overwritten. */
void uncertainty_values(const struct uncertainty *uncertainty, const struct stored *stored, size_t slice,
                        double *values);

#endif

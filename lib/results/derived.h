/* lib/results/derived.h: the rows of a table for one run's file, stored in it or computed from it (derived.def). */
#ifndef TENTH_RESULTS_DERIVED_H
#define TENTH_RESULTS_DERIVED_H

#include "core/error.h"
#include "io/table.h"
#include "run/run_file.h"

/* Appends the rows. A run without the data for a table has no rows, which is not an error. */
enum status derived_rows(const struct run_file *file, struct table *rows, struct error *error);

/* A function of derived.def. */
typedef enum status derive_fn(const struct run_file *file, struct table *rows, struct error *error);

/* For tables of the sigmas that a run ended with: appends the rows that `add` makes of them, sigma [posterior->size];
 * none if the run is not trained yet, or its method has none. */
typedef enum status sigma_rows_fn(const struct run_file *file, const struct trained *trained,
                                  const struct config *config, const float *sigma, struct table *rows,
                                  struct error *error);
enum status derived_of_sigma(const struct run_file *file, sigma_rows_fn *add, struct table *rows, struct error *error);

/* The area under accuracy against the share kept, when the items of highest entropy are referred: the mean over k of
 * the accuracy on the k most certain. */
enum status prediction_rejection_area(const struct prediction *prediction, double *area, struct error *error);

#endif

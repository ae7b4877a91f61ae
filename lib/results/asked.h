/* lib/results/asked.h: what claims ask of one run's file, read once for all of them. The answers can be written to a
 * separate file of a few hundred KiB, from which the same claims get the same numbers: a reader needs neither the run's
 * file nor its training. Besides what identifies the run (run_file.h) and its config, that file has
 *
 *   /asked                                         numbers, as attributes, by their names
 *   /asked[/scaled]/OBJECT/SCORE [slices][items]   of the items (item_scores.h), in 12 bits; NaN: not asked
 *   /asked[/scaled]/OBJECT/items [items]           their indices in their file
 *   /tables/NAME                                   whole tables, as in table.h
 *
 * What nobody asked of the run is not in it, as if the run had not got that far. */
#ifndef TENTH_RESULTS_ASKED_H
#define TENTH_RESULTS_ASKED_H

#include "io/table.h"
#include "results/item_scores.h"

/* For one run; the caller frees with asked_free, also after a failure. */
enum status asked_create(const struct run_file *file, struct asked **asked, struct error *error);
void asked_free(struct asked *asked);

/* The file's config, resolved; NULL if it has none. */
const struct config *asked_config(const struct run_file *file);

/* The scores of an object; *scores belongs to the file's answers. */
enum status asked_scores(const struct run_file *file, const char *object, bool scaled, struct item_scores **scores,
                         struct error *error);

/* A table of the run (derived.h); without rows if it has not got that far. It belongs to the file's answers. */
enum status asked_table(const struct run_file *file, const char *name, const struct table **table, struct error *error);

/* A number that `make` finds in a run's file; NaN if there is none. `name` identifies it, and `fraction`. */
typedef enum status asked_number_fn(const struct run_file *file, double fraction, double *number, struct error *error);
enum status asked_number(const struct run_file *file, const char *name, double fraction, asked_number_fn *make,
                         double *number, struct error *error);

/* Whether anything was asked for that the file had. */
bool asked_any(const struct run_file *file);

/* Writes what was asked so far to a new file, or replaces one. */
enum status asked_publish(const struct run_file *file, const char *path, struct error *error);

#endif

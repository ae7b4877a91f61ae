/* lib/run/kept.h: a prediction as a run's file keeps it, whole enough that every measure on it can be computed later:
 *
 *   OBJECT/probability  [items][classes]  mean over the sampled networks (attribute samples of OBJECT: how many)
 *   OBJECT/std          [items][classes]  standard deviation over them
 *   OBJECT/aleatoric    [items]           mean over them of each one's entropy, in nats
 *   OBJECT/sampled_nll  [items]           mean over them of each one's -log p(label), in nats
 *   OBJECT/votes        [items]           how many of them vote for the class that has most votes
 *   OBJECT/label        [items]
 *   OBJECT/items        [items]           which items of their file they are
 */
#ifndef TENTH_RUN_KEPT_H
#define TENTH_RUN_KEPT_H

#include "bayes/metric.h"
#include "core/error.h"
#include "io/store.h"
#include "run/run.h"

enum status kept_save(struct store *store, const char *object, const struct test_items *items,
                      const struct prediction *prediction, struct error *error);

/* Indices of items, which are exact as doubles, at NAME [count]. */
enum status kept_save_indices(struct store *store, const char *name, const uint32_t *index, size_t count,
                              struct error *error);

/* One of the arrays of a number for each item, as doubles; NULL where the file, of an older version, has it not. The
 * caller frees with memory_free. */
enum status kept_load(struct store *store, const char *object, const char *member, size_t items, double **values,
                      struct error *error);

#endif

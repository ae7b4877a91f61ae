/* lib/run/kept.h: predictions as a run's file keeps them, complete enough that every measure can be computed later. For
 * one prediction, or for each of several slices (strengths of a perturbation), of all items:
 *
 *   OBJECT/probability  [slices][items][classes]  mean over the sampled networks
 *   OBJECT/std          [slices][items][classes]  standard deviation over them
 *   OBJECT/aleatoric    [slices][items]           mean over them of their entropies, in nats
 *   OBJECT/sampled_nll  [slices][items]           mean over them of -log p(label), in nats
 *   OBJECT/disagreement [slices][items]           1 - share of them that vote for the class with the most votes
 *   OBJECT/label        [items]
 *   OBJECT/items        [items]                   which items of their file they are
 *
 * A single prediction (slices 0) has no slices dimension. */
#ifndef TENTH_RUN_KEPT_H
#define TENTH_RUN_KEPT_H

#include "bayes/metric.h"
#include "core/error.h"
#include "io/store.h"
#include "run/run.h"

/* One array of an object. */
struct part_array {
    const char *name; /* below the object */
    size_t rank;
    size_t shape[STORE_RANK_MAX];
    const float *values;
};

struct kept {
    size_t slices, items, classes;
    float *probability, *std, *aleatoric, *sampled_nll, *disagreement;
};

enum status kept_alloc(size_t slices, size_t items, size_t classes, struct kept *kept, struct error *error);
void kept_free(struct kept *kept);

/* Takes the prediction in as slice `slice` (0 for a single one). */
void kept_set(struct kept *kept, size_t slice, const struct prediction *prediction);

/* The arrays, which borrow from `kept`. */
enum { KEPT_ARRAYS = 5 };
void kept_arrays(const struct kept *kept, struct part_array arrays[KEPT_ARRAYS]);

/* A single prediction, in one go: its arrays, labels and items. */
enum status kept_save(struct store *store, const char *object, const struct test_items *items,
                      const struct prediction *prediction, struct error *error);

/* Arrays, and indices of items (which are exact as doubles) at NAME [count]. */
enum status kept_save_arrays(struct store *store, const char *object, const struct part_array *arrays, size_t count,
                             struct error *error);
enum status kept_save_indices(struct store *store, const char *name, const uint32_t *index, size_t count,
                              struct error *error);

#endif

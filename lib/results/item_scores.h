/* lib/results/item_scores.h: what claims ask about single items, read from stored predictions once for all claims: the
 * metrics (bayes/metric.def) of each item. */
#ifndef TENTH_RESULTS_ITEM_SCORES_H
#define TENTH_RESULTS_ITEM_SCORES_H

#include "bayes/metric.h"
#include "run/run_file.h"

/* From one object's predictions, as they are or with the temperature of the run's validation items. An object that ends
 * with /right_at_mean is the array itself: what the network at the mean weights gets right, and nothing else. */
struct item_scores {
    char object[STORE_NAME_SIZE];
    bool scaled;
    bool there; /* the file has the object and, if scaled, validation items */
    size_t slices, items;
    float *value[METRICS]; /* [slices][items]; NULL: not in the file, or of no single item; NaN: not in the file */
    bool *asked[METRICS];  /* [slices] */
    double *index;         /* [items] each one's index in its file; NULL: all of them */
    struct item_scores *next;
};

/* Those of a run's object, from its predictions or, in a file of what was asked (asked.h), as stored. */
enum status item_scores_read(const struct run_file *file, const char *object, bool scaled, bool published,
                             struct item_scores **scores, struct error *error);
void item_scores_free(struct item_scores *list);

/* The values [items] of one slice, which count as asked from now on; NULL: not in the file. */
const float *item_scores_slice(struct item_scores *scores, enum metric_id metric, size_t slice);

/* Writes what was asked of them below /asked. */
enum status item_scores_publish(const struct item_scores *scores, struct store *store, struct error *error);

#endif

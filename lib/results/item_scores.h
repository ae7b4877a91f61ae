/* lib/results/item_scores.h: what claims ask about single items, read from stored predictions once for all claims. */
#ifndef TENTH_RESULTS_ITEM_SCORES_H
#define TENTH_RESULTS_ITEM_SCORES_H

#include "run/run_file.h"

enum score { SCORE_RIGHT, SCORE_NLL, SCORE_ENTROPY, SCORE_MUTUAL_INFORMATION, SCORE_CONFIDENCE, SCORES };

/* From one object's predictions, as they are or with the temperature of the run's validation items. An object that ends
 * with /right_at_mean is the array itself: what the network at the mean weights gets right, and nothing else. */
struct item_scores {
    char object[STORE_NAME_SIZE];
    bool scaled;
    bool there; /* the file has the object and, if scaled, validation items */
    size_t slices, items;
    float *value[SCORES]; /* [slices][items]; nats, shares, and 1 or 0 for right; NULL or NaN: not in the file */
    bool *asked[SCORES];  /* [slices] */
    double *index;        /* [items] each one's index in its file; NULL: all of them */
    struct item_scores *next;
};

/* Those of a run's object, from its predictions or, in a file of what was asked (asked.h), as stored. */
enum status item_scores_read(const struct run_file *file, const char *object, bool scaled, bool published,
                             struct item_scores **scores, struct error *error);
void item_scores_free(struct item_scores *list);

/* The values [items] of one slice, which count as asked from now on; NULL: not in the file. */
const float *item_scores_slice(struct item_scores *scores, enum score score, size_t slice);

/* Writes what was asked of them below /asked. */
enum status item_scores_publish(const struct item_scores *scores, struct store *store, struct error *error);

#endif

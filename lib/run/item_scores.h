/* lib/run/item_scores.h: what claims ask of single items, read from stored predictions once for all claims. */
#ifndef TENTH_RUN_ITEM_SCORES_H
#define TENTH_RUN_ITEM_SCORES_H

#include "run/run_file.h"

enum score { SCORE_RIGHT, SCORE_NLL, SCORE_ENTROPY, SCORE_MUTUAL_INFORMATION, SCORE_CONFIDENCE, SCORES };

/* Of the predictions of one object, as they are or with the temperature of the run's validation items. */
struct item_scores {
    char object[STORE_NAME_SIZE];
    bool scaled;
    bool there; /* the file has the object and, where it is scaled, validation items */
    size_t slices, items;
    float *value[SCORES]; /* [slices][items]; nats, shares, and 1 or 0 for right; NaN where the file does not say */
    double *index;        /* [items] which item of its file each one is; NULL: all of them */
    struct item_scores *next;
};

/* Those of a run that was asked before, or else read now and added to file->scores. */
enum status item_scores_find(const struct run_file *file, const char *object, bool scaled,
                             const struct item_scores **found, struct error *error);
void item_scores_free(struct item_scores *list);

#endif

/* lib/results/claim_ask.h: what a measure of claim.def is: a function of two runs of one seed. Each number is taken
 * seed by seed; comparisons of two runs or two conditions, item by item, since both were measured on the same items.
 * Private to claim_*.c. */
#ifndef TENTH_RESULTS_CLAIM_ASK_H
#define TENTH_RESULTS_CLAIM_ASK_H

#include "results/claim.h"

/* What one seed is asked. */
struct question {
    const struct claim *claim;
    const struct run_file *a, *b; /* b: the rival's; NULL: the claim has none */
    bool scaled;                  /* b's predictions are first scaled by the temperature of its validation items */
    const char *part;             /* a perturbation or a kind of items of no class; NULL: none, or all of the claim's */
};

/* Adds what the runs say to the finding, and nothing if they lack it. STATUS_UNSUPPORTED: these two cannot be compared;
 * other seeds are asked all the same. */
typedef enum status answer_fn(const struct question *question, struct finding *finding, struct error *error);

#define CLAIM_MEASURE(name, parts, answer, how) answer_fn answer;
#include "results/claim.def"
#undef CLAIM_LIST
#undef CLAIM_MEASURE
#undef CLAIM

/* What the parts of a claim are, and how they are asked. */
enum claim_parts { NO_PARTS, EACH_PERTURBATION, ALL_PERTURBATIONS, EACH_OF_NO_CLASS };

struct claim_measure {
    enum claim_parts parts;
    answer_fn *answer;
    const char *how;
};

/* Copies the next word of a list, and moves the list to what follows it; false: there is none. */
enum { CLAIM_WORD_SIZE = 64 };
bool claim_next_word(const char **list, char word[CLAIM_WORD_SIZE]);

/* A word as readers know it: "vi" for "vi|vi_high", "mle with a temperature" for "mle+temperature". */
enum { CLAIM_TITLE_SIZE = 2 * CLAIM_WORD_SIZE };
const char *claim_word_title(const char *word, char title[CLAIM_TITLE_SIZE]);

/* The object with the run's test items, or with `group`/`part`, for the network with `fraction` removed. */
const char *claim_object(double fraction, const char *group, const char *part, char object[STORE_NAME_SIZE]);

/* Adds a - b to the finding if loading them had this status, which is returned if not STATUS_OK. Frees both. Nothing is
 * added if one is empty. */
enum status claim_add_difference(enum status status, struct scores *a, struct scores *b, struct finding *finding,
                                 struct error *error);

#endif

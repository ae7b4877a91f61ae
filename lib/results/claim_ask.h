/* lib/results/claim_ask.h: how claims are measured. Each number is taken seed by seed; comparisons of two runs or two
 * conditions, item by item, since both were measured on the same items. Private to claim_*.c. */
#ifndef TENTH_RESULTS_CLAIM_ASK_H
#define TENTH_RESULTS_CLAIM_ASK_H

#include "results/claim.h"
#include "results/scaling.h"

/* What one seed is asked: b is NULL if only one run is measured; `part` names a perturbation, or a kind of items of no
 * class, if that matters. */
struct question {
    const struct claim *claim;
    const struct run_file *a, *b;
    bool scaled; /* b's predictions are first scaled by the temperature of its validation items */
    const char *part;
};
typedef enum status answer_fn(const struct question *question, struct finding *finding, struct error *error);

/* The rival that method a is compared with; NULL, false: none. */
struct rival {
    const char *method;
    bool scaled;
};

/* Asks every seed that has runs of method a and, if there is one, of the rival. Either may be a variant, such as
 * "vi_high", if the runs' config names them so. */
enum status claim_ask(const struct evidence *evidence, const struct claim *claim, const char *a, struct rival rival,
                      const char *part, answer_fn *answer, struct measured *measured, struct error *error);

/* The least over the rivals: a claim about all of them stands or falls with one. */
extern const struct rival NO_RIVAL;
enum { CLASSIFIERS = 2, POINT_ESTIMATES = 3 }; /* mle and map; and mle with a temperature, whose classes are mle's */
enum status claim_ask_best(const struct evidence *evidence, const struct claim *claim, const char *a, size_t rivals,
                           const char *part, answer_fn *answer, struct measured *measured, struct error *error);

/* The least over the parts of the claim, each against the best of the rivals (0: none). */
enum status claim_ask_parts(const struct evidence *evidence, const struct claim *claim, const char *a, size_t rivals,
                            answer_fn *answer, struct measured *measured, struct error *error);

/* The least over the approximations of the posterior: the methods with more than one network. */
enum status claim_ask_methods(const struct evidence *evidence, const struct claim *claim, size_t rivals,
                              answer_fn *answer, struct measured *measured, struct error *error);

/* Calls for each name in the claim's parts; ends at the first failure. */
enum { PART_NAME_SIZE = 64 };
typedef enum status part_fn(void *context, const char *part, struct error *error);
enum status claim_each_part(const struct claim *claim, part_fn *visit, void *context, struct error *error);

/* The object with the run's test items, or with `group`/`part`, for the network with `fraction` removed. */
const char *claim_object(double fraction, const char *group, const char *part, char object[STORE_NAME_SIZE]);

/* Adds a - b to the finding. Frees both. Nothing is added if one is empty. */
enum status claim_add_difference(struct scores *a, struct scores *b, struct finding *finding, struct error *error);

#endif

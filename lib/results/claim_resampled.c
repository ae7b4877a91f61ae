/* lib/results/claim_resampled.c: claims about quantities that are not a mean over the items: calibration errors, areas
 * and shares to be referred (resampled.h). */
#include <math.h>
#include <stdio.h>

#include "core/memory.h"
#include "core/size.h"
#include "results/claim_ask.h"
#include "results/resampled.h"

/* One side of a comparison. */
struct side {
    const struct question *question;
    const struct run_file *file;
    bool scaled;
    double fraction; /* removed */
};

/* Makes the quantity for the question's claim and part; without items if the run lacks something. */
typedef enum status quantity_fn(const struct side *side, struct resampled *quantity, struct error *error);

static enum status add_difference(quantity_fn *make, struct side first, struct side second, struct finding *finding,
                                  struct error *error)
{
    struct resampled a = {0}, b = {0};
    double value = NAN, half = NAN;
    enum status status = make(&first, &a, error);
    if (status == STATUS_OK)
        status = make(&second, &b, error);
    const bool there = a.count[0] > 0 && b.count[0] > 0;
    if (status == STATUS_OK && there && (a.count[0] != b.count[0] || a.count[1] != b.count[1]))
        status = error_set(error, STATUS_UNSUPPORTED, "the runs were measured on different items");
    if (status == STATUS_OK && there)
        status = resampled_difference(&a, &b, &value, &half, error);
    if (status == STATUS_OK)
        finding_add(finding, value, half);
    resampled_free(&a);
    resampled_free(&b);
    return status;
}

/* The whole network of the method, or of its rival, or the method's at the claim's fraction. */
static struct side of_method(const struct question *question)
{
    return (struct side){question, question->a, false, 0};
}

static struct side of_rival(const struct question *question)
{
    return (struct side){question, question->b, question->scaled, 0};
}

static struct side of_pruned(const struct question *question)
{
    return (struct side){question, question->a, false, question->claim->row->fraction};
}

/* ---- calibration errors ---- */

/* The scores of an object for an ECE; *scores is NULL if the file does not have enough. */
static enum status scores_for_ece(const struct side *side, const char *group, const char *part,
                                  struct item_scores **scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    enum status status =
        asked_scores(side->file, claim_object(side->fraction, group, part, object), side->scaled, scores, error);
    if (status != STATUS_OK || !(*scores)->there || !item_scores_slice(*scores, METRIC_mean_softmax, 0) ||
        !item_scores_slice(*scores, METRIC_accuracy, 0))
        *scores = NULL;
    return status;
}

static enum status ece_alloc(struct resampled *quantity, size_t slices, size_t items, struct error *error)
{
    *quantity = (struct resampled){.what = RESAMPLED_ECE, .groups = 1, .count = {items}};
    quantity->score = memory_alloc(size_multiply(slices, items), sizeof(float), error);
    quantity->right = memory_alloc(size_multiply(slices, items), 1, error);
    return quantity->score && quantity->right ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Adds the slices from `from` on of one object to an ECE of as many items. */
static void add_slices(struct item_scores *scores, size_t from, struct resampled *quantity)
{
    const size_t items = quantity->count[0];
    for (size_t slice = from; slice < scores->slices; slice++) {
        const size_t first = quantity->slices++ * items;
        const float *confidence = item_scores_slice(scores, METRIC_mean_softmax, slice);
        const float *right = item_scores_slice(scores, METRIC_accuracy, slice);
        for (size_t i = 0; i < items; i++) {
            quantity->score[first + i] = confidence[i];
            quantity->right[first + i] = right[i] > 0;
        }
    }
}

/* Of the test items. */
static enum status ece_of_test(const struct side *side, struct resampled *quantity, struct error *error)
{
    struct item_scores *scores;
    enum status status = scores_for_ece(side, "test", NULL, &scores, error);
    if (status != STATUS_OK || !scores)
        return status;
    status = ece_alloc(quantity, 1, scores->items, error);
    if (status == STATUS_OK)
        add_slices(scores, 0, quantity);
    return status;
}

/* How many slices and items the strengths above 0 of all parts have; *slices is 0 if one was not measured, or on other
 * items. */
static enum status count_shifts(const struct side *side, size_t *slices, size_t *items, struct error *error)
{
    char part[CLAIM_WORD_SIZE];
    enum status status = STATUS_OK;
    bool lacks = false;
    *slices = *items = 0;
    for (const char *parts = side->question->claim->parts; claim_next_word(&parts, part) && status == STATUS_OK;) {
        struct item_scores *scores;
        status = scores_for_ece(side, "perturb", part, &scores, error);
        lacks = lacks || !scores || scores->slices < 2 || (*items > 0 && *items != scores->items);
        if (lacks)
            continue; /* the others are asked all the same */
        *slices += scores->slices - 1;
        *items = scores->items;
    }
    if (lacks)
        *slices = 0;
    return status;
}

static enum status ece_of_shifts(const struct side *side, struct resampled *quantity, struct error *error)
{
    char part[CLAIM_WORD_SIZE];
    size_t slices, items;
    enum status status = count_shifts(side, &slices, &items, error);
    if (status != STATUS_OK || slices == 0)
        return status;
    status = ece_alloc(quantity, slices, items, error);
    for (const char *parts = side->question->claim->parts; status == STATUS_OK && claim_next_word(&parts, part);) {
        struct item_scores *scores;
        status = scores_for_ece(side, "perturb", part, &scores, error);
        if (status == STATUS_OK && scores)
            add_slices(scores, 1, quantity);
    }
    return status;
}

enum status answer_clean_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(ece_of_test, of_rival(question), of_method(question), finding, error);
}

enum status answer_pruned_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(ece_of_test, of_pruned(question), of_method(question), finding, error);
}

enum status answer_shifted_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(ece_of_shifts, of_rival(question), of_method(question), finding, error);
}

/* ---- areas and referrals ---- */

static void put_values(const struct scores *scores, float *to)
{
    for (size_t i = 0; i < scores->count; i++)
        to[i] = (float)scores->value[i];
}

/* Entropy of items of no class against that of test items. */
static enum status area_of_unknown(const struct side *side, struct resampled *quantity, struct error *error)
{
    char object[STORE_NAME_SIZE];
    struct scores test, unknown = {0};
    enum status status =
        scores_load_scaled(side->file, side->scaled, claim_object(side->fraction, "test", NULL, object), METRIC_entropy,
                           0, 1, &test, error);
    if (status == STATUS_OK)
        status = scores_load_scaled(side->file, side->scaled,
                                    claim_object(side->fraction, "ood", side->question->part, object), METRIC_entropy,
                                    0, 1, &unknown, error);
    if (status == STATUS_OK && test.count > 0 && unknown.count > 0) {
        *quantity = (struct resampled){.what = RESAMPLED_AREA, .groups = 2, .count = {test.count, unknown.count}};
        quantity->score = memory_alloc(test.count + unknown.count, sizeof(float), error);
        status = quantity->score ? STATUS_OK : STATUS_NO_MEMORY;
        if (status == STATUS_OK) {
            put_values(&test, quantity->score);
            put_values(&unknown, quantity->score + test.count);
            status = resampled_sort(quantity, error);
        }
    }
    scores_free(&test);
    scores_free(&unknown);
    return status;
}

/* The share of test items to be referred for the rest to have at most the claim's errors. */
static enum status referral_of(const struct side *side, struct resampled *quantity, struct error *error)
{
    struct scores entropy, right = {0};
    enum status status = scores_load_scaled(side->file, side->scaled, "/test", METRIC_entropy, 0, 1, &entropy, error);
    if (status == STATUS_OK)
        status = scores_load_scaled(side->file, side->scaled, "/test", METRIC_accuracy, 0, 1, &right, error);
    if (status == STATUS_OK && entropy.count > 0 && right.count == entropy.count) {
        *quantity = (struct resampled){.what = RESAMPLED_REFERRAL,
                                       .groups = 1,
                                       .count = {entropy.count},
                                       .allowed = side->question->claim->row->fraction};
        quantity->score = memory_alloc(entropy.count, sizeof(float), error);
        quantity->right = memory_alloc(entropy.count, 1, error);
        status = quantity->score && quantity->right ? STATUS_OK : STATUS_NO_MEMORY;
        for (size_t i = 0; i < entropy.count && status == STATUS_OK; i++)
            quantity->right[i] = right.value[i] > 0;
        if (status == STATUS_OK) {
            put_values(&entropy, quantity->score);
            status = resampled_sort(quantity, error);
        }
    }
    scores_free(&entropy);
    scores_free(&right);
    return status;
}

enum status answer_unknown(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(area_of_unknown, of_method(question), of_rival(question), finding, error);
}

enum status answer_pruned_unknown(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(area_of_unknown, of_pruned(question), of_method(question), finding, error);
}

enum status answer_referral(const struct question *question, struct finding *finding, struct error *error)
{
    return add_difference(referral_of, of_rival(question), of_method(question), finding, error);
}

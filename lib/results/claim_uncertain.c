/* lib/results/claim_uncertain.c: claims about what a network knows about what it does not know: under perturbations,
 * for items of no class, and when it decides. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "results/claim_ask.h"
#include "results/resampled.h"

measure_fn measure_entropy_rise, measure_pruned_entropy_rise, measure_tells_over_point, measure_finds_by_entropy,
    measure_finds_by_mutual_information, measure_right_under_attack, measure_unknown_over_point, measure_pruned_unknown,
    measure_nll_under_shift, measure_ece_under_shift, measure_clean_nll, measure_clean_ece, measure_pruned_ece,
    measure_referral, measure_overfit, measure_talk_entropy, measure_talk_accuracy, measure_description, measure_cold;

/* ---- scores of perturbed items ---- */

static enum status perturbed(const struct run_file *file, double fraction, bool scaled, const char *part,
                             enum metric_id score, size_t from, size_t to, struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    return scores_load_scaled(file, scaled, claim_object(fraction, "perturb", part, object), score, from, to, scores,
                              error);
}

static enum status rise(const struct question *question, double fraction, struct finding *finding, struct error *error)
{
    struct scores most, none;
    enum status status =
        perturbed(question->a, fraction, false, question->part, METRIC_entropy, SLICE_LAST, 0, &most, error);
    if (status != STATUS_OK)
        return status;
    status = perturbed(question->a, fraction, false, question->part, METRIC_entropy, 0, 1, &none, error);
    if (status == STATUS_OK)
        return claim_add_difference(&most, &none, finding, error);
    scores_free(&most);
    return status;
}

static enum status answer_rise(const struct question *question, struct finding *finding, struct error *error)
{
    return rise(question, question->claim->fraction, finding, error);
}

enum status measure_entropy_rise(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                 struct error *error)
{
    return claim_ask_parts(evidence, claim, "vi", 0, answer_rise, measured, error);
}

enum status measure_pruned_entropy_rise(const struct evidence *evidence, const struct claim *claim,
                                        struct measured *measured, struct error *error)
{
    return claim_ask_parts(evidence, claim, "vi", 0, answer_rise, measured, error);
}

/* A score of each item, averaged over the parts of a claim; empty if one was not measured. */
typedef enum status load_fn(const struct run_file *file, bool scaled, const char *part, struct scores *scores,
                            struct error *error);
struct averaging {
    const struct run_file *file;
    bool scaled;
    load_fn *load;
    struct scores mean;
    size_t parts;
    bool lacks;
};

static enum status average_part(void *context, const char *part, struct error *error)
{
    struct averaging *averaging = context;
    struct scores one;
    if (averaging->lacks)
        return STATUS_OK;
    enum status status = averaging->load(averaging->file, averaging->scaled, part, &one, error);
    if (status != STATUS_OK)
        return status;
    averaging->parts++;
    averaging->lacks = one.count == 0 || (averaging->parts > 1 && one.count != averaging->mean.count);
    if (averaging->parts == 1 && !averaging->lacks) {
        averaging->mean = one;
        return STATUS_OK;
    }
    for (size_t i = 0; i < one.count && !averaging->lacks; i++)
        averaging->mean.value[i] += (one.value[i] - averaging->mean.value[i]) / (double)averaging->parts;
    scores_free(&one);
    return STATUS_OK;
}

static enum status average_parts(const struct claim *claim, const struct run_file *file, bool scaled, load_fn *load,
                                 struct scores *mean, struct error *error)
{
    struct averaging averaging = {.file = file, .scaled = scaled, .load = load};
    enum status status = claim_each_part(claim, average_part, &averaging, error);
    if (status != STATUS_OK || averaging.lacks)
        scores_free(&averaging.mean);
    *mean = averaging.mean;
    return status;
}

/* a minus b, or with `sign` -1 b minus a; a alone if there is no b. */
static enum status averaged(const struct question *question, load_fn *load, int sign, struct finding *finding,
                            struct error *error)
{
    struct scores a, b = {0};
    enum status status = average_parts(question->claim, question->a, false, load, &a, error);
    if (status == STATUS_OK && question->b)
        status = average_parts(question->claim, question->b, question->scaled, load, &b, error);
    if (status == STATUS_OK && question->b)
        return sign > 0 ? claim_add_difference(&a, &b, finding, error) : claim_add_difference(&b, &a, finding, error);
    if (status == STATUS_OK)
        finding_add_scores(finding, &a);
    scores_free(&a);
    scores_free(&b);
    return status;
}

static enum status load_area(const struct run_file *file, bool scaled, const char *part, enum metric_id score,
                             struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    return scores_load_auroc(file, scaled, claim_object(0, "perturb", part, object), score, scores, error);
}

static enum status load_entropy_area(const struct run_file *file, bool scaled, const char *part, struct scores *scores,
                                     struct error *error)
{
    return load_area(file, scaled, part, METRIC_entropy, scores, error);
}

static enum status load_information_area(const struct run_file *file, bool scaled, const char *part,
                                         struct scores *scores, struct error *error)
{
    return load_area(file, scaled, part, METRIC_mutual_information, scores, error);
}

/* Over all strengths above 0. */
static enum status load_right(const struct run_file *file, bool scaled, const char *part, struct scores *scores,
                              struct error *error)
{
    return perturbed(file, 0, scaled, part, METRIC_accuracy, 1, SIZE_MAX - 1, scores, error);
}

static enum status load_nll(const struct run_file *file, bool scaled, const char *part, struct scores *scores,
                            struct error *error)
{
    return perturbed(file, 0, scaled, part, METRIC_nll, 1, SIZE_MAX - 1, scores, error);
}

static enum status answer_entropy_area(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_entropy_area, 1, finding, error);
}

static enum status answer_information_area(const struct question *question, struct finding *finding,
                                           struct error *error)
{
    return averaged(question, load_information_area, 1, finding, error);
}

static enum status answer_right(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_right, 1, finding, error);
}

static enum status answer_shifted_nll(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_nll, -1, finding, error);
}

enum status measure_tells_over_point(const struct evidence *evidence, const struct claim *claim,
                                     struct measured *measured, struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", POINT_ESTIMATES, NULL, answer_entropy_area, measured, error);
}

enum status measure_finds_by_entropy(const struct evidence *evidence, const struct claim *claim,
                                     struct measured *measured, struct error *error)
{
    return claim_ask(evidence, claim, "vi", NO_RIVAL, claim->parts, answer_entropy_area, measured, error);
}

enum status measure_finds_by_mutual_information(const struct evidence *evidence, const struct claim *claim,
                                                struct measured *measured, struct error *error)
{
    return claim_ask(evidence, claim, "vi", NO_RIVAL, claim->parts, answer_information_area, measured, error);
}

enum status measure_right_under_attack(const struct evidence *evidence, const struct claim *claim,
                                       struct measured *measured, struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", CLASSIFIERS, claim->parts, answer_right, measured, error);
}

enum status measure_nll_under_shift(const struct evidence *evidence, const struct claim *claim,
                                    struct measured *measured, struct error *error)
{
    return claim_ask_methods(evidence, claim, POINT_ESTIMATES, answer_shifted_nll, measured, error);
}

/* ---- on undisturbed test items ---- */

static enum status answer_clean_nll(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores a, b;
    enum status status = scores_load(question->a, "/test", METRIC_nll, 0, 1, &a, error);
    if (status != STATUS_OK)
        return status;
    status = scores_load_scaled(question->b, question->scaled, "/test", METRIC_nll, 0, 1, &b, error);
    if (status == STATUS_OK)
        return claim_add_difference(&b, &a, finding, error);
    scores_free(&a);
    return status;
}

enum status measure_clean_nll(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                              struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", POINT_ESTIMATES, NULL, answer_clean_nll, measured, error);
}

/* At temperature 1 minus as trained. */
static enum status answer_cold(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores warm, own;
    enum status status = scores_load(question->a, "/test", METRIC_nll, 0, 1, &warm, error);
    if (status != STATUS_OK)
        return status;
    status = scores_load(question->b, "/test", METRIC_nll, 0, 1, &own, error);
    if (status == STATUS_OK)
        return claim_add_difference(&warm, &own, finding, error);
    scores_free(&warm);
    return status;
}

enum status measure_cold(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                         struct error *error)
{
    return claim_ask(evidence, claim, "vi_temperature=1", (struct rival){"vi", false}, NULL, answer_cold, measured,
                     error);
}

/* The accuracy of a minus that of b on OBJECT's items, with half of its interval; NaN if one of them has none. */
static enum status accuracy_over(const struct question *question, const char *object, double *mean, double *half,
                                 struct error *error)
{
    struct scores a = {0}, b = {0};
    enum status status = scores_load(question->a, object, METRIC_accuracy, 0, 1, &a, error);
    if (status == STATUS_OK)
        status = scores_load(question->b, object, METRIC_accuracy, 0, 1, &b, error);
    if (status == STATUS_OK)
        status = scores_subtract(&a, &b, error);
    *mean = stats_mean(a.value, a.count);
    *half = stats_mean_interval(a.value, a.count).high - *mean;
    scores_free(&a);
    scores_free(&b);
    return status;
}

/* (train - test) of a minus that of b. Both sets of items are samples. */
static enum status answer_overfit(const struct question *question, struct finding *finding, struct error *error)
{
    double fit = NAN, fit_half = NAN, test = NAN, test_half = NAN;
    enum status status = accuracy_over(question, "/fit", &fit, &fit_half, error);
    if (status == STATUS_OK)
        status = accuracy_over(question, "/test", &test, &test_half, error);
    if (status == STATUS_OK)
        finding_add(finding, fit - test, hypot(fit_half, test_half));
    return status;
}

enum status measure_overfit(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                            struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", CLASSIFIERS, NULL, answer_overfit, measured, error);
}

/* ---- quantities that are not a mean over the items ---- */

/* Makes the quantity of one run for the question's claim and part; without items if the run lacks something. */
typedef enum status quantity_fn(const struct question *question, const struct run_file *file, bool scaled,
                                double fraction, struct resampled *quantity, struct error *error);

/* One side of a comparison. */
struct asked {
    const struct run_file *file; /* NULL: none */
    bool scaled;
    double fraction;
};

static enum status add_quantities(const struct question *question, quantity_fn *make, struct asked first,
                                  struct asked second, struct finding *finding, struct error *error)
{
    struct resampled a = {0}, b = {0};
    double value = NAN, half = NAN;
    enum status status = make(question, first.file, first.scaled, first.fraction, &a, error);
    if (status == STATUS_OK && second.file)
        status = make(question, second.file, second.scaled, second.fraction, &b, error);
    const bool there = a.count[0] > 0 && (!second.file || b.count[0] > 0);
    if (status == STATUS_OK && there && second.file && (a.count[0] != b.count[0] || a.count[1] != b.count[1]))
        status = error_set(error, STATUS_UNSUPPORTED, "the runs were measured on different items");
    if (status == STATUS_OK && there)
        status = resampled_difference(&a, second.file ? &b : NULL, &value, &half, error);
    if (status == STATUS_OK)
        finding_add(finding, value, half);
    resampled_free(&a);
    resampled_free(&b);
    return status;
}

/* Adds the slices from `from` on of one object to an ECE of as many items. */
static void add_slices(struct item_scores *scores, size_t from, size_t slices, struct resampled *quantity)
{
    const size_t items = quantity->count[0];
    for (size_t slice = from; slice < slices; slice++) {
        const size_t first = quantity->slices++ * items;
        const float *confidence = item_scores_slice(scores, METRIC_mean_softmax, slice);
        const float *right = item_scores_slice(scores, METRIC_accuracy, slice);
        for (size_t i = 0; i < items; i++) {
            quantity->score[first + i] = confidence[i];
            quantity->right[first + i] = right[i] > 0;
        }
    }
}

/* The scores of an object for an ECE; *scores is NULL if the file does not have enough. */
static enum status scores_for_ece(const struct run_file *file, bool scaled, const char *object,
                                  struct item_scores **scores, struct error *error)
{
    enum status status = asked_scores(file, object, scaled, scores, error);
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

/* Of the test items. */
static enum status ece_of_test(const struct question *question, const struct run_file *file, bool scaled,
                               double fraction, struct resampled *quantity, struct error *error)
{
    char object[STORE_NAME_SIZE];
    struct item_scores *scores;
    (void)question;
    enum status status = scores_for_ece(file, scaled, claim_object(fraction, "test", NULL, object), &scores, error);
    if (status != STATUS_OK || !scores)
        return status;
    status = ece_alloc(quantity, 1, scores->items, error);
    if (status == STATUS_OK)
        add_slices(scores, 0, 1, quantity);
    return status;
}

/* Of every strength above 0 of every part. */
struct shifted {
    const struct run_file *file;
    bool scaled, lacks;
    size_t slices, items; /* counted first */
    struct resampled *quantity;
};

static enum status count_part(void *context, const char *part, struct error *error)
{
    struct shifted *shifted = context;
    char object[STORE_NAME_SIZE];
    struct item_scores *scores;
    enum status status =
        scores_for_ece(shifted->file, shifted->scaled, claim_object(0, "perturb", part, object), &scores, error);
    const size_t slices = status == STATUS_OK && scores ? scores->slices : 0;
    const size_t items = slices > 0 ? scores->items : 0;
    shifted->lacks = shifted->lacks || slices < 2 || (shifted->items > 0 && shifted->items != items);
    shifted->slices += slices > 0 ? slices - 1 : 0;
    shifted->items = items;
    return status;
}

static enum status fill_part(void *context, const char *part, struct error *error)
{
    struct shifted *shifted = context;
    char object[STORE_NAME_SIZE];
    struct item_scores *scores;
    enum status status =
        scores_for_ece(shifted->file, shifted->scaled, claim_object(0, "perturb", part, object), &scores, error);
    if (status == STATUS_OK && scores)
        add_slices(scores, 1, scores->slices, shifted->quantity);
    return status;
}

static enum status ece_of_shifts(const struct question *question, const struct run_file *file, bool scaled,
                                 double fraction, struct resampled *quantity, struct error *error)
{
    struct shifted shifted = {.file = file, .scaled = scaled, .quantity = quantity};
    (void)fraction;
    enum status status = claim_each_part(question->claim, count_part, &shifted, error);
    if (status != STATUS_OK || shifted.lacks)
        return status;
    status = ece_alloc(quantity, shifted.slices, shifted.items, error);
    return status == STATUS_OK ? claim_each_part(question->claim, fill_part, &shifted, error) : status;
}

/* The entropies of an object's items in a row of `quantity`. */
static void put_entropies(const struct scores *scores, size_t first, struct resampled *quantity)
{
    for (size_t i = 0; i < scores->count; i++)
        quantity->score[first + i] = (float)scores->value[i];
}

/* Entropy of items of no class against that of test items. */
static enum status area_of_unknown(const struct question *question, const struct run_file *file, bool scaled,
                                   double fraction, struct resampled *quantity, struct error *error)
{
    char object[STORE_NAME_SIZE];
    struct scores test, unknown = {0};
    enum status status = scores_load_scaled(file, scaled, claim_object(fraction, "test", NULL, object), METRIC_entropy,
                                            0, 1, &test, error);
    if (status == STATUS_OK)
        status = scores_load_scaled(file, scaled, claim_object(fraction, "ood", question->part, object), METRIC_entropy,
                                    0, 1, &unknown, error);
    if (status == STATUS_OK && test.count > 0 && unknown.count > 0) {
        *quantity = (struct resampled){.what = RESAMPLED_AREA, .groups = 2, .count = {test.count, unknown.count}};
        quantity->score = memory_alloc(test.count + unknown.count, sizeof(float), error);
        status = quantity->score ? STATUS_OK : STATUS_NO_MEMORY;
        if (status == STATUS_OK) {
            put_entropies(&test, 0, quantity);
            put_entropies(&unknown, test.count, quantity);
            status = resampled_sort(quantity, error);
        }
    }
    scores_free(&test);
    scores_free(&unknown);
    return status;
}

static enum status referral_of(const struct question *question, const struct run_file *file, bool scaled,
                               double fraction, struct resampled *quantity, struct error *error)
{
    struct scores entropy, right = {0};
    (void)fraction;
    enum status status = scores_load_scaled(file, scaled, "/test", METRIC_entropy, 0, 1, &entropy, error);
    if (status == STATUS_OK)
        status = scores_load_scaled(file, scaled, "/test", METRIC_accuracy, 0, 1, &right, error);
    if (status == STATUS_OK && entropy.count > 0) {
        *quantity = (struct resampled){
            .what = RESAMPLED_REFERRAL, .groups = 1, .count = {entropy.count}, .allowed = question->claim->fraction};
        quantity->score = memory_alloc(entropy.count, sizeof(float), error);
        quantity->right = memory_alloc(entropy.count, 1, error);
        status = quantity->score && quantity->right ? STATUS_OK : STATUS_NO_MEMORY;
        for (size_t i = 0; i < entropy.count && status == STATUS_OK; i++)
            quantity->right[i] = right.value[i] > 0;
        if (status == STATUS_OK) {
            put_entropies(&entropy, 0, quantity);
            status = resampled_sort(quantity, error);
        }
    }
    scores_free(&entropy);
    scores_free(&right);
    return status;
}

/* The rival's minus the method's. */
static enum status rival_less(const struct question *question, quantity_fn *make, struct finding *finding,
                              struct error *error)
{
    return add_quantities(question, make, (struct asked){question->b, question->scaled, 0},
                          (struct asked){question->a, false, 0}, finding, error);
}

/* At the claim's fraction minus the whole network's. */
static enum status pruned_less_whole(const struct question *question, quantity_fn *make, struct finding *finding,
                                     struct error *error)
{
    return add_quantities(question, make, (struct asked){question->a, false, question->claim->fraction},
                          (struct asked){question->a, false, 0}, finding, error);
}

static enum status answer_shifted_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return rival_less(question, ece_of_shifts, finding, error);
}

static enum status answer_clean_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return rival_less(question, ece_of_test, finding, error);
}

static enum status answer_referral(const struct question *question, struct finding *finding, struct error *error)
{
    return rival_less(question, referral_of, finding, error);
}

static enum status answer_pruned_ece(const struct question *question, struct finding *finding, struct error *error)
{
    return pruned_less_whole(question, ece_of_test, finding, error);
}

static enum status answer_pruned_unknown(const struct question *question, struct finding *finding, struct error *error)
{
    return pruned_less_whole(question, area_of_unknown, finding, error);
}

static enum status answer_unknown(const struct question *question, struct finding *finding, struct error *error)
{
    return add_quantities(question, area_of_unknown, (struct asked){question->a, false, 0},
                          (struct asked){question->b, question->scaled, 0}, finding, error);
}

enum status measure_ece_under_shift(const struct evidence *evidence, const struct claim *claim,
                                    struct measured *measured, struct error *error)
{
    return claim_ask_methods(evidence, claim, POINT_ESTIMATES, answer_shifted_ece, measured, error);
}

enum status measure_clean_ece(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                              struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", POINT_ESTIMATES, NULL, answer_clean_ece, measured, error);
}

enum status measure_referral(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                             struct error *error)
{
    return claim_ask_best(evidence, claim, "vi", POINT_ESTIMATES, NULL, answer_referral, measured, error);
}

enum status measure_pruned_ece(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                               struct error *error)
{
    return claim_ask(evidence, claim, "vi", NO_RIVAL, NULL, answer_pruned_ece, measured, error);
}

enum status measure_pruned_unknown(const struct evidence *evidence, const struct claim *claim,
                                   struct measured *measured, struct error *error)
{
    return claim_ask_parts(evidence, claim, "vi", 0, answer_pruned_unknown, measured, error);
}

enum status measure_unknown_over_point(const struct evidence *evidence, const struct claim *claim,
                                       struct measured *measured, struct error *error)
{
    return claim_ask_parts(evidence, claim, "vi", POINT_ESTIMATES, answer_unknown, measured, error);
}

/* ---- the talk's own numbers ---- */

/* The score at the strength of 2 minus the talk's number. */
static enum status less_talk(const struct question *question, enum metric_id score, struct finding *finding,
                             struct error *error)
{
    const double strength = 2, rounding = 1e-6;
    const struct table *rows;
    struct scores scores = {0};
    size_t slice = 0;
    bool there = false;
    enum status status = asked_table(question->a, "perturb", &rows, error);
    for (size_t r = 0; status == STATUS_OK && r < table_rows(rows) && !there; r++) {
        if (strcmp(table_text(rows, r, "perturbation"), question->claim->parts) != 0)
            continue;
        there = fabs(table_number(rows, r, "strength") - strength) < rounding;
        slice += !there;
    }
    if (status == STATUS_OK && there)
        status = perturbed(question->a, 0, false, question->claim->parts, score, slice, slice + 1, &scores, error);
    for (size_t i = 0; i < scores.count; i++)
        scores.value[i] -= question->claim->talk;
    if (status == STATUS_OK)
        finding_add_scores(finding, &scores);
    scores_free(&scores);
    return status;
}

static enum status answer_talk_entropy(const struct question *question, struct finding *finding, struct error *error)
{
    return less_talk(question, METRIC_entropy, finding, error);
}

static enum status answer_talk_accuracy(const struct question *question, struct finding *finding, struct error *error)
{
    return less_talk(question, METRIC_accuracy, finding, error);
}

enum status measure_talk_entropy(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                 struct error *error)
{
    return claim_ask(evidence, claim, "vi", NO_RIVAL, claim->parts, answer_talk_entropy, measured, error);
}

enum status measure_talk_accuracy(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                  struct error *error)
{
    return claim_ask(evidence, claim, "vi", NO_RIVAL, claim->parts, answer_talk_accuracy, measured, error);
}

/* ---- description length ---- */

/* A code only at temperature 1, so runs at others are not asked. */
static enum status answer_description(const struct question *question, struct finding *finding, struct error *error)
{
    const struct table *rows;
    enum status status = asked_table(question->a, "description", &rows, error);
    for (size_t r = 0; status == STATUS_OK && r < table_rows(rows); r++) {
        if (strcmp(table_text(rows, r, "stage"), "pruned") == 0 && table_number(rows, r, "fraction") <= 0 &&
            table_number(rows, r, "temperature") == 1)
            finding_add(finding, table_number(rows, r, "bits") / table_number(rows, r, "bits_uniform"), NAN);
    }
    return status;
}

enum status measure_description(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                struct error *error)
{
    enum status status =
        claim_ask(evidence, claim, "vi", NO_RIVAL, "temperature 1", answer_description, measured, error);
    if (status != STATUS_OK || measured->finding.count > 0)
        return status;
    memset(measured, 0, sizeof *measured);
    return claim_ask(evidence, claim, "vi_temperature=1", NO_RIVAL, NULL, answer_description, measured, error);
}

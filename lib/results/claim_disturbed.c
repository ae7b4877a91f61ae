/* lib/results/claim_disturbed.c: claims about perturbed items: is the network less certain of them, and how right is
 * it? */
#include <math.h>
#include <string.h>

#include "results/claim_ask.h"

static enum status perturbed(const struct run_file *file, double fraction, bool scaled, const char *part,
                             enum metric_id score, size_t from, size_t to, struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    return scores_load_scaled(file, scaled, claim_object(fraction, "perturb", part, object), score, from, to, scores,
                              error);
}

/* Entropy at the greatest strength minus that at none, at the claim's fraction. */
enum status answer_rise(const struct question *question, struct finding *finding, struct error *error)
{
    const double fraction = question->claim->row->fraction;
    struct scores most, none = {0};
    enum status status =
        perturbed(question->a, fraction, false, question->part, METRIC_entropy, SLICE_LAST, 0, &most, error);
    if (status == STATUS_OK)
        status = perturbed(question->a, fraction, false, question->part, METRIC_entropy, 0, 1, &none, error);
    return claim_add_difference(status, &most, &none, finding, error);
}

/* ---- the mean over the claim's parts ---- */

typedef enum status load_fn(const struct run_file *file, bool scaled, const char *part, struct scores *scores,
                            struct error *error);

/* A score of each item, averaged over the parts; empty if one was not measured. */
static enum status average_parts(const struct claim *claim, const struct run_file *file, bool scaled, load_fn *load,
                                 struct scores *mean, struct error *error)
{
    char part[CLAIM_WORD_SIZE];
    enum status status = STATUS_OK;
    size_t count = 0;
    bool lacks = false;
    *mean = (struct scores){0};
    for (const char *parts = claim->parts; status == STATUS_OK && !lacks && claim_next_word(&parts, part);) {
        struct scores one;
        status = load(file, scaled, part, &one, error);
        if (status != STATUS_OK)
            continue;
        count++;
        lacks = one.count == 0 || (count > 1 && one.count != mean->count);
        if (count == 1) {
            *mean = one;
            continue;
        }
        for (size_t i = 0; i < one.count && !lacks; i++)
            mean->value[i] += (one.value[i] - mean->value[i]) / (double)count;
        scores_free(&one);
    }
    if (status != STATUS_OK || lacks)
        scores_free(mean);
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
    if (question->b)
        return sign > 0 ? claim_add_difference(status, &a, &b, finding, error)
                        : claim_add_difference(status, &b, &a, finding, error);
    if (status == STATUS_OK)
        finding_add_scores(finding, &a);
    scores_free(&a);
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

enum status answer_entropy_area(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_entropy_area, 1, finding, error);
}

enum status answer_information_area(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_information_area, 1, finding, error);
}

enum status answer_right(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_right, 1, finding, error);
}

enum status answer_shifted_nll(const struct question *question, struct finding *finding, struct error *error)
{
    return averaged(question, load_nll, -1, finding, error);
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
        if (strcmp(table_text(rows, r, "perturbation"), question->part) != 0)
            continue;
        there = fabs(table_number(rows, r, "strength") - strength) < rounding;
        slice += !there;
    }
    if (status == STATUS_OK && there)
        status = perturbed(question->a, 0, false, question->part, score, slice, slice + 1, &scores, error);
    for (size_t i = 0; i < scores.count; i++)
        scores.value[i] -= question->claim->row->talk;
    if (status == STATUS_OK)
        finding_add_scores(finding, &scores);
    scores_free(&scores);
    return status;
}

enum status answer_talk_entropy(const struct question *question, struct finding *finding, struct error *error)
{
    return less_talk(question, METRIC_entropy, finding, error);
}

enum status answer_talk_accuracy(const struct question *question, struct finding *finding, struct error *error)
{
    return less_talk(question, METRIC_accuracy, finding, error);
}

/* lib/results/claim_clean.c: claims about undisturbed items: how likely the network finds them, whether it learned more
 * than their like, and how short it says their labels. */
#include <math.h>
#include <string.h>

#include "results/claim_ask.h"

/* NLL on test items: a minus b, or with `sign` -1 b minus a. */
static enum status less_nll(const struct question *question, int sign, struct finding *finding, struct error *error)
{
    struct scores a, b = {0};
    enum status status = scores_load(question->a, "/test", METRIC_nll, 0, 1, &a, error);
    if (status == STATUS_OK)
        status = scores_load_scaled(question->b, question->scaled, "/test", METRIC_nll, 0, 1, &b, error);
    return sign > 0 ? claim_add_difference(status, &a, &b, finding, error)
                    : claim_add_difference(status, &b, &a, finding, error);
}

enum status answer_clean_nll(const struct question *question, struct finding *finding, struct error *error)
{
    return less_nll(question, -1, finding, error);
}

/* At temperature 1 minus as trained. */
enum status answer_cold(const struct question *question, struct finding *finding, struct error *error)
{
    return less_nll(question, 1, finding, error);
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
enum status answer_overfit(const struct question *question, struct finding *finding, struct error *error)
{
    double fit = NAN, fit_half = NAN, test = NAN, test_half = NAN;
    enum status status = accuracy_over(question, "/fit", &fit, &fit_half, error);
    if (status == STATUS_OK)
        status = accuracy_over(question, "/test", &test, &test_half, error);
    if (status == STATUS_OK)
        finding_add(finding, fit - test, hypot(fit_half, test_half));
    return status;
}

/* A code only at temperature 1, so runs at others are not asked. */
enum status answer_description(const struct question *question, struct finding *finding, struct error *error)
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

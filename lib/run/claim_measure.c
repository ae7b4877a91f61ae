/* lib/run/claim_measure.c: how claims are measured. Each number is taken seed by seed; where two runs or two conditions
 * are compared, item by item, since both were measured on the same items. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/pruning.h"
#include "core/memory.h"
#include "data/perturb.h"
#include "run/checkpoint.h"
#include "run/claim.h"
#include "run/derived.h"

#define CLAIM_MEASURE(name, how) measure_fn measure_##name;
#define CLAIM(id, dataset, measure, fraction, side, bound, seeds, talk, where, words)
#include "run/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM

/* ---- seed by seed ---- */

/* What one seed is asked: b is NULL where one run alone is measured; `part` names a perturbation where that matters. */
struct question {
    const struct claim *claim;
    const struct run_file *a, *b;
    const char *part;
};
typedef enum status answer_fn(const struct question *question, struct finding *finding, struct error *error);

/* Runs on different files are no pair, whatever their items' numbers are, nor are those of different networks. */
static enum status comparable(const struct question *question, struct error *error)
{
    const struct run_file *a = question->a, *b = question->b;
    if (!b)
        return STATUS_OK;
    if (strcmp(a->data_identity, b->data_identity) != 0)
        return error_set(error, STATUS_UNSUPPORTED, "the runs were made from different data");
    char *network_a, *network_b = NULL;
    enum status status = run_file_sections(a, "model", &network_a, error);
    if (status == STATUS_OK)
        status = run_file_sections(b, "model", &network_b, error);
    if (status == STATUS_OK && network_a && network_b && strcmp(network_a, network_b) != 0)
        status = error_set(error, STATUS_UNSUPPORTED, "the runs have different networks (section [model])");
    memory_free(network_a);
    memory_free(network_b);
    return status;
}

/* Asks every seed that has runs of method a and, unless it is NULL, of method b. */
static enum status ask(const struct evidence *evidence, const struct claim *claim, const char *a, const char *b,
                       const char *part, answer_fn *answer, struct measured *measured, struct error *error)
{
    enum status status = STATUS_OK;
    size_t runs = 0, pairs = 0;
    char apart[sizeof measured->missing] = ""; /* two runs that cannot be compared, and why */
    for (size_t i = 0; i < evidence->count && status == STATUS_OK; i++) {
        const struct run_file *file = &evidence->files[i];
        if (!evidence_is(file, claim->dataset, a))
            continue;
        struct question question = {claim, file, NULL, part};
        runs++;
        if (b)
            question.b = evidence_find(evidence, claim->dataset, b, file->seed);
        if (b && !question.b)
            continue;
        pairs++;
        const char *of_a = evidence_reservation(evidence, question.a),
                   *of_b = evidence_reservation(evidence, question.b);
        if (of_a || of_b)
            measured->reservation = of_a ? of_a : of_b;
        status = comparable(&question, error);
        if (status == STATUS_OK)
            status = answer(&question, &measured->finding, error);
        if (status == STATUS_UNSUPPORTED) { /* these two are no evidence; others may be */
            (void)snprintf(apart, sizeof apart, "%.60s and %.60s: %.120s", file->run, question.b ? question.b->run : "",
                           error ? error->message : "");
            status = STATUS_OK;
        }
    }
    if (apart[0])
        (void)snprintf(measured->finding.count == 0 ? measured->missing : measured->detail, sizeof measured->missing,
                       "%s", apart);
    else if (runs == 0 || pairs == 0)
        (void)snprintf(measured->missing, sizeof measured->missing, "no run %s_%s%s", claim->dataset, runs == 0 ? a : b,
                       runs == 0 ? "" : " of the same seed");
    else if (measured->finding.count == 0)
        (void)snprintf(measured->missing, sizeof measured->missing, "the runs of %s%s%s lack %s", a, b ? " or " : "",
                       b ? b : "", part ? part : "what is measured");
    return status;
}

/* a - b. Frees both. */
static enum status add_difference(struct scores *a, struct scores *b, struct finding *finding, struct error *error)
{
    enum status status = scores_subtract(a, b, error);
    if (status == STATUS_OK)
        finding_add_scores(finding, a);
    scores_free(a);
    scores_free(b);
    return status;
}

/* ---- pruning ---- */

/* A stored table of a run; without rows where the run has none. *table is NULL on failure. */
static enum status load_table(const struct run_file *file, const char *name, struct table **table, struct error *error)
{
    *table = table_create(table_find(name), error);
    enum status status = *table ? derived_rows(file, *table, error) : STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        table_free(*table);
        *table = NULL;
    }
    return status;
}

/* The slice of /prune/CRITERION at which this fraction went: the place of its row among the criterion's. SIZE_MAX:
 * none. A fraction of the config and the true one differ by less than one weight of the network. */
static enum status pruned_slice(const struct run_file *file, const char *criterion, double fraction, size_t *slice,
                                struct error *error)
{
    const double tolerance = 1e-3; /* one weight of a thousand */
    struct table *rows = NULL;
    enum status status = load_table(file, "prune", &rows, error);
    *slice = SIZE_MAX;
    if (status != STATUS_OK)
        return status;
    size_t place = 0;
    for (size_t r = 0; r < table_rows(rows); r++) {
        if (strcmp(table_text(rows, r, "criterion"), criterion) != 0)
            continue;
        bool there = strcmp(table_text(rows, r, "grid"), "fraction") == 0 &&
                     fabs(table_number(rows, r, "fraction") - fraction) < tolerance;
        if (there && *slice == SIZE_MAX)
            *slice = place;
        place++;
    }
    table_free(rows);
    return STATUS_OK;
}

/* Which items are right after pruning by the method's usual criterion. */
static enum status pruned(const struct run_file *file, double fraction, struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    size_t slice;
    *scores = (struct scores){0};
    const struct method *method = method_find(file->method, error);
    if (!method)
        return STATUS_USAGE;
    const char *criterion = criterion_usual(method->has_sigma)->name;
    enum status status = pruned_slice(file, criterion, fraction, &slice, error);
    if (status != STATUS_OK || slice == SIZE_MAX)
        return status;
    (void)snprintf(object, sizeof object, "/prune/%s", criterion);
    return scores_load(file, object, SCORE_RIGHT, slice, slice + 1, scores, error);
}

/* An accuracy with the farther side of Wilson's interval: that of the mean would have no width where every item is
 * right. */
static void add_accuracy(const struct scores *right, struct finding *finding)
{
    double mean = stats_mean(right->value, right->count);
    if (isnan(mean))
        return;
    struct interval interval = stats_wilson((size_t)llround(mean * (double)right->count), right->count);
    finding_add(finding, mean, fmax(mean - interval.low, interval.high - mean));
}

/* Of a, or of a less that of b, at the claim's fraction. */
static enum status answer_pruned(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores a, b = {0};
    enum status status = pruned(question->a, question->claim->fraction, &a, error);
    if (status == STATUS_OK && question->b)
        status = pruned(question->b, question->claim->fraction, &b, error);
    if (status == STATUS_OK && question->b)
        return add_difference(&a, &b, finding, error);
    if (status == STATUS_OK)
        add_accuracy(&a, finding);
    scores_free(&a);
    return status;
}

static enum status answer_loss(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores before, after;
    enum status status = pruned(question->a, 0, &before, error);
    if (status != STATUS_OK)
        return status;
    status = pruned(question->a, question->claim->fraction, &after, error);
    if (status == STATUS_OK)
        return add_difference(&before, &after, finding, error);
    scores_free(&before);
    return status;
}

enum status measure_accuracy(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                             struct error *error)
{
    return ask(evidence, claim, "vi", NULL, NULL, answer_pruned, measured, error);
}

enum status measure_loss(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                         struct error *error)
{
    return ask(evidence, claim, "vi", NULL, NULL, answer_loss, measured, error);
}

enum status measure_over_mle(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                             struct error *error)
{
    return ask(evidence, claim, "vi", "mle", NULL, answer_pruned, measured, error);
}

enum status measure_over_map(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                             struct error *error)
{
    return ask(evidence, claim, "vi", "map", NULL, answer_pruned, measured, error);
}

enum status measure_over_dropout(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                 struct error *error)
{
    return ask(evidence, claim, "vi", "dropout", NULL, answer_pruned, measured, error);
}

/* ---- training ---- */

static enum status answer_growth(const struct question *question, struct finding *finding, struct error *error)
{
    bool in_training;
    enum status status = checkpoint_find(question->a->store, &in_training, error);
    if (status != STATUS_OK || in_training)
        return status;
    struct table *rows = NULL;
    status = load_table(question->a, "sigma", &rows, error);
    if (status != STATUS_OK)
        return status;
    size_t count = table_rows(rows);
    if (count > 1)
        finding_add(finding, table_number(rows, count - 1, "q50") / table_number(rows, 0, "q50"), NAN);
    table_free(rows);
    return STATUS_OK;
}

enum status measure_sigma_growth(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                 struct error *error)
{
    return ask(evidence, claim, "vi", NULL, NULL, answer_growth, measured, error);
}

/* The accuracy of a less that of b on OBJECT's items, with half of its interval; NaN where one of them has none. */
static enum status accuracy_over(const struct question *question, const char *object, double *mean, double *half,
                                 struct error *error)
{
    struct scores a = {0}, b = {0};
    enum status status = scores_load(question->a, object, SCORE_RIGHT, 0, 1, &a, error);
    if (status == STATUS_OK)
        status = scores_load(question->b, object, SCORE_RIGHT, 0, 1, &b, error);
    if (status == STATUS_OK)
        status = scores_subtract(&a, &b, error);
    *mean = stats_mean(a.value, a.count);
    *half = stats_mean_interval(a.value, a.count).high - *mean;
    scores_free(&a);
    scores_free(&b);
    return status;
}

/* (train - test) of a less that of b. Both sets of items are samples. */
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
    return ask(evidence, claim, "vi", "mle", NULL, answer_overfit, measured, error);
}

/* ---- perturbations ---- */

/* Perturbations that nobody made to do harm, and that fit the claim's data set. */
static bool is_shift(const struct perturbation *perturbation, const struct dataset_kind *kind)
{
    return perturbation->need == NEEDS_ITEM && perturbation_fits(perturbation, kind->shape);
}

static enum status perturbed(const struct run_file *file, const char *perturbation, enum score score, size_t from,
                             size_t to, struct scores *scores, struct error *error)
{
    char object[STORE_NAME_SIZE];
    (void)snprintf(object, sizeof object, "/perturb/%.64s", perturbation);
    return scores_load(file, object, score, from, to, scores, error);
}

static enum status answer_rise(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores most, none;
    enum status status = perturbed(question->a, question->part, SCORE_ENTROPY, SLICE_LAST, 0, &most, error);
    if (status != STATUS_OK)
        return status;
    status = perturbed(question->a, question->part, SCORE_ENTROPY, 0, 1, &none, error);
    if (status == STATUS_OK)
        return add_difference(&most, &none, finding, error);
    scores_free(&most);
    return status;
}

static enum status answer_entropy(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores a, b;
    enum status status = perturbed(question->a, question->part, SCORE_ENTROPY, SLICE_LAST, 0, &a, error);
    if (status != STATUS_OK)
        return status;
    status = perturbed(question->b, question->part, SCORE_ENTROPY, SLICE_LAST, 0, &b, error);
    if (status == STATUS_OK)
        return add_difference(&a, &b, finding, error);
    scores_free(&a);
    return status;
}

/* The ends of a finding's interval; its mean where it has none. */
static struct interval reach(const struct finding *finding)
{
    struct interval interval = finding_interval(finding);
    double mean = finding_mean(finding);
    return isnan(interval.low) ? (struct interval){mean, mean} : interval;
}

/* Whether `one` speaks more against a claim on every part (AT_LEAST) than `other` does: a part that alone refutes it
 * comes before one that only may, and then the one whose interval begins lowest. */
static bool speaks_more_against(const struct claim *claim, const struct finding *one, const struct finding *other)
{
    struct interval a = reach(one), b = reach(other);
    bool a_refutes = a.high < claim->bound, b_refutes = b.high < claim->bound;
    return a_refutes != b_refutes ? a_refutes : a.low < b.low;
}

/* Whether `one` decides rather than `least`, which may be empty: parts with as many seeds as the rule needs come first.
 */
static bool decides(const struct claim *claim, const struct finding *one, const struct finding *least)
{
    bool one_may = one->count >= claim->seeds, least_may = least->count >= claim->seeds;
    return one_may != least_may ? one_may : least->count == 0 || speaks_more_against(claim, one, least);
}

/* Takes `one`, the measurement of `part`, into account: of all parts so far the one stays that speaks most against the
 * claim. A part that could not be measured, or with too few seeds, stays missing. */
static void take_least(const struct claim *claim, struct measured *least, const struct measured *one, const char *part)
{
    size_t used = strlen(least->detail);
    if (one->reservation)
        least->reservation = one->reservation;
    (void)snprintf(least->detail + used, sizeof least->detail - used, "%s%s %.4g", used ? ", " : "", part,
                   finding_mean(&one->finding));
    if (one->missing[0] && !least->missing[0])
        (void)snprintf(least->missing, sizeof least->missing, "%s", one->missing);
    else if (one->finding.count < claim->seeds && !least->missing[0])
        (void)snprintf(least->missing, sizeof least->missing, "%s has %zu seed; the rule needs %zu", part,
                       one->finding.count, claim->seeds);
    if (one->finding.count > 0 && decides(claim, &one->finding, &least->finding))
        least->finding = one->finding;
}

/* The least over all shifts of the claim's data set. */
static enum status least_of_shifts(const struct evidence *evidence, const struct claim *claim, const char *other,
                                   answer_fn *answer, struct measured *measured, struct error *error)
{
    size_t count;
    const struct perturbation *rows = perturbations(&count);
    const struct dataset_kind *kind = dataset_find(claim->dataset, error);
    struct measured *one = memory_alloc(1, sizeof *one, error);
    enum status status = !one ? STATUS_NO_MEMORY : !kind ? STATUS_USAGE : STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (!is_shift(&rows[i], kind))
            continue;
        *one = (struct measured){0};
        status = ask(evidence, claim, "vi", other, rows[i].name, answer, one, error);
        take_least(claim, measured, one, rows[i].name);
    }
    memory_free(one);
    return status;
}

enum status measure_entropy_rise(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                 struct error *error)
{
    return least_of_shifts(evidence, claim, NULL, answer_rise, measured, error);
}

enum status measure_entropy_over_mle(const struct evidence *evidence, const struct claim *claim,
                                     struct measured *measured, struct error *error)
{
    return least_of_shifts(evidence, claim, "mle", answer_entropy, measured, error);
}

static enum status answer_adversarial(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores a, b;
    enum status status = perturbed(question->a, "fgsm", SCORE_RIGHT, 1, SIZE_MAX - 1, &a, error);
    if (status != STATUS_OK)
        return status;
    status = perturbed(question->b, "fgsm", SCORE_RIGHT, 1, SIZE_MAX - 1, &b, error);
    if (status == STATUS_OK)
        return add_difference(&a, &b, finding, error);
    scores_free(&a);
    return status;
}

enum status measure_adversarial(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                                struct error *error)
{
    return ask(evidence, claim, "vi", "mle", "fgsm", answer_adversarial, measured, error);
}

/* ---- any approximation ---- */

/* The mean nll of each item over all strengths above 0 of all shifts; empty where one was not measured. */
static enum status shifted_nll(const struct run_file *file, const struct dataset_kind *kind, struct scores *sum,
                               struct error *error)
{
    size_t count, shifts = 0;
    const struct perturbation *rows = perturbations(&count);
    *sum = (struct scores){0};
    for (size_t i = 0; i < count; i++) {
        struct scores one;
        if (!is_shift(&rows[i], kind))
            continue;
        enum status status = perturbed(file, rows[i].name, SCORE_NLL, 1, SIZE_MAX - 1, &one, error);
        if (status != STATUS_OK || one.count == 0 || (shifts > 0 && one.count != sum->count)) {
            scores_free(&one);
            scores_free(sum);
            return status;
        }
        shifts++;
        if (shifts == 1) {
            *sum = one;
            continue;
        }
        for (size_t k = 0; k < one.count; k++)
            sum->value[k] += (one.value[k] - sum->value[k]) / (double)shifts;
        scores_free(&one);
    }
    return STATUS_OK;
}

static enum status answer_nll(const struct question *question, struct finding *finding, struct error *error)
{
    struct scores method, mle;
    const struct dataset_kind *kind = dataset_find(question->claim->dataset, error);
    if (!kind)
        return STATUS_USAGE;
    enum status status = shifted_nll(question->b, kind, &mle, error);
    if (status != STATUS_OK)
        return status;
    status = shifted_nll(question->a, kind, &method, error);
    if (status == STATUS_OK)
        return add_difference(&mle, &method, finding, error);
    scores_free(&mle);
    return status;
}

/* The mean calibration error over all strengths above 0 of one perturbation; NaN where it was not measured. */
static double mean_ece(const struct table *rows, const char *perturbation)
{
    double sum = 0;
    size_t count = 0;
    for (size_t r = 0; r < table_rows(rows); r++) {
        if (strcmp(table_text(rows, r, "perturbation"), perturbation) != 0 || !(table_number(rows, r, "strength") > 0))
            continue;
        sum += table_number(rows, r, "ece");
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

/* The mean of that over all shifts of the data set; NaN unless every one was measured, so that like is compared with
 * like. */
static enum status shifted_ece(const struct run_file *file, const struct dataset_kind *kind, double *ece,
                               struct error *error)
{
    struct table *measured = NULL;
    enum status status = load_table(file, "perturb", &measured, error);
    size_t count, shifts = 0;
    const struct perturbation *rows = perturbations(&count);
    double sum = 0;
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (!is_shift(&rows[i], kind))
            continue;
        sum += mean_ece(measured, rows[i].name);
        shifts++;
    }
    *ece = shifts > 0 ? sum / (double)shifts : NAN;
    table_free(measured);
    return STATUS_OK;
}

static enum status answer_ece(const struct question *question, struct finding *finding, struct error *error)
{
    double method = NAN, mle = NAN;
    const struct dataset_kind *kind = dataset_find(question->claim->dataset, error);
    if (!kind)
        return STATUS_USAGE;
    enum status status = shifted_ece(question->a, kind, &method, error);
    if (status == STATUS_OK)
        status = shifted_ece(question->b, kind, &mle, error);
    if (status == STATUS_OK)
        finding_add(finding, mle - method, NAN);
    return status;
}

/* The least over the approximations of the posterior: the methods that stand for more than one network. */
static enum status least_of_methods(const struct evidence *evidence, const struct claim *claim, answer_fn *answer,
                                    struct measured *measured, struct error *error)
{
    size_t count;
    const struct method *rows = methods(&count);
    struct measured *one = memory_alloc(1, sizeof *one, error);
    enum status status = one ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (rows[i].networks == NETWORKS_ONE)
            continue;
        *one = (struct measured){0};
        status = ask(evidence, claim, rows[i].name, "mle", NULL, answer, one, error);
        take_least(claim, measured, one, rows[i].name);
    }
    memory_free(one);
    return status;
}

enum status measure_nll_under_shift(const struct evidence *evidence, const struct claim *claim,
                                    struct measured *measured, struct error *error)
{
    return least_of_methods(evidence, claim, answer_nll, measured, error);
}

enum status measure_ece_under_shift(const struct evidence *evidence, const struct claim *claim,
                                    struct measured *measured, struct error *error)
{
    return least_of_methods(evidence, claim, answer_ece, measured, error);
}

/* ---- memory and compute ---- */

struct cost {
    double bytes, multiply_adds;
};

/* Of mu and sigma in 32 bits each, with 16 bits for the place where `keep` leaves gaps, which biases do without. keep
 * [size]; NULL: everything stays, in its order. */
static struct cost cost_of(const struct trained *trained, const float *keep)
{
    enum { VALUE_BYTES = 8, PLACE_BYTES = 2 };
    struct cost cost = {0, trained_multiply_adds(trained, keep)};
    for (size_t t = 0; t < trained->posterior->tensor_count; t++) {
        const struct tensor *tensor = &trained->posterior->tensors[t];
        double stays = 0;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            stays += keep ? (double)keep[i] : 1;
        cost.bytes += stays * (keep && !tensor_is_bias(tensor) ? VALUE_BYTES + PLACE_BYTES : VALUE_BYTES);
    }
    return cost;
}

/* The share that is left of both costs when `fraction` goes; NaN without a posterior. */
static enum status cost_left(const struct run_file *file, double fraction, struct cost *left, struct error *error)
{
    struct trained trained = {0};
    struct config config;
    float *keep = NULL;
    *left = (struct cost){NAN, NAN};
    bool there;
    enum status status = store_find(file->store, "/posterior", &there, error);
    if (!there)
        return status;
    status = run_file_config(file, &config, error);
    if (status == STATUS_OK)
        status = run_file_trained(file, &trained, error);
    if (status == STATUS_OK)
        status = pruning_keep(trained.posterior, criterion_usual(trained.posterior->method->has_sigma),
                              config.prune.biases, file->seed, fraction, &keep, error);
    if (status == STATUS_OK) {
        struct cost whole = cost_of(&trained, NULL), rest = cost_of(&trained, keep);
        *left = (struct cost){rest.bytes / whole.bytes, rest.multiply_adds / whole.multiply_adds};
    }
    memory_free(keep);
    trained_free(&trained);
    return status;
}

static enum status answer_memory(const struct question *question, struct finding *finding, struct error *error)
{
    struct cost left;
    enum status status = cost_left(question->a, question->claim->fraction, &left, error);
    finding_add(finding, left.bytes, NAN);
    return status;
}

static enum status answer_compute(const struct question *question, struct finding *finding, struct error *error)
{
    struct cost left;
    enum status status = cost_left(question->a, question->claim->fraction, &left, error);
    finding_add(finding, left.multiply_adds, NAN);
    return status;
}

enum status measure_memory(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                           struct error *error)
{
    return ask(evidence, claim, "vi", NULL, NULL, answer_memory, measured, error);
}

enum status measure_compute(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                            struct error *error)
{
    return ask(evidence, claim, "vi", NULL, NULL, answer_compute, measured, error);
}

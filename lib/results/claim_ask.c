#include "results/claim_ask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

/* ---- may two runs be compared? ---- */

static enum status same_network(const struct run_file *a, const struct run_file *b, struct error *error)
{
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

/* As many epochs, and the same items: the effect of more of either would be attributed to the method. */
static enum status same_budget(const struct run_file *a, const struct run_file *b, struct error *error)
{
    const struct config *of_a = asked_config(a), *of_b = asked_config(b);
    if (!of_a || !of_b) /* nothing says that they differ */
        return STATUS_OK;
    if (of_a->train.epochs != of_b->train.epochs)
        return error_set(error, STATUS_UNSUPPORTED,
                         "trained for %ld and for %ld epochs; experiments/reference.sh trains both for as many",
                         of_a->train.epochs, of_b->train.epochs);
    if (of_a->data.validation_fraction != of_b->data.validation_fraction)
        return error_set(error, STATUS_UNSUPPORTED, "the runs have different splits (data.validation_fraction)");
    return STATUS_OK;
}

static enum status comparable(const struct question *question, struct error *error)
{
    const struct run_file *a = question->a, *b = question->b;
    if (!b)
        return STATUS_OK;
    if (strcmp(a->data_identity, b->data_identity) != 0)
        return error_set(error, STATUS_UNSUPPORTED, "the runs were made from different data");
    enum status status = same_network(a, b, error);
    return status == STATUS_OK ? same_budget(a, b, error) : status;
}

/* ---- seed by seed ---- */

/* What is asked: each list of the claim, and the word of it that is asked now ("": none). */
enum { METHODS, PARTS, RIVALS, LISTS };
struct asking {
    const struct evidence *evidence;
    const struct claim *claim;
    const char *list[LISTS];
    char word[LISTS][CLAIM_WORD_SIZE];
};

static void explain_missing(const struct asking *asking, const char *a, const char *b, size_t runs, size_t pairs,
                            const char *apart, struct measured *measured)
{
    const bool nothing = measured->finding.count == 0;
    const char *part = asking->word[PARTS];
    if (apart[0])
        (void)snprintf(nothing ? measured->missing : measured->detail, sizeof measured->missing, "%s", apart);
    else if (runs == 0 || pairs == 0)
        (void)snprintf(measured->missing, sizeof measured->missing, "no run %s_%s%s", asking->claim->dataset,
                       runs == 0 ? a : b, runs == 0 ? "" : " of the same seed");
    else if (nothing)
        (void)snprintf(measured->missing, sizeof measured->missing, "the runs of %s%s%s lack %s", a, b[0] ? " or " : "",
                       b, part[0] ? part : "what is measured");
}

/* Asks two runs, which are not evidence if they cannot be compared: `apart` then says why, and others may be. */
static enum status ask_pair(const struct evidence *evidence, const struct question *question, char apart[256],
                            struct measured *measured, struct error *error)
{
    const char *of_a = evidence_reservation(evidence, question->a);
    const char *of_b = evidence_reservation(evidence, question->b);
    if (of_a || of_b)
        measured->reservation = of_a ? of_a : of_b;
    enum status status = comparable(question, error);
    if (status == STATUS_OK)
        status = question->claim->row->measure->answer(question, &measured->finding, error);
    if (status != STATUS_UNSUPPORTED)
        return status;
    (void)snprintf(apart, 256, "%.60s and %.60s: %.120s", question->a->run, question->b ? question->b->run : "",
                   error ? error->message : "");
    return STATUS_OK;
}

/* Asks every seed that has a run of method a and, if there is a rival, one of it. */
static enum status ask_seeds(const struct asking *asking, const char *a, struct measured *measured, struct error *error)
{
    const struct evidence *evidence = asking->evidence;
    const char *dataset = asking->claim->dataset, *plus = strchr(asking->word[RIVALS], '+');
    const char *part = asking->word[PARTS];
    char rival[CLAIM_WORD_SIZE], apart[sizeof measured->missing] = "";
    enum status status = STATUS_OK;
    size_t runs = 0, pairs = 0;
    (void)snprintf(rival, sizeof rival, "%.*s", (int)strcspn(asking->word[RIVALS], "+"), asking->word[RIVALS]);
    for (size_t i = 0; i < evidence->count && status == STATUS_OK; i++) {
        struct question question = {
            .claim = asking->claim, .a = &evidence->files[i], .scaled = plus != NULL, .part = part[0] ? part : NULL};
        if (!evidence_is(question.a, dataset, a))
            continue;
        runs++;
        if (rival[0])
            question.b = evidence_find(evidence, dataset, rival, question.a->seed);
        if (rival[0] && !question.b)
            continue;
        pairs++;
        status = ask_pair(evidence, &question, apart, measured, error);
    }
    explain_missing(asking, a, rival, runs, pairs, apart, measured);
    return status;
}

/* Of the alternatives "a|b", the first that has what is asked, else the last. */
static enum status ask_alternatives(const struct asking *asking, struct measured *measured, struct error *error)
{
    enum status status = STATUS_OK;
    for (const char *rest = asking->word[METHODS]; *rest && status == STATUS_OK && measured->finding.count == 0;) {
        char a[CLAIM_WORD_SIZE];
        const size_t length = strcspn(rest, "|");
        (void)snprintf(a, sizeof a, "%.*s", (int)length, rest);
        *measured = (struct measured){0};
        status = ask_seeds(asking, a, measured, error);
        rest += length + (rest[length] == '|');
    }
    return status;
}

/* ---- the least of several ---- */

/* Whether a finding alone refutes the claim. */
static bool refutes(const struct claim_row *rule, const struct finding *finding)
{
    struct interval interval = finding_interval(finding);
    switch (rule->side) {
    case AT_LEAST:
        return interval.high < rule->bound;
    case AT_MOST:
        return interval.low > rule->bound;
    default:
        return interval.low > rule->bound || interval.high < -rule->bound;
    }
}

/* How far the mean is on the claim's side; the less, the stronger the evidence against it. */
static double favour(const struct claim_row *rule, const struct finding *finding)
{
    double mean = finding_mean(finding);
    return rule->side == AT_LEAST ? mean : rule->side == AT_MOST ? -mean : -fabs(mean);
}

/* Whether `one` is shown rather than `least`, which may be empty: parts with as many seeds as the rule needs come
 * first, then one that alone refutes the claim, then the least. */
static bool is_shown(const struct claim_row *rule, const struct finding *one, const struct finding *least)
{
    bool one_may = one->count >= rule->seeds, least_may = least->count >= rule->seeds;
    if (one_may != least_may || least->count == 0)
        return one_may || least->count == 0;
    bool one_refutes = refutes(rule, one), least_refutes = refutes(rule, least);
    return one_refutes != least_refutes ? one_refutes : favour(rule, one) < favour(rule, least);
}

/* Whether a finding alone leaves the claim open. */
static bool leaves_open(const struct claim_row *rule, const struct measured *one)
{
    return strcmp(claim_verdict(rule, one), "holds") != 0;
}

/* Takes `one`, the measurement of `part`, into account. A part that could not be measured, or with too few seeds, or
 * that does not hold on its own, stays missing: the whole holds if every part does. */
static void take_least(const struct claim_row *rule, struct measured *least, const struct measured *one,
                       const char *part)
{
    size_t used = strlen(least->detail);
    if (one->reservation)
        least->reservation = one->reservation;
    (void)snprintf(least->detail + used, sizeof least->detail - used, "%s%s %.4g", used ? ", " : "", part,
                   finding_mean(&one->finding));
    if (one->missing[0] && !least->missing[0])
        (void)snprintf(least->missing, sizeof least->missing, "%s", one->missing);
    else if (one->finding.count < rule->seeds && !least->missing[0])
        (void)snprintf(least->missing, sizeof least->missing, "%s has %zu seed; the rule needs %zu", part,
                       one->finding.count, rule->seeds);
    else if (leaves_open(rule, one) && !least->open[0])
        (void)snprintf(least->open, sizeof least->open, "%s", part);
    if (one->finding.count > 0 && is_shown(rule, &one->finding, &least->finding))
        least->finding = one->finding;
}

/* The least over the words of a list, each asked with the lists after it: a claim about all of them stands or falls
 * with one. */
static enum status ask_list(struct asking *asking, size_t list, struct measured *measured, struct error *error)
{
    if (list == LISTS)
        return ask_alternatives(asking, measured, error);
    const char *rest = asking->list[list];
    if (!strchr(rest, ' ')) {
        (void)claim_next_word(&rest, asking->word[list]);
        return ask_list(asking, list + 1, measured, error);
    }
    struct measured *one = memory_alloc(1, sizeof *one, error);
    enum status status = one ? STATUS_OK : STATUS_NO_MEMORY;
    while (status == STATUS_OK && claim_next_word(&rest, asking->word[list])) {
        char title[CLAIM_TITLE_SIZE];
        *one = (struct measured){0};
        status = ask_list(asking, list + 1, one, error);
        take_least(asking->claim->row, measured, one, claim_word_title(asking->word[list], title));
    }
    memory_free(one);
    return status;
}

enum status claim_ask(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                      struct error *error)
{
    const bool together = claim->row->measure->parts == ALL_PERTURBATIONS && strchr(claim->parts, ' ');
    struct asking asking = {evidence, claim, {claim->methods, together ? "" : claim->parts, claim->rivals}, {""}};
    return ask_list(&asking, METHODS, measured, error);
}

const char *claim_object(double fraction, const char *group, const char *part, char object[STORE_NAME_SIZE])
{
    char root[32] = "";
    if (fraction > 0)
        (void)snprintf(root, sizeof root, "/pruned/%g", fraction);
    (void)snprintf(object, STORE_NAME_SIZE, "%s/%.32s%s%.64s", root, group, part ? "/" : "", part ? part : "");
    return object;
}

enum status claim_add_difference(enum status status, struct scores *a, struct scores *b, struct finding *finding,
                                 struct error *error)
{
    if (status == STATUS_OK)
        status = scores_subtract(a, b, error);
    if (status == STATUS_OK)
        finding_add_scores(finding, a);
    scores_free(a);
    scores_free(b);
    return status;
}

#include "results/claim_ask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

const struct rival NO_RIVAL = {NULL, false};
static const struct rival POINTS[POINT_ESTIMATES] = {{"mle", false}, {"map", false}, {"mle", true}};

static const char *rival_title(struct rival rival)
{
    return rival.scaled ? "mle with a temperature" : rival.method;
}

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

static void explain_missing(const struct claim *claim, const char *a, struct rival rival, const char *part, size_t runs,
                            size_t pairs, const char *apart, struct measured *measured)
{
    const bool nothing = measured->finding.count == 0;
    if (apart[0])
        (void)snprintf(nothing ? measured->missing : measured->detail, sizeof measured->missing, "%s", apart);
    else if (runs == 0 || pairs == 0)
        (void)snprintf(measured->missing, sizeof measured->missing, "no run %s_%s%s", claim->dataset,
                       runs == 0 ? a : rival.method, runs == 0 ? "" : " of the same seed");
    else if (nothing)
        (void)snprintf(measured->missing, sizeof measured->missing, "the runs of %s%s%s lack %s", a,
                       rival.method ? " or " : "", rival.method ? rival.method : "", part ? part : "what is measured");
}

enum status claim_ask(const struct evidence *evidence, const struct claim *claim, const char *a, struct rival rival,
                      const char *part, answer_fn *answer, struct measured *measured, struct error *error)
{
    enum status status = STATUS_OK;
    size_t runs = 0, pairs = 0;
    char apart[sizeof measured->missing] = ""; /* why two runs cannot be compared */
    for (size_t i = 0; i < evidence->count && status == STATUS_OK; i++) {
        const struct run_file *file = &evidence->files[i];
        if (!evidence_is(file, claim->dataset, a))
            continue;
        struct question question = {.claim = claim, .a = file, .scaled = rival.scaled, .part = part};
        runs++;
        if (rival.method)
            question.b = evidence_find(evidence, claim->dataset, rival.method, file->seed);
        if (rival.method && !question.b)
            continue;
        pairs++;
        const char *of_a = evidence_reservation(evidence, question.a);
        const char *of_b = evidence_reservation(evidence, question.b);
        if (of_a || of_b)
            measured->reservation = of_a ? of_a : of_b;
        status = comparable(&question, error);
        if (status == STATUS_OK)
            status = answer(&question, &measured->finding, error);
        if (status == STATUS_UNSUPPORTED) { /* these two are not evidence; others may be */
            (void)snprintf(apart, sizeof apart, "%.60s and %.60s: %.120s", file->run, question.b ? question.b->run : "",
                           error ? error->message : "");
            status = STATUS_OK;
        }
    }
    explain_missing(claim, a, rival, part, runs, pairs, apart, measured);
    return status;
}

/* ---- the least of several ---- */

/* Whether a finding alone refutes the claim. */
static bool refutes(const struct claim *claim, const struct finding *finding)
{
    struct interval interval = finding_interval(finding);
    switch (claim->side) {
    case AT_LEAST:
        return interval.high < claim->bound;
    case AT_MOST:
        return interval.low > claim->bound;
    default:
        return interval.low > claim->bound || interval.high < -claim->bound;
    }
}

/* How far the mean is on the claim's side; the less, the stronger the evidence against it. */
static double favour(const struct claim *claim, const struct finding *finding)
{
    double mean = finding_mean(finding);
    return claim->side == AT_LEAST ? mean : claim->side == AT_MOST ? -mean : -fabs(mean);
}

/* Whether `one` is shown rather than `least`, which may be empty: parts with as many seeds as the rule needs come
 * first, then one that alone refutes the claim, then the least. */
static bool is_shown(const struct claim *claim, const struct finding *one, const struct finding *least)
{
    bool one_may = one->count >= claim->seeds, least_may = least->count >= claim->seeds;
    if (one_may != least_may || least->count == 0)
        return one_may || least->count == 0;
    bool one_refutes = refutes(claim, one), least_refutes = refutes(claim, least);
    return one_refutes != least_refutes ? one_refutes : favour(claim, one) < favour(claim, least);
}

/* Whether a finding alone leaves the claim open. */
static bool leaves_open(const struct claim *claim, const struct measured *one)
{
    return strcmp(claim_verdict(claim, one), "holds") != 0;
}

/* Takes `one`, the measurement of `part`, into account. A part that could not be measured, or with too few seeds, or
 * that does not hold on its own, stays missing: the whole holds if every part does. */
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
    else if (leaves_open(claim, one) && !least->open[0])
        (void)snprintf(least->open, sizeof least->open, "%s", part);
    if (one->finding.count > 0 && is_shown(claim, &one->finding, &least->finding))
        least->finding = one->finding;
}

static enum status ask_one(const struct evidence *evidence, const struct claim *claim, const char *a, size_t rivals,
                           const char *part, answer_fn *answer, struct measured *measured, struct error *error)
{
    return rivals > 0 ? claim_ask_best(evidence, claim, a, rivals, part, answer, measured, error)
                      : claim_ask(evidence, claim, a, NO_RIVAL, part, answer, measured, error);
}

enum status claim_ask_best(const struct evidence *evidence, const struct claim *claim, const char *a, size_t rivals,
                           const char *part, answer_fn *answer, struct measured *measured, struct error *error)
{
    struct measured *one = memory_alloc(1, sizeof *one, error);
    enum status status = one ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < rivals && status == STATUS_OK; i++) {
        *one = (struct measured){0};
        status = claim_ask(evidence, claim, a, POINTS[i], part, answer, one, error);
        take_least(claim, measured, one, rival_title(POINTS[i]));
    }
    memory_free(one);
    return status;
}

struct part_asking {
    const struct evidence *evidence;
    const struct claim *claim;
    const char *a;
    size_t rivals;
    answer_fn *answer;
    struct measured *measured;
};

static enum status ask_part(void *context, const char *part, struct error *error)
{
    const struct part_asking *asking = context;
    struct measured *one = memory_alloc(1, sizeof *one, error);
    if (!one)
        return STATUS_NO_MEMORY;
    enum status status =
        ask_one(asking->evidence, asking->claim, asking->a, asking->rivals, part, asking->answer, one, error);
    take_least(asking->claim, asking->measured, one, part);
    memory_free(one);
    return status;
}

enum status claim_ask_parts(const struct evidence *evidence, const struct claim *claim, const char *a, size_t rivals,
                            answer_fn *answer, struct measured *measured, struct error *error)
{
    struct part_asking asking = {evidence, claim, a, rivals, answer, measured};
    return claim_each_part(claim, ask_part, &asking, error);
}

enum status claim_ask_methods(const struct evidence *evidence, const struct claim *claim, size_t rivals,
                              answer_fn *answer, struct measured *measured, struct error *error)
{
    size_t count;
    const struct method *rows = methods(&count);
    struct measured *one = memory_alloc(1, sizeof *one, error);
    enum status status = one ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (rows[i].networks == NETWORKS_ONE)
            continue;
        *one = (struct measured){0};
        status = ask_one(evidence, claim, rows[i].name, rivals, NULL, answer, one, error);
        take_least(claim, measured, one, rows[i].name);
    }
    memory_free(one);
    return status;
}

enum status claim_each_part(const struct claim *claim, part_fn *visit, void *context, struct error *error)
{
    enum status status = STATUS_OK;
    for (const char *name = claim->parts; *name && status == STATUS_OK;) {
        char part[PART_NAME_SIZE];
        size_t length = strcspn(name, " ");
        (void)snprintf(part, sizeof part, "%.*s", (int)length, name);
        status = visit(context, part, error);
        name += length;
        name += *name == ' ';
    }
    return status;
}

const char *claim_object(double fraction, const char *group, const char *part, char object[STORE_NAME_SIZE])
{
    char root[32] = "";
    if (fraction > 0)
        (void)snprintf(root, sizeof root, "/pruned/%g", fraction);
    (void)snprintf(object, STORE_NAME_SIZE, "%s/%.32s%s%.64s", root, group, part ? "/" : "", part ? part : "");
    return object;
}

enum status claim_add_difference(struct scores *a, struct scores *b, struct finding *finding, struct error *error)
{
    enum status status = scores_subtract(a, b, error);
    if (status == STATUS_OK)
        finding_add_scores(finding, a);
    scores_free(a);
    scores_free(b);
    return status;
}

#include "results/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "run/run.h"

#define CLAIM_MEASURE(name, how) measure_fn measure_##name;
#define CLAIM(id, dataset, measure, parts, fraction, side, bound, seeds, talk, where, words)
#include "results/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM

#define CLAIM_MEASURE(name, how) static const char how_##name[] = how;
#define CLAIM(id, dataset, measure, parts, fraction, side, bound, seeds, talk, where, words)
#include "results/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM

static const struct claim all_claims[] = {
#define CLAIM_MEASURE(name, how)
#define CLAIM(id, dataset, measure, parts, fraction, side, bound, seeds, talk, where, words)                           \
    {#id, #dataset, how_##measure, measure_##measure, parts, fraction, side, bound, seeds, talk, where, words},
#include "results/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM
};

const struct claim *claims(size_t *count)
{
    *count = sizeof all_claims / sizeof all_claims[0];
    return all_claims;
}

const char *claim_verdict(const struct claim *claim, const struct measured *measured)
{
    struct interval interval = finding_interval(&measured->finding);
    if (measured->reservation || measured->finding.count < claim->seeds || isnan(interval.low))
        return "not decidable";
    double inner = INFINITY, outer = -INFINITY; /* how far inside the nearest bound, and beyond one */
    if (claim->side != AT_MOST) {
        double least = claim->side == WITHIN ? -claim->bound : claim->bound;
        inner = fmin(inner, interval.low - least);
        outer = fmax(outer, least - interval.high);
    }
    if (claim->side != AT_LEAST) {
        inner = fmin(inner, claim->bound - interval.high);
        outer = fmax(outer, interval.low - claim->bound);
    }
    if (outer > 0) /* a missing part could not save the whole */
        return "does not hold";
    return inner >= 0 && !measured->missing[0] && !measured->open[0] ? "holds" : "not decidable";
}

double claim_p_value(const struct claim *claim, const struct finding *finding)
{
    struct interval interval = finding_interval(finding);
    const double mean = finding_mean(finding), half = (interval.high - interval.low) / 2;
    const double quantile = .975, degrees = (double)finding->count - 1;
    double distance = claim->side == WITHIN ? fabs(fabs(mean) - claim->bound) : fabs(mean - claim->bound);
    if (isnan(half) || finding->count == 0)
        return NAN;
    if (half <= 0)
        return distance > 0 ? 0 : 1;
    return degrees > 0 ? 2 * gsl_cdf_tdist_Q(distance / half * gsl_cdf_tdist_Pinv(quantile, degrees), degrees)
                       : 2 * gsl_cdf_ugaussian_Q(distance / half * gsl_cdf_ugaussian_Pinv(quantile));
}

void claims_adjust(const double *p_values, size_t count, bool *decided)
{
    size_t asked = 0;
    for (size_t i = 0; i < count; i++) {
        decided[i] = false;
        asked += !isnan(p_values[i]);
    }
    for (size_t left = asked; left > 0; left--) {
        size_t least = count;
        for (size_t i = 0; i < count; i++) {
            if (!isnan(p_values[i]) && !decided[i] && (least == count || p_values[i] < p_values[least]))
                least = i;
        }
        if (least == count || p_values[least] > .05 / (double)left)
            return;
        decided[least] = true;
    }
}

/* Why a claim is not decidable, or what its number comes from. */
static void explain(const struct claim *claim, const struct measured *measured, const char *verdict, char text[512])
{
    const struct finding *finding = &measured->finding;
    if (measured->missing[0] && strcmp(verdict, "does not hold") != 0)
        (void)snprintf(text, 512, "%s", measured->missing);
    else if (measured->reservation)
        (void)snprintf(text, 512, "%s", measured->reservation);
    else if (finding->count < claim->seeds)
        (void)snprintf(text, 512, "%zu seed; the rule needs %zu", finding->count, claim->seeds);
    else if (strcmp(verdict, "not decidable") == 0)
        (void)snprintf(text, 512, "the interval%s%s contains the bound%s%s", measured->open[0] ? " of " : "",
                       measured->open, measured->detail[0] ? "; " : "", measured->detail);
    else
        (void)snprintf(text, 512, "%s", measured->detail);
}

/* For a difference: whether its whole interval is within one point. "": not a difference, or not of shares. */
static const char *equivalence(const struct claim *claim, const struct measured *measured)
{
    const double point = .01;
    struct interval interval = finding_interval(&measured->finding);
    if (claim->bound != 0 || claim->side == WITHIN || measured->reservation || isnan(interval.low))
        return "";
    if (interval.low >= -point && interval.high <= point)
        return "within one point";
    return interval.low > point || interval.high < -point ? "more than one point" : "not decidable";
}

/* The claim's data: those of its evidence, a stand-in if there is one. NULL: there is no run of its data set. */
static const char *source_of(const struct evidence *evidence, const struct claim *claim)
{
    const char *source = NULL;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct run_file *file = &evidence->files[i];
        if (evidence_is(file, claim->dataset, file->method) &&
            (!source || dataset_source_is_synthetic(file->data_source)))
            source = file->data_source;
    }
    return source;
}

/* The profile of the claim's runs; "": they have none, or several. */
static const char *profile_of(const struct evidence *evidence, const struct claim *claim)
{
    const char *profile = NULL;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct config *config = asked_config(&evidence->files[i]);
        if (!evidence_is(&evidence->files[i], claim->dataset, "vi"))
            continue;
        if (!config || (profile && strcmp(profile, config->run.profile) != 0))
            return "";
        profile = config->run.profile;
    }
    return profile ? profile : "";
}

static enum status claim_add(const struct evidence *evidence, const struct claim *claim,
                             const struct measured *measured, bool decided, struct table *table, struct error *error)
{
    char rule[64], detail[512];
    static const char *const sides[] = {[AT_LEAST] = ">=", [AT_MOST] = "<=", [WITHIN] = "within +-"};
    struct interval interval = finding_interval(&measured->finding);
    const char *verdict = claim_verdict(claim, measured);
    explain(claim, measured, verdict, detail);
    (void)snprintf(rule, sizeof rule, "%s %g", sides[claim->side], claim->bound);
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "id", claim->id);
    row_text(&row, "claim", claim->words);
    row_number(&row, "talk", claim->talk);
    row_number(&row, "measured", finding_mean(&measured->finding));
    row_number(&row, "low", interval.low);
    row_number(&row, "high", interval.high);
    row_text(&row, "holds", verdict);
    row_text(&row, "dataset", claim->dataset);
    row_text(&row, "rule", rule);
    row_text(&row, "how", claim->how);
    row_number(&row, "fraction", claim->fraction > 0 ? claim->fraction : NAN);
    row_number(&row, "seeds", (double)measured->finding.count);
    row_text(&row, "detail", detail);
    row_text(&row, "where", claim->where);
    row_text(&row, "data_source", source_of(evidence, claim));
    row_text(&row, "adjusted", decided ? verdict : "not decidable");
    row_text(&row, "equivalence", equivalence(claim, measured));
    row_text(&row, "parts", claim->parts);
    row_text(&row, "profile", profile_of(evidence, claim));
    return table_add(table, row.cells, error);
}

/* What is not decidable on its own is not given to Holm's procedure. */
static double asked_p_value(const struct claim *claim, const struct measured *measured)
{
    bool decidable = strcmp(claim_verdict(claim, measured), "not decidable") != 0 ||
                     (!measured->reservation && measured->finding.count >= claim->seeds && !measured->missing[0]);
    return decidable ? claim_p_value(claim, &measured->finding) : NAN;
}

enum status claims_make(struct table *table, const char *const *paths, size_t count, const char *directory,
                        struct error *error)
{
    struct evidence evidence;
    size_t rows;
    const struct claim *all = claims(&rows);
    struct measured *measured = memory_alloc(rows, sizeof *measured, error);
    double *p_values = memory_alloc(rows, sizeof *p_values, error);
    bool *decided = memory_alloc(rows, sizeof *decided, error);
    enum status status = evidence_open(paths, count, &evidence, error);
    if (!measured || !p_values || !decided)
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < rows && status == STATUS_OK; i++) {
        status = all[i].measure(&evidence, &all[i], &measured[i], error);
        if (status != STATUS_OK)
            (void)error_context(error, "claim %s: ", all[i].id);
        else
            p_values[i] = asked_p_value(&all[i], &measured[i]);
    }
    if (status == STATUS_OK)
        claims_adjust(p_values, rows, decided);
    for (size_t i = 0; i < rows && status == STATUS_OK; i++)
        status = claim_add(&evidence, &all[i], &measured[i], decided[i], table, error);
    if (status == STATUS_OK && directory)
        status = evidence_publish(&evidence, directory, error);
    evidence_close(&evidence);
    memory_free(measured);
    memory_free(p_values);
    memory_free(decided);
    return status;
}

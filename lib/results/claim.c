#include "results/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "run/run.h"

const char *claim_verdict(const struct claim_row *rule, const struct measured *measured)
{
    struct interval interval = finding_interval(&measured->finding);
    if (measured->reservation || measured->finding.count < rule->seeds || isnan(interval.low))
        return "not decidable";
    double inner = INFINITY, outer = -INFINITY; /* how far inside the nearest bound, and beyond one */
    if (rule->side != AT_MOST) {
        double least = rule->side == WITHIN ? -rule->bound : rule->bound;
        inner = fmin(inner, interval.low - least);
        outer = fmax(outer, least - interval.high);
    }
    if (rule->side != AT_LEAST) {
        inner = fmin(inner, rule->bound - interval.high);
        outer = fmax(outer, interval.low - rule->bound);
    }
    if (outer > 0) /* a missing part could not save the whole */
        return "does not hold";
    return inner >= 0 && !measured->missing[0] && !measured->open[0] ? "holds" : "not decidable";
}

double claim_p_value(const struct claim_row *rule, const struct finding *finding)
{
    struct interval interval = finding_interval(finding);
    const double mean = finding_mean(finding), half = (interval.high - interval.low) / 2;
    const double quantile = .975, degrees = (double)finding->count - 1;
    double distance = rule->side == WITHIN ? fabs(fabs(mean) - rule->bound) : fabs(mean - rule->bound);
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
static void explain(const struct claim_row *rule, const struct measured *measured, const char *verdict, char text[512])
{
    const struct finding *finding = &measured->finding;
    if (measured->missing[0] && strcmp(verdict, "does not hold") != 0)
        (void)snprintf(text, 512, "%s", measured->missing);
    else if (measured->reservation)
        (void)snprintf(text, 512, "%s", measured->reservation);
    else if (finding->count < rule->seeds)
        (void)snprintf(text, 512, "%zu seed; the rule needs %zu", finding->count, rule->seeds);
    else if (strcmp(verdict, "not decidable") == 0)
        (void)snprintf(text, 512, "the interval%s%s contains the bound%s%s", measured->open[0] ? " of " : "",
                       measured->open, measured->detail[0] ? "; " : "", measured->detail);
    else
        (void)snprintf(text, 512, "%s", measured->detail);
}

/* For a difference: whether its whole interval is within one point. "": not a difference, or not of shares. */
static const char *equivalence(const struct claim_row *rule, const struct measured *measured)
{
    const double point = .01;
    struct interval interval = finding_interval(&measured->finding);
    if (rule->bound != 0 || rule->side == WITHIN || measured->reservation || isnan(interval.low))
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

/* The profile of the runs of the claim's method; "": they have none, or several. */
static const char *profile_of(const struct evidence *evidence, const struct claim *claim)
{
    const char *profile = NULL;
    for (size_t i = 0; i < evidence->count && claim->method; i++) {
        const struct config *config = asked_config(&evidence->files[i]);
        if (!evidence_is(&evidence->files[i], claim->dataset, claim->method->name))
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
    char bound[64], detail[512];
    static const char *const sides[] = {[AT_LEAST] = ">=", [AT_MOST] = "<=", [WITHIN] = "within +-"};
    const struct claim_row *rule = claim->row;
    struct interval interval = finding_interval(&measured->finding);
    const char *verdict = claim_verdict(rule, measured);
    explain(rule, measured, verdict, detail);
    (void)snprintf(bound, sizeof bound, "%s %g", sides[rule->side], rule->bound);
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "id", claim->id);
    row_text(&row, "claim", rule->words);
    row_number(&row, "talk", rule->talk);
    row_number(&row, "measured", finding_mean(&measured->finding));
    row_number(&row, "low", interval.low);
    row_number(&row, "high", interval.high);
    row_text(&row, "holds", verdict);
    row_text(&row, "dataset", claim->dataset);
    row_text(&row, "rule", bound);
    row_text(&row, "how", claim->how);
    row_number(&row, "fraction", rule->fraction > 0 ? rule->fraction : NAN);
    row_number(&row, "seeds", (double)measured->finding.count);
    row_text(&row, "detail", detail);
    row_text(&row, "where", rule->where);
    row_text(&row, "data_source", source_of(evidence, claim));
    row_text(&row, "adjusted", decided ? verdict : "not decidable");
    row_text(&row, "equivalence", equivalence(rule, measured));
    row_text(&row, "parts", claim->parts);
    row_text(&row, "profile", profile_of(evidence, claim));
    return table_add(table, row.cells, error);
}

/* What is not decidable on its own is not given to Holm's procedure. */
static double asked_p_value(const struct claim_row *rule, const struct measured *measured)
{
    bool decidable = strcmp(claim_verdict(rule, measured), "not decidable") != 0 ||
                     (!measured->reservation && measured->finding.count >= rule->seeds && !measured->missing[0]);
    return decidable ? claim_p_value(rule, &measured->finding) : NAN;
}

enum status claims_make(struct table *table, const char *const *paths, size_t count, const char *directory,
                        struct error *error)
{
    struct evidence evidence = {0};
    size_t row_count, all;
    const struct claim_row *rows = claim_rows(&row_count);
    struct claim *asked;
    enum status status = claims_create(rows, row_count, &asked, &all, error);
    struct measured *measured = memory_alloc(all, sizeof *measured, error);
    double *p_values = memory_alloc(all, sizeof *p_values, error);
    bool *decided = memory_alloc(all, sizeof *decided, error);
    if (status == STATUS_OK)
        status = measured && p_values && decided ? evidence_open(paths, count, &evidence, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; i < all && status == STATUS_OK; i++) {
        status = claim_ask(&evidence, &asked[i], &measured[i], error);
        if (status != STATUS_OK)
            (void)error_context(error, "claim %s: ", asked[i].id);
        else
            p_values[i] = asked_p_value(asked[i].row, &measured[i]);
    }
    if (status == STATUS_OK)
        claims_adjust(p_values, all, decided);
    for (size_t i = 0; i < all && status == STATUS_OK; i++)
        status = claim_add(&evidence, &asked[i], &measured[i], decided[i], table, error);
    if (status == STATUS_OK && directory)
        status = evidence_publish(&evidence, directory, error);
    evidence_close(&evidence);
    claims_free(asked, all);
    memory_free(measured);
    memory_free(p_values);
    memory_free(decided);
    return status;
}

#include "run/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "run/run.h"

#define CLAIM_MEASURE(name, how) measure_fn measure_##name;
#define CLAIM(id, dataset, measure, fraction, side, bound, seeds, talk, where, words)
#include "run/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM

#define CLAIM_MEASURE(name, how) static const char how_##name[] = how;
#define CLAIM(id, dataset, measure, fraction, side, bound, seeds, talk, where, words)
#include "run/claim.def"
#undef CLAIM_MEASURE
#undef CLAIM

static const struct claim all_claims[] = {
#define CLAIM_MEASURE(name, how)
#define CLAIM(id, dataset, measure, fraction, side, bound, seeds, talk, where, words)                                  \
    {#id, #dataset, how_##measure, measure_##measure, fraction, side, bound, seeds, talk, where, words},
#include "run/claim.def"
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
    double inner = claim->side == AT_LEAST ? interval.low - claim->bound : claim->bound - interval.high;
    double outer = claim->side == AT_LEAST ? claim->bound - interval.high : interval.low - claim->bound;
    if (outer > 0) /* a part that is missing could not save the whole */
        return "does not hold";
    return inner >= 0 && !measured->missing[0] ? "holds" : "not decidable";
}

/* Why a claim is not decidable, or what its number is made of. */
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
        (void)snprintf(text, 512, "the interval contains the bound%s%s", measured->detail[0] ? "; " : "",
                       measured->detail);
    else
        (void)snprintf(text, 512, "%s", measured->detail);
}

/* What the claim's data were: of its evidence, a stand-in if there is one. NULL: there is no run of its data set. */
static const char *source_of(const struct evidence *evidence, const struct claim *claim)
{
    const char *source = NULL;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct run_file *file = &evidence->files[i];
        if (evidence_is(file, claim->dataset, file->method) && (!source || strstr(file->data_source, "SYNTHETIC")))
            source = file->data_source;
    }
    return source;
}

static enum status claim_add(const struct evidence *evidence, const struct claim *claim, struct measured *measured,
                             struct table *table, struct error *error)
{
    const char *source = source_of(evidence, claim);
    char rule[64], detail[512];
    *measured = (struct measured){0};
    enum status status = claim->measure(evidence, claim, measured, error);
    if (status != STATUS_OK)
        return error_context(error, "claim %s: ", claim->id);
    struct interval interval = finding_interval(&measured->finding);
    const char *verdict = claim_verdict(claim, measured);
    explain(claim, measured, verdict, detail);
    (void)snprintf(rule, sizeof rule, "%s %g", claim->side == AT_LEAST ? ">=" : "<=", claim->bound);
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
    row_text(&row, "data_source", source);
    return table_add(table, row.cells, error);
}

enum status claims_make(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    struct evidence evidence;
    size_t rows;
    const struct claim *all = claims(&rows);
    struct measured *measured = memory_alloc(1, sizeof *measured, error);
    enum status status = evidence_open(paths, count, &evidence, error);
    if (!measured)
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < rows && status == STATUS_OK; i++)
        status = claim_add(&evidence, &all[i], measured, table, error);
    evidence_close(&evidence);
    memory_free(measured);
    return status;
}

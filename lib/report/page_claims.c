/* lib/report/page_claims.c: the claims with their verdicts, by data set, under the slides that they are on. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "report/page.h"
#include "results/glossary.h"

/* In this order; other verdicts come after them. */
static const char *const verdicts[] = {"holds", "does not hold", "not decidable"};
enum { VERDICTS = sizeof verdicts / sizeof verdicts[0] };

/* Rows of a data set; NULL takes all. adjusted_at: SIZE_MAX if the table is older than that column. */
struct group {
    const struct csv *csv;
    const char *dataset;
    size_t dataset_at, holds_at, adjusted_at;
};

static struct group group_of(const struct csv *csv, const char *dataset)
{
    return (struct group){csv, dataset, csv_column(csv, "dataset"), csv_column(csv, "holds"),
                          csv_column(csv, "adjusted")};
}

static bool group_has(const struct group *group, size_t row)
{
    return !group->dataset || strcmp(csv_cell(group->csv, row, group->dataset_at), group->dataset) == 0;
}

static size_t count_verdict(const struct group *group, size_t column, const char *verdict)
{
    size_t count = 0;
    for (size_t row = 0; row < group->csv->rows; row++)
        count += group_has(group, row) && strcmp(csv_cell(group->csv, row, column), verdict) == 0;
    return count;
}

/* "holds: 12 (adjusted: 9), does not hold: 3 (adjusted: 1), not decidable: 0 (adjusted: 5)" */
static void counts_add(struct page *page, const struct page_table *table, const struct group *group)
{
    struct text_buffer *out = &page->out;
    size_t count;
    const char **others = page_distinct(table, "holds", "", &count, out->error);
    for (size_t i = 0; i < VERDICTS; i++) {
        text_add(out, "%s<span class=\"verdict\" data-verdict=\"%s\">%s: <strong>%zu</strong></span>",
                 i > 0 ? ", " : "", verdicts[i], verdicts[i], count_verdict(group, group->holds_at, verdicts[i]));
        if (group->adjusted_at != SIZE_MAX)
            text_add(out, " (adjusted: %zu)", count_verdict(group, group->adjusted_at, verdicts[i]));
    }
    for (size_t i = 0; others && i < count; i++) {
        bool known = count_verdict(group, group->holds_at, others[i]) == 0;
        for (size_t k = 0; k < VERDICTS; k++)
            known = known || strcmp(others[i], verdicts[k]) == 0;
        if (known)
            continue;
        text_add(out, ", ");
        page_escape(out, others[i]);
        text_add(out, ": <strong>%zu</strong>", count_verdict(group, group->holds_at, others[i]));
    }
    memory_free(others);
}

/* What was measured and how, with the titles of methods, criteria and perturbations instead of their names. */
static void words_add(struct text_buffer *out, const char *text)
{
    static const char *const registries[] = {"method", "criterion", "perturbation"};
    while (*text) {
        size_t length = 0;
        char word[64];
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        if (length == 0 && strchr("<>", *text) && text[1] == '=') {
            text_add(out, "%s", *text == '<' ? "≤" : "≥");
            text += 2;
            continue;
        }
        if (length == 0 && text[0] == '+' && text[1] == '-') {
            text_add(out, "±");
            text += 2;
            continue;
        }
        if (length == 0) {
            page_escape_part(out, text++, 1);
            continue;
        }
        (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
        size_t known = 0;
        while (length < sizeof word && known < 3 && strcmp(glossary_title(registries[known], word), word) == 0)
            known++;
        if (length < sizeof word && known < 3)
            page_add_short_title(out, registries[known], word);
        else
            page_escape_part(out, text, length);
        text += length;
    }
}

/* Space-separated names as a list. */
static void names_add(struct text_buffer *out, const char *names)
{
    for (size_t i = 0; names[i]; i++) {
        char name[64];
        size_t length = strcspn(names + i, " ");
        (void)snprintf(name, sizeof name, "%.*s", (int)length, names + i);
        if (length < sizeof name)
            words_add(out, name);
        else
            page_escape_part(out, names + i, length);
        i += length;
        if (!names[i])
            return;
        text_add(out, ", ");
    }
}

static void notes_add(struct text_buffer *out, const struct csv *csv, size_t row)
{
    static const char *const notes[][2] = {{"how", "measured"},
                                           {"parts", "of"},
                                           {"rule", "holds where"},
                                           {"detail", "detail"},
                                           {"equivalence", "the difference"}};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        const char *note = csv_cell(csv, row, csv_column(csv, notes[i][0]));
        if (!*note || (strcmp(notes[i][0], "equivalence") == 0 && strcmp(note, "not decidable") == 0))
            continue;
        text_add(out, " <span class=\"note note-%s\">%s: ", notes[i][0], notes[i][1]);
        if (strcmp(notes[i][0], "parts") == 0)
            names_add(out, note);
        else
            words_add(out, note);
        text_add(out, "</span>");
    }
}

/* A cell of the column "the talk" or "here" with the digits of the row's measured number. */
static void number_add(struct text_buffer *out, const char *cell, double value, double like)
{
    if (isnan(value))
        page_escape(out, *cell ? cell : "–");
    else
        text_add(out, "%s", page_fixed(value, like).text);
}

/* What would decide it, if the number of seeds is the reason that it is not. */
static void hint_add(struct text_buffer *out, const struct csv *csv, size_t row)
{
    if (strcmp(csv_cell(csv, row, csv_column(csv, "holds")), "not decidable") == 0 &&
        strstr(csv_cell(csv, row, csv_column(csv, "detail")), "seed; the rule needs"))
        text_add(out, "<span class=\"note\">more seeds: <code>--seeds 5</code></span>");
}

static void claim_add(struct page *page, const struct csv *csv, size_t row, bool anchored)
{
    struct text_buffer *out = &page->out;
    const char *id = csv_cell(csv, row, csv_column(csv, "id")), *talk = csv_cell(csv, row, csv_column(csv, "talk")),
               *holds = csv_cell(csv, row, csv_column(csv, "holds"));
    const double measured = csv_number(csv, row, csv_column(csv, "measured")),
                 low = csv_number(csv, row, csv_column(csv, "low")),
                 seeds = csv_number(csv, row, csv_column(csv, "seeds")),
                 items = csv_number(csv, row, csv_column(csv, "items"));
    text_add(out, "<tr");
    if (anchored)
        text_add(out, " id=\"claim-%s\"", id);
    text_add(out, "><td class=\"verdict\" data-verdict=\"");
    page_escape(out, holds);
    text_add(out, "\">");
    page_escape(out, holds);
    if (!page_is_smoke(page))
        hint_add(out, csv, row);
    text_add(out, "</td>");
    if (csv_column(csv, "adjusted") != SIZE_MAX) {
        text_add(out, "<td data-label=\"adjusted\">");
        page_escape(out, csv_cell(csv, row, csv_column(csv, "adjusted")));
        text_add(out, "</td>");
    }
    text_add(out, "<th scope=\"row\">");
    page_escape(out, csv_cell(csv, row, csv_column(csv, "claim")));
    if (anchored)
        text_add(out, " <a class=\"anchor\" href=\"#claim-%s\" aria-label=\"address of this claim\">#</a>", id);
    notes_add(out, csv, row);
    text_add(out, "</th><td data-label=\"here\">%s", page_fixed(measured, measured).text);
    if (!isnan(low))
        text_add(out, " <span class=\"faint\">(%s to %s)</span>", page_fixed(low, measured).text,
                 page_fixed(csv_number(csv, row, csv_column(csv, "high")), measured).text);
    text_add(out, "</td><td data-label=\"the talk\">");
    number_add(out, talk, csv_number(csv, row, csv_column(csv, "talk")), measured);
    text_add(out, "</td><td data-label=\"seeds\">%s</td>", page_count(seeds).text);
    if (csv_column(csv, "items") != SIZE_MAX)
        text_add(out, "<td data-label=\"items\">%s</td>", page_count(items).text);
    text_add(out, "</tr>\n");
}

/* Whether the row's id can be an anchor, and is the first of that name. */
static bool is_anchor(const struct csv *csv, size_t row)
{
    const size_t column = csv_column(csv, "id");
    bool first = csv_is_name(csv_cell(csv, row, column));
    for (size_t before = 0; before < row && first; before++)
        first = strcmp(csv_cell(csv, before, column), csv_cell(csv, row, column)) != 0;
    return first;
}

/* The claims of one slide, below its name. */
static void slide_add(struct page *page, const struct group *group, const char *slide)
{
    struct text_buffer *out = &page->out;
    const struct csv *csv = group->csv;
    const size_t column = csv_column(csv, "where");
    const int columns = 5 + (group->adjusted_at != SIZE_MAX) + (csv_column(csv, "items") != SIZE_MAX);
    bool begun = false;
    for (size_t row = 0; row < csv->rows; row++) {
        if (!group_has(group, row) || strcmp(csv_cell(csv, row, column), slide) != 0)
            continue;
        if (!begun)
            text_add(out, "<tbody>\n");
        if (!begun && *slide) {
            text_add(out, "<tr class=\"slide\"><th scope=\"rowgroup\" colspan=\"%d\">", columns);
            page_escape(out, slide);
            text_add(out, "</th></tr>\n");
        }
        begun = true;
        claim_add(page, csv, row, is_anchor(csv, row));
    }
    if (begun)
        text_add(out, "</tbody>\n");
}

static void slides_add(struct page *page, const struct page_table *table, const struct group *group)
{
    size_t count;
    const char **slides = page_distinct(table, "where", group->dataset, &count, page->out.error);
    page->out.failed = page->out.failed || !slides;
    slide_add(page, group, "");
    for (size_t i = 0; slides && i < count; i++)
        slide_add(page, group, slides[i]);
    memory_free(slides);
}

/* "2,000 test items; profile standard; holds: 12, ..." */
static void summary_add(struct page *page, const struct page_table *table, const struct group *group)
{
    struct text_buffer *out = &page->out;
    const double items = page_items(page, group->dataset);
    size_t count;
    const char **profiles = page_distinct(table, "profile", group->dataset, &count, out->error);
    out->failed = out->failed || !profiles;
    text_add(out, "<strong>");
    page_add_title(out, "dataset", *group->dataset ? group->dataset : "of no one data set");
    text_add(out, "</strong> <span class=\"faint\">");
    if (!isnan(items))
        text_add(out, "%s test items; ", page_count(items).text);
    for (size_t i = 0; profiles && i < count; i++) {
        text_add(out, i > 0 ? ", " : "profile ");
        page_escape(out, profiles[i]);
    }
    text_add(out, "%s</span>", profiles && count > 0 ? "; " : "");
    memory_free(profiles);
    counts_add(page, table, group);
}

/* The claims of one data set, which can be folded away. */
static void group_add(struct page *page, const struct page_table *table, const char *dataset)
{
    struct text_buffer *out = &page->out;
    const struct csv *csv = &table->csv;
    const struct group group = group_of(csv, dataset);
    size_t rows = 0;
    for (size_t row = 0; row < csv->rows; row++)
        rows += group_has(&group, row);
    if (rows == 0)
        return;
    text_add(out, "<details class=\"claims-of\" open><summary>");
    summary_add(page, table, &group);
    text_add(out, "</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Claims about ");
    page_add_title(out, "dataset", *dataset ? dataset : "no one data set");
    text_add(out,
             "\"><table class=\"claims\"><thead><tr><th scope=\"col\">verdict</th>%s<th scope=\"col\">claim</th><th "
             "scope=\"col\">here (95&thinsp;%%)</th><th scope=\"col\">the talk</th><th scope=\"col\">seeds</th>",
             group.adjusted_at != SIZE_MAX ? "<th scope=\"col\">adjusted</th>" : "");
    if (csv_column(csv, "items") != SIZE_MAX)
        text_add(out, "<th scope=\"col\">items</th>");
    text_add(out, "</tr></thead>\n");
    slides_add(page, table, &group);
    text_add(out, "</table></div></details>\n");
}

static const struct page_table *claims_of(const struct page *page)
{
    const struct page_table *table = page_table(page, "claims");
    return table && table->csv.rows > 0 ? table : NULL;
}

void page_add_verdicts(struct page *page)
{
    const struct page_table *table = claims_of(page);
    if (!table)
        return;
    const struct group all = group_of(&table->csv, NULL);
    text_add(&page->out, "<p class=\"verdicts\"><a href=\"#claims\">The talk's claims</a>: ");
    counts_add(page, table, &all);
    text_add(&page->out, ".</p>\n");
}

void page_add_claims(struct page *page)
{
    const struct page_table *table = claims_of(page);
    if (!table)
        return;
    struct text_buffer *out = &page->out;
    const struct csv *csv = &table->csv;
    const size_t column = csv_column(csv, "dataset");
    text_add(out,
             "<section id=\"claims\"><h2>The talk's claims</h2>\n<p>A claim holds where the whole 95&thinsp;%% "
             "interval is on its side of the bound, does not hold where the whole interval is on the other, and is "
             "not decidable otherwise. The interval covers seeds (Student) and test items, added in squares; with "
             "one seed, items alone.%s</p>\n",
             csv_column(csv, "adjusted") != SIZE_MAX ? " Adjusted: what stays where all claims are asked at once, with "
                                                       "5&thinsp;% for an error in any of them (Holm 1979)."
                                                     : "");
    page_add_verdicts(page);
    size_t count;
    const struct dataset_kind *kinds = dataset_kinds(&count);
    for (size_t i = 0; i < count; i++)
        group_add(page, table, kinds[i].name);
    for (size_t row = 0; row < csv->rows; row++) {
        const char *dataset = csv_cell(csv, row, column);
        bool shown = dataset_find(dataset, NULL) != NULL;
        for (size_t before = 0; before < row && !shown; before++)
            shown = strcmp(csv_cell(csv, before, column), dataset) == 0;
        if (!shown)
            group_add(page, table, dataset);
    }
    text_add(out, "</section>\n");
}

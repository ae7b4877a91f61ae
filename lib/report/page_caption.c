/* lib/report/page_caption.c: the text below a figure: what to see, over how many seeds and items, what a band is. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "run/provenance.h"

enum over { CAPTION_PLAIN, CAPTION_ITEMS, CAPTION_SEEDS };

struct caption {
    const char *figure;
    enum over over;
    const char *see, *history, *where; /* the last two NULL: none */
};

static const struct caption captions[] = {
#define CAPTION(figure, over, see, history, where) {#figure, over, see, history, where},
#include "report/caption.def"
#undef CAPTION
};

enum { CAPTIONS = sizeof captions / sizeof captions[0] };
_Static_assert((int)CAPTIONS <= (int)PAGE_CAPTIONS_MAX, "page.h has a place for each caption");

/* CAPTIONS: none. */
static size_t caption_find(const char *figure)
{
    size_t i = 0;
    while (i < CAPTIONS && strcmp(captions[i].figure, figure) != 0)
        i++;
    return i;
}

/* A text with `code` in backquotes. */
static void code_add(struct text_buffer *out, const char *text)
{
    bool code = false;
    for (size_t length; *text; text += length + (text[length] == '`'), code = !code) {
        length = strcspn(text, "`");
        text_add(out, "%s", code ? "<code>" : "");
        page_escape_part(out, text, length);
        text_add(out, "%s", code ? "</code>" : "");
    }
}

/* The maximum of a column in a data set's rows; NaN if it has none. */
static double most_of(const struct csv *csv, const char *column, const char *dataset)
{
    double most = NAN;
    for (size_t row = 0; row < csv->rows; row++) {
        if (strcmp(csv_cell(csv, row, csv_column(csv, "dataset")), dataset) == 0)
            most = fmax(most, csv_number(csv, row, csv_column(csv, column)));
    }
    return most;
}

/* How many seeds the figure's first table has for the data set: from the column in a table over seeds, from the runs in
 * another. */
static double seeds_of(const struct page *page, const struct csv *csv, const char *dataset)
{
    const double most = most_of(csv, "seeds", dataset);
    if (!isnan(most) || csv_column(csv, "run") == SIZE_MAX)
        return most;
    return (double)page_seeds(page, dataset);
}

/* The number of test items behind a table's numbers: a sweep's are limited by the config, where 0 is all; NaN if
 * unknown. */
static double items_of(const struct page *page, const char *table, const char *dataset)
{
    static const char *const limits[][2] = {{"perturb", "perturb.items"},
                                            {"pruned_perturb", "perturb.items"},
                                            {"detection", "perturb.items"},
                                            {"prune", "prune.items"}};
    const double all = page_items(page, dataset);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char key[64];
        if (strncmp(table, limits[i][0], strlen(limits[i][0])) != 0)
            continue;
        (void)snprintf(key, sizeof key, PROVENANCE_CONFIG "%s", limits[i][1]);
        const char *limit = page_provenance(page, dataset, key);
        const double most = *limit ? strtod(limit, NULL) : NAN;
        return isnan(most) ? NAN : most > 0 ? fmin(most, all) : all;
    }
    return all;
}

/* "Means over 5 seeds and 10,000 test items; bands: 95 % intervals over both." */
static void numbers_add(struct page *page, const struct page_table *table, const struct caption *caption,
                        const char *dataset)
{
    struct text_buffer *out = &page->out;
    const struct csv *csv = &table->csv;
    const double seeds = seeds_of(page, csv, dataset), items = items_of(page, table->name, dataset);
    const bool over_items = caption && caption->over != CAPTION_PLAIN,
               in_band = caption && caption->over == CAPTION_ITEMS,
               banded = csv_column(csv, "low") != SIZE_MAX && csv_column(csv, "seeds") != SIZE_MAX;
    if (!*dataset || isnan(seeds))
        return;
    text_add(out, " <span class=\"faint\">%s seed%s", page_count(seeds).text, seeds == 1 ? "" : "s");
    if (over_items && !isnan(items))
        text_add(out, ", %s test items", page_count(items).text);
    if (banded && in_band)
        text_add(out, "; bands are 95&thinsp;%% intervals over %s", seeds > 1 ? "seeds and items" : "items alone");
    else if (banded)
        text_add(out, "; bands are 95&thinsp;%% intervals over seeds%s", seeds > 1 ? "" : ", of which one has none");
    text_add(out, ".</span>");
}

/* History, and where the program does it: once on the page. */
static void background_add(struct text_buffer *out, const struct caption *caption)
{
    if (caption->history) {
        text_add(out, "<p class=\"history\">");
        code_add(out, caption->history);
        text_add(out, "</p>\n");
    }
    if (caption->where) {
        text_add(out, "<p class=\"where\">Here: ");
        code_add(out, caption->where);
        text_add(out, ".</p>\n");
    }
}

void page_add_caption(struct page *page, const struct page_figure *figure, const char *dataset)
{
    struct text_buffer *out = &page->out;
    const size_t found = caption_find(figure->name);
    const struct caption *caption = found < CAPTIONS ? &captions[found] : NULL;
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(figure->tables, "/,"), figure->tables);
    const struct page_table *table = page_table(page, name);
    text_add(out, "<p>");
    if (caption) {
        page_escape(out, caption->see);
    } else {
        text_add(out, "%c", toupper((unsigned char)figure->title[0]));
        page_escape(out, figure->title[0] ? figure->title + 1 : "");
        text_add(out, ".");
    }
    if (table)
        numbers_add(page, table, caption, dataset);
    text_add(out, "</p>\n");
    if (caption && !page->captions_told[found]) {
        background_add(out, caption);
        page->captions_told[found] = true;
    }
}

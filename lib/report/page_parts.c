/* lib/report/page_parts.c: tiles, claims, the talk's values beside ours, downloads, provenance, warnings. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/store.h"
#include "report/page.h"
#include "run/provenance.h"
#include "run/run_store.h"

/* Tables above this size stay files beside the page: a page is to be sent on. */
enum { DOWNLOAD_BYTES_MAX = 1 << 20 };

/* Finds a row of prune_band by data set, method and criterion whose fraction is the nearest to the wanted one. */
struct pruned {
    const struct csv *csv;
    size_t dataset, run, method, criterion, grid, fraction;
};

static struct pruned pruned_columns(const struct csv *csv)
{
    return (struct pruned){csv,
                           csv_column(csv, "dataset"),
                           csv_column(csv, "run"),
                           csv_column(csv, "method"),
                           csv_column(csv, "criterion"),
                           csv_column(csv, "grid"),
                           csv_column(csv, "fraction")};
}

/* The run that stands for its method: DATASET_METHOD, not one of an ablation; without it the first; "": none. */
static const char *run_of(const struct pruned *pruned, const char *dataset, const char *method)
{
    const char *first = "";
    size_t length = strlen(dataset);
    for (size_t row = 0; row < pruned->csv->rows; row++) {
        if (strcmp(csv_cell(pruned->csv, row, pruned->dataset), dataset) != 0 ||
            strcmp(csv_cell(pruned->csv, row, pruned->method), method) != 0)
            continue;
        const char *run = csv_cell(pruned->csv, row, pruned->run);
        if (strncmp(run, dataset, length) == 0 && run[length] == '_' && strcmp(run + length + 1, method) == 0)
            return run;
        first = *first ? first : run;
    }
    return first;
}

static bool row_is(const struct pruned *pruned, size_t row, const char *dataset, const char *run, const char *method,
                   const char *criterion)
{
    return strcmp(csv_cell(pruned->csv, row, pruned->run), run) == 0 &&
           strcmp(csv_cell(pruned->csv, row, pruned->dataset), dataset) == 0 &&
           strcmp(csv_cell(pruned->csv, row, pruned->method), method) == 0 &&
           strcmp(csv_cell(pruned->csv, row, pruned->criterion), criterion) == 0 &&
           strcmp(csv_cell(pruned->csv, row, pruned->grid), "fraction") == 0;
}

/* SIZE_MAX: none. */
static size_t row_nearest(const struct pruned *pruned, const char *dataset, const char *method, const char *criterion,
                          double fraction)
{
    size_t nearest = SIZE_MAX;
    double least = INFINITY;
    const char *run = run_of(pruned, dataset, method);
    for (size_t row = 0; row < pruned->csv->rows; row++) {
        double distance = fabs(csv_number(pruned->csv, row, pruned->fraction) - fraction);
        if (distance < least && row_is(pruned, row, dataset, run, method, criterion)) {
            least = distance;
            nearest = row;
        }
    }
    return nearest;
}

/* What the method's numbers are by: |mu| / sigma where that was measured, else |mu|. */
static const char *shown_criterion(const struct pruned *pruned, const char *dataset, const char *method)
{
    return row_nearest(pruned, dataset, method, "snr", 0) != SIZE_MAX ? "snr" : "magnitude";
}

static double accuracy_at(const struct pruned *pruned, const char *dataset, const char *method, double fraction)
{
    size_t row = row_nearest(pruned, dataset, method, shown_criterion(pruned, dataset, method), fraction);
    bool near = row != SIZE_MAX && fabs(csv_number(pruned->csv, row, pruned->fraction) - fraction) < 0.005;
    return near ? csv_number(pruned->csv, row, csv_column(pruned->csv, "accuracy")) : NAN;
}

/* The talk's accuracy at the nearest digitised share, within .02. What was digitised as more than 1 is 1. */
static double talk_at(const struct page *page, const char *dataset, double fraction)
{
    const struct csv *csv = &page->talk_pruning.csv;
    size_t dataset_at = csv_column(csv, "dataset"), ratio = csv_column(csv, "prune_ratio");
    double least = fraction > 0 ? 0.02 : 0.1, found = NAN;
    for (size_t row = 0; row < csv->rows; row++) {
        double distance = fabs(csv_number(csv, row, ratio) - fraction);
        if (distance < least && strcmp(csv_cell(csv, row, dataset_at), dataset) == 0) {
            least = distance;
            found = fmin(1, csv_number(csv, row, csv_column(csv, "accuracy")));
        }
    }
    return found;
}

/* "VI: Gaussian mean field" is "VI" where room is scarce. */
static void add_short_title(struct text_buffer *out, const char *method)
{
    const char *title = page_title("method", method);
    page_escape_part(out, title, strcspn(title, ":"));
}

static void tile_add(struct page *page, const struct pruned *pruned, const char *dataset, const char *const *methods,
                     size_t count)
{
    struct text_buffer *out = &page->out;
    const char *lead = count > 0 ? methods[0] : "";
    for (size_t i = 0; i < count; i++)
        lead = strcmp(shown_criterion(pruned, dataset, methods[i]), "snr") == 0 && strcmp(methods[i], "vi") == 0
                   ? methods[i]
                   : lead;
    size_t row = row_nearest(pruned, dataset, lead, shown_criterion(pruned, dataset, lead), 0.9);
    if (row == SIZE_MAX)
        return;
    const struct csv *csv = pruned->csv;
    text_add(out, "<li class=\"tile\"><h3><a href=\"#%s\">", dataset);
    page_add_title(out, "dataset", dataset);
    text_add(out, "</a></h3>\n<p class=\"big\">%s</p>\n<p>accuracy of ",
             page_number(csv_number(csv, row, csv_column(csv, "accuracy"))).text);
    add_short_title(out, lead);
    text_add(out, " with %.0f %% of the weights removed<br><span class=\"faint\">95 %%: %s to %s; unpruned %s",
             100 * csv_number(csv, row, pruned->fraction),
             page_number(csv_number(csv, row, csv_column(csv, "low"))).text,
             page_number(csv_number(csv, row, csv_column(csv, "high"))).text,
             page_number(accuracy_at(pruned, dataset, lead, 0)).text);
    double talk = talk_at(page, dataset, 0.9);
    if (!isnan(talk))
        text_add(out, "; the talk: %s", page_number(talk).text);
    text_add(out, "</span></p>\n<p class=\"faint\">");
    for (size_t i = 0; i < count; i++) {
        if (methods[i] == lead)
            continue;
        add_short_title(out, methods[i]);
        text_add(out, " %s&ensp;", page_number(accuracy_at(pruned, dataset, methods[i], 0.9)).text);
    }
    text_add(out, "</p></li>\n");
}

void page_add_tiles(struct page *page)
{
    const struct page_table *table = page_table(page, "prune_band");
    if (!table || table->csv.rows == 0)
        return;
    struct pruned pruned = pruned_columns(&table->csv);
    text_add(&page->out, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < page->dataset_count; i++) {
        size_t count;
        const char **methods = page_distinct(table, "method", page->datasets[i], &count, page->out.error);
        if (methods)
            tile_add(page, &pruned, page->datasets[i], methods, count);
        memory_free(methods);
    }
    text_add(&page->out, "</ul>\n");
}

/* "holds: 12, does not hold: 3": each verdict with its number of claims. */
static void verdicts_count(struct page *page, const struct page_table *table)
{
    size_t count;
    const char **verdicts = page_distinct(table, "holds", "", &count, page->out.error);
    text_add(&page->out, "<p>");
    for (size_t i = 0; verdicts && i < count; i++) {
        size_t claims = 0, column = csv_column(&table->csv, "holds");
        for (size_t row = 0; row < table->csv.rows; row++)
            claims += strcmp(csv_cell(&table->csv, row, column), verdicts[i]) == 0;
        text_add(&page->out, "%s", i > 0 ? ", " : "");
        page_escape(&page->out, verdicts[i]);
        text_add(&page->out, ": <strong>%zu</strong>", claims);
    }
    text_add(&page->out, ".</p>\n");
    memory_free(verdicts);
}

static void claim_add(struct text_buffer *out, const struct csv *csv, size_t row)
{
    static const char *const notes[] = {"how", "where", "detail"};
    const char *talk = csv_cell(csv, row, csv_column(csv, "talk")),
               *holds = csv_cell(csv, row, csv_column(csv, "holds"));
    double low = csv_number(csv, row, csv_column(csv, "low"));
    text_add(out, "<tr><th scope=\"row\">");
    page_escape(out, csv_cell(csv, row, csv_column(csv, "claim")));
    for (size_t i = 0; i < 3; i++) {
        const char *note = csv_cell(csv, row, csv_column(csv, notes[i]));
        if (!*note)
            continue;
        text_add(out, "<br><span class=\"faint\">%s: ", notes[i]);
        page_escape(out, note);
        text_add(out, "</span>");
    }
    text_add(out, "</th><td>");
    page_add_title(out, "dataset", csv_cell(csv, row, csv_column(csv, "dataset")));
    text_add(out, "</td><td>");
    page_escape(out, *talk ? talk : "–");
    text_add(out, "</td><td>%s", page_number(csv_number(csv, row, csv_column(csv, "measured"))).text);
    if (!isnan(low))
        text_add(out, " <span class=\"faint\">(%s to %s)</span>", page_number(low).text,
                 page_number(csv_number(csv, row, csv_column(csv, "high"))).text);
    text_add(out, "</td><td class=\"verdict\" data-verdict=\"");
    page_escape(out, holds);
    text_add(out, "\">");
    page_escape(out, holds);
    text_add(out, "</td></tr>\n");
}

/* The words, how they were measured where that is known, the interval in one cell, the verdict as a word and a colour.
 */
void page_add_claims(struct page *page)
{
    const struct page_table *table = page_table(page, "claims");
    if (!table || table->csv.rows == 0)
        return;
    struct text_buffer *out = &page->out;
    text_add(out, "<section id=\"claims\"><h2>The talk's claims</h2>\n");
    verdicts_count(page, table);
    text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Claims\"><table class=\"claims\">"
                  "<thead><tr><th scope=\"col\">claim</th><th scope=\"col\">data</th><th scope=\"col\">the talk</th>"
                  "<th scope=\"col\">here (95 %%)</th><th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < table->csv.rows; row++)
        claim_add(out, &table->csv, row);
    text_add(out, "</tbody></table></div></section>\n");
}

void page_add_talk(struct page *page, const char *dataset)
{
    static const double fractions[] = {0, 0.5, 0.8, 0.9, 0.95, 0.98};
    enum { FRACTIONS = sizeof fractions / sizeof fractions[0] };
    const struct page_table *table = page_table(page, "prune_band");
    size_t count = 0;
    const char **methods = table ? page_distinct(table, "method", dataset, &count, page->out.error) : NULL;
    struct text_buffer *out = &page->out;
    if (count > 0) {
        struct pruned pruned = pruned_columns(&table->csv);
        text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Accuracy beside the talk's\">"
                      "<table><caption>accuracy by the share of weights removed, beside the talk's (digitised from its "
                      "slides, &#177;.005)</caption><thead><tr><td></td>");
        for (size_t f = 0; f < FRACTIONS; f++)
            text_add(out, "<th scope=\"col\">%g&thinsp;%%</th>", 100 * fractions[f]);
        text_add(out, "</tr></thead>\n<tr><th scope=\"row\">the talk</th>");
        for (size_t f = 0; f < FRACTIONS; f++)
            text_add(out, "<td>%s</td>", page_number(talk_at(page, dataset, fractions[f])).text);
        text_add(out, "</tr>\n");
        for (size_t i = 0; i < count; i++) {
            text_add(out, "<tr><th scope=\"row\">");
            add_short_title(out, methods[i]);
            text_add(out, ", by ");
            page_add_title(out, "criterion", shown_criterion(&pruned, dataset, methods[i]));
            text_add(out, "</th>");
            for (size_t f = 0; f < FRACTIONS; f++)
                text_add(out, "<td>%s</td>", page_number(accuracy_at(&pruned, dataset, methods[i], fractions[f])).text);
            text_add(out, "</tr>\n");
        }
        text_add(out, "</table></div>\n");
    }
    memory_free(methods);
}

static void download_add(struct text_buffer *out, const struct page_table *table, const char *directory)
{
    size_t size = strlen(table->text);
    text_add(out, "<li>");
    if (size <= DOWNLOAD_BYTES_MAX) {
        text_add(out, "<a class=\"table-data\" data-table=\"");
        page_escape(out, table->name);
        text_add(out, "\" download=\"");
        page_escape(out, table->name);
        text_add(out, ".csv\" href=\"data:text/csv;base64,");
        page_base64(out, (const unsigned char *)table->text, size);
        text_add(out, "\">");
        page_escape(out, table->name);
        text_add(out, ".csv</a>");
    } else {
        page_escape(out, table->name);
        text_add(out, ".csv <span class=\"faint\">too large for this page: see ");
        page_escape(out, directory);
        text_add(out, "/");
        page_escape(out, table->name);
        text_add(out, ".csv</span>");
    }
    text_add(out, " <span class=\"faint\">%zu rows</span></li>\n", table->csv.rows);
}

void page_add_downloads(struct page *page)
{
    struct text_buffer *out = &page->out;
    text_add(out, "<section id=\"tables\"><h2>Tables</h2>\n<p>Each one in long format, one observation a row; "
                  "<code>tenth table --list</code> says what is in them.</p>\n<ul class=\"downloads\">\n");
    for (size_t i = 0; i < page->table_count; i++)
        download_add(out, &page->tables[i], "tables");
    download_add(out, &page->talk_pruning, "results/reference");
    download_add(out, &page->talk_uncertainty, "results/reference");
    text_add(out, "</ul></section>\n");
}

/* An attribute as a row of a table; the text keeps its own errors. */
static enum status attribute_add(void *context, const char *key, const char *shown, struct error *error)
{
    struct text_buffer *out = context;
    (void)error;
    text_add(out, "<tr><th scope=\"row\">");
    page_escape(out, key);
    text_add(out, "</th><td>");
    page_escape(out, shown);
    text_add(out, "</td></tr>\n");
    return STATUS_OK;
}

static enum status run_add(struct text_buffer *out, const char *path, struct error *error)
{
    struct store *store = NULL;
    char *config = NULL;
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    enum status status = run_store_open(path, &store, error);
    if (status != STATUS_OK)
        return status;
    text_add(out, "<details class=\"run\"><summary>");
    page_escape(out, name);
    text_add(out, "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Provenance of ");
    page_escape(out, name);
    text_add(out, "\"><table>\n");
    static const char *const objects[] = {"/", "/data", "/provenance"};
    for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
        status = store_show(store, objects[i], attribute_add, out, error);
    text_add(out, "</table></div>\n");
    if (status == STATUS_OK)
        status = store_get_text(store, "/config", "text", &config, error);
    if (status == STATUS_OK) {
        text_add(out, "<pre tabindex=\"0\" aria-label=\"Config\">");
        page_escape(out, config);
        text_add(out, "</pre>");
    }
    text_add(out, "</details>\n");
    memory_free(config);
    store_close(store);
    return status;
}

enum status page_add_provenance(struct page *page, struct error *error)
{
    struct text_buffer *out = &page->out;
    enum status status = STATUS_OK;
    text_add(out,
             "<section id=\"provenance\"><h2>Where it comes from</h2>\n<p>Each run's file says what made it: config, "
             "seed, checksums of the data, program, libraries, machine.</p>\n");
    for (size_t i = 0; i < page->run_count && status == STATUS_OK; i++)
        status = run_add(out, page->runs[i], error);
    if (page->run_count == 0)
        text_add(out, "<p>There are no run files in the directory.</p>\n");
    text_add(out, "</section>\n");
    return status;
}

void page_add_warnings(struct page *page, const char *dataset)
{
    const struct page_table *table = page_table(page, "summary");
    if (!table)
        return;
    size_t count;
    const char **sets = page_distinct(table, "dataset", dataset, &count, page->out.error);
    struct text_buffer *out = &page->out;
    for (size_t i = 0; sets && i < count; i++) {
        size_t sources_count;
        const char **sources = page_distinct(table, "data_source", sets[i], &sources_count, out->error);
        for (size_t s = 0; sources && s < sources_count; s++) {
            bool synthetic = strstr(sources[s], "SYNTHETIC") != NULL;
            if (!synthetic && !strstr(sources[s], "not the official") && !strstr(sources[s], "validation"))
                continue;
            text_add(out, "<p class=\"warning%s\"><strong>", synthetic ? " synthetic" : "");
            text_add(out, "%s", synthetic ? "SYNTHETIC data in place of " : "");
            page_add_title(out, "dataset", sets[i]);
            text_add(out, "</strong>: ");
            page_escape(out, sources[s]);
            text_add(out, "</p>\n");
        }
        memory_free(sources);
    }
    memory_free(sets);
}

void page_add_smoke(struct page *page)
{
    const struct page_table *table = page_table(page, "provenance");
    size_t smoke = 0;
    for (size_t row = 0; table && row < table->csv.rows; row++)
        smoke +=
            strcmp(csv_cell(&table->csv, row, csv_column(&table->csv, "key")), PROVENANCE_CONFIG "run.profile") == 0 &&
            strcmp(csv_cell(&table->csv, row, csv_column(&table->csv, "value")), "smoke") == 0;
    if (smoke > 0)
        text_add(&page->out,
                 "<p class=\"warning synthetic\"><strong>Smoke profile</strong>: %zu of these runs are try-outs, tiny "
                 "networks on slices of the data. They show that every step works, and decide nothing.</p>\n",
                 smoke);
}

/* lib/report/page_parts.c: tiles, the talk's values next to ours, the runs in brief. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bayes/posterior.h"
#include "core/memory.h"
#include "report/page.h"

/* Finds a row of prune_band by data set, method and criterion whose fraction is nearest to the wanted one. */
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

/* The run that represents its method: DATASET_METHOD, not one of an ablation; without it the first; "": none. */
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

/* What the method's numbers are by: its usual criterion if that was measured, else |mu|. */
static const char *shown_criterion(const struct pruned *pruned, const char *dataset, const char *method)
{
    const struct method *row = method_find(method, NULL);
    return row && row_nearest(pruned, dataset, method, row->usual, 0) != SIZE_MAX ? row->usual : "magnitude";
}

/* The first that has a posterior with sigmas, else the first; "": there is none. */
static const char *leading_method(const char *const *methods, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct method *row = method_find(methods[i], NULL);
        if (row && row->has_sigma)
            return methods[i];
    }
    return count > 0 ? methods[0] : "";
}

static double accuracy_at(const struct pruned *pruned, const char *dataset, const char *method, double fraction)
{
    size_t row = row_nearest(pruned, dataset, method, shown_criterion(pruned, dataset, method), fraction);
    bool near = row != SIZE_MAX && fabs(csv_number(pruned->csv, row, pruned->fraction) - fraction) < 0.005;
    return near ? csv_number(pruned->csv, row, csv_column(pruned->csv, "accuracy")) : NAN;
}

/* The talk's accuracy at the nearest digitised share, within .02. Values digitised as more than 1 are 1. */
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

static void tile_add(struct page *page, const struct pruned *pruned, const char *dataset, const char *const *methods,
                     size_t count)
{
    struct text_buffer *out = &page->out;
    const char *lead = leading_method(methods, count);
    size_t row = row_nearest(pruned, dataset, lead, shown_criterion(pruned, dataset, lead), 0.9);
    if (row == SIZE_MAX)
        return;
    const struct csv *csv = pruned->csv;
    text_add(out, "<li class=\"tile\"><h3><a href=\"#%s\">", dataset);
    page_add_title(out, "dataset", dataset);
    text_add(out, "</a></h3>\n<p class=\"big\">%s</p>\n<p>accuracy of ",
             page_fixed(csv_number(csv, row, csv_column(csv, "accuracy")), 1).text);
    page_add_short_title(out, "method", lead);
    text_add(out, " with %.0f %% of the weights removed<br><span class=\"faint\">95 %%: %s to %s; unpruned %s",
             100 * csv_number(csv, row, pruned->fraction),
             page_fixed(csv_number(csv, row, csv_column(csv, "low")), 1).text,
             page_fixed(csv_number(csv, row, csv_column(csv, "high")), 1).text,
             page_fixed(accuracy_at(pruned, dataset, lead, 0), 1).text);
    double talk = talk_at(page, dataset, 0.9);
    if (!isnan(talk))
        text_add(out, "; the talk: %s", page_fixed(talk, 1).text);
    text_add(out, "</span></p>\n<p class=\"faint\">");
    for (size_t i = 0; i < count; i++) {
        if (methods[i] == lead)
            continue;
        page_add_short_title(out, "method", methods[i]);
        text_add(out, " %s&ensp;", page_fixed(accuracy_at(pruned, dataset, methods[i], 0.9), 1).text);
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

static const double talk_fractions[] = {0, 0.5, 0.8, 0.9, 0.95, 0.98};
enum { TALK_FRACTIONS = sizeof talk_fractions / sizeof talk_fractions[0] };

/* The talk's curve at each of them, if it has any. */
static void talk_row_add(struct page *page, const char *dataset)
{
    struct text_buffer *out = &page->out;
    bool any = false;
    for (size_t f = 0; f < TALK_FRACTIONS; f++)
        any = any || !isnan(talk_at(page, dataset, talk_fractions[f]));
    if (!any)
        return;
    text_add(out, "<tr><th scope=\"row\">the talk</th>");
    for (size_t f = 0; f < TALK_FRACTIONS; f++)
        text_add(out, "<td>%s</td>", page_fixed(talk_at(page, dataset, talk_fractions[f]), 1).text);
    text_add(out, "</tr>\n");
}

static void method_row_add(struct text_buffer *out, const struct pruned *pruned, const char *dataset,
                           const char *method)
{
    text_add(out, "<tr><th scope=\"row\">");
    page_add_short_title(out, "method", method);
    text_add(out, ", by ");
    page_add_title(out, "criterion", shown_criterion(pruned, dataset, method));
    text_add(out, "</th>");
    for (size_t f = 0; f < TALK_FRACTIONS; f++)
        text_add(out, "<td>%s</td>", page_fixed(accuracy_at(pruned, dataset, method, talk_fractions[f]), 1).text);
    text_add(out, "</tr>\n");
}

void page_add_talk(struct page *page, const char *dataset)
{
    const struct page_table *table = page_table(page, "prune_band");
    size_t count = 0;
    const char **methods = table ? page_distinct(table, "method", dataset, &count, page->out.error) : NULL;
    struct text_buffer *out = &page->out;
    if (count > 0) {
        struct pruned pruned = pruned_columns(&table->csv);
        text_add(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Accuracy beside the talk's\">"
            "<table class=\"talk\"><caption>accuracy by the share of weights removed, beside the talk's (digitised "
            "from its slides, &#177;.005; – : not measured there)</caption><thead><tr><td></td>");
        for (size_t f = 0; f < TALK_FRACTIONS; f++)
            text_add(out, "<th scope=\"col\">%g&thinsp;%%</th>", 100 * talk_fractions[f]);
        text_add(out, "</tr></thead>\n<tbody>\n");
        talk_row_add(page, dataset);
        for (size_t i = 0; i < count; i++)
            method_row_add(out, &pruned, dataset, methods[i]);
        text_add(out, "</tbody></table></div>\n");
    }
    memory_free(methods);
}

/* A run's name without its seed. */
static size_t config_length(const char *run)
{
    const char *seed = strstr(run, "_seed");
    return seed ? (size_t)(seed - run) : strlen(run);
}

/* Whether two rows of `summary` are of runs that differ only in their seed. */
static bool same_config(const struct csv *csv, size_t a, size_t b)
{
    static const char *const names[] = {"dataset", "method"};
    const size_t run = csv_column(csv, "run");
    const char *left = csv_cell(csv, a, run), *right = csv_cell(csv, b, run);
    bool same = config_length(left) == config_length(right) && strncmp(left, right, config_length(left)) == 0;
    for (size_t i = 0; i < 2; i++)
        same = same &&
               strcmp(csv_cell(csv, a, csv_column(csv, names[i])), csv_cell(csv, b, csv_column(csv, names[i]))) == 0;
    return same;
}

static double column_most(const struct csv *csv, const char *column)
{
    double most = NAN;
    for (size_t row = 0; row < csv->rows; row++)
        most = fmax(most, csv_number(csv, row, csv_column(csv, column)));
    return most;
}

/* What a run's name says besides DATASET_METHOD, as figures say it (plots/split.awk): NETWORK in
 * DATASET_NETWORK_METHOD, and what follows after these; all of a name of another form. */
static void variant_add(struct text_buffer *out, const struct csv *csv, size_t row)
{
    const char *run = csv_cell(csv, row, csv_column(csv, "run"));
    const char *dataset = csv_cell(csv, row, csv_column(csv, "dataset"));
    const char *method = csv_cell(csv, row, csv_column(csv, "method"));
    const size_t end = config_length(run), before = strlen(dataset), length = strlen(method);
    size_t at = before; /* of the "_" before the method */
    if (end > before && strncmp(run, dataset, before) == 0)
        while (at < end && !(run[at] == '_' && strncmp(run + at + 1, method, length) == 0 &&
                             (at + 1 + length == end || (at + 1 + length < end && run[at + 1 + length] == '_'))))
            at++;
    else
        at = end;
    const bool found = at < end;
    const size_t after = found ? at + 1 + length : end;
    if (found && at == before && after == end)
        return;
    text_add(out, " <span class=\"faint\">");
    if (!found)
        page_escape_part(out, run, end);
    else if (at > before)
        page_escape_part(out, run + before + 1, at - before - 1);
    if (found && at > before && after < end)
        text_add(out, ", ");
    if (after < end)
        page_escape_part(out, run + after + 1, end - after - 1);
    text_add(out, "</span>");
}

/* Each configuration's row: means over its seeds of the columns of `summary`. */
static void summary_row_add(struct text_buffer *out, const struct csv *csv, size_t first, const char *const *columns,
                            size_t column_count)
{
    const size_t dataset = csv_column(csv, "dataset"), method = csv_column(csv, "method");
    text_add(out, "<tr><th scope=\"row\">");
    page_add_title(out, "dataset", csv_cell(csv, first, dataset));
    text_add(out, "</th><td>");
    page_add_short_title(out, "method", csv_cell(csv, first, method));
    variant_add(out, csv, first);
    text_add(out, "</td>");
    for (size_t c = 0; c < column_count; c++) {
        double sum = 0, count = 0;
        for (size_t row = first; row < csv->rows; row++) {
            const double value = csv_number(csv, row, csv_column(csv, columns[c]));
            if (!same_config(csv, first, row) || isnan(value))
                continue;
            sum += value;
            count++;
        }
        text_add(out, "<td>%s</td>",
                 page_fixed(count > 0 ? sum / count : NAN, fmin(column_most(csv, columns[c]), 999)).text);
    }
    text_add(out, "</tr>\n");
}

void page_add_summary(struct page *page)
{
    static const char *const columns[] = {"accuracy", "nll", "ece", "brier", "entropy", "train_seconds", "peak_mib"};
    static const char *const heads[] = {"accuracy", "NLL", "ECE", "Brier", "entropy", "training (s)", "peak (MiB)"};
    enum { COLUMNS = sizeof columns / sizeof columns[0] };
    const struct page_table *table = page_table(page, "summary");
    if (!table || table->csv.rows == 0)
        return;
    const struct csv *csv = &table->csv;
    struct text_buffer *out = &page->out;
    text_add(out,
             "<section id=\"runs\"><h2>The runs in short</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
             "aria-label=\"Runs in short\"><table class=\"numbers\"><caption>unpruned networks on the test items; "
             "means over seeds</caption><thead><tr><th scope=\"col\">data</th><th scope=\"col\">method</th>");
    for (size_t c = 0; c < COLUMNS; c++)
        text_add(out, "<th scope=\"col\">%s</th>", heads[c]);
    text_add(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < page->dataset_count; i++) {
        for (size_t row = 0; row < csv->rows; row++) {
            bool known = strcmp(csv_cell(csv, row, csv_column(csv, "dataset")), page->datasets[i]) != 0;
            for (size_t before = 0; before < row && !known; before++)
                known = same_config(csv, before, row);
            if (!known)
                summary_row_add(out, csv, row, columns, COLUMNS);
        }
    }
    text_add(out, "</tbody></table></div></section>\n");
}

/* lib/report/page_facts.c: what a reader must know before any number: what the runs are, and why they may decide
 * nothing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "report/page.h"
#include "run/provenance.h"

enum { DATE_LENGTH = sizeof "2026-01-31" - 1, TIME_LENGTH = sizeof "2026-01-31T12:34" - 1 };

/* Rows of `provenance` with a key and a value other than "". */
static bool is_value_of(const struct csv *csv, size_t row, const char *key)
{
    return strcmp(csv_cell(csv, row, csv_column(csv, "key")), key) == 0 &&
           *csv_cell(csv, row, csv_column(csv, "value")) != '\0';
}

const char *page_provenance(const struct page *page, const char *dataset, const char *key)
{
    const struct page_table *table = page_table(page, "provenance");
    for (size_t row = 0; table && row < table->csv.rows; row++) {
        if (is_value_of(&table->csv, row, key) &&
            (!*dataset || strcmp(csv_cell(&table->csv, row, csv_column(&table->csv, "dataset")), dataset) == 0))
            return csv_cell(&table->csv, row, csv_column(&table->csv, "value"));
    }
    return "";
}

/* How many runs have this value. */
static size_t runs_with(const struct page *page, const char *key, const char *value)
{
    const struct page_table *table = page_table(page, "provenance");
    size_t count = 0;
    for (size_t row = 0; table && row < table->csv.rows; row++)
        count += is_value_of(&table->csv, row, key) &&
                 strcmp(csv_cell(&table->csv, row, csv_column(&table->csv, "value")), value) == 0;
    return count;
}

/* The first and the last start time of the runs; "" if none has one. */
static void started_find(const struct page *page, const char **first, const char **last)
{
    const struct page_table *table = page_table(page, "provenance");
    *first = *last = "";
    for (size_t row = 0; table && row < table->csv.rows; row++) {
        if (!is_value_of(&table->csv, row, "started"))
            continue;
        const char *value = csv_cell(&table->csv, row, csv_column(&table->csv, "value"));
        *first = !**first || strcmp(value, *first) < 0 ? value : *first;
        *last = strcmp(value, *last) > 0 ? value : *last;
    }
}

void page_add_name(const struct page *page, struct text_buffer *out)
{
    const char *profile = page_provenance(page, "", PROVENANCE_CONFIG "run.profile"), *first, *last;
    started_find(page, &first, &last);
    page_escape(out, *profile ? profile : page->name);
    if (*last) {
        text_add(out, ", ");
        page_escape_part(out, last, strnlen(last, DATE_LENGTH));
    }
}

size_t page_seeds(const struct page *page, const char *dataset)
{
    const struct page_table *table = page_table(page, "summary");
    size_t count = 0;
    const char **seeds = table ? page_distinct(table, "seed", dataset, &count, page->out.error) : NULL;
    memory_free(seeds);
    return count;
}

double page_items(const struct page *page, const char *dataset)
{
    const struct page_table *table = page_table(page, "rejection_band");
    double most = NAN;
    for (size_t row = 0; table && row < table->csv.rows; row++) {
        if (strcmp(csv_cell(&table->csv, row, csv_column(&table->csv, "dataset")), dataset) == 0)
            most = fmax(most, csv_number(&table->csv, row, csv_column(&table->csv, "items")));
    }
    return most;
}

/* Seconds in human-readable form. */
static void duration_add(struct text_buffer *out, double seconds)
{
    if (seconds < 90)
        text_add(out, "%.0f s", seconds);
    else if (seconds < 90.0 * 60)
        text_add(out, "%.0f min", seconds / 60);
    else
        text_add(out, "%.1f h", seconds / 3600);
}

static double training_seconds(const struct page *page)
{
    const struct page_table *table = page_table(page, "summary");
    double sum = 0;
    for (size_t row = 0; table && row < table->csv.rows; row++) {
        const double seconds = csv_number(&table->csv, row, csv_column(&table->csv, "train_seconds"));
        sum += isnan(seconds) ? 0 : seconds;
    }
    return sum;
}

static void fact_begin(struct text_buffer *out, const char *term)
{
    text_add(out, "<div><dt>%s</dt><dd>", term);
}

/* A key's values, comma-separated. */
static void values_add(struct page *page, const char *key)
{
    const struct page_table *table = page_table(page, "provenance");
    const struct csv *csv = &table->csv;
    size_t shown = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        const char *value = csv_cell(csv, row, csv_column(csv, "value"));
        bool known = !is_value_of(csv, row, key);
        for (size_t before = 0; before < row && !known; before++)
            known =
                is_value_of(csv, before, key) && strcmp(csv_cell(csv, before, csv_column(csv, "value")), value) == 0;
        if (known)
            continue;
        text_add(&page->out, "%s", shown++ > 0 ? ", " : "");
        page_escape(&page->out, value);
    }
}

void page_add_facts(struct page *page)
{
    struct text_buffer *out = &page->out;
    const struct page_table *summary = page_table(page, "summary");
    const char *first, *last;
    started_find(page, &first, &last);
    text_add(out, "<dl class=\"facts\">\n");
    fact_begin(out, "runs");
    text_add(out, "%zu of %zu seed%s</dd></div>\n", summary ? summary->csv.rows : page->run_count, page_seeds(page, ""),
             page_seeds(page, "") == 1 ? "" : "s");
    if (*page_provenance(page, "", PROVENANCE_CONFIG "run.profile")) {
        fact_begin(out, "profile");
        values_add(page, PROVENANCE_CONFIG "run.profile");
        text_add(out, "</dd></div>\n");
    }
    if (*last) {
        fact_begin(out, "started");
        page_escape_part(out, first, strnlen(first, TIME_LENGTH));
        text_add(out, " to ");
        page_escape_part(out, last, strnlen(last, TIME_LENGTH));
        text_add(out, " (UTC)</dd></div>\n");
    }
    if (*page_provenance(page, "", "processor")) {
        fact_begin(out, "machine");
        values_add(page, "processor");
        text_add(out, "; cores: ");
        values_add(page, "cores");
        text_add(out, "</dd></div>\n");
    }
    if (summary && training_seconds(page) > 0) {
        fact_begin(out, "training took");
        duration_add(out, training_seconds(page));
        text_add(out, " in all</dd></div>\n");
    }
    text_add(out, "</dl>\n");
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
            bool synthetic = dataset_source_is_synthetic(sources[s]);
            if (!synthetic && !strstr(sources[s], "not the official") && !strstr(sources[s], "validation"))
                continue;
            text_add(out, "<p class=\"warning%s\"><strong>", synthetic ? " grave" : "");
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

bool page_is_smoke(const struct page *page)
{
    return runs_with(page, PROVENANCE_CONFIG "run.profile", "smoke") > 0;
}

void page_add_reservations(struct page *page)
{
    struct text_buffer *out = &page->out;
    const size_t smoke = runs_with(page, PROVENANCE_CONFIG "run.profile", "smoke"),
                 validation = runs_with(page, PROVENANCE_CONFIG "data.evaluate", "validation");
    if (smoke > 0)
        text_add(out,
                 "<p class=\"warning grave\"><strong>Smoke profile</strong>: %zu of these runs are try-outs, tiny "
                 "networks on slices of the data. They show that every step works, and decide nothing.</p>\n",
                 smoke);
    if (validation > 0)
        text_add(out,
                 "<p class=\"warning grave\"><strong>Validation runs</strong>: %zu of these runs were measured on the "
                 "validation split, by which settings are chosen. They decide nothing.</p>\n",
                 validation);
    if (page_seeds(page, "") == 1)
        text_add(out,
                 "<p class=\"warning\"><strong>One seed</strong>: intervals are over the test items alone, and say "
                 "nothing about another training run. <code>./run_all.sh --seeds 5</code> makes them cover both, "
                 "and comparisons of methods decidable.</p>\n");
    page_add_warnings(page, "");
}

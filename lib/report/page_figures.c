/* lib/report/page_figures.c: the drawn figures as inline SVG. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "report/page.h"

enum { SVG_BYTES_MAX = 20 << 20 };

/* gnuplot gives the same ids in every file. In one page each figure's must be its own, and so must the references.
 * Those of its plots, which come again in each panel and to which nothing refers, become data attributes. */
static void svg_add_own_ids(struct text_buffer *out, const char *svg, size_t figure)
{
    static const char *const marks[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    const char *copied = svg;
    for (const char *at = svg; *at; at++) {
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            size_t length = strlen(marks[i]);
            if (*at != marks[i][0] || strncmp(at, marks[i], length) != 0)
                continue;
            bool plot = strncmp(at + length, "gnuplot_plot", strlen("gnuplot_plot")) == 0;
            if (plot)
                text_add(out, "%.*s data-plot=%c", (int)(at - copied), copied, at[length - 1]);
            else
                text_add(out, "%.*sf%zu-", (int)((size_t)(at - copied) + length), copied, figure);
            copied = at + length;
        }
    }
    text_add(out, "%s", copied);
}

/* The file from its <svg on, named by its title and described by what its tables say. */
static enum status svg_add(struct page *page, const char *path, const char *title, const char *description,
                           struct error *error)
{
    char *text = NULL;
    enum status status = file_read_text(path, SVG_BYTES_MAX, &text, error);
    if (status != STATUS_OK)
        return status;
    const char *svg = strstr(text, "<svg"), *body = svg ? strchr(svg, '>') : NULL;
    const char *described = body ? strstr(body, "</desc>") : NULL;
    if (!body) {
        memory_free(text);
        return error_set(
            error, STATUS_DATA,
            "%s: is not an SVG picture, as plots/draw.sh draws it; draw the figures into another directory and "
            "report on that, or keep this file elsewhere",
            path);
    }
    size_t n = page->figures_shown;
    text_add(&page->out, "<svg role=\"img\" aria-labelledby=\"f%zu-title f%zu-about\" %.*s>\n", n, n,
             (int)(body - svg - 4), svg + 4);
    text_add(&page->out, "<title id=\"f%zu-title\">", n);
    page_escape(&page->out, title);
    text_add(&page->out, "</title>\n<desc id=\"f%zu-about\">%s</desc>\n", n, description);
    svg_add_own_ids(&page->out, described ? described + strlen("</desc>") : body + 1, n);
    memory_free(text);
    return STATUS_OK;
}

/* One figure, where it was drawn. */
static enum status figure_add(struct page *page, const struct page_figure *figure, const char *dataset,
                              const char *chosen, struct error *error)
{
    char path[PATH_SIZE], title[512];
    (void)snprintf(path, sizeof path, "%s/figures/%s%s%s%s%s.svg", page->directory, figure->name, *chosen ? "_" : "",
                   chosen, *dataset ? "_" : "", dataset);
    if (access(path, F_OK) != 0)
        return STATUS_OK;
    (void)snprintf(title, sizeof title, "%s%s%s%s%s", *dataset ? page_title("dataset", dataset) : "",
                   *chosen ? ", " : "", *chosen ? page_title(figure->each, chosen) : "", *dataset ? ": " : "",
                   figure->title);
    struct text_buffer about = text_begin(error);
    text_add(&about, "%s", "");
    page_describe(page, figure, dataset, chosen, &about);
    char *description = text_take(&about);
    if (!description)
        return STATUS_NO_MEMORY;
    page->figures_shown++;
    struct text_buffer *out = &page->out;
    text_add(out,
             "<figure class=\"figure figure-%s\">\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
             figure->name);
    page_escape(out, title);
    text_add(out, "\">\n");
    enum status status = svg_add(page, path, title, description, error);
    text_add(out, "</div>\n<figcaption>");
    page_escape(out, title);
    text_add(out, "<details><summary>in words</summary><p>%s</p></details></figcaption>\n</figure>\n", description);
    memory_free(description);
    return status;
}

static bool is_of(const struct page_figure *figure, const char *dataset)
{
    if (!*dataset || strcmp(figure->datasets, "-") == 0)
        return !*dataset && strcmp(figure->datasets, "-") == 0;
    char list[512], wanted[80];
    (void)snprintf(list, sizeof list, ",%s,", figure->datasets);
    (void)snprintf(wanted, sizeof wanted, ",%s,", dataset);
    return strcmp(figure->datasets, "all") == 0 || strstr(list, wanted) != NULL;
}

/* A figure for each value of its column `each`, or the one. */
static enum status figure_add_all(struct page *page, const struct page_figure *figure, const char *dataset,
                                  struct error *error)
{
    if (strcmp(figure->each, "-") == 0)
        return figure_add(page, figure, dataset, "", error);
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(figure->tables, "/"), figure->tables);
    const struct page_table *table = page_table(page, name);
    if (!table)
        return STATUS_OK;
    size_t count;
    const char **values = page_distinct(table, figure->each, dataset, &count, error);
    enum status status = values ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = figure_add(page, figure, dataset, values[i], error);
    memory_free(values);
    return status;
}

enum status page_add_figures(struct page *page, const char *dataset, struct error *error)
{
    enum status status = STATUS_OK;
    text_add(&page->out, "<div class=\"figures\">\n");
    for (size_t i = 0; i < page->figure_count && status == STATUS_OK; i++) {
        if (is_of(&page->figures[i], dataset))
            status = figure_add_all(page, &page->figures[i], dataset, error);
    }
    text_add(&page->out, "</div>\n");
    return status;
}

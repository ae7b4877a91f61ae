/* lib/report/page_figures.c: the drawn figures as inline SVG. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "report/page.h"
#include "report/svg_clean.h"

/* The drawing that the file has, named by its title and described by what its tables say (HTML). */
static enum status svg_add(struct page *page, const char *path, const char *title, const char *description,
                           size_t *left_out, struct error *error)
{
    unsigned char *bytes = NULL;
    size_t count = 0, n = page->figures_shown;
    char prefix[32]; /* gnuplot gives the same ids in every file */
    struct svg_drawing drawing = {0};
    (void)snprintf(prefix, sizeof prefix, "f%zu-", n);
    enum status status = page_file_check(page, path, error);
    if (status == STATUS_OK)
        status = file_read(path, SVG_BYTES_MAX, &bytes, &count, error);
    if (status == STATUS_OK)
        status = svg_clean(bytes, count, path, prefix, &drawing, error);
    if (status == STATUS_OK) {
        text_add(&page->out, "<svg role=\"img\" aria-labelledby=\"f%zu-title f%zu-about\" %s>\n", n, n,
                 drawing.attributes);
        text_add(&page->out, "<title id=\"f%zu-title\">", n);
        page_escape(&page->out, title);
        text_add(&page->out, "</title>\n<desc id=\"f%zu-about\">%s</desc>\n%s", n, description, drawing.body);
        *left_out = drawing.left_out;
    }
    svg_free(&drawing);
    memory_free(bytes);
    return status;
}

/* One figure, where it was drawn. */
static enum status figure_add(struct page *page, const struct page_figure *figure, const char *dataset,
                              const char *chosen, struct error *error)
{
    char path[PATH_SIZE], title[512];
    if (*chosen && !csv_is_name(chosen)) /* no name of a figure; draw.sh draws none of it */
        return STATUS_OK;
    const int length = snprintf(path, sizeof path, "%s/figures/%s%s%s%s%s.svg", page->directory, figure->name,
                                *chosen ? "_" : "", chosen, *dataset ? "_" : "", dataset);
    if (length < 0 || (size_t)length >= sizeof path || path_is_absent(path))
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
    text_add(out, "<figure class=\"figure figure-");
    page_escape(out, figure->name);
    text_add(out, "\">\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    page_escape(out, title);
    text_add(out, "\">\n");
    size_t left_out = 0;
    enum status status = svg_add(page, path, title, description, &left_out, error);
    text_add(out, "</div>\n<figcaption>");
    page_escape(out, title);
    if (left_out > 0) {
        text_add(out, "<p class=\"warning\">%zu parts of <code>", left_out);
        page_escape(out, path);
        text_add(out, "</code> draw nothing (scripts, styles, links) and were left out: it is not as "
                      "<code>plots/draw.sh</code> drew it.</p>");
    }
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

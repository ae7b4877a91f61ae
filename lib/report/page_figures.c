/* lib/report/page_figures.c: the drawn figures as inline SVG. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "report/page.h"
#include "results/glossary.h"
#include "report/svg_clean.h"

/* A drawing of this many bytes has thousands of lines or pixels, which a browser redraws with every change of its
 * window. The page shows its picture instead, if there is one next to it; the drawing is a link away. */
enum { SVG_INLINE_MAX = 150000, PNG_BYTES_MAX = 1 << 20 };

/* The PNG next to a drawing as the body of an SVG element; *there is false if there is none, or it is too large. */
static enum status picture_body(struct page *page, const char *svg_path, bool *there, struct text_buffer *body,
                                struct error *error)
{
    char path[PATH_SIZE];
    unsigned char *bytes = NULL;
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%.*s.png", (int)(strlen(svg_path) - 4), svg_path);
    *there = !path_is_absent(path);
    if (!*there)
        return STATUS_OK;
    enum status status = page_file_check(page, path, error);
    if (status == STATUS_OK)
        status = file_read(path, PNG_BYTES_MAX, &bytes, &count, error);
    if (status == STATUS_OK) {
        text_add(body, "<rect width=\"100%%\" height=\"100%%\" fill=\"rgb(255,255,255)\"/><image width=\"100%%\" "
                       "height=\"100%%\" href=\"data:image/png;base64,");
        page_base64(body, bytes, count);
        text_add(body, "\"/>");
    }
    memory_free(bytes);
    return status;
}

/* The drawing in the file, named by its title and described by its tables (HTML). */
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
    bool pictured = false;
    struct text_buffer body = text_begin(error);
    if (status == STATUS_OK && count > SVG_INLINE_MAX)
        status = picture_body(page, path, &pictured, &body, error);
    char *picture = text_take(&body);
    if (status == STATUS_OK && !picture)
        status = STATUS_NO_MEMORY;
    const bool follows = status == STATUS_OK && !pictured && page_note_colours(page, drawing.body, &status, error);
    if (status == STATUS_OK) {
        text_add(&page->out, "<svg role=\"img\" class=\"%s\" aria-labelledby=\"f%zu-title f%zu-about\" %s>\n",
                 follows ? "curves" : "picture", n, n, drawing.attributes);
        text_add(&page->out, "<title id=\"f%zu-title\">", n);
        page_escape(&page->out, title);
        text_add(&page->out, "</title>\n<desc id=\"f%zu-about\">%s</desc>\n%s", n, description,
                 pictured ? picture : drawing.body);
        *left_out = drawing.left_out;
    }
    memory_free(picture);
    svg_free(&drawing);
    memory_free(bytes);
    return status;
}

/* A figure's place in the page and its files. */
struct drawn {
    const struct page_figure *figure;
    const char *dataset, *chosen;
    char name[256]; /* of its files, without extension */
    char title[512];
};

static bool file_is_there(const struct page *page, const char *name, const char *ending)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/figures/%s.%s", page->directory, name, ending);
    return !path_is_absent(path) && page_file_check(page, path, NULL) == STATUS_OK;
}

/* Links to the figure's files, of any kind, and to its tables. */
static void downloads_add(struct page *page, const struct drawn *drawn)
{
    static const char *const endings[] = {"svg", "png", "pdf", "gif"};
    struct text_buffer *out = &page->out;
    text_add(out, "<p class=\"links\">");
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (file_is_there(page, drawn->name, endings[i]))
            text_add(out, "<a href=\"figures/%s.%s\">%s</a> ", drawn->name, endings[i], endings[i]);
    }
    for (const char *spec = drawn->figure->tables; spec && *spec;
         spec = strchr(spec, ',') ? strchr(spec, ',') + 1 : NULL) {
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(spec, "/,"), spec);
        if (page_table(page, name))
            text_add(out, "<a href=\"tables/%s.csv\" data-csv=\"%s\" download=\"%s.csv\">%s.csv</a> ", name, name, name,
                     name);
    }
    text_add(out, "<a class=\"anchor\" href=\"#figure-%s\">#&hairsp;%s</a></p>\n", drawn->name, drawn->name);
}

/* The drawing, and the text below it. */
static enum status drawing_add(struct page *page, const struct drawn *drawn, const char *path, struct error *error)
{
    struct text_buffer about = text_begin(error), *out = &page->out;
    text_add(&about, "%s", "");
    page_describe(page, drawn->figure, drawn->dataset, drawn->chosen, &about);
    char *description = text_take(&about);
    if (!description)
        return STATUS_NO_MEMORY;
    page->figures_shown++;
    text_add(out, "<figure id=\"figure-%s\" class=\"figure figure-", drawn->name);
    page_escape(out, drawn->figure->name);
    text_add(out, "\">\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    page_escape(out, drawn->title);
    text_add(out, "\">\n");
    size_t left_out = 0;
    enum status status = svg_add(page, path, drawn->title, description, &left_out, error);
    text_add(out, "</div>\n<figcaption>");
    page_add_caption(page, drawn->figure, drawn->dataset);
    if (left_out > 0)
        text_add(
            out,
            "<p class=\"warning\">%zu parts of <code>figures/%s.svg</code> draw nothing (scripts, styles, links) and "
            "were left out: it is not as <code>plots/draw.sh</code> drew it.</p>",
            left_out, drawn->name);
    downloads_add(page, drawn);
    text_add(out, "<details><summary>in words</summary><p>%s</p></details></figcaption>\n</figure>\n", description);
    memory_free(description);
    return status;
}

/* Called for each figure that was drawn. */
typedef enum status figure_visitor(struct page *page, const struct drawn *drawn, struct error *error);

/* In the grid: one that has an SVG. */
static enum status figure_add(struct page *page, const struct drawn *drawn, struct error *error)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/figures/%s.svg", page->directory, drawn->name);
    return path_is_absent(path) ? STATUS_OK : drawing_add(page, drawn, path, error);
}

/* In the contents: all of them, as a link to the drawing, or to the file if it is only a film or picture. */
static enum status contents_add(struct page *page, const struct drawn *drawn, struct error *error)
{
    static const char *const endings[] = {"gif", "png", "pdf"};
    struct text_buffer *out = &page->out;
    char path[PATH_SIZE];
    const char *title = drawn->title;
    (void)error;
    (void)snprintf(path, sizeof path, "%s/figures/%s.svg", page->directory, drawn->name);
    if (*drawn->dataset && strstr(title, ": "))
        title = *drawn->chosen ? strstr(title, ", ") + 2 : strstr(title, ": ") + 2;
    if (!path_is_absent(path)) {
        text_add(out, "<li><a href=\"#figure-%s\">", drawn->name);
        page_escape(out, title);
        text_add(out, "</a></li>\n");
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (!file_is_there(page, drawn->name, endings[i]))
            continue;
        text_add(out, "<li><a href=\"figures/%s.%s\">", drawn->name, endings[i]);
        page_escape(out, title);
        text_add(out, " (%s)</a></li>\n", endings[i]);
        break;
    }
    return STATUS_OK;
}

/* One figure, if its names can be file names. */
static enum status figure_visit(struct page *page, const struct page_figure *figure, const char *dataset,
                                const char *chosen, figure_visitor *visit, struct error *error)
{
    struct drawn drawn = {figure, dataset, chosen, "", ""};
    if (*chosen && !csv_is_figure_name(chosen)) /* not a figure's name; draw.sh does not draw it */
        return STATUS_OK;
    const int length = snprintf(drawn.name, sizeof drawn.name, "%s%s%s%s%s", figure->name, *chosen ? "_" : "", chosen,
                                *dataset ? "_" : "", dataset);
    if (length < 0 || (size_t)length >= sizeof drawn.name || !csv_is_figure_name(drawn.name))
        return STATUS_OK;
    (void)snprintf(drawn.title, sizeof drawn.title, "%s%s%s%s%s", *dataset ? glossary_title("dataset", dataset) : "",
                   *chosen ? ", " : "", *chosen ? glossary_title(figure->each, chosen) : "", *dataset ? ": " : "",
                   figure->title);
    return visit(page, &drawn, error);
}

static bool is_of(const struct page_figure *figure, const char *dataset)
{
    if (!*dataset || strcmp(figure->datasets, "-") == 0)
        return !*dataset && strcmp(figure->datasets, "-") == 0;
    char list[512], wanted[80], excepted[80];
    (void)snprintf(list, sizeof list, ",%s,", figure->datasets);
    (void)snprintf(wanted, sizeof wanted, ",%s,", dataset);
    (void)snprintf(excepted, sizeof excepted, ",-%s,", dataset);
    return !strstr(list, excepted) && (strstr(list, ",all,") || strstr(list, wanted));
}

/* A figure for each value of its column `each`, or just one. */
static enum status figures_visit_row(struct page *page, const struct page_figure *figure, const char *dataset,
                                     figure_visitor *visit, struct error *error)
{
    if (strcmp(figure->each, "-") == 0)
        return figure_visit(page, figure, dataset, "", visit, error);
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(figure->tables, "/"), figure->tables);
    const struct page_table *table = page_table(page, name);
    if (!table)
        return STATUS_OK;
    size_t count;
    const char **values = page_distinct(table, figure->each, dataset, &count, error);
    enum status status = values ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = figure_visit(page, figure, dataset, values[i], visit, error);
    memory_free(values);
    return status;
}

/* In the registry's order. */
static enum status figures_visit(struct page *page, const char *dataset, enum page_subject subject,
                                 figure_visitor *visit, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < page->figure_count && status == STATUS_OK; i++) {
        const bool speed = strncmp(page->figures[i].name, "bench_", strlen("bench_")) == 0;
        if (is_of(&page->figures[i], dataset) && (*dataset || speed == (subject == PAGE_SPEED)))
            status = figures_visit_row(page, &page->figures[i], dataset, visit, error);
    }
    return status;
}

enum status page_add_figures(struct page *page, const char *dataset, enum page_subject subject, struct error *error)
{
    struct text_buffer *out = &page->out;
    text_add(out, "<nav class=\"contents\" aria-label=\"Figures%s", *dataset ? " of " : "");
    page_add_title(out, "dataset", dataset);
    text_add(out, "\"><ul>\n");
    enum status status = figures_visit(page, dataset, subject, contents_add, error);
    text_add(out, "</ul></nav>\n<div class=\"figures\">\n");
    if (status == STATUS_OK)
        status = figures_visit(page, dataset, subject, figure_add, error);
    text_add(out, "</div>\n");
    return status;
}

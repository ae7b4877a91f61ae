/* lib/report/page_sources.c: the tables for download, and the runs' provenance. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/store.h"
#include "report/page.h"
#include "run/run_store.h"

/* Larger tables stay files next to the page: a page should be easy to send on. */
enum { DOWNLOAD_BYTES_MAX = 1 << 20 };

/* A table within the page, without this machine's paths; a large one as a link if there is a file of it `beside` the
 * page. */
static void download_add(struct text_buffer *out, const struct page_table *table, bool beside)
{
    const bool large = strlen(table->text) > DOWNLOAD_BYTES_MAX, told = !large && page_has_path(table->text);
    char *pathless = told ? page_pathless(table->text, out->error) : NULL;
    out->failed = out->failed || (told && !pathless);
    const char *text = pathless ? pathless : table->text;
    text_add(out, "<li>");
    if (large && beside)
        text_add(out, "<a href=\"tables/%s.csv\">", table->name);
    if (!large) {
        text_add(out, "<a class=\"table-data\" data-table=\"%s\" download=\"%s.csv\" href=\"data:text/csv;base64,",
                 table->name, table->name);
        page_base64(out, (const unsigned char *)text, strlen(text));
        text_add(out, "\">");
    }
    text_add(out, "%s.csv%s <span class=\"faint\">%zu rows%s%s</span></li>\n", table->name,
             large && !beside ? "" : "</a>", table->csv.rows,
             large ? "; too large for this page: a file beside it" : "",
             told ? "; paths of the machine are cut to their last names" : "");
    memory_free(pathless);
}

void page_add_downloads(struct page *page)
{
    struct text_buffer *out = &page->out;
    text_add(out,
             "<section id=\"tables\"><h2>Tables</h2>\n<p>Each one in long format, one observation a row; "
             "<code>tenth table --list</code> says what is in them. Links to figures and to large tables go to files "
             "beside this page; all other tables are in it.</p>\n<ul class=\"downloads\">\n");
    for (size_t i = 0; i < page->table_count; i++)
        download_add(out, &page->tables[i], true);
    download_add(out, &page->talk_pruning, false);
    download_add(out, &page->talk_uncertainty, false);
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
    page_escape_pathless(out, shown);
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
        page_escape_pathless(out, config);
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

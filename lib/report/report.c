#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/sha256.h"
#include "report/page.h"
#include "report_page.h" /* page.css and page.js as texts; made by the Makefile */
#include "run/provenance.h"

/* Identifies the style and the script in the page's policy: "'sha256-...'" of the exact text between the tags. */
static void hash_add(struct text_buffer *out, const char *text)
{
    struct sha256 hash;
    uint8_t bytes[SHA256_SIZE];
    sha256_begin(&hash);
    sha256_add(&hash, text, strlen(text));
    sha256_end_bytes(&hash, bytes);
    text_add(out, "'sha256-");
    page_base64(out, bytes, sizeof bytes);
    text_add(out, "'");
}

/* Everything in the page is escaped. If something were not, the policy would still block other scripts and styles, and
 * all fetching and sending. */
static void policy_add(struct text_buffer *out, const char *style)
{
    text_add(out,
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src ");
    hash_add(out, style);
    text_add(out, "; script-src ");
    hash_add(out, page_js);
    text_add(out, "; base-uri 'none'; form-action 'none'\">\n");
}

static void head_add(const struct page *page, const char *style, struct text_buffer *out)
{
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    policy_add(out, style);
    text_add(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<link rel=\"icon\" href=\"data:,\">\n<title>tenth: ");
    page_add_name(page, out);
    text_add(out,
             "</title>\n<style>%s</style>\n</head>\n<body id=\"top\">\n<a class=\"skip\" href=\"#main\">to the "
             "results</a>\n",
             style);
}

static bool has_claims(const struct page *page)
{
    return page_table(page, "claims") && page_table(page, "claims")->csv.rows > 0;
}

static void contents_add(struct page *page)
{
    struct text_buffer *out = &page->out;
    text_add(out, "<nav class=\"sections\" aria-label=\"Sections\"><ul>\n<li><a href=\"#top\">top</a></li>\n"
                  "<li><a href=\"#pruned\">pruning</a></li>\n");
    if (has_claims(page))
        text_add(out, "<li><a href=\"#claims\">claims</a></li>\n");
    for (size_t i = 0; i < page->dataset_count; i++) {
        text_add(out, "<li><a href=\"#%s\">", page->datasets[i]);
        page_add_title(out, "dataset", page->datasets[i]);
        text_add(out, "</a></li>\n");
    }
    text_add(out, "<li><a href=\"#ideas\">ideas</a></li>\n<li><a href=\"#speed\">speed</a></li>\n<li><a "
                  "href=\"#runs\">runs</a></li>\n"
                  "<li><a href=\"#tables\">tables</a></li>\n<li><a href=\"#provenance\">provenance</a></li>\n</ul>\n"
                  "<button type=\"button\" id=\"theme\" hidden>colours: as the system</button></nav>\n");
}

static void header_add(struct page *page)
{
    struct text_buffer *out = &page->out;
    text_add(out,
             "<header>\n<h1>How far can a Bayesian neural network be pruned, and does it know what it does not "
             "know?</h1>\n<p>The talk <cite>Bayesian Deep Learning with 10&thinsp;%% of the weights</cite>, redrawn "
             "from the runs in <code>");
    page_escape(out, page->name);
    text_add(out, "</code>.</p>\n");
    page_add_facts(page);
    text_add(out, "</header>\n");
    contents_add(page);
    text_add(out, "<main id=\"main\" tabindex=\"-1\">\n");
}

/* The place for the script's charts of a data set. */
static void explorers_add(struct page *page, const char *dataset, const char *kinds)
{
    struct text_buffer *out = &page->out;
    text_add(out, "<div class=\"explorers\" data-kinds=\"%s\" data-dataset=\"%s\" data-title=\"", kinds, dataset);
    page_add_title(out, "dataset", dataset);
    text_add(out, "\"></div>\n");
}

/* The pruning curves of all data sets side by side: the page's argument. */
static void pruned_add(struct page *page)
{
    text_add(&page->out,
             "<section id=\"pruned\"><h2>Pruned, step by step</h2>\n<p>Accuracy as weights go, beside the talk's "
             "(dashed). Bands are 95&thinsp;%% intervals.</p>\n<noscript><p>These charts need the page's script; "
             "the same curves are figures of each data set below.</p></noscript>\n<div class=\"heroes\">\n");
    for (size_t i = 0; i < page->dataset_count; i++)
        explorers_add(page, page->datasets[i], "pruning");
    text_add(&page->out, "</div></section>\n");
}

static enum status dataset_add(struct page *page, const char *dataset, struct error *error)
{
    struct text_buffer *out = &page->out;
    text_add(out, "<section id=\"%s\" class=\"dataset\"><h2>", dataset);
    page_add_title(out, "dataset", dataset);
    text_add(out, "</h2>\n");
    page_add_warnings(page, dataset);
    page_add_talk(page, dataset);
    explorers_add(page, dataset, "perturbing stills");
    enum status status = page_add_stills(page, dataset, error);
    if (status == STATUS_OK)
        status = page_add_figures(page, dataset, PAGE_IDEAS, error);
    text_add(out, "</section>\n");
    return status;
}

/* The displayed names of methods and criteria, for the script. */
static void titles_add(struct page *page)
{
    static const char *const registries[] = {"method", "criterion", "perturbation"};
    static const char *const columns[][2] = {
        {"prune_band", "method"}, {"prune_band", "criterion"}, {"perturb_band", "perturbation"}};
    struct text_buffer *out = &page->out;
    text_add(out, "<dl id=\"titles\" hidden>\n");
    for (size_t i = 0; i < 3; i++) {
        const struct page_table *table = page_table(page, columns[i][0]);
        size_t count = 0;
        const char **names = table ? page_distinct(table, columns[i][1], "", &count, out->error) : NULL;
        for (size_t k = 0; names && k < count; k++) {
            text_add(out, "<dt>");
            page_escape(out, names[k]);
            text_add(out, "</dt><dd>");
            page_add_title(out, registries[i], names[k]);
            text_add(out, "</dd>\n");
        }
        memory_free(names);
    }
    text_add(out, "</dl>\n");
}

static void foot_add(struct page *page)
{
    struct text_buffer *out = &page->out;
    struct provenance provenance;
    provenance_gather(&provenance);
    titles_add(page);
    page_add_look(page);
    text_add(out, "</main>\n<footer><p>Written by <code>tenth report</code> %s, commit ", provenance.version);
    page_escape(out, provenance.commit);
    text_add(
        out,
        ". The talk: R. Romijnders, PyData Amsterdam 2018; its values are digitised from the slides.</p></footer>\n"
        "<script>%s</script>\n</body>\n</html>\n",
        page_js);
}

static enum status body_write(struct page *page, struct error *error)
{
    page->out = text_begin(error);
    header_add(page);
    text_add(&page->out, "<section id=\"summary\"><h2>In short</h2>\n");
    page_add_reservations(page);
    page_add_tiles(page);
    page_add_verdicts(page);
    text_add(&page->out,
             "<p class=\"printing\" hidden><label><input type=\"checkbox\" id=\"print-all\"> print everything, not "
             "only the summary</label></p>\n</section>\n");
    pruned_add(page);
    page_add_claims(page);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < page->dataset_count && status == STATUS_OK; i++)
        status = dataset_add(page, page->datasets[i], error);
    text_add(&page->out, "<section id=\"ideas\"><h2>The ideas</h2>\n");
    if (status == STATUS_OK)
        status = page_add_figures(page, "", PAGE_IDEAS, error);
    text_add(&page->out,
             "</section>\n<section id=\"speed\"><h2>Speed</h2>\n<p><code>tenth bench</code> measures it.</p>\n");
    if (status == STATUS_OK)
        status = page_add_figures(page, "", PAGE_SPEED, error);
    text_add(&page->out, "</section>\n");
    page_add_summary(page);
    page_add_downloads(page);
    if (status == STATUS_OK)
        status = page_add_provenance(page, error);
    foot_add(page);
    return status;
}

/* The head is made last, since it lists the figures' colours. */
static enum status page_write(struct page *page, char **html, size_t *size, struct error *error)
{
    enum status status = body_write(page, error);
    char *body = text_take(&page->out);
    struct text_buffer style = text_begin(error), whole = text_begin(error);
    text_add(&style, "%s", page_css);
    page_add_colours(page, &style);
    char *rules = text_take(&style);
    if (status == STATUS_OK && (!body || !rules))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        head_add(page, rules, &whole);
        text_add(&whole, "%s", body);
        *size = whole.used;
        *html = text_take(&whole);
        status = *html ? STATUS_OK : STATUS_NO_MEMORY;
    }
    memory_free(body);
    memory_free(rules);
    return status;
}

enum status report_write(const char *directory, const char *project, struct error *error)
{
    struct page page = {.directory = directory, .project = project};
    enum { BELOW = 512 }; /* leaves room for names below the two directories, whose paths have PATH_SIZE */
    char path[PATH_SIZE], *html = NULL;
    size_t size = 0;
    if (strlen(directory) + BELOW > sizeof path || strlen(project) + BELOW > sizeof path)
        return error_set(error, STATUS_USAGE, "%s: the path is too long", directory);
    (void)snprintf(path, sizeof path, "%s/report.html", directory);
    atomic_sweep(directory);
    enum status status = page_load(&page, error);
    if (status == STATUS_OK)
        status = page_write(&page, &html, &size, error);
    if (status == STATUS_OK)
        status = atomic_rewrite(path, html, size, error);
    memory_free(html);
    page_free(&page);
    return status;
}

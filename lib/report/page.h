/* lib/report/page.h: what the parts of the report share; private to lib/report. */
#ifndef TENTH_REPORT_PAGE_H
#define TENTH_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "io/csv.h"
#include "io/text_buffer.h"

/* For paths below the page's directories, which report_write has looked at: the names that are put after them fit. */
enum { PATH_SIZE = 4096 };

/* A table as it was written, and parsed. */
struct page_table {
    char name[64];
    char *text;
    struct csv csv;
};

/* A row of plots/figures.tsv. */
struct page_figure {
    char *name, *datasets, *each, *tables, *title, *formats;
};

struct page {
    const char *directory, *project;
    struct page_table *tables;
    size_t table_count;
    struct page_table talk_pruning, talk_uncertainty; /* results/reference */
    struct page_figure *figures;
    size_t figure_count;
    char *registry; /* the text that the figures' members point into */
    char **runs;    /* [run_count] paths of the run files, sorted by name */
    size_t run_count;
    char **datasets; /* [dataset_count] that the tables hold, in the order of the data set registry */
    size_t dataset_count;
    size_t figures_shown; /* so far; numbers the figures' ids */
    struct text_buffer out;
};

/* page_load.c: reads everything that the page is made of. page_free also after a failure. */
enum status page_load(struct page *page, struct error *error);
void page_free(struct page *page);

/* A table or figure has to be a file, and lie below the page's directory, whatever links say: STATUS_DATA if not. */
enum status page_file_check(const struct page *page, const char *path, struct error *error);

/* NULL when there is none of that name. */
const struct page_table *page_table(const struct page *page, const char *name);

/* The different values of a column in the rows of a data set ("" takes all), in order of appearance: a block of `count`
 * pointers into the table, which the caller frees with memory_free. NULL on failure, or with count 0. */
const char **page_distinct(const struct page_table *table, const char *column, const char *dataset, size_t *count,
                           struct error *error);

/* page_text.c: appends a text, or its first `length` bytes, as HTML has it between tags and in quoted attributes: what
 * is markup is escaped, control characters are shown as U+FFFD. All that comes from tables, run files and names of
 * files goes through these. */
void page_escape(struct text_buffer *out, const char *text);
void page_escape_part(struct text_buffer *out, const char *text, size_t length);
void page_base64(struct text_buffer *out, const unsigned char *bytes, size_t count);
/* A share as in ".985": as many digits as a difference between methods needs. "-" for NaN. */
struct page_number {
    char text[32];
};
struct page_number page_number(double value);

/* The title of a name in a registry ("dataset", "method", "criterion", "perturbation"); else the name. */
const char *page_title(const char *registry, const char *name);

/* Appends that title, escaped, with Greek letters where a criterion's formula spells them. */
void page_add_title(struct text_buffer *out, const char *registry, const char *name);

/* page_describe.c: appends, escaped, what a figure's tables say, for those who do not see it. */
void page_describe(const struct page *page, const struct page_figure *figure, const char *dataset, const char *chosen,
                   struct text_buffer *out);

/* page_figures.c: the drawn figures of a data set; of none: dataset "". */
enum status page_add_figures(struct page *page, const char *dataset, struct error *error);

/* page_stills.c: the pictures of a data set as data for the script; nothing where there are none. */
enum status page_add_stills(struct page *page, const char *dataset, struct error *error);

/* page_look.c: the looks of methods and criteria (look.def) as data for the script. */
void page_add_look(struct page *page);

/* What a colour of a figure, 0xRRGGBB on white, becomes on a dark page. */
unsigned int page_on_dark(unsigned int rgb);

/* page_parts.c: the parts that are made of tables and run files. */
void page_add_tiles(struct page *page);
void page_add_claims(struct page *page);
void page_add_talk(struct page *page, const char *dataset);
void page_add_downloads(struct page *page);
enum status page_add_provenance(struct page *page, struct error *error);
/* What must not be overlooked: stand-ins and files that are not the official ones. "" takes all data sets. */
void page_add_warnings(struct page *page, const char *dataset);
/* That runs are of the smoke profile, where any is. */
void page_add_smoke(struct page *page);

#endif

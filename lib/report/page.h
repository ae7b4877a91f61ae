/* lib/report/page.h: shared by the parts of the report; private to lib/report. */
#ifndef TENTH_REPORT_PAGE_H
#define TENTH_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "io/csv.h"
#include "io/text_buffer.h"

/* For paths below the page's directories, which report_write has checked: the names appended to them fit. */
enum { PATH_SIZE = 4096 };

/* Enough for the rows of caption.def. */
enum { PAGE_CAPTIONS_MAX = 100 };

/* A table as written, and parsed. */
struct page_table {
    char name[64];
    char *text;
    struct csv csv;
};

/* A row of plots/figures.tsv. */
struct page_figure {
    char *name, *datasets, *each, *tables, *title, *formats;
};

/* A colour attribute of a figure's SVG. */
struct page_colour {
    char attribute[8]; /* "fill", "stroke" or "color" */
    char value[32];    /* as it is written */
    unsigned int rgb;
    size_t drawing; /* the last one that had it */
};

/* Where figures of no single data set go: bench_* side by side, all others with the ideas. */
enum page_subject { PAGE_IDEAS, PAGE_SPEED };

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
    char **datasets; /* [dataset_count] in the tables: rows of the registry in its order, then others */
    size_t dataset_count;
    size_t figures_shown;                  /* so far; numbers the figures' ids */
    bool captions_told[PAGE_CAPTIONS_MAX]; /* whose history is in the page */
    char name[256];                        /* the directory's last name, for display: its path would reveal the
                                            * machine */
    struct page_colour *colours;
    size_t colour_count; /* that the figures have so far */
    struct text_buffer out;
};

/* page_load.c: reads everything for the page. page_free also after a failure. */
enum status page_load(struct page *page, struct error *error);
void page_free(struct page *page);

/* A table or figure must be a file below the page's directory, whatever links say: STATUS_DATA if not. */
enum status page_file_check(const struct page *page, const char *path, struct error *error);

/* NULL if there is none of that name. */
const struct page_table *page_table(const struct page *page, const char *name);

/* The different values of a column in the rows of a data set ("" takes all), in order of appearance: a block of `count`
 * pointers into the table, which the caller frees with memory_free. NULL on failure, or with count 0. */
const char **page_distinct(const struct page_table *table, const char *column, const char *dataset, size_t *count,
                           struct error *error);

/* page_text.c: appends a text, or its first `length` bytes, as HTML for use between tags and in quoted attributes:
 * markup is escaped, control characters become U+FFFD. Everything from tables, run files and file names goes through
 * these. */
void page_escape(struct text_buffer *out, const char *text);
void page_escape_part(struct text_buffer *out, const char *text, size_t length);
/* With a machine's absolute paths reduced to their last names. page_pathless: the caller frees; NULL on failure. */
void page_escape_pathless(struct text_buffer *out, const char *text);
char *page_pathless(const char *text, struct error *error);
bool page_has_path(const char *text);
void page_base64(struct text_buffer *out, const unsigned char *bytes, size_t count);
/* A share as in ".985": as many digits as a difference between methods needs. "-" for NaN. */
struct page_number {
    char text[32];
};
struct page_number page_number(double value);
/* With as many digits as a number of the size of `like` needs: compared numbers have the same. */
struct page_number page_fixed(double value, double like);
/* A count, with a comma between thousands; "–" for NaN. */
struct page_number page_count(double value);

/* Appends that title, escaped. */
void page_add_title(struct text_buffer *out, const char *registry, const char *name);
/* "VI: Gaussian mean field" is "VI" if room is scarce. */
void page_add_short_title(struct text_buffer *out, const char *registry, const char *name);

/* page_describe.c: appends, escaped, a figure's tables in words, for readers who cannot see it. */
void page_describe(const struct page *page, const struct page_figure *figure, const char *dataset, const char *chosen,
                   struct text_buffer *out);

/* page_figures.c: the drawn figures of a data set, after a table of contents; of none: dataset "", of that subject. */
enum status page_add_figures(struct page *page, const char *dataset, enum page_subject subject, struct error *error);

/* page_caption.c: the text below a figure (caption.def). */
void page_add_caption(struct page *page, const struct page_figure *figure, const char *dataset);

/* page_stills.c: the pictures of a data set as data for the script; nothing if there are none. */
enum status page_add_stills(struct page *page, const char *dataset, struct error *error);

/* page_look.c: the looks of methods and criteria as data for the script. */
void page_add_look(struct page *page);

/* Notes the colours of a drawing, which dark pages replace by dark counterparts; false: it contains pictures, and its
 * colours stay, since they have a meaning there. *status: STATUS_OK or STATUS_NO_MEMORY. */
bool page_note_colours(struct page *page, const char *drawing, enum status *status, struct error *error);
/* The style rules of the noted colours. */
void page_add_colours(const struct page *page, struct text_buffer *out);

/* The dark page's version of a figure's colour, 0xRRGGBB on white. */
unsigned int page_on_dark(unsigned int rgb);

/* page_facts.c: profile, date, machine, and important warnings. */
void page_add_name(const struct page *page, struct text_buffer *out); /* profile or directory, and date */
void page_add_facts(struct page *page);
/* Why the runs may decide nothing: smoke profile, validation split, one seed, stand-ins, unofficial files. */
void page_add_reservations(struct page *page);
/* The last two of one data set; "" takes all. */
void page_add_warnings(struct page *page, const char *dataset);
/* A key's value from the first run of a data set ("" takes any) that has one; "": none. */
const char *page_provenance(const struct page *page, const char *dataset, const char *key);
bool page_is_smoke(const struct page *page); /* whether any of the runs is of the smoke profile */
size_t page_seeds(const struct page *page, const char *dataset);
double page_items(const struct page *page, const char *dataset); /* test items; NaN: not known */

/* page_claims.c */
void page_add_verdicts(struct page *page); /* how many claims have each */
void page_add_claims(struct page *page);

/* page_parts.c: the parts made from tables. */
void page_add_tiles(struct page *page);
void page_add_talk(struct page *page, const char *dataset);
void page_add_summary(struct page *page);

/* page_sources.c */
void page_add_downloads(struct page *page);
enum status page_add_provenance(struct page *page, struct error *error);

#endif

/* lib/report/svg_clean.h: what of an SVG file may stand in a page.
 *
 * A figure is a file, which anybody may have written. What comes through draws and nothing else: elements and
 * attributes are on a list, which has what gnuplot writes; all others are left out, an element with what is in it:
 * scripts, handlers, styles, links, animations, other documents. References go to shapes of the same file and to PNG
 * pictures in it. */
#ifndef TENTH_REPORT_SVG_CLEAN_H
#define TENTH_REPORT_SVG_CLEAN_H

#include <stddef.h>

#include "core/error.h"

/* What a file may have: bytes, elements in each other, elements, attributes of an element. */
enum { SVG_BYTES_MAX = 20 << 20, SVG_DEPTH_MAX = 32, SVG_ELEMENTS_MAX = 400000, SVG_ATTRIBUTES_MAX = 32 };

struct svg_drawing {
    char *attributes; /* of <svg>, with blanks before each */
    char *body;       /* what comes after <svg ...>, with the </svg>; without the file's own title and description */
    size_t left_out;  /* elements and attributes that were left out */
};

/* Reads `count` bytes, which need no 0 at the end and may be anything; `name` stands for them in messages. Where
 * nothing is left out the text is the file's, but for ids: each begins with `prefix` then, for a page has many files,
 * and so do the references; ids of groups, to which nothing refers, become data-plot. STATUS_DATA, with the line: not
 * well formed XML, not in UTF-8, or with what no drawing needs (a document type, entities, CDATA, instructions), or
 * more than the bounds above allow. The drawing is then empty. */
enum status svg_clean(const void *bytes, size_t count, const char *name, const char *prefix,
                      struct svg_drawing *drawing, struct error *error);
void svg_free(struct svg_drawing *drawing);

#endif

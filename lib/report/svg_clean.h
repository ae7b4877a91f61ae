/* lib/report/svg_clean.h: the parts of an SVG file that a page may contain.
 *
 * A figure is a file, which anybody may have written. Only drawing passes: elements and attributes must be on a list,
 * which has what gnuplot writes; all others are omitted, elements with their content: scripts, handlers, styles, links,
 * animations, other documents. References go only to shapes and PNG pictures in the same file. */
#ifndef TENTH_REPORT_SVG_CLEAN_H
#define TENTH_REPORT_SVG_CLEAN_H

#include <stddef.h>

#include "core/error.h"

/* Limits for a file: bytes, nesting depth, elements, attributes of an element. */
enum { SVG_BYTES_MAX = 20 << 20, SVG_DEPTH_MAX = 32, SVG_ELEMENTS_MAX = 400000, SVG_ATTRIBUTES_MAX = 32 };

struct svg_drawing {
    char *attributes; /* of <svg>, with blanks before each */
    char *body;       /* what comes after <svg ...>, with the </svg>; without the file's own title and description */
    size_t left_out;  /* elements and attributes that were omitted */
};

/* Reads `count` bytes, which need no 0 at the end and may be anything; `name` denotes them in messages. If nothing is
 * omitted the text is the file's, except for ids: these and their references get the prefix `prefix`, since a page has
 * many files; ids of groups, to which nothing refers, become data-plot. STATUS_DATA, with the line: not well-formed
 * XML, not in UTF-8, or with something that no drawing needs (a document type, entities, CDATA, instructions), or more
 * than the bounds above allow. The drawing is then empty. */
enum status svg_clean(const void *bytes, size_t count, const char *name, const char *prefix,
                      struct svg_drawing *drawing, struct error *error);
void svg_free(struct svg_drawing *drawing);

#endif

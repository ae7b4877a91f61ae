/* lib/embed/emit_private.h: shared by the parts of emit_c.c. */
#ifndef TENTH_EMBED_EMIT_PRIVATE_H
#define TENTH_EMBED_EMIT_PRIVATE_H

#include <stddef.h>

#include "embed/emit_c.h"
#include "io/text_buffer.h"

/* Breaks the line before number i of a table. */
void emit_break(struct text_buffer *text, size_t i);

void emit_float(struct text_buffer *text, float value); /* a literal */

/* The first lines of a file: what it is, and of which model. Does not close the comment. */
void emit_about(struct text_buffer *text, const struct model *model, const char *name, const char *suffix);

/* Items of the self-test, and the model's predictions. */
enum { EMIT_TESTS = 3 };
struct emit_tests {
    size_t count;                     /* at most EMIT_TESTS; 0: no self-test */
    const uint8_t *bytes[EMIT_TESTS]; /* [height][width][channels], raw; borrowed; NULL: items are values */
    float *values;                    /* [count][height][width][channels], normalised */
    float *wanted;                    /* [count][classes + 2] probabilities, entropy, mutual information */
};

/* The caller frees with emit_tests_free, also after a failure. */
enum status emit_tests_make(const struct model *model, const struct emit_examples *examples, struct emit_tests *tests,
                            struct error *error);
void emit_tests_free(struct emit_tests *tests);
void emit_tests_tables(struct text_buffer *text, const struct model *model, const struct emit_tests *tests,
                       const char *name);
size_t emit_tests_bytes(const struct model *model, const struct emit_tests *tests); /* of the tables */

/* Macros and a table of the bounds of model->range; their unit is that of normalised inputs. */
void emit_range(struct text_buffer *text, const struct model *model);

void emit_header(struct text_buffer *text, const struct model *model, const struct emit_tests *tests, const char *name);

#endif

/* lib/embed/emit_c.h: a model as C99 that depends on nothing: NAME.h and NAME.c.
 *
 * The source calls only expf; compilers add calls of memcpy, and some of memset. No allocation, no intrinsics; it works
 * in one static arena, whose size the header states. It is also C++, is correct with a 16-bit int and under
 * -ffast-math, and stops with #error if float is not IEEE's. The common part of all models is device.c.in, a separate C
 * file that is built into the library as text; the rest is tables. Weights keep their stored number format, with a byte
 * for the gap before each. */
#ifndef TENTH_EMBED_EMIT_C_H
#define TENTH_EMBED_EMIT_C_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "data/dataset.h"
#include "embed/model.h"

/* Bytes of the static arena, and of the constant tables, on a machine with 4-byte floats and 2-byte shorts. */
size_t device_arena_bytes(const struct model *model);
size_t device_table_bytes(const struct model *model);

/* Items for the self-test, which uses the first few. Borrowed. */
struct emit_examples {
    const struct items *items;
    const uint32_t *indices; /* [count] */
    size_t count;
};

/* `name` is fit for C (c_name.h). `examples` may be NULL: no self-test. The caller frees both texts with memory_free;
 * NULL on failure. STATUS_UNSUPPORTED: a map is too large for the tables' 16 bits. */
enum status emit_c(const struct model *model, const struct emit_examples *examples, const char *name, char **header,
                   char **source, struct error *error);

#endif

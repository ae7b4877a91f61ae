/* lib/embed/emit_c.h: a model as C99 that depends on nothing: NAME.h and NAME.c.
 *
 * The source calls expf and no other function; compilers call memcpy, and some memset, of their own accord. No
 * allocation, no intrinsics; it works in one static arena, whose size the header states. It is C++ too, is right where
 * int has 16 bits and under -ffast-math, and stops with #error where a float is not IEEE's. What is the same for every
 * model is device.c.in, a C file of its own that is built into the library as text; what differs are tables. Weights
 * stay in their stored number, with a byte for the gap before each. */
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

/* Items for the self-test, of which the first few are taken. Borrowed. */
struct emit_examples {
    const struct items *items;
    const uint32_t *indices; /* [count] */
    size_t count;
};

/* `name` is fit for C (c_name.h). `examples` may be NULL: no self-test. Both texts are freed by the caller with
 * memory_free; NULL on failure. STATUS_UNSUPPORTED: a map is too large for the tables' 16 bits. */
enum status emit_c(const struct model *model, const struct emit_examples *examples, const char *name, char **header,
                   char **source, struct error *error);

#endif

/* lib/io/text_buffer.h: text that grows while it is written.
 *
 * text_begin, then text_add as often as needed, then text_take. A failed allocation is remembered: later additions are
 * dropped, and text_take returns NULL, so callers check once, at the end. */
#ifndef TENTH_IO_TEXT_BUFFER_H
#define TENTH_IO_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct text_buffer {
    char *bytes;           /* 0-terminated; NULL before the first addition */
    size_t used, capacity; /* bytes used, without the final 0, and allocated, with it */
    bool failed;
    struct error *error; /* borrowed; says why it failed */
};

struct text_buffer text_begin(struct error *error);

/* Appends like printf. */
__attribute__((format(printf, 2, 3))) void text_add(struct text_buffer *text, const char *format, ...);

/* The text; the caller frees with memory_free. The buffer is empty again. NULL if any addition failed. */
char *text_take(struct text_buffer *text);

#endif

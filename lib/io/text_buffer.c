#include "io/text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

enum { FIRST_CAPACITY = 1024 };

struct text_buffer text_begin(struct error *error)
{
    return (struct text_buffer){.error = error};
}

/* Makes room for `count` bytes and a 0 after the present text. */
static void text_reserve(struct text_buffer *text, size_t count)
{
    size_t needed = text->used + count + 1;
    if (text->failed || needed <= text->capacity)
        return;
    size_t capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity = size_multiply(capacity, 2);
    char *larger = memory_alloc(capacity, 1, text->error);
    if (!larger) {
        text->failed = true;
        return;
    }
    if (text->used > 0)
        memcpy(larger, text->bytes, text->used);
    memory_free(text->bytes);
    text->bytes = larger;
    text->capacity = capacity;
}

void text_add(struct text_buffer *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 && !text->failed) {
        (void)error_set(text->error, STATUS_FAILED, "a text cannot be formatted");
        text->failed = true;
    }
    if (text->failed)
        return;
    text_reserve(text, (size_t)length);
    if (text->failed)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text->bytes + text->used, text->capacity - text->used, format, arguments);
    va_end(arguments);
    text->used += (size_t)length;
}

char *text_take(struct text_buffer *text)
{
    text_reserve(text, 0);
    char *bytes = text->bytes;
    if (text->failed) {
        memory_free(bytes);
        bytes = NULL;
    }
    *text = text_begin(text->error);
    return bytes;
}

#include "say.h"

#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

char *sayable(const char *text, const char *kept, struct error *error)
{
    const size_t room = size_multiply(strlen(text) + 1, sizeof "\\xNN" - 1);
    char *escaped = memory_alloc(room, 1, error);
    if (escaped)
        (void)utf8_escape(text, kept, escaped, room); /* enough for every byte as \xNN */
    return escaped;
}

void say(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_arguments(stream, format, arguments);
    va_end(arguments);
}

void say_arguments(FILE *stream, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length >= 0 ? memory_alloc((size_t)length + 1, 1, NULL) : NULL;
    if (text)
        (void)vsnprintf(text, (size_t)length + 1, format, again); /* no longer than before */
    va_end(again);
    char *shown = text ? sayable(text, "\n", NULL) : NULL;
    /* A failure to print is noticed at the end, when standard output is checked (main.c). */
    (void)fputs(shown ? shown : "(no memory for a message)\n", stream);
    memory_free(shown);
    memory_free(text);
}

/* experiments/say.h: the one place where text of unknown origin (names of files, what stands in them) is made fit for a
 * terminal before it is printed. */
#ifndef TENTH_EXPERIMENTS_SAY_H
#define TENTH_EXPERIMENTS_SAY_H

#include <stdarg.h>
#include <stdio.h>

struct error;

/* As fprintf, but for control characters and what is not UTF-8, which become \xNN (utf8.h); the ends of lines stay. */
__attribute__((format(printf, 2, 3))) void say(FILE *stream, const char *format, ...);
__attribute__((format(printf, 2, 0))) void say_arguments(FILE *stream, const char *format, va_list arguments);

/* A copy of the text with \xNN for them, but for those of `kept`; the caller frees with memory_free. NULL: no memory,
 * and `error` says so. */
char *sayable(const char *text, const char *kept, struct error *error);

#endif

/* experiments/say.h: the one place that makes text of unknown origin (file names, file contents) safe for a terminal
 * before printing it. */
#ifndef TENTH_EXPERIMENTS_SAY_H
#define TENTH_EXPERIMENTS_SAY_H

#include <stdarg.h>
#include <stdio.h>

struct error;

/* Like fprintf, but control characters and bytes that are not UTF-8 become \xNN (utf8.h); line ends stay. */
__attribute__((format(printf, 2, 3))) void say(FILE *stream, const char *format, ...);
__attribute__((format(printf, 2, 0))) void say_arguments(FILE *stream, const char *format, va_list arguments);

/* A copy of the text with \xNN for them, except those in `kept`; the caller frees with memory_free. NULL: no memory,
 * and `error` says so. */
char *sayable(const char *text, const char *kept, struct error *error);

#endif

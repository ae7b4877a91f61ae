/* lib/core/utf8.h: text with arbitrary bytes: file names, lines of other programs. */
#ifndef TENTH_CORE_UTF8_H
#define TENTH_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The number of leading bytes that are UTF-8 by RFC 3629 (no overlong forms, no surrogates, nothing above U+10FFFF):
 * strlen(text) if all are. */
size_t utf8_valid_length(const char *text);
bool utf8_valid(const char *text);

/* Writes the text to `escaped` [room] so that it can be printed: each byte that is not UTF-8, and each byte of a
 * control character (below U+0020, U+007F to U+009F), becomes \xNN, except for the ASCII ones in `kept`, such as "\n".
 * If `room` (at least 1) is too small, the end is cut between two characters. Returns the length of the whole, without
 * its 0. A backslash stays one, so the result is for display: it does not determine the bytes. */
size_t utf8_escape(const char *text, const char *kept, char *escaped, size_t room);

#endif

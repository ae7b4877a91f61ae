/* lib/core/utf8.h: text whose bytes may be anything: names of files, lines of other programs. */
#ifndef TENTH_CORE_UTF8_H
#define TENTH_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes at the text's beginning that are UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing above
 * U+10FFFF): strlen(text) where all are. */
size_t utf8_valid_length(const char *text);
bool utf8_valid(const char *text);

/* Writes the text to `escaped` [room] so that it can be printed: each byte that is not UTF-8, and each byte of a
 * control character (below U+0020, U+007F to U+009F), becomes \xNN, except for the ASCII ones in `kept`, such as "\n".
 * Where `room` (at least 1) is too small, the end is cut between two characters. Returns the bytes that the whole has,
 * without its 0. A backslash stays one, so that the result is for people: the bytes cannot be told from it with
 * certainty. */
size_t utf8_escape(const char *text, const char *kept, char *escaped, size_t room);

#endif

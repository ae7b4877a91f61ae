/* lib/embed/c_name.h: which names a model may have in C.
 *
 * NAME becomes the files NAME.h and NAME.c, functions NAME_predict and NAME_self_test, a struct, and macros such as
 * NAME_WIDTH. So it is refused if NAME.h would hide a header of the C library, of POSIX or of Arduino, if a macro of
 * the standard would be redefined (INT_WIDTH), or if it is a word reserved by C or C++. */
#ifndef TENTH_EMBED_C_NAME_H
#define TENTH_EMBED_C_NAME_H

#include <stddef.h>

#include "core/error.h"

/* The longest name whose functions and macros differ within C99's 63 significant characters. */
enum { C_NAME_LENGTH = 40 };

/* STATUS_USAGE: the message says why not, and that --name sets another. */
enum status c_name_check(const char *name, struct error *error);

/* Any text as a name of the same length or shorter: each run of characters other than letters and digits becomes one
 * underscore, with none at either end. The result may still be refused. */
void c_name_from(const char *text, char *name, size_t room);

#endif

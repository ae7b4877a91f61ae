/* lib/run/run_name.h: which names a run can have. A name becomes a file name, appears in tables, figures and pages, and
 * is typed in shells. */
#ifndef TENTH_RUN_RUN_NAME_H
#define TENTH_RUN_RUN_NAME_H

#include "core/error.h"

/* Bytes: a file name has at most 255, including the suffix, that of its lock too (.h5.lock). (Names of files that are
 * being written are cut, atomic_file.h.) */
enum { RUN_NAME_MAX = 233 };

/* STATUS_USAGE: the name is empty, is longer than RUN_NAME_MAX, or has a character other than letters, digits and _ - +
 * = , . (bytes above 127 are letters of UTF-8), does not begin with a letter, a digit or _, or ends with a dot. The
 * message begins with the name. */
enum status run_name_check(const char *name, struct error *error);

#endif

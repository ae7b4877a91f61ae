/* lib/core/registry.h: finding a row by its name, with the same message everywhere.
 *
 * A registry is an array of rows, each a struct whose first member is `const char *name`. */
#ifndef TENTH_CORE_REGISTRY_H
#define TENTH_CORE_REGISTRY_H

#include <stddef.h>

#include "core/error.h"

/* The row called `name` among `count` rows of `size` bytes, or NULL with STATUS_USAGE: "no WHAT is called "NAME"; did
 * you mean X?" or, if none is near, the list of all names. error may be NULL. */
const void *registry_find(const char *what, const char *name, const void *rows, size_t count, size_t size,
                          struct error *error);

/* The nearest of `count` names (optimal string alignment distance of at most a third of the length, at least 1), or
 * NULL. */
const char *names_nearest(const char *name, const char *const *names, size_t count);

#endif

/* lib/io/file_list.h: which files a directory has. */
#ifndef TENTH_IO_FILE_LIST_H
#define TENTH_IO_FILE_LIST_H

#include <stddef.h>

#include "core/error.h"

/* The sorted paths, DIRECTORY/NAME, of a directory's files whose names have this ending and do not begin with a dot. A
 * missing directory has none. The caller frees with paths_free, also after a failure. */
enum status directory_files(const char *directory, const char *end, char ***paths, size_t *count, struct error *error);
void paths_free(char **paths, size_t count);

#endif

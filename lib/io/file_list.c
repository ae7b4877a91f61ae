#include "io/file_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/atomic_file.h"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum { PATH_SIZE = 4096 };

enum status directory_files(const char *directory, const char *end, char ***paths, size_t *count, struct error *error)
{
    *paths = NULL;
    *count = 0;
    DIR *stream = opendir(directory);
    const int code = errno;
    size_t room = 0;
    if (!stream && !path_is_absent(directory))
        return file_read_failure(directory, code, error);
    for (struct dirent *entry = stream ? readdir(stream) : NULL; entry; entry = readdir(stream))
        room++;
    *paths = memory_alloc(room, sizeof **paths, error);
    enum status status = *paths ? STATUS_OK : STATUS_NO_MEMORY;
    if (stream)
        rewinddir(stream);
    for (struct dirent *entry; stream && status == STATUS_OK && *count < room && (entry = readdir(stream));) {
        char path[PATH_SIZE];
        if (entry->d_name[0] == '.' || !ends_with(entry->d_name, end))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        (*paths)[*count] = memory_copy_text(path, error);
        status = (*paths)[*count] ? STATUS_OK : STATUS_NO_MEMORY;
        *count += status == STATUS_OK;
    }
    if (stream)
        (void)closedir(stream);
    if (status == STATUS_OK)
        qsort(*paths, *count, sizeof **paths, compare_names);
    return status;
}

void paths_free(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory_free(paths[i]);
    memory_free(paths);
}

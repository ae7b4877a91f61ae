#include "results/labelled.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/file_list.h"
#include "io/text_buffer.h"

/* The length of the argument's label; 0: it has none. */
static size_t label_length(const char *argument)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.";
    const size_t length = strspn(argument, letters);
    return argument[length] == '=' && path_is_absent(argument) ? length : 0;
}

static const char *path_of(const char *argument)
{
    const size_t length = label_length(argument);
    return length > 0 ? argument + length + 1 : argument;
}

enum status labelled_open(const char *argument, struct run_file *file, struct error *error)
{
    const int length = (int)label_length(argument);
    enum status status = run_file_open(path_of(argument), file, error);
    if (status != STATUS_OK || length == 0)
        return status;
    struct text_buffer text = text_begin(error);
    text_add(&text, "%s:%.*s%s", file->base, length, argument, file->run + strlen(file->base));
    char *run = text_take(&text);
    if (!run)
        return STATUS_NO_MEMORY;
    if (strlen(run) >= RUN_NAME_SIZE) {
        memory_free(run);
        return error_set(error, STATUS_USAGE, "%s: with its label the run's name has more than %d bytes; shorten it",
                         argument, RUN_NAME_SIZE - 1);
    }
    memory_free(file->run);
    file->run = run;
    file->labelled = true;
    run_base_name(file->run, file->base);
    return STATUS_OK;
}

/* The run files that an argument stands for, as paths; an argument that is no directory stands for itself. */
static enum status files_of(const char *argument, char ***paths, size_t *count, struct error *error)
{
    struct stat about;
    const char *path = path_of(argument);
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        enum status status = directory_files(path, ".h5", paths, count, error);
        if (status == STATUS_OK && *count == 0)
            status = error_set(error, STATUS_DATA, "%s: is a directory, and no run file (*.h5) is in it", path);
        return status;
    }
    *count = 0;
    *paths = memory_alloc(1, sizeof **paths, error);
    char *copy = *paths ? memory_copy_text(path, error) : NULL;
    if (!copy)
        return STATUS_NO_MEMORY;
    (*paths)[(*count)++] = copy;
    return STATUS_OK;
}

/* Appends `paths`, with the argument's label, to the files, of which there is room for all. */
static enum status files_add(const char *argument, char *const *paths, size_t count, char **files, size_t *file_count,
                             struct error *error)
{
    const size_t length = label_length(argument);
    const int prefix = (int)(length > 0 ? length + 1 : 0);
    for (size_t i = 0; i < count; i++) {
        struct text_buffer text = text_begin(error);
        text_add(&text, "%.*s%s", prefix, argument, paths[i]);
        char *file = text_take(&text);
        if (!file)
            return STATUS_NO_MEMORY;
        files[(*file_count)++] = file;
    }
    return STATUS_OK;
}

enum status labelled_files(const char *const *arguments, size_t count, char ***files, size_t *file_count,
                           struct error *error)
{
    enum status status = STATUS_OK;
    *files = NULL;
    *file_count = 0;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char **paths = NULL;
        size_t found = 0;
        status = files_of(arguments[i], &paths, &found, error);
        char **grown = NULL;
        if (status == STATUS_OK) {
            grown = memory_alloc(*file_count + found, sizeof *grown, error);
            status = grown ? STATUS_OK : STATUS_NO_MEMORY;
        }
        if (grown) {
            if (*file_count > 0)
                memcpy(grown, *files, *file_count * sizeof *grown);
            memory_free(*files);
            *files = grown;
            status = files_add(arguments[i], paths, found, *files, file_count, error);
        }
        paths_free(paths, found);
    }
    return status;
}

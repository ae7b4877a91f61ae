#include "run_input.h"

#include <string.h>

#include "run/run_file.h"

bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

enum status run_input_read(const char *path, struct config_source **source, uint64_t *seed, struct error *error)
{
    struct run_file file;
    *source = NULL;
    enum status status = run_file_open(path, &file, error);
    if (status == STATUS_OK)
        status = run_file_source(&file, source, error);
    *seed = file.seed;
    run_file_close(&file);
    return status;
}

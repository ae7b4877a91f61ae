#include "run_input.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/store.h"

bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

enum status run_input_read(const char *path, struct config_source **source, uint64_t *seed, struct error *error)
{
    struct store *store = NULL;
    char *text = NULL, *seed_text = NULL;
    *source = NULL;
    enum status status = store_open(path, &store, error);
    if (status == STATUS_OK)
        status = store_get_text(store, "/config", "text", &text, error);
    if (status == STATUS_OK)
        status = store_get_text(store, "/", "seed", &seed_text, error);
    if (status == STATUS_OK) {
        *seed = strtoull(seed_text, NULL, 10);
        status = config_read_text(text, path, NULL, source, error);
    }
    memory_free(text);
    memory_free(seed_text);
    store_close(store);
    return status;
}

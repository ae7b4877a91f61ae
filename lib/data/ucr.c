#include "data/ucr.h"

#include "core/memory.h"
#include "data/series_text.h"

enum { TEXT_LIMIT = 1 << 30 };

enum status ucr_read(struct source *source, const struct dataset_kind *kind, size_t limit, struct items *items,
                     struct error *error)
{
    uint8_t *text;
    size_t count;
    *items = (struct items){0};
    enum status status = source_rest(source, TEXT_LIMIT, &text, &count, error);
    if (status == STATUS_OK)
        status = series_text_read((const char *)text, count, source_path(source), kind, SERIES_TO_TRAIN, limit, items,
                                  error);
    memory_free(text);
    return status;
}

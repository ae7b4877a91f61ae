#include "data/input.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/idx.h"
#include "data/image.h"
#include "data/ucr.h"
#include "io/atomic_file.h"
#include "io/source.h"

enum { INPUT_BYTES_LIMIT = 1 << 28, INPUT_ITEMS_LIMIT = 1000000 };

typedef enum status image_read_fn(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                                  uint8_t *pixels, struct error *error);

static enum status read_image(image_read_fn *read, const uint8_t *bytes, size_t count, const char *name,
                              const struct dataset_kind *kind, struct items *items, struct error *error)
{
    if (kind->shape.channels != 1 && kind->shape.channels != 3)
        return error_set(error, STATUS_DATA, "%s: the model takes %zu channels; an image has 1 or 3", name,
                         kind->shape.channels);
    enum status status = items_alloc(items, kind, 1, true, error);
    return status == STATUS_OK ? read(bytes, count, name, kind->shape, items->bytes, error) : status;
}

/* IDX or text, packed or not: what begins with 0 bytes is no text. */
static enum status read_many(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                             struct items *items, struct error *error)
{
    struct source *source = NULL;
    uint8_t first = 0;
    enum status status = source_open_bytes(bytes, count, name, &source, error);
    if (status == STATUS_OK)
        status = source_read(source, &first, 1, error);
    source_close(source);
    source = NULL;
    if (status == STATUS_OK)
        status = source_open_bytes(bytes, count, name, &source, error);
    if (status == STATUS_OK)
        status = first == 0 ? idx_read_images(source, kind, INPUT_ITEMS_LIMIT, items, error)
                            : ucr_read(source, kind, INPUT_ITEMS_LIMIT, items, error);
    source_close(source);
    return status;
}

enum status input_read_bytes(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                             struct items *items, struct error *error)
{
    *items = (struct items){0};
    if (count == 0)
        return error_set(error, STATUS_DATA, "%s: is empty", name);
    if (image_is_png(bytes, count))
        return read_image(image_read_png, bytes, count, name, kind, items, error);
    if (image_is_netpbm(bytes, count))
        return read_image(image_read_netpbm, bytes, count, name, kind, items, error);
    return read_many(bytes, count, name, kind, items, error);
}

enum status input_read(const char *path, const struct dataset_kind *kind, struct items *items, struct error *error)
{
    bool standard = strcmp(path, "-") == 0;
    unsigned char *bytes;
    size_t count;
    *items = (struct items){0};
    enum status status = file_read(standard ? "/dev/stdin" : path, INPUT_BYTES_LIMIT, &bytes, &count, error);
    if (status == STATUS_OK)
        status = input_read_bytes(bytes, count, standard ? "standard input" : path, kind, items, error);
    memory_free(bytes);
    return status;
}

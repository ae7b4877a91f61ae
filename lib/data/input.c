#include "data/input.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/idx.h"
#include "data/image.h"
#include "data/series_text.h"
#include "io/atomic_file.h"
#include "io/magic.h"
#include "io/source.h"

enum { INPUT_BYTES_LIMIT = 1 << 28, INPUT_ITEMS_LIMIT = 1000000 };

static bool is_image_kind(const struct dataset_kind *kind)
{
    return kind->shape.height > 1 && kind->shape.width > 1 && (kind->shape.channels == 1 || kind->shape.channels == 3);
}

static enum status read_image(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                              struct items *items, struct error *error)
{
    if (kind->shape.channels != 1 && kind->shape.channels != 3)
        return error_set(error, STATUS_DATA, "%s: the model takes %zu channels; an image has 1 or 3", name,
                         kind->shape.channels);
    enum status status = items_alloc(items, kind, 1, true, error);
    return status == STATUS_OK ? image_read(bytes, count, name, kind->shape, items->bytes, error) : status;
}

static enum status read_idx(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                            struct items *items, struct error *error)
{
    struct source *source = NULL;
    enum status status = source_open_bytes(bytes, count, name, &source, error);
    if (status == STATUS_OK)
        status = idx_read_images(source, kind, INPUT_ITEMS_LIMIT, items, error);
    source_close(source);
    return status;
}

/* For a file of no readable kind: says what it is and what is wanted. */
static enum status refuse(const char *name, const char *what, const struct dataset_kind *kind, struct error *error)
{
    const struct shape shape = kind->shape;
    if (is_image_kind(kind))
        return error_set(error, STATUS_DATA,
                         "%s: is %s; wanted is a PNG, PBM, PGM or PPM image of %zu x %zu pixels, an IDX file of such "
                         "images, or text with the %zu values of one in a line",
                         name, what, shape.width, shape.height, shape_size(shape));
    return error_set(error, STATUS_DATA, "%s: is %s; wanted is text, with the %zu values of a series in a line", name,
                     what, shape_size(shape));
}

/* The unpacked bytes, followed by a 0 byte. */
static enum status read_plain(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                              struct items *items, struct error *error)
{
    static const uint8_t idx[] = {0, 0, 8};
    if (count == 0)
        return error_set(error, STATUS_DATA, "%s: is empty", name);
    if (image_known(bytes, count))
        return read_image(bytes, count, name, kind, items, error);
    if (count > sizeof idx && memcmp(bytes, idx, sizeof idx) == 0)
        return read_idx(bytes, count, name, kind, items, error);
    const char *what = file_kind(bytes, count);
    if (!what && memchr(bytes, 0, count))
        what = "no text and of no kind that is known";
    if (what)
        return refuse(name, what, kind, error);
    return series_text_read((const char *)bytes, count, name, kind, SERIES_TO_PREDICT, INPUT_ITEMS_LIMIT, items, error);
}

enum status input_read_bytes(const uint8_t *bytes, size_t count, const char *name, const struct dataset_kind *kind,
                             struct items *items, struct error *error)
{
    struct source *source = NULL;
    uint8_t *plain = NULL;
    size_t plain_count = 0;
    *items = (struct items){0};
    enum status status = source_open_bytes(bytes, count, name, &source, error);
    if (status == STATUS_OK)
        status = source_rest(source, INPUT_BYTES_LIMIT, &plain, &plain_count, error);
    source_close(source);
    if (status == STATUS_OK)
        status = read_plain(plain, plain_count, name, kind, items, error);
    memory_free(plain);
    return status;
}

bool input_is_standard(const char *path)
{
    return strcmp(path, "-") == 0 || descriptor_of(path) == 0;
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

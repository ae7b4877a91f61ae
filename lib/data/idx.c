#include "data/idx.h"

#include <inttypes.h>

enum { IDX_UNSIGNED_BYTE = 8, IDX_RANK_MAX = 3 };

static uint32_t big_endian(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Reads the magic number and size [rank]. */
static enum status read_header(struct source *source, uint8_t rank, uint32_t size[IDX_RANK_MAX], struct error *error)
{
    uint8_t magic[4];
    enum status status = source_read(source, magic, sizeof magic, error);
    if (status != STATUS_OK)
        return status;
    uint32_t expected = (uint32_t)IDX_UNSIGNED_BYTE << 8 | rank;
    if (big_endian(magic) != expected)
        return error_set(error, STATUS_DATA,
                         "%s: begins with 0x%08" PRIx32 " where IDX bytes of %d dimensions begin with 0x%08" PRIx32
                         "; is it the right file?",
                         source_path(source), big_endian(magic), rank, expected);
    for (size_t i = 0; i < rank; i++) {
        uint8_t bytes[4];
        status = source_read(source, bytes, sizeof bytes, error);
        if (status != STATUS_OK)
            return status;
        size[i] = big_endian(bytes);
    }
    return STATUS_OK;
}

enum status idx_read_images(struct source *source, const struct dataset_kind *kind, size_t limit, struct items *items,
                            struct error *error)
{
    uint32_t size[IDX_RANK_MAX] = {0};
    enum status status = read_header(source, 3, size, error);
    if (status != STATUS_OK)
        return status;
    if (size[1] != kind->shape.height || size[2] != kind->shape.width || kind->shape.channels != 1)
        return error_set(error, STATUS_DATA,
                         "%s: holds images of %" PRIu32 " x %" PRIu32 " pixels, not %zu x %zu; is it the right file?",
                         source_path(source), size[1], size[2], kind->shape.height, kind->shape.width);
    if (size[0] == 0 || size[0] > limit)
        return error_set(error, STATUS_DATA,
                         "%s: claims to hold %" PRIu32 " images, not 1 to %zu; is it a whole copy of the right file?",
                         source_path(source), size[0], limit);
    status = source_expect(source, (uint64_t)size[0] * shape_size(kind->shape), error);
    if (status == STATUS_OK)
        status = items_alloc(items, kind, size[0], true, error);
    if (status == STATUS_OK)
        status = source_read(source, items->bytes, items->count * shape_size(kind->shape), error);
    return status == STATUS_OK ? source_expect_end(source, error) : status;
}

enum status idx_read_labels(struct source *source, size_t classes, struct items *items, struct error *error)
{
    uint32_t size[IDX_RANK_MAX] = {0};
    enum status status = read_header(source, 1, size, error);
    if (status != STATUS_OK)
        return status;
    if (size[0] != items->count)
        return error_set(error, STATUS_DATA,
                         "%s: holds %" PRIu32 " labels for %zu images; the two files do not belong together",
                         source_path(source), size[0], items->count);
    status = source_read(source, items->labels, items->count, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < items->count; i++) {
        if (items->labels[i] >= classes)
            return error_set(error, STATUS_DATA, "%s: label %zu is %d, and there are only %zu classes",
                             source_path(source), i, items->labels[i], classes);
    }
    return source_expect_end(source, error);
}

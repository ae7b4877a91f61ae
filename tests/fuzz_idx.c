/* tests/fuzz_idx.c: any bytes as IDX images and as IDX labels. What is accepted must be what the format says; the rest
 * must be refused with a message. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* Small images: inputs stay small, too. */
static const struct dataset_kind kind = {.name = "fuzz", .classes = 10, .shape = {4, 3, 1}, .scale = 1};

enum { LIMIT = 1000 };

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check(const struct error *error, enum status status)
{
    require(status == STATUS_OK || (status == STATUS_DATA && error->message[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    bool packed = count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
    struct error error = {0};
    struct source *source;
    struct items items = {0};
    if (source_open_bytes(bytes, count, "fuzz", &source, &error) != STATUS_OK)
        return 0;
    enum status status = idx_read_images(source, &kind, LIMIT, &items, &error);
    check(&error, status);
    require(status != STATUS_OK || (items.count > 0 && items.count <= LIMIT && items.bytes));
    require(status != STATUS_OK || packed || count == 16 + items.count * shape_size(kind.shape));
    source_close(source);
    items_free(&items);
    if (items_alloc(&items, &kind, 5, true, &error) != STATUS_OK)
        return 0;
    if (source_open_bytes(bytes, count, "fuzz", &source, &error) == STATUS_OK) {
        status = idx_read_labels(source, kind.classes, &items, &error);
        check(&error, status);
        for (size_t j = 0; status == STATUS_OK && j < items.count; j++)
            require(items.labels[j] < kind.classes);
        source_close(source);
    }
    items_free(&items);
    return 0;
}

/* tests/fuzz_ucr.c: any bytes as UCR text. What is accepted must be finite series of the right length with classes in
 * range; the rest must be refused with a message. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "data/ucr.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static const struct dataset_kind kind = {.name = "fuzz", .classes = 5, .shape = {4, 1, 1}, .scale = 1};

enum { LIMIT = 1000 };

static void require(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct error error = {0};
    struct source *source;
    struct items items = {0};
    if (source_open_bytes(bytes, count, "fuzz", &source, &error) != STATUS_OK)
        return 0;
    enum status status = ucr_read(source, &kind, LIMIT, &items, &error);
    require(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
    require(status != STATUS_OK || (items.count > 0 && items.count <= LIMIT));
    for (size_t i = 0; status == STATUS_OK && i < items.count; i++) {
        require(items.labels[i] < kind.classes);
        for (size_t t = 0; t < 4; t++)
            require(isfinite(items.values[i * 4 + t]));
    }
    source_close(source);
    items_free(&items);
    return 0;
}

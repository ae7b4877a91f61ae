/* tests/fuzz_input.c: any bytes as what is to be predicted: a picture, IDX or text, packed or not. What is accepted
 * must be items of the right size with finite values; the rest must be refused with a message. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "data/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static const struct dataset_kind kinds[] = {
    {.name = "gray", .classes = 3, .shape = {3, 5, 1}, .scale = 1},
    {.name = "color", .classes = 3, .shape = {3, 5, 3}, .scale = 1},
    {.name = "series", .classes = 5, .shape = {4, 1, 1}, .scale = 1},
};

static void require(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct error error = {0};
        struct items items;
        enum status status = input_read_bytes(bytes, count, "fuzz", &kinds[k], &items, &error);
        require(status == STATUS_OK || ((status == STATUS_DATA || status == STATUS_NO_MEMORY) && error.message[0]));
        require(status != STATUS_OK || (items.count > 0 && (items.bytes || items.values)));
        for (size_t i = 0; status == STATUS_OK && items.values && i < items.count * shape_size(kinds[k].shape); i++)
            require(isfinite(items.values[i]));
        items_free(&items);
    }
    return 0;
}

/* tests/fuzz_array.c: any bytes as a file of one array: IDX or .npy. What is accepted must fill the items or labels
 * that its header claims; the rest must be refused with a message. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/memory.h"
#include "data/array_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { LIMIT = 10000 };

static void require(int condition)
{
    if (!condition)
        abort();
}

static void read_array(const uint8_t *bytes, size_t count, bool npy, bool labels)
{
    struct error error = {0};
    struct source *source;
    struct array_file array;
    struct items items = {0};
    if (source_open_bytes(bytes, count, "fuzz", &source, &error) != STATUS_OK)
        return;
    enum status status = array_header(source, npy, LIMIT, &array, &error);
    if (status == STATUS_OK)
        require(array.rank > 0 && array.rank <= ARRAY_RANK_MAX && array.size[0] <= LIMIT);
    if (status == STATUS_OK && labels) {
        int64_t *label = memory_alloc(array.size[0], sizeof *label, &error);
        require(label != NULL);
        status = array_labels(source, &array, label, &error);
        memory_free(label);
    } else if (status == STATUS_OK) {
        status = array_items(source, &array, &items, &error);
        for (size_t i = 0; status == STATUS_OK && items.values && i < items.count * shape_size(items.shape); i++)
            require(!isinf(items.values[i]));
        require(status != STATUS_OK || items.bytes || items.values);
    }
    require(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
    items_free(&items);
    source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    read_array(bytes, count, false, false);
    read_array(bytes, count, false, true);
    read_array(bytes, count, true, false);
    read_array(bytes, count, true, true);
    return 0;
}

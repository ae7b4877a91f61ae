/* tests/fuzz_series.c: any bytes as a file of classified series: UCR, .ts or ARFF. What is accepted must be finite
 * items of one shape with a class each, whatever the rules for gaps and lengths; the rest must be refused with a
 * message. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/label.h"
#include "data/series_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { LIMIT = 1000, VALUES_MAX = 1 << 22 };

static void require(int condition)
{
    if (!condition)
        abort();
}

static void require_items(const struct series_file *file, enum series_missing missing, enum series_lengths lengths)
{
    struct error error = {0};
    struct items items = {0};
    const size_t length = lengths == SERIES_LENGTHS_REFUSE ? file->series[0].length : series_file_longest(file);
    if (length * file->channels * file->count > VALUES_MAX)
        return; /* many short series and a long one: more than a fuzzer's memory */
    enum status status = series_file_items(file, length, missing, lengths, &items, &error);
    require(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
    for (size_t i = 0; status == STATUS_OK && i < items.count * shape_size(items.shape); i++)
        require(isfinite(items.values[i]));
    items_free(&items);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct error error = {0};
    struct texts labels = {0};
    struct series_file file;
    char *text = malloc(count + 1); /* a 0 behind the bytes, as source_rest has */
    require(text != NULL);
    if (count > 0)
        memcpy(text, bytes, count);
    text[count] = '\0';
    enum status status = series_file_read(text, count, "fuzz", &labels, false, LIMIT, &file, &error);
    require(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
    require(texts_count(&labels) <= LABEL_CLASSES_MAX);
    if (status == STATUS_OK) {
        require(file.count > 0 && file.count <= LIMIT && file.channels > 0);
        for (size_t i = 0; i < file.count; i++)
            require(file.series[i].label < texts_count(&labels) && file.series[i].length > 0);
        require_items(&file, SERIES_MISSING_REFUSE, SERIES_LENGTHS_REFUSE);
        series_file_trim(&file, SERIES_LENGTHS_PAD);
        require_items(&file, SERIES_MISSING_INTERPOLATE, SERIES_LENGTHS_PAD);
        require_items(&file, SERIES_MISSING_INTERPOLATE, SERIES_LENGTHS_STRETCH);
    }
    series_file_free(&file);
    texts_free(&labels);
    free(text);
    return 0;
}

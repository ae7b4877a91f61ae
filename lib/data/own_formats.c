/* lib/data/own_formats.c: the formats of own data. To add one: write its own_load_NAME and add a row. */
#include <string.h>

#include "core/memory.h"
#include "core/registry.h"
#include "data/own_private.h"
#include "data/reader.h"
#include "io/magic.h"

enum { TEXT_LIMIT = 1 << 30 };

static const struct own_format all_formats[] = {
    {"ucr", "text of series (UCR, .ts or ARFF)", false, own_load_ucr},
};
enum { FORMATS = sizeof all_formats / sizeof all_formats[0] };

const struct own_format *own_format_find(const char *name, struct error *error)
{
    return registry_find("format of data", name, all_formats, FORMATS, sizeof all_formats[0], error);
}

const struct own_format *own_format_detect(const char *path, struct error *error)
{
    (void)path;
    return own_format_find("ucr", error);
}

enum status own_check_shape(struct own_set *set, enum own_file file, struct shape shape, struct error *error)
{
    const struct shape first = set->shape;
    if (file == OWN_TRAIN)
        set->shape = shape;
    else if (shape.height != first.height || shape.width != first.width || shape.channels != first.channels)
        return error_set(error, STATUS_DATA,
                         "%s: has items of %zu x %zu x %zu (height, width, channels), and the training file of %zu x "
                         "%zu x %zu; the two do not belong together",
                         set->path[file], shape.height, shape.width, shape.channels, first.height, first.width,
                         first.channels);
    return STATUS_OK;
}

/* ---- series ---- */

static enum status series_part(struct own_set *set, enum own_file file, struct series_file *series,
                               struct own_part *part, struct error *error)
{
    series_file_trim(series, set->lengths);
    size_t length = set->shape.height;
    if (file == OWN_TRAIN)
        length = set->lengths == SERIES_LENGTHS_REFUSE ? series->series[0].length : series_file_longest(series);
    enum status status = own_check_shape(set, file, (struct shape){length, 1, series->channels}, error);
    if (status == STATUS_OK)
        status = series_file_items(series, length, set->missing, set->lengths, &part->items, error);
    part->label = memory_alloc(series->count, sizeof *part->label, error);
    if (status == STATUS_OK && !part->label)
        status = STATUS_NO_MEMORY;
    for (size_t i = 0; i < series->count && status == STATUS_OK; i++)
        part->label[i] = series->series[i].label;
    return status;
}

enum status own_load_ucr(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    struct source *source = NULL;
    struct series_file series = {0};
    uint8_t *text = NULL;
    size_t count = 0;
    enum status status = own_open_file(set, file, &source, error);
    if (status != STATUS_OK)
        return status;
    status = source_rest(source, TEXT_LIMIT, &text, &count, error);
    if (status == STATUS_OK)
        status = series_file_read((const char *)text, count, source_path(source), &set->labels, set->closed,
                                  ITEMS_LIMIT, &series, error);
    if (status == STATUS_OK)
        status = series_part(set, file, &series, part, error);
    series_file_free(&series);
    memory_free(text);
    return own_finish(set, file, source, status, error);
}

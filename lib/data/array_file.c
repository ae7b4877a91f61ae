#include "data/array_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/cell.h"

enum { EXTENT_MAX = 1 << 24, NPY_HEADER_MAX = 1 << 16, CHUNK = 1 << 13 };

static const uint8_t npy_magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* IDX's types, by their number. */
static const struct {
    uint8_t type;
    enum array_kind kind;
    size_t bytes;
} idx_types[] = {{0x08, ARRAY_UNSIGNED, 1}, {0x09, ARRAY_SIGNED, 1}, {0x0B, ARRAY_SIGNED, 2},
                 {0x0C, ARRAY_SIGNED, 4},   {0x0D, ARRAY_FLOAT, 4},  {0x0E, ARRAY_FLOAT, 8}};
enum { IDX_TYPES = sizeof idx_types / sizeof idx_types[0] };

static size_t idx_type(uint8_t type)
{
    size_t i = 0;
    while (i < IDX_TYPES && idx_types[i].type != type)
        i++;
    return i;
}

bool array_is_idx(const uint8_t *bytes, size_t count)
{
    return count >= 4 && bytes[0] == 0 && bytes[1] == 0 && idx_type(bytes[2]) < IDX_TYPES && bytes[3] > 0 &&
           bytes[3] <= ARRAY_RANK_MAX;
}

bool array_is_npy(const uint8_t *bytes, size_t count)
{
    return count >= sizeof npy_magic && memcmp(bytes, npy_magic, sizeof npy_magic) == 0;
}

static uint64_t number_at(const uint8_t *bytes, size_t count, bool big_endian)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[big_endian ? i : count - 1 - i];
    return number;
}

/* ---- headers ---- */

static enum status idx_header(struct source *source, struct array_file *array, struct error *error)
{
    uint8_t magic[4], size[4];
    enum status status = source_read(source, magic, sizeof magic, error);
    if (status != STATUS_OK)
        return status;
    if (!array_is_idx(magic, sizeof magic))
        return error_set(error, STATUS_DATA,
                         "%s: begins with 0x%08" PRIx64 " where IDX begins with two 0 bytes, a type (8, 9, 0xB to 0xE) "
                         "and 1 to %d dimensions; is it the right file?",
                         source_path(source), number_at(magic, sizeof magic, true), ARRAY_RANK_MAX);
    const size_t type = idx_type(magic[2]);
    *array = (struct array_file){idx_types[type].kind, idx_types[type].bytes, true, magic[3], {0}};
    for (size_t i = 0; i < array->rank && status == STATUS_OK; i++) {
        status = source_read(source, size, sizeof size, error);
        array->size[i] = status == STATUS_OK ? (size_t)number_at(size, sizeof size, true) : 0;
    }
    return status;
}

/* The value of a key of the header, which is a Python dictionary: what follows 'KEY': */
static const char *value_of(const char *header, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = header; (at = strstr(at, key)) != NULL; at += length) {
        const char quote = at > header ? at[-1] : '\0';
        if ((quote != '\'' && quote != '"') || at[length] != quote)
            continue;
        const char *colon = at + length + 1 + strspn(at + length + 1, " ");
        return *colon == ':' ? colon + 1 + strspn(colon + 1, " ") : NULL;
    }
    return NULL;
}

static enum status npy_type(const char *text, const char *name, struct array_file *array, struct error *error)
{
    const char quote = text ? *text : '\0';
    const char *descr = text ? text + 1 : "";
    const bool quoted = quote == '\'' || quote == '"';
    const char order = quoted ? descr[0] : '\0', kind = order ? descr[1] : '\0';
    const size_t bytes = kind ? (size_t)strtoul(descr + 2, NULL, 10) : 0;
    array->kind = kind == 'f' ? ARRAY_FLOAT : kind == 'i' ? ARRAY_SIGNED : ARRAY_UNSIGNED;
    array->bytes = bytes;
    array->big_endian = order == '>';
    const bool known = (kind == 'u' || kind == 'i' || kind == 'f' || (kind == 'b' && bytes == 1)) && order &&
                       strchr("<>|=", order) && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
                       !(kind == 'f' && bytes < 4);
    if (known)
        return STATUS_OK;
    return error_set(error, STATUS_DATA,
                     "%s: has elements of NumPy's type %.*s; whole numbers and float32 or float64 are read: save "
                     "a.astype('float32'), or labels by their numbers (numpy.unique(labels, return_inverse=True)[1])",
                     name, (int)(quoted ? strcspn(descr, "'\"\n") : 0), descr);
}

static enum status npy_shape(const char *text, const char *name, struct array_file *array, struct error *error)
{
    array->rank = 0;
    bool good = text && *text == '(';
    for (const char *at = good ? text + 1 : ""; good && *at && *at != ')';) {
        char *end = NULL;
        const bool digit = *at >= '0' && *at <= '9';
        const unsigned long long size = digit ? strtoull(at, &end, 10) : 0;
        good = digit && array->rank < ARRAY_RANK_MAX && size <= UINT32_MAX;
        if (good)
            array->size[array->rank++] = (size_t)size;
        at = good ? end + strspn(end, ", L") : "";
    }
    if (good && array->rank > 0)
        return STATUS_OK;
    return error_set(error, STATUS_DATA, "%s: has the shape %.*s; 1 to %d dimensions are read", name,
                     text ? (int)strcspn(text, "}\n") : 0, text ? text : "", ARRAY_RANK_MAX);
}

static enum status npy_text(const char *header, const char *name, struct array_file *array, struct error *error)
{
    const char *order = value_of(header, "fortran_order");
    enum status status = npy_type(value_of(header, "descr"), name, array, error);
    if (status == STATUS_OK && (!order || strncmp(order, "False", strlen("False")) != 0))
        return error_set(error, STATUS_DATA, "%s: is in Fortran's order; save numpy.ascontiguousarray(a)", name);
    return status == STATUS_OK ? npy_shape(value_of(header, "shape"), name, array, error) : status;
}

static enum status npy_header(struct source *source, struct array_file *array, struct error *error)
{
    uint8_t start[sizeof npy_magic + 2], size[4];
    enum status status = source_read(source, start, sizeof start, error);
    if (status != STATUS_OK)
        return status;
    const uint8_t version = start[sizeof npy_magic];
    if (!array_is_npy(start, sizeof start))
        return error_set(error, STATUS_DATA, "%s: does not begin as .npy does, which numpy.save writes%s",
                         source_path(source),
                         start[0] == 'P' && start[1] == 'K' ? "; an .npz has several: save each by itself" : "");
    if (version < 1 || version > 3)
        return error_set(error, STATUS_DATA, "%s: is .npy of version %d; 1 to 3 are read", source_path(source),
                         version);
    const size_t width = version == 1 ? 2 : 4;
    status = source_read(source, size, width, error);
    const uint64_t length = status == STATUS_OK ? number_at(size, width, false) : 0;
    if (status == STATUS_OK && length > NPY_HEADER_MAX)
        status = error_set(error, STATUS_DATA, "%s: has a header of %" PRIu64 " bytes; %d are the most",
                           source_path(source), length, NPY_HEADER_MAX);
    char *header = status == STATUS_OK ? memory_alloc((size_t)length + 1, 1, error) : NULL;
    if (status == STATUS_OK && !header)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = source_read(source, header, (size_t)length, error);
    if (status == STATUS_OK)
        status = npy_text(header, source_path(source), array, error);
    memory_free(header);
    return status;
}

enum status array_header(struct source *source, bool npy, size_t limit, struct array_file *array, struct error *error)
{
    *array = (struct array_file){0};
    enum status status = npy ? npy_header(source, array, error) : idx_header(source, array, error);
    if (status != STATUS_OK)
        return status;
    if (array->size[0] == 0 || array->size[0] > limit)
        return error_set(error, STATUS_DATA,
                         "%s: claims to hold %zu items, not 1 to %zu; is it a whole copy of the right file?",
                         source_path(source), array->size[0], limit);
    size_t bytes = array->bytes;
    for (size_t i = 0; i < array->rank; i++) {
        if (array->size[i] == 0 || array->size[i] > EXTENT_MAX)
            return error_set(error, STATUS_DATA, "%s: has a dimension of %zu; 1 to %d are read", source_path(source),
                             array->size[i], EXTENT_MAX);
        bytes = size_multiply(bytes, array->size[i]);
    }
    return source_expect(source, bytes, error);
}

enum status array_shape(const struct array_file *array, const char *name, struct shape *shape, struct error *error)
{
    if (array->rank < 2)
        return error_set(error, STATUS_DATA,
                         "%s: has one dimension, as labels have; items have more: [items][length], "
                         "[items][height][width] or [items][height][width][channels]",
                         name);
    *shape = (struct shape){array->size[1], array->rank > 2 ? array->size[2] : 1, array->rank > 3 ? array->size[3] : 1};
    return STATUS_OK;
}

/* ---- elements ---- */

static double float_at(const uint8_t *bytes, size_t count, bool big_endian)
{
    const uint64_t bits = number_at(bytes, count, big_endian);
    double wide;
    float narrow;
    const uint32_t low = (uint32_t)bits;
    memcpy(&wide, &bits, sizeof wide);
    memcpy(&narrow, &low, sizeof narrow);
    return count == sizeof narrow ? (double)narrow : wide;
}

static enum status read_floats(struct source *source, const struct array_file *array, struct items *items,
                               struct error *error)
{
    uint8_t chunk[CHUNK];
    const size_t item = shape_size(items->shape), total = items->count * item, most = sizeof chunk / array->bytes;
    for (size_t first = 0, count; first < total; first += count) {
        count = smaller(total - first, most);
        enum status status = source_read(source, chunk, count * array->bytes, error);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            const float value = (float)float_at(chunk + i * array->bytes, array->bytes, array->big_endian);
            if (isinf(value))
                return error_set(error, STATUS_DATA, "%s: value %zu of item %zu is infinite, or too large for a float",
                                 source_path(source), (first + i) % item + 1, (first + i) / item + 1);
            items->values[first + i] = value;
        }
    }
    return STATUS_OK;
}

enum status array_items(struct source *source, const struct array_file *array, struct items *items, struct error *error)
{
    struct dataset_kind kind = {.scale = 1};
    *items = (struct items){0};
    enum status status = array_shape(array, source_path(source), &kind.shape, error);
    const bool bytes = array->kind == ARRAY_UNSIGNED && array->bytes == 1;
    if (status == STATUS_OK && array->kind != ARRAY_FLOAT && !bytes)
        status = error_set(error, STATUS_DATA,
                           "%s: has whole numbers of %zu byte%s; items are bytes from 0 to 255 or floats: save "
                           "a.astype('uint8') or a.astype('float32')",
                           source_path(source), array->bytes, array->bytes == 1 ? " with a sign" : "s");
    if (status == STATUS_OK)
        status = items_alloc(items, &kind, array->size[0], bytes, error);
    if (status == STATUS_OK)
        status = bytes ? source_read(source, items->bytes, items->count * shape_size(items->shape), error)
                       : read_floats(source, array, items, error);
    return status == STATUS_OK ? source_expect_end(source, error) : status;
}

enum status array_labels(struct source *source, const struct array_file *array, int64_t *label, struct error *error)
{
    if (array->rank != 1 || array->kind == ARRAY_FLOAT)
        return error_set(error, STATUS_DATA, "%s: has %zu dimension%s of %s; labels have one, of whole numbers",
                         source_path(source), array->rank, array->rank == 1 ? "" : "s",
                         array->kind == ARRAY_FLOAT ? "floats" : "whole numbers");
    for (size_t i = 0; i < array->size[0]; i++) {
        uint8_t bytes[sizeof *label];
        enum status status = source_read(source, bytes, smaller(array->bytes, sizeof bytes), error);
        if (status != STATUS_OK)
            return status;
        uint64_t number = number_at(bytes, smaller(array->bytes, sizeof bytes), array->big_endian);
        if (array->kind == ARRAY_UNSIGNED && number > INT64_MAX)
            return error_set(error, STATUS_DATA, "%s: label %zu is %" PRIu64 ", which is too large",
                             source_path(source), i + 1, number);
        const uint8_t highest = bytes[array->big_endian ? 0 : array->bytes - 1];
        for (size_t byte = array->bytes; byte < sizeof number && array->kind == ARRAY_SIGNED && highest >> 7; byte++)
            number |= (uint64_t)UINT8_MAX << (8 * byte); /* the sign */
        memcpy(&label[i], &number, sizeof label[i]);
    }
    return source_expect_end(source, error);
}

/* lib/data/image_netpbm.c: Netpbm images as in its manual: PBM, PGM and PPM, plain and raw. */
#include <ctype.h>
#include <string.h>

#include "core/memory.h"
#include "data/image_decode.h"

/* Text of a header, or the samples after it. */
struct netpbm {
    const uint8_t *bytes;
    size_t count, used;
    bool raw, bits; /* PBM's samples are bits, of which 1 is black */
    size_t width, most;
    size_t column; /* of the next sample */
};

/* Skips white space and comments. */
static void skip_space(struct netpbm *file)
{
    while (file->used < file->count && (isspace(file->bytes[file->used]) || file->bytes[file->used] == '#')) {
        if (file->bytes[file->used] == '#') {
            while (file->used < file->count && file->bytes[file->used] != '\n' && file->bytes[file->used] != '\r')
                file->used++;
        } else {
            file->used++;
        }
    }
}

/* The next number after white space and comments. False: there is none, or it is above 65535. */
static bool next_number(struct netpbm *file, size_t *number)
{
    skip_space(file);
    size_t begun = file->used;
    for (*number = 0; file->used < file->count && isdigit(file->bytes[file->used]) && *number <= 65535; file->used++)
        *number = *number * 10 + (size_t)(file->bytes[file->used] - '0');
    return file->used > begun && *number <= 65535;
}

/* Two characters and a space also begin a series of a class "P2", whose numbers have a point or are many: an image's
 * width is a whole number. */
bool netpbm_begins(const uint8_t *bytes, size_t count)
{
    struct netpbm file = {.bytes = bytes, .count = count, .used = 2};
    size_t width;
    return count >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && isspace(bytes[2]) &&
           next_number(&file, &width) && (file.used == count || isspace(bytes[file.used]) || bytes[file.used] == '#');
}

/* Plain bits need no space between them; raw ones fill bytes, and each row starts a new byte. */
static bool next_bit(struct netpbm *file, size_t *sample)
{
    if (!file->raw)
        skip_space(file);
    if (file->used == file->count)
        return false;
    size_t bit, byte = file->bytes[file->used];
    if (file->raw) {
        bit = byte >> (7 - file->column % 8) & 1;
        file->column = (file->column + 1) % file->width;
        file->used += file->column % 8 == 0; /* also at a row's end, since the next column is 0 then */
    } else {
        bit = byte - '0'; /* above 1 for anything else */
        file->used++;
    }
    *sample = 1 - bit;
    return bit <= 1;
}

static bool next_sample(struct netpbm *file, size_t *sample)
{
    if (file->bits)
        return next_bit(file, sample);
    if (!file->raw)
        return next_number(file, sample);
    size_t size = file->most > 255 ? 2 : 1;
    if (file->count - file->used < size)
        return false;
    *sample = file->bytes[file->used++];
    if (size == 2)
        *sample = *sample << 8 | file->bytes[file->used++];
    return true;
}

static enum status read_samples(struct netpbm *file, const char *name, size_t count, uint16_t *values,
                                struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t sample;
        if (!next_sample(file, &sample) || sample > file->most)
            return error_set(error, STATUS_DATA, "%s: sample %zu of %zu is missing, no number or above %zu", name,
                             i + 1, count, file->most);
        values[i] = (uint16_t)sample;
    }
    if (!file->raw)
        skip_space(file);
    if (file->used < file->count)
        return error_set(error, STATUS_DATA, "%s: has %zu bytes after its last sample; save it anew as one image", name,
                         file->count - file->used);
    return STATUS_OK;
}

enum status netpbm_decode(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                          struct samples *samples, struct error *error)
{
    struct netpbm file = {.bytes = bytes, .count = count, .used = 2, .most = 1};
    const char kind = (char)bytes[1];
    file.raw = kind >= '4';
    file.bits = kind == '1' || kind == '4';
    size_t height;
    if (!next_number(&file, &file.width) || !next_number(&file, &height) ||
        (!file.bits && !next_number(&file, &file.most)) || file.most == 0)
        return error_set(error, STATUS_DATA, "%s: has no readable Netpbm header", name);
    enum status status = image_check_size(height, file.width, shape, name, error);
    if (status != STATUS_OK)
        return status;
    if (file.raw && (file.used == count || !isspace(bytes[file.used])))
        return error_set(error, STATUS_DATA, "%s: one white space is wanted after the Netpbm header", name);
    file.used += file.raw;
    samples->channels = kind == '3' || kind == '6' ? 3 : 1;
    samples->most = file.most;
    const size_t size = height * file.width * samples->channels, at_most = file.bits ? 8 : 1; /* samples of a byte */
    if (size > at_most * (count - file.used))
        return error_set(error, STATUS_DATA,
                         "%s: is cut off: %zu samples do not fit into the %zu bytes after its header", name, size,
                         count - file.used);
    samples->values = memory_alloc(size, sizeof *samples->values, error);
    return samples->values ? read_samples(&file, name, size, samples->values, error) : STATUS_NO_MEMORY;
}

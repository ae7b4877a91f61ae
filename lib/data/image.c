#include "data/image.h"

#include <ctype.h>
#include <png.h>
#include <string.h>

static enum status wrong_size(const char *name, size_t height, size_t width, struct shape shape, struct error *error)
{
    return error_set(error, STATUS_DATA, "%s: is %zu x %zu pixels (width x height); the model takes %zu x %zu", name,
                     width, height, shape.width, shape.height);
}

/* ---- PNG ---- */

bool image_is_png(const uint8_t *bytes, size_t count)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    return count >= sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

enum status image_read_png(const uint8_t *bytes, size_t count, const char *name, struct shape shape, uint8_t *pixels,
                           struct error *error)
{
    static const png_color black = {0, 0, 0};
    png_image image = {.version = PNG_IMAGE_VERSION};
    enum status status = STATUS_OK;
    if (!png_image_begin_read_from_memory(&image, bytes, count))
        return error_set(error, STATUS_DATA, "%s: is no readable PNG: %s", name, image.message);
    if (image.height != shape.height || image.width != shape.width) {
        status = wrong_size(name, image.height, image.width, shape, error);
    } else {
        image.format = shape.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
        if (!png_image_finish_read(&image, &black, pixels, 0, NULL))
            status = error_set(error, STATUS_DATA, "%s: is a damaged PNG: %s", name, image.message);
    }
    png_image_free(&image);
    return status;
}

/* ---- Netpbm ---- */

bool image_is_netpbm(const uint8_t *bytes, size_t count)
{
    return count >= 3 && bytes[0] == 'P' && strchr("2356", bytes[1]) && bytes[1] != 0 && isspace(bytes[2]);
}

/* Text of a header, or of a plain file's samples. */
struct netpbm {
    const uint8_t *bytes;
    size_t count, used;
};

/* The next number, behind white space and comments. False: there is none, or it is above 65535. */
static bool next_number(struct netpbm *text, size_t *number)
{
    while (text->used < text->count && (isspace(text->bytes[text->used]) || text->bytes[text->used] == '#')) {
        if (text->bytes[text->used] == '#') {
            while (text->used < text->count && text->bytes[text->used] != '\n')
                text->used++;
        } else {
            text->used++;
        }
    }
    size_t begun = text->used;
    for (*number = 0; text->used < text->count && isdigit(text->bytes[text->used]) && *number <= 65535; text->used++)
        *number = *number * 10 + (size_t)(text->bytes[text->used] - '0');
    return text->used > begun && *number <= 65535;
}

/* The next sample of a raw file, of one byte or two. */
static bool next_sample(struct netpbm *data, size_t most, size_t *sample)
{
    size_t size = most > 255 ? 2 : 1;
    if (data->count - data->used < size)
        return false;
    *sample = data->bytes[data->used++];
    if (size == 2)
        *sample = *sample << 8 | data->bytes[data->used++];
    return true;
}

enum status image_read_netpbm(const uint8_t *bytes, size_t count, const char *name, struct shape shape, uint8_t *pixels,
                              struct error *error)
{
    struct netpbm file = {bytes, count, 2};
    bool raw = bytes[1] >= '5', color = bytes[1] == '3' || bytes[1] == '6';
    size_t width, height, most, sample;
    if (!next_number(&file, &width) || !next_number(&file, &height) || !next_number(&file, &most) || most == 0)
        return error_set(error, STATUS_DATA, "%s: has no readable Netpbm header", name);
    if (width != shape.width || height != shape.height)
        return wrong_size(name, height, width, shape, error);
    if (color != (shape.channels == 3))
        return error_set(error, STATUS_DATA, "%s: the model takes %s", name,
                         color ? "gray images (PGM)" : "color images (PPM)");
    if (raw && (file.used == count || !isspace(bytes[file.used])))
        return error_set(error, STATUS_DATA, "%s: one white space is wanted behind the Netpbm header", name);
    file.used += raw;
    for (size_t i = 0; i < shape_size(shape); i++) {
        if (!(raw ? next_sample(&file, most, &sample) : next_number(&file, &sample)) || sample > most)
            return error_set(error, STATUS_DATA, "%s: sample %zu of %zu is missing or above %zu", name, i + 1,
                             shape_size(shape), most);
        pixels[i] = (uint8_t)((sample * 255 + most / 2) / most);
    }
    while (!raw && file.used < count && isspace(bytes[file.used]))
        file.used++;
    if (file.used < count)
        return error_set(error, STATUS_DATA, "%s: has %zu bytes behind its last sample; save it anew as one image",
                         name, count - file.used);
    return STATUS_OK;
}

#include "data/image.h"

#include "core/memory.h"
#include "data/image_decode.h"

bool image_known(const uint8_t *bytes, size_t count)
{
    return png_begins(bytes, count) || netpbm_begins(bytes, count);
}

enum status image_check_size(size_t height, size_t width, struct shape shape, const char *name, struct error *error)
{
    if (height == shape.height && width == shape.width)
        return STATUS_OK;
    return error_set(error, STATUS_DATA, "%s: is %zu x %zu pixels (width x height); the model takes %zu x %zu", name,
                     width, height, shape.width, shape.height);
}

/* Only the maker of a picture knows the background behind transparency, and black ink on transparency is a blank
 * picture on black. */
static enum status check_opaque(const struct samples *image, struct shape shape, const char *name, struct error *error)
{
    if (image->channels % 2 == 1)
        return STATUS_OK;
    for (size_t i = 0; i < shape.height * shape.width; i++) {
        size_t alpha = image->values[(i + 1) * image->channels - 1];
        if (alpha < image->most)
            return error_set(error, STATUS_DATA,
                             "%s: is transparent (alpha %zu of %zu in column %zu of row %zu), and the model takes "
                             "pixels on a ground; flatten it, onto the black or white that the model was trained on",
                             name, alpha, image->most, i % shape.width + 1, i / shape.width + 1);
    }
    return STATUS_OK;
}

/* Red, green and blue must be equal if one channel is wanted. */
static enum status check_gray(const struct samples *image, struct shape shape, const char *name, struct error *error)
{
    if (image->channels < 3 || shape.channels == 3)
        return STATUS_OK;
    for (size_t i = 0; i < shape.height * shape.width; i++) {
        const uint16_t *pixel = &image->values[i * image->channels];
        if (pixel[0] != pixel[1] || pixel[1] != pixel[2])
            return error_set(
                error, STATUS_DATA,
                "%s: is in color (column %zu of row %zu), and the model takes gray images; save it in gray", name,
                i % shape.width + 1, i / shape.width + 1);
    }
    return STATUS_OK;
}

static void make_bytes(const struct samples *image, struct shape shape, uint8_t *pixels)
{
    for (size_t i = 0; i < shape.height * shape.width; i++) {
        const uint16_t *pixel = &image->values[i * image->channels];
        for (size_t c = 0; c < shape.channels; c++) {
            size_t sample = pixel[image->channels < 3 ? 0 : c];
            pixels[i * shape.channels + c] = (uint8_t)((sample * 255 + image->most / 2) / image->most);
        }
    }
}

enum status image_read(const uint8_t *bytes, size_t count, const char *name, struct shape shape, uint8_t *pixels,
                       struct error *error)
{
    struct samples image = {0};
    image_decode_fn *decode = png_begins(bytes, count) ? png_decode : netpbm_decode;
    enum status status = decode(bytes, count, name, shape, &image, error);
    if (status == STATUS_OK)
        status = check_opaque(&image, shape, name, error);
    if (status == STATUS_OK)
        status = check_gray(&image, shape, name, error);
    if (status == STATUS_OK)
        make_bytes(&image, shape, pixels);
    memory_free(image.values);
    return status;
}

/* lib/data/image_decode.h: shared by image.c and the readers of its containers. Nobody else includes it. */
#ifndef TENTH_DATA_IMAGE_DECODE_H
#define TENTH_DATA_IMAGE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"

/* An image as in its container. */
struct samples {
    size_t channels;  /* 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha */
    size_t most;      /* the sample that is white, or opaque: 1 .. 65535 */
    uint16_t *values; /* [height][width][channels], at most `most`; freed with memory_free, also after a failure */
};

/* STATUS_DATA, with both sizes, unless the image has the model's height and width. */
enum status image_check_size(size_t height, size_t width, struct shape shape, const char *name, struct error *error);

typedef enum status image_decode_fn(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                                    struct samples *samples, struct error *error);
image_decode_fn png_decode, netpbm_decode;

/* Whether the bytes start like such a file. */
bool png_begins(const uint8_t *bytes, size_t count);
bool netpbm_begins(const uint8_t *bytes, size_t count);

#endif

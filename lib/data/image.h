/* lib/data/image.h: single images in common formats: PNG (libpng) and Netpbm (PBM, PGM, PPM; plain and raw).
 *
 * Whatever the container and bit depth, a picture has one meaning: a sample s of 0 .. most is the byte 255 s / most,
 * rounded, and gamma and color profiles are ignored, as for the images that networks are trained on. */
#ifndef TENTH_DATA_IMAGE_H
#define TENTH_DATA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"

/* Whether the bytes start like PNG or Netpbm. */
bool image_known(const uint8_t *bytes, size_t count);

/* Whether the bytes, 26 at least, begin like PNG; *shape is then what the header claims, with 1 channel for gray and 3
 * for colours and palettes. */
bool image_png_shape(const uint8_t *bytes, size_t count, struct shape *shape);

/* Reads one image of exactly this size, filling the bytes, for 1 channel (gray) or 3 (RGB). A gray image means equal
 * red, green and blue; a color image counts as gray only if they are equal in every pixel. `name` denotes the file in
 * messages. STATUS_DATA: damaged, of another size, in color if gray is wanted, transparent anywhere, animated. */
enum status image_read(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                       uint8_t *pixels /* [height][width][channels] */, struct error *error);

#endif

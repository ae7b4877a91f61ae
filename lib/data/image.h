/* lib/data/image.h: single images, as people have them: PNG (libpng) and Netpbm (PGM, PPM; plain and raw). */
#ifndef TENTH_DATA_IMAGE_H
#define TENTH_DATA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/shape.h"

/* Whether the bytes begin like such a file. */
bool image_is_png(const uint8_t *bytes, size_t count);
bool image_is_netpbm(const uint8_t *bytes, size_t count);

/* Reads one image of exactly this size with 1 channel (gray) or 3 (RGB), as 8-bit values; transparency lies on black,
 * other depths are scaled. `name` stands for the file in messages. STATUS_DATA: damaged, or of another size. */
enum status image_read_png(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                           uint8_t *pixels /* [height][width][channels] */, struct error *error);
enum status image_read_netpbm(const uint8_t *bytes, size_t count, const char *name, struct shape shape, uint8_t *pixels,
                              struct error *error);

#endif

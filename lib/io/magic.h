/* lib/io/magic.h: what kind of file some bytes are, by how they begin: for messages that name what was handed over. */
#ifndef TENTH_IO_MAGIC_H
#define TENTH_IO_MAGIC_H

#include <stddef.h>
#include <stdint.h>

/* What the bytes of a file are, with its article ("a JPEG image", "an archive of ZIP"); NULL: not known, which text
 * always is. The first 512 bytes are enough but for CIFAR's format, which is known by the whole. */
const char *file_kind(const uint8_t *bytes, size_t count);

#endif

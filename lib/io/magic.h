/* lib/io/magic.h: the kind of a file by its first bytes: for messages that name what was given. */
#ifndef TENTH_IO_MAGIC_H
#define TENTH_IO_MAGIC_H

#include <stddef.h>
#include <stdint.h>

/* What the bytes of a file are, with its article ("a JPEG image", "an archive of ZIP"); NULL: not known, as text always
 * is. The first 512 bytes are enough, except for CIFAR's format, which needs the whole file. */
const char *file_kind(const uint8_t *bytes, size_t count);

#endif

/* lib/embed/bytes.h: bytes written to and read from memory; numbers are little-endian. */
#ifndef TENTH_EMBED_BYTES_H
#define TENTH_EMBED_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Grows while it is written. A failed allocation is remembered; later writes are dropped. bytes_free, or memory_free of
 * what was taken out. */
struct byte_writer {
    uint8_t *bytes;
    size_t used, room;
    bool failed;
};
void bytes_put(struct byte_writer *writer, const void *bytes, size_t count);
void bytes_put_number(struct byte_writer *writer, uint64_t value, size_t size);
void bytes_put_float(struct byte_writer *writer, float value);
void bytes_free(struct byte_writer *writer);

/* Reads the bytes; beyond the end it returns 0 and remembers. failed: the decoder ran out of memory. */
struct byte_reader {
    const uint8_t *bytes;
    size_t used, count;
    bool beyond, failed;
};
const uint8_t *bytes_get(struct byte_reader *reader, size_t count); /* NULL: fewer are left */
uint64_t bytes_get_number(struct byte_reader *reader, size_t size);
float bytes_get_float(struct byte_reader *reader);

#endif

/* lib/io/source.h: reading data files, hashed on the way.
 *
 * Every byte that a reader sees passes through SHA-256, so what was hashed and what was used cannot drift apart. What
 * begins as gzip does is unpacked on the way (zlib), whatever its name; the hash is of the file as it lies on disk.
 * Short reads are failures, here and only here. */
#ifndef TENTH_IO_SOURCE_H
#define TENTH_IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "io/sha256.h" /* SHA256_HEX_SIZE */

struct source;

/* What is packed may unpack to so many times its bytes, and to this much in any case; beyond that it is STATUS_DATA.
 * DEFLATE packs nothing to less than a 1032nd, and images and series to no less than a 20th. */
enum { SOURCE_UNPACK_RATIO = 200, SOURCE_UNPACK_SPARE = 1 << 24 };

/* Opens PATH, or PATH.gz when PATH is not there. STATUS_DATA when neither is, naming both. */
enum status source_open(const char *path, struct source **source, struct error *error);

/* The same for bytes in memory, which are borrowed until the source is closed; `name` stands for the path in messages.
 * For fuzzing, and for text that is stored in other files. */
enum status source_open_bytes(const void *bytes, size_t count, const char *name, struct source **source,
                              struct error *error);

/* STATUS_DATA, as source_read has it, unless the source can hold `count` bytes more, as far as its size tells: to be
 * asked before room is made for what a header claims. What is no regular file has no size, and may hold anything. */
enum status source_expect(struct source *source, uint64_t count, struct error *error);

/* Reads exactly `count` bytes; fewer: STATUS_DATA "FILE: ends after N of M bytes; is it a whole copy?". */
enum status source_read(struct source *source, void *bytes, size_t count, struct error *error);

/* Reads one line of text without its end (LF or CRLF); the pointer is valid until the next call. *line is NULL at the
 * end of the file. Lines above 1 MiB, and lines with a 0 byte in them, are STATUS_DATA. */
enum status source_line(struct source *source, const char **line, struct error *error);

/* Reads all that is left; more than `limit` bytes are STATUS_DATA. A 0 byte is added after the `count` bytes. The
 * caller frees with memory_free; *bytes is NULL on failure. */
enum status source_rest(struct source *source, size_t limit, uint8_t **bytes, size_t *count, struct error *error);

/* STATUS_DATA unless the file is at its end. */
enum status source_expect_end(struct source *source, struct error *error);

/* Reads what is left, finishes the hash and closes. `hex` may be NULL. The source is freed, also on failure. */
enum status source_finish(struct source *source, char hex[SHA256_HEX_SIZE], struct error *error);

void source_close(struct source *source);               /* without the hash; NULL is allowed */
const char *source_path(const struct source *source);   /* as it was found: with .gz where that is what is there */
size_t source_line_number(const struct source *source); /* of the last line read, from 1 */

#endif

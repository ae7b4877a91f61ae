/* lib/io/source.h: reading data files, hashed on the way.
 *
 * Every byte that a reader sees passes through SHA-256, so the hashed and the used bytes cannot differ. Anything that
 * begins like gzip is unpacked on the way (zlib), whatever its name; the hash is of the file on disk. Short reads are
 * failures, here and only here. */
#ifndef TENTH_IO_SOURCE_H
#define TENTH_IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "io/sha256.h" /* SHA256_HEX_SIZE */

struct source;

/* A packed file may unpack to this multiple of its size, and to this much in any case; more is STATUS_DATA. DEFLATE
 * compresses by at most 1032 : 1, and images and series by at most 20 : 1. */
enum { SOURCE_UNPACK_RATIO = 200, SOURCE_UNPACK_SPARE = 1 << 24 };

/* Opens PATH, or PATH.gz if PATH does not exist. STATUS_DATA if neither does, naming both. */
enum status source_open(const char *path, struct source **source, struct error *error);

/* The same for bytes in memory, which are borrowed until the source is closed; `name` replaces the path in messages.
 * For fuzzing, and for text stored in other files. */
enum status source_open_bytes(const void *bytes, size_t count, const char *name, struct source **source,
                              struct error *error);

/* STATUS_DATA, as from source_read, unless the source can hold `count` more bytes, judging by its size: to be called
 * before allocating what a header claims. Anything but a regular file has no size, and may hold any amount. */
enum status source_expect(struct source *source, uint64_t count, struct error *error);

/* Reads exactly `count` bytes; fewer: STATUS_DATA "FILE: ends after N of M bytes; is it a whole copy?". */
enum status source_read(struct source *source, void *bytes, size_t count, struct error *error);

/* Reads one line of text without its end (LF or CRLF); the pointer is valid until the next call. *line is NULL at the
 * end of the file. Lines above 1 MiB, and lines with a 0 byte in them, are STATUS_DATA. */
enum status source_line(struct source *source, const char **line, struct error *error);

/* Reads the rest; more than `limit` bytes are STATUS_DATA. A 0 byte is added after the `count` bytes. The caller frees
 * with memory_free; *bytes is NULL on failure. */
enum status source_rest(struct source *source, size_t limit, uint8_t **bytes, size_t *count, struct error *error);

/* STATUS_DATA unless the file is at its end. */
enum status source_expect_end(struct source *source, struct error *error);

/* Reads the rest, finishes the hash and closes. `hex` may be NULL. The source is freed, also on failure. */
enum status source_finish(struct source *source, char hex[SHA256_HEX_SIZE], struct error *error);

void source_close(struct source *source);               /* without the hash; NULL is allowed */
const char *source_path(const struct source *source);   /* as found: with .gz if that is what exists */
size_t source_line_number(const struct source *source); /* of the last line read, from 1 */

#endif

#include "io/source.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/memory.h"
#include "core/size.h"

enum { BUFFER_SIZE = 1 << 16, LINE_LIMIT = 1 << 20, LINE_START_SIZE = 1 << 12 };

/* Bytes travel file -> raw (hashed here) -> plain -> caller. Without compression `plain` is not used and the caller
 * reads from `raw`. [next, end) is what the caller has not had yet. The first bytes tell which of the two applies. */
struct source {
    FILE *file;
    char *path;
    struct sha256 hash;
    uint8_t *raw;   /* [BUFFER_SIZE] */
    uint8_t *plain; /* [BUFFER_SIZE]; NULL: the file is not packed */
    z_stream unpack;
    bool unpack_open; /* inflateEnd must be called */
    bool unpack_done; /* a packed stream has ended and its checksum was right */
    bool file_begun, file_ended;
    const uint8_t *next, *end;
    uint64_t size;            /* of the file; UINT64_MAX: not known */
    uint64_t taken, unpacked; /* bytes read from the file, and unpacked from them */
    uint64_t delivered;       /* bytes given to the caller */
    char *line;               /* [line_room] */
    size_t line_room, line_number;
};

/* zlib allocates through memory_alloc, so that fault injection reaches it. */
static void *unpack_alloc(void *opaque, unsigned int count, unsigned int size)
{
    (void)opaque;
    return memory_alloc(count, size, NULL);
}

static void unpack_free(void *opaque, void *block)
{
    (void)opaque;
    memory_free(block);
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->unpack_open)
        (void)inflateEnd(
            &source->unpack); /* it can only complain about a truncated stream, which is already known here */
    if (source->file)
        (void)fclose(source->file); /* nothing was written: a failure loses nothing */
    memory_free(source->raw);
    memory_free(source->plain);
    memory_free(source->line);
    memory_free(source->path);
    memory_free(source);
}

static bool is_packed(const uint8_t *bytes, size_t count)
{
    return count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

/* Starts unpacking; the first `count` packed bytes are in `raw`. */
static enum status begin_unpacking(struct source *source, size_t count, struct error *error)
{
    source->plain = memory_alloc(BUFFER_SIZE, 1, error);
    if (!source->plain)
        return STATUS_NO_MEMORY;
    source->unpack.zalloc = unpack_alloc;
    source->unpack.zfree = unpack_free;
    int result = inflateInit2(&source->unpack, 15 + 16); /* the largest window; 16: only a gzip header */
    if (result == Z_MEM_ERROR)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack it", source->path);
    if (result != Z_OK)
        return error_set(error, STATUS_FAILED,
                         "%s: zlib cannot start (code %d); is zlib %s the one that was built with?", source->path,
                         result, zlibVersion());
    source->unpack_open = true;
    source->unpack.next_in = source->raw;
    source->unpack.avail_in = (unsigned int)count;
    return STATUS_OK;
}

/* Takes over `file`, which is closed on failure. */
static enum status source_make(FILE *file, uint64_t size, const char *path, struct source **source, struct error *error)
{
    struct source *made = memory_alloc(1, sizeof *made, error);
    *source = NULL;
    if (!made) {
        (void)fclose(file);
        return STATUS_NO_MEMORY;
    }
    made->file = file;
    made->size = size;
    made->path = memory_copy_text(path, error);
    made->raw = made->path ? memory_alloc(BUFFER_SIZE, 1, error) : NULL;
    if (!made->raw) {
        source_close(made);
        return STATUS_NO_MEMORY;
    }
    sha256_begin(&made->hash);
    *source = made;
    return STATUS_OK;
}

enum status source_open(const char *path, struct source **source, struct error *error)
{
    *source = NULL;
    char packed[PATH_MAX]; /* no system call accepts a longer path */
    int length = snprintf(packed, sizeof packed, "%s.gz", path);
    if (length < 0 || (size_t)length >= sizeof packed)
        return error_set(error, STATUS_DATA, "%.64s...: the path is longer than %d bytes", path, PATH_MAX);
    const char *found = path;
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT) {
        found = packed;
        file = fopen(packed, "rb");
        if (!file && errno == ENOENT)
            return error_set(error, STATUS_DATA, "there is neither %s nor %s", path, packed);
    }
    if (!file)
        return error_set(error, STATUS_DATA, "%s: cannot be opened: %s", found, strerror(errno));
    struct stat about;
    const bool regular = fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
    return source_make(file, regular ? (uint64_t)about.st_size : UINT64_MAX, found, source, error);
}

enum status source_open_bytes(const void *bytes, size_t count, const char *name, struct source **source,
                              struct error *error)
{
    *source = NULL;
    /* The cast drops a const that fmemopen's interface lacks; a stream opened for reading never writes. */
    FILE *file = count > 0 ? fmemopen((void *)bytes, count, "rb") : fopen("/dev/null", "rb");
    if (!file)
        return error_set(error, STATUS_FAILED, "%s: no stream over %zu bytes: %s", name, count, strerror(errno));
    return source_make(file, count, name, source, error);
}

/* The next bytes of the file, hashed; a count of 0 at its end. */
static enum status read_raw(struct source *source, size_t *count, struct error *error)
{
    *count = source->file_ended ? 0 : fread(source->raw, 1, BUFFER_SIZE, source->file);
    if (*count < BUFFER_SIZE && ferror(source->file))
        return error_set(error, STATUS_DATA, "%s: cannot be read: %s", source->path, strerror(errno));
    source->file_ended = *count < BUFFER_SIZE;
    source->taken += *count;
    sha256_add(&source->hash, source->raw, *count);
    return STATUS_OK;
}

static enum status packed_error(const struct source *source, int code, struct error *error)
{
    if (code == Z_MEM_ERROR)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack it", source->path);
    return error_set(error, STATUS_DATA,
                     "%s: is damaged (%s) after byte %" PRIu64 " of its content; is it a whole copy?", source->path,
                     source->unpack.msg ? source->unpack.msg : "not a gzip stream", source->delivered);
}

/* After a packed stream another may follow (RFC 1952: `cat a.gz b.gz`, and parallel packers); anything else is refused.
 * Its two magic bytes may lie in two blocks, so one decides. */
static enum status next_stream(struct source *source, struct error *error)
{
    if (source->unpack.next_in[0] != 0x1F || inflateReset(&source->unpack) != Z_OK)
        return error_set(error, STATUS_DATA, "%s: has bytes after the end of its gzip stream; is it a whole copy?",
                         source->path);
    source->unpack_done = false;
    return STATUS_OK;
}

static uint64_t most_unpacked(uint64_t packed)
{
    return SOURCE_UNPACK_SPARE + (packed < UINT64_MAX / 1024 ? packed * SOURCE_UNPACK_RATIO : UINT64_MAX / 2);
}

/* Unpacks until there are some bytes or the packed streams have ended. */
static enum status refill_packed(struct source *source, size_t *count, struct error *error)
{
    z_stream *unpack = &source->unpack;
    unpack->next_out = source->plain;
    unpack->avail_out = BUFFER_SIZE;
    while (unpack->avail_out == BUFFER_SIZE) {
        if (unpack->avail_in == 0) {
            size_t read = 0;
            enum status status = read_raw(source, &read, error);
            if (status != STATUS_OK)
                return status;
            unpack->next_in = source->raw;
            unpack->avail_in = (unsigned int)read;
            if (read == 0 && source->unpack_done)
                break;
            if (read == 0)
                return error_set(error, STATUS_DATA, "%s: is cut off after byte %" PRIu64 " of its content; %s",
                                 source->path, source->delivered, "is it a whole copy?");
        }
        enum status status = source->unpack_done ? next_stream(source, error) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        int code = inflate(unpack, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END)
            return packed_error(source, code, error);
        source->unpack_done = code == Z_STREAM_END;
    }
    *count = BUFFER_SIZE - unpack->avail_out;
    source->unpacked += *count;
    if (source->unpacked > most_unpacked(source->taken))
        return error_set(
            error, STATUS_DATA,
            "%s: unpacks to more than %d times its size (and %d MiB), as no data do; is it the right file?",
            source->path, SOURCE_UNPACK_RATIO, SOURCE_UNPACK_SPARE >> 20);
    return STATUS_OK;
}

/* The file's first block. If it is packed, prepares unpacking; *count is 0 then. */
static enum status begin_reading(struct source *source, size_t *count, struct error *error)
{
    enum status status = read_raw(source, count, error);
    source->file_begun = true;
    if (status != STATUS_OK || !is_packed(source->raw, *count))
        return status;
    status = begin_unpacking(source, *count, error);
    *count = 0;
    return status;
}

/* Makes [next, end) hold at least one byte, unless the content has ended. */
static enum status refill(struct source *source, struct error *error)
{
    if (source->next != source->end)
        return STATUS_OK;
    size_t count = 0;
    enum status status = STATUS_OK;
    if (!source->file_begun)
        status = begin_reading(source, &count, error);
    if (status == STATUS_OK && count == 0)
        status = source->plain ? refill_packed(source, &count, error) : read_raw(source, &count, error);
    source->next = source->plain ? source->plain : source->raw;
    source->end = source->next + (status == STATUS_OK ? count : 0);
    return status;
}

enum status source_expect(struct source *source, uint64_t count, struct error *error)
{
    enum status status = refill(source, error);
    if (status != STATUS_OK || source->size == UINT64_MAX)
        return status;
    const uint64_t most = source->plain ? most_unpacked(source->size) : source->size;
    if (source->delivered <= most && count <= most - source->delivered)
        return STATUS_OK;
    return error_set(error, STATUS_DATA, "%s: ends after %s%" PRIu64 " of %" PRIu64 " bytes; is it a whole copy?",
                     source->path, source->plain ? "at most " : "", most, source->delivered + count);
}

enum status source_read(struct source *source, void *bytes, size_t count, struct error *error)
{
    uint8_t *out = bytes;
    size_t left = count;
    while (left > 0) {
        enum status status = refill(source, error);
        if (status != STATUS_OK)
            return status;
        size_t there = (size_t)(source->end - source->next);
        if (there == 0)
            return error_set(error, STATUS_DATA, "%s: ends after %" PRIu64 " of %" PRIu64 " bytes; is it a whole copy?",
                             source->path, source->delivered, source->delivered + left);
        size_t taken = smaller(there, left);
        memcpy(out, source->next, taken);
        source->next += taken;
        source->delivered += taken;
        out += taken;
        left -= taken;
    }
    return STATUS_OK;
}

/* Grows the block to `need` bytes, doubling. On failure the old block is freed and *bytes is NULL. */
static enum status rest_reserve(uint8_t **bytes, size_t count, size_t need, size_t *room, struct error *error)
{
    if (need <= *room)
        return STATUS_OK;
    *room = *room > 0 ? *room : BUFFER_SIZE;
    while (*room < need)
        *room = size_multiply(*room, 2);
    uint8_t *larger_block = memory_alloc(*room, 1, error);
    if (larger_block && count > 0)
        memcpy(larger_block, *bytes, count);
    memory_free(*bytes);
    *bytes = larger_block;
    return larger_block ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status source_rest(struct source *source, size_t limit, uint8_t **bytes, size_t *count, struct error *error)
{
    size_t room = 0, there = 1; /* of the next piece; 0 at the end */
    enum status status = STATUS_OK;
    *bytes = NULL;
    *count = 0;
    while (status == STATUS_OK && there > 0) {
        status = refill(source, error);
        if (status != STATUS_OK)
            break;
        there = (size_t)(source->end - source->next);
        status = there > limit - *count
                     ? error_set(error, STATUS_DATA, "%s: holds more than %zu bytes; is it the right file?",
                                 source->path, limit)
                     : rest_reserve(bytes, *count, *count + there + 1, &room, error);
        if (status != STATUS_OK || !*bytes)
            break;
        memcpy(*bytes + *count, source->next, there);
        source->next += there;
        source->delivered += there;
        *count += there;
    }
    if (status == STATUS_OK && *bytes) {
        (*bytes)[*count] = 0;
        return STATUS_OK;
    }
    memory_free(*bytes);
    *bytes = NULL;
    *count = 0;
    return status;
}

/* Grows the line to `need` bytes, doubling so that long lines are not copied often. */
static enum status line_reserve(struct source *source, size_t need, struct error *error)
{
    if (need <= source->line_room)
        return STATUS_OK;
    if (need > LINE_LIMIT)
        return error_set(error, STATUS_DATA, "%s:%zu: the line is longer than %d bytes; this is not a text file",
                         source->path, source->line_number, LINE_LIMIT);
    size_t room = source->line_room ? source->line_room : LINE_START_SIZE;
    while (room < need)
        room *= 2;
    char *line = memory_alloc(room, 1, error);
    if (!line)
        return STATUS_NO_MEMORY;
    if (source->line)
        memcpy(line, source->line, source->line_room);
    memory_free(source->line);
    source->line = line;
    source->line_room = room;
    return STATUS_OK;
}

enum status source_line(struct source *source, const char **line, struct error *error)
{
    size_t length = 0;
    bool ended = false;
    *line = NULL;
    source->line_number++;
    while (!ended) {
        enum status status = refill(source, error);
        if (status != STATUS_OK)
            return status;
        size_t there = (size_t)(source->end - source->next);
        if (there == 0 && length == 0) {
            source->line_number--;
            return STATUS_OK;
        }
        const uint8_t *newline = there > 0 ? memchr(source->next, '\n', there) : NULL;
        ended = newline || there == 0;
        size_t taken = newline ? (size_t)(newline - source->next) + 1 : there;
        status = line_reserve(source, length + taken + 1, error);
        if (status != STATUS_OK)
            return status;
        memcpy(source->line + length, source->next, taken);
        source->next += taken;
        source->delivered += taken;
        length += taken;
    }
    length -= source->line[length - 1] == '\n';
    length -= length > 0 && source->line[length - 1] == '\r';
    source->line[length] = '\0';
    if (strlen(source->line) != length)
        return error_set(error, STATUS_DATA, "%s:%zu: there is a 0 byte in the line; this is not a text file",
                         source->path, source->line_number);
    *line = source->line;
    return STATUS_OK;
}

enum status source_expect_end(struct source *source, struct error *error)
{
    enum status status = refill(source, error);
    if (status == STATUS_OK && source->next != source->end)
        return error_set(error, STATUS_DATA, "%s: goes on after its %" PRIu64 " bytes; is it a whole copy?",
                         source->path, source->delivered);
    return status;
}

enum status source_finish(struct source *source, char hex[SHA256_HEX_SIZE], struct error *error)
{
    enum status status;
    do {
        source->next = source->end;
        status = refill(source, error);
    } while (status == STATUS_OK && source->next != source->end);
    if (status == STATUS_OK && hex)
        sha256_end(&source->hash, hex);
    source_close(source);
    return status;
}

const char *source_path(const struct source *source)
{
    return source->path;
}

size_t source_line_number(const struct source *source)
{
    return source->line_number;
}

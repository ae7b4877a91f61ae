/* lib/data/image_png.c: PNG by libpng's low-level interface. The simplified one reads 16 bits as linear light and 8 as
 * sRGB, which makes two pictures of one. */
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/image.h"
#include "data/image_decode.h"

bool png_begins(const uint8_t *bytes, size_t count)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    return count >= sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

static size_t extent_at(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

bool image_png_shape(const uint8_t *bytes, size_t count, struct shape *shape)
{
    enum { WIDTH_AT = 16, HEIGHT_AT = 20, COLOUR_AT = 25 }; /* in a PNG, whose first chunk is IHDR */
    if (!png_begins(bytes, count) || count <= COLOUR_AT)
        return false;
    *shape = (struct shape){extent_at(bytes + HEIGHT_AT), extent_at(bytes + WIDTH_AT),
                            bytes[COLOUR_AT] & PNG_COLOR_MASK_COLOR ? 3 : 1};
    return true;
}

/* State that a longjmp out of libpng may leave half done is kept here, not in local variables. */
struct png_file {
    const uint8_t *bytes;
    size_t count, used;
    png_structp png;
    png_infop info;
    bool no_memory, animated;
    char reason[128];
    size_t height, width, channels, row_bytes;
    unsigned int depth; /* bits of a sample, as stored */
    uint8_t *rows;      /* [height][row_bytes] */
};

/* ---- what libpng calls ---- */

static void fail(png_structp png, png_const_charp reason)
{
    struct png_file *file = png_get_error_ptr(png);
    (void)snprintf(file->reason, sizeof file->reason, "%s", reason);
    png_longjmp(png, 1);
}

/* For chunks that say nothing about the pixels. */
static void ignore(png_structp png, png_const_charp reason)
{
    (void)png;
    (void)reason;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    struct png_file *file = png_get_mem_ptr(png);
    void *block = memory_alloc(size, 1, NULL);
    file->no_memory = file->no_memory || !block;
    return block;
}

static void release(png_structp png, png_voidp block)
{
    (void)png;
    memory_free(block);
}

static void give(png_structp png, png_bytep to, size_t count)
{
    struct png_file *file = png_get_io_ptr(png);
    if (count > file->count - file->used)
        png_error(png, "it is cut off");
    memcpy(to, file->bytes + file->used, count);
    file->used += count;
}

static int take_unknown(png_structp png, png_unknown_chunkp chunk)
{
    struct png_file *file = png_get_user_chunk_ptr(png);
    file->animated = file->animated || memcmp(chunk->name, "acTL", 4) == 0;
    return 1; /* no longer needed */
}

/* ---- reading ---- */

/* False: `reason` or `no_memory` says why. */
static bool read_header(struct png_file *file)
{
    if (setjmp(png_jmpbuf(file->png)))
        return false;
    png_set_read_fn(file->png, file, give);
    /* Text, times and color profiles are skipped: unpacked, they may be a thousand times the file's size. */
    png_set_keep_unknown_chunks(file->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_user_chunk_fn(file->png, file, take_unknown);
    png_read_info(file->png, file->info);
    file->height = png_get_image_height(file->png, file->info);
    file->width = png_get_image_width(file->png, file->info);
    file->depth = png_get_bit_depth(file->png, file->info);
    return true;
}

/* Samples of 8 bits, or of 16 unchanged: no gamma, no profile. */
static bool prepare(struct png_file *file)
{
    if (setjmp(png_jmpbuf(file->png)))
        return false;
    png_set_expand(file->png); /* palettes, fewer bits than 8, a transparent color */
    (void)png_set_interlace_handling(file->png);
    png_read_update_info(file->png, file->info);
    file->channels = png_get_channels(file->png, file->info);
    file->depth = png_get_bit_depth(file->png, file->info);
    file->row_bytes = png_get_rowbytes(file->png, file->info);
    return true;
}

static bool read_rows(struct png_file *file, uint8_t **row)
{
    if (setjmp(png_jmpbuf(file->png)))
        return false;
    for (size_t y = 0; y < file->height; y++)
        row[y] = file->rows + y * file->row_bytes;
    png_read_image(file->png, row);
    png_read_end(file->png, NULL);
    return true;
}

static enum status why(const struct png_file *file, const char *name, struct error *error)
{
    if (file->no_memory)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to read it", name);
    return error_set(error, STATUS_DATA, "%s: is a damaged PNG: %s", name, file->reason);
}

static enum status decode_rows(struct png_file *file, const char *name, struct error *error)
{
    enum { DEFLATE_MOST = 1032 }; /* times its size */
    if (!prepare(file))
        return why(file, name, error);
    if (file->height * file->row_bytes / DEFLATE_MOST > file->count)
        return error_set(error, STATUS_DATA, "%s: is a damaged PNG: its %zu bytes cannot hold so many pixels", name,
                         file->count);
    file->rows = memory_alloc(file->height, file->row_bytes, error);
    uint8_t **row = memory_alloc(file->height, sizeof *row, error);
    enum status status = file->rows && row ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK && (!read_rows(file, row) || file->no_memory))
        status = why(file, name, error);
    memory_free(row);
    if (status != STATUS_OK)
        return status;
    if (file->animated)
        return error_set(error, STATUS_DATA, "%s: is an animation (APNG); save one of its pictures", name);
    if (file->used < file->count)
        return error_set(error, STATUS_DATA, "%s: has %zu bytes after the end of its PNG; save it anew as one image",
                         name, file->count - file->used);
    return STATUS_OK;
}

static enum status make_samples(const struct png_file *file, struct samples *samples, struct error *error)
{
    const size_t size = file->height * file->width * file->channels;
    *samples = (struct samples){.channels = file->channels, .most = file->depth == 16 ? 65535 : 255};
    samples->values = memory_alloc(size, sizeof *samples->values, error);
    if (!samples->values)
        return STATUS_NO_MEMORY;
    const uint8_t *rows = file->rows; /* they fill whole bytes, without gaps */
    for (size_t i = 0; i < size; i++)
        samples->values[i] = (uint16_t)(file->depth == 16 ? rows[2 * i] << 8 | rows[2 * i + 1] : rows[i]);
    return STATUS_OK;
}

/* libpng allocates as many bytes as a chunk claims, so no chunk may claim more than there are. Anything but a chunk is
 * left to libpng. */
static enum status check_chunks(const uint8_t *bytes, size_t count, const char *name, struct error *error)
{
    enum { SIGNATURE = 8, AROUND = 12 }; /* length and name before a chunk's data, and the checksum after them */
    for (size_t at = SIGNATURE; count - at >= AROUND;) {
        const uint8_t *chunk = bytes + at;
        const size_t length = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];
        const size_t left = count - at - AROUND;
        if (length > left)
            return error_set(error, STATUS_DATA,
                             "%s: is a damaged PNG: it is cut off (a part of it claims %zu bytes, and %zu are left)",
                             name, length, left);
        if (memcmp(chunk + 4, "IEND", 4) == 0)
            return STATUS_OK;
        at += AROUND + length;
    }
    return STATUS_OK;
}

enum status png_decode(const uint8_t *bytes, size_t count, const char *name, struct shape shape,
                       struct samples *samples, struct error *error)
{
    struct png_file file = {.bytes = bytes, .count = count};
    file.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &file, fail, ignore, &file, allocate, release);
    if (file.png)
        file.info = png_create_info_struct(file.png);
    enum status status = check_chunks(bytes, count, name, error);
    if (!file.info)
        status = error_set(error, file.no_memory ? STATUS_NO_MEMORY : STATUS_FAILED,
                           "%s: libpng cannot start; is libpng %s the one that was built with (%s)?", name,
                           png_get_libpng_ver(NULL), PNG_LIBPNG_VER_STRING);
    else if (status == STATUS_OK && !read_header(&file))
        status = why(&file, name, error);
    if (status == STATUS_OK)
        status = image_check_size(file.height, file.width, shape, name, error);
    if (status == STATUS_OK)
        status = decode_rows(&file, name, error);
    if (status == STATUS_OK)
        status = make_samples(&file, samples, error);
    png_destroy_read_struct(&file.png, &file.info, NULL);
    memory_free(file.rows);
    return status;
}

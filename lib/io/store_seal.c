/* lib/io/store_seal.c: a sum over all bytes of a file, stored after them.
 *
 * HDF5 has checksums on metadata and on data, but not on everything: not on the addresses of an array's chunks, nor on
 * which filters were skipped. Damage there can silently give other numbers. So a file of ours ends with a seal: 8
 * letters, the number of bytes before it, and their sum. HDF5 ignores what comes after its own end, and cuts it off
 * when another program changes the file, so a seal always belongs to the present bytes, or the file has none. Files of
 * older versions have none either. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/store_private.h"

static const unsigned char magic[8] = {'t', 'e', 'n', 't', 'h', 's', 'u', 'm'};

enum { LANES = 8, WORD = 8, STRIPE = LANES * WORD, BLOCK = 1 << 18 };

/* Each lane takes every eighth word. A step is one-to-one in the lane and in the word, so no change of a single word
 * goes unnoticed. */
struct sum {
    uint64_t lane[LANES];
};

static uint64_t word_at(const unsigned char *bytes)
{
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
           (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 | (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

static void put_word(unsigned char *bytes, uint64_t word)
{
    for (int i = 0; i < WORD; i++)
        bytes[i] = (unsigned char)(word >> 8 * i);
}

static uint64_t step(uint64_t lane, uint64_t word)
{
    const uint64_t product = (lane ^ word) * UINT64_C(0x9E3779B97F4A7C15); /* odd: 2^64 by the golden ratio */
    return product << 29 | product >> 35;
}

static void add_stripe(struct sum *sum, const unsigned char *bytes)
{
    for (int i = 0; i < LANES; i++)
        sum->lane[i] = step(sum->lane[i], word_at(bytes + i * WORD));
}

/* An incomplete last stripe counts as padded with zeros. */
static void add(struct sum *sum, const unsigned char *bytes, size_t count)
{
    size_t done = 0;
    for (; count - done >= STRIPE; done += STRIPE)
        add_stripe(sum, bytes + done);
    if (done < count) {
        unsigned char rest[STRIPE] = {0};
        memcpy(rest, bytes + done, count - done);
        add_stripe(sum, rest);
    }
}

static uint64_t total(const struct sum *sum, uint64_t size)
{
    for (int i = 0; i < LANES; i++)
        size = step(size, sum->lane[i]);
    return size;
}

void store_seal(const void *image, size_t size, unsigned char seal[STORE_SEAL_SIZE])
{
    struct sum sum = {{0}};
    add(&sum, image, size);
    memcpy(seal, magic, sizeof magic);
    put_word(seal + WORD, size);
    put_word(seal + 2 * WORD, total(&sum, size));
}

/* Whether these bytes are the seal of a file of this size. */
static bool is_seal(const unsigned char *seal, uint64_t file_size)
{
    return memcmp(seal, magic, sizeof magic) == 0 && word_at(seal + WORD) == file_size - STORE_SEAL_SIZE;
}

static enum status check_sum(const char *path, const unsigned char *seal, uint64_t found, struct error *error)
{
    if (word_at(seal + 2 * WORD) == found)
        return STATUS_OK;
    return error_set(error, STATUS_DATA, "%s: is damaged: its bytes are not those that were written; " STORE_REMEDY,
                     path);
}

enum status store_unseal(const char *path, const unsigned char *image, size_t *size, struct error *error)
{
    if (*size < STORE_SEAL_SIZE || !is_seal(image + *size - STORE_SEAL_SIZE, *size))
        return STATUS_OK;
    struct sum sum = {{0}};
    *size -= STORE_SEAL_SIZE;
    add(&sum, image, *size);
    return check_sum(path, image + *size, total(&sum, *size), error);
}

/* Reads exactly that many bytes; 0, an errno, or FILE_ENDED. */
static int read_exactly(int descriptor, uint64_t offset, unsigned char *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t part = pread(descriptor, bytes + done, count - done, (off_t)(offset + done));
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return part < 0 ? errno : FILE_ENDED;
        done += (size_t)part;
    }
    return 0;
}

/* Sums the `size` bytes before the seal. */
static enum status check_descriptor(const char *path, int descriptor, uint64_t size, const unsigned char *seal,
                                    struct error *error)
{
    struct sum sum = {{0}};
    const size_t room = size < BLOCK ? (size_t)size : BLOCK;
    unsigned char *block = memory_alloc(room, 1, error);
    if (!block)
        return error_context(error, "%s: ", path);
    int code = 0;
    for (uint64_t done = 0; done < size && code == 0; done += room) {
        const size_t count = size - done < room ? (size_t)(size - done) : room;
        code = read_exactly(descriptor, done, block, count);
        if (code == 0)
            add(&sum, block, count);
    }
    memory_free(block);
    return code == 0 ? check_sum(path, seal, total(&sum, size), error) : file_read_failure(path, code, error);
}

enum status store_check_seal(const char *path, struct error *error)
{
    unsigned char seal[STORE_SEAL_SIZE];
    struct stat about;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return file_read_failure(path, errno, error);
    enum status status = STATUS_OK;
    int code = fstat(descriptor, &about) == 0 ? 0 : errno;
    const uint64_t size = code == 0 ? (uint64_t)about.st_size : 0;
    const bool has_room = size >= STORE_SEAL_SIZE;
    if (has_room)
        code = read_exactly(descriptor, size - STORE_SEAL_SIZE, seal, STORE_SEAL_SIZE);
    if (code != 0)
        status = file_read_failure(path, code, error);
    else if (has_room && is_seal(seal, size))
        status = check_descriptor(path, descriptor, size - STORE_SEAL_SIZE, seal, error);
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = file_read_failure(path, errno, error);
    return status;
}

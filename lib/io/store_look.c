/* lib/io/store_look.c: what a file that HDF5 does not open is, and what to do about it. Offsets in a superblock are
 * from the HDF5 File Format Specification, version 3, section II.A. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/utf8.h"
#include "io/atomic_file.h"
#include "io/magic.h"
#include "io/store_private.h"

enum { START_SIZE = 512, SUPERBLOCK_SIZE = 64, NEWEST_SUPERBLOCK = 3 };

static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

/* What a file shows without HDF5. */
struct look {
    uint64_t size;
    unsigned char start[START_SIZE + 1]; /* its first bytes, and a 0 */
    bool is_hdf5;
    uint64_t base;                             /* where its superblock is */
    unsigned char superblock[SUPERBLOCK_SIZE]; /* 0 at the file's end */
};

static enum status look_failure(const char *path, int code, struct error *error)
{
    if (code == ENOENT)
        return error_set(error, STATUS_DATA, "%s: there is no such file; check the path, or run what makes it", path);
    return file_read_failure(path, code, error);
}

/* Reads up to `room` bytes at `offset`; bytes beyond the file's end are unchanged. */
static int read_part(int descriptor, uint64_t offset, unsigned char *bytes, size_t room)
{
    for (size_t done = 0; done < room;) {
        ssize_t step = pread(descriptor, bytes + done, room - done, (off_t)(offset + done));
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return errno;
        if (step == 0)
            break;
        done += (size_t)step;
    }
    return 0;
}

/* HDF5 looks for its superblock at 0, 512, and each doubling of that. Returns 0 or an errno. */
static int find_superblock(int descriptor, struct look *look)
{
    for (uint64_t base = 0; base<look->size; base = base> 0 ? 2 * base : START_SIZE) {
        int code = read_part(descriptor, base, look->superblock, SUPERBLOCK_SIZE);
        if (code != 0)
            return code;
        look->is_hdf5 = memcmp(look->superblock, signature, sizeof signature) == 0;
        look->base = base;
        if (look->is_hdf5)
            break;
    }
    return 0;
}

static enum status look_at(const char *path, int descriptor, struct look *look, struct error *error)
{
    struct stat about;
    *look = (struct look){0};
    if (fstat(descriptor, &about) != 0)
        return look_failure(path, errno, error);
    if (S_ISDIR(about.st_mode))
        return error_set(error, STATUS_DATA, "%s: is a directory; give a run's file, DATASET_METHOD_seedN.h5", path);
    if (!S_ISREG(about.st_mode))
        return error_set(error, STATUS_DATA, "%s: is a device or a pipe; give a run's file, DATASET_METHOD_seedN.h5",
                         path);
    look->size = (uint64_t)about.st_size;
    int code = read_part(descriptor, 0, look->start, START_SIZE);
    if (code == 0)
        code = find_superblock(descriptor, look);
    return code == 0 ? STATUS_OK : look_failure(path, code, error);
}

/* Without waiting for a pipe's writer. */
static enum status look_at_path(const char *path, struct look *look, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return look_failure(path, errno, error);
    enum status status = look_at(path, descriptor, look, error);
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = look_failure(path, errno, error);
    return status;
}

static bool is_text(const struct look *look)
{
    const char *text = (const char *)look->start;
    size_t length = strlen(text), valid = utf8_valid_length(text);
    const size_t cut = 3; /* of a character that continues after the first bytes */
    for (size_t i = 0; i < length; i++) {
        if (look->start[i] < ' ' && !strchr("\t\n\f\r", look->start[i]))
            return false;
    }
    return (length == START_SIZE || length == look->size) && valid + cut >= length;
}

/* What a file that is not HDF5 looks like. */
static const char *kind_of(const struct look *look)
{
    if (look->size == 0)
        return "empty";
    if (is_text(look))
        return "text";
    const char *kind = file_kind(look->start, look->size < START_SIZE ? (size_t)look->size : START_SIZE);
    return kind ? kind : "data of another kind";
}

/* Whether the file is marked as open for writing, as files of superblock 3 are. HDF5 itself refuses it only with its
 * own drivers. */
static bool is_in_writing(const struct look *look)
{
    enum { WRITING = 1, SWMR_WRITING = 4 };
    return look->superblock[8] == 3 && (look->superblock[11] & (WRITING | SWMR_WRITING));
}

enum status store_look(const char *path, struct error *error)
{
    struct look look = {0};
    enum status status = look_at_path(path, &look, error);
    if (status != STATUS_OK)
        return status;
    if (!look.is_hdf5)
        return error_set(error, STATUS_DATA,
                         "%s: is not HDF5, as a run's file (DATASET_METHOD_seedN.h5) is, but %s; check the path", path,
                         kind_of(&look));
    if (is_in_writing(&look))
        return error_set(error, STATUS_DATA,
                         "%s: is open for writing in another program, or was left so by one that crashed: close it "
                         "there; after a crash, `h5clear -s` takes the mark off a copy of the file",
                         path);
    return STATUS_OK;
}

static uint64_t read_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (size_t i = 8; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* The file's size by its superblock; 0: unknown. */
static uint64_t size_wanted(const struct look *look)
{
    static const struct {
        unsigned char offset_size, end;
    } places[NEWEST_SUPERBLOCK + 1] = {{13, 40}, {13, 44}, {9, 28}, {9, 28}};
    const unsigned char *block = look->superblock;
    unsigned int version = block[8];
    if (version > NEWEST_SUPERBLOCK || block[places[version].offset_size] != 8)
        return 0;
    return look->base + read_u64(block + places[version].end);
}

enum status store_not_opened(struct store *store, struct error *error)
{
    struct look look = {0};
    unsigned int major = 0, minor = 0, release = 0;
    /* First, since it reads HDF5's reason. */
    enum status status = store_failure(store, STATUS_DATA, "/", "cannot be opened", error);
    if (status != STATUS_DATA || store->read_error != 0)
        return status;
    struct error unread = {0};
    if (look_at_path(store->path, &look, &unread) != STATUS_OK)
        return error_set(error, unread.status, "%s", unread.message);
    if (look.superblock[8] > NEWEST_SUPERBLOCK) {
        (void)H5get_libversion(&major, &minor, &release); /* 0.0.0 if unknown */
        return error_set(error, STATUS_DATA,
                         "%s: is in a newer format of HDF5 (superblock %u) than HDF5 %u.%u.%u of this program reads; "
                         "h5repack of the newer one can write a copy for older ones",
                         store->path, (unsigned int)look.superblock[8], major, minor, release);
    }
    uint64_t wanted = size_wanted(&look);
    if (wanted > look.size)
        return error_set(error, STATUS_DATA, "%s: is cut short: it has %llu of %llu bytes; " STORE_REMEDY, store->path,
                         (unsigned long long)look.size, (unsigned long long)wanted);
    return status;
}

enum status store_check_update(const char *path, struct error *error)
{
    enum status status = atomic_check(path, error);
    int descriptor = status == STATUS_OK ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (descriptor < 0)
        return status; /* if missing or unreadable, whoever needs it will notice */
    /* A file system without locks answers differently, and then nothing can be known. */
    if (flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        status =
            error_set(error, STATUS_FAILED,
                      "%s: is open for writing in another program, whose changes would be lost; close it there", path);
    if (close(descriptor) != 0 && status == STATUS_OK)
        status = look_failure(path, errno, error);
    return status;
}

/* lib/io/store_reader.c: an HDF5 driver for reading files without locks.
 *
 * HDF5's own drivers lock what they open, if only to read: that fails on file systems without locks (NFS without its
 * daemon, Lustre) and while another program has the file open for writing. Files of ours are replaced by rename, so an
 * open one never changes, and checksums catch changes by others. HDF5's property against locks came late (1.10.7), and
 * HDF5_USE_FILE_LOCKING in the environment overrides it. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/store_private.h"
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

struct reader {
    H5FD_t base; /* HDF5's part; the first member, so a pointer to it points to the whole */
    int descriptor;
    int *failure;      /* the store's: what went wrong first */
    haddr_t end;       /* of the file */
    haddr_t allocated; /* the end of the used part, for HDF5 */
};

/* Puts a reason on HDF5's error stack, whence store_failure takes it. */
static void give_reason(const char *reason)
{
    (void)H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "%s", reason);
}

/* HDF5 does not report every failure, and then treats what it did not read as absent: so each is remembered. */
static void fail(int *failure, int code)
{
    char reason[ERROR_REASON_SIZE];
    if (*failure == 0)
        *failure = code;
    give_reason(code == FILE_ENDED ? "the file ends too early" : error_reason(code, reason));
}

static H5FD_t *reader_open(const char *name, unsigned int flags, hid_t access, haddr_t most)
{
    int *const *failure = H5Pget_driver_info(access);
    (void)most;
    struct stat about;
    if (!failure || (flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT)))
        return NULL;
    struct reader *reader = memory_alloc(1, sizeof *reader, NULL);
    if (!reader) {
        fail(*failure, ENOMEM);
        return NULL;
    }
    reader->failure = *failure;
    reader->descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (reader->descriptor >= 0 && fstat(reader->descriptor, &about) == 0) {
        reader->end = (haddr_t)about.st_size;
        return &reader->base;
    }
    fail(*failure, errno);
    if (reader->descriptor >= 0)
        (void)close(reader->descriptor); /* the failure above is the one to report */
    memory_free(reader);
    return NULL;
}

/* A failed close loses nothing that was read, but HDF5 crashes if a driver reports it. */
static herr_t reader_close(H5FD_t *file)
{
    struct reader *reader = (struct reader *)file;
    (void)close(reader->descriptor);
    memory_free(reader);
    return 0;
}

static herr_t reader_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE; /* few large reads rather than many small ones */
    return 0;
}

static haddr_t reader_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct reader *)file)->allocated;
}

static herr_t reader_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct reader *)file)->allocated = address;
    return 0;
}

static haddr_t reader_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct reader *)file)->end;
}

static herr_t reader_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
    (void)type;
    (void)transfer;
    const struct reader *reader = (const struct reader *)file;
    unsigned char *place = buffer;
    while (size > 0) {
        ssize_t step = pread(reader->descriptor, place, size, (off_t)address);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0) {
            fail(reader->failure, step < 0 ? errno : FILE_ENDED);
            return -1;
        }
        place += step;
        address += (haddr_t)step;
        size -= (size_t)step;
    }
    return 0;
}

static herr_t reader_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size,
                           const void *buffer)
{
    (void)file;
    (void)type;
    (void)transfer;
    (void)address;
    (void)size;
    (void)buffer;
    return -1; /* required by HDF5; nothing is written to a file open for reading */
}

hid_t store_reader_access(int *failure)
{
    static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)511, /* from the range that HDF5 does not assign */
#endif
        .name = "tenth_reader",
        .maxaddr = (haddr_t)INT64_MAX,
        .fc_degree = H5F_CLOSE_WEAK,
        .fapl_size = sizeof failure,
        .open = reader_open,
        .close = reader_close,
        .query = reader_query,
        .get_eoa = reader_get_eoa,
        .set_eoa = reader_set_eoa,
        .get_eof = reader_get_eof,
        .read = reader_read,
        .write = reader_write,
    };
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t id = access < 0 ? H5I_INVALID_HID : H5FDregister(&driver);
    bool made = id >= 0 && H5Pset_driver(access, id, &failure) >= 0;
    if (id >= 0 && H5FDunregister(id) < 0) /* the list has its own reference to it */
        made = false;
    if (made || access < 0)
        return access;
    (void)H5Pclose(access);
    return H5I_INVALID_HID;
}

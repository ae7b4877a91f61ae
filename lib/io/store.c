#include "io/store.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/store_private.h"

/* A file in memory grows by this many bytes at a time. */
enum { CORE_INCREMENT = 1 << 20 };

/* Larger files are not ours; they would be in memory twice. */
static const size_t UPDATE_LIMIT = (size_t)4 << 30;

void store_init(void)
{
    /* Its exit handler has nothing to do here, and crashes when memory has run out. Fails the second time. */
    (void)H5dont_atexit();
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* fails only without a default stack, and then nothing is printed */
}

/* The contents of HDF5's error stack. */
struct complaint {
    const char *reason; /* of the innermost entry; NULL: none */
    bool no_memory;     /* an allocation is among them */
    bool not_loaded;    /* one about the file's metadata is among them */
};

static herr_t hear(unsigned int position, const H5E_error2_t *entry, void *complaint)
{
    struct complaint *heard = complaint;
    if (position == 0 && entry->desc && entry->desc[0])
        heard->reason = entry->desc;
    if (entry->min_num == H5E_NOSPACE)
        heard->no_memory = true;
    if (entry->min_num == H5E_CANTLOAD || entry->min_num == H5E_CANTPROTECT)
        heard->not_loaded = true;
    return 0;
}

enum status store_failure(struct store *store, enum status status, const char *name, const char *problem,
                          struct error *error)
{
    struct complaint heard = {0};
    if (store->read_error != 0)
        return file_read_failure(store->path, store->read_error, error);
    if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, hear, &heard) < 0)
        heard = (struct complaint){0};
    if (heard.no_memory || heard.not_loaded)
        store->unreadable = true;
    if (heard.no_memory)
        return error_set(error, STATUS_NO_MEMORY, "%s: %s %s: no memory (HDF5: %s)", store->path, name, problem,
                         heard.reason ? heard.reason : "memory allocation failed");
    return error_set(error, status, "%s: %s %s%s%s%s%s", store->path, name, problem, heard.reason ? " (HDF5: " : "",
                     heard.reason ? heard.reason : "", heard.reason ? ")" : "",
                     status == STATUS_DATA ? "; " STORE_REMEDY_CHANGED : "");
}

enum status store_doubt(struct store *store, const char *name, struct error *error)
{
    if (store->unreadable)
        return error_set(error, STATUS_DATA, "%s: %s is not looked for, since an earlier part could not be read",
                         store->path, name);
    if (store->read_error == 0 && H5Eget_num(H5E_DEFAULT) == 0)
        return STATUS_OK;
    return store_failure(store, STATUS_DATA, name, "cannot be read", error);
}

enum status store_release(struct store *store, const char *name, hid_t id, herr_t (*close)(hid_t), enum status status,
                          struct error *error)
{
    bool failed = id >= 0 && close(id) < 0;
    if (id >= 0 && store->writable && fault_here())
        failed = true;
    if ((failed || store->read_error != 0) && status == STATUS_OK)
        status = store_failure(store, STATUS_FAILED, name, "cannot be closed", error);
    return status;
}

enum status store_check_write(const struct store *store, const char *name, struct error *error)
{
    if (!store->writable)
        return error_set(error, STATUS_FAILED, "%s: %s cannot be changed: the file is open for reading only",
                         store->path, name);
    if (name[0] != '/' || strlen(name) >= STORE_NAME_SIZE)
        return error_set(error, STATUS_FAILED, "%s: %s is no name: names begin with / and have at most %d bytes",
                         store->path, name, STORE_NAME_SIZE - 1);
    return STATUS_OK;
}

enum status store_written(struct store *store, enum status status)
{
    if (status != STATUS_OK && store->writable)
        store->spoiled = true;
    return status;
}

/* An object without a file, or NULL. */
static struct store *store_new(const char *path, bool writable, struct error *error)
{
    store_init(); /* again: a thread-safe HDF5 keeps this setting per thread */
    struct store *store = memory_alloc(1, sizeof *store, error);
    if (!store)
        return NULL;
    store->file = H5I_INVALID_HID;
    store->writable = writable;
    store->path = memory_copy_text(path, error);
    if (!store->path) {
        memory_free(store);
        return NULL;
    }
    return store;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->file >= 0)
        (void)H5Fclose(store->file); /* none of it was committed */
    memory_free(store->path);
    memory_free(store);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

/* Hands over the store if it is usable, otherwise frees it. */
static enum status deliver(struct store *built, enum status status, struct store **store)
{
    if (status == STATUS_OK) {
        *store = built;
        return STATUS_OK;
    }
    store_close(built);
    return status;
}

/* How a store's file is kept: in memory, in the format of HDF5 1.8, which has checksums on metadata, so that damage is
 * noticed before it is trusted. (The 1.10 format has more of them, but also marks a file as open for writing; the 1.8
 * format's mark is to be ignored.) H5I_INVALID_HID on failure. */
static hid_t memory_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && (H5Pset_fapl_core(access, CORE_INCREMENT, false) < 0 ||
                        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST) < 0)) {
        (void)H5Pclose(access);
        access = H5I_INVALID_HID;
    }
    return access;
}

/* The name of a file in memory: the object's address, so two of them never count as one file. */
enum { MEMORY_NAME_SIZE = 48 };
static void memory_name(const struct store *store, char name[MEMORY_NAME_SIZE])
{
    (void)snprintf(name, MEMORY_NAME_SIZE, "store %p", (const void *)store);
}

enum status store_create_in_memory(struct store *store, struct error *error)
{
    char name[MEMORY_NAME_SIZE];
    memory_name(store, name);
    hid_t access = memory_access();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    enum status status = STATUS_OK;
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0 && !fault_here())
        store->file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access);
    if (store->file < 0)
        status = store_failure(store, STATUS_FAILED, "/", "cannot be made", error);
    status = store_release(store, "/", creation, H5Pclose, status, error);
    return store_release(store, "/", access, H5Pclose, status, error);
}

enum status store_create(const char *path, struct store **store, struct error *error)
{
    *store = NULL;
    enum status status = atomic_check(path, error);
    if (status != STATUS_OK)
        return status;
    struct store *built = store_new(path, true, error);
    if (!built)
        return STATUS_NO_MEMORY;
    return deliver(built, store_create_in_memory(built, error), store);
}

/* Opens a file image for changes. HDF5 copies it. */
static enum status open_in_memory(struct store *store, unsigned char *image, size_t size, struct error *error)
{
    enum { MARKED_SUPERBLOCK = 3 }; /* the first version of it that has a mark */
    char name[MEMORY_NAME_SIZE];
    H5F_info2_t about;
    memory_name(store, name);
    hid_t access = memory_access();
    enum status status = STATUS_OK;
    if (size > 0 && access >= 0 && H5Pset_file_image(access, image, size) >= 0)
        store->file = H5Fopen(name, H5F_ACC_RDWR, access);
    if (store->file < 0)
        status = store_not_opened(store, error);
    else if (H5Fget_info2(store->file, &about) < 0)
        status = store_failure(store, STATUS_FAILED, "/", "cannot be examined", error);
    else
        store->is_marked = about.super.version >= MARKED_SUPERBLOCK;
    return store_release(store, "/", access, H5Pclose, status, error);
}

enum status store_update(const char *path, struct store **store, struct error *error)
{
    *store = NULL;
    unsigned char *image = NULL;
    size_t size = 0;
    enum status status = store_look(path, error);
    if (status == STATUS_OK)
        status = atomic_check(path, error);
    if (status == STATUS_OK)
        status = file_read(path, UPDATE_LIMIT, &image, &size, error);
    if (status == STATUS_OK)
        status = store_unseal(path, image, &size, error);
    struct store *built = status == STATUS_OK ? store_new(path, true, error) : NULL;
    if (built)
        status = deliver(built, open_in_memory(built, image, size, error), store);
    else if (status == STATUS_OK)
        status = STATUS_NO_MEMORY;
    memory_free(image);
    return status;
}

/* Opens the file at the store's path. */
static enum status open_for_reading(struct store *store, struct error *error)
{
    hid_t access = store_reader_access(&store->read_error);
    if (access < 0)
        return store_failure(store, STATUS_FAILED, "/", "cannot be opened", error);
    store->file = H5Fopen(store->path, H5F_ACC_RDONLY, access);
    enum status status = store->file < 0 ? store_not_opened(store, error) : STATUS_OK;
    return store_release(store, "/", access, H5Pclose, status, error);
}

enum status store_open(const char *path, struct store **store, struct error *error)
{
    *store = NULL;
    enum status status = store_look(path, error);
    if (status == STATUS_OK)
        status = store_check_seal(path, error);
    if (status != STATUS_OK)
        return status;
    struct store *built = store_new(path, false, error);
    if (!built)
        return STATUS_NO_MEMORY;
    return deliver(built, open_for_reading(built, error), store);
}

/* The complete bytes of the file, in HDF5's memory: valid until the file is changed or closed. (H5Fget_file_image would
 * copy them and clear the mark above, but leave the old checksum over it.) */
static enum status find_image(struct store *store, const void **image, size_t *size, struct error *error)
{
    void **memory = NULL; /* the core driver's handle is the address of its pointer */
    if (fault_here() || H5Fflush(store->file, H5F_SCOPE_GLOBAL) < 0)
        return store_failure(store, STATUS_FAILED, "/", "cannot be flushed", error);
    ssize_t length = H5Fget_file_image(store->file, NULL, 0);
    if (length <= 0 || H5Fget_vfd_handle(store->file, H5P_DEFAULT, (void **)&memory) < 0)
        return store_failure(store, STATUS_FAILED, "/", "has no image in memory", error);
    *image = *memory;
    *size = (size_t)length;
    return STATUS_OK;
}

enum status store_commit(struct store *store, struct error *error)
{
    const void *image = NULL;
    size_t size = 0;
    unsigned char seal[STORE_SEAL_SIZE];
    enum status status = store_check_write(store, "/", error);
    if (status == STATUS_OK && store->spoiled)
        status = error_set(error, STATUS_FAILED, "%s: not written, since an earlier change failed", store->path);
    if (status == STATUS_OK && (store->has_gaps || store->is_marked))
        status = store_repack(store, error);
    if (status == STATUS_OK)
        status = find_image(store, &image, &size, error);
    if (status == STATUS_OK) {
        store_seal(image, size, seal);
        status = atomic_write_both(store->path, image, size, seal, sizeof seal, error);
    }
    store_close(store);
    return status;
}

/* Whether the object is a group: only groups have members. */
static enum status is_group(struct store *store, const char *name, bool *group, struct error *error)
{
    hid_t object = H5Oopen(store->file, name, H5P_DEFAULT);
    if (object < 0)
        return store_failure(store, STATUS_DATA, name, "cannot be read", error);
    *group = H5Iget_type(object) == H5I_GROUP;
    return store_release(store, name, object, H5Oclose, STATUS_OK, error);
}

/* Whether a member of a group is there, as a hard link: soft and external links lead elsewhere, perhaps to another
 * file.
 */
static enum status find_member(struct store *store, const char *name, bool *there, struct error *error)
{
    H5L_info_t link;
    *there = false;
    htri_t exists = H5Lexists(store->file, name, H5P_DEFAULT);
    if (exists == 0)
        return store_doubt(store, name, error);
    if (exists < 0 || H5Lget_info(store->file, name, &link, H5P_DEFAULT) < 0)
        return store_failure(store, STATUS_DATA, name, "cannot be read", error);
    *there = link.type == H5L_TYPE_HARD;
    return STATUS_OK;
}

/* From the root: every part of the path but the last must be a group, or the object is not there. */
enum status store_find(struct store *store, const char *name, bool *there, struct error *error)
{
    size_t length = strlen(name);
    char prefix[STORE_NAME_SIZE];
    enum status status = store->unreadable ? store_doubt(store, name, error) : STATUS_OK;
    *there = name[0] == '/' && length < STORE_NAME_SIZE;
    if (*there)
        memcpy(prefix, name, length + 1);
    for (size_t end = 1; *there && status == STATUS_OK && end <= length; end++) {
        if ((name[end] != '/' && name[end] != '\0') || name[end - 1] == '/')
            continue;
        prefix[end] = '\0';
        status = find_member(store, prefix, there, error);
        if (status == STATUS_OK && *there && end < length)
            status = is_group(store, prefix, there, error);
        prefix[end] = name[end];
    }
    if (status == STATUS_OK && store->read_error != 0)
        status = store_doubt(store, name, error);
    if (status != STATUS_OK)
        *there = false;
    return status;
}

/* Makes one group, without times. */
static enum status make_group(struct store *store, const char *name, struct error *error)
{
    enum status status = STATUS_OK;
    hid_t group = H5I_INVALID_HID;
    hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
    if (properties >= 0 && H5Pset_obj_track_times(properties, false) >= 0 && !fault_here())
        group = H5Gcreate2(store->file, name, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (group < 0)
        status = store_failure(store, STATUS_FAILED, name, "cannot be made a group", error);
    status = store_release(store, name, group, H5Gclose, status, error);
    return store_release(store, name, properties, H5Pclose, status, error);
}

enum status store_make_groups(struct store *store, const char *name, size_t length, struct error *error)
{
    enum status status = STATUS_OK;
    char prefix[STORE_NAME_SIZE];
    memcpy(prefix, name, length);
    prefix[length] = '\0';
    for (size_t end = 1; end <= length && status == STATUS_OK; end++) {
        char next = prefix[end];
        if (next != '/' && next != '\0')
            continue;
        prefix[end] = '\0';
        bool there;
        status = store_find(store, prefix, &there, error);
        if (status == STATUS_OK && !there)
            status = make_group(store, prefix, error);
        prefix[end] = next;
    }
    return status;
}

enum status store_remove(struct store *store, const char *name, struct error *error)
{
    bool there = false;
    enum status status = store_check_write(store, name, error);
    if (status == STATUS_OK)
        status = store_find(store, name, &there, error);
    if (!there)
        return store_written(store, status);
    store->has_gaps = true;
    if (fault_here() || H5Ldelete(store->file, name, H5P_DEFAULT) < 0)
        status = store_failure(store, STATUS_FAILED, name, "cannot be removed", error);
    return store_written(store, status);
}

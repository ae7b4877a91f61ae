/* lib/io/store_repack.c: a file without gaps.
 *
 * HDF5 forgets, when a file is closed, which of its parts are free. A checkpoint that is replaced each minute would so
 * make its file grow each minute; instead the live objects are copied to a new file in memory before it is written. */
#include "core/memory.h"
#include "io/store.h"
#include "io/store_private.h"

static herr_t copy_member(hid_t group, const char *name, const H5L_info_t *about, void *target)
{
    const hid_t *file = target;
    if (about->type != H5L_TYPE_HARD || fault_here())
        return -1;
    return H5Ocopy(group, name, *file, name, H5P_DEFAULT, H5P_DEFAULT);
}

/* Copies the value of one open attribute to another of the same type and shape. */
static herr_t copy_value(hid_t source, hid_t target, hid_t type)
{
    if (H5Tdetect_class(type, H5T_VLEN) != 0 || H5Tis_variable_str(type) != 0)
        return -1; /* pointers into memory, which a store never has */
    void *value = memory_alloc((size_t)H5Aget_storage_size(source), 1, NULL);
    herr_t result = -1;
    if (value && H5Aread(source, type, value) >= 0 && !fault_here())
        result = H5Awrite(target, type, value);
    memory_free(value);
    return result;
}

static herr_t copy_attribute(hid_t object, const char *name, const H5A_info_t *about, void *target)
{
    (void)about;
    const hid_t *file = target;
    hid_t copy = H5I_INVALID_HID;
    herr_t result = -1;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    hid_t space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    if (type >= 0 && space >= 0)
        copy = H5Acreate2(*file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (copy >= 0)
        result = copy_value(attribute, copy, type);
    if (copy >= 0 && H5Aclose(copy) < 0)
        result = -1;
    if (space >= 0 && H5Sclose(space) < 0)
        result = -1;
    if (type >= 0 && H5Tclose(type) < 0)
        result = -1;
    if (attribute >= 0 && H5Aclose(attribute) < 0)
        result = -1;
    return result;
}

enum status store_repack(struct store *store, struct error *error)
{
    struct store packed = {.path = store->path, .file = H5I_INVALID_HID, .writable = true};
    hsize_t next_member = 0, next_attribute = 0;
    enum status status = store_create_in_memory(&packed, error);
    if (status == STATUS_OK &&
        (H5Literate(store->file, H5_INDEX_NAME, H5_ITER_INC, &next_member, copy_member, &packed.file) < 0 ||
         H5Aiterate2(store->file, H5_INDEX_NAME, H5_ITER_INC, &next_attribute, copy_attribute, &packed.file) < 0))
        status = store_failure(store, STATUS_FAILED, "/", "cannot be copied", error);
    hid_t dropped = packed.file;
    if (status == STATUS_OK) {
        dropped = store->file;
        store->file = packed.file;
        store->has_gaps = false;
    }
    return store_release(store, "/", dropped, H5Fclose, status, error);
}

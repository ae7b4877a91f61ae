/* lib/io/store_repack.c: a file without gaps, unless something in it would be lost.
 *
 * When a file is closed, HDF5 forgets which of its parts are free. A checkpoint that is replaced each minute would make
 * its file grow each minute; instead the live objects are copied to a new file in memory before it is written. Other
 * programs put things into run files that would not survive that: references, which HDF5 clears when it copies; objects
 * with several names, which would become several objects; committed types. A file that has them keeps its gaps, and
 * everything else. */
#include "core/memory.h"
#include "io/store.h"
#include "io/store_private.h"

/* What iterations return: 0 continues, a positive number ends them, a negative one is a failure. */
enum { GO_ON = 0, SPECIAL = 1 };

static herr_t type_is_special(hid_t type)
{
    htri_t committed = H5Tcommitted(type), reference = H5Tdetect_class(type, H5T_REFERENCE);
    if (committed < 0 || reference < 0)
        return -1;
    return committed > 0 || reference > 0 ? SPECIAL : GO_ON;
}

/* Judges a type and closes it. */
static herr_t judge_type(hid_t type)
{
    herr_t result = type < 0 ? -1 : type_is_special(type);
    if (type >= 0 && H5Tclose(type) < 0)
        result = -1;
    return result;
}

static herr_t judge_attribute(hid_t object, const char *name, const H5A_info_t *about, void *unused)
{
    (void)about;
    (void)unused;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    herr_t result = attribute < 0 ? -1 : judge_type(H5Aget_type(attribute));
    if (attribute >= 0 && H5Aclose(attribute) < 0)
        result = -1;
    return result;
}

/* A missing filter keeps HDF5 from copying some types. */
static herr_t judge_array(hid_t array)
{
    herr_t result = judge_type(H5Dget_type(array));
    hid_t properties = H5Dget_create_plist(array);
    htri_t filters = properties < 0 ? -1 : H5Pall_filters_avail(properties);
    if (result == GO_ON && filters <= 0)
        result = filters < 0 ? -1 : SPECIAL;
    if (properties >= 0 && H5Pclose(properties) < 0)
        result = -1;
    return result;
}

static herr_t judge_member(hid_t group, const char *name, const H5L_info_t *about, void *unused);

static herr_t judge_members(hid_t group)
{
    hsize_t next = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &next, judge_member, NULL);
}

static herr_t judge_object(hid_t object)
{
    H5O_info_t about;
    hsize_t next = 0;
    ssize_t comment = H5Oget_comment(object, NULL, 0);
    if (comment < 0 || H5Oget_info(object, &about) < 0)
        return -1;
    if (comment > 0 || about.rc > 1 || (about.type != H5O_TYPE_GROUP && about.type != H5O_TYPE_DATASET))
        return SPECIAL;
    herr_t result = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &next, judge_attribute, NULL);
    if (result != GO_ON)
        return result;
    return about.type == H5O_TYPE_DATASET ? judge_array(object) : judge_members(object);
}

/* Links by name stay as they are, wherever they lead. */
static herr_t judge_member(hid_t group, const char *name, const H5L_info_t *about, void *unused)
{
    (void)unused;
    if (about->type != H5L_TYPE_HARD)
        return about->type == H5L_TYPE_SOFT || about->type == H5L_TYPE_EXTERNAL ? GO_ON : SPECIAL;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    herr_t result = object < 0 ? -1 : judge_object(object);
    if (object >= 0 && H5Oclose(object) < 0)
        result = -1;
    return result;
}

/* Bytes before the file proper, such as a script, also belong to another program. */
static herr_t judge_file(hid_t file)
{
    hsize_t before = 0;
    hid_t root = H5Oopen(file, "/", H5P_DEFAULT), properties = H5Fget_create_plist(file);
    herr_t result = -1;
    if (root >= 0 && properties >= 0 && H5Pget_userblock(properties, &before) >= 0)
        result = before > 0 ? SPECIAL : judge_object(root);
    if (properties >= 0 && H5Pclose(properties) < 0)
        result = -1;
    if (root >= 0 && H5Oclose(root) < 0)
        result = -1;
    return result;
}

static herr_t copy_member(hid_t group, const char *name, const H5L_info_t *about, void *target)
{
    const hid_t *file = target;
    if (fault_here())
        return -1;
    if (about->type != H5L_TYPE_HARD)
        return H5Lcopy(group, name, *file, name, H5P_DEFAULT, H5P_DEFAULT);
    return H5Ocopy(group, name, *file, name, H5P_DEFAULT, H5P_DEFAULT);
}

static enum status repack(struct store *store, struct error *error)
{
    struct store packed = {.path = store->path, .file = H5I_INVALID_HID, .writable = true};
    hsize_t next_member = 0;
    enum status status = store_create_in_memory(&packed, error);
    if (status == STATUS_OK &&
        (H5Literate(store->file, H5_INDEX_NAME, H5_ITER_INC, &next_member, copy_member, &packed.file) < 0 ||
         store_copy_attributes(store->file, packed.file) < 0))
        status = store_failure(store, STATUS_FAILED, "/", "cannot be copied", error);
    hid_t dropped = packed.file;
    if (status == STATUS_OK) {
        dropped = store->file;
        store->file = packed.file;
        store->has_gaps = store->is_marked = false;
    }
    return store_release(store, "/", dropped, H5Fclose, status, error);
}

enum status store_repack(struct store *store, struct error *error)
{
    herr_t special = judge_file(store->file);
    if (special < 0)
        return store_failure(store, STATUS_FAILED, "/", "cannot be looked through", error);
    if (special == GO_ON)
        return repack(store, error);
    if (!store->is_marked)
        return STATUS_OK;
    return error_set(error, STATUS_FAILED,
                     "%s: another program wrote it in the format of HDF5 1.10, with references, objects of several "
                     "names or types of their own, which cannot be kept; the file is as it was. h5repack with --high=1 "
                     "makes a copy in the format of HDF5 1.8, which can be written to",
                     store->path);
}

/* lib/io/store_attribute.c: attributes of objects in a store, and the names of attributes and members. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/store.h"
#include "io/store_private.h"

/* Replaces the attribute `key` of an open object by one scalar value. */
static enum status replace_attribute(struct store *store, const char *object, hid_t holder, const char *key,
                                     hid_t file_type, hid_t memory_type, const void *value, struct error *error)
{
    enum status status = STATUS_OK;
    hid_t attribute = H5I_INVALID_HID;
    hid_t space = H5Screate(H5S_SCALAR);
    htri_t there = H5Aexists(holder, key);
    if (space < 0 || there < 0 || fault_here() || (there > 0 && H5Adelete(holder, key) < 0)) {
        status = store_failure(store, STATUS_FAILED, object, "cannot be given an attribute", error);
        goto cleanup;
    }
    attribute = H5Acreate2(holder, key, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || fault_here() || H5Awrite(attribute, memory_type, value) < 0)
        status = store_failure(store, STATUS_FAILED, object, "cannot be given an attribute", error);
cleanup:
    status = store_release(store, object, attribute, H5Aclose, status, error);
    return store_release(store, object, space, H5Sclose, status, error);
}

static enum status set_attribute(struct store *store, const char *object, const char *key, hid_t file_type,
                                 hid_t memory_type, const void *value, struct error *error)
{
    hid_t holder = H5I_INVALID_HID;
    enum status status = store_check_write(store, object, error);
    if (status == STATUS_OK)
        status = store_make_groups(store, object, strlen(object), error);
    if (status == STATUS_OK) {
        holder = H5Oopen(store->file, object, H5P_DEFAULT);
        if (holder < 0)
            status = store_failure(store, STATUS_FAILED, object, "cannot be opened", error);
        else
            status = replace_attribute(store, object, holder, key, file_type, memory_type, value, error);
    }
    status = store_release(store, object, holder, H5Oclose, status, error);
    if (status != STATUS_OK)
        status = error_context(error, "attribute %s: ", key);
    return store_written(store, status);
}

enum status store_set_number(struct store *store, const char *object, const char *key, double value,
                             struct error *error)
{
    return set_attribute(store, object, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, error);
}

enum status store_set_text(struct store *store, const char *object, const char *key, const char *value,
                           struct error *error)
{
    size_t length = strlen(value);
    if (length > STORE_TEXT_MAX)
        return store_written(store,
                             error_set(error, STATUS_FAILED, "%s: %s: attribute %s has %zu bytes; at most %d are kept",
                                       store->path, object, key, length, STORE_TEXT_MAX));
    enum status status = STATUS_OK;
    hid_t type = store_text_type(length + 1);
    if (type < 0)
        status = store_failure(store, STATUS_FAILED, object, "cannot be described", error);
    if (status == STATUS_OK)
        status = set_attribute(store, object, key, type, type, value, error);
    return store_written(store, store_release(store, object, type, H5Tclose, status, error));
}

/* An attribute that is open for reading, and what it stands on. */
struct attribute {
    hid_t holder, id, type;
};

static enum status close_attribute(struct store *store, const char *object, struct attribute *attribute,
                                   enum status status, struct error *error)
{
    status = store_release(store, object, attribute->type, H5Tclose, status, error);
    status = store_release(store, object, attribute->id, H5Aclose, status, error);
    return store_release(store, object, attribute->holder, H5Oclose, status, error);
}

/* Whether the attribute has one value rather than an array of them or none. */
static bool is_scalar(hid_t attribute)
{
    hid_t space = H5Aget_space(attribute);
    if (space < 0)
        return false;
    bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
    return H5Sclose(space) >= 0 && scalar;
}

/* Opens a scalar attribute. On failure nothing stays open. */
static enum status open_attribute(struct store *store, const char *object, const char *key, struct attribute *attribute,
                                  struct error *error)
{
    *attribute = (struct attribute){H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID};
    enum status status = STATUS_OK;
    if (store_has(store, object))
        attribute->holder = H5Oopen(store->file, object, H5P_DEFAULT);
    if (attribute->holder < 0 || H5Aexists(attribute->holder, key) <= 0)
        return close_attribute(
            store, object, attribute,
            error_set(
                error, STATUS_DATA,
                "%s: %s has no attribute %s: the file is incomplete or of another version; delete it and run again",
                store->path, object, key),
            error);
    attribute->id = H5Aopen(attribute->holder, key, H5P_DEFAULT);
    attribute->type = attribute->id < 0 ? H5I_INVALID_HID : H5Aget_type(attribute->id);
    if (attribute->type < 0 || !is_scalar(attribute->id))
        status = error_set(error, STATUS_DATA, "%s: %s: attribute %s is not one value; delete the file and run again",
                           store->path, object, key);
    if (status != STATUS_OK)
        status = close_attribute(store, object, attribute, status, error);
    return status;
}

static enum status wrong_attribute(const struct store *store, const char *object, const char *key, const char *wanted,
                                   struct error *error)
{
    return error_set(error, STATUS_DATA, "%s: %s: attribute %s is not %s; delete the file and run again", store->path,
                     object, key, wanted);
}

enum status store_get_number(struct store *store, const char *object, const char *key, double *value,
                             struct error *error)
{
    struct attribute attribute;
    enum status status = open_attribute(store, object, key, &attribute, error);
    if (status != STATUS_OK)
        return status;
    if (H5Tequal(attribute.type, H5T_IEEE_F64LE) <= 0)
        status = wrong_attribute(store, object, key, "a number", error);
    else if (H5Aread(attribute.id, H5T_NATIVE_DOUBLE, value) < 0)
        status = store_failure(store, STATUS_DATA, object, "has an attribute that cannot be read", error);
    return close_attribute(store, object, &attribute, status, error);
}

enum status store_get_text(struct store *store, const char *object, const char *key, char **value, struct error *error)
{
    *value = NULL;
    char *text = NULL;
    struct attribute attribute;
    enum status status = open_attribute(store, object, key, &attribute, error);
    if (status != STATUS_OK)
        return status;
    size_t size = H5Tget_size(attribute.type);
    if (H5Tget_class(attribute.type) != H5T_STRING || H5Tis_variable_str(attribute.type) != 0 || size == 0 ||
        size > STORE_TEXT_MAX + 1) {
        status = wrong_attribute(store, object, key, "a text of fixed size", error);
        goto cleanup;
    }
    text = memory_alloc(size + 1, 1, error); /* a 0 more, in case that another writer left it out */
    if (!text)
        status = error_context(error, "%s: %s: ", store->path, object);
    else if (H5Aread(attribute.id, attribute.type, text) < 0)
        status = store_failure(store, STATUS_DATA, object, "has an attribute that cannot be read", error);
cleanup:
    status = close_attribute(store, object, &attribute, status, error);
    if (status != STATUS_OK) {
        memory_free(text);
        text = NULL;
    }
    *value = text;
    return status;
}

/* Names side by side in one block: [capacity] pointers, then the strings. While `names` is NULL they are only counted.
 */
struct name_list {
    char **names;
    size_t count, capacity;   /* names */
    size_t bytes, byte_limit; /* of the strings, each with its 0 */
};

/* Negative, which ends HDF5's iteration as a failure, when the list has no room. */
static herr_t name_list_add(struct name_list *list, const char *name)
{
    size_t size = strlen(name) + 1;
    if (list->names) {
        if (list->count == list->capacity || size > list->byte_limit - list->bytes)
            return -1;
        char *place = (char *)(list->names + list->capacity) + list->bytes;
        list->names[list->count] = memcpy(place, name, size);
    }
    list->count++;
    list->bytes += size;
    return 0;
}

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *about, void *list)
{
    (void)object;
    (void)about;
    return name_list_add(list, name);
}

static herr_t add_member(hid_t group, const char *name, const H5L_info_t *about, void *list)
{
    (void)group;
    (void)about;
    return name_list_add(list, name);
}

static herr_t visit_attributes(hid_t object, struct name_list *list)
{
    hsize_t next = 0;
    return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &next, add_attribute, list);
}

static herr_t visit_members(hid_t object, struct name_list *list)
{
    hsize_t next = 0;
    return H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, &next, add_member, list);
}

/* Visits twice: once to measure, once to copy. HDF5's index by name is in the order of strcmp. */
static enum status list_names(struct store *store, const char *object, herr_t (*visit)(hid_t, struct name_list *),
                              char ***names, size_t *count, struct error *error)
{
    *names = NULL;
    *count = 0;
    enum status status = STATUS_OK;
    struct name_list list = {0};
    hid_t holder = store_has(store, object) ? H5Oopen(store->file, object, H5P_DEFAULT) : H5I_INVALID_HID;
    if (holder < 0 || visit(holder, &list) < 0) {
        status = store_failure(store, STATUS_DATA, object, "cannot be listed", error);
        goto cleanup;
    }
    size_t pointers = size_multiply(list.count, sizeof *list.names);
    list.names = memory_alloc(pointers + list.bytes, 1, error);
    if (!list.names) {
        status = error_context(error, "%s: %s: ", store->path, object);
        goto cleanup;
    }
    list.capacity = list.count;
    list.byte_limit = list.bytes;
    list.count = list.bytes = 0;
    if (visit(holder, &list) < 0 || list.count != list.capacity)
        status = store_failure(store, STATUS_DATA, object, "cannot be listed", error);
cleanup:
    status = store_release(store, object, holder, H5Oclose, status, error);
    if (status != STATUS_OK) {
        memory_free(list.names);
        return status;
    }
    *names = list.names;
    *count = list.count;
    return STATUS_OK;
}

enum status store_attributes(struct store *store, const char *object, char ***names, size_t *count, struct error *error)
{
    return list_names(store, object, visit_attributes, names, count, error);
}

enum status store_members(struct store *store, const char *group, char ***names, size_t *count, struct error *error)
{
    return list_names(store, group, visit_members, names, count, error);
}

/* Allocates (memory_free). Fails for what is neither a text nor a number. */
static enum status get_shown(struct store *store, const char *object, const char *key, char **shown,
                             struct error *error)
{
    enum { NUMBER_SIZE = 32 };
    double number = 0;
    if (store_get_text(store, object, key, shown, NULL) == STATUS_OK)
        return STATUS_OK;
    enum status status = store_get_number(store, object, key, &number, error);
    if (status != STATUS_OK)
        return status;
    *shown = memory_alloc(NUMBER_SIZE, 1, error);
    if (!*shown)
        return STATUS_NO_MEMORY;
    (void)snprintf(*shown, NUMBER_SIZE, "%.6g", number);
    return STATUS_OK;
}

enum status store_show(struct store *store, const char *object, show_attribute_fn *show, void *context,
                       struct error *error)
{
    char **names = NULL;
    size_t count = 0;
    enum status status = store_attributes(store, object, &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char *shown = NULL;
        if (get_shown(store, object, names[i], &shown, NULL) != STATUS_OK)
            continue;
        status = show(context, names[i], shown, error);
        memory_free(shown);
    }
    memory_free(names);
    return status;
}

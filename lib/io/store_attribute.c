/* lib/io/store_attribute.c: attributes of objects in a store, and the names of attributes and members. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
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

enum status store_find_attribute(struct store *store, const char *object, const char *key, bool *there,
                                 struct error *error)
{
    enum status status = store_find(store, object, there, error);
    if (!*there)
        return status;
    *there = false;
    htri_t exists = H5Aexists_by_name(store->file, object, key, H5P_DEFAULT);
    if (exists < 0)
        return store_failure(store, STATUS_DATA, object, "has attributes that cannot be read", error);
    if (exists == 0 || store->read_error != 0)
        return store_doubt(store, object, error);
    *there = true;
    return STATUS_OK;
}

enum status store_unset(struct store *store, const char *object, const char *key, struct error *error)
{
    bool there = false;
    enum status status = store_check_write(store, object, error);
    if (status == STATUS_OK)
        status = store_find_attribute(store, object, key, &there, error);
    if (there && (fault_here() || H5Adelete_by_name(store->file, object, key, H5P_DEFAULT) < 0))
        status = store_failure(store, STATUS_FAILED, object, "has an attribute that cannot be removed", error);
    return store_written(store, status);
}

enum status store_set_number(struct store *store, const char *object, const char *key, double value,
                             struct error *error)
{
    return set_attribute(store, object, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, error);
}

enum status store_check_text(const struct store *store, const char *object, const char *what, const char *text,
                             struct error *error)
{
    enum { SHOWN_SIZE = 64 };
    char shown[SHOWN_SIZE];
    if (utf8_valid(text))
        return STATUS_OK;
    (void)utf8_escape(text, "", shown, sizeof shown);
    return error_set(error, STATUS_FAILED, "%s: %s: %s is not UTF-8 from its byte %zu on: %s", store->path, object,
                     what, utf8_valid_length(text) + 1, shown);
}

enum status store_set_text(struct store *store, const char *object, const char *key, const char *value,
                           struct error *error)
{
    size_t length = strlen(value);
    if (length > STORE_TEXT_MAX)
        return store_written(store,
                             error_set(error, STATUS_FAILED, "%s: %s: attribute %s has %zu bytes; at most %d are kept",
                                       store->path, object, key, length, STORE_TEXT_MAX));
    enum status status = store_check_text(store, object, key, value, error);
    if (status != STATUS_OK)
        return store_written(store, status);
    hid_t type = store_text_type(length + 1);
    if (type < 0)
        status = store_failure(store, STATUS_FAILED, object, "cannot be described", error);
    if (status == STATUS_OK)
        status = set_attribute(store, object, key, type, type, value, error);
    return store_written(store, store_release(store, object, type, H5Tclose, status, error));
}

enum status store_set_text_escaped(struct store *store, const char *object, const char *key, const char *value,
                                   struct error *error)
{
    size_t room = utf8_escape(value, "", (char[1]){0}, 1) + 1;
    char *escaped = memory_alloc(room, 1, error);
    if (!escaped)
        return store_written(store, STATUS_NO_MEMORY);
    (void)utf8_escape(value, "", escaped, room);
    enum status status = store_set_text(store, object, key, escaped, error);
    memory_free(escaped);
    return status;
}

/* Frees what HDF5 allocated for values of variable length, of any depth; `values` itself stays. */
static herr_t free_values(hid_t type, hid_t space, void *values)
{
#if H5_VERSION_GE(1, 12, 0)
    return H5Treclaim(type, space, H5P_DEFAULT, values);
#else
    return H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
#endif
}

/* Copies the values of one open attribute to another of the same type and shape. */
static herr_t copy_values(hid_t from, hid_t to, hid_t type, hid_t space)
{
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (count <= 0) /* an attribute may have no value */
        return count < 0 ? -1 : 0;
    void *values = memory_alloc((size_t)count, H5Tget_size(type), NULL);
    if (!values)
        return -1;
    herr_t result = -1;
    if (H5Aread(from, type, values) >= 0) {
        result = fault_here() ? -1 : H5Awrite(to, type, values);
        if (free_values(type, space, values) < 0)
            result = -1;
    }
    memory_free(values);
    return result;
}

static herr_t copy_attribute(hid_t object, const char *name, const H5A_info_t *about, void *target)
{
    (void)about;
    const hid_t *to = target;
    hid_t copy = H5I_INVALID_HID;
    herr_t result = -1;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    hid_t space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    if (type >= 0 && space >= 0)
        copy = H5Acreate2(*to, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (copy >= 0)
        result = copy_values(attribute, copy, type, space);
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

herr_t store_copy_attributes(hid_t from, hid_t to)
{
    hsize_t next = 0;
    return H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &next, copy_attribute, &to);
}

/* The form of an attribute. FORM_OTHER: of another type, or of several values or none. */
enum form { FORM_NONE, FORM_TEXT, FORM_NUMBER, FORM_OTHER };

/* An attribute open for reading, and its object. */
struct attribute {
    hid_t holder, id, type;
    enum form form;
    bool is_variable; /* a text of variable length */
    size_t size;      /* bytes of the value */
};

static enum status close_attribute(struct store *store, const char *object, struct attribute *attribute,
                                   enum status status, struct error *error)
{
    status = store_release(store, object, attribute->type, H5Tclose, status, error);
    status = store_release(store, object, attribute->id, H5Aclose, status, error);
    return store_release(store, object, attribute->holder, H5Oclose, status, error);
}

static enum status unreadable_attribute(struct store *store, const char *object, struct error *error)
{
    return store_failure(store, STATUS_DATA, object, "has an attribute that cannot be read", error);
}

/* Finds out the type of an open attribute's single value. */
static enum status look_at_attribute(struct store *store, const char *object, struct attribute *attribute,
                                     struct error *error)
{
    attribute->type = H5Aget_type(attribute->id);
    H5T_class_t kind = attribute->type < 0 ? H5T_NO_CLASS : H5Tget_class(attribute->type);
    htri_t variable = kind == H5T_STRING ? H5Tis_variable_str(attribute->type) : 0;
    attribute->size = kind < 0 ? 0 : H5Tget_size(attribute->type);
    hid_t space = attribute->size == 0 || variable < 0 ? H5I_INVALID_HID : H5Aget_space(attribute->id);
    hssize_t values = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (values < 0)
        return store_release(store, object, space, H5Sclose, unreadable_attribute(store, object, error), error);
    attribute->is_variable = variable > 0;
    attribute->form = FORM_OTHER;
    if (values == 1 && kind == H5T_STRING && (variable > 0 || attribute->size <= STORE_TEXT_MAX + 1))
        attribute->form = FORM_TEXT;
    else if (values == 1 && (kind == H5T_FLOAT || kind == H5T_INTEGER))
        attribute->form = FORM_NUMBER;
    return store_release(store, object, space, H5Sclose, STATUS_OK, error);
}

/* Opens an attribute, which may be absent: FORM_NONE. On failure, and in that case, nothing stays open. */
static enum status open_attribute(struct store *store, const char *object, const char *key, struct attribute *attribute,
                                  struct error *error)
{
    bool there;
    *attribute = (struct attribute){.holder = H5I_INVALID_HID, .id = H5I_INVALID_HID, .type = H5I_INVALID_HID};
    enum status status = store_find_attribute(store, object, key, &there, error);
    if (!there)
        return status;
    attribute->holder = H5Oopen(store->file, object, H5P_DEFAULT);
    attribute->id = attribute->holder < 0 ? H5I_INVALID_HID : H5Aopen(attribute->holder, key, H5P_DEFAULT);
    status = attribute->id < 0 ? unreadable_attribute(store, object, error)
                               : look_at_attribute(store, object, attribute, error);
    if (status != STATUS_OK)
        status = close_attribute(store, object, attribute, status, error);
    return status;
}

static enum status wrong_attribute(const struct store *store, const char *object, const char *key, enum form form,
                                   const char *wanted, struct error *error)
{
    if (form == FORM_NONE)
        return error_set(error, STATUS_DATA, "%s: %s has no attribute %s; " STORE_REMEDY_CHANGED, store->path, object,
                         key);
    return error_set(error, STATUS_DATA, "%s: %s: attribute %s is not %s; " STORE_REMEDY_CHANGED, store->path, object,
                     key, wanted);
}

enum status store_get_number(struct store *store, const char *object, const char *key, double *value,
                             struct error *error)
{
    struct attribute attribute;
    enum status status = open_attribute(store, object, key, &attribute, error);
    if (status != STATUS_OK)
        return status;
    if (attribute.form != FORM_NUMBER)
        status = wrong_attribute(store, object, key, attribute.form, "a number", error);
    else if (H5Aread(attribute.id, H5T_NATIVE_DOUBLE, value) < 0)
        status = unreadable_attribute(store, object, error);
    return close_attribute(store, object, &attribute, status, error);
}

/* The text of an attribute, converted by HDF5 to one of `size` bytes with a 0 at its end, or of variable length if that
 * is 0; the caller frees with memory_free. NULL on failure: out of memory, or HDF5's. */
static char *read_text(const struct attribute *attribute, size_t size, struct error *error)
{
    char *text = NULL, *given = NULL;
    hid_t type = H5Tcopy(H5T_C_S1);
    bool described = type >= 0 && H5Tset_size(type, size > 0 ? size : H5T_VARIABLE) >= 0 &&
                     H5Tset_cset(type, H5Tget_cset(attribute->type)) >= 0;
    if (described && size > 0) {
        text = memory_alloc(size, 1, error);
        if (text && H5Aread(attribute->id, type, text) < 0) {
            memory_free(text);
            text = NULL;
        }
    } else if (described && H5Aread(attribute->id, type, &given) >= 0) {
        text = memory_copy_text(given ? given : "", error); /* HDF5 has no bytes for an empty one */
        if (given && H5free_memory(given) < 0) {
            memory_free(text);
            text = NULL;
        }
    }
    if (type >= 0 && H5Tclose(type) < 0) {
        memory_free(text);
        text = NULL;
    }
    return text;
}

/* Bytes that are not UTF-8, stored by older versions and other programs, become \xNN. Takes over `text`; NULL without
 * memory. */
static char *repair_text(char *text, struct error *error)
{
    static const char kept[] = "\t\n\r";
    if (!text || utf8_valid(text))
        return text;
    size_t room = utf8_escape(text, kept, (char[1]){0}, 1) + 1;
    char *repaired = memory_alloc(room, 1, error);
    if (repaired)
        (void)utf8_escape(text, kept, repaired, room);
    memory_free(text);
    return repaired;
}

/* Reads the attribute if it is a text, and returns its form; *value is NULL unless it is one. */
static enum status read_if_text(struct store *store, const char *object, const char *key, char **value, enum form *form,
                                struct error *error)
{
    *value = NULL;
    char *text = NULL;
    struct error reason = {0};
    struct attribute attribute;
    enum status status = open_attribute(store, object, key, &attribute, error);
    *form = attribute.form;
    if (status != STATUS_OK)
        return status;
    if (attribute.form == FORM_TEXT) {
        text = read_text(&attribute, attribute.is_variable ? 0 : attribute.size + 1, &reason);
        if (!text && reason.status == STATUS_OK)
            status = unreadable_attribute(store, object, error);
        text = repair_text(text, &reason);
        if (reason.status != STATUS_OK)
            status = error_set(error, reason.status, "%s: %s: %s", store->path, object, reason.message);
    }
    status = close_attribute(store, object, &attribute, status, error);
    if (status != STATUS_OK) {
        memory_free(text);
        text = NULL;
    }
    *value = text;
    return status;
}

enum status store_find_text(struct store *store, const char *object, const char *key, char **value, struct error *error)
{
    enum form form;
    return read_if_text(store, object, key, value, &form, error);
}

enum status store_get_text(struct store *store, const char *object, const char *key, char **value, struct error *error)
{
    enum form form;
    enum status status = read_if_text(store, object, key, value, &form, error);
    if (status == STATUS_OK && form != FORM_TEXT)
        status = wrong_attribute(store, object, key, form, "a text", error);
    return status;
}

/* Names side by side in one block: [capacity] pointers, then the strings. While `names` is NULL they are only counted.
 */
struct name_list {
    char **names;
    size_t count, capacity;   /* names */
    size_t bytes, byte_limit; /* of the strings, each with its 0 */
};

/* Negative, which ends HDF5's iteration as a failure, if the list is full. */
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

/* Visits twice: once to measure, once to copy. HDF5's name index is in strcmp order. */
static enum status list_names(struct store *store, const char *object, herr_t (*visit)(hid_t, struct name_list *),
                              char ***names, size_t *count, struct error *error)
{
    *names = NULL;
    *count = 0;
    bool there;
    struct name_list list = {0};
    enum status status = store_find(store, object, &there, error);
    if (status != STATUS_OK)
        return status;
    if (!there)
        return error_set(error, STATUS_DATA, "%s: %s is not there; " STORE_REMEDY_CHANGED, store->path, object);
    hid_t holder = H5Oopen(store->file, object, H5P_DEFAULT);
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

/* Allocates (memory_free); *shown is NULL for what is neither a text nor a number. */
static enum status get_shown(struct store *store, const char *object, const char *key, char **shown,
                             struct error *error)
{
    enum { NUMBER_SIZE = 32 };
    double number = 0;
    enum form form;
    enum status status = read_if_text(store, object, key, shown, &form, error);
    if (status != STATUS_OK || form != FORM_NUMBER)
        return status;
    status = store_get_number(store, object, key, &number, error);
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
        status = get_shown(store, object, names[i], &shown, error);
        if (shown)
            status = show(context, names[i], shown, error);
        memory_free(shown);
    }
    memory_free(names);
    return status;
}

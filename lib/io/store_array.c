/* lib/io/store_array.c: arrays of numbers and of texts in a store. */
#include <string.h>

#include "core/memory.h"
#include "io/store.h"
#include "io/store_private.h"

/* Arrays of at most this many bytes are stored inside their header (HDF5's compact layout, which ends at 64 KiB), under
 * its checksum; compressing them would not be worth the time. */
enum { COMPACT_MAX = 60000 };

/* Chunks of at most 1 MiB fit into HDF5's chunk cache. */
enum { CHUNK_BYTES = 1 << 20 };

enum { DEFLATE_LEVEL = 1 };

/* Deflate cannot shrink by more than 1032 : 1 (RFC 1951: 258 bytes take at least 2 bits). */
enum { DEFLATE_RATIO_MAX = 1032 };

hid_t store_text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
                      H5Tset_strpad(type, H5T_STR_NULLTERM) < 0)) {
        (void)H5Tclose(type);
        type = H5I_INVALID_HID;
    }
    return type;
}

/* Halves the extents of a chunk, the slowest first, until it has at most CHUNK_BYTES. */
static void choose_chunk(size_t rank, const hsize_t *shape, size_t element_size, hsize_t chunk[STORE_RANK_MAX])
{
    hsize_t bytes = element_size;
    for (size_t d = 0; d < rank; d++) {
        chunk[d] = shape[d];
        bytes *= shape[d];
    }
    for (size_t d = 0; d < rank; d++) {
        hsize_t row = bytes / chunk[d]; /* bytes of one step along this extent */
        while (chunk[d] > 1 && chunk[d] * row > CHUNK_BYTES)
            chunk[d] = (chunk[d] + 1) / 2;
        bytes = chunk[d] * row;
    }
}

/* Whether this build of HDF5 can write with a filter; negative on failure. */
static htri_t has_filter(H5Z_filter_t filter)
{
    unsigned int abilities = 0;
    htri_t there = H5Zfilter_avail(filter);
    if (there <= 0)
        return there;
    if (H5Zget_filter_info(filter, &abilities) < 0)
        return -1;
    return (abilities & H5Z_FILTER_CONFIG_ENCODE_ENABLED) != 0;
}

/* The filters that this build has; negative on failure. */
static herr_t set_filters(hid_t properties)
{
    htri_t shuffle = has_filter(H5Z_FILTER_SHUFFLE), deflate = has_filter(H5Z_FILTER_DEFLATE),
           checksum = has_filter(H5Z_FILTER_FLETCHER32);
    if (shuffle < 0 || deflate < 0 || checksum < 0)
        return -1;
    if (shuffle && H5Pset_shuffle(properties) < 0)
        return -1;
    if (deflate && H5Pset_deflate(properties, DEFLATE_LEVEL) < 0)
        return -1;
    return checksum ? H5Pset_fletcher32(properties) : 0;
}

/* Sets the layout of the elements in the file: inside the header, or in compressed chunks with checksums.
 */
static herr_t set_layout(hid_t properties, size_t rank, const hsize_t *shape, size_t element_size, hsize_t bytes)
{
    hsize_t chunk[STORE_RANK_MAX];
    if (bytes <= COMPACT_MAX)
        return H5Pset_layout(properties, H5D_COMPACT);
    choose_chunk(rank, shape, element_size, chunk);
    return H5Pset_chunk(properties, (int)rank, chunk) < 0 ? -1 : set_filters(properties);
}

/* The type of an array's elements, in the file and in memory. */
struct element {
    hid_t file, memory;
    size_t size; /* bytes, in both */
};

static enum status create_array(struct store *store, const char *name, struct element element, size_t rank,
                                const hsize_t *shape, hid_t *array, struct error *error)
{
    enum status status = STATUS_OK;
    hsize_t bytes = element.size;
    for (size_t d = 0; d < rank; d++)
        bytes *= shape[d];
    hid_t space = H5Screate_simple((int)rank, shape, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (space < 0 || properties < 0 || H5Pset_obj_track_times(properties, false) < 0 ||
        set_layout(properties, rank, shape, element.size, bytes) < 0) {
        status = store_failure(store, STATUS_FAILED, name, "cannot be described", error);
        goto cleanup;
    }
    *array = fault_here() ? H5I_INVALID_HID
                          : H5Dcreate2(store->file, name, element.file, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (*array < 0)
        status = store_failure(store, STATUS_FAILED, name, "cannot be made", error);
cleanup:
    status = store_release(store, name, properties, H5Pclose, status, error);
    return store_release(store, name, space, H5Sclose, status, error);
}

static enum status check_shape(const struct store *store, const char *name, size_t rank, const size_t *shape,
                               size_t element_size, hsize_t extents[STORE_RANK_MAX], struct error *error)
{
    if (rank < 1 || rank > STORE_RANK_MAX)
        return error_set(error, STATUS_FAILED, "%s: %s has rank %zu; arrays have 1 to %d", store->path, name, rank,
                         STORE_RANK_MAX);
    size_t bytes = element_size;
    for (size_t d = 0; d < rank; d++) {
        extents[d] = shape[d];
        bytes = size_multiply(bytes, shape[d]);
    }
    if (bytes == SIZE_MAX)
        return error_set(error, STATUS_FAILED, "%s: %s is too large", store->path, name);
    return STATUS_OK;
}

/* Whether an open array can take new values in place: type, shape, and storage in this file. */
static bool takes_values(hid_t array, struct element element, size_t rank, const hsize_t *shape)
{
    hsize_t extents[STORE_RANK_MAX] = {0};
    hid_t type = H5Dget_type(array), space = H5Dget_space(array), properties = H5Dget_create_plist(array);
    int found = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool takes =
        type >= 0 && properties >= 0 && H5Tequal(type, element.file) > 0 && H5Pget_layout(properties) != H5D_VIRTUAL &&
        H5Pget_external_count(properties) == 0 && H5Pall_filters_avail(properties) > 0 && found == (int)rank &&
        H5Sget_simple_extent_dims(space, extents, NULL) == found && memcmp(extents, shape, rank * sizeof *shape) == 0;
    if (properties >= 0 && H5Pclose(properties) < 0)
        takes = false;
    if (space >= 0 && H5Sclose(space) < 0)
        takes = false;
    if (type >= 0 && H5Tclose(type) < 0)
        takes = false;
    return takes;
}

/* Opens the array of that name, or makes it. One of another type or shape is replaced, keeping all its attributes:
 * others may have added some. */
static enum status prepare_array(struct store *store, const char *name, struct element element, size_t rank,
                                 const hsize_t *shape, hid_t *array, struct error *error)
{
    hid_t before = H5I_INVALID_HID;
    bool there;
    enum status status = store_find(store, name, &there, error);
    if (there) {
        store->has_gaps = true; /* compressed, new values are stored elsewhere */
        before = H5Oopen(store->file, name, H5P_DEFAULT);
        if (before < 0)
            return store_failure(store, STATUS_DATA, name, "cannot be opened", error);
        if (H5Iget_type(before) != H5I_DATASET) {
            status = error_set(
                error, STATUS_FAILED,
                "%s: %s is not an array, so that another program made it, and is in the way; the file is as it was",
                store->path, name);
            return store_release(store, name, before, H5Oclose, status, error);
        }
        if (takes_values(before, element, rank, shape)) {
            *array = before;
            return STATUS_OK;
        }
    }
    if (status == STATUS_OK)
        status = store_remove(store, name, error);
    if (status == STATUS_OK)
        status = store_make_groups(store, name, (size_t)(strrchr(name, '/') - name), error);
    if (status == STATUS_OK)
        status = create_array(store, name, element, rank, shape, array, error);
    if (status == STATUS_OK && before >= 0 && store_copy_attributes(before, *array) < 0)
        status = store_failure(store, STATUS_FAILED, name, "has attributes that cannot be kept", error);
    return store_release(store, name, before, H5Dclose, status, error);
}

static enum status write_array(struct store *store, const char *name, struct element element, size_t rank,
                               const size_t *shape, const void *data, struct error *error)
{
    hid_t array = H5I_INVALID_HID;
    hsize_t extents[STORE_RANK_MAX];
    enum status status = check_shape(store, name, rank, shape, element.size, extents, error);
    if (status == STATUS_OK)
        status = store_check_write(store, name, error);
    if (status == STATUS_OK)
        status = prepare_array(store, name, element, rank, extents, &array, error);
    if (status == STATUS_OK &&
        (fault_here() || H5Dwrite(array, element.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
        status = store_failure(store, STATUS_FAILED, name, "cannot be written", error);
    return store_written(store, store_release(store, name, array, H5Dclose, status, error));
}

static struct element float_element(void)
{
    return (struct element){H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, sizeof(float)};
}

static struct element double_element(void)
{
    return (struct element){H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, sizeof(double)};
}

static struct element byte_element(void)
{
    return (struct element){H5T_STD_U8LE, H5T_NATIVE_UINT8, sizeof(uint8_t)};
}

enum status store_write_float(struct store *store, const char *name, size_t rank, const size_t *shape,
                              const float *data, struct error *error)
{
    return write_array(store, name, float_element(), rank, shape, data, error);
}

enum status store_write_double(struct store *store, const char *name, size_t rank, const size_t *shape,
                               const double *data, struct error *error)
{
    return write_array(store, name, double_element(), rank, shape, data, error);
}

enum status store_write_bytes(struct store *store, const char *name, size_t rank, const size_t *shape,
                              const uint8_t *data, struct error *error)
{
    return write_array(store, name, byte_element(), rank, shape, data, error);
}

/* The texts side by side, each in `size` bytes; the caller frees with memory_free. */
static char *pad_texts(size_t count, const char *const *texts, size_t size, struct error *error)
{
    char *padded = memory_alloc(count, size, error);
    for (size_t i = 0; padded && i < count; i++)
        memcpy(padded + i * size, texts[i], strlen(texts[i]));
    return padded;
}

enum status store_write_texts(struct store *store, const char *name, size_t count, const char *const *texts,
                              struct error *error)
{
    size_t longest = 0;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        size_t length = strlen(texts[i]);
        longest = length > longest ? length : longest;
        status = store_check_text(store, name, "a text", texts[i], error);
    }
    if (status != STATUS_OK)
        return store_written(store, status);
    if (longest > STORE_TEXT_MAX)
        return store_written(store,
                             error_set(error, STATUS_FAILED, "%s: %s has a text of %zu bytes; at most %d are kept",
                                       store->path, name, longest, STORE_TEXT_MAX));
    char *padded = pad_texts(count, texts, longest + 1, error);
    if (!padded)
        return store_written(store, error_context(error, "%s: %s: ", store->path, name));
    hid_t type = store_text_type(longest + 1);
    if (type < 0)
        status = store_failure(store, STATUS_FAILED, name, "cannot be described", error);
    if (status == STATUS_OK)
        status = write_array(store, name, (struct element){type, type, longest + 1}, 1, &count, padded, error);
    status = store_release(store, name, type, H5Tclose, status, error);
    memory_free(padded);
    return store_written(store, status);
}

/* An array of a file, after checks. */
struct array {
    hid_t id, type;
    size_t rank;
    size_t shape[STORE_RANK_MAX];
    size_t count;        /* elements */
    size_t element_size; /* bytes of one, in the file */
};

static enum status close_array(struct store *store, const char *name, struct array *array, enum status status,
                               struct error *error)
{
    status = store_release(store, name, array->type, H5Tclose, status, error);
    return store_release(store, name, array->id, H5Dclose, status, error);
}

/* Fills rank, shape and count. */
static enum status measure(struct store *store, const char *name, struct array *array, struct error *error)
{
    enum status status = STATUS_OK;
    hsize_t extents[STORE_RANK_MAX] = {0};
    hid_t space = H5Dget_space(array->id);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (rank < 1 || rank > STORE_RANK_MAX || H5Sget_simple_extent_dims(space, extents, NULL) != rank) {
        status = store_failure(store, STATUS_DATA, name, "is not an array of rank 1 to 4", error);
        goto cleanup;
    }
    array->rank = (size_t)rank;
    array->count = 1;
    for (size_t d = 0; d < array->rank; d++) {
        array->shape[d] = (size_t)extents[d];
        array->count = size_multiply(array->count, (size_t)extents[d]);
    }
cleanup:
    return store_release(store, name, space, H5Sclose, status, error);
}

/* Whether the values are stored in this file, and can be as many as the file says: a damaged or hostile file must not
 * make us read another one, or allocate more memory than its own size explains. */
static enum status check_storage(struct store *store, const char *name, const struct array *array, struct error *error)
{
    enum status status = STATUS_OK;
    hsize_t file_size = 0;
    hsize_t stored = H5Dget_storage_size(array->id); /* 0 on failure too */
    if (stored == 0)
        status = store_doubt(store, name, error);
    if (status != STATUS_OK)
        return status;
    size_t bytes = size_multiply(array->count, array->element_size);
    hid_t properties = H5Dget_create_plist(array->id);
    H5D_layout_t layout = properties < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(properties);
    int elsewhere = layout < 0 ? -1 : H5Pget_external_count(properties);
    if (elsewhere < 0 || H5Fget_filesize(store->file, &file_size) < 0)
        status = store_failure(store, STATUS_DATA, name, "cannot be examined", error);
    else if (layout == H5D_VIRTUAL || elsewhere > 0)
        status =
            error_set(error, STATUS_DATA, "%s: %s lies in another file, which a run never writes", store->path, name);
    else if (bytes == SIZE_MAX || stored > file_size || bytes / DEFLATE_RATIO_MAX > stored)
        status =
            error_set(error, STATUS_DATA, "%s: %s claims more elements than the file can hold; " STORE_REMEDY_CHANGED,
                      store->path, name);
    return store_release(store, name, properties, H5Pclose, status, error);
}

/* Opens an array for reading and checks what can be checked without its values. On failure nothing stays open. */
static enum status open_array(struct store *store, const char *name, struct array *array, struct error *error)
{
    *array = (struct array){.id = H5I_INVALID_HID, .type = H5I_INVALID_HID};
    bool there;
    enum status status = store_find(store, name, &there, error);
    if (status != STATUS_OK)
        return status;
    if (!there)
        return error_set(error, STATUS_DATA, "%s: %s is not there; " STORE_REMEDY_CHANGED, store->path, name);
    array->id = H5Dopen2(store->file, name, H5P_DEFAULT);
    array->type = array->id < 0 ? H5I_INVALID_HID : H5Dget_type(array->id);
    array->element_size = array->type < 0 ? 0 : H5Tget_size(array->type);
    if (array->element_size == 0)
        status = store_failure(store, STATUS_DATA, name, "is not an array", error);
    if (status == STATUS_OK)
        status = measure(store, name, array, error);
    if (status == STATUS_OK)
        status = check_storage(store, name, array, error);
    if (status != STATUS_OK)
        status = close_array(store, name, array, status, error);
    return status;
}

enum status store_shape(struct store *store, const char *name, size_t *rank, size_t shape[STORE_RANK_MAX],
                        struct error *error)
{
    struct array array;
    enum status status = open_array(store, name, &array, error);
    if (status != STATUS_OK)
        return status;
    *rank = array.rank;
    memcpy(shape, array.shape, sizeof array.shape);
    return close_array(store, name, &array, STATUS_OK, error);
}

static enum status wrong_count(const struct store *store, const char *name, size_t found, size_t wanted,
                               struct error *error)
{
    return error_set(error, STATUS_DATA, "%s: %s has %zu elements instead of %zu; " STORE_REMEDY_CHANGED, store->path,
                     name, found, wanted);
}

static enum status check_type(struct store *store, const char *name, hid_t found, hid_t wanted, const char *type_name,
                              struct error *error)
{
    htri_t equal = H5Tequal(found, wanted);
    if (equal < 0)
        return store_failure(store, STATUS_DATA, name, "cannot be read", error);
    enum status status = equal > 0 ? STATUS_OK : store_doubt(store, name, error);
    if (status != STATUS_OK || equal > 0)
        return status;
    return error_set(error, STATUS_DATA, "%s: %s does not hold %s; " STORE_REMEDY_CHANGED, store->path, name,
                     type_name);
}

static enum status read_array(struct store *store, const char *name, struct element element, const char *type_name,
                              size_t count, void *data, struct error *error)
{
    struct array array;
    enum status status = open_array(store, name, &array, error);
    if (status != STATUS_OK)
        return status;
    status = check_type(store, name, array.type, element.file, type_name, error);
    if (status != STATUS_OK)
        return close_array(store, name, &array, status, error);
    if (array.count != count)
        status = wrong_count(store, name, array.count, count, error);
    else if (H5Dread(array.id, element.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        status = store_failure(store, STATUS_DATA, name, "cannot be read", error);
    return close_array(store, name, &array, status, error);
}

enum status store_read_float(struct store *store, const char *name, size_t count, float *data, struct error *error)
{
    return read_array(store, name, float_element(), "32-bit floats", count, data, error);
}

enum status store_read_double(struct store *store, const char *name, size_t count, double *data, struct error *error)
{
    return read_array(store, name, double_element(), "64-bit floats", count, data, error);
}

enum status store_read_bytes(struct store *store, const char *name, size_t count, uint8_t *data, struct error *error)
{
    return read_array(store, name, byte_element(), "unsigned bytes", count, data, error);
}

/* Whether the array holds strings as store_write_texts makes them, `count` of them. */
static enum status check_texts(struct store *store, const char *name, const struct array *array, size_t count,
                               struct error *error)
{
    H5T_class_t kind = H5Tget_class(array->type);
    htri_t variable = kind < 0 ? -1 : H5Tis_variable_str(array->type);
    if (variable < 0)
        return store_failure(store, STATUS_DATA, name, "cannot be read", error);
    if (kind != H5T_STRING || variable > 0 || array->element_size > STORE_TEXT_MAX + 1)
        return error_set(error, STATUS_DATA, "%s: %s does not hold texts of fixed size; " STORE_REMEDY_CHANGED,
                         store->path, name);
    if (array->count != count)
        return wrong_count(store, name, array->count, count, error);
    return STATUS_OK;
}

enum status store_read_texts(struct store *store, const char *name, size_t count, char ***texts, struct error *error)
{
    *texts = NULL;
    char **block = NULL;
    struct array array;
    enum status status = open_array(store, name, &array, error);
    if (status != STATUS_OK)
        return status;
    status = check_texts(store, name, &array, count, error);
    if (status != STATUS_OK)
        goto cleanup;
    /* [count] pointers, then the strings as stored, then a 0 in case the last one has none. */
    size_t size = array.element_size;
    block = memory_alloc(count + 1, sizeof *block + size, error);
    if (!block) {
        status = error_context(error, "%s: %s: ", store->path, name);
        goto cleanup;
    }
    char *strings = (char *)(block + count);
    if (H5Dread(array.id, array.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, strings) < 0) {
        status = store_failure(store, STATUS_DATA, name, "cannot be read", error);
        goto cleanup;
    }
    for (size_t i = 0; i < count; i++) {
        block[i] = strings + i * size;
        block[i][size - 1] = '\0'; /* ours all end with one; another writer's might not */
    }
cleanup:
    status = close_array(store, name, &array, status, error);
    if (status != STATUS_OK) {
        memory_free(block);
        block = NULL;
    }
    *texts = block;
    return status;
}

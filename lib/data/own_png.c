/* lib/data/own_png.c: a directory of PNG images for each class, whose name is that of the directory. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "core/size.h"
#include "data/image.h"
#include "data/label.h"
#include "data/own_private.h"
#include "data/reader.h"
#include "io/atomic_file.h"
#include "io/file_list.h"
#include "io/magic.h"

enum { IMAGE_BYTES_MAX = 1 << 26, EXTENT_MAX = 4096 };
static const size_t BYTES_MAX = (size_t)1 << 33; /* of all images */

/* Names of files. */
struct names {
    char **name;
    size_t count, room;
};

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        memory_free(names->name[i]);
    memory_free(names->name);
    *names = (struct names){0};
}

static enum status names_add(struct names *names, const char *name, struct error *error)
{
    if (memory_grow(&names->name, names->count, &names->room, 64, sizeof *names->name, error) != STATUS_OK)
        return STATUS_NO_MEMORY;
    char *copy = memory_copy_text(name, error);
    if (!copy)
        return STATUS_NO_MEMORY;
    names->name[names->count++] = copy;
    return STATUS_OK;
}

/* All but those that begin with a dot, sorted. */
static enum status names_list(const char *directory, struct names *names, struct error *error)
{
    char **paths = NULL;
    size_t count = 0;
    enum status status = directory_files(directory, "", &paths, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = names_add(names, paths[i] + strlen(directory) + 1, error);
    paths_free(paths, count);
    return status;
}

/* ---- the images of a set's file, which is a directory ---- */

struct folder {
    struct own_set *set;
    const char *path;
    struct names files; /* CLASS/FILE */
    struct sha256 hash; /* of a line "HASH CLASS/FILE" for each, as sha256sum writes it */
};

static bool is_directory(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum status list_class(struct folder *folder, const char *name, struct error *error)
{
    char path[LAYOUT_PATH_SIZE], file[LAYOUT_PATH_SIZE];
    struct names names = {0};
    size_t number;
    enum status status = layout_path(folder->path, name, path, error);
    if (status == STATUS_OK && !is_directory(path))
        status =
            error_set(error, STATUS_DATA, "%s: is no directory; %s has a directory for each class, and nothing else",
                      path, folder->path);
    if (status == STATUS_OK)
        status = names_list(path, &names, error);
    if (status == STATUS_OK && names.count == 0)
        status = error_set(error, STATUS_DATA,
                           "%s: has no image; remove the directory, or put images of the class there", path);
    if (status == STATUS_OK)
        status = label_number((struct cell){name, strlen(name)}, &folder->set->labels, folder->set->closed, path, "",
                              &number, error);
    for (size_t i = 0; i < names.count && status == STATUS_OK; i++) {
        status = layout_path(name, names.name[i], file, error);
        if (status == STATUS_OK)
            status = names_add(&folder->files, file, error);
    }
    names_free(&names);
    return status;
}

/* All images, class by class, and their labels. */
static enum status list_images(struct folder *folder, struct error *error)
{
    struct names classes = {0};
    enum status status = names_list(folder->path, &classes, error);
    if (status == STATUS_OK && classes.count == 0)
        status = error_set(error, STATUS_DATA, "%s: is empty; a directory of PNG images for each class is wanted",
                           folder->path);
    for (size_t i = 0; i < classes.count && status == STATUS_OK; i++)
        status = list_class(folder, classes.name[i], error);
    if (status == STATUS_OK && folder->files.count > ITEMS_LIMIT)
        status = error_set(error, STATUS_DATA, "%s: has more than %d images", folder->path, ITEMS_LIMIT);
    names_free(&classes);
    return status;
}

/* The file of image number `i`; the caller frees the bytes. */
static enum status read_image(const struct folder *folder, size_t i, char path[LAYOUT_PATH_SIZE], unsigned char **bytes,
                              size_t *count, struct error *error)
{
    enum status status = layout_path(folder->path, folder->files.name[i], path, error);
    struct shape shape;
    *bytes = NULL;
    if (status == STATUS_OK && is_directory(path))
        return error_set(error, STATUS_DATA, "%s: is a directory; the directory of a class has PNG images alone", path);
    if (status == STATUS_OK)
        status = file_read(path, IMAGE_BYTES_MAX, bytes, count, error);
    if (status == STATUS_OK && !image_png_shape(*bytes, *count, &shape)) {
        const char *what = file_kind(*bytes, *count);
        status = error_set(error, STATUS_DATA, "%s: is %s; the directory of a class has PNG images alone", path,
                           what ? what : "no PNG image");
    }
    return status;
}

/* The size of the first image, and whether any is in colour: those in gray are then taken for equal channels. */
static enum status find_shape(const struct folder *folder, struct shape *shape, struct error *error)
{
    enum status status = STATUS_OK;
    *shape = (struct shape){0};
    for (size_t i = 0; i < folder->files.count && status == STATUS_OK; i++) {
        char path[LAYOUT_PATH_SIZE];
        unsigned char *bytes = NULL;
        size_t count = 0;
        struct shape here = {0};
        status = read_image(folder, i, path, &bytes, &count, error);
        if (status == STATUS_OK)
            (void)image_png_shape(bytes, count, &here);
        memory_free(bytes);
        if (status == STATUS_OK &&
            (here.height == 0 || here.width == 0 || here.height > EXTENT_MAX || here.width > EXTENT_MAX))
            status = error_set(error, STATUS_DATA, "%s: is an image of %zu x %zu; 1 to %d each way are read", path,
                               here.width, here.height, EXTENT_MAX);
        if (i > 0 && status == STATUS_OK && (here.height != shape->height || here.width != shape->width))
            status = error_set(error, STATUS_DATA,
                               "%s: is an image of %zu x %zu, and the first, %s, of %zu x %zu; all need one size", path,
                               here.width, here.height, folder->files.name[0], shape->width, shape->height);
        const size_t channels = larger(shape->channels, here.channels);
        *shape = here;
        shape->channels = channels;
    }
    return status;
}

static enum status read_images(struct folder *folder, struct own_part *part, struct error *error)
{
    const size_t size = shape_size(part->items.shape);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < part->items.count && status == STATUS_OK; i++) {
        char path[LAYOUT_PATH_SIZE], hex[SHA256_HEX_SIZE], class[DATASET_CLASS_SIZE];
        unsigned char *bytes = NULL;
        size_t count = 0;
        const char *name = folder->files.name[i];
        status = read_image(folder, i, path, &bytes, &count, error);
        if (status == STATUS_OK)
            status = image_read(bytes, count, path, part->items.shape, part->items.bytes + i * size, error);
        if (status == STATUS_OK) {
            sha256_hex(bytes, count, hex);
            sha256_add(&folder->hash, hex, strlen(hex));
            sha256_add(&folder->hash, "  ", 2);
            sha256_add(&folder->hash, name, strlen(name));
            sha256_add(&folder->hash, "\n", 1);
            (void)snprintf(class, sizeof class, "%.*s", (int)strcspn(name, "/"), name);
            status = label_number((struct cell){class, strlen(class)}, &folder->set->labels, folder->set->closed, path,
                                  "", &part->label[i], error);
        }
        memory_free(bytes);
    }
    return status;
}

enum status own_load_png(struct own_set *set, enum own_file file, struct own_part *part, struct error *error)
{
    struct folder folder = {.set = set, .path = set->path[file]};
    struct dataset_kind kind = {.shape = set->shape, .scale = 1};
    if (!is_directory(folder.path))
        return error_set(error, STATUS_DATA,
                         "%s: is no directory; with data.format = png it has a directory of images for each class",
                         folder.path);
    sha256_begin(&folder.hash);
    enum status status = list_images(&folder, error);
    if (status == STATUS_OK && file == OWN_TRAIN)
        status = find_shape(&folder, &kind.shape, error);
    if (status == STATUS_OK && file == OWN_TRAIN)
        status = own_check_shape(set, file, kind.shape, error);
    if (status == STATUS_OK && size_multiply(folder.files.count, shape_size(kind.shape)) > BYTES_MAX)
        status =
            error_set(error, STATUS_DATA, "%s: has %zu images of %zu bytes; %zu are the most for all of them together",
                      folder.path, folder.files.count, shape_size(kind.shape), BYTES_MAX);
    if (status == STATUS_OK)
        status = items_alloc(&part->items, &kind, folder.files.count, true, error);
    if (status == STATUS_OK) {
        part->label = memory_alloc(folder.files.count, sizeof *part->label, error);
        status = part->label ? read_images(&folder, part, error) : STATUS_NO_MEMORY;
    }
    char hex[SHA256_HEX_SIZE];
    sha256_end(&folder.hash, hex);
    names_free(&folder.files);
    if (status == STATUS_OK)
        own_record(set, file, hex);
    return status;
}

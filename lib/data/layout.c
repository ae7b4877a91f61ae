#include "data/layout.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/text_buffer.h"

struct layout_folder {
    const char *set, *folder;
};

static const struct layout_part all_parts[] = {
#define FOLDER(set, folder)
#define PART(set, sha256, sha256_packed, ...) {#set, sha256, sha256_packed, {__VA_ARGS__}},
#define FOREIGN(set, pattern, words)
#include "data/layout.def"
#undef FOLDER
#undef PART
#undef FOREIGN
};

static const struct layout_folder all_folders[] = {
#define FOLDER(set, folder) {#set, folder},
#define PART(set, sha256, sha256_packed, ...)
#define FOREIGN(set, pattern, words)
#include "data/layout.def"
#undef FOLDER
#undef PART
#undef FOREIGN
};

/* What the formats of dataset.def say of sets without such rows. */
#define DATASET(name, title, classes, height, width, channels, offset, scale, background, format, synthesise)          \
    format(#name, title)
#define READ_BY(load) NOTHING
#define NOTHING(set, title)

static const struct layout_part format_parts[] = {
#define NAMED(set, ...) {set, "", "", {__VA_ARGS__}},
#define SERIES(set, stem) NAMED(set, stem ".txt", stem ".tsv", stem, stem ".csv")
#define UCR_SERIES(set, title) SERIES(set, title "_TRAIN") SERIES(set, title "_TEST")
#define IMAGES(set, stem)                                                                                              \
    NAMED(set, stem "-images-idx3-ubyte", stem "-images.idx3-ubyte")                                                   \
    NAMED(set, stem "-labels-idx1-ubyte", stem "-labels.idx1-ubyte")
#define IDX_IMAGES(set, title) IMAGES(set, "train") IMAGES(set, "t10k")
#include "data/dataset.def"
#undef UCR_SERIES
#undef IDX_IMAGES
};

/* The directory itself may be that of another set of images, whose files have the same names. */
static const struct layout_folder format_folders[] = {
#define UCR_SERIES(set, title)                                                                                         \
    {set, set}, {set, title}, {set, "UCRArchive_2018/" title}, {set, "UCR_TS_Archive_2015/" title}, {set, ""},
#define IDX_IMAGES(set, title) {set, set}, {set, title}, {set, title "/raw"},
#include "data/dataset.def"
};

enum {
    PARTS = sizeof all_parts / sizeof all_parts[0],
    FOLDERS = sizeof all_folders / sizeof all_folders[0],
    FORMAT_PARTS = sizeof format_parts / sizeof format_parts[0],
    FORMAT_FOLDERS = sizeof format_folders / sizeof format_folders[0]
};

/* A set's rows are neighbours. */
static const struct layout_part *parts_among(const struct layout_part *rows, size_t row_count, const char *set,
                                             size_t *count)
{
    size_t first = 0;
    while (first < row_count && strcmp(rows[first].set, set) != 0)
        first++;
    *count = 0;
    while (first + *count < row_count && strcmp(rows[first + *count].set, set) == 0)
        ++*count;
    return *count > 0 ? &rows[first] : NULL;
}

const struct layout_part *layout_parts(const char *set, size_t *count)
{
    const struct layout_part *parts = parts_among(all_parts, PARTS, set, count);
    return parts ? parts : parts_among(format_parts, FORMAT_PARTS, set, count);
}

static size_t folders_among(const struct layout_folder *rows, size_t row_count, const char *set,
                            const char *folders[LAYOUT_FOLDERS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < row_count && count < LAYOUT_FOLDERS_MAX; i++) {
        if (strcmp(rows[i].set, set) == 0)
            folders[count++] = rows[i].folder;
    }
    return count;
}

size_t layout_folders(const char *set, const char *folders[LAYOUT_FOLDERS_MAX])
{
    size_t count = folders_among(all_folders, FOLDERS, set, folders);
    return count > 0 ? count : folders_among(format_folders, FORMAT_FOLDERS, set, folders);
}

enum status layout_path(const char *directory, const char *name, char path[LAYOUT_PATH_SIZE], struct error *error)
{
    int length = snprintf(path, LAYOUT_PATH_SIZE, "%s/%s", directory, name);
    if (length < 0 || length >= LAYOUT_PATH_SIZE)
        return error_set(error, STATUS_DATA, "%.64s...: the path is longer than %d bytes", directory, LAYOUT_PATH_SIZE);
    return STATUS_OK;
}

/* A folder of the set and one spelling of its names, or any (SIZE_MAX). */
struct place {
    const char *set, *directory, *folder;
    size_t spelling;
};

/* Whether there is a file. A dangling link counts as there, and so does what cannot be reached. */
static bool is_there(const char *path)
{
    struct stat found;
    if (stat(path, &found) == 0)
        return !S_ISDIR(found.st_mode);
    return !path_is_absent(path);
}

/* Looks for FOLDER/NAME and FOLDER/NAME.gz; `found` is the existing one, or the first. */
static enum status look_for(const struct place *place, const char *name, char found[LAYOUT_NAME_SIZE], bool *there,
                            struct error *error)
{
    static const char *const endings[] = {"", ".gz"};
    *there = false;
    for (size_t i = 0; i < 2 && !*there; i++) {
        char path[LAYOUT_PATH_SIZE], relative[LAYOUT_NAME_SIZE];
        (void)snprintf(relative, sizeof relative, "%s%s%s%s", place->folder, place->folder[0] ? "/" : "", name,
                       endings[i]);
        enum status status = layout_path(place->directory, relative, path, error);
        if (status != STATUS_OK)
            return status;
        *there = is_there(path);
        if (*there || i == 0)
            memcpy(found, relative, sizeof relative);
    }
    return STATUS_OK;
}

/* The part in the spelling of the place, or in the first that exists. */
static enum status look_for_part(const struct place *place, const struct layout_part *part,
                                 char found[LAYOUT_NAME_SIZE], bool *there, struct error *error)
{
    enum status status = STATUS_OK;
    *there = false;
    for (size_t s = 0; s < LAYOUT_NAMES_MAX && part->names[s] && !*there && status == STATUS_OK; s++) {
        char name[LAYOUT_NAME_SIZE];
        if (place->spelling != SIZE_MAX && place->spelling != s)
            continue;
        status = look_for(place, part->names[s], name, there, error);
        if (status == STATUS_OK && (*there || !found[0]))
            memcpy(found, name, sizeof name);
    }
    return status;
}

static enum status look_at(const struct place *place, struct layout *layout, struct error *error)
{
    const struct layout_part *parts = layout_parts(place->set, &layout->total);
    enum status status = STATUS_OK;
    *layout = (struct layout){.total = layout->total};
    for (size_t i = 0; i < layout->total && i < LAYOUT_PARTS_MAX && status == STATUS_OK; i++) {
        bool there;
        status = look_for_part(place, &parts[i], layout->names[i], &there, error);
        layout->present += there;
        if (!there && !layout->missing[0])
            memcpy(layout->missing, layout->names[i], sizeof layout->missing);
    }
    return status;
}

/* Whether two names below a directory are one file, through a link or because the system ignores case. */
static bool same_file(const char *directory, const char *a, const char *b)
{
    char path[2][LAYOUT_PATH_SIZE];
    struct stat found[2];
    return layout_path(directory, a, path[0], NULL) == STATUS_OK &&
           layout_path(directory, b, path[1], NULL) == STATUS_OK && stat(path[0], &found[0]) == 0 &&
           stat(path[1], &found[1]) == 0 && found[0].st_dev == found[1].st_dev && found[0].st_ino == found[1].st_ino;
}

/* Keeps the first whole copy, otherwise the most complete one. */
static void keep(const char *directory, const struct layout *next, struct layout *best)
{
    bool whole = next->present == next->total;
    if (best->present < best->total || best->total == 0) {
        if (best->total == 0 || next->present > best->present)
            *best = *next;
    } else if (whole && !best->also[0] && !same_file(directory, best->names[0], next->names[0])) {
        memcpy(best->also, next->names[0], sizeof best->also);
    }
}

enum status layout_look(const char *set, const char *directory, struct layout *layout, struct error *error)
{
    const char *folders[LAYOUT_FOLDERS_MAX];
    size_t count = layout_folders(set, folders);
    enum status status = STATUS_OK;
    *layout = (struct layout){0};
    for (size_t f = 0; f < count && status == STATUS_OK; f++) {
        struct layout next = {0};
        for (size_t s = 0; s <= LAYOUT_NAMES_MAX && status == STATUS_OK; s++) {
            struct place place = {set, directory, folders[f], s};
            /* a mixture is searched for if no spelling has them all */
            if (s == LAYOUT_NAMES_MAX && layout->total > 0 && layout->present == layout->total)
                break;
            place.spelling = s == LAYOUT_NAMES_MAX ? SIZE_MAX : s;
            status = look_at(&place, &next, error);
            if (status == STATUS_OK)
                keep(directory, &next, layout);
        }
    }
    return status;
}

char *layout_accepted(const char *set, struct error *error)
{
    struct text_buffer text = text_begin(error);
    const char *folders[LAYOUT_FOLDERS_MAX];
    size_t parts, count = layout_folders(set, folders);
    const struct layout_part *part = layout_parts(set, &parts);
    for (size_t i = 0; i < parts; i++) {
        for (size_t s = 0; s < LAYOUT_NAMES_MAX && part[i].names[s]; s++)
            text_add(&text, "%s%s", s > 0 ? " or " : i > 0 ? ", " : "", part[i].names[s]);
    }
    text_add(&text, ", each also with .gz, in");
    for (size_t f = 0; f < count; f++)
        text_add(&text, "%s%s%s",
                 f == 0          ? " "
                 : f + 1 < count ? ", "
                                 : " or ",
                 folders[f][0] ? folders[f] : "the directory itself", folders[f][0] ? "/" : "");
    return text_take(&text);
}

/* lib/data/dataset_cifar10.c: CIFAR-10 (Krizhevsky 2009), the binary version: five training files and a test file. */
#include <stdio.h>
#include <string.h>

#include "data/cifar.h"
#include "data/reader.h"
#include "io/atomic_file.h"

const char dataset_input_cifar10[] = "red, green and blue from 0 to 255";

const char *const dataset_classes_cifar10[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                               "dog",      "frog",       "horse", "ship", "truck"};

enum { RECORDS_PER_FILE = 10000, TRAINING_FILES = 5 };

static const char marker_name[] = ".official-md5";                    /* next to the files */
static const char archive_md5[] = "c32a1d4ab5d03f1284b67883e8d87530"; /* cifar-10-binary.tar.gz */

/* Length of a file name's folder, with the slash; 0: it has none. */
static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) + 1 : 0;
}

/* The file named by a line "HASH FILE", as sha256sum writes it; file_count: none that was read. */
static size_t file_of_line(const char *line, const struct dataset *dataset)
{
    const size_t digits = SHA256_HEX_SIZE - 1;
    size_t i = dataset->file_count;
    if (strlen(line) <= digits + 2)
        return i;
    const char *file = line + digits + 2; /* after the digits and two signs, " " and " " or "*" */
    for (i = 0; i < dataset->file_count; i++) {
        const char *name = dataset->files[i].name;
        if (strcmp(name + folder_length(name), file) == 0)
            break;
    }
    return i;
}

/* Reads the lines after the first. Each file must have one, and each of these must be right. */
static enum status read_lines(struct source *source, const struct dataset *dataset, bool *vouches, struct error *error)
{
    bool seen[DATASET_FILES_MAX] = {false};
    const char *line = NULL;
    enum status status;
    *vouches = true;
    while ((status = source_line(source, &line, error)) == STATUS_OK && line) {
        const size_t i = file_of_line(line, dataset);
        if (i == dataset->file_count)
            continue; /* of a file that is not read, such as the class names */
        seen[i] = true;
        *vouches = *vouches && strncmp(line, dataset->files[i].sha256, SHA256_HEX_SIZE - 1) == 0;
    }
    for (size_t i = 0; i < dataset->file_count; i++)
        *vouches = *vouches && seen[i];
    return status;
}

enum status cifar10_marker_vouches(const struct dataset *dataset, bool *vouches, struct error *error)
{
    char path[LAYOUT_PATH_SIZE];
    *vouches = false;
    const char *first = dataset->files[0].name;
    int length =
        snprintf(path, sizeof path, "%s/%.*s%s", dataset->directory, (int)folder_length(first), first, marker_name);
    if (length < 0 || (size_t)length >= sizeof path || path_is_absent(path))
        return STATUS_OK; /* no marker: not known as official */
    struct source *source;
    enum status status = source_open(path, &source, error);
    if (status != STATUS_OK)
        return status;
    const char *line = NULL;
    status = source_line(source, &line, error);
    if (status == STATUS_OK && line && strcmp(line, archive_md5) == 0)
        status = read_lines(source, dataset, vouches, error);
    source_close(source);
    *vouches = *vouches && status == STATUS_OK;
    return status;
}

/* Reads part number `part`, with RECORDS_PER_FILE records, into its place. Allocates `count` items once a file has the
 * bytes for its share of them. */
static enum status load_part(struct dataset *dataset, size_t part, struct items *items, size_t first, size_t count,
                             struct error *error)
{
    struct source *source;
    enum status status = part_open(dataset, part, &source, error);
    if (status != STATUS_OK)
        return status;
    status = source_expect(source, (uint64_t)RECORDS_PER_FILE * CIFAR_RECORD_SIZE, error);
    if (status == STATUS_OK && !items->bytes)
        status = items_alloc(items, dataset->kind, count, true, error);
    if (status == STATUS_OK)
        status =
            cifar_read(source, RECORDS_PER_FILE, items->bytes + first * CIFAR_IMAGE_SIZE, items->labels + first, error);
    return part_finish(dataset, part, source, status, error);
}

/* Only the archive's checksum is published, so the files are known by a marker; see cifar10_marker_vouches. */
enum status dataset_load_cifar10(struct dataset *dataset, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t part = 0; status == STATUS_OK && part < TRAINING_FILES; part++)
        status = load_part(dataset, part, &dataset->train, part * RECORDS_PER_FILE,
                           (size_t)TRAINING_FILES * RECORDS_PER_FILE, error);
    if (status == STATUS_OK)
        status = load_part(dataset, TRAINING_FILES, &dataset->test, 0, RECORDS_PER_FILE, error);
    return status == STATUS_OK ? cifar10_marker_vouches(dataset, &dataset->official, error) : status;
}

/* lib/data: the readers against files that are good, short, long, damaged or of another kind; and where data sets are
 * looked for. Files are made here, from the formats' descriptions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "core/memory.h"
#include "data/cifar.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "data/reader.h"
#include "data/ucr.h"
#include "peak.h"
#include "scratch.h"

/* ---- small kinds and sources in memory ---- */

static const struct dataset_kind small_image = {.name = "small", .classes = 3, .shape = {2, 3, 1}, .scale = 1};
static const struct dataset_kind small_series = {.name = "series", .classes = 5, .shape = {3, 1, 1}, .scale = 1};

static struct source *open_bytes(const void *bytes, size_t count)
{
    struct source *source;
    struct error error;
    assert_int_equal(source_open_bytes(bytes, count, "memory", &source, &error), STATUS_OK);
    return source;
}

/* ---- registry and items ---- */

static void test_registry(void **state)
{
    (void)state;
    size_t count;
    const struct dataset_kind *kinds = dataset_kinds(&count);
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(dataset_find(kinds[i].name, NULL), &kinds[i]);
        assert_true(kinds[i].classes >= 2 && kinds[i].classes <= 256); /* a label is a byte */
        assert_true(shape_size(kinds[i].shape) > 0 && kinds[i].scale > 0);
        size_t parts;
        (void)layout_parts(kinds[i].name, &parts);
        assert_true(parts == 0 || (parts >= 2 && parts <= DATASET_FILES_MAX));
        for (size_t k = 0; k <= kinds[i].classes; k++) {
            char name[DATASET_CLASS_SIZE];
            assert_ptr_equal(dataset_class_name(&kinds[i], k, name), name);
            assert_true(k < kinds[i].classes ? name[0] != '\0' && name[0] != '?' : name[0] == '?');
        }
    }
    struct error error;
    assert_null(dataset_find("cifar", &error));
    assert_int_equal(error.status, STATUS_USAGE);
    assert_non_null(strstr(error.message, "cifar10"));
}

/* A set without files is the same everywhere, stands in for nothing and is as official as can be. */
static void test_moons(void **state)
{
    (void)state;
    struct error error;
    struct dataset *moons = NULL, *again = NULL;
    const struct dataset_kind *kind = dataset_find("moons", &error);
    struct dataset_places nowhere = {.directory = "/nowhere", .only = true};
    assert_int_equal(dataset_open(kind, (struct dataset_places){0}, false, &moons, &error), STATUS_OK);
    assert_int_equal(dataset_open(kind, nowhere, true, &again, &error), STATUS_OK);
    assert_true(moons->official && !moons->synthetic);
    char one[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];
    dataset_identity(moons, one);
    dataset_identity(again, other);
    assert_string_equal(one, other);
    double mean[2][2] = {{0}}, half = (double)moons->test.count / 2;
    for (size_t i = 0; i < moons->test.count; i++) {
        for (size_t axis = 0; axis < 2; axis++)
            mean[moons->test.labels[i]][axis] += (double)moons->test.values[2 * i + axis] / half;
    }
    /* The half circle's mean height is 2 / pi; both moons are shifted towards each other by half and a quarter radius.
     */
    assert_near(mean[0][0], -0.5, 0.06);
    assert_near(mean[1][0], 0.5, 0.06);
    assert_near(mean[0][1], 2 / acos(-1) - 0.25, 0.03);
    assert_near(mean[1][1], 0.25 - 2 / acos(-1), 0.03);
    dataset_free(moons);
    dataset_free(again);
}

static void test_items_gather(void **state)
{
    (void)state;
    struct items items;
    struct error error;
    struct dataset_kind kind = small_series;
    kind.offset = 33;
    kind.scale = 2;
    const uint32_t indices[2] = {2, 0};
    float x[6];
    uint8_t y[2];
    assert_int_equal(items_alloc(&items, &kind, 3, true, &error), STATUS_OK);
    const uint8_t raw[9] = {0, 33, 255, 1, 2, 3, 34, 35, 36}, labels[3] = {4, 1, 2};
    memcpy(items.bytes, raw, sizeof raw);
    memcpy(items.labels, labels, sizeof labels);
    items_gather(&items, indices, 2, x, y);
    const float expected[6] = {0.5F, 1, 1.5F, -16.5F, 0, 111};
    assert_memory_equal(x, expected, sizeof expected);
    assert_int_equal(y[0], 2);
    assert_int_equal(y[1], 4);
    items_free(&items);
    assert_null(items.bytes);

    assert_int_equal(items_alloc(&items, &kind, 3, false, &error), STATUS_OK);
    assert_null(items.bytes);
    for (size_t i = 0; i < 9; i++)
        items.values[i] = raw[i];
    items_gather(&items, indices, 2, x, y);
    assert_memory_equal(x, expected, sizeof expected);
    items_free(&items);
}

static void test_items_too_large(void **state)
{
    (void)state;
    struct items items;
    struct error error;
    struct dataset_kind kind = small_series;
    kind.shape.height = SIZE_MAX / 2 + 1; /* times 2 items: 0, if nobody looked */
    assert_int_equal(items_alloc(&items, &kind, 2, true, &error), STATUS_NO_MEMORY);
    assert_null(items.bytes);
    assert_null(items.labels);
}

/* ---- IDX ---- */

/* Two images of 2 x 3 and their labels. */
static const uint8_t idx_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                                     0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};
static const uint8_t idx_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 2, 0};

static enum status read_images(const uint8_t *bytes, size_t count, size_t limit, struct items *items,
                               struct error *error)
{
    struct source *source = open_bytes(bytes, count);
    *items = (struct items){0};
    enum status status = idx_read_images(source, &small_image, limit, items, error);
    source_close(source);
    return status;
}

static enum status read_labels(const uint8_t *bytes, size_t count, struct error *error)
{
    struct items items;
    assert_int_equal(items_alloc(&items, &small_image, 2, true, error), STATUS_OK);
    struct source *source = open_bytes(bytes, count);
    enum status status = idx_read_labels(source, small_image.classes, &items, error);
    if (status == STATUS_OK)
        assert_memory_equal(items.labels, idx_labels + 8, 2);
    source_close(source);
    items_free(&items);
    return status;
}

static void test_idx_good(void **state)
{
    (void)state;
    struct items items;
    struct error error;
    assert_int_equal(read_images(idx_images, sizeof idx_images, 2, &items, &error), STATUS_OK);
    assert_int_equal(items.count, 2);
    assert_memory_equal(items.bytes, idx_images + 16, 12);
    items_free(&items);
    assert_int_equal(read_labels(idx_labels, sizeof idx_labels, &error), STATUS_OK);
}

static void test_idx_bad_images(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        const char *message;
    } cases[] = {
        {0, 1, "begins with 0x01000803"},    {2, 9, "begins with 0x00000903"},
        {3, 1, "begins with 0x00000801"},    {11, 3, "images of 3 x 3 pixels"},
        {15, 2, "images of 2 x 2 pixels"},   {8, 1, "not 2 x 3"},
        {7, 0, "claims to hold 0 images"},   {4, 255, "not 1 to 3"},
        {7, 3, "ends after 28 of 34 bytes"}, {7, 1, "goes on after its 22"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[sizeof idx_images];
        struct items items;
        struct error error;
        memcpy(bytes, idx_images, sizeof bytes);
        bytes[cases[i].at] = cases[i].value;
        assert_int_equal(read_images(bytes, sizeof bytes, 3, &items, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, cases[i].message));
        items_free(&items);
    }
}

static void test_idx_bad_labels(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        const char *message;
    } cases[] = {
        {3, 3, "begins with 0x00000803"},
        {7, 3, "holds 3 labels for 2 images"},
        {7, 1, "holds 1 labels for 2 images"},
        {8, 3, "label 0 is 3, and there are only 3"},
        {9, 255, "label 1 is 255"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[sizeof idx_labels];
        struct error error;
        memcpy(bytes, idx_labels, sizeof bytes);
        bytes[cases[i].at] = cases[i].value;
        assert_int_equal(read_labels(bytes, sizeof bytes, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, cases[i].message));
    }
}

/* Cut off anywhere, or with a byte too many. */
static void test_idx_lengths(void **state)
{
    (void)state;
    struct items items;
    struct error error;
    uint8_t longer[sizeof idx_images + 1] = {0};
    for (size_t count = 0; count < sizeof idx_images; count++) {
        assert_int_equal(read_images(idx_images, count, 10, &items, &error), STATUS_DATA);
        items_free(&items);
    }
    memcpy(longer, idx_images, sizeof idx_images);
    assert_int_equal(read_images(longer, sizeof longer, 10, &items, &error), STATUS_DATA);
    items_free(&items);
    for (size_t count = 0; count < sizeof idx_labels; count++)
        assert_int_equal(read_labels(idx_labels, count, &error), STATUS_DATA);
    memcpy(longer, idx_labels, sizeof idx_labels);
    longer[sizeof idx_labels] = 0;
    assert_int_equal(read_labels(longer, sizeof idx_labels + 1, &error), STATUS_DATA);
}

/* ---- CIFAR ---- */

static void cifar_record(uint8_t record[CIFAR_RECORD_SIZE], uint8_t label)
{
    record[0] = label;
    for (size_t i = 0; i < CIFAR_IMAGE_SIZE; i++)
        record[1 + i] = (uint8_t)(i / 1024 * 80 + i % 1024 % 79);
}

static void test_cifar_good(void **state)
{
    (void)state;
    static uint8_t file[2 * CIFAR_RECORD_SIZE], bytes[2 * CIFAR_IMAGE_SIZE];
    uint8_t labels[2];
    struct error error;
    cifar_record(file, 9);
    cifar_record(file + CIFAR_RECORD_SIZE, 0);
    file[1] = 201;                   /* first record: red of the upper left pixel */
    file[1 + 1024 + 33] = 202;       /* green of row 1, column 1 */
    file[1 + 2 * 1024 + 1023] = 203; /* blue of the lower right pixel */
    struct source *source = open_bytes(file, sizeof file);
    assert_int_equal(cifar_read(source, 2, bytes, labels, &error), STATUS_OK);
    source_close(source);
    assert_int_equal(labels[0], 9);
    assert_int_equal(labels[1], 0);
    assert_int_equal(bytes[0], 201);
    assert_int_equal(bytes[(32 + 1) * 3 + 1], 202);
    assert_int_equal(bytes[1023 * 3 + 2], 203);
    for (size_t pixel = 0; pixel < 1024; pixel++) {
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(bytes[CIFAR_IMAGE_SIZE + pixel * 3 + c], c * 80 + pixel % 79);
    }
}

static void test_cifar_bad(void **state)
{
    (void)state;
    static uint8_t file[2 * CIFAR_RECORD_SIZE + 1], bytes[2 * CIFAR_IMAGE_SIZE];
    uint8_t labels[2];
    static const struct {
        size_t count;
        uint8_t label;
        const char *message;
    } cases[] = {
        {2 * CIFAR_RECORD_SIZE, 10, "record 1 of 2 has the label 10"},
        {2 * CIFAR_RECORD_SIZE - 1, 1, "ends after 6145 of 6146 bytes"},
        {CIFAR_RECORD_SIZE, 1, "ends after 3073 of 6146 bytes"},
        {0, 1, "ends after 0 of 3073 bytes"},
        {2 * CIFAR_RECORD_SIZE + 1, 1, "goes on after its 6146 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error;
        cifar_record(file, 1);
        cifar_record(file + CIFAR_RECORD_SIZE, cases[i].label);
        struct source *source = open_bytes(file, cases[i].count);
        assert_int_equal(cifar_read(source, 2, bytes, labels, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, cases[i].message));
        source_close(source);
    }
}

/* ---- UCR ---- */

static enum status read_series(const char *text, size_t limit, struct items *items, struct error *error)
{
    struct source *source = open_bytes(text, strlen(text));
    enum status status = ucr_read(source, &small_series, limit, items, error);
    source_close(source);
    return status;
}

static void test_ucr_good(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1 1.5 -2 0.25\n5 3 4 1e2\n",
        "1,1.5,-2,0.25\n5,3,4,1e2", /* no end of line behind the last */
        "  1.0000000e+00  1.5000000e+00 -2.0000000e+00  2.5000000e-01\r\n  5.0\t3\t+4.\t100  \r\n",
        "1 , 1.5 , -2 , .25\n5, 3,\t4, 1E+2\n",
        "\357\273\2771\t1.5\t-2\t.25\r5\t3\t4\t100\t\r", /* a byte order mark, CR alone, a tab at the end */
    };
    const float expected[6] = {1.5F, -2, 0.25F, 3, 4, 100};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct items items;
        struct error error;
        assert_int_equal(read_series(texts[i], 2, &items, &error), STATUS_OK);
        assert_int_equal(items.count, 2);
        assert_memory_equal(items.values, expected, sizeof expected);
        assert_int_equal(items.labels[0], 0); /* 1 in the file */
        assert_int_equal(items.labels[1], 4);
        items_free(&items);
    }
}

static void test_ucr_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "memory: is empty"},
        {"\xFF\xFE"
         "1",
         "memory: is text in UTF-16"},
        {"\xFF\xD8\xFF\xE0", "memory: is a JPEG image"},
        {"1 1 2 3\n1 1 2\n", "memory:2: has 3 columns, not 4 (a class and 3 values)"},
        {"1 1 2 3 4\n", "memory:1: has more than 4 columns"},
        {"1 1 2 3\n\n1 1 2 3\n", "memory:2: has 0 columns"},
        {"1 1 nan 3\n", "memory:1: column 3, \"nan\", is not a finite number"},
        {"1 1 2 inf\n", "column 4, \"inf\""},
        {"1 1 2 1e99\n", "column 4, \"1e99\""},
        {"1 1 0x2 3\n", "column 3, \"0x2\""},
        {"1 1 2x 3\n", "column 3, \"2x\""},
        {"1 1 1-2 3\n", "column 3, \"1-2\""},
        {"one 1 2 3\n", "column 1, \"one\""},
        {"1,1,,3\n", "column 3, \"\""},
        {",1,2,3\n", "column 1, \"\""},
        {"1,1,2,3,\n", "column 5 is empty"},
        {"1 1 2 3;\n", "column 4, \"3;\""},
        {"0 1 2 3\n", "memory:1: the class is 0, not a whole number from 1 to 5"},
        {"1 1 2 3\n6 1 2 3\n", "memory:2: the class is 6"},
        {"-1 1 2 3\n", "the class is -1"},
        {"1.5 1 2 3\n", "the class is 1.5"},
        {"1 1 2 3\n1 1 2 3\n1 1 2 3\n", "memory:3: has more than 2 series"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct items items;
        struct error error;
        assert_int_equal(read_series(cases[i].text, 2, &items, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, cases[i].message));
        items_free(&items);
    }
}

/* More series than there is room for at first. */
static void test_ucr_many(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    char *text = malloc(MANY * 32);
    assert_non_null(text);
    size_t used = 0;
    for (int i = 0; i < MANY; i++)
        used += (size_t)snprintf(text + used, 32, "%d %d %d %d\n", i % 5 + 1, i, -i, 2 * i);
    struct items items;
    struct error error;
    assert_int_equal(read_series(text, MANY, &items, &error), STATUS_OK);
    assert_int_equal(items.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(items.labels[i], i % 5);
        assert_true(items.values[3 * i] == (float)i && items.values[3 * i + 1] == -(float)i);
    }
    items_free(&items);
    free(text);
}

/* ---- data sets in directories ---- */

static const char *const set_directories[] = {"mnist", "ecg5000", "cifar-10-batches-bin"};

static void empty_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return;
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            assert_int_equal(unlinkat(dirfd(directory), entry->d_name, 0), 0);
    }
    assert_int_equal(closedir(directory), 0);
    assert_int_equal(rmdir(path), 0);
}

static int leave(void **state)
{
    for (size_t i = 0; i < sizeof set_directories / sizeof set_directories[0]; i++) {
        char second[64];
        (void)snprintf(second, sizeof second, "second/%s", set_directories[i]);
        empty_directory(second);
        empty_directory(set_directories[i]);
    }
    empty_directory("second");
    return scratch_teardown(state);
}

static void write_bytes(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void write_packed(const char *path, const void *bytes, size_t count)
{
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned int)count), count);
    assert_int_equal(gzclose(file), Z_OK);
}

/* MNIST's four files with few images: `train` and `test` of them. Pixel j of image i is i + j mod 256; its label i
 * mod 10. */
static void write_mnist(uint8_t train, uint8_t test, bool packed)
{
    static const char *const names[] = {"mnist/train-images-idx3-ubyte", "mnist/train-labels-idx1-ubyte",
                                        "mnist/t10k-images-idx3-ubyte", "mnist/t10k-labels-idx1-ubyte"};
    assert_int_equal(mkdir("mnist", 0700), 0);
    for (size_t part = 0; part < 4; part++) {
        uint8_t count = part < 2 ? train : test;
        static uint8_t bytes[16 + 10 * 784];
        bool images = part % 2 == 0;
        size_t header = images ? 16 : 8, size = images ? 784 : 1;
        const uint8_t start[16] = {0, 0, 8, images ? 3 : 1, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28};
        memcpy(bytes, start, header);
        for (size_t i = 0; i < count * size; i++)
            bytes[header + i] = (uint8_t)(images ? i / 784 + i % 784 : i % 10);
        char path[64];
        (void)snprintf(path, sizeof path, "%s%s", names[part], packed ? ".gz" : "");
        (packed ? write_packed : write_bytes)(path, bytes, header + count * size);
    }
}

static void write_ecg(void)
{
    char line[140 * 8 + 8] = "3";
    for (size_t i = 0; i < 140; i++)
        (void)strcat(line, " 0.5");
    (void)strcat(line, "\n");
    assert_int_equal(mkdir("ecg5000", 0700), 0);
    write_bytes("ecg5000/ECG5000_TRAIN.txt", line, strlen(line));
    write_bytes("ecg5000/ECG5000_TEST.txt", line, strlen(line));
}

static enum status open_set(const char *name, const char *directory, const char *shipped, struct dataset **dataset,
                            struct error *error)
{
    *error = (struct error){0};
    struct dataset_places places = {directory, shipped, false};
    return dataset_open(dataset_find(name, NULL), places, false, dataset, error);
}

static void test_mnist_small(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        struct dataset *dataset;
        struct error error;
        write_mnist(6, 3, packed);
        assert_int_equal(open_set("mnist", ".", NULL, &dataset, &error), STATUS_OK);
        assert_int_equal(dataset->train.count, 6);
        assert_int_equal(dataset->test.count, 3);
        assert_int_equal(dataset->train.bytes[5 * 784 + 7], 12);
        assert_int_equal(dataset->train.labels[5], 5);
        assert_string_equal(dataset->directory, ".");
        assert_false(dataset->official);
        assert_false(dataset->synthetic);
        assert_int_equal(dataset->file_count, 4);
        assert_string_equal(dataset->files[3].name,
                            packed ? "mnist/t10k-labels-idx1-ubyte.gz" : "mnist/t10k-labels-idx1-ubyte");
        char identity[SHA256_HEX_SIZE], joined[4 * 64 + 1] = "", expected[256];
        for (size_t i = 0; i < 4; i++)
            (void)strcat(joined, dataset->files[i].sha256);
        dataset_identity(dataset, identity);
        char hash[SHA256_HEX_SIZE];
        sha256_hex(joined, strlen(joined), hash);
        assert_string_equal(identity, hash);
        (void)snprintf(expected, sizeof expected, "not the official files: sha256 %.12s...", identity);
        assert_string_equal(dataset->source, expected);
        dataset_free(dataset);
        empty_directory("mnist");
    }
    dataset_free(NULL);
}

static void test_some_files_missing(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    write_mnist(6, 3, false);
    assert_int_equal(unlink("mnist/t10k-images-idx3-ubyte"), 0);
    assert_int_equal(open_set("mnist", ".", NULL, &dataset, &error), STATUS_DATA);
    assert_null(dataset);
    assert_non_null(strstr(error.message, ". has 3 of the 4 files of MNIST but not mnist/t10k-images-idx3-ubyte"));
}

static void test_no_files(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    assert_int_equal(open_set("mnist", "first", "second", &dataset, &error), STATUS_DATA);
    assert_null(dataset);
    assert_non_null(strstr(error.message, "MNIST was not found"));
    assert_non_null(strstr(error.message, "in first and second: "));
    assert_int_equal(open_set("mnist", NULL, "second", &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "in second. "));
    assert_int_equal(open_set("mnist", NULL, NULL, &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "in no place at all. "));
    const struct dataset_kind *mnist = dataset_find("mnist", NULL);
    assert_int_equal(dataset_open(mnist, (struct dataset_places){0}, true, &dataset, &error), STATUS_UNSUPPORTED);
}

/* A place without any of the files is passed over; one with a damaged file is not. */
static void test_order_of_places(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    assert_int_equal(mkdir("second", 0700), 0);
    write_mnist(6, 3, false);
    assert_int_equal(rename("mnist", "second/mnist"), 0);
    assert_int_equal(open_set("mnist", ".", "second", &dataset, &error), STATUS_OK);
    assert_string_equal(dataset->directory, "second");
    assert_non_null(
        strstr(dataset->note, "second, for there is no MNIST in . (looked for mnist/train-images-idx3-ubyte"));
    dataset_free(dataset);

    write_mnist(5, 3, false);
    assert_int_equal(open_set("mnist", ".", "second", &dataset, &error), STATUS_OK);
    assert_string_equal(dataset->directory, ".");
    assert_null(dataset->note);
    assert_int_equal(dataset->train.count, 5);
    dataset_free(dataset);

    assert_int_equal(truncate("mnist/train-labels-idx1-ubyte", 10), 0);
    assert_int_equal(open_set("mnist", ".", "second", &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "./mnist/train-labels-idx1-ubyte: ends after 10 of 13 bytes"));
}

static void test_ecg_small(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    write_ecg();
    assert_int_equal(open_set("ecg5000", ".", NULL, &dataset, &error), STATUS_OK);
    assert_int_equal(dataset->train.count, 1);
    assert_int_equal(dataset->test.labels[0], 2);
    assert_true(dataset->test.values[139] == 0.5F);
    assert_false(dataset->official);
    dataset_free(dataset);
    write_bytes("ecg5000/ECG5000_TEST.txt", "1 2\n", 4);
    assert_int_equal(open_set("ecg5000", ".", NULL, &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "./ecg5000/ECG5000_TEST.txt:1: has 2 columns, not 141"));
}

/* The MNIST that is shipped is the official one, and it is read right: the counts of MNIST's classes are published with
 * it, and the first training image is a five. Run from the project's directory. */
static void test_mnist_shipped(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    assert_int_equal(open_set("mnist", NULL, "data", &dataset, &error), STATUS_OK);
    assert_true(dataset->official);
    assert_string_equal(dataset->source, "official files");
    assert_int_equal(dataset->train.count, 60000);
    static const size_t expected[10] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; /* of the test file */
    size_t seen[10] = {0};
    for (size_t i = 0; i < dataset->test.count; i++)
        seen[dataset->test.labels[i]]++;
    assert_memory_equal(seen, expected, sizeof expected);
    assert_int_equal(dataset->train.labels[0], 5);
    dataset_free(dataset);
}

/* ---- CIFAR-10's six files, as holes: zeros that take no room, class 0 throughout ---- */

static void write_cifar(void)
{
    static const char *const names[] = {"data_batch_1", "data_batch_2", "data_batch_3",
                                        "data_batch_4", "data_batch_5", "test_batch"};
    assert_int_equal(mkdir("cifar-10-batches-bin", 0700), 0);
    for (size_t part = 0; part < sizeof names / sizeof names[0]; part++) {
        char path[64];
        (void)snprintf(path, sizeof path, "cifar-10-batches-bin/%s.bin", names[part]);
        write_bytes(path, "", 0);
        assert_int_equal(truncate(path, 10000L * CIFAR_RECORD_SIZE), 0);
    }
}

static const char marker[] = "cifar-10-batches-bin/.official-md5";

/* As whoever checked and unpacked the archive writes it. */
static void write_full_marker(const struct dataset *dataset)
{
    char text[1024];
    int length = snprintf(text, sizeof text, "c32a1d4ab5d03f1284b67883e8d87530\n");
    for (size_t i = 0; i < dataset->file_count; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s  %s\n", dataset->files[i].sha256,
                           strrchr(dataset->files[i].name, '/') + 1);
    write_bytes(marker, text, (size_t)length);
}

static void change_byte(const char *path, long place)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, place, SEEK_SET), 0);
    assert_int_equal(fputc(1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static int open_cifar_cut_off(void *context)
{
    (void)context;
    struct dataset *dataset;
    struct error error;
    return open_set("cifar10", ".", NULL, &dataset, &error) != STATUS_DATA;
}

static void test_cifar_set(void **state)
{
    (void)state;
    struct dataset *dataset;
    struct error error;
    write_cifar();
    write_bytes(marker, "c32a1d4ab5d03f1284b67883e8d87530\n", 33);
    assert_int_equal(open_set("cifar10", ".", NULL, &dataset, &error), STATUS_OK);
    assert_int_equal(dataset->train.count, 50000);
    assert_int_equal(dataset->test.count, 10000);
    assert_int_equal(dataset->file_count, 6);
    assert_false(dataset->official); /* nothing says that the files are still those of the archive */
    write_full_marker(dataset);
    dataset_free(dataset);
    assert_int_equal(open_set("cifar10", ".", NULL, &dataset, &error), STATUS_OK);
    assert_true(dataset->official);
    assert_string_equal(dataset->source, "official files");
    dataset_free(dataset);
    change_byte("cifar-10-batches-bin/test_batch.bin", 3072);
    assert_int_equal(open_set("cifar10", ".", NULL, &dataset, &error), STATUS_OK);
    assert_false(dataset->official);
    assert_non_null(strstr(dataset->source, "not the official files: sha256 "));
    dataset_free(dataset);
    assert_int_equal(truncate("cifar-10-batches-bin/data_batch_1.bin", 3073L * 9999), 0);
    assert_int_equal(open_set("cifar10", ".", NULL, &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "data_batch_1.bin: ends after 30726927 of 30730000 bytes"));
    assert_true(peak_of(open_cifar_cut_off, NULL) < 16);
}

static void test_cifar_marker(void **state)
{
    (void)state;
#define MD5 "c32a1d4ab5d03f1284b67883e8d87530"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
    static const struct {
        const char *text;
        bool vouches;
    } cases[] = {
        {MD5, false},
        {MD5 "\n", false},
        {MD5 "\n" ZEROS "  data_batch_1.bin\n", false},
        {MD5 "\n" ZEROS "  data_batch_1.bin\n" ONES "  test_batch.bin\n", true},
        {MD5 "\n" ONES " *test_batch.bin\n" ZEROS " *data_batch_1.bin", true},
        {MD5 "\n" ZEROS "  data_batch_1.bin\n" ONES "  test_batch.bin\n" ONES "  readme.html\n", true},
        {MD5 "\n" ZEROS "  data_batch_1.bin\n" ZEROS "  test_batch.bin\n", false},
        {MD5 "\n" ZEROS "  data_batch_1.bin\n" ZEROS "  test_batch.bin\n" ONES "  test_batch.bin\n", false},
        {MD5 "\n1" ZEROS "  data_batch_1.bin\n" ONES "  test_batch.bin\n", false},
        {MD5 "\n" ZEROS "  data_batch_2.bin\n" ONES "  test_batch.bin\n", false},
        {MD5 "\n" ZEROS "\n" ONES "  test_batch.bin\n", false},
        {"c32a1d4ab5d03f1284b67883e8d87531\n" ZEROS "  data_batch_1.bin\n" ONES "  test_batch.bin\n", false},
        {"", false},
    };
    struct dataset dataset = {
        .directory = ".",
        .file_count = 2,
        .files = {{"cifar-10-batches-bin/data_batch_1.bin", ZEROS}, {"cifar-10-batches-bin/test_batch.bin", ONES}}};
    struct error error;
    bool vouches = true;
    assert_int_equal(cifar10_marker_vouches(&dataset, &vouches, &error), STATUS_OK); /* no marker */
    assert_false(vouches);
    assert_int_equal(mkdir("cifar-10-batches-bin", 0700), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_bytes(marker, cases[i].text, strlen(cases[i].text));
        assert_int_equal(cifar10_marker_vouches(&dataset, &vouches, &error), STATUS_OK);
        assert_int_equal(vouches, cases[i].vouches);
        /* the directory itself may be the folder */
        struct dataset own = {.directory = "cifar-10-batches-bin",
                              .file_count = 2,
                              .files = {{"data_batch_1.bin", ZEROS}, {"test_batch.bin", ONES}}};
        assert_int_equal(cifar10_marker_vouches(&own, &vouches, &error), STATUS_OK);
        assert_int_equal(vouches, cases[i].vouches);
    }
}

/* ---- every allocation fails in turn ---- */

static void fail_in_turn(const char *name, size_t least)
{
    size_t successes = 0;
    for (bool met = true; met; successes++) {
        struct dataset *dataset;
        struct error error;
        fault_arm(successes);
        enum status status = open_set(name, ".", NULL, &dataset, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(met ? !dataset && error.message[0] : dataset != NULL);
        dataset_free(dataset);
        assert_true(successes < 200);
    }
    assert_true(successes > least);
}

static void test_no_memory(void **state)
{
    (void)state;
    write_mnist(6, 3, true);
    fail_in_turn("mnist", 1 + 4 * 3 + 4); /* the set; four sources; bytes and labels of two files */
    write_ecg();
    fail_in_turn("ecg5000", 1 + 2 * 3 + 4);
}

int main(void)
{
    (void)gsl_set_error_handler_off();
#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, scratch_setup, leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),       cmocka_unit_test(test_moons),
        cmocka_unit_test(test_items_gather),   cmocka_unit_test(test_items_too_large),
        cmocka_unit_test(test_idx_good),       cmocka_unit_test(test_idx_bad_images),
        cmocka_unit_test(test_idx_bad_labels), cmocka_unit_test(test_idx_lengths),
        cmocka_unit_test(test_cifar_good),     cmocka_unit_test(test_cifar_bad),
        cmocka_unit_test(test_ucr_good),       cmocka_unit_test(test_ucr_bad),
        cmocka_unit_test(test_ucr_many),       WITH_FILES(test_mnist_small),
        WITH_FILES(test_some_files_missing),   WITH_FILES(test_no_files),
        WITH_FILES(test_order_of_places),      WITH_FILES(test_ecg_small),
        cmocka_unit_test(test_mnist_shipped),  WITH_FILES(test_cifar_set),
        WITH_FILES(test_cifar_marker),         WITH_FILES(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

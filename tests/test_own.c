/* lib/data/own.h: sets that a config describes, in files that are made here. What is wrong with one is said with the
 * file, the line and what to do, or with the key of the config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "core/memory.h"
#include "data/own.h"
#include "scratch.h"

static const struct own_spec plain = {.name = "",
                                      .format = "",
                                      .files = {"a_TRAIN", "", "", "", "a_TEST", ""},
                                      .classes = "",
                                      .normalise = "none",
                                      .missing = "refuse",
                                      .lengths = "refuse"};

static const struct dataset_places nowhere = {NULL, NULL, false};

static void put_bytes(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

static struct dataset *opened(const struct own_spec *spec)
{
    struct error error = {0};
    struct dataset *dataset;
    const char *key;
    if (own_open(spec, nowhere, &dataset, &key, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    assert_ptr_equal(dataset->kind, dataset->own);
    assert_false(dataset->official || dataset->synthetic);
    return dataset;
}

/* The message has `says`; a wrong config has its key. */
static void refused(const struct own_spec *spec, enum status expected, const char *wrong_key, const char *says)
{
    struct error error = {0};
    struct dataset *dataset;
    const char *key = NULL;
    assert_int_equal(own_open(spec, nowhere, &dataset, &key, &error), expected);
    assert_null(dataset);
    if (!strstr(error.message, says))
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
    if (wrong_key)
        assert_string_equal(key, wrong_key);
}

/* A training file with this text, beside a good test file of the same form. */
static void training_refused(const char *text, const char *says)
{
    struct own_spec spec = plain;
    put("a_TRAIN.txt", text);
    put("a_TEST.txt", "1 1 2 3\n");
    refused(&spec, STATUS_DATA, NULL, says);
}

/* ---- text of series ---- */

static void check_two(const struct dataset *dataset)
{
    const struct dataset_kind *kind = dataset->kind;
    static const float values[] = {1, 2, -3, 4, 5, 6};
    assert_int_equal(kind->classes, 2);
    assert_true(kind->shape.height == 3 && kind->shape.width == 1 && kind->shape.channels == 1);
    assert_int_equal(dataset->train.count, 2);
    assert_memory_equal(dataset->train.values, values, sizeof values);
    assert_memory_equal(dataset->train.labels, ((const uint8_t[]){1, 0}), 2);
    assert_int_equal(dataset->test.count, 1);
    assert_int_equal(dataset->test.labels[0], 0);
    assert_string_equal(kind->name, "a");
}

/* The same two series in each form in which they circulate. */
static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *ending, *train, *test;
    } forms[] = {
        {".txt", "   1.0000000e+00  1.0000000e+00   2.0  -3\n   -1.0  4 5 6\n", " -1 7 8 9\n"}, /* 2018, blanks */
        {"", "1,1,2,-3\n-1,4,5,6\n", "-1,7,8,9\n"},                                             /* 2015 */
        {".tsv", "1\t1\t2\t-3\r\n-1\t4\t5\t6\r\n", "-1\t7\t8\t9"},                              /* 2018 */
        {".ts", "#a\n@problemName a\n@timeStamps false\n@classLabel true -1 1\n@data\n1,2,-3:1\n4,5,6:-1\n",
         "@classLabel true\n@data\n7,8,9:-1\n"},
        {".arff", "%a\n@relation a\n\n@attribute att0 numeric\n@attribute target {1,-1}\n@DATA\n1,2,-3,1\n4,5,6,'-1'\n",
         "@relation a\n@data\n7,8,9,-1\n"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char train[32], test[32];
        (void)snprintf(train, sizeof train, "a_TRAIN%s", forms[i].ending);
        (void)snprintf(test, sizeof test, "a_TEST%s", forms[i].ending);
        put(train, forms[i].train);
        put(test, forms[i].test);
        struct dataset *dataset = opened(&plain);
        check_two(dataset);
        assert_string_equal(dataset->kind->class_names[0], "-1");
        assert_string_equal(dataset->files[0].name, train);
        assert_int_equal(dataset->file_count, 2);
        dataset_free(dataset);
        assert_int_equal(remove(train), 0);
        assert_int_equal(remove(test), 0);
    }
}

/* [channels][length] in the file, [length][channels] for the network. */
static void test_channels(void **state)
{
    (void)state;
    static const char *const trains[] = {"@data\n1,2:3,4:5,6:run\n0,0:0,0:0,0:sit\n",
                                         "@relation r\n@data\n'1,2\\n3,4\\n5,6',run\n'0,0\\n0,0\\n0,0',sit\n"};
    static const float values[] = {1, 3, 5, 2, 4, 6};
    for (size_t i = 0; i < 2; i++) {
        put("a_TRAIN.ts", trains[i]);
        put("a_TEST.ts", "@data\n1,1:1,1:1,1:sit\n");
        struct dataset *dataset = opened(&plain);
        assert_true(dataset->kind->shape.height == 2 && dataset->kind->shape.channels == 3);
        assert_memory_equal(dataset->train.values, values, sizeof values);
        assert_string_equal(dataset->kind->class_names[1], "sit");
        assert_int_equal(dataset->test.labels[0], 1);
        dataset_free(dataset);
    }
    put("a_TEST.ts", "@data\n1,1:1,1:sit\n");
    refused(&plain, STATUS_DATA, NULL, "has items of 2 x 1 x 2");
}

/* Classes are in one order, whatever the order of the lines: numbers by value, then words. */
static void test_label_order(void **state)
{
    (void)state;
    put("a_TRAIN.txt", "10 1\n9 2\n-2 3\n");
    put("a_TEST.txt", "9.0 1\n");
    struct dataset *dataset = opened(&plain);
    assert_memory_equal(dataset->train.labels, ((const uint8_t[]){2, 1, 0}), 3);
    assert_int_equal(dataset->test.labels[0], 1);
    dataset_free(dataset);
    struct own_spec named = plain;
    named.classes = "low, middle ,high one";
    dataset = opened(&named);
    assert_string_equal(dataset->kind->class_names[2], "high one");
    assert_string_equal(dataset->kind->labels[2], "10");
    dataset_free(dataset);
    named.classes = "low,high";
    refused(&named, STATUS_USAGE, "data.classes", "has 2 names, and the training file 3 classes");
    named.classes = "low,low,high";
    refused(&named, STATUS_USAGE, "data.classes", "low is there twice");

    put("a_TRAIN.txt", "sit 1\nrun 2\n");
    put("a_TEST.txt", "run 1\n");
    named.classes = "sit,run"; /* the order that is wanted */
    dataset = opened(&named);
    assert_memory_equal(dataset->train.labels, ((const uint8_t[]){0, 1}), 2);
    dataset_free(dataset);
    named.classes = "A,B";
    refused(&named, STATUS_USAGE, "data.classes", "A, which is no class of the training file");
}

static void test_text_refused(void **state)
{
    (void)state;
    training_refused("1 1 2 3\n2 1 x 3\n", "a_TRAIN.txt:2: value 2, \"x\", is not a finite number");
    training_refused("1 1 2 3\n2 1 1e99 3\n", "a_TRAIN.txt:2: value 2, \"1e99\", is not a finite number");
    training_refused("1 1 2 3\n2 1 NaN 3\n", "a_TRAIN.txt:2: value 2 is missing; set data.missing = interpolate");
    training_refused("1 1 2 3\n2 1 NaN NaN\n", "data.lengths = pad or stretch");
    training_refused("1 1 2 3\n\n2 1 2\n", "a_TRAIN.txt:3: has 2 values where 3 are wanted");
    training_refused("1 1 2 3\n2\n", "a_TRAIN.txt:2: has a series without a value");
    training_refused("0.5 1 2 3\n2 1 2 3\n", "a_TRAIN.txt:1: the first column, \"0.5\", is the class");
    training_refused("1 1 2 3\n1 1 2 3\n", "a_TRAIN.txt: has items of 1 class");
    training_refused("", "a_TRAIN.txt: is empty");
    training_refused("\n\n", "a_TRAIN.txt: has no series");
    training_refused("@data\n", "a_TRAIN.txt: has no series");
    training_refused("@timestamps true\n@data\n", "a_TRAIN.txt:1: has time stamps");
    training_refused("@classLabel false\n@data\n1,2\n", "a_TRAIN.txt:1: says that the series have no classes");
    training_refused("@data\n1,2,3\n", "a_TRAIN.txt:2: has no colon");
    training_refused("@data\n1,2:1,2,3:a\n", "a_TRAIN.txt:2: channel 2 has 3 values, and the first 2");
    training_refused("@data\n1,2:a\n1,2:1,2:a\n", "a_TRAIN.txt:3: has 2 channels, and the series before it 1");
    training_refused("@relation a\n@data\n{0 1, 1 a}\n", "a_TRAIN.txt:3: is a sparse line");
    training_refused("@relation a\nat\n@data\n", "a_TRAIN.txt:2: stands before @data");
    training_refused("a\"b 1 2 3\nc 1 2 3\n", "a_TRAIN.txt:1: the class's name has a quote");
    training_refused("abcdefghijklmnopqrstuvwxyzabcdefghij 1 2\n", "36 bytes; 31 are the most");
    training_refused("? 1 2 3\n", "a_TRAIN.txt:1: has no class");
    training_refused("\x89PNG\r\n\x1a\n", "a_TRAIN.txt: is a PNG image; IDX, ");
    put_bytes("a_TRAIN.txt", "1 1 2 3\n2 \0 2 3\n", 16);
    struct own_spec text = plain;
    text.format = "ucr";
    refused(&text, STATUS_DATA, NULL, "a_TRAIN.txt: is no text (byte 11 is 0)");

    put("a_TRAIN.txt", "1 1 2 3\n2 1 2 3\n");
    put("a_TEST.txt", "1 1 2 3\n3 1 2 3\n");
    refused(&plain, STATUS_DATA, NULL, "a_TEST.txt:2: the class is 3, and the training file has only 1, 2");
    put("a_TEST.txt", "1 1 2 3 4\n");
    refused(&plain, STATUS_DATA, NULL, "a_TEST.txt");
}

static void test_missing_and_lengths(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    put("a_TRAIN.txt", "1 ? 2 ? ? 5 nan\n2 1 2 3 4 5 6\n");
    put("a_TEST.txt", "1 1 2 3 4 5 6\n");
    spec.missing = "interpolate";
    struct dataset *dataset = opened(&spec);
    static const float filled[] = {2, 2, 3, 4, 5, 5};
    for (size_t i = 0; i < 6; i++)
        assert_near(dataset->train.values[i], filled[i], 1e-6);
    dataset_free(dataset);
    put("a_TRAIN.txt", "1 ? ? ?\n2 1 2 3\n");
    refused(&spec, STATUS_DATA, NULL, "a_TRAIN.txt:1: no value of channel 1 is there");

    put("a_TRAIN.txt", "1 1 3 NaN NaN NaN\n2 1 2 3 4 5\n"); /* as the archive of 2018 writes what is shorter */
    put("a_TEST.txt", "1 1 2 3 4 5 6 7 8 9\n2 7\n");
    spec.missing = "refuse";
    spec.lengths = "pad";
    dataset = opened(&spec);
    assert_memory_equal(dataset->train.values, ((const float[]){1, 3, 3, 3, 3}), 5 * sizeof(float));
    assert_memory_equal(dataset->test.values, ((const float[]){1, 2, 3, 4, 5, 7, 7, 7, 7, 7}), 10 * sizeof(float));
    dataset_free(dataset);
    spec.lengths = "stretch";
    dataset = opened(&spec);
    static const float stretched[] = {1, 1.5F, 2, 2.5F, 3}, shrunk[] = {1, 3, 5, 7, 9};
    for (size_t i = 0; i < 5; i++) {
        assert_near(dataset->train.values[i], stretched[i], 1e-6);
        assert_near(dataset->test.values[i], shrunk[i], 1e-6);
        assert_near(dataset->test.values[5 + i], 7, 1e-6);
    }
    dataset_free(dataset);
}

/* Few bytes must not stand for much memory. */
static void test_padding_has_an_end(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    FILE *file = fopen("a_TRAIN.txt", "w");
    assert_non_null(file);
    for (size_t i = 0; i < 40000; i++)
        (void)fprintf(file, "%zu 1\n", i % 2);
    (void)fprintf(file, "1");
    for (size_t i = 0; i < 10000; i++)
        (void)fprintf(file, " 1");
    assert_int_equal(fclose(file), 0);
    put("a_TEST.txt", "1 1\n");
    spec.lengths = "pad";
    refused(&spec, STATUS_DATA, NULL, "a_TRAIN.txt: has 40001 series, which would have 10000 values each");
}

/* ---- arrays ---- */

enum { FILE_MAX = 1 << 14 };

/* Bytes that grow. */
struct bytes {
    uint8_t byte[FILE_MAX];
    size_t count;
};

static void add(struct bytes *bytes, const void *more, size_t count)
{
    assert_true(bytes->count + count <= sizeof bytes->byte);
    memcpy(bytes->byte + bytes->count, more, count);
    bytes->count += count;
}

static void add_big(struct bytes *bytes, uint64_t number, size_t count)
{
    for (size_t i = count; i-- > 0;)
        add(bytes, &(uint8_t){(uint8_t)(number >> (8 * i))}, 1);
}

/* An IDX file of a type with `rank` dimensions, without its elements. */
static struct bytes idx(uint8_t type, size_t rank, const uint32_t *size)
{
    struct bytes bytes = {.count = 0};
    add_big(&bytes, (uint64_t)type << 8 | rank, 4);
    for (size_t i = 0; i < rank; i++)
        add_big(&bytes, size[i], 4);
    return bytes;
}

static void put_idx(const char *path, uint8_t type, size_t rank, const uint32_t *size, const void *elements,
                    size_t count)
{
    struct bytes bytes = idx(type, rank, size);
    add(&bytes, elements, count);
    put_bytes(path, bytes.byte, bytes.count);
}

static struct own_spec arrays(void)
{
    struct own_spec spec = plain;
    spec.name = "a";
    spec.files[OWN_TRAIN] = "train";
    spec.files[OWN_TRAIN_LABELS] = "train-labels";
    spec.files[OWN_TEST] = "test";
    spec.files[OWN_TEST_LABELS] = "test-labels";
    return spec;
}

static void test_idx(void **state)
{
    (void)state;
    struct own_spec spec = arrays();
    put_idx("train", 8, 3, (const uint32_t[]){2, 2, 3}, "abcdefghijkl", 12);
    put_idx("train-labels", 8, 1, (const uint32_t[]){2}, "\x07\x03", 2);
    put_idx("test", 8, 3, (const uint32_t[]){1, 2, 3}, "abcdef", 6);
    put_idx("test-labels", 8, 1, (const uint32_t[]){1}, "\x07", 1);
    struct dataset *dataset = opened(&spec);
    assert_true(dataset->kind->shape.height == 2 && dataset->kind->shape.width == 3);
    assert_memory_equal(dataset->train.bytes, "abcdefghijkl", 12);
    assert_memory_equal(dataset->train.labels, ((const uint8_t[]){1, 0}), 2);
    assert_false(dataset->kind->of_numbers);
    assert_int_equal(dataset->file_count, 4);
    dataset_free(dataset);
    put_idx("test-labels", 8, 1, (const uint32_t[]){1}, "\x05", 1);
    refused(&spec, STATUS_DATA, NULL, "test-labels: item 1: the class is 5, and the training file has only 7, 3");
    put_idx("train-labels", 8, 1, (const uint32_t[]){3}, "\x07\x03\x03", 3);
    refused(&spec, STATUS_DATA, NULL, "train-labels: holds 3 labels for 2 items");
    put_idx("train-labels", 8, 1, (const uint32_t[]){2}, "\x07", 1);
    refused(&spec, STATUS_DATA, NULL, "train-labels: ends after");
    put_idx("train", 8, 3, (const uint32_t[]){2, 2, 3}, "abcdefghijk", 11);
    refused(&spec, STATUS_DATA, NULL, "train: ends after");
    put_idx("train", 8, 3, (const uint32_t[]){2, 2, 3}, "abcdefghijklm", 13);
    refused(&spec, STATUS_DATA, NULL, "train");
    put_idx("train", 8, 3, (const uint32_t[]){1000000, 4294967295, 4294967295}, "abc", 3);
    refused(&spec, STATUS_DATA, NULL, "train: has a dimension of 4294967295");
    put_idx("train", 8, 3, (const uint32_t[]){1000000, 10000, 10000}, "abc", 3);
    refused(&spec, STATUS_DATA, NULL, "train: ends after");
    put_idx("train", 8, 3, (const uint32_t[]){0, 2, 3}, "", 0);
    refused(&spec, STATUS_DATA, NULL, "train: claims to hold 0 items");
    put_idx("train", 8, 1, (const uint32_t[]){2}, "ab", 2);
    refused(&spec, STATUS_DATA, NULL, "train: has one dimension, as labels have");
    put_idx("train", 0xC, 2, (const uint32_t[]){1, 1}, "\0\0\0\1", 4);
    refused(&spec, STATUS_DATA, NULL, "train: has whole numbers of 4 bytes");
    spec.format = "idx";
    put("train", "\1\2\3\4\5");
    refused(&spec, STATUS_DATA, NULL, "train: begins with 0x01020304 where IDX begins");
    spec.files[OWN_TEST_LABELS] = "";
    refused(&spec, STATUS_USAGE, "data.test_labels", "is wanted, since test is IDX");
}

/* Floats of both sizes, big endian; series have one dimension beside that of the items. */
static void test_idx_of_floats(void **state)
{
    (void)state;
    const float narrow[] = {1.5F, -2, 0.25F, 3};
    for (uint8_t type = 0xD; type <= 0xE; type++) {
        struct bytes train = idx(type, 2, (const uint32_t[]){2, 2}), test = idx(type, 2, (const uint32_t[]){1, 2});
        for (size_t i = 0; i < 4; i++) {
            const double wide = (double)narrow[i];
            uint64_t bits = 0;
            uint32_t few;
            memcpy(&bits, &wide, sizeof wide);
            memcpy(&few, &narrow[i], sizeof few);
            add_big(&train, type == 0xD ? few : bits, type == 0xD ? 4 : 8);
        }
        add(&test, (const uint8_t[16]){0}, 16);
        test.count = 12 + (type == 0xD ? 8 : 16);
        put_bytes("train", train.byte, train.count);
        put_bytes("test", test.byte, test.count);
        put_idx("train-labels", 9, 1, (const uint32_t[]){2}, "\xFF\x01", 2); /* -1 and 1 */
        put_idx("test-labels", 0xB, 1, (const uint32_t[]){1}, "\xFF\xFF", 2);
        const struct own_spec spec = arrays();
        struct dataset *dataset = opened(&spec);
        assert_true(dataset->kind->shape.height == 2 && dataset->kind->shape.width == 1 && dataset->kind->of_numbers);
        assert_memory_equal(dataset->train.values, narrow, sizeof narrow);
        assert_string_equal(dataset->kind->class_names[0], "-1");
        assert_int_equal(dataset->test.labels[0], 0);
        dataset_free(dataset);
        const uint8_t infinite[] = {0x7F, 0xF0 - (type == 0xD ? 0x70 : 0), 0, 0, 0, 0, 0, 0};
        memcpy(train.byte + 12, infinite, type == 0xD ? 4 : 8);
        put_bytes("train", train.byte, train.count);
        refused(&spec, STATUS_DATA, NULL, "train: value 1 of item 1 is infinite");
        train.byte[13] |= 0xF8;
        train.byte[14] |= 0x08;
        put_bytes("train", train.byte, train.count);
        refused(&spec, STATUS_DATA, NULL, "train: value 1 of item 1 is missing (NaN)");
    }
}

static void put_npy(const char *path, uint8_t version, const char *header, const void *elements, size_t count)
{
    struct bytes bytes = {.count = 0};
    const size_t length = strlen(header);
    add(&bytes, "\x93NUMPY", 6);
    add(&bytes, (const uint8_t[]){version, 0}, 2);
    add(&bytes, (const uint8_t[]){(uint8_t)length, (uint8_t)(length >> 8), 0, 0}, version == 1 ? 2 : 4);
    add(&bytes, header, length);
    add(&bytes, elements, count);
    put_bytes(path, bytes.byte, bytes.count);
}

static void test_npy(void **state)
{
    (void)state;
    struct own_spec spec = arrays();
    const float values[] = {1.5F, -2, 0.25F, 3};
    const double wide[] = {1.5, -2, 0.25, 3};
    const int64_t labels[] = {12, -3};
    static const char shape[] = "'fortran_order': False, 'shape': (2, 2), }\n";
    char header[128];
    for (uint8_t version = 1; version <= 3; version++) {
        (void)snprintf(header, sizeof header, "{'descr': '%s', %s", version == 2 ? "<f8" : "<f4", shape);
        put_npy("train.npy", version, header, version == 2 ? (const void *)wide : values,
                version == 2 ? sizeof wide : sizeof values);
        put_npy("test.npy", version, header, version == 2 ? (const void *)wide : values,
                version == 2 ? sizeof wide : sizeof values);
        put_npy("train-labels.npy", version, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", labels, 16);
        put_npy("test-labels.npy", version, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "\x0C\x0C", 2);
        struct dataset *dataset = opened(&spec);
        assert_memory_equal(dataset->train.values, values, sizeof values);
        assert_memory_equal(dataset->train.labels, ((const uint8_t[]){1, 0}), 2);
        dataset_free(dataset);
    }
    static const struct {
        const char *header, *says;
    } wrong[] = {
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "save numpy.ascontiguousarray(a)"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': (2, 2), }", "NumPy's type <U5"},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }", "NumPy's type <f2"},
        {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", "NumPy's type"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, -2), }", "has the shape (2, -2)"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "has the shape ()"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1), }", "has the shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 2), }", "has the shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 1000, 1000), }", "ends after"},
        {"{'descr': '<f4', 'fortran_order': False", "has the shape"},
        {"", "NumPy's type"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", "train.npy"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put_npy("train.npy", 1, wrong[i].header, values, sizeof values);
        refused(&spec, STATUS_DATA, NULL, wrong[i].says);
    }
    put_npy("train.npy", 4, header, values, sizeof values);
    refused(&spec, STATUS_DATA, NULL, "is .npy of version 4");
    put("train.npy", "PK\3\4");
    spec.format = "npy";
    refused(&spec, STATUS_DATA, NULL, "train.npy");
}

/* ---- CIFAR ---- */

static void put_records(const char *path, size_t label_bytes, size_t count)
{
    static uint8_t record[2 + 3072];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++) {
        memset(record, (int)(10 * i), sizeof record);
        record[0] = (uint8_t)(i % 2); /* coarse, or the only one */
        if (label_bytes == 2)
            record[1] = (uint8_t)(50 + i);
        assert_int_equal(fwrite(record, 1, label_bytes + 3072, file), label_bytes + 3072);
    }
    assert_int_equal(fclose(file), 0);
}

static void test_cifar(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    spec.name = "a";
    spec.files[OWN_TRAIN] = "train.bin";
    spec.files[OWN_TEST] = "test.bin";
    put_records("train.bin", 1, 3);
    put_records("test.bin", 1, 2);
    struct dataset *dataset = opened(&spec);
    assert_true(dataset->kind->classes == 2 && dataset->kind->shape.channels == 3);
    assert_int_equal(dataset->train.bytes[2 * 3072], 20);
    dataset_free(dataset);
    put_records("train.bin", 2, 4);
    put_records("test.bin", 2, 1);
    dataset = opened(&spec);
    assert_true(dataset->kind->classes == 4);
    assert_string_equal(dataset->kind->class_names[3], "53");
    dataset_free(dataset);
    spec.format = "cifar_coarse";
    dataset = opened(&spec);
    assert_true(dataset->kind->classes == 2);
    dataset_free(dataset);
    put_records("train.bin", 1, 3);
    refused(&spec, STATUS_DATA, NULL, "train.bin: has 9219 bytes, which are not whole records of 3074");
    spec.format = "";
    put_bytes("train.bin", (const uint8_t[1000]){200, 1, 2}, 1000);
    refused(&spec, STATUS_DATA, NULL, "train.bin: has 1000 bytes, which are not whole records of 3073");
    put_bytes("train.bin", (const uint8_t[3073]){200, 1, 2}, 3073);
    refused(&spec, STATUS_DATA, NULL, "train.bin: record 0 of 1 has the label 200");
    put_bytes("train.bin", (const uint8_t[20]){200, 1, 2}, 20);
    refused(&spec, STATUS_DATA, NULL, "train.bin: is of no kind that is known");
}

/* ---- directories of images ---- */

static void put_png(const char *path, unsigned int width, unsigned int height, bool colour, uint8_t value)
{
    uint8_t pixels[64];
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = width,
                       .height = height,
                       .format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    memset(pixels, value, sizeof pixels);
    pixels[0] = 255;
    assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, NULL));
}

static void test_png(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    spec.name = "pets";
    spec.files[OWN_TRAIN] = "train";
    spec.files[OWN_TEST] = "test";
    static const char *const directories[] = {"train", "test", "train/dog", "train/cat", "test/dog"};
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        assert_int_equal(mkdir(directories[i], 0700), 0);
    put_png("train/dog/1.png", 3, 2, false, 10);
    put_png("train/cat/b.png", 3, 2, false, 20);
    put_png("train/cat/a.png", 3, 2, false, 30);
    put_png("test/dog/x.png", 3, 2, false, 40);
    put("train/.DS_Store", "x");
    struct dataset *dataset = opened(&spec);
    assert_true(dataset->kind->shape.height == 2 && dataset->kind->shape.width == 3 &&
                dataset->kind->shape.channels == 1);
    assert_string_equal(dataset->kind->class_names[0], "cat");
    assert_int_equal(dataset->train.count, 3);
    assert_int_equal(dataset->train.bytes[1], 30); /* sorted by name */
    assert_memory_equal(dataset->train.labels, ((const uint8_t[]){0, 0, 1}), 3);
    assert_int_equal(dataset->test.labels[0], 1);
    char before[SHA256_HEX_SIZE], after[SHA256_HEX_SIZE];
    dataset_identity(dataset, before);
    dataset_free(dataset);

    put_png("train/cat/b.png", 3, 2, true, 20); /* one in colour: all have three channels */
    dataset = opened(&spec);
    assert_int_equal(dataset->kind->shape.channels, 3);
    dataset_identity(dataset, after);
    assert_true(strcmp(before, after) != 0);
    dataset_free(dataset);

    put_png("train/cat/b.png", 2, 2, false, 20);
    refused(&spec, STATUS_DATA, NULL, "train/cat/b.png: is an image of 2 x 2, and the first, cat/a.png, of 3 x 2");
    put("train/cat/b.png", "no image");
    refused(&spec, STATUS_DATA, NULL, "train/cat/b.png: is no PNG image");
    put_png("train/cat/b.png", 3, 2, false, 20);
    put_png("test/dog/x.png", 2, 2, false, 40);
    refused(&spec, STATUS_DATA, NULL, "test/dog/x.png");
    put_png("test/dog/x.png", 3, 2, false, 40);
    assert_int_equal(mkdir("test/cow", 0700), 0);
    refused(&spec, STATUS_DATA, NULL, "test/cow: has no image");
    put_png("test/cow/x.png", 3, 2, false, 40);
    refused(&spec, STATUS_DATA, NULL, "test/cow: the class is cow, and the training file has only");
    put("train/list.txt", "cat dog");
    refused(&spec, STATUS_DATA, NULL, "train/list.txt: is no directory");
    spec.files[OWN_TRAIN] = "train/list.txt";
    spec.format = "png";
    refused(&spec, STATUS_DATA, NULL, "train/list.txt: is no directory; with data.format = png");
}

/* ---- the set ---- */

static void test_formats_refused(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    put("a_TEST", "1 2\n");
    put("a_TRAIN", "\x89PNG\r\n\x1a\n");
    refused(&spec, STATUS_DATA, NULL, "a_TRAIN: is a PNG image; IDX, NumPy's .npy");
    put("a_TRAIN", "");
    refused(&spec, STATUS_DATA, NULL, "a_TRAIN: is empty");
    spec.format = "uct";
    refused(&spec, STATUS_USAGE, "data.format", "did you mean ucr");
    spec.format = "";
    put("a_TRAIN", "1 2\n2 1\n");
    spec.files[OWN_TRAIN_LABELS] = "a_TEST";
    refused(&spec, STATUS_USAGE, "data.train_labels", "has no use");
}

static void test_normalise(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    put("a_TRAIN.txt", "1 1 1\n2 3 3\n");
    put("a_VAL.txt", "2 100 100\n");
    put("a_TEST.txt", "1 5 5\n");
    spec.files[OWN_VALIDATION] = "a_VAL";
    spec.normalise = "train";
    struct dataset *dataset = opened(&spec);
    assert_near(dataset->kind->offset, 2, 0); /* of the training items alone */
    assert_near(dataset->kind->scale, 1, 0);
    assert_int_equal(dataset->validation_count, 1);
    assert_int_equal(dataset->train.count, 3);
    assert_near(dataset->train.values[4], 100, 0);
    float x[2] = {0};
    uint8_t y = 0;
    items_gather(&dataset->test, &(uint32_t){0}, 1, x, &y);
    assert_near(x[0], 3, 0);
    dataset_free(dataset);
    spec.normalise = "1, 4";
    dataset = opened(&spec);
    assert_true(dataset->kind->offset == 1 && dataset->kind->scale == 4);
    dataset_free(dataset);
    static const char *const wrong[] = {"all", "1", "1,0", "1,-2", "x,2", "1,2,3", "nan,1", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        spec.normalise = wrong[i];
        refused(&spec, STATUS_USAGE, "data.normalise", "");
    }
    put("a_TRAIN.txt", "1 7 7\n2 7 7\n");
    spec.normalise = "train";
    refused(&spec, STATUS_DATA, NULL, "all of its values are 7");
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *train, *name;
    } names[] = {
        {"GunPoint/GunPoint_TRAIN.tsv", "GunPoint"},
        {"/x/heart beats_train.txt.gz", "heart_beats"},
        {"pets/train", "pets"},
        {"pets/train/", "pets"},
        {"fashion/train-images-idx3-ubyte", "fashion"},
        {"train.npy", "own"},
        {"mnist/train-images-idx3-ubyte.gz", "own_mnist"},
        {"./x.TRAIN.arff", "x"},
        {"../train", "own"},
    };
    const char *key;
    char name[OWN_NAME_SIZE];
    struct error error;
    struct own_spec spec = plain;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        spec.files[OWN_TRAIN] = names[i].train;
        assert_int_equal(own_name(&spec, name, &key, &error), STATUS_OK);
        assert_string_equal(name, names[i].name);
    }
    static const char *const wrong[] = {"mnist", "files", "-x",  "a b", "a/b",
                                        "a=b",   "a,b",   "a-b", "a.b", "abcdefghijklmnopqrstuvwxyzabcdefg"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        spec.name = wrong[i];
        refused(&spec, STATUS_USAGE, "data.name", wrong[i]);
    }
}

static void test_places(void **state)
{
    (void)state;
    struct own_spec spec = plain;
    struct error error = {0};
    struct dataset *dataset;
    const char *key;
    spec.files[OWN_TRAIN] = "{name}/{name}_TRAIN";
    spec.files[OWN_TEST] = "{name}/{name}_TEST";
    refused(&spec, STATUS_USAGE, "data.name", "is wanted, since data.train has {name}");
    spec.name = "b";
    refused(&spec, STATUS_DATA, "data.train", "there is no file b/b_TRAIN");
    assert_int_equal(mkdir("b", 0700), 0);
    put("b/b_TRAIN.ts", "@data\n1:1\n2:2\n");
    put("b/b_TRAIN.tsv", "1\t3\n2\t4\n");
    refused(&spec, STATUS_DATA, "data.test", "there is no file b/b_TEST");
    put("b/b_TEST.ts", "@data\n1:1\n");
    dataset = opened(&spec); /* all files with one ending */
    assert_string_equal(dataset->files[0].name, "b/b_TRAIN.ts");
    dataset_free(dataset);
    assert_int_equal(own_open(&spec, (struct dataset_places){"c", NULL, true}, &dataset, &key, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, " in c;"));
    spec.files[OWN_TRAIN] = "b_TRAIN";
    spec.files[OWN_TEST] = "b_TEST";
    assert_int_equal(own_open(&spec, (struct dataset_places){"b", NULL, true}, &dataset, &key, &error), STATUS_OK);
    assert_string_equal(dataset->directory, "b");
    dataset_free(dataset);
    spec.files[OWN_TRAIN] = spec.files[OWN_TEST] = "b/b_TEST.ts";
    refused(&spec, STATUS_USAGE, "data.test", "is the file of data.train too");
    spec.files[OWN_TEST] = "";
    refused(&spec, STATUS_USAGE, "data.test", "is wanted");
}

/* Without memory at any point: said, and nothing is left. */
static void test_faults(void **state)
{
    (void)state;
    put("a_TRAIN.txt", "1 1 2\n2 3 4\n");
    put("a_TEST.txt", "2 3 4\n");
    bool met = true;
    for (size_t i = 0; met; i++) {
        struct error error = {0};
        struct dataset *dataset;
        const char *key;
        fault_arm(i);
        enum status status = own_open(&plain, nowhere, &dataset, &key, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        dataset_free(dataset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_channels, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_label_order, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_text_refused, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_missing_and_lengths, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_padding_has_an_end, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_idx, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_idx_of_floats, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_npy, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_cifar, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_png, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_formats_refused, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_normalise, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_names, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_places, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_faults, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

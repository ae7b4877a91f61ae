/* lib/data/own.h: sets that a config describes, in files that are made here. What is wrong with one is said with the
 * file, the line and what to do, or with the key of the config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
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
    training_refused("", "a_TRAIN.txt: has no series");
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
    training_refused("\x89PNG\r\n\x1a\n", "is a PNG image, and not text of series");
    put_bytes("a_TRAIN.txt", "1 1 2 3\n2 \0 2 3\n", 16);
    refused(&plain, STATUS_DATA, NULL, "a_TRAIN.txt: is no text (byte 11 is 0)");

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

/* ---- the set ---- */

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
    float x[2];
    uint8_t y;
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
    static const char *const wrong[] = {"mnist", "files", "-x",  "a b",
                                        "a/b",   "a=b",   "a,b", "abcdefghijklmnopqrstuvwxyzabcdefg"};
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
        cmocka_unit_test_setup_teardown(test_normalise, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_names, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_places, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_faults, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/data/layout.h: a set's files by all of the names under which they circulate, and what is said where they are not
 * there; and that what a user names is never replaced by something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "data/layout.h"
#include "scratch.h"

/* ---- trees of files ---- */

/* Removes DIR with all that is below it. */
static void remove_tree(const char *path)
{
    DIR *stream = opendir(path);
    if (!stream)
        return;
    for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        char inner[1024];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            remove_tree(inner);
    }
    assert_int_equal(closedir(stream), 0);
    assert_int_equal(rmdir(path), 0);
}

static int leave(void **state)
{
    remove_tree("data");
    remove_tree("box");
    return scratch_teardown(state);
}

/* Writes bytes to a path, whose directories are made. */
static void write_file(const char *path, const void *bytes, size_t count, bool packed)
{
    char made[1024];
    (void)snprintf(made, sizeof made, "%s", path);
    for (char *slash = strchr(made, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(made, 0700); /* mostly there already */
        *slash = '/';
    }
    gzFile file = gzopen(path, packed ? "wb" : "wbT"); /* T: as it is */
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned int)count), count);
    assert_int_equal(gzclose(file), Z_OK);
}

/* One file of MNIST with two items; `pixel` tells copies apart. */
static void write_idx(const char *path, bool images, bool packed, uint8_t pixel)
{
    uint8_t bytes[16 + 2 * 784] = {0, 0, 8, images ? 3 : 1, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
    size_t header = images ? 16 : 8, size = images ? 2 * 784 : 2;
    memset(bytes + header, images ? pixel : 1, size);
    write_file(path, bytes, header + size, packed);
}

/* The four files in a folder; `mark` stands before "idx". */
static void write_mnist(const char *folder, char mark, const char *ending, bool packed, uint8_t pixel)
{
    static const char *const parts[] = {"train-images", "train-labels", "t10k-images", "t10k-labels"};
    for (size_t i = 0; i < 4; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s%cidx%d-ubyte%s", folder, parts[i], mark, i % 2 == 0 ? 3 : 1, ending);
        write_idx(path, i % 2 == 0, packed, pixel);
    }
}

static void write_ecg(const char *folder, const char *ending, char separator, const char *value)
{
    static const char *const parts[] = {"TRAIN", "TEST"};
    for (size_t i = 0; i < 2; i++) {
        char path[256], line[2048] = "3";
        size_t used = 1;
        for (size_t k = 0; k < 140; k++)
            used += (size_t)snprintf(line + used, sizeof line - used, "%c%s", separator, value);
        line[used++] = '\n';
        (void)snprintf(path, sizeof path, "%s/ECG5000_%s%s", folder, parts[i], ending);
        write_file(path, line, used, false);
    }
}

/* Opens a set of the directory "data" with a box beside it; the caller frees. */
static struct dataset *open_set(const char *name, bool only, enum status expected, struct error *error)
{
    struct dataset *dataset = NULL;
    struct dataset_places places = {"data", "box", only};
    *error = (struct error){0};
    assert_int_equal(dataset_open(dataset_find(name, NULL), places, false, &dataset, error), expected);
    assert_int_equal(dataset_check(dataset_find(name, NULL), places, false, NULL), expected);
    assert_true((dataset != NULL) == (expected == STATUS_OK));
    return dataset;
}

/* ---- tests ---- */

static void every_name_that_circulates_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        char mark;
        const char *ending;
        bool packed;
    } mnists[] = {
        {"mnist", '-', "", false},   {"mnist", '-', ".gz", true},   {"mnist", '.', "", false},
        {"mnist", '.', ".gz", true}, {"MNIST/raw", '-', "", false}, {"MNIST", '-', "", false},
        {"raw", '-', "", false},     {".", '-', "", false},         {".", '.', ".gz", true},
        {"mnist", '-', "", true},    {"mnist", '-', ".gz", false}, /* by their bytes */
    };
    static const struct {
        const char *folder, *ending;
        char separator;
    } ecgs[] = {{"ecg5000", ".txt", ' '},
                {"ecg5000", ".tsv", '\t'},
                {"ECG5000", ".tsv", '\t'},
                {"ECG5000", "", ','},
                {"UCRArchive_2018/ECG5000", ".tsv", '\t'},
                {"UCR_TS_Archive_2015/ECG5000", "", ','},
                {".", ".txt", ' '},
                {".", ".csv", ','}};
    struct error error;
    char path[256], first[256];
    for (size_t i = 0; i < sizeof mnists / sizeof mnists[0]; i++) {
        bool itself = strcmp(mnists[i].folder, ".") == 0;
        (void)snprintf(path, sizeof path, "data/%s", mnists[i].folder);
        write_mnist(path, mnists[i].mark, mnists[i].ending, mnists[i].packed, 7);
        struct dataset *dataset = open_set("mnist", true, STATUS_OK, &error);
        assert_int_equal(dataset->train.bytes[0], 7);
        (void)snprintf(first, sizeof first, "%s%strain-images%cidx3-ubyte%s", itself ? "" : mnists[i].folder,
                       itself ? "" : "/", mnists[i].mark, mnists[i].ending);
        assert_string_equal(dataset->files[0].name, first);
        assert_null(dataset->note);
        dataset_free(dataset);
        remove_tree("data");
    }
    for (size_t i = 0; i < sizeof ecgs / sizeof ecgs[0]; i++) {
        (void)snprintf(path, sizeof path, "data/%s", ecgs[i].folder);
        write_ecg(path, ecgs[i].ending, ecgs[i].separator, "0.5");
        struct dataset *dataset = open_set("ecg5000", true, STATUS_OK, &error);
        assert_false(dataset->synthetic);
        assert_int_equal(dataset->test.labels[0], 2);
        dataset_free(dataset);
        remove_tree("data");
    }
}

/* The first folder that has the set whole, all from there; that there is another copy is said. */
static void of_two_copies_one_is_read_and_named(void **state)
{
    (void)state;
    struct error error;
    write_mnist("data/MNIST/raw", '-', "", false, 2);
    write_mnist("data/mnist", '.', ".gz", true, 1);
    struct dataset *dataset = open_set("mnist", true, STATUS_OK, &error);
    assert_int_equal(dataset->train.bytes[0], 1);
    assert_string_equal(dataset->note,
                        "mnist/train-images.idx3-ubyte.gz and not MNIST/raw/train-images-idx3-ubyte, both in "
                        "data");
    dataset_free(dataset);
    assert_int_equal(unlink("data/mnist/t10k-images.idx3-ubyte.gz"), 0); /* no longer whole */
    dataset = open_set("mnist", true, STATUS_OK, &error);
    assert_int_equal(dataset->train.bytes[0], 2);
    dataset_free(dataset);
    remove_tree("data");

    write_ecg("data/ECG5000", ".txt", ' ', "1");
    write_ecg("data/ECG5000", ".tsv", '\t', "2");
    dataset = open_set("ecg5000", true, STATUS_OK, &error);
    assert_true(dataset->train.values[0] == 1);
    assert_non_null(strstr(dataset->note, "ECG5000/ECG5000_TRAIN.txt and not ECG5000/ECG5000_TRAIN.tsv"));
    dataset_free(dataset);
    assert_int_equal(unlink("data/ECG5000/ECG5000_TEST.txt"), 0); /* a mixture is less than one kind */
    dataset = open_set("ecg5000", true, STATUS_OK, &error);
    assert_true(dataset->train.values[0] == 2);
    dataset_free(dataset);
    assert_int_equal(unlink("data/ECG5000/ECG5000_TRAIN.tsv"), 0);
    dataset = open_set("ecg5000", true, STATUS_OK, &error); /* and better than none */
    assert_true(dataset->train.values[0] == 1 && dataset->test.values[0] == 2);
    dataset_free(dataset);

    assert_int_equal(symlink("ECG5000", "data/ecg5000"), 0); /* one copy by two names */
    dataset = open_set("ecg5000", true, STATUS_OK, &error);
    assert_null(dataset->note);
    dataset_free(dataset);
}

/* A directory that was asked for is not replaced: neither by the box nor by a generator. */
static void what_is_asked_for_is_not_replaced(void **state)
{
    (void)state;
    struct error error;
    write_mnist("box/mnist", '-', "", false, 9);
    assert_int_equal(mkdir("data", 0700), 0);
    static const char *const sets[] = {"mnist", "cifar10", "ecg5000"};
    for (size_t i = 0; i < 3; i++) {
        (void)open_set(sets[i], true, STATUS_DATA, &error);
        assert_non_null(strstr(error.message, "was not found in data: it is empty"));
    }
    (void)open_set("mnist", true, STATUS_DATA, &error);
    static const char *const looked_for[] = {"train-images-idx3-ubyte or train-images.idx3-ubyte",
                                             "t10k-labels.idx1-ubyte", ".gz", "MNIST/raw/", "the directory itself"};
    for (size_t i = 0; i < sizeof looked_for / sizeof looked_for[0]; i++)
        assert_non_null(strstr(error.message, looked_for[i]));
    /* what is not asked for may be, and it is said */
    struct dataset *dataset = open_set("mnist", false, STATUS_OK, &error);
    assert_non_null(strstr(dataset->note, "box, for there is no MNIST in data"));
    dataset_free(dataset);
    dataset = open_set("ecg5000", false, STATUS_OK, &error);
    assert_true(dataset->synthetic && dataset_source_is_synthetic(dataset->source));
    assert_non_null(strstr(dataset->note, "a stand-in, for there is no ECG5000 in data and box"));
    dataset_free(dataset);
    /* unless it is what the user asked for */
    struct dataset_places places = {"data", NULL, true};
    assert_int_equal(dataset_open(dataset_find("ecg5000", NULL), places, true, &dataset, &error), STATUS_OK);
    assert_null(dataset->note);
    dataset_free(dataset);
}

static void what_lies_there_instead_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *set, *path, *says;
    } cases[] = {
        {"mnist", "data/FashionMNIST/raw/train-images-idx3-ubyte",
         "FashionMNIST/raw/train-images-idx3-ubyte (not where"},
        {"mnist", "data/mnist/train-images-idx3-ubyte/train-images-idx3-ubyte", "(not where it is looked for"},
        {"mnist", "data/mnist/Train-Images-idx3-ubyte", "(it has to be called train-images-idx3-ubyte)"},
        {"mnist", "data/mnist.npz", "mnist.npz (NumPy's form"},
        {"mnist", "data/mnist_train.csv", "a table"},
        {"mnist", "data/cifar-10-batches-bin/test_batch.bin", "files of another set: CIFAR-10"},
        {"cifar10", "data/cifar-10-batches-py/data_batch_1", "cifar-10-batches-py (the pickle version"},
        {"cifar10", "data/cifar-10-python.tar.gz", "the pickle version"},
        {"cifar10", "data/cifar-10-binary.tar.gz", "cifar-10-binary.tar.gz (unpack it)"},
        {"cifar10", "data/cifar-100-binary/train.bin", "another set"},
        {"ecg5000", "data/ECG5000.zip", "ECG5000.zip (unpack it)"},
        {"ecg5000", "data/ECG5000/ECG5000_TRAIN.ts", "sktime's form"},
        {"ecg5000", "data/ecg5000/ECG5000_TRAIN.arff", "Weka's form"},
        {"ecg5000", "data/ecg5000/ecg5000_train.txt", "(it has to be called ECG5000_TRAIN.txt)"},
        {"ecg5000", "data/ArrowHead_TRAIN.tsv", "of another set"},
        {"ecg5000", "data/no\033[31mtes", "it has no?[31mtes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error;
        write_file(cases[i].path, "x", 1, false);
        (void)open_set(cases[i].set, true, STATUS_DATA, &error);
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s: \"%s\" is not in: %s", cases[i].path, cases[i].says, error.message);
        remove_tree("data");
    }
}

/* What is there and cannot be read is no reason to look elsewhere. */
static void what_cannot_be_read_says_why(void **state)
{
    (void)state;
    struct error error;
    write_mnist("data/mnist", '-', "", false, 1);
    write_mnist("box/mnist", '-', "", false, 9);
    assert_int_equal(unlink("data/mnist/t10k-images-idx3-ubyte"), 0);
    (void)open_set("mnist", false, STATUS_DATA, &error);
    assert_non_null(strstr(error.message, "data has 3 of the 4 files of MNIST but not mnist/t10k-images-idx3-ubyte"));
    assert_int_equal(symlink("nowhere", "data/mnist/t10k-images-idx3-ubyte"), 0);
    struct dataset *dataset = NULL;
    struct dataset_places places = {"data", "box", false};
    assert_int_equal(dataset_open(dataset_find("mnist", NULL), places, false, &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "data/mnist/t10k-images-idx3-ubyte: is a link that leads nowhere"));
    assert_int_equal(unlink("data/mnist/t10k-images-idx3-ubyte"), 0);
    assert_int_equal(symlink("t10k-images-idx3-ubyte", "data/mnist/t10k-images-idx3-ubyte"), 0);
    assert_int_equal(dataset_open(dataset_find("mnist", NULL), places, false, &dataset, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "data/mnist/t10k-images-idx3-ubyte: cannot be opened"));
}

/* A directory's path may be as long as the system takes. */
static void a_long_path_is_read(void **state)
{
    (void)state;
    char directory[1800] = "data", path[2048];
    for (int i = 0; i < 8; i++) {
        size_t used = strlen(directory);
        (void)snprintf(directory + used, sizeof directory - used, "/%0200d", i);
    }
    (void)snprintf(path, sizeof path, "%s/ECG5000_TRAIN.txt", directory);
    write_ecg("data", ".txt", ' ', "1");
    char made[1800];
    (void)snprintf(made, sizeof made, "%s", directory);
    for (char *slash = strchr(made, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(made, 0700);
        *slash = '/';
    }
    assert_int_equal(mkdir(made, 0700), 0);
    assert_int_equal(rename("data/ECG5000_TRAIN.txt", path), 0);
    (void)snprintf(path, sizeof path, "%s/ECG5000_TEST.txt", directory);
    assert_int_equal(rename("data/ECG5000_TEST.txt", path), 0);
    struct dataset *dataset = NULL;
    struct error error;
    struct dataset_places places = {directory, NULL, true};
    assert_int_equal(dataset_open(dataset_find("ecg5000", NULL), places, false, &dataset, &error), STATUS_OK);
    assert_string_equal(dataset->directory, directory);
    dataset_free(dataset);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/ECG5000_TRAIN.txt", directory);
    assert_int_equal(unlink(path), 0);
    for (char *slash = strrchr(made, '/'); slash; slash = strrchr(made, '/')) {
        assert_int_equal(rmdir(made), 0);
        *slash = '\0';
    }
}

static void without_memory_nothing_is_taken_for_absent(void **state)
{
    (void)state;
    assert_int_equal(mkdir("data", 0700), 0);
    struct dataset_places places = {"data", NULL, true};
    bool met = true;
    for (size_t successes = 0; met; successes++) {
        struct error error = {0};
        struct dataset *dataset;
        fault_arm(successes);
        enum status status = dataset_open(dataset_find("mnist", NULL), places, false, &dataset, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_DATA);
        assert_true(error.message[0] != '\0');
        assert_true(successes < 100);
    }
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, scratch_setup, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(every_name_that_circulates_is_read),
        WITH_FILES(of_two_copies_one_is_read_and_named),
        WITH_FILES(what_is_asked_for_is_not_replaced),
        WITH_FILES(what_lies_there_instead_is_named),
        WITH_FILES(what_cannot_be_read_says_why),
        WITH_FILES(a_long_path_is_read),
        WITH_FILES(without_memory_nothing_is_taken_for_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

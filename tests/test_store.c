/* lib/io/store*.c and lib/io/atomic_file.c: what is written is read back; what fails leaves no trace; what is damaged
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
/* The functions' forms as of HDF5 1.10, whatever the version. */
#ifndef H5_USE_110_API
#define H5_USE_110_API
#endif
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"
#include "io/store.h"
#include "run_files.h"
#include "scratch.h"

/* 96,000 floats are above the 64 KiB from which arrays are compressed, and in chunks below the whole. */
enum { ROWS = 40, COLUMNS = 60, DEPTH = 40, FLOATS = ROWS * COLUMNS * DEPTH, DOUBLES = 7, BYTES = 5, TEXTS = 3 };

static const char NOTE[] = "state\n; = \"kept as it is\"";

struct contents {
    float floats[FLOATS];
    double doubles[DOUBLES];
    uint8_t bytes[BYTES];
    const char *texts[TEXTS];
    const char *note;
    double number;
};

static struct contents *make_contents(void)
{
    struct contents *contents = calloc(1, sizeof *contents);
    assert_non_null(contents);
    for (size_t i = 0; i < FLOATS; i++)
        contents->floats[i] = (float)(i * 7919 % 10007) / 16;
    for (size_t i = 0; i < DOUBLES; i++)
        contents->doubles[i] = 1.0 / (double)(i + 3);
    for (size_t i = 0; i < BYTES; i++)
        contents->bytes[i] = (uint8_t)(255 - i);
    contents->texts[0] = "conv1.weight";
    contents->texts[1] = "";
    contents->texts[2] = "\xcf\x83 = .1";
    contents->note = NOTE;
    contents->number = -0.1;
    return contents;
}

static enum status fill(struct store *store, const struct contents *contents, struct error *error)
{
    const size_t float_shape[] = {ROWS, COLUMNS, DEPTH}, doubles = DOUBLES, byte_shape[] = {BYTES, 1};
    enum status status = store_write_float(store, "/posterior/mu", 3, float_shape, contents->floats, error);
    if (status == STATUS_OK)
        status = store_write_double(store, "/a/b/c", 1, &doubles, contents->doubles, error);
    if (status == STATUS_OK)
        status = store_write_bytes(store, "/labels", 2, byte_shape, contents->bytes, error);
    if (status == STATUS_OK)
        status = store_write_texts(store, "/names", TEXTS, contents->texts, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/", "note", contents->note, error);
    if (status == STATUS_OK)
        status = store_set_number(store, "/new/group", "number", contents->number, error);
    return status;
}

static enum status write_file(const char *path, const struct contents *contents, struct error *error)
{
    struct store *store = NULL;
    enum status status = store_create(path, &store, error);
    if (status != STATUS_OK) {
        assert_null(store);
        return status;
    }
    status = fill(store, contents, error);
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

/* Whether the file holds these contents, to the bit. */
static bool file_matches(const char *path, const struct contents *contents)
{
    struct store *store = NULL;
    if (store_open(path, &store, NULL) != STATUS_OK)
        return false;
    struct contents *found = calloc(1, sizeof *found);
    assert_non_null(found);
    char **texts = NULL, *note = NULL;
    bool same = store_read_float(store, "/posterior/mu", FLOATS, found->floats, NULL) == STATUS_OK &&
                store_read_double(store, "/a/b/c", DOUBLES, found->doubles, NULL) == STATUS_OK &&
                store_read_bytes(store, "/labels", BYTES, found->bytes, NULL) == STATUS_OK &&
                store_read_texts(store, "/names", TEXTS, &texts, NULL) == STATUS_OK &&
                store_get_text(store, "/", "note", &note, NULL) == STATUS_OK &&
                store_get_number(store, "/new/group", "number", &found->number, NULL) == STATUS_OK;
    same = same && memcmp(found->floats, contents->floats, sizeof found->floats) == 0 &&
           memcmp(found->doubles, contents->doubles, sizeof found->doubles) == 0 &&
           memcmp(found->bytes, contents->bytes, sizeof found->bytes) == 0 && strcmp(note, contents->note) == 0 &&
           memcmp(&found->number, &contents->number, sizeof found->number) == 0;
    for (size_t i = 0; same && i < TEXTS; i++)
        same = strcmp(texts[i], contents->texts[i]) == 0;
    memory_free(texts);
    memory_free(note);
    free(found);
    store_close(store);
    return same;
}

/* HDF5 counts what is open; nothing of ours may be once a test is done. */
static void assert_nothing_open(void)
{
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_true(file_matches("run.h5", contents));
    assert_int_equal(scratch_entries(), 1);

    /* Twins: each kind of value changed by as little as can be. */
    contents->floats[FLOATS - 1] += 1;
    assert_false(file_matches("run.h5", contents));
    contents->floats[FLOATS - 1] -= 1;
    contents->doubles[0] += 1e-16;
    assert_false(file_matches("run.h5", contents));
    contents->doubles[0] = 1.0 / 3;
    contents->bytes[2] ^= 1;
    assert_false(file_matches("run.h5", contents));
    contents->bytes[2] ^= 1;
    contents->texts[1] = " ";
    assert_false(file_matches("run.h5", contents));
    contents->texts[1] = "";
    contents->note = "state";
    assert_false(file_matches("run.h5", contents));
    contents->note = NOTE;
    contents->number = 0.1;
    assert_false(file_matches("run.h5", contents));
    free(contents);
    assert_nothing_open();
}

static void test_shapes_and_replacing(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error = {0};
    const size_t shape[] = {2, 3}, one = 1, none = 0;
    const float values[6] = {1, 2, 3, 4, 5, 6};
    double zero_rows[1] = {0};
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/x", 1, &one, values, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/x", 2, shape, values, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/empty", 1, &none, zero_rows, &error), STATUS_OK);
    assert_int_equal(store_write_texts(store, "/no_texts", 0, NULL, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/gone", 1, &one, values, &error), STATUS_OK);
    assert_int_equal(store_remove(store, "/gone", &error), STATUS_OK);
    assert_int_equal(store_remove(store, "/never/there", &error), STATUS_OK);
    assert_string_equal(store_path(store), "run.h5");
    assert_int_equal(scratch_entries(), 0); /* nothing before the commit */
    assert_int_equal(store_commit(store, &error), STATUS_OK);

    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    size_t rank = 0, found[STORE_RANK_MAX] = {0};
    assert_int_equal(store_shape(store, "/x", &rank, found, &error), STATUS_OK);
    assert_true(rank == 2 && found[0] == 2 && found[1] == 3);
    assert_int_equal(store_shape(store, "/empty", &rank, found, &error), STATUS_OK);
    assert_true(rank == 1 && found[0] == 0);
    assert_int_equal(store_read_double(store, "/empty", 0, zero_rows, &error), STATUS_OK);
    char **texts = NULL;
    assert_int_equal(store_read_texts(store, "/no_texts", 0, &texts, &error), STATUS_OK);
    memory_free(texts);
    assert_true(is_stored(store, "/x") && is_stored(store, "/") && !is_stored(store, "/gone"));
    assert_false(is_stored(store, "/x/y"));
    assert_false(is_stored(store, "x"));
    assert_false(is_stored(store, ""));
    store_close(store);
    assert_nothing_open();
}

static void test_listings(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error = {0};
    const size_t one = 1;
    const double value = 1;
    const char *const members[] = {"apple", "banana", "zebra"};
    char **names = NULL;
    size_t count = 0;
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/g/zebra", 1, &one, &value, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/g/apple", 1, &one, &value, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/g/banana", 1, &one, &value, &error), STATUS_OK);
    assert_int_equal(store_members(store, "/g", &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], members[i]);
    memory_free(names);
    for (size_t i = 3; i-- > 0;)
        assert_int_equal(store_set_number(store, "/g", members[i], 1, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/g", "apple", "a text now", &error), STATUS_OK);
    assert_int_equal(store_attributes(store, "/g", &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], members[i]);
    memory_free(names);
    assert_int_equal(store_attributes(store, "/g/apple", &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 0);
    memory_free(names);
    assert_int_equal(store_members(store, "/none", &names, &count, &error), STATUS_DATA);
    assert_null(names);
    store_close(store);
    assert_int_equal(scratch_entries(), 0);
    assert_nothing_open();
}

static void test_update_keeps_the_rest(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    struct store *store = NULL;
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);

    /* Without a commit nothing changes. */
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_set_number(store, "/new/group", "number", 5, &error), STATUS_OK);
    store_close(store);
    assert_true(file_matches("run.h5", contents));

    contents->number = 5;
    contents->doubles[3] = 1e300;
    const size_t doubles = DOUBLES;
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_set_number(store, "/new/group", "number", 5, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/a/b/c", 1, &doubles, contents->doubles, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_true(file_matches("run.h5", contents));
    assert_int_equal(scratch_entries(), 1);

    assert_int_equal(store_update("missing.h5", &store, &error), STATUS_DATA);
    assert_null(store);
    assert_non_null(strstr(error.message, "missing.h5"));
    free(contents);
    assert_nothing_open();
}

/* A checkpoint that is replaced again and again must not make its file grow, and one that is removed leaves no gap. */
static void test_no_gaps(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    struct stat first, later;
    const size_t floats = FLOATS;
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_int_equal(stat("run.h5", &first), 0);
    for (size_t round = 0; round < 5; round++) {
        struct store *store = NULL;
        for (size_t i = 0; i < FLOATS; i++) /* values that compress less and less */
            contents->floats[i] = (float)(i * 7919 % (1000 << round));
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(store_write_float(store, "/checkpoint/m", 1, &floats, contents->floats, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
    }
    assert_int_equal(stat("run.h5", &later), 0);
    assert_true(later.st_size > first.st_size && later.st_size < first.st_size + (off_t)sizeof contents->floats);

    free(contents);
    contents = make_contents();
    struct store *store = NULL;
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_remove(store, "/checkpoint", &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_int_equal(stat("run.h5", &later), 0);
    const off_t block = 4096; /* what HDF5 sets aside for descriptions at a time, and may not use up */
    assert_true(later.st_size <= first.st_size + block);
    assert_true(file_matches("run.h5", contents));
    free(contents);
    assert_nothing_open();
}

/* Two stores of one path at once are two stores; HDF5 must not take them for one file. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct store *first = NULL, *second = NULL;
    struct error error = {0};
    double value = 0;
    assert_int_equal(store_create("run.h5", &first, &error), STATUS_OK);
    assert_int_equal(store_create("run.h5", &second, &error), STATUS_OK);
    assert_int_equal(store_set_number(first, "/", "who", 1, &error), STATUS_OK);
    assert_int_equal(store_set_number(second, "/", "who", 2, &error), STATUS_OK);
    assert_int_equal(store_commit(second, &error), STATUS_OK);
    struct store *reader = NULL;
    assert_int_equal(store_open("run.h5", &reader, &error), STATUS_OK);
    assert_int_equal(store_commit(first, &error), STATUS_OK);
    assert_int_equal(store_get_number(reader, "/", "who", &value, &error), STATUS_OK);
    assert_true(value > 1.5); /* a reader goes on with the file that it opened */
    store_close(reader);
    assert_int_equal(store_open("run.h5", &reader, &error), STATUS_OK);
    assert_int_equal(store_get_number(reader, "/", "who", &value, &error), STATUS_OK);
    assert_true(value < 1.5);
    store_close(reader);
    assert_nothing_open();
}

static enum status update_file(const char *path, const struct contents *contents, struct error *error)
{
    struct store *store = NULL;
    enum status status = store_update(path, &store, error);
    if (status != STATUS_OK)
        return status;
    status = fill(store, contents, error);
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

/* Equal contents give equal bytes, which no file with times in it would, if a second passed between them. */
static void test_no_times_in_the_file(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_int_equal(update_file("run.h5", contents, &error), STATUS_OK); /* which repacks */
    hid_t file = H5Fopen("run.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    const char *const objects[] = {"/posterior/mu", "/a/b/c", "/names", "/", "/new/group"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        H5O_info_t about;
        assert_true(H5Oget_info_by_name(file, objects[i], &about, H5P_DEFAULT) >= 0);
        assert_int_equal(about.mtime, 0);
    }
    /* The large array is compressed where this HDF5 can. */
    hid_t array = H5Dopen2(file, "/posterior/mu", H5P_DEFAULT);
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0)
        assert_true(H5Dget_storage_size(array) < sizeof contents->floats);
    assert_true(H5Dclose(array) >= 0);
    assert_true(H5Fclose(file) >= 0);
    free(contents);
}

/* ---- failures ---- */

/* An old file, then a new one of the same name with the fault at each place in turn. */
static void fault_loop(enum status (*work)(const char *, const struct contents *, struct error *))
{
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    unsigned char *before = NULL;
    size_t size = 0, faults = 0;
    assert_int_equal(file_read("run.h5", SIZE_MAX, &before, &size, &error), STATUS_OK);
    contents->number = 99;
    for (;; faults++) {
        error = (struct error){0};
        fault_arm(faults);
        enum status status = work("run.h5", contents, &error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_nothing_open();
        assert_int_equal(scratch_entries(), 1);
        if (!met) {
            assert_int_equal(status, STATUS_OK);
            break;
        }
        assert_int_not_equal(status, STATUS_OK);
        assert_int_equal(error.status, status);
        assert_true(strlen(error.message) > 10);
        assert_true(scratch_holds("run.h5", before, size));
    }
    assert_true(faults > 20); /* there are many places; a loop over none would prove nothing */
    assert_true(file_matches("run.h5", contents));
    assert_false(scratch_holds("run.h5", before, size));
    memory_free(before);
    free(contents);
}

static void test_faults_while_creating(void **state)
{
    (void)state;
    fault_loop(write_file);
}

static void test_faults_while_updating(void **state)
{
    (void)state;
    fault_loop(update_file);
}

static void test_faults_while_reading(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    size_t faults = 0;
    for (;; faults++) {
        fault_arm(faults);
        bool same = file_matches("run.h5", contents);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_nothing_open();
        assert_int_equal(same, !met);
        if (!met)
            break;
    }
    assert_true(faults >= 4);
    free(contents);
}

/* A store of which one write failed is not committed, whatever its owner believes. */
static void test_spoiled_store_is_not_committed(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error = {0};
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    fault_arm(0);
    assert_int_not_equal(store_set_number(store, "/", "a", 1, &error), STATUS_OK);
    fault_arm(SIZE_MAX);
    assert_int_equal(store_commit(store, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "run.h5"));
    assert_int_equal(scratch_entries(), 0);
    assert_nothing_open();
}

/* The disk really is full: the temporary name leads to the device that always is. */
static void test_full_disk(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        print_message("skipped: there is no /dev/full to write to\n");
        skip();
    }
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    char *temporary = atomic_temporary_name("run.h5", &error);
    assert_non_null(temporary);
    assert_int_equal(symlink("/dev/full", temporary), 0);
    contents->number = 7;
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_FAILED);
    assert_string_equal(error.message, "run.h5: no space left on device; free some or choose another --out");
    assert_int_equal(scratch_entries(), 1);
    assert_false(file_matches("run.h5", contents));
    contents->number = -0.1;
    assert_true(file_matches("run.h5", contents));
    memory_free(temporary);
    free(contents);
    assert_nothing_open();
}

/* Runs `work` in a child and returns what it returned, or -1 when the child crashed. The child ends by a signal, since
 * leak checks at its exit would look at what its parent owns. */
static int in_child(int (*work)(const void *), const void *argument)
{
    int ends[2], result = -1;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int found = work(argument);
        if (write(ends[1], &found, sizeof found) == (ssize_t)sizeof found)
            (void)raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(close(ends[1]), 0);
    if (read(ends[0], &result, sizeof result) != (ssize_t)sizeof result)
        result = -1;
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return result;
}

/* Returns 0 when a real write fails in the middle as it should, and HDF5 still ends in good order. */
static int write_above_limit(const void *contents)
{
    const struct rlimit limit = {4096, 4096};
    struct error error = {0};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (write_file("run.h5", contents, &error) != STATUS_FAILED)
        return 2;
    if (!strstr(error.message, "run.h5: cannot be written: File too large"))
        return 3;
    return H5close() < 0 ? 4 : 0; /* what HDF5 does at exit */
}

static void test_limited_file_size(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    contents->number = 7;
    assert_int_equal(in_child(write_above_limit, contents), 0);
    contents->number = -0.1;
    assert_int_equal(scratch_entries(), 1);
    assert_true(file_matches("run.h5", contents));
    free(contents);
}

static void test_places_that_cannot_be_written(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error = {0};
    assert_int_equal(store_create("none/run.h5", &store, &error), STATUS_FAILED);
    assert_null(store);
    assert_non_null(strstr(error.message, "none: cannot be written"));
    assert_non_null(strstr(error.message, "--out"));
    assert_int_equal(store_create(".", &store, &error), STATUS_FAILED);
    assert_null(store);
    assert_int_equal(atomic_write("none/text", "a", 1, &error), STATUS_FAILED);
    assert_int_equal(scratch_entries(), 0);
}

/* ---- what is not ours ---- */

static void test_wrong_requests(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct store *store = NULL;
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    const struct {
        const char *object;
        size_t count;
        const char *says;
    } wrong[] = {{"/posterior/nu", FLOATS, "run.h5: /posterior/nu is not there"},
                 {"/posterior/mu", FLOATS - 1, "/posterior/mu has 96000 elements instead of 95999"},
                 {"/a/b/c", DOUBLES, "/a/b/c does not hold 32-bit floats"},
                 {"/names", TEXTS, "/names does not hold 32-bit floats"},
                 {"/new/group", 1, "/new/group is not an array"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(store_read_float(store, wrong[i].object, wrong[i].count, contents->floats, &error),
                         STATUS_DATA);
        assert_non_null(strstr(error.message, wrong[i].says));
    }
    char **texts = NULL, *text = NULL;
    double number = 0;
    assert_int_equal(store_read_texts(store, "/labels", BYTES, &texts, &error), STATUS_DATA);
    assert_int_equal(store_read_texts(store, "/names", TEXTS + 1, &texts, &error), STATUS_DATA);
    assert_null(texts);
    assert_int_equal(store_get_text(store, "/", "none", &text, &error), STATUS_DATA);
    assert_int_equal(store_get_text(store, "/none", "note", &text, &error), STATUS_DATA);
    assert_int_equal(store_get_text(store, "/new/group", "number", &text, &error), STATUS_DATA);
    assert_null(text);
    assert_int_equal(store_get_number(store, "/", "note", &number, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "attribute note is not a number"));
    assert_int_equal(store_set_number(store, "/", "x", 1, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "reading only"));
    assert_int_equal(store_commit(store, &error), STATUS_FAILED);
    free(contents);
    assert_nothing_open();
}

static void test_limits(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error = {0};
    const size_t shape[] = {1, 1, 1, 1, 1}, huge[] = {SIZE_MAX / 2 + 1, 2};
    const float value = 1;
    char *text = malloc(STORE_TEXT_MAX + 2), *found = NULL, name[STORE_NAME_SIZE + 1];
    assert_non_null(text);
    memset(text, 'x', STORE_TEXT_MAX + 1);
    text[STORE_TEXT_MAX + 1] = '\0';
    memset(name, 'n', sizeof name);
    name[0] = '/';
    name[STORE_NAME_SIZE] = '\0';
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/", "long", text + 1, &error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/", "long", &found, &error), STATUS_OK);
    assert_string_equal(found, text + 1);
    assert_int_equal(store_set_text(store, "/", "empty", "", &error), STATUS_OK);
    assert_int_not_equal(store_set_text(store, "/", "long", text, &error), STATUS_OK);
    assert_int_not_equal(store_write_float(store, "/x", 5, shape, &value, &error), STATUS_OK);
    assert_int_not_equal(store_write_float(store, "/x", 0, shape, &value, &error), STATUS_OK);
    assert_int_not_equal(store_write_float(store, "/x", 2, huge, &value, &error), STATUS_OK);
    assert_int_not_equal(store_write_float(store, name, 1, shape, &value, &error), STATUS_OK);
    assert_int_not_equal(store_write_float(store, "relative", 1, shape, &value, &error), STATUS_OK);
    memory_free(found);
    free(text);
    store_close(store);
    assert_nothing_open();
}

/* Files that a hostile or careless program could make with HDF5 itself. */
static void make_hostile(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t many = (hsize_t)1 << 50, few = 4;
    hid_t large = H5Screate_simple(1, &many, NULL), small = H5Screate_simple(1, &few, NULL),
          one = H5Screate(H5S_SCALAR);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 1024;
    assert_true(H5Pset_chunk(properties, 1, &chunk) >= 0);
    assert_true(H5Dclose(H5Dcreate2(file, "/vast", H5T_IEEE_F32LE, large, H5P_DEFAULT, properties, H5P_DEFAULT)) >= 0);
    assert_true(H5Pclose(properties) >= 0);
    properties = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(properties, "secret", 0, 16) >= 0);
    assert_true(H5Dclose(H5Dcreate2(file, "/elsewhere", H5T_IEEE_F32LE, small, H5P_DEFAULT, properties, H5P_DEFAULT)) >=
                0);
    assert_true(H5Dclose(H5Dcreate2(file, "/scalar", H5T_IEEE_F32LE, one, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    assert_true(H5Lcreate_external("other.h5", "/labels", file, "/external", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_soft("/soft", file, "/soft", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    hid_t text = H5Tcopy(H5T_C_S1);
    assert_true(H5Tset_size(text, H5T_VARIABLE) >= 0);
    assert_true(H5Dclose(H5Dcreate2(file, "/variable", text, small, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    assert_true(H5Aclose(H5Acreate2(file, "variable", text, one, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    assert_true(H5Aclose(H5Acreate2(file, "array", H5T_IEEE_F64LE, small, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    assert_true(H5Tclose(text) >= 0 && H5Pclose(properties) >= 0 && H5Sclose(one) >= 0 && H5Sclose(small) >= 0 &&
                H5Sclose(large) >= 0 && H5Fclose(file) >= 0);
}

static void test_hostile_contents(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct store *store = NULL;
    struct error error = {0};
    char **texts = NULL, *text = NULL;
    double number = 0;
    size_t rank, shape[STORE_RANK_MAX];
    assert_int_equal(write_file("other.h5", contents, &error), STATUS_OK);
    assert_int_equal(atomic_write("secret", "0123456789abcdef", 16, &error), STATUS_OK);
    make_hostile("run.h5");
    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_shape(store, "/vast", &rank, shape, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "claims more elements"));
    assert_int_equal(store_read_float(store, "/elsewhere", 4, contents->floats, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "another file"));
    assert_int_equal(store_read_bytes(store, "/external", BYTES, contents->bytes, &error), STATUS_DATA);
    assert_int_equal(store_read_bytes(store, "/soft", BYTES, contents->bytes, &error), STATUS_DATA);
    assert_int_equal(store_read_float(store, "/scalar", 1, contents->floats, &error), STATUS_DATA);
    assert_int_equal(store_read_texts(store, "/variable", 4, &texts, &error), STATUS_DATA);
    assert_int_equal(store_get_text(store, "/", "variable", &text, &error), STATUS_OK); /* nothing was written to it */
    assert_string_equal(text, "");
    memory_free(text);
    assert_int_equal(store_get_number(store, "/", "array", &number, &error), STATUS_DATA);
    store_close(store);
    free(contents);
    assert_nothing_open();
}

/* What cannot be opened is called what it is, and nobody is told to give it up. */
static void assert_not_opened(const char *path, const char *says)
{
    struct store *store = NULL;
    struct error error = {0};
    for (size_t i = 0; i < 2; i++) {
        error = (struct error){0};
        enum status status = i == 0 ? store_open(path, &store, &error) : store_update(path, &store, &error);
        assert_int_equal(status, STATUS_DATA);
        assert_null(store);
        if (strncmp(error.message, path, strlen(path)) != 0 || !strstr(error.message, says))
            fail_msg("\"%s\" does not say %s", error.message, says);
        assert_null(strstr(error.message, "delete"));
        assert_null(strstr(error.message, "remove"));
    }
}

static void test_not_a_store(void **state)
{
    (void)state;
    struct error error = {0};
    static const char gzip[] = "\x1f\x8b\x08", binary[] = "\x01\x02\x03", cut_text[] = "gr\xc3\xbc\xc3";
    assert_int_equal(atomic_write("empty.h5", "", 0, &error), STATUS_OK);
    assert_int_equal(atomic_write("text.h5", "dataset,method\n", 15, &error), STATUS_OK);
    assert_int_equal(atomic_write("gzip.h5", gzip, sizeof gzip, &error), STATUS_OK);
    assert_int_equal(atomic_write("binary.h5", binary, sizeof binary, &error), STATUS_OK);
    assert_int_equal(atomic_write("cut.h5", cut_text, strlen(cut_text), &error), STATUS_OK);
    assert_int_equal(mkfifo("pipe.h5", 0600), 0);
    assert_int_equal(symlink("loop.h5", "loop.h5"), 0);
    assert_not_opened("none.h5", "there is no such file");
    assert_not_opened("empty.h5", "but empty");
    assert_not_opened("text.h5", "but text");
    assert_not_opened("cut.h5", "but text");
    assert_not_opened("gzip.h5", "but a gzip file");
    assert_not_opened("binary.h5", "data of another kind");
    assert_not_opened(".", "is a directory");
    assert_not_opened("pipe.h5", "is a device or a pipe");
    assert_not_opened("loop.h5", "Too many levels of symbolic links");
    assert_not_opened("text.h5/run.h5", "Not a directory");
    if (geteuid() != 0) {
        assert_int_equal(chmod("text.h5", 0), 0);
        assert_not_opened("text.h5", "Permission denied");
    }
    assert_nothing_open();
}

/* A file of HDF5's, in the format of 1.10 and later where `latest`, with the byte `at` changed by `change`, and without
 * its last `cut` bytes. */
static void write_superblock(const char *path, bool latest, size_t at, unsigned char change, size_t cut)
{
    struct error error = {0};
    unsigned char *bytes = NULL;
    size_t size = 0;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (latest)
        assert_true(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0);
    assert_true(H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access)) >= 0 && H5Pclose(access) >= 0);
    assert_int_equal(file_read(path, SIZE_MAX, &bytes, &size, &error), STATUS_OK);
    bytes[at] ^= change;
    assert_int_equal(atomic_write(path, bytes, size - cut, &error), STATUS_OK);
    memory_free(bytes);
}

static void test_broken_hdf5(void **state)
{
    (void)state;
    write_superblock("newer.h5", true, 8, 3 ^ 4, 0);
    write_superblock("short.h5", false, 0, 0, 5);
    write_superblock("short3.h5", true, 0, 0, 5);
    write_superblock("damaged.h5", true, 24, 1, 0);
    assert_not_opened("newer.h5", "is in a newer format of HDF5 (superblock 4)");
    assert_not_opened("short.h5", "is cut short: it has ");
    assert_not_opened("short3.h5", "is cut short: it has ");
    assert_not_opened("damaged.h5", "the file is damaged, or was changed by another program");
    assert_nothing_open();
}

/* Returns 0 when it could open a file for writing. It ends without closing it. */
static int leave_open(const void *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) < 0)
        return 1;
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    return file < 0 || H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? 2 : 0;
}

/* Another program has the file open for writing, and locks it, as HDF5 does where it is told to (see main). */
static void test_open_elsewhere(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_int_equal(store_check_update("run.h5", &error), STATUS_OK);
    hid_t held = H5Fopen("run.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(held >= 0);
    int descriptor = open("run.h5", O_RDONLY);
    assert_int_equal(flock(descriptor, LOCK_SH | LOCK_NB), -1); /* it is locked indeed */
    assert_int_equal(close(descriptor), 0);
    assert_true(file_matches("run.h5", contents));
    assert_int_equal(store_check_update("run.h5", &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "run.h5: is open for writing in another program"));
    assert_true(H5Fclose(held) >= 0);
    assert_int_equal(store_check_update("run.h5", &error), STATUS_OK);
    assert_int_equal(store_check_update("none.h5", &error), STATUS_OK); /* met by who reads it */
    assert_int_equal(store_check_update("none/run.h5", &error), STATUS_FAILED);

    /* The format of HDF5 1.10 notes in the file itself that it is open. */
    assert_int_equal(in_child(leave_open, "left.h5"), 0);
    assert_not_opened("left.h5", "is open for writing in another program, or was left so");
    free(contents);
    assert_nothing_open();
}

enum { SEAL_SIZE = 24 }; /* of lib/io/store_seal.c */

/* Every prefix of a small file, in steps: refused, or read wrongly by nobody. */
static void test_truncated(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    unsigned char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    assert_int_equal(file_read("run.h5", SIZE_MAX, &bytes, &size, &error), STATUS_OK);
    const size_t content = size - SEAL_SIZE; /* without a part of the seal alone, nothing is wrong */
    for (size_t keep = 0; keep < content; keep += content / 64 + 1) {
        assert_int_equal(atomic_write("cut.h5", bytes, keep, &error), STATUS_OK);
        assert_false(file_matches("cut.h5", contents));
        struct store *store = NULL;
        assert_int_equal(store_update("cut.h5", &store, &error), STATUS_DATA);
        assert_null(store);
    }
    memory_free(bytes);
    free(contents);
    assert_nothing_open();
}

/* A small file with an array of either layout and an attribute. */
enum { DAMAGED_FLOATS = FLOATS / 4 };
static const double SMALL_NUMBER = 0.5;
static void write_small(const char *path, const float *floats, double number)
{
    struct store *store = NULL;
    struct error error = {0};
    const size_t one = 1, many = DAMAGED_FLOATS;
    assert_int_equal(store_create(path, &store, &error), STATUS_OK);
    assert_int_equal(store_write_double(store, "/a/b", 1, &one, &number, &error), STATUS_OK);
    assert_int_equal(store_write_float(store, "/m", 1, &many, floats, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/", "note", NOTE, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
}

enum reading { REFUSED, RIGHT, WRONG };

static enum reading read_small(const char *path, const float *floats, double number)
{
    static float found[DAMAGED_FLOATS];
    struct store *store = NULL;
    char *note = NULL;
    double found_number = 0;
    enum reading reading = REFUSED;
    if (store_open(path, &store, NULL) == STATUS_OK &&
        store_read_double(store, "/a/b", 1, &found_number, NULL) == STATUS_OK &&
        store_read_float(store, "/m", DAMAGED_FLOATS, found, NULL) == STATUS_OK &&
        store_get_text(store, "/", "note", &note, NULL) == STATUS_OK)
        reading = memcmp(&found_number, &number, sizeof number) == 0 && memcmp(found, floats, sizeof found) == 0 &&
                          strcmp(note, NOTE) == 0
                      ? RIGHT
                      : WRONG;
    memory_free(note);
    store_close(store);
    return reading;
}

/* Whether a store that can be opened says of what is in it that it is not there. */
static bool something_is_absent(const char *path)
{
    static const char *const names[] = {"/a", "/a/b", "/m"};
    struct store *store = NULL;
    bool absent = false, there = false;
    if (store_open(path, &store, NULL) == STATUS_OK) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            absent = absent || (store_find(store, names[i], &there, NULL) == STATUS_OK && !there);
        absent = absent || (store_find_attribute(store, "/", "note", &there, NULL) == STATUS_OK && !there);
    }
    store_close(store);
    return absent;
}

/* Changes one byte after the other of "run.h5", the first ones (HDF5's descriptions) more densely: each time the file
 * must be refused, or the byte did not matter. Without its seal HDF5's own checksums have to do. Returns 0, or what
 * went wrong. */
static int notice_damage(bool sealed, const float *floats)
{
    enum { STEPS = 400, DENSE = 200 };
    unsigned char *bytes = NULL;
    size_t size = 0, refused = 0;
    if (file_read("run.h5", SIZE_MAX, &bytes, &size, NULL) != STATUS_OK)
        return 1;
    const size_t content = size - SEAL_SIZE;
    if (!sealed)
        size = content;
    for (size_t step = 0; step < STEPS; step++) {
        size_t at = step < DENSE ? step * 2 : content * (step - DENSE) / (STEPS - DENSE);
        bytes[at] ^= 0x21;
        if (atomic_write("damaged.h5", bytes, size, NULL) != STATUS_OK)
            return 2;
        bytes[at] ^= 0x21;
        enum reading reading = read_small("damaged.h5", floats, SMALL_NUMBER);
        if (reading == WRONG)
            return 3;
        if (something_is_absent("damaged.h5"))
            return 5;
        refused += reading == REFUSED;
    }
    memory_free(bytes);
    return refused > (sealed ? STEPS - 1 : STEPS / 2) ? 0 : 4;
}

static int notice_damage_of_sealed(const void *floats)
{
    return notice_damage(true, floats);
}

static int notice_damage_of_bare(const void *floats)
{
    return notice_damage(false, floats);
}

/* In a child, since HDF5 1.10 loses memory of its own when it refuses a description, which a leak check would find. */
static void test_damaged(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    write_small("run.h5", contents->floats, SMALL_NUMBER);
    assert_int_equal(read_small("run.h5", contents->floats, SMALL_NUMBER), RIGHT);
    assert_int_equal(read_small("run.h5", contents->floats + 1, SMALL_NUMBER), WRONG); /* twins */
    assert_int_equal(read_small("run.h5", contents->floats, SMALL_NUMBER / 2), WRONG);
    assert_int_equal(in_child(notice_damage_of_sealed, contents->floats), 0);
    assert_int_equal(in_child(notice_damage_of_bare, contents->floats), 0);
    free(contents);
    assert_nothing_open();
}

static bool has_seal(const char *path)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(file_read(path, SIZE_MAX, &bytes, &size, NULL), STATUS_OK);
    const bool has = size > SEAL_SIZE && memcmp(bytes + size - SEAL_SIZE, "tenthsum", 8) == 0;
    memory_free(bytes);
    return has;
}

/* Another program's HDF5 takes the seal off with its first change, and writing by us puts it on again. */
static void test_seal_comes_and_goes(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    struct store *store = NULL;
    write_small("run.h5", contents->floats, SMALL_NUMBER);
    assert_true(has_seal("run.h5"));
    const double other = SMALL_NUMBER / 4;
    hid_t file = H5Fopen("run.h5", H5F_ACC_RDWR, H5P_DEFAULT), array = H5Dopen2(file, "/a/b", H5P_DEFAULT);
    assert_true(H5Dwrite(array, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &other) >= 0);
    assert_true(H5Dclose(array) >= 0 && H5Fclose(file) >= 0);
    assert_false(has_seal("run.h5"));
    assert_int_equal(read_small("run.h5", contents->floats, other), RIGHT);
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_true(has_seal("run.h5"));
    assert_int_equal(read_small("run.h5", contents->floats, other), RIGHT);
    free(contents);
    assert_nothing_open();
}

static void test_damage_is_named(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    unsigned char *bytes = NULL;
    size_t size = 0;
    write_small("run.h5", contents->floats, SMALL_NUMBER);
    assert_int_equal(file_read("run.h5", SIZE_MAX, &bytes, &size, NULL), STATUS_OK);
    bytes[size / 2] ^= 1;
    assert_int_equal(atomic_write("run.h5", bytes, size, NULL), STATUS_OK);
    assert_not_opened("run.h5", "is damaged: its bytes are not those that were written; restore a copy of it");
    memory_free(bytes);
    free(contents);
    assert_nothing_open();
}

/* A process without descriptors says nothing of the file. */
static int open_without_descriptors(const void *path)
{
    struct store *store = NULL;
    struct error error = {0};
    const int next = dup(STDIN_FILENO);
    const struct rlimit limit = {(rlim_t)next, (rlim_t)next};
    if (next < 0 || close(next) != 0 || setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    if (store_open(path, &store, &error) != STATUS_FAILED || !strstr(error.message, "Too many open files; raise"))
        return 2;
    if (store_update(path, &store, &error) != STATUS_FAILED || !strstr(error.message, "Too many open files; raise"))
        return 3;
    return strstr(error.message, "damaged") ? 4 : 0;
}

static void test_no_descriptors(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    write_small("run.h5", contents->floats, SMALL_NUMBER);
    assert_int_equal(in_child(open_without_descriptors, "run.h5"), 0);
    free(contents);
}

/* ---- what other programs put into a file ---- */

/* A text of variable length, as h5py writes it, as an attribute. */
static void put_variable_text(hid_t object, const char *key, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    assert_true(H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0);
    hid_t attribute = H5Acreate2(object, key, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, &text) >= 0);
    assert_true(H5Aclose(attribute) >= 0 && H5Sclose(space) >= 0 && H5Tclose(type) >= 0);
}

struct compound {
    int32_t number;
    hvl_t list; /* of doubles */
};

static hid_t compound_type(void)
{
    hid_t list = H5Tvlen_create(H5T_NATIVE_DOUBLE), type = H5Tcreate(H5T_COMPOUND, sizeof(struct compound));
    assert_true(H5Tinsert(type, "number", HOFFSET(struct compound, number), H5T_NATIVE_INT32) >= 0);
    assert_true(H5Tinsert(type, "list", HOFFSET(struct compound, list), list) >= 0 && H5Tclose(list) >= 0);
    return type;
}

static void put_attribute(hid_t object, const char *key, hid_t type, hid_t space, const void *value)
{
    hid_t attribute = H5Acreate2(object, key, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0 && (!value || H5Awrite(attribute, type, value) >= 0) && H5Aclose(attribute) >= 0);
}

/* Attributes of many types: of fixed and of variable length, several values, none, a compound with a list. */
static void put_attributes(hid_t object)
{
    double list[] = {1, 2.5, -3};
    const int32_t numbers[] = {7, 8};
    const struct compound compound = {42, {3, list}};
    const hsize_t two = 2;
    hid_t one = H5Screate(H5S_SCALAR), several = H5Screate_simple(1, &two, NULL), none = H5Screate(H5S_NULL);
    hid_t type = compound_type(), fixed = H5Tcopy(H5T_FORTRAN_S1);
    assert_true(H5Tset_size(fixed, 4) >= 0);
    put_variable_text(object, "note",
                      "gr\xc3\xbc\xc3\x9f"
                      "e");
    put_attribute(object, "fixed", fixed, one, "ab  ");
    put_attribute(object, "numbers", H5T_NATIVE_INT32, several, numbers);
    put_attribute(object, "compound", type, one, &compound);
    put_attribute(object, "empty", H5T_NATIVE_FLOAT, none, NULL);
    assert_true(H5Tclose(fixed) >= 0 && H5Tclose(type) >= 0 && H5Sclose(none) >= 0 && H5Sclose(several) >= 0 &&
                H5Sclose(one) >= 0);
}

static void assert_attributes(hid_t object)
{
    int32_t numbers[2] = {0};
    struct compound compound = {0};
    char *note = NULL, fixed[5] = "";
    hid_t text = H5Tcopy(H5T_C_S1), type = compound_type(), one = H5Screate(H5S_SCALAR);
    assert_true(H5Tset_size(text, H5T_VARIABLE) >= 0 && H5Tset_cset(text, H5T_CSET_UTF8) >= 0);
    const char *const keys[] = {"note", "numbers", "compound", "fixed", "empty"};
    hid_t fixed_type = H5Tcopy(H5T_FORTRAN_S1);
    assert_true(H5Tset_size(fixed_type, 4) >= 0);
    const hid_t types[] = {text, H5T_NATIVE_INT32, type, fixed_type, H5T_NATIVE_FLOAT};
    void *const values[] = {&note, numbers, &compound, fixed, numbers};
    for (size_t i = 0; i < 5; i++) {
        hid_t attribute = H5Aopen(object, keys[i], H5P_DEFAULT);
        assert_true(attribute >= 0 && H5Aread(attribute, types[i], values[i]) >= 0 && H5Aclose(attribute) >= 0);
    }
    assert_string_equal(note, "gr\xc3\xbc\xc3\x9f"
                              "e");
    assert_memory_equal(fixed, "ab  ", 4);
    assert_true(numbers[0] == 7 && numbers[1] == 8);
    assert_true(compound.number == 42 && compound.list.len == 3 && ((double *)compound.list.p)[1] > 2.4);
    assert_true(H5free_memory(note) >= 0 && H5Dvlen_reclaim(type, one, H5P_DEFAULT, &compound) >= 0);
    assert_true(H5Tclose(fixed_type) >= 0 && H5Sclose(one) >= 0 && H5Tclose(type) >= 0 && H5Tclose(text) >= 0);
}

/* An array of texts of variable length. */
static const char *const foreign_texts[] = {"one", "", "three of them"};

static void put_texts(hid_t file, const char *name)
{
    const hsize_t three = 3;
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &three, NULL);
    assert_true(H5Tset_size(type, H5T_VARIABLE) >= 0);
    hid_t array = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, foreign_texts) >= 0);
    assert_true(H5Dclose(array) >= 0 && H5Sclose(space) >= 0 && H5Tclose(type) >= 0);
}

static void assert_texts(hid_t file, const char *name)
{
    char *texts[3] = {0};
    hid_t type = H5Tcopy(H5T_C_S1), array = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(H5Tset_size(type, H5T_VARIABLE) >= 0);
    assert_true(array >= 0 && H5Dread(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(texts[i] ? texts[i] : "", foreign_texts[i]);
        assert_true(H5free_memory(texts[i]) >= 0);
    }
    assert_true(H5Dclose(array) >= 0 && H5Tclose(type) >= 0);
}

/* What can be copied: on the file, on an array and on a group of ours, beside and below them, and links by name. */
static void put_plain_things(const char *path)
{
    static const char *const holders[] = {"/", "/posterior/mu", "/labels", "/new/group"};
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof holders / sizeof holders[0]; i++) {
        hid_t object = H5Oopen(file, holders[i], H5P_DEFAULT);
        put_attributes(object);
        assert_true(H5Oclose(object) >= 0);
    }
    hid_t group = H5Gcreate2(file, "/lab", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Gclose(group) >= 0);
    put_texts(file, "/lab/texts");
    put_texts(file, "/posterior/texts");
    assert_true(H5Lcreate_soft("/posterior/mu", file, "/short", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_soft("/nowhere", file, "/lab/dangling", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_external("other.h5", "/x", file, "/outside", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_external("other.h5", "/x", file, "/new/outside", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Fclose(file) >= 0);
}

static void assert_link(hid_t file, const char *name, H5L_type_t type, const char *wanted)
{
    char value[64] = "";
    const char *other_file, *object;
    unsigned int flags;
    assert_true(H5Lget_val(file, name, value, sizeof value, H5P_DEFAULT) >= 0);
    if (type == H5L_TYPE_SOFT) {
        assert_string_equal(value, wanted);
        return;
    }
    assert_true(H5Lunpack_elink_val(value, sizeof value, &flags, &other_file, &object) >= 0);
    assert_string_equal(other_file, "other.h5");
    assert_string_equal(object, wanted);
}

static void assert_plain_things(const char *path)
{
    static const char *const holders[] = {"/", "/posterior/mu", "/labels", "/new/group"};
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof holders / sizeof holders[0]; i++) {
        hid_t object = H5Oopen(file, holders[i], H5P_DEFAULT);
        assert_attributes(object);
        assert_true(H5Oclose(object) >= 0);
    }
    assert_texts(file, "/lab/texts");
    assert_texts(file, "/posterior/texts");
    assert_link(file, "/short", H5L_TYPE_SOFT, "/posterior/mu");
    assert_link(file, "/lab/dangling", H5L_TYPE_SOFT, "/nowhere");
    assert_link(file, "/outside", H5L_TYPE_EXTERNAL, "/x");
    assert_link(file, "/new/outside", H5L_TYPE_EXTERNAL, "/x");
    assert_true(H5Fclose(file) >= 0);
}

static void test_additions_survive(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    struct stat first, later;
    const size_t many = FLOATS, float_shape[] = {ROWS, COLUMNS, DEPTH}, byte_shape[] = {BYTES, 1};
    contents->note = "ours";
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    struct store *store = NULL;
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_unset(store, "/", "note", &error), STATUS_OK); /* room for another program's of that name */
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    put_plain_things("run.h5");
    assert_plain_things("run.h5");
    for (size_t round = 0; round < 4; round++) {
        contents->note = "gr\xc3\xbc\xc3\x9f"
                         "e";
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(store_set_number(store, "/", "round", (double)round, &error), STATUS_OK);
        assert_int_equal(store_write_float(store, "/posterior/mu", 1, &many, contents->floats, &error), STATUS_OK);
        assert_int_equal(store_write_bytes(store, "/labels", 1, &many, (const uint8_t *)contents->floats, &error),
                         STATUS_OK);
        assert_int_equal(store_write_float(store, "/posterior/mu", 3, float_shape, contents->floats, &error),
                         STATUS_OK);
        assert_int_equal(store_write_bytes(store, "/labels", 2, byte_shape, contents->bytes, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
        assert_plain_things("run.h5");
        assert_true(file_matches("run.h5", contents)); /* a text of variable length is read as well */
        assert_int_equal(stat("run.h5", round == 0 ? &first : &later), 0);
    }
    assert_true(later.st_size <= first.st_size + 4096); /* no gaps */
    free(contents);
    assert_nothing_open();
}

/* What HDF5 does not copy whole: the file is not copied, then. */
static void put_special_things(const char *path)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), one = H5Screate(H5S_SCALAR);
    hobj_ref_t reference;
    hdset_reg_ref_t region;
    hid_t mu = H5Dopen2(file, "/posterior/mu", H5P_DEFAULT), space = H5Dget_space(mu);
    const hsize_t start[] = {1, 2, 3}, count[] = {2, 2, 2};
    assert_true(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0);
    assert_true(H5Rcreate(&reference, file, "/posterior/mu", H5R_OBJECT, -1) >= 0);
    assert_true(H5Rcreate(&region, file, "/posterior/mu", H5R_DATASET_REGION, space) >= 0);
    put_attribute(mu, "itself", H5T_STD_REF_OBJ, one, &reference);
    put_attribute(file, "part", H5T_STD_REF_DSETREG, one, &region);
    hid_t type = H5Tcopy(H5T_NATIVE_INT32);
    const int32_t five = 5;
    assert_true(H5Tcommit2(file, "/kind", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    put_attribute(file, "of_kind", type, one, &five);
    assert_true(H5Lcreate_hard(file, "/posterior", file, "/best", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Oset_comment_by_name(file, "/labels", "a comment", H5P_DEFAULT) >= 0);
    assert_true(H5Tclose(type) >= 0 && H5Sclose(space) >= 0 && H5Dclose(mu) >= 0 && H5Sclose(one) >= 0 &&
                H5Fclose(file) >= 0);
}

static void assert_special_things(const char *path)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hobj_ref_t reference = 0;
    hdset_reg_ref_t region;
    char name[32] = "";
    int32_t number = 0;
    hid_t mu = H5Dopen2(file, "/posterior/mu", H5P_DEFAULT);
    hid_t itself = H5Aopen(mu, "itself", H5P_DEFAULT), part = H5Aopen(file, "part", H5P_DEFAULT),
          of_kind = H5Aopen(file, "of_kind", H5P_DEFAULT);
    assert_true(H5Aread(itself, H5T_STD_REF_OBJ, &reference) >= 0);
    assert_true(H5Rget_name(file, H5R_OBJECT, &reference, name, sizeof name) > 0);
    assert_true(strcmp(name, "/posterior/mu") == 0 || strcmp(name, "/best/mu") == 0);
    assert_true(H5Aread(part, H5T_STD_REF_DSETREG, &region) >= 0);
    hid_t space = H5Rget_region(file, H5R_DATASET_REGION, &region);
    assert_int_equal(H5Sget_select_npoints(space), 8);
    hid_t type = H5Aget_type(of_kind);
    assert_true(H5Tcommitted(type) > 0);
    assert_true(H5Aread(of_kind, H5T_NATIVE_INT32, &number) >= 0 && number == 5);
    H5O_info_t a, b;
    assert_true(H5Oget_info_by_name(file, "/posterior", &a, H5P_DEFAULT) >= 0 &&
                H5Oget_info_by_name(file, "/best", &b, H5P_DEFAULT) >= 0);
    assert_true(a.addr == b.addr);
    assert_true(H5Oget_comment_by_name(file, "/labels", name, sizeof name, H5P_DEFAULT) > 0);
    assert_string_equal(name, "a comment");
    assert_true(H5Tclose(type) >= 0 && H5Sclose(space) >= 0 && H5Aclose(of_kind) >= 0 && H5Aclose(part) >= 0 &&
                H5Aclose(itself) >= 0 && H5Dclose(mu) >= 0 && H5Fclose(file) >= 0);
}

static void test_special_additions_survive(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    contents->note = "ours";
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    put_special_things("run.h5");
    for (size_t round = 0; round < 2; round++) {
        struct store *store = NULL;
        contents->floats[5] = (float)round;
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(fill(store, contents, &error), STATUS_OK);
        assert_int_equal(store_remove(store, "/names", &error), STATUS_OK);
        assert_int_equal(fill(store, contents, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
        assert_true(file_matches("run.h5", contents));
        assert_special_things("run.h5");
    }
    free(contents);
    assert_nothing_open();
}

/* A file of HDF5 1.10's own format says that it is open while it is written to; what is kept must not. */
static void test_newer_format_of_hdf5(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = NULL;
    double value = 0;
    for (size_t special = 0; special < 2; special++) {
        hid_t access = H5Pcreate(H5P_FILE_ACCESS), one = H5Screate(H5S_SCALAR);
        assert_true(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0);
        hid_t file = H5Fcreate("run.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
        hobj_ref_t reference;
        assert_true(H5Rcreate(&reference, file, "/", H5R_OBJECT, -1) >= 0);
        put_attributes(file);
        if (special)
            put_attribute(file, "itself", H5T_STD_REF_OBJ, one, &reference);
        assert_true(H5Fclose(file) >= 0 && H5Sclose(one) >= 0 && H5Pclose(access) >= 0);
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(store_set_number(store, "/", "x", 3, &error), STATUS_OK);
        assert_int_equal(store_commit(store, &error), special ? STATUS_FAILED : STATUS_OK);
        assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(store_get_number(store, "/", "x", &value, NULL), special ? STATUS_DATA : STATUS_OK);
        store_close(store);
    }
    assert_nothing_open();
}

/* What stands in the way of a result is named, and nothing is written. */
static void test_things_in_the_way(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    struct error error = {0};
    struct store *store = NULL;
    unsigned char *before = NULL;
    size_t size = 0;
    const size_t one = 1;
    assert_int_equal(write_file("run.h5", contents, &error), STATUS_OK);
    hid_t file = H5Fopen("run.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Lcreate_soft("/posterior", file, "/link", H5P_DEFAULT, H5P_DEFAULT) >= 0 && H5Fclose(file) >= 0);
    assert_int_equal(file_read("run.h5", SIZE_MAX, &before, &size, &error), STATUS_OK);
    const char *const names[] = {"/new/group", "/link/x", "/link"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        assert_int_equal(store_write_double(store, names[i], 1, &one, contents->doubles, &error), STATUS_FAILED);
        assert_non_null(strstr(error.message, i == 1 ? "/link" : names[i]));
        assert_int_equal(store_commit(store, &error), STATUS_FAILED);
        assert_true(scratch_holds("run.h5", before, size));
    }
    memory_free(before);
    free(contents);
    assert_nothing_open();
}

/* ---- text ---- */

static void test_text_is_utf8(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = NULL;
    const char *const texts[] = {"fine", "gr\xfcn"};
    char *text = NULL;
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_set_text_escaped(store, "/", "path", "/home/gr\xfcn\n/\xc3\xbc", &error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/", "path", &text, &error), STATUS_OK);
    assert_string_equal(text, "/home/gr\\xFCn\\x0A/\xc3\xbc");
    memory_free(text);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_int_equal(store_create("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/", "name", "gr\xfcn", &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "run.h5: /: name is not UTF-8 from its byte 3 on: gr\\xFCn"));
    assert_int_equal(store_write_texts(store, "/texts", 2, texts, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "/texts: a text is not UTF-8"));
    assert_int_equal(store_commit(store, &error), STATUS_FAILED);

    /* Older versions stored any bytes, and other programs say ASCII and store Latin-1. */
    hid_t file = H5Fopen("run.h5", H5F_ACC_RDWR, H5P_DEFAULT), one = H5Screate(H5S_SCALAR), latin = H5Tcopy(H5T_C_S1);
    const int64_t whole = 12;
    assert_true(H5Tset_size(latin, 5) >= 0);
    put_attribute(file, "latin", latin, one, "gr\xfcn\n");
    put_attribute(file, "whole", H5T_STD_I64LE, one, &whole);
    assert_true(H5Tclose(latin) >= 0 && H5Sclose(one) >= 0 && H5Fclose(file) >= 0);
    double number = 0;
    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_get_text(store, "/", "latin", &text, &error), STATUS_OK);
    assert_string_equal(text, "gr\\xFCn\n");
    memory_free(text);
    assert_int_equal(store_get_number(store, "/", "whole", &number, &error), STATUS_OK);
    assert_true(number > 11.5 && number < 12.5);
    store_close(store);
    assert_nothing_open();
}

/* ---- plain files ---- */

static void test_text_files(void **state)
{
    (void)state;
    struct error error = {0};
    char *text = NULL;
    assert_int_equal(atomic_write("a.txt", "one\ntwo", 7, &error), STATUS_OK);
    assert_int_equal(file_read_text("a.txt", 7, &text, &error), STATUS_OK);
    assert_string_equal(text, "one\ntwo");
    memory_free(text);
    assert_int_equal(file_read_text("a.txt", 6, &text, &error), STATUS_DATA);
    assert_null(text);
    assert_non_null(strstr(error.message, "a.txt: is larger than 6 bytes"));
    assert_int_equal(file_read_text("none.txt", 6, &text, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "none.txt: cannot be read: No such file"));
    assert_int_equal(file_read_text(".", 6, &text, &error), STATUS_DATA);
    assert_int_equal(atomic_write("zero.txt", "a\0b", 3, &error), STATUS_OK);
    assert_int_equal(file_read_text("zero.txt", 10, &text, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "byte 1 is 0"));
    assert_null(text);
    /* A stream that never ends stops at the limit, above the first block of memory. */
    unsigned char *bytes = NULL;
    size_t count = 0;
    assert_int_equal(file_read("/dev/zero", 200000, &bytes, &count, &error), STATUS_DATA);
    assert_true(!bytes && count == 0);
}

static void test_absent(void **state)
{
    (void)state;
    static char long_name[5000];
    memset(long_name, 'a', sizeof long_name - 1);
    assert_int_equal(atomic_write("file", "", 0, NULL), STATUS_OK);
    assert_int_equal(symlink("loop", "loop") | symlink("nowhere", "link"), 0);
    assert_true(path_is_absent("no such file"));
    assert_true(path_is_absent("no such directory/file"));
    assert_true(path_is_absent("file/below"));
    assert_false(path_is_absent("file"));
    assert_false(path_is_absent("."));
    assert_false(path_is_absent("link"));
    assert_false(path_is_absent("loop/file")); /* who can tell? */
    assert_false(path_is_absent(long_name));
    assert_int_equal(unlink("file") | unlink("loop") | unlink("link"), 0);
}

static enum status write_text(struct error *error)
{
    return atomic_write("a.txt", "new", 3, error);
}

static void test_faults_in_plain_files(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(atomic_write("a.txt", "old", 3, &error), STATUS_OK);
    size_t faults = 0;
    for (;; faults++) {
        error = (struct error){0};
        fault_arm(faults);
        enum status status = write_text(&error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(scratch_entries(), 1);
        assert_int_equal(status == STATUS_OK, !met);
        assert_true(scratch_holds("a.txt", met ? "old" : "new", 3));
        if (!met)
            break;
        assert_true(strlen(error.message) > 10);
    }
    assert_int_equal(faults, 5); /* two names, write, flush, rename */
    for (faults = 0;; faults++) {
        char *text = NULL;
        fault_arm(faults);
        enum status status = file_read_text("a.txt", 10, &text, &error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status == STATUS_OK, !met);
        memory_free(text);
        if (!met)
            break;
        assert_null(text);
    }
}

static void test_directories(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(directory_ensure("a//b/c/", &error), STATUS_OK);
    assert_int_equal(directory_ensure("a/b/c", &error), STATUS_OK);
    assert_int_equal(access("a/b/c", W_OK), 0);
    assert_int_equal(atomic_write("a/b/file", "x", 1, &error), STATUS_OK);
    assert_int_equal(directory_ensure("a/b/file", &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "a/b/file: cannot be written: Not a directory"));
    assert_int_equal(directory_ensure("a/b/file/d", &error), STATUS_FAILED);
    assert_int_equal(directory_ensure("", &error), STATUS_FAILED);
    assert_int_equal(directory_ensure(".", &error), STATUS_OK);
    /* Publishing onto a directory fails and leaves nothing. */
    assert_int_equal(atomic_write("a/b/c", "x", 1, &error), STATUS_FAILED);
    assert_int_equal(unlink("a/b/file"), 0);
    assert_int_equal(rmdir("a/b/c"), 0);
    assert_int_equal(rmdir("a/b"), 0);
    assert_int_equal(rmdir("a"), 0);
}

static void large_arrays_have_checksums(void **state)
{
    (void)state;
    struct contents *contents = make_contents();
    if (H5Zfilter_avail(H5Z_FILTER_FLETCHER32) <= 0)
        skip();
    write_small("run.h5", contents->floats, SMALL_NUMBER);
    free(contents);
    hid_t file = H5Fopen("run.h5", H5F_ACC_RDONLY, H5P_DEFAULT), array = H5Dopen2(file, "/m", H5P_DEFAULT);
    hid_t properties = H5Dget_create_plist(array);
    int found = 0;
    for (unsigned int i = 0; i < (unsigned int)H5Pget_nfilters(properties); i++) {
        unsigned int flags, configuration;
        size_t values = 0;
        found += H5Pget_filter2(properties, i, &flags, &values, NULL, 0, NULL, &configuration) == H5Z_FILTER_FLETCHER32;
    }
    assert_int_equal(found, 1);
    assert_true(H5Pclose(properties) >= 0 && H5Dclose(array) >= 0 && H5Fclose(file) >= 0);
    assert_nothing_open();
}

/* The files that were flushed, as fsync below saw them. */
static struct {
    bool watched, under_its_name;
    size_t count;
    struct stat last;
} flushed;

/* In the place of the library's. */
int fsync(int descriptor)
{
    struct stat about;
    if (flushed.watched && fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode)) {
        flushed.under_its_name = access("flushed", F_OK) == 0;
        flushed.count++;
        flushed.last = about;
    }
    return fdatasync(descriptor);
}

static void assert_flushed(void)
{
    struct stat about;
    assert_int_equal(stat("flushed", &about), 0);
    assert_int_equal(flushed.count, 1);
    assert_false(flushed.under_its_name);
    assert_true(flushed.last.st_ino == about.st_ino && flushed.last.st_size == about.st_size);
    assert_int_equal(unlink("flushed"), 0);
    flushed.count = 0;
}

static void a_file_is_on_the_disk_before_its_name_is(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = NULL;
    flushed.watched = true;
    assert_int_equal(atomic_write("flushed", "new", 3, &error), STATUS_OK);
    assert_flushed();
    assert_int_equal(store_create("flushed", &store, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/", "note", NOTE, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    assert_flushed();
    flushed.watched = false;
}

int main(void)
{
    /* HDF5 is to lock, whatever it would do by itself: what is read here needs no lock. */
    if (setenv("HDF5_USE_FILE_LOCKING", "TRUE", 1) != 0)
        return 1;
    store_init();
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_round_trip),
        IN_SCRATCH(test_shapes_and_replacing),
        IN_SCRATCH(test_listings),
        IN_SCRATCH(test_update_keeps_the_rest),
        IN_SCRATCH(test_no_gaps),
        IN_SCRATCH(test_two_at_once),
        IN_SCRATCH(test_no_times_in_the_file),
        IN_SCRATCH(test_absent),
        IN_SCRATCH(test_faults_while_creating),
        IN_SCRATCH(test_faults_while_updating),
        IN_SCRATCH(test_faults_while_reading),
        IN_SCRATCH(test_spoiled_store_is_not_committed),
        IN_SCRATCH(test_full_disk),
        IN_SCRATCH(test_limited_file_size),
        IN_SCRATCH(test_places_that_cannot_be_written),
        IN_SCRATCH(test_wrong_requests),
        IN_SCRATCH(test_limits),
        IN_SCRATCH(test_hostile_contents),
        IN_SCRATCH(test_not_a_store),
        IN_SCRATCH(test_broken_hdf5),
        IN_SCRATCH(test_open_elsewhere),
        IN_SCRATCH(test_truncated),
        IN_SCRATCH(test_damaged),
        IN_SCRATCH(large_arrays_have_checksums),
        IN_SCRATCH(a_file_is_on_the_disk_before_its_name_is),
        IN_SCRATCH(test_seal_comes_and_goes),
        IN_SCRATCH(test_damage_is_named),
        IN_SCRATCH(test_no_descriptors),
        IN_SCRATCH(test_additions_survive),
        IN_SCRATCH(test_special_additions_survive),
        IN_SCRATCH(test_newer_format_of_hdf5),
        IN_SCRATCH(test_things_in_the_way),
        IN_SCRATCH(test_text_is_utf8),
        IN_SCRATCH(test_text_files),
        IN_SCRATCH(test_faults_in_plain_files),
        IN_SCRATCH(test_directories),
    };
#undef IN_SCRATCH
    return cmocka_run_group_tests(tests, NULL, NULL);
}

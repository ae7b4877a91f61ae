/* tests/test_corpus.c: every file of tests/corpus through the fuzz target that it is of, once. It holds what make fuzz
 * found, and what covers the readers: what was mended stays mended, and the sanitizers see it without clang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "io/atomic_file.h"

/* One for each tests/fuzz_NAME.c; the Makefile names its function fuzz_NAME. */
#define TARGETS(TARGET)                                                                                                \
    TARGET(array)                                                                                                      \
    TARGET(compare)                                                                                                    \
    TARGET(config)                                                                                                     \
    TARGET(csv)                                                                                                        \
    TARGET(idx)                                                                                                        \
    TARGET(input)                                                                                                      \
    TARGET(model)                                                                                                      \
    TARGET(options)                                                                                                    \
    TARGET(run)                                                                                                        \
    TARGET(series)                                                                                                     \
    TARGET(svg)                                                                                                        \
    TARGET(ucr)

#define DECLARE(name) int fuzz_##name(const uint8_t *bytes, size_t count);
TARGETS(DECLARE)
#undef DECLARE

struct target {
    const char *name;
    int (*run)(const uint8_t *bytes, size_t count);
};

static const struct target targets[] = {
#define ROW(name) {#name, fuzz_##name},
    TARGETS(ROW)
#undef ROW
};
enum { COUNT = sizeof targets / sizeof targets[0], PATH_SIZE = 4096, BYTES_MAX = 1 << 20 };

/* Tests are built in BUILD/tests, where BUILD is build/MODE of the project, unless the Makefile says otherwise. */
static const char *corpus(void)
{
    static char path[PATH_SIZE];
    const char *given = getenv("TEST_CORPUS");
    if (given)
        return given;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 32);
    assert_true(length > 0);
    path[length] = '\0';
    for (int up = 0; up < 4 && strrchr(path, '/'); up++)
        *strrchr(path, '/') = '\0';
    return strcat(path, "/tests/corpus");
}

static void run_file(const struct target *target, const char *path)
{
    unsigned char *bytes = NULL;
    size_t count = 0;
    struct error error = {0};
    assert_int_equal(file_read(path, BYTES_MAX, &bytes, &count, &error), STATUS_OK);
    uint8_t *exact = malloc(count > 0 ? count : 1); /* so that reading beyond the end is seen */
    assert_non_null(exact);
    if (count > 0)
        memcpy(exact, bytes, count);
    memory_free(bytes);
    (void)target->run(exact, count); /* a finding ends the process */
    free(exact);
}

static void corpus_is_harmless(void **state)
{
    const struct target *target = *state;
    char path[2 * PATH_SIZE];
    size_t files = 0;
    (void)snprintf(path, sizeof path, "%s/%s", corpus(), target->name);
    DIR *directory = opendir(path);
    if (!directory)
        fail_msg("%s is not there", path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s/%s", corpus(), target->name, entry->d_name);
        run_file(target, path);
        files++;
    }
    assert_int_equal(closedir(directory), 0);
    assert_true(files > 0);
}

/* A corpus without a target would be looked at by nobody. */
static void each_corpus_has_a_target(void **state)
{
    (void)state;
    size_t found = 0;
    DIR *directory = opendir(corpus());
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        found += entry->d_name[0] != '.';
    assert_int_equal(closedir(directory), 0);
    assert_int_equal(found, COUNT);
}

int main(void)
{
    struct CMUnitTest tests[COUNT + 1] = {cmocka_unit_test(each_corpus_has_a_target)};
    for (size_t i = 0; i < COUNT; i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = targets[i].name, .test_func = corpus_is_harmless, .initial_state = (void *)&targets[i]};
    return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}

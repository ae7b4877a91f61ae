/* lib/run/provenance.c: what a file says about its making is true, as far as another source can tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <zlib.h>

#include "compute/gemm.h"
#include "bayes/posterior_kernels.h"
#include "core/memory.h"
#include "io/store.h"
#include "run/provenance.h"
#include "scratch.h"

/* The tests are compiled against the same headers and libraries as the program. */
static void test_libraries(void **state)
{
    (void)state;
    struct provenance provenance;
    char hdf5[32];
    (void)snprintf(hdf5, sizeof hdf5, "%d.%d.%d", H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
    provenance_gather(&provenance);
    assert_string_equal(provenance.gsl, GSL_VERSION);
    assert_string_equal(provenance.zlib, ZLIB_VERSION);
    assert_string_equal(provenance.hdf5, hdf5);
    assert_string_equal(provenance.gemm, gemm_backend());
    assert_string_equal(provenance.kernels, posterior_kernels()->name);
    assert_true(provenance.inih[0] != '\0');
}

static void test_build(void **state)
{
    (void)state;
    struct provenance provenance;
    provenance_gather(&provenance);
    size_t length = strlen(provenance.version); /* like 0.1.0 */
    assert_true(length >= 5 && strspn(provenance.version, "0123456789.") == length);
    assert_non_null(strstr(provenance.flags, "-std=c17"));
    assert_true(provenance.mode[0] != '\0');
    /* The compiler's own idea of its version stands at the end of its --version line (GCC) or within it (Clang). */
    char version[32];
    (void)snprintf(version, sizeof version, "%d.%d", __GNUC__, __GNUC_MINOR__);
#ifndef __clang__
    assert_non_null(strstr(provenance.compiler, version));
#endif
    /* 40 hexadecimal digits, perhaps with -dirty; or unknown */
    size_t digits = strspn(provenance.commit, "0123456789abcdef");
    assert_true(strcmp(provenance.commit, "unknown") == 0 ||
                (digits == 40 && (!provenance.commit[40] || strcmp(provenance.commit + 40, "-dirty") == 0)));
}

static void test_machine(void **state)
{
    (void)state;
    struct provenance provenance;
    provenance_gather(&provenance);
    assert_true(provenance.processor[0] != '\0' && !strchr(provenance.processor, '\n'));
    assert_true(provenance.cores >= 1 && provenance.cores <= (double)sysconf(_SC_NPROCESSORS_CONF));

    /* This process began within the last hour and not in the future. The kernel's ticks and whole seconds are each good
     * to a second, so two seconds of tolerance are enough. */
    static const int first[] = {0, 5, 8, 11, 14, 17}; /* columns of year, month, day, hour, minute, second */
    int part[6];
    assert_int_equal(strlen(provenance.started), strlen("2018-05-25T09:30:00Z"));
    for (size_t i = 0; i < 6; i++)
        part[i] = (int)strtol(provenance.started + first[i], NULL, 10);
    struct tm start = {.tm_year = part[0] - 1900,
                       .tm_mon = part[1] - 1,
                       .tm_mday = part[2],
                       .tm_hour = part[3],
                       .tm_min = part[4],
                       .tm_sec = part[5]};
    assert_int_equal(setenv("TZ", "UTC0", 1), 0);
    tzset();
    double age = difftime(time(NULL), mktime(&start));
    assert_true(age >= -2 && age < 3600);
}

/* 64 MiB that are really used must show; the page tables and the rest of the program only add to them. */
static void test_peak_memory(void **state)
{
    (void)state;
    const size_t mib = 64;
    double before = provenance_peak_mib(), faults = provenance_page_faults();
    assert_true(before > 0.1 && before < 4096);
    volatile char *block = malloc(mib << 20);
    assert_non_null(block);
    for (size_t i = 0; i < mib << 20; i += 1024)
        block[i] = 1;
    double after = provenance_peak_mib();
    free((void *)block);
    assert_true(after >= (double)mib);
    assert_true(provenance_peak_mib() >= after); /* a peak does not fall */
    assert_true(provenance_page_faults() > faults);
}

static void assert_stored(struct store *store, const char *key, const char *expected)
{
    struct error error = {0};
    char *found = NULL;
    assert_int_equal(store_get_text(store, "/provenance", key, &found, &error), STATUS_OK);
    assert_string_equal(found, expected);
    memory_free(found);
}

static enum status write_file(struct error *error)
{
    struct store *store = NULL;
    enum status status = store_create("run.h5", &store, error);
    if (status != STATUS_OK)
        return status;
    status = provenance_write(store, error);
    if (status == STATUS_OK)
        status = provenance_write(store, error); /* once more, as at the end of a run: it replaces */
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

static void test_written_and_read(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = NULL;
    struct provenance provenance;
    char **keys = NULL;
    size_t count = 0;
    double number = 0;
    assert_int_equal(write_file(&error), STATUS_OK);
    provenance_gather(&provenance);
    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    assert_stored(store, "version", provenance.version);
    assert_stored(store, "commit", provenance.commit);
    assert_stored(store, "compiler", provenance.compiler);
    assert_stored(store, "flags", provenance.flags);
    assert_stored(store, "mode", provenance.mode);
    assert_stored(store, "gsl", provenance.gsl);
    assert_stored(store, "hdf5", provenance.hdf5);
    assert_stored(store, "zlib", provenance.zlib);
    assert_stored(store, "inih", provenance.inih);
    assert_stored(store, "gemm", provenance.gemm);
    assert_stored(store, "kernels", provenance.kernels);
    assert_stored(store, "processor", provenance.processor);
    assert_int_equal(store_get_number(store, "/provenance", "cores", &number, &error), STATUS_OK);
    assert_true(number >= provenance.cores && number <= provenance.cores);
    assert_int_equal(store_get_number(store, "/provenance", "peak_mib", &number, &error), STATUS_OK);
    assert_true(number > 0 && number <= provenance.peak_mib);
    assert_int_equal(store_attributes(store, "/provenance", &keys, &count, &error), STATUS_OK);
    assert_int_equal(count, 15); /* those above and `started`: a new member wants a line here */
    memory_free(keys);
    store_close(store);
}

static void test_faults(void **state)
{
    (void)state;
    size_t faults = 0;
    for (;; faults++) {
        struct error error = {0};
        fault_arm(faults);
        enum status status = write_file(&error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        if (!met) {
            assert_int_equal(status, STATUS_OK);
            break;
        }
        /* What cannot be found out for want of memory is "unknown", which is no failure. */
        assert_true(status == STATUS_OK || strlen(error.message) > 10);
        assert_int_equal(scratch_entries(), status == STATUS_OK ? 1 : 0);
        assert_true(status != STATUS_OK || unlink("run.h5") == 0);
    }
    assert_true(faults > 50);
}

int main(void)
{
    store_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libraries),
        cmocka_unit_test(test_build),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_peak_memory),
        cmocka_unit_test_setup_teardown(test_written_and_read, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_faults, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

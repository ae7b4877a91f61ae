/* lib/core/cpus.c: quotas from made-up trees of /proc and of control groups, and threads that cannot be had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cpus.h"
#include "scratch.h"

struct file {
    const char *path, *text;
};

enum { FILES_MAX = 10 };

static const char UNIFIED_MOUNT[] = "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
static const char OLD_MOUNT[] = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                "31 30 0:28 / /sys/fs/cgroup/cpuset rw shared:9 - cgroup cgroup rw,cpuset\n"
                                "32 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n";

static const struct {
    const char *what;
    int processors;
    struct file files[FILES_MAX];
} trees[] = {
    {"nothing at all", 0, {{0}}},
    {"no quota",
     0,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/\n"},
      {"sys/fs/cgroup/cpu.max", "max 100000\n"}}},
    {"a quota, rounded up",
     2,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/\n"},
      {"sys/fs/cgroup/cpu.max", "150000 100000\n"}}},
    {"exactly three",
     3,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/\n"},
      {"sys/fs/cgroup/cpu.max", "150000 50000"}}},
    {"less than one",
     1,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/\n"},
      {"sys/fs/cgroup/cpu.max", "1000 100000\n"}}},
    {"of the group around it",
     2,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/user/job\n"},
      {"sys/fs/cgroup/user/cpu.max", "200000 100000\n"},
      {"sys/fs/cgroup/user/job/cpu.max", "max 100000\n"}}},
    {"the stricter of two",
     4,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/user/job\n"},
      {"sys/fs/cgroup/user/cpu.max", "900000 100000\n"},
      {"sys/fs/cgroup/user/job/cpu.max", "400000 100000\n"}}},
    {"another group's does not count",
     0,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/user\n"},
      {"sys/fs/cgroup/other/cpu.max", "100000 100000\n"}}},
    {"a container's own view",
     3,
     {{"proc/self/mountinfo", "30 22 0:27 /docker/a1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/docker/a1/inner\n"},
      {"sys/fs/cgroup/inner/cpu.max", "300000 100000\n"}}},
    {"less for the group around it",
     1,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/outer/inner\n"},
      {"sys/fs/cgroup/outer/cpu.max", "100000 100000\n"},
      {"sys/fs/cgroup/outer/inner/cpu.max", "300000 100000\n"}}},
    {"a group that is not below what is mounted",
     2,
     {{"proc/self/mountinfo", "30 22 0:27 /docker/a1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n"},
      {"proc/self/cgroup", "0::/docker/a12\n"},
      {"sys/fs/cgroup/cpu.max", "200000 100000\n"}}},
    {"version 1",
     2,
     {{"proc/self/mountinfo", OLD_MOUNT},
      {"proc/self/cgroup", "9:cpuset:/x\n4:cpu,cpuacct:/job\n0::/\n"},
      {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "120000\n"},
      {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}}},
    {"version 1 without a quota",
     0,
     {{"proc/self/mountinfo", OLD_MOUNT},
      {"proc/self/cgroup", "4:cpu,cpuacct:/job\n"},
      {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n"},
      {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}}},
    {"numbers that are none",
     0,
     {{"proc/self/mountinfo", UNIFIED_MOUNT},
      {"proc/self/cgroup", "0::/job\n"},
      {"sys/fs/cgroup/cpu.max", "many 100000\n"},
      {"sys/fs/cgroup/job/cpu.max", "100000\n"}}},
    {"a period of nothing",
     0,
     {{"proc/self/mountinfo", UNIFIED_MOUNT}, {"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "100000 0\n"}}},
    {"empty files",
     0,
     {{"proc/self/mountinfo", UNIFIED_MOUNT}, {"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", ""}}},
    {"lines that are none",
     0,
     {{"proc/self/mountinfo", "30 - \n\n- cgroup2\n30 22 0:27 / - cgroup2 cgroup2 rw\n"},
      {"proc/self/cgroup", "0\n0:\n::\n"},
      {"sys/fs/cgroup/cpu.max", "100000 100000\n"}}},
};

/* Makes the file below `root`, and the directories that it stands in. */
static void write_below(const char *root, const struct file *file)
{
    char path[512];
    assert_true(snprintf(path, sizeof path, "%s/%s", root, file->path) < (int)sizeof path);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777); /* it may be there */
        *slash = '/';
    }
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(file->text, stream) != EOF);
    assert_int_equal(fclose(stream), 0);
}

static void remove_tree(const char *root)
{
    char command[600];
    assert_true(snprintf(command, sizeof command, "rm -rf '%s'", root) < (int)sizeof command);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

static void test_quotas(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        char root[] = "tree-XXXXXX";
        assert_non_null(mkdtemp(root));
        for (size_t f = 0; f < FILES_MAX && trees[i].files[f].path; f++)
            write_below(root, &trees[i].files[f]);
        const int found = cpus_in_quota(root);
        remove_tree(root);
        if (found != trees[i].processors)
            fail_msg("%s: %d processors, not %d", trees[i].what, found, trees[i].processors);
    }
}

static void test_openmp(void **state)
{
    (void)state;
    const int before = cpus_available();
    assert_in_range(before, 1, omp_get_num_procs());
    omp_set_num_threads(1); /* as OMP_NUM_THREADS=1 does */
    assert_int_equal(cpus_available(), 1);
    omp_set_num_threads(4096);
    assert_in_range(cpus_available(), 1, omp_get_num_procs());
}

/* Where they are not to be had is tried by tests/test_environment.sh, with a limit. */
static void test_threads(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(cpus_check_threads(1, &error), STATUS_OK);
    assert_int_equal(cpus_check_threads(3, &error), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_quotas, scratch_setup, scratch_teardown),
                                       cmocka_unit_test(test_openmp), cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

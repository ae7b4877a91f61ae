/* tests/fuzz_compare.c: any texts as two directories of tables that are compared. Between bytes of 0 they are
 * prune.csv, ood.csv, summary.csv and provenance.csv of one side, then of the other. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { SIDES = 2, TABLES = 4 };
static const char *const tables[TABLES] = {"prune", "ood", "summary", "provenance"};

static void require(int condition)
{
    if (!condition)
        abort();
}

static char directory[256], sides[SIDES][300]; /* made once */

static void leave(void)
{
    char path[1024];
    for (size_t i = 0; i < SIDES; i++) {
        for (size_t t = 0; t < TABLES; t++) {
            (void)snprintf(path, sizeof path, "%s/%s.csv", sides[i], tables[t]);
            (void)unlink(path);
        }
        (void)rmdir(sides[i]);
    }
    (void)rmdir(directory);
}

static void enter(void)
{
    const char *root = getenv("TMPDIR");
    (void)snprintf(directory, sizeof directory, "%s/tenth-fuzz-XXXXXX", root && *root ? root : "/tmp");
    require(mkdtemp(directory) != NULL);
    for (size_t i = 0; i < SIDES; i++) {
        (void)snprintf(sides[i], sizeof sides[i], "%s/%zu", directory, i);
        require(mkdir(sides[i], 0700) == 0);
    }
    (void)atexit(leave);
}

static void write_table(size_t side, size_t table, const uint8_t *bytes, size_t count)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s.csv", sides[side], tables[table]);
    FILE *file = fopen(path, "wb");
    require(file && fwrite(bytes, 1, count, file) == count);
    require(fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!directory[0])
        enter();
    for (size_t i = 0; i < SIDES * TABLES; i++) {
        const uint8_t *end = count > 0 ? memchr(bytes, 0, count) : NULL;
        const size_t length = end ? (size_t)(end - bytes) : count;
        write_table(i / TABLES, i % TABLES, bytes, length);
        bytes += length + (end != NULL);
        count -= length + (end != NULL);
    }
    struct comparison comparison;
    struct error error = {0};
    enum status status = compare_directories(sides[0], sides[1], &comparison, &error);
    require(status == STATUS_OK || error.message[0]);
    for (size_t i = 0; status == STATUS_OK && i < comparison.count; i++)
        require(comparison.rows[i].a_seeds > 0 && comparison.rows[i].b_seeds > 0);
    require(status != STATUS_OK || comparison.disagreeing <= comparison.count);
    comparison_free(&comparison);
    return 0;
}

/* tests/test_compare.c: tables read from CSV, and two directories of them held against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "core/memory.h"
#include "core/stats.h"
#include "results/compare.h"
#include "run/tables.h"
#include "scratch.h"

/* ---- CSV ---- */

static void csv_is_matched_by_the_names_of_columns(void **state)
{
    (void)state;
    struct error error = {0};
    const struct table_kind *kind = table_find("prune");
    struct table *table = table_create(kind, &error);
    assert_int_equal(table_read_csv(table,
                                    "accuracy,stranger,criterion,run,nll\n"
                                    ".5,7,\"a \"\"quoted\"\", name\",x,\n"
                                    "1e-3,8,snr,y,2\r\n",
                                    "text", &error),
                     STATUS_OK);
    assert_int_equal(table_rows(table), 2);
    const union table_cell *row = table_row(table, 0);
    assert_near(row[table_column_index(kind, "accuracy")].number, .5, 0);
    assert_string_equal(row[table_column_index(kind, "criterion")].text, "a \"quoted\", name");
    assert_true(isnan(row[table_column_index(kind, "nll")].number));
    assert_true(isnan(row[table_column_index(kind, "ece")].number));
    assert_string_equal(row[table_column_index(kind, "dataset")].text, "");
    assert_near(table_row(table, 1)[table_column_index(kind, "nll")].number, 2, 0);
    table_free(table);
}

static void what_is_printed_is_read_back(void **state)
{
    (void)state;
    struct error error = {0};
    const struct table_kind *kind = table_find("ood");
    struct table *table = table_create(kind, &error), *again = table_create(kind, &error);
    union table_cell cells[32];
    for (size_t c = 0; c < kind->column_count; c++) {
        if (kind->columns[c].unit)
            cells[c].number = c % 2 ? NAN : .25 * (double)c;
        else
            cells[c].text = c % 2 ? "plain" : "a, \"b\"";
    }
    assert_int_equal(table_add(table, cells, &error), STATUS_OK);
    char text[4096] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    assert_int_equal(table_write(table, TABLE_CSV, stream, &error), STATUS_OK);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(table_read_csv(again, text, "text", &error), STATUS_OK);
    assert_int_equal(table_rows(again), 1);
    for (size_t c = 0; c < kind->column_count; c++) {
        union table_cell cell = table_row(again, 0)[c];
        if (!kind->columns[c].unit)
            assert_string_equal(cell.text, cells[c].text);
        else if (isnan(cells[c].number))
            assert_true(isnan(cell.number));
        else
            assert_near(cell.number, cells[c].number, 0);
    }
    table_free(table);
    table_free(again);
}

static void broken_csv_is_refused_and_adds_nothing(void **state)
{
    (void)state;
    static const char *const broken[] = {"", "accuracy,run\n.5\n", "accuracy,run\n.5,a\n.6,b,c\n",
                                         "accuracy,run\n.5,a\nhalf,b\n"};
    static const char *const says[] = {"no header", "text:2", "text:3", "\"half\" in column accuracy"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct error error = {0};
        struct table *table = table_create(table_find("prune"), &error);
        assert_int_equal(table_read_csv(table, broken[i], "text", &error), STATUS_DATA);
        assert_non_null(strstr(error.message, says[i]));
        assert_int_equal(table_rows(table), 0);
        table_free(table);
    }
}

/* ---- directories ---- */

static void write_text(const char *path, const char *text)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* A prune table with one point, three accuracies, and one of a threshold, which is not compared. */
static void write_prune(const char *directory, double shift, const char *more)
{
    char text[2048], path[64];
    (void)snprintf(text, sizeof text,
                   "run,criterion,grid,fraction,accuracy,accuracy_low,accuracy_high\n"
                   "m_seed1,snr,fraction,.9,%g,.5,.52\nm_seed2,snr,fraction,.9,%g,.5,.52\n"
                   "m_seed3,snr,fraction,.9,%g,.5,.52\nm_seed1,snr,threshold,.9,%g,.5,.52\n%s",
                   .50 + shift, .51 + shift, .52 + shift, shift, more);
    (void)snprintf(path, sizeof path, "%s/prune.csv", directory);
    (void)mkdir(directory, 0700);
    write_text(path, text);
}

static void remove_prune(const char *directory)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/prune.csv", directory);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/summary.csv", directory);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/provenance.csv", directory);
    (void)unlink(path);
    (void)rmdir(directory);
}

/* s = .01 on both sides: half-width t(.975, 4) s sqrt(2/3) = 2.776445 * .01 * .8164966 = .0226696; the items' .01 on
 * either side in squares: .0267191. Two numbers: the interval is z(.9875) / z(.975) = 2.241403 / 1.959964 times as
 * wide, .0305558. */
static void the_interval_of_the_difference_decides(void **state)
{
    (void)state;
    static const char other[] = "n_seed1,snr,fraction,.9,.7,.6,.8\n";
    static const struct {
        double shift;
        size_t disagreeing;
    } cases[] = {{0, 0}, {.0305, 0}, {-.0305, 0}, {.0307, 1}, {-.0307, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        struct comparison comparison;
        write_prune("a", 0, other);
        write_prune("b", cases[i].shift, other);
        assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_OK);
        assert_int_equal(comparison.count, 2);
        assert_int_equal(comparison.disagreeing, cases[i].disagreeing);
        assert_int_equal(comparison_agrees(&comparison), cases[i].disagreeing == 0);
        assert_int_equal(comparison.alone, 0);
        assert_int_equal(comparison.without_spread, 1); /* n has one seed */
        if (cases[i].disagreeing) {
            assert_string_equal(comparison.rows[0].run, "m"); /* the worst first */
            assert_near(comparison.rows[0].allowed, .0305558, 1e-6);
            assert_near(comparison.rows[0].a, .51, 1e-12);
            assert_int_equal(comparison.rows[0].a_seeds, 3);
        }
        comparison_free(&comparison);
    }
    remove_prune("a");
    remove_prune("b");
}

static void what_cannot_be_compared_is_said(void **state)
{
    (void)state;
    struct error error = {0};
    struct comparison comparison;
    write_prune("a", 0, "");
    assert_int_equal(compare_directories("a", "nowhere", &comparison, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "nowhere"));
    comparison_free(&comparison);
    (void)mkdir("b", 0700);
    write_text("b/prune.csv", "run,criterion,grid,fraction,accuracy\nother_seed1,snr,fraction,.9,.5\n");
    assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_USAGE);
    comparison_free(&comparison);
    write_prune("b", 0, "");
    write_text("a/summary.csv", "dataset,run,data_source\nmnist,m_seed1,official files\n");
    write_text("b/summary.csv", "dataset,run,data_source\nmnist,m_seed1,SYNTHETIC\n");
    assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_OK);
    assert_int_equal(comparison.disagreeing, 0);
    assert_false(comparison_agrees(&comparison)); /* equal numbers on other data are no agreement */
    assert_string_equal(comparison.sources, "mnist: official files against SYNTHETIC");
    comparison_free(&comparison);
    remove_prune("a");
    remove_prune("b");
}

#define PROVENANCE "key,value,run\n"

/* Keys of both, of the first seed, but those of [run]: nothing else is named, and nothing where one side says none. */
static void other_configs_are_named(void **state)
{
    (void)state;
    struct error error = {0};
    struct comparison comparison;
    static const char *const other[] = {PROVENANCE
                                        "commit,1,m_seed1\nconfig run.seeds,5,m_seed1\nconfig train.epochs,40,m_seed1\n"
                                        "config posterior.temperature,.1,m_seed1\nconfig train.old,1,m_seed1\n"
                                        "config train.epochs,7,m_seed2\nconfig train.epochs,3,only_a_seed1\n",
                                        PROVENANCE "commit,1,m_seed1\n", PROVENANCE};
    write_prune("a", 0, "");
    write_prune("b", 0, "");
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        write_text("a/provenance.csv", other[i]);
        write_text("b/provenance.csv", PROVENANCE "config train.epochs,9,n_seed1\n"
                                                  "commit,2,m_seed2\nconfig run.seeds,1,m_seed2\n"
                                                  "config train.epochs,32,m_seed2\nconfig train.batch,4,m_seed2\n"
                                                  "config posterior.temperature,.2,m_seed2\n");
        assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_OK);
        assert_true(comparison_agrees(&comparison));
        assert_string_equal(comparison.configs,
                            i > 0 ? "" : "m: train.epochs 40 against 32, posterior.temperature .1 against .2\n");
        comparison_free(&comparison);
    }
    remove_prune("a");
    remove_prune("b");
}

static void allocation_failures_are_reported(void **state)
{
    (void)state;
    bool met = true;
    write_prune("a", 0, "");
    write_text("a/provenance.csv", PROVENANCE "config train.epochs,40,m_seed1\n");
    for (size_t successes = 0; met; successes++) {
        struct error error = {0};
        struct comparison comparison;
        fault_arm(successes);
        enum status status = compare_directories("a", "a", &comparison, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_true(met ? status != STATUS_OK && error.message[0] : status == STATUS_OK);
        comparison_free(&comparison);
    }
    remove_prune("a");
}

/* A table that is there and cannot be looked at is not a table that is not there. */
static void a_table_that_cannot_be_looked_at_is_an_error(void **state)
{
    (void)state;
    struct error error = {0};
    struct comparison comparison;
    write_prune("a", 0, "");
    write_prune("b", 0, "");
    assert_int_equal(symlink("ood.csv", "b/ood.csv"), 0);
    assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "b/ood.csv: cannot be read: "));
    comparison_free(&comparison);
    assert_int_equal(unlink("b/ood.csv"), 0);
    remove_prune("a");
    remove_prune("b");
}

/* Many runs of as many names, points and keys, which are found one by one. */
static void many_runs_are_compared(void **state)
{
    (void)state;
    enum { RUNS = 20000 };
    static const char *const sides[] = {"a", "b"};
    struct comparison comparison;
    struct error error = {0};
    for (size_t s = 0; s < 2; s++) {
        char path[32];
        assert_int_equal(mkdir(sides[s], 0700), 0);
        (void)snprintf(path, sizeof path, "%s/ood.csv", sides[s]);
        FILE *ood = fopen(path, "w");
        (void)snprintf(path, sizeof path, "%s/summary.csv", sides[s]);
        FILE *summary = fopen(path, "w");
        (void)snprintf(path, sizeof path, "%s/provenance.csv", sides[s]);
        FILE *provenance = fopen(path, "w");
        assert_true(ood && summary && provenance);
        (void)fputs("run,ood,entropy,entropy_low,entropy_high\n", ood);
        (void)fputs("run,dataset,data_source\n", summary);
        (void)fputs("run,key,value\n", provenance);
        for (int i = 0; i < RUNS; i++) {
            (void)fprintf(ood, "r%d,noise,.5,.4,.6\n", i);
            (void)fprintf(summary, "r%d,d%d,official files\n", i, i);
            (void)fprintf(provenance, "r%d,config train.epochs,%d\nr0,config k%d,%zu\nr0,build,\n", i, i, i, s);
        }
        assert_int_equal(fclose(ood) | fclose(summary) | fclose(provenance), 0);
    }
    assert_int_equal(compare_directories("a", "b", &comparison, &error), STATUS_OK);
    assert_int_equal(comparison.count, RUNS);
    assert_int_equal(comparison.disagreeing, 0);
    assert_string_equal(comparison.sources, "");
    assert_true(strncmp(comparison.configs, "r0: k0 0 against 1", 18) == 0);
    comparison_free(&comparison);
    for (size_t s = 0; s < 2; s++) {
        static const char *const tables[] = {"ood", "summary", "provenance"};
        for (size_t t = 0; t < 3; t++) {
            char path[32];
            (void)snprintf(path, sizeof path, "%s/%s.csv", sides[s], tables[t]);
            assert_int_equal(unlink(path), 0);
        }
        assert_int_equal(rmdir(sides[s]), 0);
    }
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_matched_by_the_names_of_columns),
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(broken_csv_is_refused_and_adds_nothing),
        RUN_TEST(the_interval_of_the_difference_decides),
        RUN_TEST(what_cannot_be_compared_is_said),
        RUN_TEST(other_configs_are_named),
        RUN_TEST(allocation_failures_are_reported),
        RUN_TEST(a_table_that_cannot_be_looked_at_is_an_error),
        RUN_TEST(many_runs_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

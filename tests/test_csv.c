/* lib/io/csv.c: what the tables' own writer makes is read back; what is torn is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "io/csv.h"

static void test_cells(void **state)
{
    (void)state;
    struct error error = {0};
    struct csv csv;
    assert_int_equal(csv_parse("a,b,c\n1,,\"x, \"\"y\"\"\"\r\n.5,nan?,\n", "t.csv", &csv, &error), STATUS_OK);
    assert_int_equal(csv.columns, 3);
    assert_int_equal(csv.rows, 2);
    assert_int_equal(csv_column(&csv, "c"), 2);
    assert_true(csv_column(&csv, "d") == SIZE_MAX);
    assert_string_equal(csv_cell(&csv, 0, 2), "x, \"y\"");
    assert_string_equal(csv_cell(&csv, 1, 2), "");
    assert_string_equal(csv_cell(&csv, 2, 0), "");
    assert_string_equal(csv_cell(&csv, 0, SIZE_MAX), "");
    assert_true(csv_number(&csv, 1, 0) == 0.5);
    assert_true(isnan(csv_number(&csv, 0, 1)));
    assert_true(isnan(csv_number(&csv, 1, 1)));
    csv_free(&csv);
    /* with a byte order mark, as spreadsheets save it */
    assert_int_equal(csv_parse("\xEF\xBB\xBF"
                               "a,b\n1,2\n",
                               "t.csv", &csv, &error),
                     STATUS_OK);
    assert_int_equal(csv_column(&csv, "a"), 0);
    csv_free(&csv);
}

static void test_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns, rows;
    } good[] = {{"a", 1, 0},       {"a\n", 1, 0},      {"a,b\n1,2", 2, 1},
                {"a,b\n1,", 2, 1}, {"a,b\n,\n", 2, 1}, {"\"a\"\n\"b\nc\"\n", 1, 1}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct csv csv;
        assert_int_equal(csv_parse(good[i].text, "t.csv", &csv, NULL), STATUS_OK);
        assert_int_equal(csv.columns, good[i].columns);
        assert_int_equal(csv.rows, good[i].rows);
        csv_free(&csv);
    }
}

/* Names go into the names of files and of variables: nothing else may be in them. */
static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"x[1];system \"\"id\"\" #",
                                      "",
                                      "A",
                                      "a b",
                                      "a\nb",
                                      "a'",
                                      "$(id)",
                                      "`id`",
                                      "../a",
                                      "-a",
                                      "a\\",
                                      "*",
                                      "<script>",
                                      "@a",
                                      "a\t",
                                      "\303\244",
                                      "a.b",
                                      "=a"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        struct csv csv;
        char text[64];
        (void)snprintf(text, sizeof text, "dataset,\"%s\"\n1,2\n", bad[i]);
        assert_int_equal(csv_parse(text, "t.csv", &csv, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, "t.csv:1: a column is called"));
        assert_null(csv.cells);
        assert_false(csv_is_name(bad[i]));
    }
    assert_true(csv_is_name("_a9_") && csv_is_name("0"));
}

static void test_refused(void **state)
{
    (void)state;
    struct error error = {0};
    struct csv csv;
    assert_int_equal(csv_parse("a,b,a\n1,2,3\n", "t.csv", &csv, &error), STATUS_DATA);
    assert_string_equal(error.message, "t.csv:1: two columns are called \"a\"; rename or remove one");
    assert_int_equal(csv_parse("", "t.csv", &csv, &error), STATUS_DATA);
    assert_int_equal(csv_parse("a,b\n1,2\n3\n", "t.csv", &csv, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "t.csv:3"));
    assert_null(csv.cells);
    for (size_t successes = 0;; successes++) {
        fault_arm(successes);
        enum status status = csv_parse("a,b\n1,2\n", "t.csv", &csv, &error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        csv_free(&csv);
        if (!met)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells), cmocka_unit_test(test_ends),
                                       cmocka_unit_test(test_names), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/io/table.c: rows go to a file and come back; text output is what the tables' readers expect, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/store.h"
#include "run/tables.h"
#include "scratch.h"

/* The columns that people outside read, by position: table.def may add to their ends, but not change them. */
static void test_kinds_keep_their_columns(void **state)
{
    (void)state;
    static const struct {
        const char *name, *columns;
    } published[] = {
        {"train", "dataset,method,seed,epoch,loss,nll,kl,accuracy_train,accuracy_val,sigma_median,seconds"},
        {"prune", "dataset,method,seed,criterion,fraction,fraction_tensor_mean,threshold,accuracy,"
                  "accuracy_mean_weights,nll,ece,entropy,items"},
        {"perturb", "dataset,method,seed,perturbation,strength,accuracy,entropy,mutual_information,"
                    "variation_ratio,std,nll,ece,brier,items"},
        {"summary", "dataset,method,seed,parameters,accuracy,nll,ece,brier,entropy,train_seconds,peak_mib"},
        {"bench", "dataset,method,batch,filters,threads,ms_per_step,gflops,sgemm_gflops,share_gemm,share_im2col,"
                  "share_sampling,share_optimizer,peak_mib"},
    };
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        const struct table_kind *kind = table_find(published[i].name);
        assert_non_null(kind);
        char header[1024] = "";
        for (size_t c = 0; c < kind->column_count; c++) {
            size_t used = strlen(header);
            (void)snprintf(header + used, sizeof header - used, "%s%s", c > 0 ? "," : "", kind->columns[c].name);
        }
        assert_memory_equal(header, published[i].columns, strlen(published[i].columns));
    }
    assert_null(table_find("none"));
    assert_null(table_find(""));
}

static void test_registry(void **state)
{
    (void)state;
    size_t count = 0;
    const struct table_kind *kinds = table_kinds(&count);
    assert_true(count >= 4);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(table_find(kinds[i].name), &kinds[i]);
        assert_true(kinds[i].help[0] != '\0' && kinds[i].column_count > 0);
        for (size_t c = 0; c < kinds[i].column_count; c++)
            assert_int_equal(table_column_index(&kinds[i], kinds[i].columns[c].name), c); /* no name twice */
        assert_true(table_column_index(&kinds[i], "none") == SIZE_MAX);
    }
    const struct table_kind *train = table_find("train");
    assert_int_equal(train->origin, TABLE_OF_RUNS);
    assert_int_equal(table_find("bench")->origin, TABLE_OF_COMMAND);
    assert_int_equal(table_find("gaussian")->origin, TABLE_OF_FORMULA);
    assert_null(train->columns[0].unit);
    assert_string_equal(train->columns[4].unit, "nats");
}

enum { SIGMA_COLUMNS = 10, METHOD = 1, SEED = 2, Q95 = 8 };

/* A row of table `sigma`, whose ten columns serve as the example. */
static enum status add_sigma(struct table *table, const char *dataset, const char *method, double seed, double q05,
                             struct error *error)
{
    const union table_cell cells[SIGMA_COLUMNS] = {
        {.text = dataset}, {.text = method}, {.number = seed}, {.number = 0},        {.number = q05},
        {.number = NAN},   {.number = 1e-7}, {.number = -0.5}, {.number = 12345678}, {.text = "r"}};
    return table_add(table, cells, error);
}

static struct table *make_table(void)
{
    struct error error = {0};
    struct table *table = table_create(table_find("sigma"), &error);
    assert_non_null(table);
    assert_int_equal(table_kind_of(table)->column_count, SIGMA_COLUMNS);
    assert_int_equal(add_sigma(table, "mnist", "vi", 1, 0.1, &error), STATUS_OK);
    assert_int_equal(add_sigma(table, "a,b", "say \"x\"", 2147483647, 1.0 / 3, &error), STATUS_OK);
    assert_int_equal(add_sigma(table, "tab\there", NULL, -0.0, 1e300, &error), STATUS_OK);
    return table;
}

static void read_stream(FILE *stream, char *text, size_t size)
{
    rewind(stream);
    size_t length = fread(text, 1, size - 1, stream);
    assert_true(length > 0 && length < size - 1);
    text[length] = '\0';
}

static void print_table(const struct table *table, enum table_format format, char *text, size_t size)
{
    struct error error = {0};
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_int_equal(table_write(table, format, stream, &error), STATUS_OK);
    read_stream(stream, text, size);
    assert_int_equal(fclose(stream), 0);
}

static void test_text_output(void **state)
{
    (void)state;
    struct table *table = make_table();
    char text[2048];
    print_table(table, TABLE_CSV, text, sizeof text);
    assert_string_equal(text, "dataset,method,seed,epoch,q05,q25,q50,q75,q95,run\n"
                              "mnist,vi,1,0,0.1,,1e-07,-0.5,12345678,r\n"
                              "\"a,b\",\"say \"\"x\"\"\",2147483647,0,0.333333,,1e-07,-0.5,12345678,r\n"
                              "tab\there,,0,0,1e+300,,1e-07,-0.5,12345678,r\n");
    print_table(table, TABLE_TSV, text, sizeof text);
    assert_string_equal(text, "dataset\tmethod\tseed\tepoch\tq05\tq25\tq50\tq75\tq95\trun\n"
                              "mnist\tvi\t1\t0\t0.1\t\t1e-07\t-0.5\t12345678\tr\n"
                              "a,b\tsay \"x\"\t2147483647\t0\t0.333333\t\t1e-07\t-0.5\t12345678\tr\n"
                              "tab here\t\t0\t0\t1e+300\t\t1e-07\t-0.5\t12345678\tr\n");
    table_free(table);
}

/* Whatever a name holds, a row stays a row with its cells, and no terminal gets control characters. */
static void test_output_of_any_text(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = table_create(table_find("sigma"), &error), *back = table_create(table_find("sigma"), &error);
    char text[2048], longer[300];
    assert_true(table && back);
    memset(longer, '"', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(add_sigma(table, "one, \"x\"", "\x1B[31mred\x7F \xFF \xC2\x9B \xC3\xBC", 1, 0, &error), STATUS_OK);
    assert_int_equal(add_sigma(table, longer, "", 1, 0, &error), STATUS_OK);
    print_table(table, TABLE_CSV, text, sizeof text);
    assert_non_null(strstr(text, "\n\"one, \"\"x\"\"\",\\x1B[31mred\\x7F \\xFF \\xC2\\x9B \xC3\xBC,1,"));
    assert_int_equal(table_read_csv(back, text, "t.csv", &error), STATUS_OK);
    assert_int_equal(table_rows(back), 2);
    assert_string_equal(table_text(back, 0, "dataset"), "one, \"x\"");
    assert_string_equal(table_text(back, 1, "dataset"), longer);
    print_table(table, TABLE_TSV, text, sizeof text);
    assert_non_null(strstr(text, "\none, \"x\"\t\\x1B[31mred\\x7F \\xFF \\xC2\\x9B \xC3\xBC\t1\t"));
    table_free(table);
    table_free(back);
}

/* A spreadsheet opens what `tenth table` prints, and a run's file may be another's. */
static void no_text_is_a_formula(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"=HYPERLINK(\"a\")", "\n\"\\x3DHYPERLINK(\"\"a\"\")\","},
        {"@SUM(1)", "\n\\x40SUM(1),"},
        {"-2+3+cmd|' /C calc'!A0", "\n\\x2D2+3+cmd|' /C calc'!A0,"},
        {"+f(1)", "\n\\x2Bf(1),"},
        {"-std=c17", "\n-std=c17,"},
        {"-1", "\n-1,"},
        {"a=1", "\na=1,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        struct table *table = table_create(table_find("sigma"), &error);
        assert_non_null(table);
        assert_int_equal(add_sigma(table, cases[i].text, "vi", 1, 0, &error), STATUS_OK);
        char text[512];
        print_table(table, TABLE_CSV, text, sizeof text);
        assert_non_null(strstr(text, cases[i].printed));
        table_free(table);
    }
}

/* Six digits of what has a fraction, which are the same once they are read. */
static void a_number_has_one_text(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *printed;
    } cases[] = {
        {22222222.5, ",22222222,"},  {999999.4, ",999999,"}, {999999.7, ",1000000,"},
        {-1234567.25, ",-1234567,"}, {99999.96, ",100000,"}, {999999999999999.9, ",1e+15,"},
        {1e15 + 1, ",1e+15,"},       {1e15, ",1e+15,"},      {.1234567, ",0.123457,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        struct table *table = table_create(table_find("sigma"), &error),
                     *back = table_create(table_find("sigma"), &error);
        assert_true(table && back);
        assert_int_equal(add_sigma(table, "mnist", "vi", 1, cases[i].number, &error), STATUS_OK);
        char text[512], again[512];
        print_table(table, TABLE_CSV, text, sizeof text);
        assert_non_null(strstr(text, cases[i].printed));
        assert_int_equal(table_read_csv(back, text, "t.csv", &error), STATUS_OK);
        print_table(back, TABLE_CSV, again, sizeof again);
        assert_string_equal(text, again);
        table_free(table);
        table_free(back);
    }
}

static void test_full_output(void **state)
{
    (void)state;
    struct table *table = make_table();
    struct error error = {0};
    FILE *stream = fopen("/dev/full", "w");
    if (!stream) {
        table_free(table);
        print_message("skipped: there is no /dev/full to write to\n");
        skip();
    }
    assert_int_equal(table_write(table, TABLE_CSV, stream, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "table sigma cannot be written: No space left on device"));
    (void)fclose(stream); /* fails again, as it must */
    table_free(table);
}

static bool same_cell(const struct table_column *column, union table_cell a, union table_cell b)
{
    if (!column->unit)
        return strcmp(a.text, b.text) == 0;
    return memcmp(&a.number, &b.number, sizeof a.number) == 0;
}

/* Cell by cell and to the bit; NaN equals NaN. */
static bool same_tables(const struct table *a, const struct table *b)
{
    const struct table_kind *kind = table_kind_of(a);
    bool same = kind == table_kind_of(b) && table_rows(a) == table_rows(b);
    for (size_t row = 0; same && row < table_rows(a); row++) {
        for (size_t c = 0; same && c < kind->column_count; c++)
            same = same_cell(&kind->columns[c], table_row(a, row)[c], table_row(b, row)[c]);
    }
    return same;
}

static enum status save_file(const char *path, const struct table *table, struct error *error)
{
    struct store *store = NULL;
    enum status status = store_create(path, &store, error);
    if (status != STATUS_OK)
        return status;
    status = table_save(table, store, error);
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

/* NULL on failure. */
static struct table *load_file(const char *path, const struct table_kind *kind, struct error *error)
{
    struct store *store = NULL;
    if (store_open(path, &store, error) != STATUS_OK)
        return NULL;
    struct table *table = table_create(kind, error);
    if (table && table_load(table, store, error) != STATUS_OK) {
        assert_int_equal(table_rows(table), 0);
        table_free(table);
        table = NULL;
    }
    store_close(store);
    return table;
}

static void test_save_and_load(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = make_table();
    assert_int_equal(save_file("run.h5", table, &error), STATUS_OK);
    struct table *loaded = load_file("run.h5", table_kind_of(table), &error);
    assert_non_null(loaded);
    assert_true(same_tables(table, loaded));

    /* Twins: one number, one text, one row. */
    struct table *other = table_create(table_find("sigma"), &error);
    assert_int_equal(add_sigma(other, "mnist", "vi", 1, 0.1, &error), STATUS_OK);
    assert_int_equal(add_sigma(other, "a,b", "say \"x\"", 2147483647, 1.0 / 3 + 1e-16, &error), STATUS_OK);
    assert_false(same_tables(other, loaded));
    assert_int_equal(add_sigma(other, "tab\there", NULL, -0.0, 1e300, &error), STATUS_OK);
    assert_false(same_tables(other, loaded));
    table_free(other);
    table_free(loaded);

    /* Saving again replaces; an empty table is a table. */
    struct table *empty = table_create(table_find("sigma"), &error);
    struct store *store = NULL;
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(table_save(empty, store, &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    loaded = load_file("run.h5", table_kind_of(table), &error);
    assert_non_null(loaded);
    assert_true(same_tables(empty, loaded));
    table_free(loaded);
    table_free(empty);
    table_free(table);
}

/* Loading appends: tables of many files become one. More rows than the first room for them. */
static void test_loading_appends(void **state)
{
    (void)state;
    enum { COPIES = 40 };
    struct error error = {0};
    struct table *table = make_table();
    struct table *all = table_create(table_kind_of(table), &error);
    struct store *store = NULL;
    assert_int_equal(save_file("run.h5", table, &error), STATUS_OK);
    assert_int_equal(store_open("run.h5", &store, &error), STATUS_OK);
    for (size_t i = 0; i < COPIES; i++)
        assert_int_equal(table_load(all, store, &error), STATUS_OK);
    store_close(store);
    assert_int_equal(table_rows(all), COPIES * table_rows(table));
    for (size_t row = 0; row < table_rows(all); row++) {
        const union table_cell *found = table_row(all, row), *expected = table_row(table, row % table_rows(table));
        for (size_t c = 0; c < SIGMA_COLUMNS; c++)
            assert_true(same_cell(&table_kind_of(table)->columns[c], found[c], expected[c]));
    }
    table_free(all);
    table_free(table);
}

/* Files of an older version lack the columns that came later. */
static void test_missing_columns(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = make_table();
    struct store *store = NULL;
    assert_int_equal(save_file("run.h5", table, &error), STATUS_OK);
    assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
    assert_int_equal(store_remove(store, "/tables/sigma/dataset", &error), STATUS_OK);
    assert_int_equal(store_remove(store, "/tables/sigma/q95", &error), STATUS_OK);
    assert_int_equal(store_commit(store, &error), STATUS_OK);
    struct table *loaded = load_file("run.h5", table_kind_of(table), &error);
    assert_non_null(loaded);
    assert_int_equal(table_rows(loaded), 3);
    assert_string_equal(table_row(loaded, 1)[0].text, "");
    assert_string_equal(table_row(loaded, 1)[METHOD].text, "say \"x\"");
    assert_true(isnan(table_row(loaded, 1)[Q95].number));
    assert_true(table_row(loaded, 1)[SEED].number > 2147483646.5);
    table_free(loaded);
    table_free(table);
}

static void test_damaged_tables(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = make_table();
    struct store *store = NULL;
    const size_t two = 2, square[] = {1, 3};
    const double numbers[] = {1, 2, 3};
    const char *const texts[] = {"1", "2", "3"};
    const char *column = "/tables/sigma/q05";
    for (size_t damage = 0; damage < 4; damage++) {
        assert_int_equal(save_file("run.h5", table, &error), STATUS_OK);
        assert_int_equal(store_update("run.h5", &store, &error), STATUS_OK);
        const enum status written[] = {
            damage == 0 ? store_write_double(store, column, 1, &two, numbers, &error) : STATUS_OK,
            damage == 1 ? store_write_double(store, column, 2, square, numbers, &error) : STATUS_OK,
            damage == 2 ? store_write_texts(store, column, 3, texts, &error) : STATUS_OK,
            damage == 3 ? store_remove(store, "/tables/sigma", &error) : STATUS_OK,
        };
        assert_int_equal(written[damage], STATUS_OK);
        assert_int_equal(store_commit(store, &error), STATUS_OK);
        assert_null(load_file("run.h5", table_kind_of(table), &error));
        assert_int_equal(error.status, STATUS_DATA);
        assert_non_null(strstr(error.message, "run.h5"));
        assert_non_null(strstr(error.message, damage == 3 ? "there is no table sigma" : column));
    }
    table_free(table);
}

static void test_texts_are_lines(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = make_table();
    assert_int_equal(add_sigma(table, "two\nlines", "vi", 1, 1, &error), STATUS_FAILED);
    assert_non_null(strstr(error.message, "table sigma: column dataset"));
    assert_int_equal(add_sigma(table, "mnist", "v\ri", 1, 1, &error), STATUS_FAILED);
    assert_int_equal(table_rows(table), 3);
    table_free(table);
}

/* The table's texts are copies: what they were made of may change or go. */
static void test_texts_are_owned(void **state)
{
    (void)state;
    struct error error = {0};
    struct table *table = table_create(table_find("sigma"), &error);
    char name[] = "mnist";
    assert_int_equal(add_sigma(table, name, name, 1, 1, &error), STATUS_OK);
    name[0] = 'k';
    assert_int_equal(add_sigma(table, name, name, 1, 1, &error), STATUS_OK);
    assert_string_equal(table_row(table, 0)[0].text, "mnist");
    assert_string_equal(table_row(table, 1)[METHOD].text, "knist");
    assert_ptr_equal(table_row(table, 1)[0].text, table_row(table, 1)[METHOD].text); /* each text once */
    table_free(table);
}

/* Everything that a table does, with each operation failing in turn; leaks are for the address sanitizer to find. */
static enum status use_table(struct error *error)
{
    struct table *table = table_create(table_find("sigma"), error), *loaded = NULL;
    if (!table)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < 20 && status == STATUS_OK; i++) { /* above the first room of 16 */
        char name[8];
        (void)snprintf(name, sizeof name, "d%zu", i);
        status = add_sigma(table, name, "vi", 1, 1, error);
        assert_int_equal(table_rows(table), status == STATUS_OK ? i + 1 : i);
    }
    FILE *stream = tmpfile();
    assert_non_null(stream);
    if (status == STATUS_OK)
        status = table_write(table, TABLE_CSV, stream, error);
    assert_int_equal(fclose(stream), 0);
    if (status == STATUS_OK)
        status = save_file("run.h5", table, error);
    if (status == STATUS_OK) {
        loaded = load_file("run.h5", table_kind_of(table), error);
        status = loaded ? STATUS_OK : error->status;
    }
    assert_true(status != STATUS_OK || same_tables(table, loaded));
    table_free(loaded);
    table_free(table);
    return status;
}

static void test_faults(void **state)
{
    (void)state;
    size_t faults = 0;
    for (;; faults++) {
        struct error error = {0};
        fault_arm(faults);
        enum status status = use_table(&error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status == STATUS_OK, !met);
        if (!met)
            break;
        assert_int_equal(error.status, status);
        assert_true(strlen(error.message) > 10);
    }
    assert_true(faults > 50);
    assert_int_equal(scratch_entries(), 1);
}

int main(void)
{
    store_init();
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_keep_their_columns),
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_text_output),
        cmocka_unit_test(test_output_of_any_text),
        cmocka_unit_test(no_text_is_a_formula),
        cmocka_unit_test(a_number_has_one_text),
        cmocka_unit_test(test_full_output),
        cmocka_unit_test(test_texts_are_lines),
        cmocka_unit_test(test_texts_are_owned),
        IN_SCRATCH(test_save_and_load),
        IN_SCRATCH(test_loading_appends),
        IN_SCRATCH(test_missing_columns),
        IN_SCRATCH(test_damaged_tables),
        IN_SCRATCH(test_faults),
    };
#undef IN_SCRATCH
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/test_glossary.c: what readers see of the registries, and that methods and criteria can be told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "check.h"
#include "results/glossary.h"
#include "results/tabulate.h"
#include "run/tables.h"

static struct table *the_registry(void)
{
    struct error error = {0};
    struct table *table = table_create(table_find("registry"), &error);
    assert_non_null(table);
    assert_int_equal(tabulate(table, NULL, 0, &error), STATUS_OK);
    return table;
}

/* Every method, criterion and metric is in the table once, a metric that is an uncertainty as a measure too, and each
 * name once in its registry. */
static void every_row_is_there_once(void **state)
{
    (void)state;
    struct table *table = the_registry();
    static const char *const kinds[] = {"method", "criterion", "metric", "measure", "layer", "activation"};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    size_t found[KINDS] = {0}, counts[KINDS] = {0};
    (void)methods(&counts[0]);
    (void)criteria(&counts[1]);
    (void)layer_kinds(&counts[4]);
    (void)activations(&counts[5]);
    const struct metric *rows = metrics(&counts[2]);
    for (size_t i = 0; i < counts[2]; i++)
        counts[3] += rows[i].uncertainty != NO_UNCERTAINTY;
    for (size_t r = 0; r < table_rows(table); r++) {
        const char *kind = table_text(table, r, "kind"), *name = table_text(table, r, "name");
        for (size_t i = 0; i < KINDS; i++)
            found[i] += strcmp(kind, kinds[i]) == 0;
        assert_true(table_text(table, r, "title")[0] != '\0');
        assert_string_equal(glossary_title(kind, name), table_text(table, r, "title"));
        for (size_t k = 0; k < r; k++)
            assert_true(strcmp(table_text(table, k, "kind"), kind) != 0 ||
                        strcmp(table_text(table, k, "name"), name) != 0);
    }
    for (size_t i = 0; i < KINDS; i++)
        assert_int_equal(found[i], counts[i]);
    assert_string_equal(glossary_title("method", "no such method"), "no such method");
    assert_string_equal(glossary_title("no such registry", "vi"), "vi");
    table_free(table);
}

/* What a row says of its method is what the method's functions do. */
static void rows_agree_with_their_functions(void **state)
{
    (void)state;
    size_t count;
    const struct method *rows = methods(&count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].has_sigma, rows[i].functions->sigma != NULL);
        assert_int_equal(rows[i].networks == NETWORKS_MEMBERS, rows[i].functions->members != NULL);
        assert_in_range(rows[i].functions->block_count, 1, POSTERIOR_BLOCKS_MAX);
        assert_string_equal(rows[i].functions->blocks[0].name, "mu");
    }
}

/* It is a criterion, and one that does with what the method has. */
static void the_usual_criterion_is_one(void **state)
{
    (void)state;
    size_t count;
    const struct method *rows = methods(&count);
    for (size_t i = 0; i < count; i++) {
        const struct criterion *usual = criterion_usual(&rows[i]);
        assert_non_null(usual);
        assert_true(criterion_fits(usual, &rows[i]));
    }
}

static void colours_are_written_as_both_readers_have_them(void **state)
{
    (void)state;
    size_t count;
    const struct method *looks = methods(&count);
    for (size_t i = 0; i < count; i++) {
        size_t colours = 0;
        for (const char *text = looks[i].colours; *text; text += *text == ' ', colours++) {
            assert_int_equal(*text++, '#');
            for (size_t k = 0; k < 6; k++)
                assert_true(isxdigit((unsigned char)*text++));
            assert_true(*text == ' ' || *text == '\0');
        }
        assert_int_equal(colours, 3);
    }
}

static void no_two_look_alike(void **state)
{
    (void)state;
    size_t count;
    const struct method *looks = methods(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(strncmp(looks[i].colours, looks[k].colours, strlen("#RRGGBB")), 0);
            assert_string_not_equal(looks[i].markers, looks[k].markers);
        }
    }
    /* gnuplot has five kinds of dashes: none is there twice while another is not used. */
    const struct criterion *dashed = criteria(&count);
    size_t kinds = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (strcmp(dashed[i].dashes, dashed[k].dashes) != 0)
            k++;
        kinds += k == i;
    }
    assert_int_equal(kinds, count < 5 ? count : 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_there_once),    cmocka_unit_test(rows_agree_with_their_functions),
        cmocka_unit_test(the_usual_criterion_is_one), cmocka_unit_test(colours_are_written_as_both_readers_have_them),
        cmocka_unit_test(no_two_look_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

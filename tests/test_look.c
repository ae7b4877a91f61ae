/* tests/test_look.c: every method and criterion has a look of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/posterior.h"
#include "report/look.h"

static size_t rows_of(const struct look *looks, size_t count, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += strcmp(looks[i].name, name) == 0;
    return found;
}

static void every_method_and_criterion_has_one_row(void **state)
{
    (void)state;
    size_t look_count, count;
    const struct look *looks = look_methods(&look_count);
    const struct method *known_methods = methods(&count);
    assert_int_equal(look_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rows_of(looks, look_count, known_methods[i].name), 1);
    looks = look_criteria(&look_count);
    const struct criterion *known_criteria = criteria(&count);
    assert_int_equal(look_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rows_of(looks, look_count, known_criteria[i].name), 1);
}

static void colours_are_written_as_both_readers_have_them(void **state)
{
    (void)state;
    size_t count;
    const struct look *looks = look_methods(&count);
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
    const struct look *looks = look_methods(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(strncmp(looks[i].colours, looks[k].colours, strlen("#RRGGBB")), 0);
            assert_string_not_equal(looks[i].markers, looks[k].markers);
        }
    }
    looks = look_criteria(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(looks[i].dashes, looks[k].dashes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_and_criterion_has_one_row),
        cmocka_unit_test(colours_are_written_as_both_readers_have_them),
        cmocka_unit_test(no_two_look_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

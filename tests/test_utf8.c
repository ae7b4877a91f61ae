/* lib/core/utf8.c: what is UTF-8, after RFC 3629, and how anything else is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/utf8.h"

static void test_validity(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t valid;
    } rows[] = {
        {"", 0},
        {"plain\n\x7f", 7},
        {"gr\xc3\xbcn", 5},
        {"gr\xfcn", 2},                      /* Latin-1 */
        {"\xe2\x82\xac\xf0\x9f\x98\x80", 7}, /* 3 and 4 bytes */
        {"a\xe2\x82", 1},                    /* cut */
        {"\xc2\x80\xdf\xbf", 4},             /* the first and the last of 2 bytes */
        {"\xc1\xbf", 0},                     /* overlong */
        {"\xe0\x9f\xbf", 0},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0}, /* a surrogate */
        {"\xee\x80\x80", 3},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"x\x80", 1}, /* a byte that only follows others */
        {"\xc3(", 0},
        {"\xff", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(utf8_valid_length(rows[i].text), rows[i].valid);
        assert_int_equal(utf8_valid(rows[i].text), rows[i].valid == strlen(rows[i].text));
    }
}

static void test_escape(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kept, *escaped;
    } rows[] = {
        {"", "", ""},
        {"plain \\ text", "", "plain \\ text"},
        {"gr\xc3\xbcn", "", "gr\xc3\xbcn"},
        {"gr\xfcn", "", "gr\\xFCn"},
        {"\x1b[31mRED\x7f", "", "\\x1B[31mRED\\x7F"},
        {"\xc2\x9b"
         "31m\xc2\xa0",
         "", "\\xC2\\x9B31m\xc2\xa0"}, /* a control character of 2 bytes; a space that may stay */
        {"a\nb\tc", "", "a\\x0Ab\\x09c"},
        {"a\nb\tc", "\n", "a\nb\\x09c"},
        {"\xe2\x82", "", "\\xE2\\x82"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char escaped[64];
        assert_int_equal(utf8_escape(rows[i].text, rows[i].kept, escaped, sizeof escaped), strlen(rows[i].escaped));
        assert_string_equal(escaped, rows[i].escaped);
        assert_true(utf8_valid(escaped));
        /* Every room that is too small: the beginning, cut between two characters. */
        for (size_t room = 1; room <= strlen(rows[i].escaped); room++) {
            char cut[64];
            memset(cut, '#', sizeof cut);
            assert_int_equal(utf8_escape(rows[i].text, rows[i].kept, cut, room), strlen(rows[i].escaped));
            assert_true(strlen(cut) < room && cut[room] == '#');
            assert_int_equal(strncmp(cut, rows[i].escaped, strlen(cut)), 0);
            assert_true(utf8_valid(cut));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/test_texts.c: texts and their numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/texts.h"

enum { MANY = 5000 };

static void name(char text[32], size_t i)
{
    (void)snprintf(text, 32, "%s%zu", i % 2 ? "" : "run_", i * i);
}

static void texts_keep_their_first_number(void **state)
{
    (void)state;
    struct texts texts = {0};
    struct error error = {0};
    char text[32];
    size_t number;
    assert_int_equal(texts_find(&texts, "run_0"), SIZE_MAX);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < MANY; i++) {
            name(text, i);
            assert_int_equal(texts_add(&texts, text, &number, &error), STATUS_OK);
            assert_int_equal(number, i);
        }
    }
    assert_int_equal(texts_count(&texts), MANY);
    for (size_t i = 0; i < MANY; i++) {
        name(text, i);
        assert_int_equal(texts_find(&texts, text), i);
        assert_string_equal(texts_get(&texts, i), text);
    }
    assert_int_equal(texts_find(&texts, ""), SIZE_MAX);
    assert_int_equal(texts_find(&texts, "run_"), SIZE_MAX);
    texts_free(&texts);
    assert_int_equal(texts_count(&texts), 0);
}

/* What is found is the set's own, and stays where it is while the set grows. */
static void texts_are_copied_and_stay(void **state)
{
    (void)state;
    struct texts texts = {0};
    struct error error = {0};
    char text[32] = "a";
    size_t number;
    assert_int_equal(texts_add(&texts, text, &number, &error), STATUS_OK);
    const char *kept = texts_get(&texts, number);
    text[0] = 'b';
    for (size_t i = 0; i < MANY; i++) {
        name(text, i);
        assert_int_equal(texts_add(&texts, text, &number, &error), STATUS_OK);
    }
    assert_ptr_equal(texts_get(&texts, 0), kept);
    assert_string_equal(kept, "a");
    texts_free(&texts);
}

static void without_memory_nothing_changes(void **state)
{
    (void)state;
    struct texts texts = {0};
    struct error error = {0};
    char text[32];
    size_t number, failures = 0;
    for (size_t i = 0; i < 200; i++) {
        name(text, i);
        for (size_t successes = 0;; successes++) {
            fault_arm(successes);
            enum status status = texts_add(&texts, text, &number, &error);
            fault_arm(SIZE_MAX);
            if (status == STATUS_OK)
                break;
            failures++;
            assert_int_equal(status, STATUS_NO_MEMORY);
            assert_int_equal(texts_count(&texts), i);
            assert_int_equal(texts_find(&texts, text), SIZE_MAX);
        }
        assert_int_equal(number, i);
    }
    assert_true(failures > 200);
    texts_free(&texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_keep_their_first_number),
        cmocka_unit_test(texts_are_copied_and_stay),
        cmocka_unit_test(without_memory_nothing_changes),
    };
    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}

/* tests/filter.c: TEST_FILTER=NAME runs the tests of a program of that name alone; * and ? stand for any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void filter(void)
{
    const char *name = getenv("TEST_FILTER");
    if (name && *name)
        cmocka_set_test_filter(name);
}

#include "peak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long peak_now(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

/* A child's peak begins as what it has of its parent, not as the parent's peak. */
size_t peak_of(int (*work)(void *context), void *context)
{
    int ends[2], how = 0;
    long grown = -1;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const long before = peak_now();
        const int failed = work(context);
        grown = peak_now() - before;
        _exit(failed == 0 && write(ends[1], &grown, sizeof grown) == sizeof grown ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &grown, sizeof grown), sizeof grown);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    return (size_t)grown >> 10;
}

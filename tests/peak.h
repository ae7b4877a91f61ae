/* tests/peak.h: how much memory a piece of work takes. */
#ifndef TENTH_TESTS_PEAK_H
#define TENTH_TESTS_PEAK_H

#include <stddef.h>

/* Does the work in a child of its own and gives by how many MiB its memory grew. `work` returns 0 where it was done
 * right; else, or where it crashes, this fails the test. */
size_t peak_of(int (*work)(void *context), void *context);

#endif

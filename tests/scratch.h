/* tests/scratch.h: a directory of its own for each test that writes files. */
#ifndef TENTH_TESTS_SCRATCH_H
#define TENTH_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Makes an empty directory under $TMPDIR and moves there, so that tests use plain file names. False: it cannot. */
bool scratch_enter(void);

/* Goes back and removes the directory with what is in it: files, and directories, three deep. */
bool scratch_leave(void);

/* For cmocka: setup and teardown around one test. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The number of entries of the current directory. */
size_t scratch_entries(void);

/* Whether a file holds exactly these bytes; for comparing with what was there before. */
bool scratch_holds(const char *path, const void *bytes, size_t count);

#endif

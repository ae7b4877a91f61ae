/* tests/run_files.h: run files written by hand, for tests of what is computed from them. cmocka.h is included before.
 */
#ifndef TENTH_TESTS_RUN_FILES_H
#define TENTH_TESTS_RUN_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/store.h"

/* Whether the store has an object; that it can be looked at is asserted. */
bool is_stored(struct store *store, const char *name);

/* A new store at PATH with the attributes of a run DATASET_METHOD_seedSEED on `source`, which is its data's identity,
 * too. */
struct store *run_file_begin(const char *path, const char *dataset, const char *method, const char *seed,
                             const char *source);

/* OBJECT/probability [slices][items][2], OBJECT/labels (all 0) and OBJECT/items (first, first + 1, ...). p is the
 * probability of class 0, so that an item is right where it is above a half. */
void run_file_probabilities(struct store *store, const char *object, size_t slices, size_t items, const float *p,
                            double first);

void run_file_end(struct store *store);

#endif

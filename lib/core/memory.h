/* lib/core/memory.h: allocation with checked sizes, and the faults that tests inject.
 *
 * Sizes from files are multiplied only here. */
#ifndef TENTH_CORE_MEMORY_H
#define TENTH_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* a * b, or SIZE_MAX if that does not fit (no allocation of SIZE_MAX bytes ever succeeds). */
size_t size_multiply(size_t a, size_t b);

/* `count` elements of `size` bytes, zeroed, aligned to 64 bytes (a cache line, an AVX-512 register). A count of 0 gives
 * a valid pointer. The caller frees with memory_free. On failure: NULL, and error gives the number of bytes.
 */
void *memory_alloc(size_t count, size_t size, struct error *error);

/* Makes room for one more element than `count` in an array that memory_alloc gave, or NULL: if all of *room are used,
 * *array becomes a copy with twice the room, `first` at least, and the old one is freed. On failure both are as they
 * were. `array`: the address of the pointer. */
enum status memory_grow(void *array, size_t count, size_t *room, size_t first, size_t size, struct error *error);

/* Frees what memory_alloc gave; NULL is allowed. */
void memory_free(void *block);

/* A copy of the string; the caller frees with memory_free. NULL on failure, with error filled. */
char *memory_copy_text(const char *text, struct error *error);

/* Fault injection, for tests: the next `successes` operations that can fail (allocation, write, rename: each calls
 * fault_here) succeed, the one after fails, and the rest succeed again. SIZE_MAX: never fail, the initial state.
 * Counted per thread. fault_met tells whether the armed fault happened. */
void fault_arm(size_t successes);
bool fault_met(void);
bool fault_here(void); /* true: this operation must fail */

#endif

#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

static _Thread_local size_t fault_successes = SIZE_MAX;
static _Thread_local bool fault_happened;

void fault_arm(size_t successes)
{
    fault_successes = successes;
    fault_happened = false;
}

bool fault_met(void)
{
    return fault_happened;
}

bool fault_here(void)
{
    if (fault_successes == SIZE_MAX)
        return false;
    if (fault_successes > 0) {
        fault_successes--;
        return false;
    }
    fault_successes = SIZE_MAX;
    fault_happened = true;
    return true;
}

size_t size_multiply(size_t a, size_t b)
{
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

void *memory_alloc(size_t count, size_t size, struct error *error)
{
    size_t bytes = size_multiply(count, size);
    void *block = NULL;
    if (bytes <= SIZE_MAX - 2 * ALIGNMENT && !fault_here()) {
        size_t rounded = (bytes / ALIGNMENT + 1) * ALIGNMENT;
        block = aligned_alloc(ALIGNMENT, rounded);
        if (block)
            memset(block, 0, rounded);
    }
    if (!block)
        (void)error_set(error, STATUS_NO_MEMORY, "no memory for %zu elements of %zu bytes", count, size);
    return block;
}

enum status memory_grow(void *array, size_t count, size_t *room, size_t first, size_t size, struct error *error)
{
    if (count < *room)
        return STATUS_OK;
    void *old;
    memcpy(&old, array, sizeof old);
    const size_t wanted = *room > 0 ? size_multiply(2, *room) : first;
    void *grown = memory_alloc(wanted, size, error);
    if (!grown)
        return STATUS_NO_MEMORY;
    if (count > 0)
        memcpy(grown, old, count * size);
    memory_free(old);
    memcpy(array, &grown, sizeof grown);
    *room = wanted;
    return STATUS_OK;
}

void memory_free(void *block)
{
    free(block);
}

char *memory_copy_text(const char *text, struct error *error)
{
    size_t length = strlen(text) + 1;
    char *copy = memory_alloc(length, 1, error);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

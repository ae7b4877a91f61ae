/* lib/core/size.h: arithmetic of counts. */
#ifndef TENTH_CORE_SIZE_H
#define TENTH_CORE_SIZE_H

#include <stddef.h>

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The number of parts of at most `most` in `size`: `size` over `most`, rounded up. */
static inline size_t parts_of(size_t size, size_t most)
{
    return (size + most - 1) / most;
}

/* The least multiple of `unit` that `size` fits into. */
static inline size_t round_up(size_t size, size_t unit)
{
    return parts_of(size, unit) * unit;
}

struct range {
    size_t first, size;
};

/* Part number `index` of `count` nearly equal parts of `size`. */
static inline struct range part_of(size_t size, size_t index, size_t count)
{
    const size_t first = size * index / count;
    return (struct range){first, size * (index + 1) / count - first};
}

#endif

/* lib/core/size.h: the smaller and the larger of two counts. */
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

#endif

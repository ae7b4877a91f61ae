/* lib/compute/gemm_tiles.h: the part of a product held in registers; only for gemm_tiles_body.c and
 * gemm_panels_body.c. */
#ifndef TENTH_COMPUTE_GEMM_TILES_H
#define TENTH_COMPUTE_GEMM_TILES_H

#include <stddef.h>
#include <stdint.h>

#include "compute/gemm_vectors.h"
#include "compute/isa.h"

enum { LINE_BYTES = 64 /* of a cache */ };

/* The cache lines of a matrix whose rows are `stride` bytes apart. */
struct lines {
    const char *next, *row_end;
    size_t left;
    ptrdiff_t stride, skip; /* skip: from the end of a row's lines to the next row */
};

/* What to prefetch while tiles are multiplied, one matrix after the other. */
struct fetched {
    struct lines matrices[3];
    size_t now;
};

/* Tiles of C, one below the other in a panel's columns, and their factors. A word of 32 bits is one term of floats, or
 * two of bfloat16, neighbours along k. */
struct tiles {
    size_t count;
    size_t words;   /* along k */
    const float *a; /* its first row */
    size_t lda;
    const float *panel; /* [words][vectors of the panel][LANES] */
    float *c;
    size_t ldc;
    int add;         /* to C, or overwrite it */
    some_lanes last; /* the columns that the last vector has */
    struct fetched *fetched;
};

typedef void tiles_fn(struct tiles t);

#define tile_kinds ISA_NAME(tile_kinds)

/* Kinds of tiles by the vectors of a panel, minus 1; the one with most rows first, the last with a single row. */
extern const struct tile_kind {
    size_t rows;
    tiles_fn *multiply[2][2]; /* [A's words lie [words][rows]][they are pairs: needs AVX512-BF16] */
} tile_kinds[PANEL_VECTORS][4];

#endif

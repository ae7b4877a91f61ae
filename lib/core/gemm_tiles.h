/* lib/core/gemm_tiles.h: the part of a product by AVX-512 that is held in registers; x86-64 only. */
#ifndef TENTH_CORE_GEMM_TILES_H
#define TENTH_CORE_GEMM_TILES_H

#include "core/gemm_lanes.h"

enum {
    PANEL_VECTORS = 4, /* columns of a panel of B, at most */
    LINE_BYTES = 64    /* of a cache */
};

/* The lines of a matrix whose rows lie `stride` bytes apart. */
struct lines {
    const char *next, *row_end;
    size_t left;
    ptrdiff_t stride, skip; /* skip: from the end of a row's lines to the next row */
};

/* Some rows of C and a panel's columns, and what is added up there. A word of 32 bits is one term of floats, or two of
 * bfloat16, neighbours along k. */
struct tile {
    size_t words;   /* along k */
    const float *a; /* its first row */
    size_t lda;
    const float *panel; /* [words][vectors of the panel][LANES] */
    float *c;
    size_t ldc;
    int add;             /* to C, or overwrite it */
    __mmask16 last;      /* those columns of the last vector that there are */
    struct lines *lines; /* fetched meanwhile; what is left of them stays */
};

typedef void tile_fn(const struct tile *t);

/* Kinds of tiles by the vectors of a panel, less 1; the one of most rows first, the last of a single row. */
extern const struct tile_kind {
    size_t rows;
    tile_fn *multiply[2][2]; /* [A's words lie [words][rows]][they are pairs: needs AVX512-BF16] */
} tile_kinds[PANEL_VECTORS][4];

#endif

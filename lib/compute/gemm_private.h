/* lib/compute/gemm_private.h: shared by the files of compute/gemm.h. */
#ifndef TENTH_COMPUTE_GEMM_PRIVATE_H
#define TENTH_COMPUTE_GEMM_PRIVATE_H

#include "compute/gemm.h"

/* A thread's buffer for rounded and packed factors: that many bytes, aligned to 64, until the thread ends. NULL: memory
 * is short; a product, which cannot fail, then uses a little stack, is slower, and has the same bits. */
enum { GEMM_SCRATCH_BYTES = 576 * 1024 };
void *gemm_scratch(void);

/* Whether processor and system have the matrix unit (AMX) of Intel's servers since 2023, which multiplies 16 times as
 * many bfloat16 per cycle as the vector units do floats; the first call requests it from the system. */
int gemm_amx_runs_here(void);

/* The fastest bfloat16 unit here. */
enum bf16_unit { BF16_NONE, BF16_PAIRS, BF16_AMX };
enum bf16_unit gemm_bf16_unit(void);

/* gemm_bf16 on AMX and without any unit, for m, n, k > 0 */
gemm_fn gemm_amx, gemm_rounded;

/* Products by panels and tiles (gemm_panels_body.c), for any sizes; `single` needs k > 0. They cannot fail. */
struct gemm_panels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);
    struct gemm_functions floats;
    struct gemm_functions pairs; /* of bfloat16, two per float; NULL if the build has none */
};

const struct gemm_panels *gemm_panels(void);                     /* the best build for this processor */
const struct gemm_panels *const *gemm_panels_all(size_t *count); /* every build that runs here */

/* Whether the best build has instructions that multiply pairs (AVX512-BF16: Zen 4 and later, Intel's servers since
 * 2020). */
int gemm_pairs_run_here(void);

#endif

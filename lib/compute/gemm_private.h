/* lib/compute/gemm_private.h: what the files of compute/gemm.h share. */
#ifndef TENTH_COMPUTE_GEMM_PRIVATE_H
#define TENTH_COMPUTE_GEMM_PRIVATE_H

#include "compute/gemm.h"

/* What a thread rounds and packs factors into: as many bytes as that, aligned to 64, until the thread ends. NULL:
 * memory is too short; a product then takes what little a stack has, is slower, and has the same bits, since it cannot
 * fail. */
enum { GEMM_SCRATCH_BYTES = 576 * 1024 };
void *gemm_scratch(void);

/* Whether processor and system have the matrix unit (AMX) of Intel's servers since 2023, which multiplies 16 times as
 * many bfloat16 a cycle as the vector units do floats; the first call asks the system for it. */
int gemm_amx_runs_here(void);

/* What multiplies bfloat16 here, the fastest that there is. */
enum bf16_unit { BF16_NONE, BF16_PAIRS, BF16_AMX };
enum bf16_unit gemm_bf16_unit(void);

/* gemm_bf16 on AMX and without any unit, for m, n, k > 0 */
gemm_fn gemm_amx, gemm_rounded;

/* Products by panels and tiles (gemm_panels_body.c), for any sizes; `single` is for k > 0. They cannot fail. */
struct gemm_panels {
    const char *name; /* "avx512", "avx2", "base" */
    int (*runs_here)(void);
    struct gemm_functions floats;
    struct gemm_functions pairs; /* of bfloat16, two for each float; NULL where the build has none */
};

const struct gemm_panels *gemm_panels(void);                     /* the best build for this processor */
const struct gemm_panels *const *gemm_panels_all(size_t *count); /* every build that runs here */

/* Whether the best build's pairs do, by instructions that multiply them (AVX512-BF16: Zen 4 and later, Intel's servers
 * since 2020). */
int gemm_pairs_run_here(void);

#endif

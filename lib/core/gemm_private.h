/* lib/core/gemm_private.h: what the files of core/gemm.h share. */
#ifndef TENTH_CORE_GEMM_PRIVATE_H
#define TENTH_CORE_GEMM_PRIVATE_H

#include "core/gemm.h"

/* What becomes of a product for which memory is too short: no caller could do anything but give up, and each looks for
 * numbers that are not finite. So the run stops as such, instead of going on with what C held before. */
void gemm_fill_with_nan(size_t m, size_t n, float *c, size_t ldc);

/* What a thread rounds and packs factors into: as many bytes as that, aligned to 64, until the thread ends. NULL: no
 * memory. */
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

/* gemm_batch by AVX-512, for k > 0, and whether processor and system have that. */
int gemm_panels_run_here(void);
gemm_batch_fn gemm_panels;
gemm_pack_fn gemm_pack_panels;

/* gemm_bf16 and gemm_batch_bf16 likewise, for m, n, k > 0, with the instructions that multiply pairs of bfloat16
 * (AVX512-BF16: Zen 4 and later, Intel's servers since 2020), two for each float. */
int gemm_pairs_run_here(void);
gemm_fn gemm_pairs;
gemm_batch_fn gemm_batch_pairs;
gemm_pack_fn gemm_pack_pairs;

#endif

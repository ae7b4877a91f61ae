#include "compute/gemm_private.h"

#include "compute/isa.h"

ISA_CHOICE(gemm_panels)

int gemm_pairs_run_here(void)
{
    return gemm_panels()->pairs.batch && isa_runs_avx512_bf16();
}

#include "compute/isa.h"

#include <unistd.h>

#if defined(__x86_64__)

#include <pmmintrin.h>

/* The features of the psABI's level x86-64-v4 (and below: v3) that compilers use. */
int isa_runs_avx512(void)
{
    return isa_runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

int isa_runs_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

int isa_runs_avx512_bf16(void)
{
    return isa_runs_avx512() && __builtin_cpu_supports("avx512bf16");
}

void isa_flush_denormals(void)
{
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
}

#else

int isa_runs_avx512(void)
{
    return 0;
}

int isa_runs_avx2(void)
{
    return 0;
}

int isa_runs_avx512_bf16(void)
{
    return 0;
}

void isa_flush_denormals(void)
{
}

#endif

int isa_runs_base(void)
{
    return 1;
}

size_t isa_second_cache(void)
{
#if defined(_SC_LEVEL2_CACHE_SIZE)
    long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return bytes > 0 ? (size_t)bytes : 0;
#else
    return 0;
#endif
}

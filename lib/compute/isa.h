/* lib/compute/isa.h: the instruction sets that the bodies are built for (see ISA_RULE in the Makefile), and which run
 * here.
 *
 * A file NAME_body.c is compiled once per instruction set with ISA defined to avx512, avx2 or base, and names its
 * exports with ISA_NAME, so that all builds fit in one binary. NAME.c is ISA_CHOICE of them. */
#ifndef TENTH_COMPUTE_ISA_H
#define TENTH_COMPUTE_ISA_H

#include <stddef.h>

#define ISA_JOIN_(name, isa) name##_##isa
#define ISA_JOIN(name, isa) ISA_JOIN_(name, isa)
#define ISA_NAME(name) ISA_JOIN(name, ISA) /* kernels -> kernels_avx512 */
#define ISA_TEXT_(isa) #isa
#define ISA_TEXT(isa) ISA_TEXT_(isa)

/* Whether this processor (and its system) can run the build's code. */
int isa_runs_avx512(void);
int isa_runs_avx2(void);
int isa_runs_base(void);

int isa_runs_avx512_bf16(void); /* avx512 plus instructions for bfloat16 */

/* From now on, numbers nearer to 0 than FLT_MIN are 0, as factors and as results, in the calling thread and in the
 * threads and processes that it starts. A trained network has many (gradients of items that it is sure of, Adam's
 * second moments of resting weights); they mean nothing, and Intel's cores leave the fast path for each: unflushed, a
 * step of CIFAR-10 on a Xeon took up to 30 times as long. To be called before the first parallel region; does nothing
 * if the processor is not an x86-64. */
void isa_flush_denormals(void);

/* Bytes of a core's L2 cache; 0 if unknown. On a virtual machine the answer takes microseconds, so it is not for inner
 * loops. */
size_t isa_second_cache(void);

/* The builds of `struct kind`, best first. TENTH_ISA_BASE: the Makefile builds only that one. */
#if defined(__x86_64__) && !defined(TENTH_ISA_BASE)
#define ISA_BUILDS(kind)                                                                                               \
    extern const struct kind kind##_avx512, kind##_avx2, kind##_base;                                                  \
    static const struct kind *const kind##_builds[] = {&kind##_avx512, &kind##_avx2, &kind##_base};
#else
#define ISA_BUILDS(kind)                                                                                               \
    extern const struct kind kind##_base;                                                                              \
    static const struct kind *const kind##_builds[] = {&kind##_base};
#endif

/* Defines what NAME.h declares: `kind_all`, every build that runs here, and `kind`, the best of them. A processor that
 * runs a build also runs those after it, so the usable ones are the list's tail. */
#define ISA_CHOICE(kind)                                                                                               \
    ISA_BUILDS(kind)                                                                                                   \
    const struct kind *const *kind##_all(size_t *count)                                                                \
    {                                                                                                                  \
        const size_t builds = sizeof kind##_builds / sizeof *kind##_builds;                                            \
        size_t first = 0;                                                                                              \
        while (first + 1 < builds && !kind##_builds[first]->runs_here())                                               \
            first++;                                                                                                   \
        *count = builds - first;                                                                                       \
        return kind##_builds + first;                                                                                  \
    }                                                                                                                  \
    const struct kind *kind(void)                                                                                      \
    {                                                                                                                  \
        size_t count;                                                                                                  \
        return kind##_all(&count)[0];                                                                                  \
    }

#endif

/* lib/core/isa.h: which instruction sets the bodies are built for (see ISA_RULE in the Makefile), and which run here.
 *
 * A file NAME_body.c is compiled once per instruction set with ISA defined to avx512, avx2 or base, and names what it
 * exports with ISA_NAME, so that all builds live in one binary. NAME.c lists the builds, best first, and chooses. */
#ifndef TENTH_CORE_ISA_H
#define TENTH_CORE_ISA_H

#define ISA_JOIN_(name, isa) name##_##isa
#define ISA_JOIN(name, isa) ISA_JOIN_(name, isa)
#define ISA_NAME(name) ISA_JOIN(name, ISA) /* kernels -> kernels_avx512 */
#define ISA_TEXT_(isa) #isa
#define ISA_TEXT(isa) ISA_TEXT_(isa)

/* Whether this processor (and its system) can execute code of the build. */
int isa_runs_avx512(void);
int isa_runs_avx2(void);
int isa_runs_base(void);

#endif

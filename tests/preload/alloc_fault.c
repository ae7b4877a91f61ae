/* tests/preload/alloc_fault.c: no memory. Loaded into a program: its allocation number $ALLOC_FAULT (from 0) after main
 * has begun fails, whoever asks, the libraries included; with $ALLOC_FAULT_ALWAYS all later ones as well. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* glibc's own, under the names that nothing stands in front of. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

typedef int main_fn(int argc, char **argv, char **environment);
typedef int start_fn(main_fn *program, int argc, char **argv, void (*begin)(void), void (*end)(void),
                     void (*dynamic)(void), void *stack);

static main_fn *program_main;
static bool counting, always;
static long left; /* allocations that succeed */

static bool fails(void)
{
    if (!counting)
        return false;
    const long before = __atomic_fetch_sub(&left, 1, __ATOMIC_RELAXED);
    if (before > 0 || (before < 0 && !always))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

static int counted_main(int argc, char **argv, char **environment)
{
    const char *wanted = getenv("ALLOC_FAULT");
    left = wanted ? strtol(wanted, NULL, 10) : 0;
    always = getenv("ALLOC_FAULT_ALWAYS") != NULL;
    counting = wanted != NULL;
    return program_main(argc, argv, environment);
}

int __libc_start_main(main_fn *program, int argc, char **argv, void (*begin)(void), void (*end)(void),
                      void (*dynamic)(void), void *stack);

int __libc_start_main(main_fn *program, int argc, char **argv, void (*begin)(void), void (*end)(void),
                      void (*dynamic)(void), void *stack)
{
    start_fn *next = (start_fn *)dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = program;
    return next(counted_main, argc, argv, begin, end, dynamic, stack);
}

/* A thread's own buffer for packing. */
#include <pthread.h>

#include "compute/gemm_private.h"
#include "core/memory.h"

static pthread_once_t key_made = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int has_key;

static void make_key(void)
{
    has_key = pthread_key_create(&key, memory_free) == 0;
}

void *gemm_scratch(void)
{
    if (pthread_once(&key_made, make_key) != 0 || !has_key)
        return NULL;
    void *scratch = pthread_getspecific(key);
    if (scratch)
        return scratch;
    scratch = memory_alloc(GEMM_SCRATCH_BYTES, 1, NULL);
    if (scratch && pthread_setspecific(key, scratch) != 0) {
        memory_free(scratch);
        return NULL;
    }
    return scratch;
}

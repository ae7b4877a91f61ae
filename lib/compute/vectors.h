/* lib/compute/vectors.h: vectors of as many floats as a register of the build holds. Only for bodies (NAME_body.c). */
#ifndef TENTH_COMPUTE_VECTORS_H
#define TENTH_COMPUTE_VECTORS_H

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef float vec_in_memory __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *from)
{
    return *(const vec_in_memory *)from;
}

INLINE void store(float *to, vec value)
{
    *(vec_in_memory *)to = value;
}

#endif

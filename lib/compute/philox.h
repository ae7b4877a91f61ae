/* lib/compute/philox.h: chunks of a key's stream (compute/random.h), for bodies that use numbers as they are
 * generated. */
#ifndef TENTH_COMPUTE_PHILOX_H
#define TENTH_COMPUTE_PHILOX_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "compute/chunk.h"
#include "compute/vector_math.h"

enum { BLOCKS = CHUNK / 4 }; /* a Philox block is four words */

#if defined(__AVX512F__)
enum { WORDS = 16 };
#elif defined(__AVX2__)
enum { WORDS = 8 };
#else
enum { WORDS = 4 };
#endif

/* The same bits as words, and as pairs of words. */
typedef uint32_t word_vector __attribute__((vector_size(WORDS * sizeof(uint32_t))));
typedef uint64_t pair_vector __attribute__((vector_size(WORDS * sizeof(uint32_t))));

/* The lower words' products. No way of writing this makes GCC 12 see that it is one instruction. */
static inline pair_vector multiply_lower(pair_vector a, pair_vector b)
{
#if defined(__AVX512F__)
    return (pair_vector)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (pair_vector)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (pair_vector)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xFFFFFFFFU) * (b & 0xFFFFFFFFU);
#endif
}

/* The upper and lower halves of each word's product with `factor`. */
static inline void multiply_words(word_vector x, uint32_t factor, word_vector *high, word_vector *low)
{
    const uint64_t lower_half = 0xFFFFFFFFU;
    const pair_vector factors = (pair_vector){0} + factor;
    pair_vector even = multiply_lower((pair_vector)x, factors);
    pair_vector odd = multiply_lower((pair_vector)x >> 32, factors);
    *high = (word_vector)((even >> 32) | (odd & ~lower_half));
    *low = (word_vector)((even & lower_half) | (odd << 32));
}

/* words[j][b]: word j of block first_block + b of the stream; philox_block, one block per vector lane */
static inline void philox_chunk(struct random_key key, uint32_t first_block, uint32_t words[4][BLOCKS])
{
    word_vector lane = {0};
    for (uint32_t i = 0; i < WORDS; i++)
        lane[i] = i;
    for (uint32_t b = 0; b < BLOCKS; b += WORDS) {
        word_vector x0 = lane + (first_block + b), x1 = (word_vector){0} + key.step, x2 = (word_vector){0} + key.stream,
                    x3 = (word_vector){0} + key.purpose, a_high, a_low, b_high, b_low;
        uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            multiply_words(x0, 0xD2511F53U, &a_high, &a_low);
            multiply_words(x2, 0xCD9E8D57U, &b_high, &b_low);
            x0 = b_high ^ x1 ^ k0;
            x2 = a_high ^ x3 ^ k1;
            x1 = b_low;
            x3 = a_low;
            k0 += 0x9E3779B9U;
            k1 += 0xBB67AE85U;
        }
        memcpy(&words[0][b], &x0, sizeof x0);
        memcpy(&words[1][b], &x1, sizeof x1);
        memcpy(&words[2][b], &x2, sizeof x2);
        memcpy(&words[3][b], &x3, sizeof x3);
    }
}

/* 23 bits and a half below them: exact in a float, never 0 or 1. */
static inline void uniform_chunk(struct random_key key, size_t chunk, float *restrict out /* [CHUNK] */)
{
    uint32_t words[4][BLOCKS];
    philox_chunk(key, (uint32_t)(chunk * BLOCKS), words);
    const uint32_t *word = words[0];
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        out[i] = ((float)(int32_t)(word[i] >> 9) + 0.5F) * 0x1p-23F;
}

/* Box and Muller: the first word of a pair gives the radius, with 2^-32 as the smallest uniform number (hence |x|
 * < 6.7); the second the angle. For half of the pairs, cosines come first, then sines, so that stores are whole
 * vectors. */
static inline void normal_half(const uint32_t *restrict radius_word, const uint32_t *restrict angle_word,
                               float *restrict out /* [2 * BLOCKS] */)
{
#pragma omp simd
    for (int b = 0; b < BLOCKS; b++) {
        float high = (float)(int32_t)(radius_word[b] >> 16), low = (float)(int32_t)(radius_word[b] & 0xFFFFU);
        float uniform = (high * 65536.0F + (low + 1.0F)) * 0x1p-32F;
        float log_uniform = vector_log(uniform);
        float radius = sqrtf(-2.0F * (log_uniform < 0.0F ? log_uniform : 0.0F));
        float cosine, sine;
        vector_cos_sin_turn(angle_word[b], &cosine, &sine);
        out[b] = radius * cosine;
        out[BLOCKS + b] = radius * sine;
    }
}

static inline void normal_chunk(struct random_key key, size_t chunk, float *restrict out /* [CHUNK] */)
{
    uint32_t words[4][BLOCKS];
    philox_chunk(key, (uint32_t)(chunk * BLOCKS), words);
    normal_half(words[0], words[1], out);
    normal_half(words[2], words[3], out + 2 * BLOCKS);
}

#endif

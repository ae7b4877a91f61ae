#include "compute/random.h"

#include <math.h>

#include "compute/random_kernels.h"

/* Constants of Philox4x32: Salmon et al. 2011, table 2 and section 4.1 (the golden ratio and sqrt(3) - 1). */
enum { PHILOX_ROUNDS = 10 };

void philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t a = (uint64_t)x0 * 0xD2511F53U;
        uint64_t b = (uint64_t)x2 * 0xCD9E8D57U;
        uint32_t old1 = x1, old3 = x3;
        x0 = (uint32_t)(b >> 32) ^ old1 ^ k0;
        x1 = (uint32_t)b;
        x2 = (uint32_t)(a >> 32) ^ old3 ^ k1;
        x3 = (uint32_t)a;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

void random_uniform(struct random_key key, size_t first, size_t count, float *out)
{
    random_kernels()->uniform(key, first, count, out);
}

void random_normal(struct random_key key, size_t first, size_t count, float *out)
{
    random_kernels()->normal(key, first, count, out);
}

void random_permutation(struct random_key key, size_t count, uint32_t *order)
{
    struct random_sequence sequence = random_sequence(key);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t left = count; left > 1; left--) {
        uint32_t chosen = random_next_below(&sequence, (uint32_t)left);
        uint32_t last = order[left - 1];
        order[left - 1] = order[chosen];
        order[chosen] = last;
    }
}

struct random_sequence random_sequence(struct random_key key)
{
    return (struct random_sequence){.key = key, .used = 4};
}

uint32_t random_next_word(struct random_sequence *sequence)
{
    if (sequence->used == 4) {
        const struct random_key *key = &sequence->key;
        const uint32_t counter[4] = {sequence->block, key->step, key->stream, key->purpose};
        const uint32_t seed[2] = {(uint32_t)key->seed, (uint32_t)(key->seed >> 32)};
        philox_block(counter, seed, sequence->words);
        sequence->block++;
        sequence->used = 0;
    }
    return sequence->words[sequence->used++];
}

double random_next_uniform(struct random_sequence *sequence)
{
    uint64_t high = random_next_word(sequence);
    uint64_t low = random_next_word(sequence);
    uint64_t bits = (high << 32 | low) >> 12; /* 52 bits: still exact in a double with the half added */
    return ((double)bits + 0.5) * 0x1p-52;
}

double random_next_normal(struct random_sequence *sequence)
{
    const double turn = 6.283185307179586476925;
    double radius = sqrt(-2.0 * log(random_next_uniform(sequence)));
    return radius * cos(turn * random_next_uniform(sequence));
}

/* Words at or above the largest multiple of bound are drawn again, so that every remainder is equally likely. */
uint32_t random_next_below(struct random_sequence *sequence, uint32_t bound)
{
    uint32_t excess = (uint32_t)(0x100000000ULL % bound);
    uint32_t word;
    do
        word = random_next_word(sequence);
    while (word > UINT32_MAX - excess);
    return word % bound;
}

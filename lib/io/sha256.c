#include "io/sha256.h"

#include <string.h>

#include "core/size.h"

/* FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Section 5.3.3: the same of the square roots of the first eight primes. */
static const uint32_t initial_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static inline uint32_t rotate_right(uint32_t x, unsigned int bits)
{
    return x >> bits | x << (32 - bits);
}

static inline uint32_t read_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Section 6.2.2, step 1: the 16 words of the block, stretched to 64. */
static void message_schedule(const uint8_t block[SHA256_BLOCK_SIZE], uint32_t word[64])
{
    for (size_t t = 0; t < 16; t++)
        word[t] = read_big_endian(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        uint32_t low = word[t - 15], high = word[t - 2];
        uint32_t sigma0 = rotate_right(low, 7) ^ rotate_right(low, 18) ^ low >> 3;
        uint32_t sigma1 = rotate_right(high, 17) ^ rotate_right(high, 19) ^ high >> 10;
        word[t] = word[t - 16] + sigma0 + word[t - 7] + sigma1;
    }
}

/* Section 6.2.2, steps 2 to 4. The letters are the standard's. */
static void compress(uint32_t state[8], const uint8_t block[SHA256_BLOCK_SIZE])
{
    uint32_t word[64];
    message_schedule(block, word);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < 64; t++) {
        uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t choice = (e & f) ^ (~e & g);
        uint32_t t1 = h + sum1 + choice + round_constant[t] + word[t];
        uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + sum0 + majority;
    }
    const uint32_t working[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; i++)
        state[i] += working[i];
}

void sha256_begin(struct sha256 *hash)
{
    *hash = (struct sha256){0};
    memcpy(hash->state, initial_state, sizeof hash->state);
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t count)
{
    const uint8_t *next = bytes;
    hash->total += count;
    while (count > 0) {
        if (hash->used == 0 && count >= SHA256_BLOCK_SIZE) { /* a whole block: no need to copy it */
            compress(hash->state, next);
            next += SHA256_BLOCK_SIZE;
            count -= SHA256_BLOCK_SIZE;
            continue;
        }
        size_t room = SHA256_BLOCK_SIZE - hash->used;
        size_t taken = smaller(count, room);
        memcpy(hash->block + hash->used, next, taken);
        hash->used += taken;
        next += taken;
        count -= taken;
        if (hash->used == SHA256_BLOCK_SIZE) {
            compress(hash->state, hash->block);
            hash->used = 0;
        }
    }
}

void sha256_end_bytes(struct sha256 *hash, uint8_t bytes[SHA256_SIZE])
{
    static const uint8_t padding[SHA256_BLOCK_SIZE] = {0x80};
    uint64_t bits = hash->total * 8;
    /* Section 5.1.1: a one bit, zeros up to 8 bytes before the end of a block, then the length in bits. */
    enum { LENGTH_AT = SHA256_BLOCK_SIZE - 8 };
    size_t used = hash->used;
    sha256_add(hash, padding, used < LENGTH_AT ? LENGTH_AT - used : SHA256_BLOCK_SIZE + LENGTH_AT - used);
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(hash, length, sizeof length);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        bytes[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_end(struct sha256 *hash, char hex[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_SIZE];
    sha256_end_bytes(hash, bytes);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * SHA256_SIZE] = '\0';
}

void sha256_hex(const void *bytes, size_t count, char hex[SHA256_HEX_SIZE])
{
    struct sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, bytes, count);
    sha256_end(&hash, hex);
}

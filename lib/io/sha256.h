/* lib/io/sha256.h: SHA-256 (FIPS 180-4), over bytes that arrive in pieces.
 *
 * sha256_begin, then sha256_add as often as needed, then one of the end functions, which also destroys the state.
 * Nothing is allocated and nothing can fail. */
#ifndef TENTH_IO_SHA256_H
#define TENTH_IO_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 2 * SHA256_SIZE + 1, SHA256_BLOCK_SIZE = 64 };

struct sha256 {
    uint32_t state[8];
    uint8_t block[SHA256_BLOCK_SIZE]; /* bytes of an incomplete block */
    size_t used;                      /* of block; below SHA256_BLOCK_SIZE */
    uint64_t total;                   /* bytes so far */
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t count);

void sha256_end_bytes(struct sha256 *hash, uint8_t bytes[SHA256_SIZE]);

/* The same as 64 lower-case hexadecimal digits and a 0 byte. */
void sha256_end(struct sha256 *hash, char hex[SHA256_HEX_SIZE]);

/* The hash of bytes in memory: identities of configs. */
void sha256_hex(const void *bytes, size_t count, char hex[SHA256_HEX_SIZE]);

#endif

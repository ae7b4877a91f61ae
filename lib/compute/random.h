/* lib/compute/random.h: counter-based random numbers (Philox4x32-10; Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3").
 *
 * There is no generator state. A number is a pure function of a key and its index, so any thread can compute any part
 * of a stream, results do not depend on the number of threads, and a resumed run continues exactly. A key names the
 * numbers' purpose: two purposes never share a stream. Files depend on purposes (through the results made with them):
 * their numbers are never reused. */
#ifndef TENTH_COMPUTE_RANDOM_H
#define TENTH_COMPUTE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum random_purpose {
    PURPOSE_WEIGHT_INIT = 1,  /* step 0, stream = tensor */
    PURPOSE_SIGMA_INIT = 2,   /* step 0, stream = tensor */
    PURPOSE_WEIGHT_NOISE = 3, /* step = training step, stream = tensor */
    PURPOSE_SPLIT = 4,        /* train / validation split */
    PURPOSE_BATCH_ORDER = 5,  /* step = epoch */
    PURPOSE_AUGMENT = 6,      /* step = training step, stream = item of the batch */
    PURPOSE_PREDICT = 7,      /* step = sample number, stream = tensor */
    PURPOSE_CRITERION = 8,    /* the random criterion; stream = tensor */
    PURPOSE_PERTURB = 9,      /* seed 0, stream = item: all strengths, seeds and methods share it */
    PURPOSE_SYNTHETIC = 10,   /* generated data sets, all with one seed; stream = item. Inputs of benchmarks */
    PURPOSE_SUBSET = 11,      /* choice of a set's items */
    PURPOSE_TEST = 12,        /* tests */
    PURPOSE_OOD = 15,         /* out-of-distribution items; stream = item */
    PURPOSE_BOOTSTRAP = 16    /* the items that a bootstrap round draws; step = round, stream = group */
};

struct random_key {
    uint64_t seed;
    uint32_t purpose; /* enum random_purpose */
    uint32_t step;
    uint32_t stream;
};

static inline struct random_key random_key(uint64_t seed, enum random_purpose purpose, uint64_t step, size_t stream)
{
    return (struct random_key){seed, (uint32_t)purpose, (uint32_t)step, (uint32_t)stream};
}

/* Philox4x32-10 itself: four 32-bit words for a 128-bit counter and a 64-bit key. */
void philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Element i of each of the streams below depends only on the key and i. `first` is the index of out[0] and must be a
 * multiple of RANDOM_CHUNK, so that threads can each fill their part. */
enum { RANDOM_CHUNK = 64 };
void random_uniform(struct random_key key, size_t first, size_t count, float *out); /* in (0, 1) */
void random_normal(struct random_key key, size_t first, size_t count, float *out);  /* N(0, 1), |x| < 6.7 */

/* A uniformly random order of 0 .. count-1 (Fisher-Yates, unbiased). */
void random_permutation(struct random_key key, size_t count, uint32_t *order);

/* One number after the other, for uses where speed does not matter: augmentation, perturbation, data generators. */
struct random_sequence {
    struct random_key key;
    uint32_t block;    /* next Philox block */
    uint32_t words[4]; /* current block */
    unsigned int used; /* words of it already used */
};
struct random_sequence random_sequence(struct random_key key);
uint32_t random_next_word(struct random_sequence *sequence);
double random_next_uniform(struct random_sequence *sequence);                 /* in (0, 1) */
double random_next_normal(struct random_sequence *sequence);                  /* N(0, 1) */
uint32_t random_next_below(struct random_sequence *sequence, uint32_t bound); /* unbiased; bound >= 1 */

#endif

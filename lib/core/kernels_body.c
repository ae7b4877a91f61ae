/* One build of the passes in core/kernels.h; compiled once per instruction set (core/isa.h).
 *
 * Everything works on chunks of 64 elements with constant loop bounds. The end of a range is copied into a whole chunk
 * first, so that an element's bits never depend on where a range begins or ends, or on a vector loop's left-over. */
#include "core/kernels.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/isa.h"
#include "core/vector_math.h"

enum { CHUNK = RANDOM_CHUNK, BLOCKS = CHUNK / 4 }; /* a Philox block is four words */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#if defined(__AVX512F__)
enum { WORDS = 16 };
#elif defined(__AVX2__)
enum { WORDS = 8 };
#else
enum { WORDS = 4 };
#endif

/* The same bits as words, and as half as many pairs of them. */
typedef uint32_t word_vector __attribute__((vector_size(WORDS * sizeof(uint32_t))));
typedef uint64_t pair_vector __attribute__((vector_size(WORDS * sizeof(uint32_t))));

/* The lower words' products. GCC 12 sees in no way of writing this the one instruction that it is. */
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
 * < 6.7); the second the angle. Half of the pairs' cosines and sines follow each other, so that stores are whole
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

static void normal(struct random_key key, size_t first, size_t count, float *out)
{
    float chunk[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        normal_chunk(key, (first + done) / CHUNK, chunk);
        memcpy(out + done, chunk, smaller(CHUNK, count - done) * sizeof *out);
    }
}

static void uniform(struct random_key key, size_t first, size_t count, float *out)
{
    float chunk[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        uniform_chunk(key, (first + done) / CHUNK, chunk);
        memcpy(out + done, chunk, smaller(CHUNK, count - done) * sizeof *out);
    }
}

static inline void softplus_chunk(const float *restrict rho, float *restrict sigma)
{
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        sigma[i] = vector_softplus(rho[i]) + SIGMA_MINIMUM;
}

/* The `here` elements from `from`, followed by zeros. */
static void load(float chunk[CHUNK], const float *from, size_t here)
{
    memcpy(chunk, from, here * sizeof *from);
    memset(chunk + here, 0, (CHUNK - here) * sizeof *from);
}

static void softplus(size_t count, const float *rho, float *sigma)
{
    size_t done = 0;
    for (; done + CHUNK <= count; done += CHUNK)
        softplus_chunk(rho + done, sigma + done);
    if (done < count) {
        float in[CHUNK], out[CHUNK];
        load(in, rho + done, count - done);
        softplus_chunk(in, out);
        memcpy(sigma + done, out, (count - done) * sizeof *sigma);
    }
}

static inline void sample_chunk(struct random_key key, size_t chunk, const float *restrict mu,
                                const float *restrict rho, float *restrict w)
{
    float noise[CHUNK];
    normal_chunk(key, chunk, noise);
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        w[i] = mu[i] + (vector_softplus(rho[i]) + SIGMA_MINIMUM) * noise[i];
}

static void sample(struct random_key key, size_t first, size_t count, const float *mu, const float *rho, float *w)
{
    size_t done = 0;
    for (; done + CHUNK <= count; done += CHUNK)
        sample_chunk(key, (first + done) / CHUNK, mu + done, rho + done, w + done);
    if (done < count) {
        float mu_end[CHUNK], rho_end[CHUNK], w_end[CHUNK];
        load(mu_end, mu + done, count - done);
        load(rho_end, rho + done, count - done);
        sample_chunk(key, (first + done) / CHUNK, mu_end, rho_end, w_end);
        memcpy(w + done, w_end, (count - done) * sizeof *w);
    }
}

static inline float adam_update(const struct kernel_adam *adam, float gradient, float x, float *m, float *v)
{
    *m += (1.0F - adam->beta1) * (gradient - *m);
    *v += (1.0F - adam->beta2) * (gradient * gradient - *v);
    return x - adam->rate * *m / (sqrtf(*v) + adam->epsilon);
}

/* The whole gradients of one weight, before clipping: likelihood and KL. */
static inline void vi_gradient(const struct kernel_vi *step, float w, float g, float mu, float rho, float *d_mu,
                               float *d_rho, float *sigma)
{
    /* With e = exp(-|rho|): softplus = max(rho, 0) + log(1 + e), its derivative is 1/(1+e) for rho >= 0, else e/(1+e).
     */
    float e = vector_exp(rho < 0.0F ? rho : -rho);
    float slope = (rho < 0.0F ? e : 1.0F) / (1.0F + e);
    *sigma = (rho < 0.0F ? 0.0F : rho) + vector_log1p_unit(e) + SIGMA_MINIMUM;
    float inverse = 1.0F / *sigma;
    float noise = (w - mu) * inverse;
    *d_mu = g + step->kl_scale * mu * step->prior_precision;
    *d_rho = (g * noise + step->kl_scale * (*sigma * step->prior_precision - inverse)) * slope;
}

static inline void vi_chunk(const struct kernel_vi *step, float log_prior, const float *restrict w,
                            const float *restrict g, float *restrict mu, float *restrict rho, float *restrict m_mu,
                            float *restrict v_mu, float *restrict m_rho, float *restrict v_rho, float *restrict kl)
{
    const struct kernel_vi s = *step; /* a copy, which the stores below cannot change */
    const int train_rho = s.train_rho;
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        float d_mu, d_rho, sigma;
        vi_gradient(&s, w[i], g[i], mu[i], rho[i], &d_mu, &d_rho, &sigma);
        kl[i] = log_prior - vector_log(sigma) + 0.5F * s.prior_precision * (sigma * sigma + mu[i] * mu[i]) - 0.5F;
        mu[i] = adam_update(&s.mu, s.clip * d_mu, mu[i], &m_mu[i], &v_mu[i]);
        if (train_rho)
            rho[i] = adam_update(&s.rho, s.clip_rho * d_rho, rho[i], &m_rho[i], &v_rho[i]);
    }
}

static double sum_of(const float *term, size_t count)
{
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++)
        sum += (double)term[i];
    return sum;
}

/* The end of a range, in copies of a whole chunk. */
static double vi_end(const struct kernel_vi *step, float log_prior, size_t count, const float *w, const float *g,
                     float *const state[6])
{
    float w_end[CHUNK], g_end[CHUNK], copy[6][CHUNK], kl[CHUNK];
    load(w_end, w, count);
    load(g_end, g, count);
    for (int i = 0; i < 6; i++)
        load(copy[i], state[i], count);
    vi_chunk(step, log_prior, w_end, g_end, copy[0], copy[1], copy[2], copy[3], copy[4], copy[5], kl);
    for (int i = 0; i < 6; i++)
        memcpy(state[i], copy[i], count * sizeof *w);
    return sum_of(kl, count);
}

static double vi_step(const struct kernel_vi *step, size_t count, const float *w, const float *g, float *mu, float *rho,
                      float *m_mu, float *v_mu, float *m_rho, float *v_rho)
{
    const float log_prior = -0.5F * logf(step->prior_precision);
    double sum = 0.0;
    size_t i = 0;
    float kl[CHUNK];
    for (; i + CHUNK <= count; i += CHUNK) {
        vi_chunk(step, log_prior, w + i, g + i, mu + i, rho + i, m_mu + i, v_mu + i, m_rho + i, v_rho + i, kl);
        sum += sum_of(kl, CHUNK);
    }
    if (i < count)
        sum += vi_end(step, log_prior, count - i, w + i, g + i,
                      (float *const[]){mu + i, rho + i, m_mu + i, v_mu + i, m_rho + i, v_rho + i});
    return sum;
}

static inline void point_chunk(const struct kernel_adam *adam, float l2, float clip, const float *restrict g,
                               float *restrict w, float *restrict m, float *restrict v, float *restrict square)
{
    const struct kernel_adam a = *adam;
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        square[i] = w[i] * w[i];
        w[i] = adam_update(&a, clip * (g[i] + l2 * w[i]), w[i], &m[i], &v[i]);
    }
}

static double point_step(const struct kernel_adam *adam, float l2, float clip, size_t count, const float *g, float *w,
                         float *m, float *v)
{
    double sum = 0.0;
    size_t i = 0;
    float square[CHUNK];
    for (; i + CHUNK <= count; i += CHUNK) {
        point_chunk(adam, l2, clip, g + i, w + i, m + i, v + i, square);
        sum += sum_of(square, CHUNK);
    }
    if (i < count) {
        size_t here = count - i;
        float g_end[CHUNK], w_end[CHUNK], m_end[CHUNK], v_end[CHUNK];
        load(g_end, g + i, here);
        load(w_end, w + i, here);
        load(m_end, m + i, here);
        load(v_end, v + i, here);
        point_chunk(adam, l2, clip, g_end, w_end, m_end, v_end, square);
        memcpy(w + i, w_end, here * sizeof *w);
        memcpy(m + i, m_end, here * sizeof *m);
        memcpy(v + i, v_end, here * sizeof *v);
        sum += sum_of(square, here);
    }
    return sum / 2;
}

static inline void vi_square_chunk(const struct kernel_vi *step, const float *restrict w, const float *restrict g,
                                   const float *restrict mu, const float *restrict rho, float *restrict mu_square,
                                   float *restrict rho_square)
{
    const struct kernel_vi s = *step;
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        float d_mu, d_rho, sigma;
        vi_gradient(&s, w[i], g[i], mu[i], rho[i], &d_mu, &d_rho, &sigma);
        mu_square[i] = d_mu * d_mu;
        rho_square[i] = d_rho * d_rho;
    }
}

static void vi_norms(const struct kernel_vi *step, size_t count, const float *w, const float *g, const float *mu,
                     const float *rho, double *mu_squared, double *rho_squared)
{
    float mu_square[CHUNK], rho_square[CHUNK];
    *mu_squared = *rho_squared = 0.0;
    for (size_t i = 0; i < count; i += CHUNK) {
        size_t here = smaller(CHUNK, count - i);
        if (here == CHUNK) {
            vi_square_chunk(step, w + i, g + i, mu + i, rho + i, mu_square, rho_square);
        } else {
            float w_end[CHUNK], g_end[CHUNK], mu_end[CHUNK], rho_end[CHUNK];
            load(w_end, w + i, here);
            load(g_end, g + i, here);
            load(mu_end, mu + i, here);
            load(rho_end, rho + i, here);
            vi_square_chunk(step, w_end, g_end, mu_end, rho_end, mu_square, rho_square);
        }
        *mu_squared += sum_of(mu_square, here);
        *rho_squared += sum_of(rho_square, here);
    }
}

extern const struct kernels ISA_NAME(kernels);
const struct kernels ISA_NAME(kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .normal = normal,
    .uniform = uniform,
    .softplus = softplus,
    .sample = sample,
    .vi_step = vi_step,
    .point_step = point_step,
    .vi_norms = vi_norms,
};

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
#include "core/size.h"
#include "core/vector_math.h"

enum { CHUNK = RANDOM_CHUNK, BLOCKS = CHUNK / 4 }; /* a Philox block is four words */

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

/* Asks for what a loop over chunks will want of an array some chunks later. Processors look ahead by themselves, but
 * stop at the end of a page, which a pass over eight arrays meets eight times in 16 chunks. Of what lies behind the
 * array's end nothing is read. */
static inline void prefetch(const float *x)
{
    enum { AHEAD = 8 * CHUNK, LINE = 16 };
    for (int i = 0; i < CHUNK; i += LINE)
        __builtin_prefetch(x + AHEAD + i, 1);
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
    for (; done + CHUNK <= count; done += CHUNK) {
        prefetch(mu + done);
        prefetch(rho + done);
        prefetch(w + done);
        sample_chunk(key, (first + done) / CHUNK, mu + done, rho + done, w + done);
    }
    if (done < count) {
        float mu_end[CHUNK], rho_end[CHUNK], w_end[CHUNK];
        load(mu_end, mu + done, count - done);
        load(rho_end, rho + done, count - done);
        sample_chunk(key, (first + done) / CHUNK, mu_end, rho_end, w_end);
        memcpy(w + done, w_end, (count - done) * sizeof *w);
    }
}

/* x -= rate m / (sqrt(v) + epsilon), with the moments m and v of the gradient brought up to date first. */
static inline void adam_chunk(struct kernel_adam adam, const float *restrict gradient, float *restrict x,
                              float *restrict m, float *restrict v)
{
    float size[CHUNK];
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        m[i] += (1.0F - adam.beta1) * (gradient[i] - m[i]);
        v[i] += (1.0F - adam.beta2) * (gradient[i] * gradient[i] - v[i]);
        size[i] = sqrtf(v[i]) + adam.epsilon;
    }
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        x[i] -= adam.rate * m[i] / size[i];
}

/* a b + c. Where c is a product too a compiler may round either, and chose now one and now the other. */
static inline float multiply_add(float a, float b, float c)
{
#ifdef __FMA__
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* The whole gradients of weights, before clipping, of likelihood and KL; and sigma.
 * With e = exp(-|rho|): softplus = max(rho, 0) + log(1 + e), its derivative is 1/(1+e) for rho >= 0, else e/(1+e). */
static inline void vi_gradients(const struct kernel_vi *step, const float *restrict w, const float *restrict g,
                                const float *restrict mu, const float *restrict rho, float *restrict d_mu,
                                float *restrict d_rho, float *restrict sigma)
{
    const struct kernel_vi s = *step; /* a copy, which the stores below cannot change */
    float slope[CHUNK], below[CHUNK], inverse[CHUNK];
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        float e = vector_exp(rho[i] < 0.0F ? rho[i] : -rho[i]);
        slope[i] = rho[i] < 0.0F ? e : 1.0F;
        below[i] = 1.0F + e;
        sigma[i] = (rho[i] < 0.0F ? 0.0F : rho[i]) + vector_log1p_unit(e) + SIGMA_MINIMUM;
    }
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        slope[i] /= below[i];
        inverse[i] = 1.0F / sigma[i];
    }
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        float noise = (w[i] - mu[i]) * inverse[i];
        d_mu[i] = g[i] + s.kl_scale * mu[i] * s.prior_precision;
        float kl_part = s.kl_scale * (sigma[i] * s.prior_precision - inverse[i]);
        d_rho[i] = multiply_add(g[i], noise, kl_part) * slope[i];
    }
}

static inline void vi_chunk(const struct kernel_vi *step, float log_prior, const float *restrict w,
                            const float *restrict g, float *restrict mu, float *restrict rho, float *restrict m_mu,
                            float *restrict v_mu, float *restrict m_rho, float *restrict v_rho, float *restrict kl)
{
    const struct kernel_vi s = *step;
    float d_mu[CHUNK], d_rho[CHUNK], sigma[CHUNK];
    vi_gradients(step, w, g, mu, rho, d_mu, d_rho, sigma);
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        kl[i] =
            log_prior - vector_log(sigma[i]) + 0.5F * s.prior_precision * (sigma[i] * sigma[i] + mu[i] * mu[i]) - 0.5F;
        d_mu[i] *= s.clip;
        d_rho[i] *= s.clip_rho;
    }
    adam_chunk(s.mu, d_mu, mu, m_mu, v_mu);
    if (s.train_rho)
        adam_chunk(s.rho, d_rho, rho, m_rho, v_rho);
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
        const float *const arrays[] = {w + i, g + i, mu + i, rho + i, m_mu + i, v_mu + i, m_rho + i, v_rho + i};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
            prefetch(arrays[a]);
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
    float gradient[CHUNK];
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        square[i] = w[i] * w[i];
        gradient[i] = clip * (g[i] + l2 * w[i]);
    }
    adam_chunk(*adam, gradient, w, m, v);
}

static double point_step(const struct kernel_adam *adam, float l2, float clip, size_t count, const float *g, float *w,
                         float *m, float *v)
{
    double sum = 0.0;
    size_t i = 0;
    float square[CHUNK];
    for (; i + CHUNK <= count; i += CHUNK) {
        prefetch(g + i);
        prefetch(w + i);
        prefetch(m + i);
        prefetch(v + i);
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
    float d_mu[CHUNK], d_rho[CHUNK], sigma[CHUNK];
    vi_gradients(step, w, g, mu, rho, d_mu, d_rho, sigma);
#pragma omp simd
    for (int i = 0; i < CHUNK; i++) {
        mu_square[i] = d_mu[i] * d_mu[i];
        rho_square[i] = d_rho[i] * d_rho[i];
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

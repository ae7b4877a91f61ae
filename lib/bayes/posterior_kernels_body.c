/* One build of the passes in bayes/posterior_kernels.h; compiled once per instruction set (compute/isa.h). elbo.c has
 * the same formulas for one weight at a time. */
#include "bayes/posterior_kernels.h"

#include <math.h>
#include <string.h>

#include "compute/chunk.h"
#include "compute/isa.h"
#include "compute/philox.h"
#include "compute/vector_math.h"
#include "core/size.h"
#include "nn/adam_chunk.h"

static inline void softplus_chunk(const float *restrict rho, float *restrict sigma)
{
#pragma omp simd
    for (int i = 0; i < CHUNK; i++)
        sigma[i] = vector_softplus(rho[i]) + SIGMA_MINIMUM;
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

/* The total gradients of weights, of likelihood and KL, before clipping; and sigma.
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

/* The end of a range, copied into whole chunks. */
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

extern const struct posterior_kernels ISA_NAME(posterior_kernels);
const struct posterior_kernels ISA_NAME(posterior_kernels) = {
    .name = ISA_TEXT(ISA),
    .runs_here = ISA_NAME(isa_runs),
    .softplus = softplus,
    .sample = sample,
    .vi_step = vi_step,
    .point_step = point_step,
    .vi_norms = vi_norms,
};

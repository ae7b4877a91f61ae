/* The elementary functions, the passes over parameters in every build that runs here, and the matrix product. */
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "compute/gemm_private.h"
#include "compute/isa.h"
#include "bayes/elbo.h"
#include "bayes/posterior_kernels.h"
#include "compute/random_kernels.h"
#include "core/memory.h"
#include "compute/random.h"
#include "core/size.h"
#include "compute/vector_math.h"
#include "nn/optimizer.h"
#include "reference.h"

static const double unit = 0.5 * (double)FLT_EPSILON; /* the relative error of one rounding */

/* ---- elementary functions ---- */

struct function {
    const char *name;
    float (*fast)(float);
    double (*exact)(double);
    float low, high;
    double roundings; /* allowed error, in roundings of the result */
};

static double softplus_exact(double x)
{
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* Each polynomial's own error is below .25 roundings. What remains: a few additions and products at the size of the
 * result. For exp the error of the reduced argument adds one; for log the two parts of the sum, for expm1 and SELU the
 * final subtraction near the seams, where two parts of up to three times the result are added. */
static const struct function functions[] = {
    {"exp", vector_exp, exp, -86.0F, 88.0F, 3.0},
    {"expm1", vector_expm1, expm1, -86.0F, 88.0F, 4.0},
    {"log", vector_log, log, 1e-30F, 0.9F, 3.0},
    {"log near 1", vector_log, log, 0.72F, 1.4F, 3.0},
    {"log1p", vector_log1p_unit, log1p, 0.0F, 1.0F, 4.0},
    {"softplus", vector_softplus, softplus_exact, -80.0F, 80.0F, 5.0},
    {"selu", vector_selu, reference_selu, -80.0F, 10.0F, 6.0},
};

static double worst_roundings(const struct function *f, float (*fast)(float))
{
    enum { STEPS = 200000 };
    double worst = 0.0;
    for (int i = 0; i <= STEPS; i++) {
        float x = f->low + (f->high - f->low) * (float)i / STEPS;
        double exact = f->exact((double)x);
        double error = fabs((double)fast(x) - exact) / (fabs(exact) + (double)FLT_MIN) / unit;
        worst = fmax(worst, error);
    }
    return worst;
}

static float exp_broken(float x)
{
    return vector_exp(x * (1.0F + 4.0F * FLT_EPSILON)); /* a constant that is off in its last digits */
}

static void test_elementary_functions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        double worst = worst_roundings(&functions[i], functions[i].fast);
        if (!(worst <= functions[i].roundings))
            fail_msg("%s is off by %g roundings", functions[i].name, worst);
    }
    assert_true(worst_roundings(&functions[0], exp_broken) > functions[0].roundings); /* twin */
}

static void test_elementary_functions_near_zero(void **state)
{
    (void)state;
    for (float x = 1e-30F; x < 1.0F; x *= 1.37F) {
        assert_near(vector_expm1(-x), expm1(-(double)x), 4.0 * unit * (double)x);
        assert_near(vector_log1p_unit(x), log1p((double)x), 4.0 * unit * (double)x);
        assert_near(vector_selu(-x), reference_selu(-(double)x), 6.0 * unit * 1.76 * (double)x);
    }
}

static void test_cos_sin(void **state)
{
    (void)state;
    const double turn = 2.0 * acos(-1.0) / 4294967296.0;
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t word = i * 2654435761U + (i << 28); /* spread over the turn, and the seams of the quarters */
        float cosine, sine;
        vector_cos_sin_turn(word, &cosine, &sine);
        /* one rounding of an angle below .79, two of the polynomial */
        assert_near(cosine, cos(turn * (double)word), 3.0 * unit);
        assert_near(sine, sin(turn * (double)word), 3.0 * unit);
    }
}

static void test_nan_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        assert_true(isnan(functions[i].fast(NAN)));
}

/* ---- passes ---- */

enum { COUNT = 1000, LONGEST = COUNT + 64 };
static const size_t counts[] = {1, 63, 64, 65, 129, COUNT};

struct parameters {
    float w[LONGEST], g[LONGEST];
    union {
        struct {
            float mu[LONGEST], rho[LONGEST], m_mu[LONGEST], v_mu[LONGEST], m_rho[LONGEST], v_rho[LONGEST];
        };
        float state[6][LONGEST];
    };
};

static void fill(float *x, size_t stream, float mean, float spread)
{
    random_normal(random_key(3, PURPOSE_TEST, 0, stream), 0, LONGEST, x);
    for (size_t i = 0; i < LONGEST; i++)
        x[i] = mean + spread * x[i];
}

static void fill_parameters(struct parameters *p)
{
    fill(p->mu, 0, 0.0F, 0.1F);
    fill(p->rho, 1, -3.0F, 2.0F);
    fill(p->w, 2, 0.0F, 0.1F);
    fill(p->g, 3, 0.0F, 1.0F);
    fill(p->m_mu, 4, 0.0F, 0.1F);
    fill(p->v_mu, 5, 0.0F, 0.1F);
    fill(p->m_rho, 6, 0.0F, 0.1F);
    fill(p->v_rho, 7, 0.0F, 0.1F);
    for (size_t i = 0; i < LONGEST; i++) {
        p->v_mu[i] *= p->v_mu[i];
        p->v_rho[i] *= p->v_rho[i];
    }
}

static const struct kernel_vi vi = {
    .kl_scale = 0.03F,
    .prior_precision = 100.0F,
    .clip = 0.7F,
    .clip_rho = 0.4F,
    .mu = {0.9F, 0.999F, 1e-3F, 1e-8F},
    .rho = {0.8F, 0.99F, 1e-2F, 1e-6F},
    .train_rho = 1,
};

/* KL(N(mu, sigma^2) || N(0, 1 / precision)), by the textbook */
static double kl(double mu, double sigma, double precision)
{
    return -0.5 * log(precision) - log(sigma) + 0.5 * precision * (sigma * sigma + mu * mu) - 0.5;
}

/* The integral of q log(q / p) over 12 sigmas on either side, by Simpson's rule. */
static void the_divergence_is_its_integral(void **state)
{
    (void)state;
    static const double cases[][3] = {{0, .05, 1}, {.3, .1, .1}, {-2, .5, .05}, {.01, 3, 1}};
    enum { STEPS = 4000 };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const double mu = cases[c][0], sigma = cases[c][1], prior = cases[c][2], h = 24 * sigma / STEPS;
        double sum = 0;
        for (size_t i = 0; i <= STEPS; i++) {
            const double w = mu - 12 * sigma + h * (double)i;
            const double log_q = -.5 * pow((w - mu) / sigma, 2) - log(sigma),
                         log_p = -.5 * pow(w / prior, 2) - log(prior);
            const double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
            sum += weight * exp(log_q) / sqrt(2 * acos(-1)) * (log_q - log_p);
        }
        assert_near(elbo_kl(mu, sigma, prior), sum * h / 3, 1e-9 * (1 + fabs(sum * h / 3)));
        assert_near(elbo_kl(mu, sigma, prior), kl(mu, sigma, 1 / (prior * prior)), 1e-12 * fabs(sum * h));
    }
    assert_near(elbo_kl(0, .3, .3), 0, 1e-15);
}

static double sigma_of(double rho)
{
    return softplus_exact(rho) + (double)SIGMA_MINIMUM;
}

/* What a step minimises, as far as one weight goes: g w + scale KL, with w = mu + sigma(rho) eps. */
static double objective(double mu, double rho, double g, double eps)
{
    double sigma = sigma_of(rho);
    return g * (mu + sigma * eps) + (double)vi.kl_scale * kl(mu, sigma, (double)vi.prior_precision);
}

/* Gradients by differences, independent of the formulas under test. Richardson's step removes the error of order h^2;
 * what remains is far below a float's rounding. */
static double slope(double at, double h, double mu, double rho, double g, double eps, int of_rho)
{
    double d[2];
    for (int i = 0; i < 2; i++) {
        double step = h / (1 << i);
        d[i] = of_rho ? objective(mu, at + step, g, eps) - objective(mu, at - step, g, eps)
                      : objective(at + step, rho, g, eps) - objective(at - step, rho, g, eps);
        d[i] /= 2.0 * step;
    }
    return (4.0 * d[1] - d[0]) / 3.0;
}

static void vi_gradients(const struct parameters *p, size_t i, double *d_mu, double *d_rho)
{
    double mu = (double)p->mu[i], rho = (double)p->rho[i], g = (double)p->g[i];
    double eps = ((double)p->w[i] - mu) / sigma_of(rho);
    *d_mu = slope(mu, 1e-3, mu, rho, g, eps, 0);
    *d_rho = slope(rho, 1e-3, mu, rho, g, eps, 1);
}

static double adam_reference(const struct kernel_adam *a, double gradient, double x, double *m, double *v)
{
    *m = (double)a->beta1 * *m + (1.0 - (double)a->beta1) * gradient;
    *v = (double)a->beta2 * *v + (1.0 - (double)a->beta2) * gradient * gradient;
    return x - (double)a->rate * *m / (sqrt(*v) + (double)a->epsilon);
}

/* Sizes that the error of a gradient is measured by: its terms before they cancel. w - mu loses digits where w is near
 * mu: its error is one rounding of w. */
static double rho_gradient_size(const struct parameters *p, size_t i)
{
    double sigma = sigma_of((double)p->rho[i]), g = fabs((double)p->g[i]);
    double eps = (fabs((double)p->w[i]) + fabs((double)p->mu[i])) / sigma;
    return g * eps + (double)vi.kl_scale * (sigma * (double)vi.prior_precision + 1.0 / sigma);
}

static double mu_gradient_size(const struct parameters *p, size_t i)
{
    return fabs((double)p->g[i]) + (double)(vi.kl_scale * vi.prior_precision) * fabs((double)p->mu[i]);
}

/* Whether element i of `after` is one step from `before`. A gradient is off by at most 16 roundings of its size
 * (softplus 5, its slope 4, a division, products and sums); m by as much of its terms; v by twice that; the step is at
 * most rate times m / sqrt(v), whose relative error is that of m, of v / 2 and some. */
static int step_is_right(const struct parameters *before, const struct parameters *after, size_t i, int of_rho)
{
    double d_mu, d_rho;
    vi_gradients(before, i, &d_mu, &d_rho);
    const struct kernel_adam *adam = of_rho ? &vi.rho : &vi.mu;
    double gradient = of_rho ? (double)vi.clip_rho * d_rho : (double)vi.clip * d_mu;
    double size =
        of_rho ? (double)vi.clip_rho * rho_gradient_size(before, i) : (double)vi.clip * mu_gradient_size(before, i);
    const float *const *was =
        (const float *const[]){of_rho ? before->rho : before->mu, of_rho ? before->m_rho : before->m_mu,
                               of_rho ? before->v_rho : before->v_mu};
    double m = (double)was[1][i], v = (double)was[2][i];
    double error_m = 20.0 * unit * (fabs(m) + size), error_v = 40.0 * unit * (v + size * size);
    double x = adam_reference(adam, gradient, (double)was[0][i], &m, &v);
    double root = sqrt(v) + (double)adam->epsilon;
    double error_x =
        2.0 * unit * fabs(x) +
        (double)adam->rate * (error_m / root + fabs(m) * error_v / (2.0 * root * v) + 8.0 * unit * fabs(m) / root);
    return fabs((double)(of_rho ? after->rho : after->mu)[i] - x) <= error_x &&
           fabs((double)(of_rho ? after->m_rho : after->m_mu)[i] - m) <= error_m &&
           fabs((double)(of_rho ? after->v_rho : after->v_mu)[i] - v) <= error_v;
}

static double run_vi(const struct posterior_kernels *k, const struct kernel_vi *step, struct parameters *p,
                     size_t first, size_t count)
{
    return k->vi_step(step, count, p->w + first, p->g + first, p->mu + first, p->rho + first, p->m_mu + first,
                      p->v_mu + first, p->m_rho + first, p->v_rho + first);
}

static void check_vi_step(const struct posterior_kernels *k, size_t count)
{
    static struct parameters before, after;
    fill_parameters(&before);
    after = before;
    double found = run_vi(k, &vi, &after, 0, count), expected = 0.0, size = 0.0;
    for (size_t i = 0; i < count; i++) {
        assert_true(step_is_right(&before, &after, i, 0));
        assert_true(step_is_right(&before, &after, i, 1));
        double sigma = sigma_of((double)before.rho[i]);
        expected += kl((double)before.mu[i], sigma, 100.0);
        size += 3.0 + fabs(log(sigma)) + 50.0 * (sigma * sigma + (double)(before.mu[i] * before.mu[i]));
    }
    assert_near(found, expected, 12.0 * unit * size); /* a term of the KL: at most 12 roundings of its parts */
    for (int s = 0; s < 6; s++)                       /* nothing behind the range has changed */
        assert_memory_equal(after.state[s] + count, before.state[s] + count, (LONGEST - count) * sizeof(float));
    after.mu[count / 2] += 1e-4F; /* twins; a step is about 1e-3 */
    assert_false(step_is_right(&before, &after, count / 2, 0));
    after.v_rho[count / 2] *= 2.0F;
    assert_false(step_is_right(&before, &after, count / 2, 1));
}

static void test_vi_step(void **state)
{
    (void)state;
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            check_vi_step(all[b], counts[c]);
}

static void test_vi_step_with_frozen_sigma(void **state)
{
    (void)state;
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++) {
        static struct parameters before, after;
        struct kernel_vi frozen = vi;
        frozen.train_rho = 0;
        fill_parameters(&before);
        after = before;
        (void)run_vi(all[b], &frozen, &after, 0, COUNT);
        assert_memory_equal(after.rho, before.rho, sizeof before.rho);
        assert_memory_equal(after.m_rho, before.m_rho, sizeof before.m_rho);
        assert_memory_equal(after.v_rho, before.v_rho, sizeof before.v_rho);
        for (size_t i = 0; i < COUNT; i++)
            assert_true(step_is_right(&before, &after, i, 0));
    }
}

/* Where a tensor is cut into ranges changes no bit of it. */
static void test_ranges_do_not_matter(void **state)
{
    (void)state;
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++) {
        static struct parameters whole, parts;
        fill_parameters(&whole);
        parts = whole;
        (void)run_vi(all[b], &vi, &whole, 0, COUNT);
        (void)run_vi(all[b], &vi, &parts, 37, COUNT - 37);
        (void)run_vi(all[b], &vi, &parts, 0, 37);
        assert_memory_equal(&whole, &parts, sizeof whole);
    }
}

/* The builds that have fused multiply-adds round alike: which of them runs is not to be seen in a pass's results. */
static void test_fused_builds_have_the_same_bits(void **state)
{
    (void)state;
    const struct random_key key = random_key(5, PURPOSE_TEST, 1, 3);
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    for (size_t b = 0; b + 2 < builds; b++) { /* the last one is "base", without them */
        static struct parameters p[2];
        for (size_t i = 0; i < 2; i++) {
            fill_parameters(&p[i]);
            all[b + i]->sample(key, 0, COUNT, p[i].mu, p[i].rho, p[i].w);
            (void)run_vi(all[b + i], &vi, &p[i], 0, COUNT);
        }
        assert_memory_equal(&p[0], &p[1], sizeof p[0]);
        for (size_t i = 0; i < 2; i++)
            (void)all[b + i]->point_step(&vi.mu, 0.3F, 0.5F, COUNT, p[i].g, p[i].w, p[i].m_mu, p[i].v_mu);
        assert_memory_equal(&p[0], &p[1], sizeof p[0]);
    }
}

static void test_vi_norms(void **state)
{
    (void)state;
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    static struct parameters p;
    fill_parameters(&p);
    for (size_t b = 0; b < builds; b++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            double mu_found, rho_found, mu = 0.0, rho = 0.0, mu_size = 0.0, rho_size = 0.0;
            all[b]->vi_norms(&vi, counts[c], p.w, p.g, p.mu, p.rho, &mu_found, &rho_found);
            for (size_t i = 0; i < counts[c]; i++) {
                double d_mu, d_rho;
                vi_gradients(&p, i, &d_mu, &d_rho); /* without clip: the norm is what clipping is computed from */
                mu += d_mu * d_mu;
                rho += d_rho * d_rho;
                mu_size += mu_gradient_size(&p, i) * mu_gradient_size(&p, i);
                rho_size += rho_gradient_size(&p, i) * rho_gradient_size(&p, i);
            }
            assert_near(mu_found, mu, 40.0 * unit * mu_size);
            assert_near(rho_found, rho, 40.0 * unit * rho_size);
        }
}

static void test_sample_and_softplus(void **state)
{
    (void)state;
    const struct random_key key = random_key(5, PURPOSE_TEST, 1, 2);
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    static struct parameters p;
    fill_parameters(&p);
    for (size_t b = 0; b < builds; b++) {
        float noise[LONGEST], w[LONGEST], sigma[LONGEST], end[LONGEST];
        random_kernels_all(&builds)[b]->normal(key, 0, LONGEST, noise); /* of the same build */
        all[b]->sample(key, 0, COUNT, p.mu, p.rho, w);
        all[b]->softplus(COUNT, p.rho, sigma);
        for (size_t i = 0; i < COUNT; i++) {
            double exact = sigma_of((double)p.rho[i]);
            assert_near(sigma[i], exact, 6.0 * unit * exact);
            double step = exact * (double)noise[i];
            assert_near(w[i], (double)p.mu[i] + step, 8.0 * unit * (fabs(step) + fabs((double)p.mu[i])));
        }
        all[b]->sample(key, 128, COUNT - 128, p.mu + 128, p.rho + 128, end);
        assert_memory_equal(end, w + 128, (COUNT - 128) * sizeof *w);
        all[b]->softplus(3, p.rho + 5, end);
        assert_memory_equal(end, sigma + 5, 3 * sizeof *end);
    }
}

static void test_point_step(void **state)
{
    (void)state;
    const float l2 = 0.3F, clip = 0.5F;
    size_t builds;
    const struct posterior_kernels *const *all = posterior_kernels_all(&builds);
    static struct parameters p, q;
    fill_parameters(&p);
    for (size_t b = 0; b < builds; b++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            q = p;
            double found = all[b]->point_step(&vi.mu, l2, clip, counts[c], q.g, q.w, q.m_mu, q.v_mu), square = 0.0;
            for (size_t i = 0; i < counts[c]; i++) {
                double w = (double)p.w[i], m = (double)p.m_mu[i], v = (double)p.v_mu[i];
                double gradient = (double)clip * ((double)p.g[i] + (double)l2 * w);
                double x = adam_reference(&vi.mu, gradient, w, &m, &v);
                square += 0.5 * w * w;
                /* a step is at most rate / sqrt(1 - beta2) = .032, and right to 30 roundings of its parts */
                assert_near(q.w[i], x, unit * fabs(x) + 30.0 * unit * 0.032);
            }
            assert_near(found, square, 4.0 * unit * square);
            assert_memory_equal(q.w + counts[c], p.w + counts[c], (LONGEST - counts[c]) * sizeof(float));
        }
}

/* adam_step folds the bias correction in; the paper's form (algorithm 1) in double. */
static void test_adam_is_the_papers(void **state)
{
    (void)state;
    const struct adam adam = {0.9F, 0.999F, 1e-8F};
    float w[1] = {0.5F}, m[1] = {0}, v[1] = {0};
    double x = 0.5, first = 0.0, second = 0.0;
    for (size_t t = 1; t <= 50; t++) {
        const float g[1] = {sinf((float)t)};
        struct kernel_adam step = adam_step(adam, 1e-2, t);
        (void)posterior_kernels()->point_step(&step, 0.0F, 1.0F, 1, g, w, m, v);
        first = (double)adam.beta1 * first + (1.0 - (double)adam.beta1) * (double)g[0];
        second = (double)adam.beta2 * second + (1.0 - (double)adam.beta2) * (double)g[0] * (double)g[0];
        double m_hat = first / (1.0 - pow((double)adam.beta1, (double)t));
        double v_hat = second / (1.0 - pow((double)adam.beta2, (double)t));
        x -= 1e-2 * m_hat / (sqrt(v_hat) + 1e-8);
        /* 1 - beta2 = .001 carries the rounding of beta2, 1e-4 of itself at most; it cancels in m_hat / sqrt(v_hat) up
         * to the difference between folded and unfolded correction: 1e-4 of 50 steps of .01 would be far outside. */
        assert_near(w[0], x, (double)t * 1e-2 * 1e-5);
    }
}

/* ---- the matrix product ---- */

static int always(void)
{
    return 1;
}

enum { BUILDS_MOST = 3 };

/* The builds of panels that run here, best first; NULL: there are not so many. */
static const struct gemm_panels *panels_build(size_t index)
{
    size_t builds;
    const struct gemm_panels *const *all = gemm_panels_all(&builds);
    assert_true(builds <= BUILDS_MOST);
    return index < builds ? all[index] : NULL;
}

#define PANELS_BUILD(index)                                                                                            \
    static int build_##index##_runs(void)                                                                              \
    {                                                                                                                  \
        return panels_build(index) != NULL;                                                                            \
    }                                                                                                                  \
    static void panels_##index(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c) \
    {                                                                                                                  \
        panels_build(index)->floats.batch(batch, count, a, b, c);                                                      \
    }                                                                                                                  \
    static void pack_##index(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed) \
    {                                                                                                                  \
        panels_build(index)->floats.pack(k, n, first, rows, b, ldb, packed);                                           \
    }                                                                                                                  \
    static void single_##index(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,     \
                               size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)               \
    {                                                                                                                  \
        panels_build(index)->floats.single(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);                         \
    }
PANELS_BUILD(0)
PANELS_BUILD(1)
PANELS_BUILD(2)

static void pairs(const struct gemm_batch *batch, size_t count, const float *a, const float *b, float *c)
{
    gemm_panels()->pairs.batch(batch, count, a, b, c);
}

static void pack_pairs(size_t k, size_t n, size_t first, size_t rows, const float *b, size_t ldb, float *packed)
{
    gemm_panels()->pairs.pack(k, n, first, rows, b, ldb, packed);
}

static void pairs_single(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a, size_t lda,
                         const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    gemm_panels()->pairs.single(op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

/* Products of batches, and what packs their B. */
static const struct {
    gemm_batch_fn *multiply;
    gemm_pack_fn *pack;
    int (*runs_here)(void);
} batches[] = {{gemm_batch, gemm_pack, always},          {gemm_batch_bf16, gemm_pack_bf16, always},
               {pairs, pack_pairs, gemm_pairs_run_here}, {panels_0, pack_0, build_0_runs},
               {panels_1, pack_1, build_1_runs},         {panels_2, pack_2, build_2_runs}};
enum { BATCHES = sizeof batches / sizeof batches[0] };

/* Products of one, as gemm_fn. */
static void alone(gemm_batch_fn *multiply, const struct gemm_batch *sizes, const float *a, const float *b, float beta,
                  float *c)
{
    const size_t m = sizes->m, n = sizes->n, ldc = sizes->ldc;
    float *before = calloc(m * ldc + 1, sizeof *before);
    assert_non_null(before);
    memcpy(before, c, m * ldc * sizeof *c);
    multiply(sizes, 1, a, b, c);
    for (size_t i = 0; beta != 0.0F && i < m; i++)
        for (size_t j = 0; j < n; j++)
            c[i * ldc + j] += before[i * ldc + j];
    free(before);
}

#define ALONE(function)                                                                                                \
    static void function##_alone(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k, const float *a,   \
                                 size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)             \
    {                                                                                                                  \
        alone(function, &(struct gemm_batch){op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0}, a, b, beta, c);             \
    }
ALONE(gemm_batch)
ALONE(gemm_batch_bf16)
ALONE(pairs)
ALONE(panels_0)
ALONE(panels_1)
ALONE(panels_2)

static bool was_denied; /* memory, to the last product without it */

/* A function and its product, for a thread that has multiplied nothing before and gets no memory for it. */
struct without_memory {
    gemm_fn *multiply;
    struct gemm_batch sizes;
    const float *a, *b;
    float beta, *c;
};

static void *multiply_without_memory(void *context)
{
    const struct without_memory *call = context;
    const struct gemm_batch *p = &call->sizes;
    fault_arm(0);
    call->multiply(p->op_a, p->op_b, p->m, p->n, p->k, call->a, p->lda, call->b, p->ldb, call->beta, call->c, p->ldc);
    was_denied = fault_met();
    fault_arm(SIZE_MAX);
    return NULL;
}

#define WITHOUT_MEMORY(function)                                                                                       \
    static void function##_without_memory(enum gemm_op op_a, enum gemm_op op_b, size_t m, size_t n, size_t k,          \
                                          const float *a, size_t lda, const float *b, size_t ldb, float beta,          \
                                          float *c, size_t ldc)                                                        \
    {                                                                                                                  \
        struct without_memory call = {function, {op_a, op_b, m, n, k, lda, ldb, ldc, 0, 0, 0}, a, b, beta, c};         \
        pthread_t thread;                                                                                              \
        assert_int_equal(pthread_create(&thread, NULL, multiply_without_memory, &call), 0);                            \
        assert_int_equal(pthread_join(thread, NULL), 0);                                                               \
    }
/* NOLINTBEGIN(readability-non-const-parameter): c is written through `call` */
WITHOUT_MEMORY(gemm)
WITHOUT_MEMORY(gemm_bf16)
WITHOUT_MEMORY(gemm_rounded)
WITHOUT_MEMORY(pairs_single)
WITHOUT_MEMORY(pairs_alone)
/* NOLINTEND(readability-non-const-parameter) */

static const struct multiplication {
    const char *name;
    gemm_fn *gemm;
    int rounds; /* its factors, to 8 bits */
    int part;   /* of gemm_bf16, which keeps empty products from it */
    int (*runs_here)(void);
} multiplications[] = {{"gemm", gemm, 0, 0, always},
                       {"gemm_bf16", gemm_bf16, 1, 0, always},
                       {"gemm_rounded", gemm_rounded, 1, 1, always},
                       {"pairs, single", pairs_single, 1, 1, gemm_pairs_run_here},
                       {"gemm_batch", gemm_batch_alone, 0, 0, always},
                       {"gemm_batch_bf16", gemm_batch_bf16_alone, 1, 0, always},
                       {"pairs", pairs_alone, 1, 0, gemm_pairs_run_here},
                       {"panels of the best build", panels_0_alone, 0, 0, build_0_runs},
                       {"panels of the second build", panels_1_alone, 0, 0, build_1_runs},
                       {"panels of the third build", panels_2_alone, 0, 0, build_2_runs},
                       {"single, the best build", single_0, 0, 1, build_0_runs},
                       {"single, the second build", single_1, 0, 1, build_1_runs},
                       {"single, the third build", single_2, 0, 1, build_2_runs},
                       {"gemm without memory", gemm_without_memory, 0, 0, always},
                       {"gemm_bf16 without memory", gemm_bf16_without_memory, 1, 0, always},
                       {"gemm_rounded without memory", gemm_rounded_without_memory, 1, 1, always},
                       {"pairs, single, without memory", pairs_single_without_memory, 1, 1, gemm_pairs_run_here},
                       {"pairs without memory", pairs_alone_without_memory, 1, 0, gemm_pairs_run_here}};
enum { MULTIPLICATIONS = sizeof multiplications / sizeof multiplications[0] };

struct product {
    const struct multiplication *by;
    enum gemm_op op_a, op_b;
    size_t m, n, k;
    size_t padding; /* of each row in memory */
    float beta;
};

/* To the nearest number of 8 bits, halves to the even one. */
static void round_to_8_bits(double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int exponent;
        double significand = frexp(x[i], &exponent);
        x[i] = ldexp(rint(ldexp(significand, 8)), exponent - 8);
    }
}

/* Largest error in units of (k + 1) roundings of sum |a b| (+ |c| for beta 1): at most 1 in any order of summation. */
static double gemm_error(const struct product *p, float spoil)
{
    size_t lda = (p->op_a == GEMM_PLAIN ? p->k : p->m) + p->padding,
           ldb = (p->op_b == GEMM_PLAIN ? p->n : p->k) + p->padding;
    size_t ldc = p->n + p->padding, rows_a = p->op_a == GEMM_PLAIN ? p->m : p->k,
           rows_b = p->op_b == GEMM_PLAIN ? p->k : p->n;
    float *a = calloc(rows_a * lda + 1, sizeof *a), *b = calloc(rows_b * ldb + 1, sizeof *b);
    float *c = calloc(p->m * ldc + 1, sizeof *c);
    assert_true(a && b && c);
    random_normal(random_key(1, PURPOSE_TEST, 0, 0), 0, rows_a * lda, a);
    random_normal(random_key(1, PURPOSE_TEST, 0, 1), 0, rows_b * ldb, b);
    random_normal(random_key(1, PURPOSE_TEST, 0, 2), 0, p->m * ldc, c);
    double *wide_a = reference_widen(a, rows_a * lda), *wide_b = reference_widen(b, rows_b * ldb);
    if (p->by->rounds) {
        round_to_8_bits(wide_a, rows_a * lda);
        round_to_8_bits(wide_b, rows_b * ldb);
    }
    double *before = reference_widen(c, p->m * ldc);
    double *want = reference_doubles(p->m * p->n), *size = reference_doubles(p->m * p->n), worst = 0.0;
    int ta = p->op_a == GEMM_TRANSPOSED, tb = p->op_b == GEMM_TRANSPOSED;
    reference_gemm(ta, tb, p->m, p->n, p->k, wide_a, lda, wide_b, ldb, want);
    for (size_t i = 0; i < rows_a * lda; i++)
        wide_a[i] = fabs(wide_a[i]);
    for (size_t i = 0; i < rows_b * ldb; i++)
        wide_b[i] = fabs(wide_b[i]);
    reference_gemm(ta, tb, p->m, p->n, p->k, wide_a, lda, wide_b, ldb, size);
    p->by->gemm(p->op_a, p->op_b, p->m, p->n, p->k, a, lda, b, ldb, p->beta, c, ldc);
    c[0] *= spoil;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < ldc; j++) {
            double old = before[i * ldc + j], found = (double)c[i * ldc + j];
            if (j >= p->n) {
                assert_true(found == old); /* padding is not touched */
                continue;
            }
            double exact = want[i * p->n + j] + (double)p->beta * old;
            double bound = ((double)p->k + 1.0) * unit * (size[i * p->n + j] + (double)p->beta * fabs(old));
            worst = fmax(worst, bound > 0.0 ? fabs(found - exact) / bound : (found == exact ? 0.0 : 2.0));
        }
    free(a), free(b), free(c), free(wide_a), free(wide_b), free(before), free(want), free(size);
    return worst;
}

/* Empty ones, and some that are more than one piece of a factor along each side. */
static const size_t product_sizes[][3] = {{0, 4, 4},      {4, 0, 4},      {5, 6, 0},      {1, 1, 1},     {7, 5, 3},
                                          {1, 10, 33},    {64, 17, 65},   {33, 200, 100}, {130, 48, 7},  {49, 33, 64},
                                          {20, 530, 520}, {300, 40, 260}, {34, 16, 20},   {34, 32, 129}, {15, 46, 128},
                                          {27, 64, 150},  {530, 20, 33},  {7, 1, 1},      {1, 7, 300},   {1, 300, 7},
                                          {16, 10, 300},  {6, 130, 129},  {601, 7, 437}};

static void test_gemm(void **state)
{
    (void)state;
    const size_t sizes = sizeof product_sizes / sizeof *product_sizes;
    for (size_t s = 0; s < MULTIPLICATIONS * sizes; s++)
        for (int variant = 0; variant < 16; variant++) {
            const size_t *size = product_sizes[s % sizes];
            const struct product p = {.by = &multiplications[s / sizes],
                                      .op_a = variant & 1 ? GEMM_TRANSPOSED : GEMM_PLAIN,
                                      .op_b = variant & 2 ? GEMM_TRANSPOSED : GEMM_PLAIN,
                                      .m = size[0],
                                      .n = size[1],
                                      .k = size[2],
                                      .padding = variant & 4 ? 3 : 0,
                                      .beta = variant & 8 ? 1.0F : 0.0F};
            if (p.op_a == GEMM_TRANSPOSED && p.m + p.padding == 0)
                continue;
            if (!p.by->runs_here() || (p.by->part && (p.m == 0 || p.n == 0 || p.k == 0)))
                continue;
            double error = gemm_error(&p, 1.0F);
            if (!(error <= 1.0))
                fail_msg("%s of %zu x %zu x %zu, variant %d: %g times the bound", p.by->name, p.m, p.n, p.k, variant,
                         error);
        }
    struct product p = {&multiplications[0], GEMM_PLAIN, GEMM_PLAIN, 33, 200, 100, 0, 0.0F};
    assert_true(gemm_error(&p, 1.001F) > 1.0); /* twin */
    const struct multiplication not_rounded = {"gemm_bf16", gemm_bf16, 0, 0, always};
    p.by = &not_rounded;
    assert_true(gemm_error(&p, 1.0F) > 1.0); /* twin: the factors are rounded */
    assert_true(strlen(gemm_backend()) > 0);
}

/* A product of floats has the bits of its rows and columns made apart, also where it is so large that it is divided. */
static void test_single_has_the_bits_of_its_parts(void **state)
{
    (void)state;
    enum { M = 601, N = 70, K = 440, ROWS = 5, COLUMNS = 33 };
    static gemm_fn *const builds[] = {single_0, single_1, single_2};
    static float a[M * K], b[K * N], whole[M * N], parts[M * N];
    random_normal(random_key(1, PURPOSE_TEST, 0, 8), 0, (size_t)M * K, a);
    random_normal(random_key(1, PURPOSE_TEST, 0, 9), 0, (size_t)K * N, b);
    for (size_t build = 0; build < BUILDS_MOST && panels_build(build); build++) {
        builds[build](GEMM_PLAIN, GEMM_PLAIN, M, N, K, a, K, b, N, 0.0F, whole, N);
        for (size_t i = 0; i < M; i += ROWS)
            for (size_t j = 0; j < N; j += COLUMNS)
                builds[build](GEMM_PLAIN, GEMM_PLAIN, smaller(ROWS, M - i), smaller(COLUMNS, N - j), K, a + i * K, K,
                              b + j, N, 0.0F, parts + i * N + j, N);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

/* Without memory for what is packed, pairs have the same bits. */
static void test_pairs_need_no_memory(void **state)
{
    (void)state;
    if (!gemm_pairs_run_here())
        skip();
    enum { M = 150, N = 70, K = 300 };
    static float a[M * K], b[K * N], want[M * N], found[M * N];
    random_normal(random_key(1, PURPOSE_TEST, 0, 10), 0, (size_t)M * K, a);
    random_normal(random_key(1, PURPOSE_TEST, 0, 11), 0, (size_t)K * N, b);
    pairs_single(GEMM_PLAIN, GEMM_PLAIN, M, N, K, a, K, b, N, 0.0F, want, N);
    pairs_single_without_memory(GEMM_PLAIN, GEMM_PLAIN, M, N, K, a, K, b, N, 0.0F, found, N);
    assert_true(was_denied);
    assert_memory_equal(found, want, sizeof want);
}

/* The products of a batch are those of each alone, to the bit, and nothing between their matrices is touched. */
static void test_gemm_batch(void **state)
{
    (void)state;
    enum { PRODUCTS = 3, M = 21, N = 70, K = 150, STRIDE = M * K + 5, SIZE = PRODUCTS * STRIDE + N * K };
    static float a[SIZE], b[SIZE], c[SIZE], want[SIZE];
    random_normal(random_key(1, PURPOSE_TEST, 0, 3), 0, SIZE, a);
    random_normal(random_key(1, PURPOSE_TEST, 0, 4), 0, SIZE, b);
    for (int variant = 0; variant < 4 * BATCHES; variant++) {
        if (!batches[variant / 4].runs_here())
            continue;
        const int ta = variant & 1, tb = variant >> 1 & 1;
        const struct gemm_batch batch = {ta ? GEMM_TRANSPOSED : GEMM_PLAIN,
                                         tb ? GEMM_TRANSPOSED : GEMM_PLAIN,
                                         M,
                                         N,
                                         K,
                                         ta ? M : K,
                                         tb ? K + 1 : N + 1,
                                         N + 2,
                                         STRIDE,
                                         STRIDE + 16,
                                         STRIDE + 32};
        memset(c, 0, sizeof c);
        memset(want, 0, sizeof want);
        for (size_t i = 0; i < PRODUCTS; i++)
            batches[variant / 4].multiply(&batch, 1, a + i * batch.stride_a, b + i * batch.stride_b,
                                          want + i * batch.stride_c);
        batches[variant / 4].multiply(&batch, PRODUCTS, a, b, c);
        assert_memory_equal(c, want, sizeof c);
        assert_true(c[0] != 0.0F && c[2 * batch.stride_c] != 0.0F && c[N] == 0.0F && c[M * (N + 2)] == 0.0F);
    }
}

/* A packed B gives the bits that B gives as it lies, wherever its rows were divided. */
static void test_packed_batch(void **state)
{
    (void)state;
    enum { PRODUCTS = 2, M = 21, K_MOST = 150, N_MOST = 200, STRIDE_A = M * K_MOST, STRIDE_B = K_MOST * 208 };
    static float a[PRODUCTS * STRIDE_A], b[PRODUCTS * STRIDE_B], c[PRODUCTS * M * N_MOST], want[PRODUCTS * M * N_MOST];
    static _Alignas(64) float packed[PRODUCTS * STRIDE_B];
    static const size_t sizes[][3] = {{150, 70, 8}, {129, 64, 2}, {8, 16, 4}, {131, 200, 130}, {5, 17, 2}};
    random_normal(random_key(1, PURPOSE_TEST, 0, 5), 0, PRODUCTS * STRIDE_A, a);
    random_normal(random_key(1, PURPOSE_TEST, 0, 6), 0, PRODUCTS * STRIDE_B, b);
    for (size_t v = 0; v < BATCHES * (sizeof sizes / sizeof *sizes); v++) {
        const size_t *size = sizes[v / BATCHES], k = size[0], n = size[1], ldb = n + 3;
        if (!batches[v % BATCHES].runs_here())
            continue;
        struct gemm_batch batch = {GEMM_PLAIN, GEMM_PLAIN, M, n, k, k, ldb, n, STRIDE_A, STRIDE_B, M * N_MOST};
        assert_true(gemm_packed_size(k, n) <= STRIDE_B);
        memset(packed, 0, sizeof packed);
        for (size_t i = 0; i < PRODUCTS; i++) {
            const float *from = b + i * STRIDE_B;
            batches[v % BATCHES].pack(k, n, size[2], k - size[2], from + size[2] * ldb, ldb, packed + i * STRIDE_B);
            batches[v % BATCHES].pack(k, n, 0, size[2], from, ldb, packed + i * STRIDE_B);
        }
        memset(c, 0, sizeof c);
        memset(want, 0, sizeof want);
        batches[v % BATCHES].multiply(&batch, PRODUCTS, a, b, want);
        batch.op_b = GEMM_PACKED;
        batches[v % BATCHES].multiply(&batch, PRODUCTS, a, packed, c);
        assert_memory_equal(c, want, sizeof c);
        assert_true(c[0] != 0.0F && c[M * N_MOST + M * n - 1] != 0.0F);
        packed[k / 2 * 8] += 1.0F; /* twin: a number in the middle of the first product's B */
        batches[v % BATCHES].multiply(&batch, PRODUCTS, a, packed, c);
        assert_memory_not_equal(c, want, sizeof c);
    }
}

/* C may hold anything before, even NaN, when beta is 0. */
static void test_gemm_overwrites(void **state)
{
    (void)state;
    const float a[2] = {1.0F, 2.0F}, b[2] = {3.0F, 4.0F};
    for (size_t i = 0; i < MULTIPLICATIONS; i++) {
        float c[2] = {NAN, NAN};
        if (!multiplications[i].runs_here())
            continue;
        multiplications[i].gemm(GEMM_PLAIN, GEMM_PLAIN, 1, 1, 2, a, 2, b, 1, 0.0F, c, 1);
        assert_true(c[0] == 11.0F);
    }
    float c[2] = {NAN, NAN};
    gemm(GEMM_PLAIN, GEMM_PLAIN, 1, 2, 0, a, 1, b, 2, 0.0F, c, 2);
    assert_true(c[0] == 0.0F && c[1] == 0.0F);
}

/* Numbers that are not finite stay so, also those of which only the lowest bits say so. */
static void test_gemm_of_what_is_not_finite(void **state)
{
    (void)state;
    const uint32_t least_nan = 0x7F800001U;
    float values[3] = {NAN, INFINITY, 0.0F};
    memcpy(&values[2], &least_nan, sizeof least_nan);
    for (size_t i = 0; i < MULTIPLICATIONS; i++)
        for (size_t v = 0; v < 3 && multiplications[i].runs_here(); v++) {
            const float a[4] = {1.0F, values[v], 1.0F, 1.0F}, b[2] = {2.0F, 3.0F};
            float c[2];
            multiplications[i].gemm(GEMM_PLAIN, GEMM_PLAIN, 2, 1, 2, a, 2, b, 1, 0.0F, c, 1);
            assert_false(isfinite(c[0]));
            assert_true(c[1] == 5.0F);
        }
}

/* Half of the least normal number, which is a denormal; volatile, or the compiler would be the one to multiply. */
static float half_of_least(void)
{
    volatile float least = FLT_MIN;
    return least * 0.5F;
}

/* Valgrind's processor has denormals whatever the mode says. */
static int can_flush(void)
{
#if defined(__x86_64__)
    const char *wrapper = getenv("TEST_WRAPPER"); /* see tests/run.sh */
    return !wrapper || !strstr(wrapper, "valgrind");
#else
    return 0;
#endif
}

/* Comes last: the mode stays. */
static void test_denormals_are_flushed_in_every_thread(void **state)
{
    (void)state;
    if (!can_flush())
        skip();
    enum { THREADS = 4 };
    volatile float denormal = half_of_least(), large = 0x1p100F;
    assert_true(denormal > 0.0F); /* twin */
    isa_flush_denormals();
    float result[THREADS], factor[THREADS];
#pragma omp parallel for num_threads(THREADS) schedule(static, 1)
    for (int i = 0; i < THREADS; i++) {
        result[i] = half_of_least();
        factor[i] = denormal * large;
    }
    for (int i = 0; i < THREADS; i++)
        assert_true(result[i] == 0.0F && factor[i] == 0.0F);
}

/* Kingma and Ba's algorithm 1 in double, where epsilon is as large as the gradient. */
static void test_adam_with_a_large_epsilon(void **state)
{
    (void)state;
    const struct adam adam = {0.9F, 0.99F, 0.5F};
    const double rate = .01;
    double x = 1, m = 0, v = 0;
    float w = 1, first = 0, second = 0;
    for (size_t t = 1; t <= 5; t++) {
        const float g = .25F * (float)t;
        m = .9 * m + .1 * (double)g;
        v = .99 * v + .01 * (double)g * (double)g;
        x -= rate * (m / (1 - pow(.9, (double)t))) / (sqrt(v / (1 - pow(.99, (double)t))) + .5);
        const struct kernel_adam step = adam_step(adam, rate, t);
        (void)posterior_kernels()->point_step(&step, 0, 1, 1, &g, &w, &first, &second);
        assert_near(w, x, 1e-6);
    }
}

/* d selu / dx from y = selu(x): of lambda x it is lambda, of lambda alpha (exp(x) - 1) it is y + lambda alpha. */
static void test_selu_slope(void **state)
{
    (void)state;
    const double lambda = 1.0507009873554805, alpha = 1.6732632423543772;
    assert_near(vector_selu_slope(0), lambda * alpha, 1e-6); /* as from below */
    assert_near(vector_selu_slope(FLT_MIN), lambda, 1e-7);
    assert_near(vector_selu_slope(3), lambda, 1e-7);
    assert_near(vector_selu_slope(-1), lambda * alpha - 1, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elementary_functions),
        cmocka_unit_test(test_elementary_functions_near_zero),
        cmocka_unit_test(test_cos_sin),
        cmocka_unit_test(test_selu_slope),
        cmocka_unit_test(test_nan_stays),
        cmocka_unit_test(test_vi_step),
        cmocka_unit_test(test_vi_step_with_frozen_sigma),
        cmocka_unit_test(test_ranges_do_not_matter),
        cmocka_unit_test(test_fused_builds_have_the_same_bits),
        cmocka_unit_test(test_vi_norms),
        cmocka_unit_test(test_sample_and_softplus),
        cmocka_unit_test(test_point_step),
        cmocka_unit_test(test_adam_is_the_papers),
        cmocka_unit_test(test_adam_with_a_large_epsilon),
        cmocka_unit_test(test_gemm),
        cmocka_unit_test(test_single_has_the_bits_of_its_parts),
        cmocka_unit_test(test_pairs_need_no_memory),
        cmocka_unit_test(test_gemm_batch),
        cmocka_unit_test(test_packed_batch),
        cmocka_unit_test(test_gemm_overwrites),
        cmocka_unit_test(test_gemm_of_what_is_not_finite),
        cmocka_unit_test(the_divergence_is_its_integral),
        cmocka_unit_test(test_denormals_are_flushed_in_every_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

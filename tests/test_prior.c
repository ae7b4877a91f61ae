/* tests/test_prior.c: every row of the prior registry against quadrature, closed forms and finite differences, and what
 * steps make of it. Rows have the options of a config without a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/method_options.h"
#include "bayes/posterior.h"
#include "bayes/posterior_kernels.h"
#include "bayes/prior.h"
#include "check.h"
#include "config/config.h"
#include "core/memory.h"
#include "fixture.h"
#include "reference.h"
#include "run/run.h"

static const struct plain tiny = {
    .input = {7, 6, 2}, .classes = 3, .layers = 2, .filters = 3, .kernel = 3, .stride = 2};
static const double SIGMA = 0.3; /* of priors */

/* `config` is where its options are. */
static struct prior standard(const struct prior_kind *kind, struct config *config)
{
    assert_int_equal(config_defaults(config, NULL), STATUS_OK);
    config->posterior.prior_sigma = SIGMA;
    return prior_of(config, kind);
}

static void density_at(const struct prior *prior, double w, double *log_p, double *slope)
{
    prior->kind->functions->log_density(prior, 1, &w, log_p, slope);
}

/* ---- laws ---- */

struct moment {
    const struct prior *prior;
    int power;
};

static double moment_integrand(double w, void *parameters)
{
    const struct moment *moment = parameters;
    return pow(w, moment->power) * exp(prior_log_density(moment->prior, w));
}

/* Over (0, infinity), twice: every law here is even, and may have a kink or a spike at 0. */
static double integral(gsl_function *function)
{
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    assert_non_null(workspace);
    double near = 0, far = 0, error;
    assert_int_equal(gsl_integration_qags(function, 0, 0.01 * SIGMA, 0, 1e-10, 1000, workspace, &near, &error), 0);
    assert_int_equal(gsl_integration_qagiu(function, 0.01 * SIGMA, 1e-12, 1e-9, 1000, workspace, &far, &error), 0);
    gsl_integration_workspace_free(workspace);
    return 2 * (near + far);
}

static void each_law_is_normalised_and_has_the_sigma_of_the_config(void **state)
{
    (void)state;
    size_t count;
    const struct prior_kind *rows = prior_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct config config;
        const struct prior prior = standard(&rows[i], &config);
        struct moment moment = {&prior, 0};
        gsl_function function = {moment_integrand, &moment};
        assert_near(integral(&function), 1, 1e-7);
        moment.power = 2;
        assert_near(integral(&function), SIGMA * SIGMA, 1e-7 * SIGMA * SIGMA);
    }
}

static void each_slope_is_that_of_the_log_density(void **state)
{
    (void)state;
    static const double places[] = {-1.2, -0.31, -0.002, 0.0008, 0.004, 0.05, 0.6};
    size_t count;
    const struct prior_kind *rows = prior_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct config config;
        const struct prior prior = standard(&rows[i], &config);
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
            double log_p, slope, h = 1e-4 * fabs(places[k]);
            density_at(&prior, places[k], &log_p, &slope);
            double expected =
                (prior_log_density(&prior, places[k] + h) - prior_log_density(&prior, places[k] - h)) / (2 * h);
            assert_near(slope, expected, 1e-5 * (1 + fabs(expected)));
        }
    }
}

/* Laplace's density at 0 is 1 / (2 b), and at b it is e times less. Of the mixture half the weights are in each
 * Gaussian: by hand with sigma 1 and ratio 1/7, wide = 1 / sqrt((1 + 1/49) / 2) = 1.4, narrow = .2. */
static void densities_by_hand(void **state)
{
    (void)state;
    const struct prior laplace = fixture_prior("laplace", sqrt(2) * 0.1, NULL);
    assert_near(prior_log_density(&laplace, 0), log(5), 1e-12);
    assert_near(prior_log_density(&laplace, -0.1), log(5) - 1, 1e-12);
    const struct scale_mixture_options options = {.share = 0.5, .ratio = 1.0 / 7};
    const struct prior mixture = fixture_prior("scale_mixture", 1, &options);
    const double root = sqrt(2 * acos(-1));
    assert_near(prior_log_density(&mixture, 0), log(0.5 / (1.4 * root) + 0.5 / (0.2 * root)), 1e-12);
    assert_near(prior_log_density(&mixture, 0.3),
                log(0.5 * exp(-0.09 / 3.92) / (1.4 * root) + 0.5 * exp(-0.09 / 0.08) / (0.2 * root)), 1e-12);
}

/* One Gaussian is left if the mixture has only one, or two alike. */
static void a_mixture_of_one_is_a_gaussian(void **state)
{
    (void)state;
    static const struct scale_mixture_options cases[] = {{1, 0.01}, {0, 0.01}, {0.3, 1}};
    const struct prior gaussian = fixture_prior("gaussian", SIGMA, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct prior mixture = fixture_prior("scale_mixture", SIGMA, &cases[i]);
        for (double w = -1; w <= 1; w += 0.25) {
            double log_p[2], slope[2];
            density_at(&gaussian, w, &log_p[0], &slope[0]);
            density_at(&mixture, w, &log_p[1], &slope[1]);
            assert_near(log_p[1], log_p[0], 1e-12);
            assert_near(slope[1], slope[0], 1e-12);
        }
    }
}

/* ---- KL ---- */

struct pair {
    const struct prior *prior;
    double mu, sigma;
};

static double kl_integrand(double w, void *parameters)
{
    const struct pair *pair = parameters;
    const double log_q = normal_log_density(w - pair->mu, pair->sigma);
    return exp(log_q) * (log_q - prior_log_density(pair->prior, w));
}

static double kl_by_quadrature(const struct prior *prior, double mu, double sigma)
{
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    assert_non_null(workspace);
    struct pair pair = {prior, mu, sigma};
    gsl_function function = {kl_integrand, &pair};
    double low = fmin(mu, 0) - 12 * sigma, high = fmax(mu, 0) + 12 * sigma, error, left = 0, right = 0;
    assert_int_equal(
        gsl_integration_qag(&function, low, 0, 1e-12, 1e-10, 1000, GSL_INTEG_GAUSS61, workspace, &left, &error), 0);
    assert_int_equal(
        gsl_integration_qag(&function, 0, high, 1e-12, 1e-10, 1000, GSL_INTEG_GAUSS61, workspace, &right, &error), 0);
    gsl_integration_workspace_free(workspace);
    return left + right;
}

static void each_closed_kl_equals_quadrature_and_has_its_derivatives(void **state)
{
    (void)state;
    static const double cases[][2] = {{0, 0.1}, {0.3, 0.05}, {-0.7, 0.4}, {0.02, 0.9}, {-0.004, 0.003}};
    size_t count, closed = 0;
    const struct prior_kind *rows = prior_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct config config;
        const struct prior prior = standard(&rows[i], &config);
        if (!prior_has_kl(&prior)) {
            assert_true(isnan(prior_kl(&prior, 0.1, 0.2)));
            continue;
        }
        closed++;
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            const double mu = cases[k][0], sigma = cases[k][1], h = 1e-5 * sigma;
            double kl, d_mu, d_sigma;
            prior.kind->functions->kl(&prior, 1, &mu, &sigma, &kl, &d_mu, &d_sigma);
            assert_near(kl, kl_by_quadrature(&prior, mu, sigma), 1e-8 * (1 + fabs(kl)));
            assert_near(kl, prior_kl(&prior, mu, sigma), 0);
            assert_near(d_mu, (prior_kl(&prior, mu + h, sigma) - prior_kl(&prior, mu - h, sigma)) / (2 * h),
                        1e-5 * (1 + fabs(d_mu)));
            assert_near(d_sigma, (prior_kl(&prior, mu, sigma + h) - prior_kl(&prior, mu, sigma - h)) / (2 * h),
                        1e-5 * (1 + fabs(d_sigma)));
        }
    }
    assert_true(closed >= 2);
}

/* ---- steps ---- */

static double softplus(double rho)
{
    return log1p(exp(rho)) + (double)SIGMA_MINIMUM;
}

/* The posterior of `method`, and a gradient of the cross-entropy that is some numbers. */
static void make(struct fixture *fixture, const char *method)
{
    struct posterior_start start = {.seed = 3, .mu_scale = 1, .sigma_low = 0.02, .sigma_high = 0.3};
    const struct network_spec spec = plain_spec(tiny);
    fixture_make(fixture, &spec, method, &start, 2);
    random_normal(random_key(5, PURPOSE_TEST, 0, 0), 0, fixture->posterior->size, fixture->gradient);
    for (size_t t = 0; t < fixture->posterior->tensor_count; t++) { /* biases start at 0, where Laplace has its kink */
        const struct tensor *tensor = &fixture->posterior->tensors[t];
        for (size_t i = 0; tensor_is_bias(tensor) && i < tensor->count; i++)
            fixture->posterior->mu[tensor->offset + i] = 0.1F + 0.01F * (float)i;
    }
}

/* With beta1 = 0 Adam's first moment is the gradient itself. */
static struct update probe(struct prior prior, const double *scale, double clip_norm)
{
    return (struct update){.adam = {0, 0.5F, 1e-8F},
                           .learning_rate = 1e-30,
                           .sigma_learning_rate = 1e-30,
                           .prior = prior,
                           .penalty_scale = scale,
                           .clip_norm = clip_norm};
}

enum { TENSORS_MAX = 16 };
static void scales_make(const struct posterior *posterior, double scale[TENSORS_MAX])
{
    assert_true(posterior->tensor_count <= TENSORS_MAX);
    for (size_t t = 0; t < posterior->tensor_count; t++)
        scale[t] = 0.01 * (double)(t + 1);
}

/* What a weight adds to the loss of the step: its linearised cross-entropy and its divergence. */
static double weight_loss(const struct prior *prior, double scale, double g, double eps, double mu, double rho)
{
    const double sigma = softplus(rho), w = mu + sigma * eps;
    const double kl = prior_has_kl(prior) ? prior_kl(prior, mu, sigma)
                                          : normal_log_density(w - mu, sigma) - prior_log_density(prior, w);
    return g * w + scale * kl;
}

/* The worst error of the gradients by mu and rho of a vi step, as a share of their size. Central differences with
 * h = 1e-5 sigma; float's rounding of w leaves 6e-8 |w| / sigma of eps. */
static double worst_vi_error(const struct prior *prior, double break_rho, double *kl_error)
{
    struct fixture fixture;
    double scale[TENSORS_MAX], penalty_loss, worst = 0, kl = 0, scaled = 0;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    scales_make(posterior, scale);
    double *mu = reference_widen(posterior->mu, posterior->size);
    double *rho = reference_widen(posterior_block(posterior, "rho"), posterior->size);
    const float *w = posterior_sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture.w);
    double *g = reference_widen(fixture.gradient, posterior->size);
    const struct update update = probe(*prior, scale, 0);
    const double found_kl = posterior_update(posterior, &update, w, fixture.gradient, &penalty_loss);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            const double sigma = softplus(rho[i]), eps = ((double)w[i] - mu[i]) / sigma, h = 1e-5 * sigma;
            const double by_mu = (weight_loss(prior, scale[t], g[i], eps, mu[i] + h, rho[i]) -
                                  weight_loss(prior, scale[t], g[i], eps, mu[i] - h, rho[i])) /
                                 (2 * h);
            const double by_rho = (weight_loss(prior, scale[t], g[i], eps, mu[i], rho[i] + h) -
                                   weight_loss(prior, scale[t], g[i], eps, mu[i], rho[i] - h)) /
                                  (2 * h);
            const double m_mu = (double)posterior_block(posterior, "m_mu")[i];
            const double m_rho = (double)posterior_block(posterior, "m_rho")[i] * break_rho;
            worst = fmax(worst, fabs(m_mu - by_mu) / (0.1 + fabs(by_mu)));
            worst = fmax(worst, fabs(m_rho - by_rho) / (0.1 + fabs(by_rho)));
            const double nats = weight_loss(prior, 1, 0, eps, mu[i], rho[i]);
            kl += nats;
            scaled += scale[t] * nats;
        }
    }
    *kl_error = fmax(fabs(found_kl - kl) / fabs(kl), fabs(penalty_loss - scaled) / fabs(scaled));
    free(mu);
    free(rho);
    free(g);
    fixture_free(&fixture);
    return worst;
}

static void a_vi_step_follows_each_prior(void **state)
{
    (void)state;
    size_t count;
    const struct prior_kind *rows = prior_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct config config;
        const struct prior prior = standard(&rows[i], &config);
        double kl_error;
        const double worst = worst_vi_error(&prior, 1, &kl_error);
        assert_true(worst < 5e-4);
        assert_true(kl_error < 1e-5);
        assert_false(worst_vi_error(&prior, 1.01, &kl_error) < 5e-4); /* the twin: one per cent off must be seen */
    }
}

/* The Gaussian law without what its kernels know, and without a closed form either. */
static struct prior plain_gaussian(bool has_kl, struct prior_functions *functions, struct prior_kind *kind)
{
    const struct prior gaussian = fixture_prior("gaussian", SIGMA, NULL);
    *functions = *gaussian.kind->functions;
    *kind = *gaussian.kind;
    functions->precision = NULL;
    if (!has_kl)
        functions->kl = NULL;
    kind->functions = functions;
    return (struct prior){kind, SIGMA, NULL};
}

/* Two posteriors after the same step have the same moments, but for rounding. */
static void assert_same_step(const struct posterior *a, const struct posterior *b)
{
    const struct method_functions *functions = a->method->functions;
    for (size_t k = 0; k < functions->block_count; k++) {
        for (size_t i = 0; i < a->size; i++)
            assert_near(a->blocks[k][i], b->blocks[k][i], 2e-5 * (0.1 + fabs((double)b->blocks[k][i])));
    }
}

static void the_kernels_take_the_step_of_any_prior(void **state)
{
    (void)state;
    static const char *const names[] = {"vi", "map"};
    for (size_t n = 0; n < 4; n++) {
        struct fixture fused, plain;
        struct prior_functions functions;
        struct prior_kind kind;
        double scale[TENSORS_MAX], loss[2], nats[2], clip = n < 2 ? 0 : 0.5;
        make(&fused, names[n % 2]);
        make(&plain, names[n % 2]);
        scales_make(fused.posterior, scale);
        const struct update own = probe(fixture_prior("gaussian", SIGMA, NULL), scale, clip);
        const struct update other = probe(plain_gaussian(true, &functions, &kind), scale, clip);
        const float *w = posterior_sample(fused.posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fused.w);
        const float *same = posterior_sample(plain.posterior, 9, PURPOSE_WEIGHT_NOISE, 0, plain.w);
        nats[0] = posterior_update(fused.posterior, &own, w, fused.gradient, &loss[0]);
        nats[1] = posterior_update(plain.posterior, &other, same, plain.gradient, &loss[1]);
        assert_near(nats[1], nats[0], 1e-5 * nats[0]);
        assert_near(loss[1], loss[0], 1e-5 * loss[0]);
        assert_same_step(plain.posterior, fused.posterior);
        fixture_free(&fused);
        fixture_free(&plain);
    }
}

/* The mean of the estimate over draws is the KL: within five of its standard errors. */
static void the_estimate_of_a_draw_has_the_mean_of_the_closed_form(void **state)
{
    (void)state;
    enum { DRAWS = 200 };
    struct fixture fixture;
    struct prior_functions functions;
    struct prior_kind kind;
    double scale[TENSORS_MAX], loss, sum = 0, squares = 0, expected = 0;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    scales_make(posterior, scale);
    const struct prior prior = plain_gaussian(false, &functions, &kind);
    const struct prior gaussian = fixture_prior("gaussian", SIGMA, NULL);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            expected +=
                prior_kl(&gaussian, (double)posterior->mu[i], softplus((double)posterior_block(posterior, "rho")[i]));
    }
    const struct update update = probe(prior, scale, 0); /* whose rates move nothing */
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        const float *w = posterior_sample(posterior, 9, PURPOSE_WEIGHT_NOISE, draw, fixture.w);
        const double nats = posterior_update(posterior, &update, w, fixture.gradient, &loss);
        sum += nats;
        squares += nats * nats;
    }
    const double mean = sum / DRAWS, error = sqrt((squares / DRAWS - mean * mean) / DRAWS);
    assert_true(error > 0 && error < 0.05 * expected);
    assert_near(mean, expected, 5 * error);
    fixture_free(&fixture);
}

/* The gradient of a point estimate with `prior` less that without any, and its penalty. */
static void a_point_estimate_follows_each_prior(void **state)
{
    (void)state;
    size_t count;
    const struct prior_kind *rows = prior_kinds(&count);
    for (size_t k = 0; k < count; k++) {
        struct config config;
        const struct prior prior = standard(&rows[k], &config);
        struct fixture fixture;
        double scale[TENSORS_MAX], loss, penalty = 0, scaled = 0;
        make(&fixture, "map");
        struct posterior *posterior = fixture.posterior;
        scales_make(posterior, scale);
        double *mu = reference_widen(posterior->mu, posterior->size);
        double *g = reference_widen(fixture.gradient, posterior->size);
        const struct update update = probe(prior, scale, 0);
        const double found = posterior_update(posterior, &update, posterior->mu, fixture.gradient, &loss);
        for (size_t t = 0; t < posterior->tensor_count; t++) {
            const struct tensor *tensor = &posterior->tensors[t];
            for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
                double log_p, slope;
                density_at(&prior, mu[i], &log_p, &slope);
                const double nats = prior_log_density(&prior, 0) - log_p, expected = g[i] - scale[t] * slope;
                assert_near(posterior_block(posterior, "m_mu")[i], expected, 1e-5 * (1 + fabs(expected)));
                penalty += nats;
                scaled += scale[t] * nats;
            }
        }
        assert_true(penalty > 0);
        assert_near(found, penalty, 1e-5 * penalty);
        assert_near(loss, scaled, 1e-5 * scaled);
        free(mu);
        free(g);
        fixture_free(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_law_is_normalised_and_has_the_sigma_of_the_config),
        cmocka_unit_test(each_slope_is_that_of_the_log_density),
        cmocka_unit_test(densities_by_hand),
        cmocka_unit_test(a_mixture_of_one_is_a_gaussian),
        cmocka_unit_test(each_closed_kl_equals_quadrature_and_has_its_derivatives),
        cmocka_unit_test(a_vi_step_follows_each_prior),
        cmocka_unit_test(the_kernels_take_the_step_of_any_prior),
        cmocka_unit_test(the_estimate_of_a_draw_has_the_mean_of_the_closed_form),
        cmocka_unit_test(a_point_estimate_follows_each_prior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/test_bayes.c: posteriors, criteria, pruning and metrics against closed forms, quadrature, finite differences
 * and hand-computed values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/method_options.h"
#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "bayes/posterior_kernels.h"
#include "core/memory.h"
#include "nn/loss.h"
#include "check.h"
#include "fixture.h"
#include "reference.h"

/* A network that is small enough for a finite difference of every weight. */
static struct network_spec tiny; /* set by main */
static const struct plain plain_tiny = {
    .input = {7, 6, 2}, .classes = 3, .layers = 2, .filters = 3, .kernel = 3, .stride = 2};
enum { BATCH = FIXTURE_BATCH };

static void make(struct fixture *fixture, const char *method)
{
    struct posterior_start start = {.seed = 3, .mu_scale = 1, .sigma_low = 0.02, .sigma_high = 0.3};
    fixture_make(fixture, &tiny, method, &start, 1);
}

/* ---- the loss in double, by the talk's formula ---- */

static double softplus(double rho)
{
    return log1p(exp(rho)) + (double)SIGMA_MINIMUM;
}

/* KL(N(mu, sigma^2) || N(0, prior^2)), the closed form. */
static double kl_closed_form(double mu, double sigma, double prior)
{
    return log(prior / sigma) + (sigma * sigma + mu * mu) / (2 * prior * prior) - 0.5;
}

struct vi_problem {
    const struct fixture *fixture;
    const double *eps, *x, *scale; /* scale: per tensor */
    double prior;
};

static double vi_loss(const struct vi_problem *problem, const double *mu, const double *rho)
{
    const struct posterior *posterior = problem->fixture->posterior;
    double *w = reference_doubles(posterior->size), *logits = reference_doubles(BATCH * tiny.classes);
    double kl = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            w[i] = mu[i] + softplus(rho[i]) * problem->eps[i];
            kl += problem->scale[t] * kl_closed_form(mu[i], softplus(rho[i]), problem->prior);
        }
    }
    double nll = reference_network(&tiny, posterior->tensors, w, problem->x, problem->fixture->y, BATCH, logits, NULL);
    free(w);
    free(logits);
    return nll + kl;
}

/* With beta1 = 0 Adam's first moment is the gradient itself, which is how the test reads it out of a real step. */
static struct update gradient_probe(const double *scale, double prior)
{
    return (struct update){.adam = {0, 0.5F, 1e-8F},
                           .learning_rate = 1e-30,
                           .sigma_learning_rate = 1e-30,
                           .prior = fixture_prior("gaussian", prior, NULL),
                           .penalty_scale = scale};
}

/* Central differences with h: error h^2 f'''/6 + 1e-16 |f| / h, below 1e-6 for h = 1e-4 and derivatives of order 1 to
 * 100; the float step adds about 100 roundings of 6e-8 relative to the largest term of the gradient, and recovering eps
 * from (w - mu) / sigma adds 6e-8 |w| / sigma, below 1e-5 for sigma >= .02. */
static const double step_size = 1e-4, tolerance = 2e-4;

static double worst_gradient_error(struct fixture *fixture, double break_rho)
{
    struct posterior *posterior = fixture->posterior;
    size_t size = posterior->size, correct;
    double *eps = reference_doubles(size), *mu = reference_widen(posterior->mu, size);
    double *rho = reference_widen(posterior_block(posterior, "rho"), size),
           *scale = reference_doubles(posterior->tensor_count);
    double *x = reference_widen(fixture->x, BATCH * shape_size(tiny.input));
    for (size_t t = 0; t < posterior->tensor_count; t++)
        scale[t] = 0.01 * (double)(t + 1);
    const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture->w);
    for (size_t i = 0; i < size; i++)
        eps[i] = ((double)w[i] - mu[i]) / softplus(rho[i]);
    network_set_weights(fixture->network, w);
    (void)network_gradient(fixture->network, fixture->x, fixture->y, BATCH, fixture->gradient, &correct);
    struct update update = gradient_probe(scale, 0.7);
    double penalty_loss;
    (void)posterior->method->functions->update(posterior, &update, w, fixture->gradient, &penalty_loss);

    struct vi_problem problem = {fixture, eps, x, scale, 0.7};
    double worst = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            double *const parameters[] = {&mu[i], &rho[i]};
            const double found[] = {(double)posterior_block(posterior, "m_mu")[i],
                                    (double)posterior_block(posterior, "m_rho")[i] * break_rho};
            for (size_t p = 0; p < 2; p++) {
                double at = *parameters[p];
                *parameters[p] = at + step_size;
                double above = vi_loss(&problem, mu, rho);
                *parameters[p] = at - step_size;
                double below = vi_loss(&problem, mu, rho);
                *parameters[p] = at;
                worst = fmax(worst, fabs((above - below) / (2 * step_size) - found[p]));
            }
        }
    }
    free(eps);
    free(mu);
    free(rho);
    free(scale);
    free(x);
    return worst;
}

static void vi_gradient_is_that_of_the_whole_loss(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    assert_true(worst_gradient_error(&fixture, 1) < tolerance);
    fixture_free(&fixture);
}

/* The twin: one per cent off in the gradient of rho must be seen. */
static void vi_gradient_check_notices_an_error(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    assert_false(worst_gradient_error(&fixture, 1.01) < tolerance);
    fixture_free(&fixture);
}

static void map_gradient_has_the_penalty(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "map");
    struct posterior *posterior = fixture.posterior;
    size_t correct;
    double scale[16], prior = 0.5, penalty_loss, expected = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++)
        scale[t] = 0.25;
    network_set_weights(fixture.network, posterior->mu);
    (void)network_gradient(fixture.network, fixture.x, fixture.y, BATCH, fixture.gradient, &correct);
    for (size_t i = 0; i < posterior->size; i++)
        expected += (double)posterior->mu[i] * (double)posterior->mu[i] / (2 * prior * prior);
    struct update update = gradient_probe(scale, prior);
    float *before = fixture.w;
    memcpy(before, posterior->mu, posterior->size * sizeof *before);
    double penalty = posterior->method->functions->update(posterior, &update, before, fixture.gradient, &penalty_loss);
    /* float sums of a few hundred terms: relative error far below 1e-5 */
    assert_near(penalty, expected, 1e-5 * expected);
    assert_near(penalty_loss, 0.25 * expected, 1e-5 * expected);
    for (size_t i = 0; i < posterior->size; i++) {
        double gradient = (double)fixture.gradient[i] + 0.25 * (double)before[i] / (prior * prior);
        assert_near((double)posterior_block(posterior, "m_mu")[i], gradient, 1e-6 * (1 + fabs(gradient)));
    }
    fixture_free(&fixture);
}

static void mle_has_no_penalty(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "mle");
    size_t correct;
    double scale[16] = {1, 1, 1, 1, 1, 1, 1, 1}, penalty_loss;
    network_set_weights(fixture.network, fixture.posterior->mu);
    (void)network_gradient(fixture.network, fixture.x, fixture.y, BATCH, fixture.gradient, &correct);
    struct update update = gradient_probe(scale, 0.5);
    double penalty = fixture.posterior->method->functions->update(fixture.posterior, &update, fixture.posterior->mu,
                                                                  fixture.gradient, &penalty_loss);
    assert_true(penalty == 0 && penalty_loss == 0);
    for (size_t i = 0; i < fixture.posterior->size; i++)
        assert_true(posterior_block(fixture.posterior, "m_mu")[i] == fixture.gradient[i]);
    fixture_free(&fixture);
}

/* After clipping, the norm of the gradients of mu and of rho is clip_norm each, and their direction is unchanged. */
/* Tensors of several pieces, which threads take in any order, must come out as if each were one. */
static struct network_spec large; /* set by main */
static const struct plain plain_large = {
    .input = {9, 9, 2}, .classes = 3, .layers = 2, .filters = 20, .kernel = 6, .stride = 2};

static void large_make(struct fixture *fixture, const char *method)
{
    struct posterior_start start = {.seed = 3, .mu_scale = 1, .sigma_low = 0.02, .sigma_high = 0.3};
    fixture_make(fixture, &large, method, &start, 3);
    assert_true(fixture->posterior->piece_count > fixture->posterior->tensor_count + 2);
    random_normal(random_key(5, PURPOSE_TEST, 0, 0), 0, fixture->posterior->size, fixture->gradient);
}

static const struct update real_update = {
    .step = 6, .adam = {0.9F, 0.999F, 1e-8F}, .learning_rate = 1e-3, .sigma_learning_rate = 1e-2};

static void pieces_of_a_tensor_are_drawn_as_one(void **state)
{
    (void)state;
    struct fixture fixture;
    large_make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 7, fixture.w);
    float *whole = memory_alloc(posterior->size, sizeof *whole, NULL);
    assert_non_null(whole);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        size_t at = posterior->tensors[t].offset, count = posterior->tensors[t].count;
        posterior_kernels()->sample(random_key(9, PURPOSE_WEIGHT_NOISE, 7, t), 0, count, posterior->mu + at,
                                    posterior_block(posterior, "rho") + at, whole + at);
        assert_memory_equal(w + at, whole + at, count * sizeof *whole);
    }
    memory_free(whole);
    fixture_free(&fixture);
}

/* The same step of a twin, tensor by tensor with one kernel call for each. */
static void step_tensors_whole(struct posterior *twin, const struct update *update, const float *w, const float *g)
{
    struct kernel_vi vi = {.prior_precision = (float)(1 / (update->prior.sigma * update->prior.sigma)),
                           .clip = 1,
                           .clip_rho = 1,
                           .mu = adam_step(update->adam, update->learning_rate, update->step + 1),
                           .rho = adam_step(update->adam, update->sigma_learning_rate, update->sigma_steps + 1),
                           .train_rho = 1};
    for (size_t t = 0; t < twin->tensor_count; t++) {
        size_t at = twin->tensors[t].offset, count = twin->tensors[t].count;
        vi.kl_scale = (float)update->penalty_scale[t];
        if (posterior_block(twin, "rho"))
            (void)posterior_kernels()->vi_step(&vi, count, w + at, g + at, twin->mu + at,
                                               posterior_block(twin, "rho") + at, posterior_block(twin, "m_mu") + at,
                                               posterior_block(twin, "v_mu") + at, posterior_block(twin, "m_rho") + at,
                                               posterior_block(twin, "v_rho") + at);
        else
            (void)posterior_kernels()->point_step(
                &vi.mu, (float)(update->penalty_scale[t] * (double)vi.prior_precision), 1, count, g + at, twin->mu + at,
                posterior_block(twin, "m_mu") + at, posterior_block(twin, "v_mu") + at);
    }
}

static void pieces_of_a_tensor_are_stepped_as_one(void **state)
{
    (void)state;
    static const char *const names[] = {"vi", "map"};
    const double scale[8] = {.1, .2, .3, .4, .5, .6, .7, .8};
    struct update update = real_update;
    update.penalty_scale = scale;
    update.prior = fixture_prior("gaussian", 0.5, NULL);
    for (size_t n = 0; n < 2; n++) {
        struct fixture fixture, twin;
        double penalty_loss;
        large_make(&fixture, names[n]);
        large_make(&twin, names[n]);
        struct posterior *posterior = fixture.posterior;
        const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 7, fixture.w);
        float *drawn = memory_alloc(posterior->size, sizeof *drawn, NULL);
        assert_non_null(drawn);
        memcpy(drawn, w, posterior->size * sizeof *drawn); /* a point estimate's is mu itself, which moves */
        (void)posterior->method->functions->update(posterior, &update, w, fixture.gradient, &penalty_loss);
        step_tensors_whole(twin.posterior, &update, drawn, twin.gradient);
        assert_memory_equal(posterior->mu, twin.posterior->mu, posterior->size * sizeof(float));
        assert_memory_equal(posterior_block(posterior, "v_mu"), posterior_block(twin.posterior, "v_mu"),
                            posterior->size * sizeof(float));
        if (posterior_block(posterior, "rho"))
            assert_memory_equal(posterior_block(posterior, "rho"), posterior_block(twin.posterior, "rho"),
                                posterior->size * sizeof(float));
        memory_free(drawn);
        fixture_free(&fixture);
        fixture_free(&twin);
    }
}

/* Adam's first step is the rate itself, whatever the gradient: of rho, which begins after a freeze, too. */
static void sigma_has_its_own_bias_correction(void **state)
{
    (void)state;
    struct fixture fixture;
    double scale[16] = {1, 1, 1, 1, 1, 1, 1, 1}, penalty_loss;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    float *before = memory_alloc(posterior->size, sizeof *before, NULL);
    assert_non_null(before);
    memcpy(before, posterior_block(posterior, "rho"), posterior->size * sizeof *before);
    const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture.w);
    struct update update = real_update;
    update.step = 1000;
    update.penalty_scale = scale;
    update.prior = fixture_prior("gaussian", 0.5, NULL);
    (void)posterior->method->functions->update(posterior, &update, w, fixture.gradient, &penalty_loss);
    for (size_t t = 0; t < posterior->tensor_count; t++)
        for (size_t i = posterior->tensors[t].offset; i < posterior->tensors[t].offset + posterior->tensors[t].count;
             i++)
            assert_near(fabs((double)posterior_block(posterior, "rho")[i] - (double)before[i]), 1e-2, 1e-5);
    memory_free(before);
    fixture_free(&fixture);
}

static void every_method_clips_to_the_norm(void **state)
{
    (void)state;
    static const char *const names[] = {"map", "mle", "dropout"};
    double scale[16] = {1, 1, 1, 1, 1, 1, 1, 1}, penalty_loss;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        struct fixture fixture;
        double squared = 0;
        make(&fixture, names[n]);
        struct posterior *posterior = fixture.posterior;
        random_normal(random_key(5, PURPOSE_TEST, 0, 1), 0, posterior->size, fixture.gradient);
        const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture.w);
        struct update update = gradient_probe(scale, 0.5);
        update.clip_norm = 0.125;
        (void)posterior->method->functions->update(posterior, &update, w, fixture.gradient, &penalty_loss);
        for (size_t i = 0; i < posterior->size; i++)
            squared += (double)posterior_block(posterior, "m_mu")[i] * (double)posterior_block(posterior, "m_mu")[i];
        assert_near(sqrt(squared), 0.125, 1e-5);
        fixture_free(&fixture);
    }
}

static void clipping_scales_each_gradient_to_the_norm(void **state)
{
    (void)state;
    double scale[16] = {1, 1, 1, 1, 1, 1, 1, 1}, penalty_loss, squared[2] = {0};
    struct fixture free_one, clipped;
    struct fixture *const both[] = {&free_one, &clipped};
    for (size_t k = 0; k < 2; k++) {
        struct fixture *fixture = both[k];
        make(fixture, "vi");
        const struct method_functions *functions = fixture->posterior->method->functions;
        const float *w = functions->sample(fixture->posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture->w);
        size_t correct;
        network_set_weights(fixture->network, w);
        (void)network_gradient(fixture->network, fixture->x, fixture->y, BATCH, fixture->gradient, &correct);
        struct update update = gradient_probe(scale, 0.5);
        update.clip_norm = k == 0 ? 0 : 0.125;
        (void)functions->update(fixture->posterior, &update, w, fixture->gradient, &penalty_loss);
    }
    for (size_t i = 0; i < clipped.posterior->size; i++) {
        squared[0] += (double)posterior_block(clipped.posterior, "m_mu")[i] *
                      (double)posterior_block(clipped.posterior, "m_mu")[i];
        squared[1] += (double)posterior_block(clipped.posterior, "m_rho")[i] *
                      (double)posterior_block(clipped.posterior, "m_rho")[i];
    }
    assert_near(sqrt(squared[0]), 0.125, 1e-5);
    assert_near(sqrt(squared[1]), 0.125, 1e-5);
    float ratio = posterior_block(free_one.posterior, "m_mu")[0] / posterior_block(clipped.posterior, "m_mu")[0];
    for (size_t i = 0; i < 20; i++)
        assert_near(posterior_block(free_one.posterior, "m_mu")[i],
                    posterior_block(clipped.posterior, "m_mu")[i] * ratio,
                    1e-4 * fabs((double)posterior_block(free_one.posterior, "m_mu")[i]));
    fixture_free(&free_one);
    fixture_free(&clipped);
}

static void frozen_sigma_does_not_move(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    double scale[16] = {1, 1, 1, 1, 1, 1, 1, 1}, penalty_loss;
    float *before = memory_alloc(posterior->size, sizeof *before, NULL);
    assert_non_null(before);
    for (int frozen = 1; frozen >= 0; frozen--) {
        memcpy(before, posterior_block(posterior, "rho"), posterior->size * sizeof *before);
        const float *w = posterior->method->functions->sample(posterior, 9, PURPOSE_WEIGHT_NOISE, 0, fixture.w);
        struct update update = {.adam = {0.9F, 0.999F, 1e-8F},
                                .learning_rate = 1e-3,
                                .sigma_learning_rate = frozen ? 0 : 1e-3,
                                .prior = fixture_prior("gaussian", 1, NULL),
                                .penalty_scale = scale};
        (void)posterior->method->functions->update(posterior, &update, w, fixture.gradient, &penalty_loss);
        int same = memcmp(before, posterior_block(posterior, "rho"), posterior->size * sizeof *before) == 0;
        assert_int_equal(same, frozen);
    }
    memory_free(before);
    fixture_free(&fixture);
}

/* ---- KL and log p(0) ---- */

struct gaussians {
    double mu, sigma, prior;
};

static double kl_integrand(double w, void *parameters)
{
    const struct gaussians *g = parameters;
    double q = gsl_ran_gaussian_pdf(w - g->mu, g->sigma);
    double log_q = -0.5 * pow((w - g->mu) / g->sigma, 2) - log(g->sigma);
    double log_p = -0.5 * pow(w / g->prior, 2) - log(g->prior);
    return q * (log_q - log_p);
}

/* The KL that a VI step reports equals the integral of q log(q/p), by GSL's quadrature. */
static void kl_of_a_step_equals_quadrature(void **state)
{
    (void)state;
    static const struct gaussians cases[] = {{0, 0.1, 0.1}, {0.3, 0.05, 0.1}, {-1.5, 0.4, 1}, {0.02, 0.9, 0.5}};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    assert_non_null(workspace);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gaussians g = cases[i];
        gsl_function function = {kl_integrand, &g};
        double integral, error;
        /* beyond 12 standard deviations q contributes less than 1e-30 */
        assert_int_equal(gsl_integration_qag(&function, g.mu - 12 * g.sigma, g.mu + 12 * g.sigma, 1e-12, 1e-10, 1000,
                                             GSL_INTEG_GAUSS61, workspace, &integral, &error),
                         0);
        assert_near(kl_closed_form(g.mu, g.sigma, g.prior), integral, 1e-8 * (1 + fabs(integral)));

        float w[16], gradient[16] = {0}, mu[16], rho[16], m[4][16] = {{0}};
        for (size_t k = 0; k < 16; k++) {
            mu[k] = w[k] = (float)g.mu;
            rho[k] = (float)log(expm1(g.sigma - (double)SIGMA_MINIMUM));
        }
        struct kernel_vi step = {.kl_scale = 1,
                                 .prior_precision = (float)(1 / (g.prior * g.prior)),
                                 .clip = 1,
                                 .clip_rho = 1,
                                 .train_rho = 1};
        double kl = posterior_kernels()->vi_step(&step, 16, w, gradient, mu, rho, m[0], m[1], m[2], m[3]);
        /* each of 16 terms of at most 200 nats in float: 16 * 200 * 1e-6 */
        assert_near(kl, 16 * integral, 1e-5 * 16 * (1 + fabs(integral)));
    }
    gsl_integration_workspace_free(workspace);
}

static const struct criterion *criterion_row(const char *name)
{
    struct error error = {0};
    const struct criterion *row = criterion_find(name, &error);
    assert_non_null(row);
    return row;
}

/* Single weights, without biases, and any gradient. */
static enum status rank(const struct posterior *posterior, const struct criterion *criterion, uint64_t seed,
                        struct ranking *ranking, struct error *error)
{
    const struct pruning_rule rule = {
        .criterion = criterion, .seed = seed, .prior_sigma = .1, .gradient = posterior->mu};
    return ranking_make(posterior, &rule, ranking, error);
}

static void log_p0_is_the_log_density_at_zero(void **state)
{
    (void)state;
    const float mu[] = {0, 0.5F, -1, 0.01F}, sigma[] = {1, 0.25F, 2, 0.001F};
    float score[4];
    const struct tensor tensor = {.count = 4};
    criterion_row("log_p0")->score(&(struct scoring){.tensor = &tensor, .mu = mu, .sigma = sigma}, score);
    for (size_t i = 0; i < 4; i++) {
        double expected = log(gsl_ran_gaussian_pdf((double)mu[i], (double)sigma[i]));
        assert_near(score[i], expected, 4e-7 * (1 + fabs(expected))); /* rounding of the float result */
    }
    assert_near(score[0], -0.918938533, 1e-6); /* -log sqrt(2 pi), by hand */
}

static void snr_and_magnitude_by_hand(void **state)
{
    (void)state;
    const float mu[] = {-2, 0.5F}, sigma[] = {0.5F, 0.25F};
    float score[2];
    const struct tensor tensor = {.count = 2};
    criterion_row("snr")->score(&(struct scoring){.tensor = &tensor, .mu = mu, .sigma = sigma}, score);
    assert_true(score[0] == 4 && score[1] == 2);
    criterion_row("magnitude")->score(&(struct scoring){.tensor = &tensor, .mu = mu}, score);
    assert_true(score[0] == 2 && score[1] == 0.5F);
}

static void kl_is_that_of_the_loss(void **state)
{
    (void)state;
    const float mu[] = {0, .5F, -1, .01F}, sigma[] = {.25F, .25F, 2, .001F};
    const struct tensor tensor = {.count = 4};
    float score[4];
    criterion_row("kl")->score(&(struct scoring){.tensor = &tensor, .mu = mu, .sigma = sigma, .prior_sigma = .25},
                               score);
    for (size_t i = 0; i < 4; i++) {
        const double expected = kl_closed_form((double)mu[i], (double)sigma[i], .25);
        assert_near(score[i], expected, 4e-7 * (1 + expected)); /* rounding of the float result */
    }
    assert_near(score[0], 0, 1e-7); /* the prior itself */
}

/* Changes within a group cancel, and a group counts for each of its weights. */
static void taylor_by_hand(void **state)
{
    (void)state;
    const float mu[] = {1, 2, 3, 4}, gradient[] = {1, -1, .5F, .25F};
    const struct tensor tensor = {.count = 4};
    static const struct {
        size_t groups;
        float score[4];
    } cases[] = {{4, {1, 2, 1.5F, 1}}, {2, {1.25F, .5F, 1.25F, .5F}}, {1, {.375F, .375F, .375F, .375F}}};
    for (size_t c = 0; c < 3; c++) {
        float score[4];
        const struct scoring scoring = {.tensor = &tensor, .mu = mu, .gradient = gradient, .groups = cases[c].groups};
        criterion_row("taylor")->score(&scoring, score);
        assert_memory_equal(score, cases[c].score, sizeof score);
    }
}

/* All members have the number of their group, and a group of one the number that a weight always had. */
static void a_random_score_is_a_groups_own(void **state)
{
    (void)state;
    const struct tensor tensor = {.count = 12};
    const struct random_key key = random_key(5, PURPOSE_CRITERION, 0, 3);
    float uniform[12], score[12];
    random_uniform(key, 0, 12, uniform);
    for (size_t groups = 1; groups <= 12; groups++) {
        if (12 % groups > 0)
            continue;
        criterion_row("random")->score(&(struct scoring){.tensor = &tensor, .key = key, .groups = groups}, score);
        for (size_t i = 0; i < 12; i++)
            assert_float_equal(score[i], uniform[i % groups], 0);
    }
}

static void what_a_criterion_needs_has_to_be_there(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    static const char *const cases[][2] = {{"taylor", "gradient of training items"}, {"kl", "of a Gaussian prior"}};
    for (size_t i = 0; i < 2; i++) {
        const struct pruning_rule rule = {.criterion = criterion_row(cases[i][0])};
        struct ranking ranking;
        struct error error = {0};
        assert_int_equal(ranking_make(fixture.posterior, &rule, &ranking, &error), STATUS_UNSUPPORTED);
        assert_non_null(strstr(error.message, cases[i][1]));
        assert_true(criterion_fits(rule.criterion, fixture.posterior->method));
        assert_false(criterion_is_standard(rule.criterion, fixture.posterior->method));
    }
    fixture_free(&fixture);
}

/* ---- pruning: every criterion of the registry ---- */

static void every_criterion_removes_exactly_what_was_asked(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    size_t count;
    const struct criterion *rows = criteria(&count);
    assert_true(count >= 4);
    float *keep = memory_alloc(fixture.posterior->size, sizeof *keep, NULL);
    assert_non_null(keep);
    for (size_t i = 0; i < count; i++) {
        struct ranking ranking;
        struct error error = {0};
        assert_int_equal(rank(fixture.posterior, &rows[i], 5, &ranking, &error), STATUS_OK);
        size_t removed = ranking_removed_by_fraction(&ranking, 0.75), zeros = 0;
        assert_int_equal(removed, llround(0.75 * (double)ranking.count));
        ranking_keep(&ranking, removed, keep);
        for (size_t k = 0; k < fixture.posterior->size; k++)
            zeros += keep[k] == 0;
        assert_int_equal(zeros, removed);
        for (size_t k = 1; k < ranking.count; k++) {
            float earlier = ranking.score[k - 1], later = ranking.score[k];
            assert_true(rows[i].order == PRUNE_LOWEST_FIRST ? earlier <= later : earlier >= later);
        }
        for (size_t t = 0; t < fixture.posterior->tensor_count; t++) {
            const struct tensor *tensor = &fixture.posterior->tensors[t];
            for (size_t k = 0; tensor_is_bias(tensor) && k < tensor->count; k++)
                assert_true(keep[tensor->offset + k] == 1);
        }
        ranking_free(&ranking);
    }
    memory_free(keep);
    fixture_free(&fixture);
}

static void criteria_that_need_a_sigma_refuse_a_point_estimate(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "mle");
    size_t count, refused = 0;
    const struct criterion *rows = criteria(&count);
    for (size_t i = 0; i < count; i++) {
        struct ranking ranking;
        struct error error = {0};
        enum status status = rank(fixture.posterior, &rows[i], 5, &ranking, &error);
        assert_int_equal(status, rows[i].needs & NEEDS_SIGMA ? STATUS_UNSUPPORTED : STATUS_OK);
        if (status == STATUS_OK)
            ranking_free(&ranking);
        else
            refused++;
    }
    assert_int_equal(refused, 3);
    fixture_free(&fixture);
}

static void thresholds_and_both_fractions_by_hand(void **state)
{
    (void)state;
    /* Two tensors of 2 and 8 weights; the scores of the first are all above those of the second. */
    struct tensor tensors[2] = {{.name = "a", .role = TENSOR_WEIGHT, .offset = 0, .count = 2},
                                {.name = "b", .role = TENSOR_WEIGHT, .offset = 16, .count = 8}};
    float mu[32] = {0};
    for (size_t i = 0; i < 2; i++)
        mu[i] = 0.1F + 0.01F * (float)i;
    for (size_t i = 0; i < 8; i++)
        mu[16 + i] = 1 + (float)i;
    struct method method = {.name = "test"};
    struct posterior posterior = {
        .method = &method, .tensors = tensors, .tensor_count = 2, .size = 32, .parameters = 10, .mu = mu};
    struct ranking ranking;
    struct error error = {0};
    assert_int_equal(rank(&posterior, criterion_row("magnitude"), 0, &ranking, &error), STATUS_OK);
    assert_int_equal(ranking.count, 10);
    size_t removed = ranking_removed_by_fraction(&ranking, 0.4);
    assert_int_equal(removed, 4);
    /* both of a, 2 of the 8 of b: (1 + .25) / 2 */
    assert_near(ranking_tensor_mean(&ranking, removed), 0.625, 1e-12);
    ranking_free(&ranking);

    const float sigma_all = 1;
    float rho[32];
    for (size_t i = 0; i < 32; i++)
        rho[i] = (float)log(expm1((double)sigma_all - (double)SIGMA_MINIMUM));
    posterior.method = method_find("vi", &error);
    for (size_t i = 0; i < posterior.method->functions->block_count; i++)
        posterior.blocks[i] = strcmp(posterior.method->functions->blocks[i].name, "rho") == 0 ? rho : posterior.mu;
    struct piece pieces[2] = {{0, 0, 2}, {1, 0, 8}};
    posterior.pieces = pieces;
    posterior.piece_count = 2;
    assert_int_equal(rank(&posterior, criterion_row("log_p0"), 0, &ranking, &error), STATUS_OK);
    /* log p(0) = -mu^2/2 - .9189 with sigma = 1: the two of a and mu = 1 (-1.4189) lie above -2, mu = 2 (-2.9189) below
     */
    assert_int_equal(ranking_removed_by_threshold(&ranking, -2), 3);
    assert_int_equal(ranking_removed_by_threshold(&ranking, -1e9), 10);
    assert_int_equal(ranking_removed_by_threshold(&ranking, 1e9), 0);
    ranking_free(&ranking);
}

/* ---- whole units ---- */

/* A unit as a plain program finds it: by its tensor and its number. */
struct slow_unit {
    double score;
    size_t tensor, unit;
    bool gone;
};

/* Element [row][column][in][out] of a tensor whose first dimensions may be lacking. */
static size_t element(const struct tensor *tensor, const size_t at[4])
{
    size_t place = 0;
    for (size_t d = 0; d < tensor->rank; d++)
        place = place * tensor->shape[d] + at[4 - tensor->rank + d];
    return tensor->offset + place;
}

enum unit_task { UNIT_SUM, UNIT_DROP };

/* The sum of score [posterior size] over the weights into a unit, or drops them from it, which sets them to 0. */
static double unit_walk(const struct tensor *tensor, size_t unit, enum unit_task task, float *score)
{
    size_t extent[4] = {1, 1, 1, 1};
    double sum = 0;
    for (size_t d = 0; d < tensor->rank; d++)
        extent[4 - tensor->rank + d] = tensor->shape[d];
    for (size_t row = 0; row < extent[0]; row++) {
        for (size_t column = 0; column < extent[1]; column++) {
            for (size_t in = 0; in < extent[2]; in++) {
                float *at = &score[element(tensor, (size_t[]){row, column, in, unit})];
                sum += (double)*at;
                if (task == UNIT_DROP)
                    *at = 0;
            }
        }
    }
    return sum;
}

/* Removes units from `keep`, always the best of those that are left, by looking at all of them, until the next would be
 * more than `most` weights in all. score [posterior size] is of single weights. Returns the weights removed. */
static size_t remove_slowly(const struct posterior *posterior, const struct criterion *criterion, float *score,
                            size_t most, float *keep)
{
    struct slow_unit units[128];
    size_t count = 0, removed = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t u = 0; strstr(tensor->name, "conv") && strstr(tensor->name, ".weight") && u < tensor->shape[3]; u++)
            units[count++] = (struct slow_unit){
                unit_walk(tensor, u, UNIT_SUM, score) * (double)tensor->shape[3] / (double)tensor->count, t, u, false};
    }
    for (size_t i = 0; i < posterior->size; i++)
        keep[i] = 1;
    for (;;) {
        struct slow_unit *best = NULL;
        for (size_t i = 0; i < count; i++) {
            const double sign = criterion->order == PRUNE_HIGHEST_FIRST ? -1 : 1;
            if (!units[i].gone && (!best || sign * units[i].score < sign * best->score))
                best = &units[i];
        }
        const struct tensor *tensor = best ? &posterior->tensors[best->tensor] : NULL;
        if (!tensor || removed + tensor->count / tensor->shape[3] > most)
            return removed;
        (void)unit_walk(tensor, best->unit, UNIT_DROP, keep);
        keep[posterior->tensors[best->tensor + 1].offset + best->unit] = 0; /* its bias */
        best->gone = true;
        removed += tensor->count / tensor->shape[3];
    }
}

/* The score of every weight by itself; of the random criterion, of its unit. */
static void score_plainly(const struct posterior *posterior, const struct criterion *criterion, float *score)
{
    float *sigma = memory_alloc(posterior->size, sizeof *sigma, NULL);
    assert_non_null(sigma);
    if (posterior->method->has_sigma)
        posterior_sigma(posterior, sigma);
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        criterion->score(&(struct scoring){.tensor = tensor,
                                           .mu = posterior->mu + tensor->offset,
                                           .sigma = sigma + tensor->offset,
                                           .prior_sigma = .1,
                                           .gradient = posterior->mu + tensor->offset,
                                           .key = random_key(5, PURPOSE_CRITERION, 0, t),
                                           .groups = tensor->shape[tensor->rank - 1]},
                         score + tensor->offset);
    }
    memory_free(sigma);
}

static void check_units(const struct posterior *posterior, const struct criterion *criterion)
{
    const struct pruning_rule rule = {.criterion = criterion,
                                      .granularity = GRANULARITY_UNIT,
                                      .seed = 5,
                                      .prior_sigma = .1,
                                      .gradient = posterior->mu};
    struct error error = {0};
    struct ranking ranking;
    float *blocks = memory_alloc(posterior->size, 3 * sizeof *blocks, NULL);
    assert_non_null(blocks);
    float *score = blocks, *keep = blocks + posterior->size, *wanted = keep + posterior->size;
    score_plainly(posterior, criterion, score);
    assert_int_equal(ranking_make(posterior, &rule, &ranking, &error), STATUS_OK);
    assert_int_equal(ranking.count, posterior->members * (3 * 3 * 2 * 3 + 3 * 3 * 3 * 3));
    assert_int_equal(ranking_groups(&ranking, ranking.count), posterior->members * (3 + 3));
    for (size_t k = 0; k <= 40; k++) {
        const double fraction = (double)k / 40;
        const size_t most = (size_t)llround(fraction * (double)ranking.count);
        const size_t removed = ranking_removed_by_fraction(&ranking, fraction);
        assert_int_equal(removed, remove_slowly(posterior, criterion, score, most, wanted));
        ranking_keep(&ranking, removed, keep);
        assert_memory_equal(keep, wanted, posterior->size * sizeof *keep);
        size_t units = 0;
        for (size_t t = 1; t < posterior->tensor_count; t += 2) {
            for (size_t u = 0; u < posterior->tensors[t].count; u++)
                units += keep[posterior->tensors[t].offset + u] == 0;
        }
        assert_int_equal(ranking_groups(&ranking, removed), units);
    }
    ranking_free(&ranking);
    memory_free(blocks);
}

static void units_go_as_a_plain_program_removes_them(void **state)
{
    (void)state;
    size_t count;
    const struct criterion *rows = criteria(&count);
    static const char *const all[] = {"vi", "mle", "ensemble"};
    for (size_t m = 0; m < sizeof all / sizeof all[0]; m++) {
        struct fixture fixture;
        const struct ensemble_options options = {.members = 3};
        const struct posterior_start start = {
            .seed = 3, .mu_scale = 1, .sigma_low = .02, .sigma_high = .3, .options = m == 2 ? &options : NULL};
        fixture_make(&fixture, &tiny, all[m], &start, 1);
        assert_int_equal(fixture.posterior->members, m == 2 ? 3 : 1);
        for (size_t i = 0; i < count; i++) {
            if (criterion_fits(&rows[i], fixture.posterior->method))
                check_units(fixture.posterior, &rows[i]);
        }
        fixture_free(&fixture);
    }
}

/* logits [BATCH][classes] of the means times keep. */
static void logits_of(struct fixture *fixture, const float *keep, float *logits)
{
    for (size_t i = 0; i < fixture->posterior->network_size; i++)
        fixture->w[i] = fixture->posterior->mu[i] * keep[i];
    network_set_weights(fixture->network, fixture->w);
    network_forward(fixture->network, fixture->x, BATCH, logits);
}

/* That a unit is gone, and not a constant of its bias: what reads it makes no difference any more. */
static void nothing_comes_of_a_removed_unit(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        if (tensor_is_bias(tensor))
            random_normal(random_key(1, PURPOSE_TEST, 0, t), 0, tensor->count, posterior->mu + tensor->offset);
    }
    const struct pruning_rule rule = {.criterion = criterion_row("magnitude"), .granularity = GRANULARITY_UNIT};
    struct error error = {0};
    float *keep = NULL, logits[2][BATCH * 3], whole[BATCH * 3];
    assert_int_equal(pruning_keep(posterior, &rule, .5, &keep, &error), STATUS_OK);
    logits_of(&fixture, keep, logits[0]);
    size_t gone = 0;
    for (size_t t = 0; t + 2 < posterior->tensor_count; t += 2) {
        const struct tensor *biases = &posterior->tensors[t + 1], *next = &posterior->tensors[t + 2];
        for (size_t i = 0; i < next->count;
             i++) { /* maps and inputs of a tensor end with the channel, then the output */
            const size_t reads = i / next->shape[next->rank - 1] % biases->count;
            gone += keep[biases->offset + reads] == 0;
            if (keep[biases->offset + reads] == 0)
                keep[next->offset + i] = 0;
        }
    }
    assert_true(gone > 0);
    logits_of(&fixture, keep, logits[1]);
    assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
    for (size_t i = 0; i < posterior->size; i++)
        keep[i] = 1;
    logits_of(&fixture, keep, whole);
    assert_memory_not_equal(logits[0], whole, sizeof whole);
    memory_free(keep);
    fixture_free(&fixture);
}

/* At the prior's own density, a unit goes if the posterior of all its weights together is denser at 0 than the prior:
 * then the Savage-Dickey ratio of the group is above 1. */
static void a_threshold_on_units_is_one_on_their_joint_density(void **state)
{
    (void)state;
    const double prior = .14;
    const struct posterior_start start = {.seed = 3, .mu_scale = .1, .sigma_low = .02, .sigma_high = .3};
    struct fixture fixture;
    struct ranking ranking;
    struct error error = {0};
    fixture_make(&fixture, &tiny, "vi", &start, 1);
    const struct posterior *posterior = fixture.posterior;
    const struct pruning_rule rule = {.criterion = criterion_row("log_p0"), .granularity = GRANULARITY_UNIT};
    assert_int_equal(ranking_make(posterior, &rule, &ranking, &error), STATUS_OK);
    const size_t removed = ranking_removed_by_threshold(&ranking, log(gsl_ran_gaussian_pdf(0, prior)));
    float *sigma = memory_alloc(posterior->size, 2 * sizeof *sigma, NULL), *keep = sigma + posterior->size;
    assert_non_null(sigma);
    posterior_sigma(posterior, sigma);
    ranking_keep(&ranking, removed, keep);
    size_t gone = 0;
    for (size_t t = 0; t < 4; t += 2) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t unit = 0; unit < tensor->shape[3]; unit++) {
            double log_ratio = 0;
            for (size_t i = tensor->offset + unit; i < tensor->offset + tensor->count; i += tensor->shape[3])
                log_ratio += log(gsl_ran_gaussian_pdf((double)posterior->mu[i], (double)sigma[i])) -
                             log(gsl_ran_gaussian_pdf(0, prior));
            assert_true(fabs(log_ratio) > 1e-3); /* rounding decides nothing */
            assert_int_equal(keep[tensor->offset + unit], log_ratio < 0);
            gone += log_ratio > 0;
        }
    }
    assert_in_range(gone, 1, 5);
    memory_free(sigma);
    ranking_free(&ranking);
    fixture_free(&fixture);
}

static void a_network_of_classes_alone_has_no_unit_to_prune(void **state)
{
    (void)state;
    struct tensor tensors[2] = {{.name = "a", .role = TENSOR_WEIGHT, .count = 6, .rank = 2, .shape = {2, 3}},
                                {.name = "b", .role = TENSOR_BIAS, .offset = 16, .count = 3, .shape = {3}}};
    float mu[32] = {0};
    const struct method method = {.name = "test"};
    const struct posterior posterior = {
        .method = &method, .tensors = tensors, .tensor_count = 2, .members = 1, .size = 32, .mu = mu};
    const struct pruning_rule rule = {.criterion = criterion_row("magnitude"), .granularity = GRANULARITY_UNIT};
    struct ranking ranking;
    struct error error = {0};
    assert_int_equal(ranking_make(&posterior, &rule, &ranking, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.message, "prune single weights"));
}

/* ---- metrics, by hand ---- */

static void metrics_by_hand(void **state)
{
    (void)state;
    /* Two samples, two items, two classes. Means: item 0 (.7, .3), item 1 (.4, .6); labels 0 and 0. */
    float sampled[] = {.9F, .1F, .2F, .8F, .5F, .5F, .6F, .4F}, mean[4];
    const uint8_t labels[] = {0, 0};
    struct prediction prediction = {
        .samples = 2, .items = 2, .classes = 2, .sampled = sampled, .mean = mean, .labels = labels};
    prediction_average(&prediction);
    assert_near(mean[0], .7, 1e-7);
    assert_near(mean[3], .6, 1e-7);
    const struct {
        const char *name;
        double value;
    } expected[] = {
        {"accuracy", 0.5},                                          /* item 1 is taken for class 1 */
        {"nll", -(log(.7) + log(.4)) / 2},                          /* .6364828 */
        {"entropy", (0.6108643020548935 + 0.6730116670092565) / 2}, /* of (.7,.3) and (.4,.6) */
        /* sample entropies: (.9,.1) .3250830, (.2,.8) .5004024, (.5,.5) .6931472, (.6,.4) .6730117 */
        {"mutual_information", 0.6419379845320750 - (0.3250829734 + 0.5004024235 + 0.6931471806 + 0.6730116670) / 4},
        {"aleatoric", (0.3250829734 + 0.5004024235 + 0.6931471806 + 0.6730116670) / 4},
        {"mean_softmax", (.7 + .6) / 2},
        {"balanced_accuracy", .5}, /* the other class has no items */
        {"variation_ratio", 0.25}, /* item 0: both vote 0 (the first of equals); item 1: one each */
        {"std", 0.2},              /* item 0: .9, .5 -> .2; item 1, class 1: .8, .4 -> .2 */
        /* confidences .7 (bin 10, right) and .6 (bin 9, wrong): (|1 - .7| + |0 - .6|) / 2 */
        {"ece", 0.45},
        {"brier", ((.3 * .3 + .3 * .3) + (.6 * .6 + .6 * .6)) / 2}, /* .45 */
    };
    size_t count;
    (void)metrics(&count);
    assert_int_equal(count, sizeof expected / sizeof expected[0]); /* a new metric needs its line here */
    for (size_t i = 0; i < count; i++) {
        const struct metric *metric = metric_find(expected[i].name, NULL);
        assert_non_null(metric);
        assert_near(metric_value(metric, &prediction), expected[i].value, 1e-6); /* inputs are floats */
    }
}

/* Three networks of four vote for class 0, and the last one does not. */
static void the_most_votes_count(void **state)
{
    (void)state;
    float sampled[] = {.9F, .1F, .6F, .4F, .8F, .2F, .3F, .7F}, mean[2];
    const uint8_t label = 0;
    struct prediction prediction = {
        .samples = 4, .items = 1, .classes = 2, .sampled = sampled, .mean = mean, .labels = &label};
    prediction_average(&prediction);
    assert_near(metric_of(METRIC_variation_ratio, &prediction), .25, 1e-12);
}

/* Items in one bin are averaged before the absolute value; a confidence of 1 belongs to the last bin. */
static void ece_averages_within_a_bin(void **state)
{
    (void)state;
    float p[] = {.75F, .25F, .75F, .25F, .75F, .25F, .75F, .25F, 1, 0};
    const uint8_t labels[] = {0, 0, 0, 1, 0};
    struct prediction prediction = {.samples = 1, .items = 5, .classes = 2, .sampled = p, .mean = p, .labels = labels};
    /* bin 11 holds four with confidence .75, three right: no error. bin 14: confidence 1, right. */
    assert_near(metric_of(METRIC_ece, &prediction), 0, 1e-7);
    const uint8_t worse[] = {0, 0, 1, 1, 1};
    prediction.labels = worse;
    assert_near(metric_of(METRIC_ece, &prediction), (4 * .25 + 1) / 5, 1e-7);
}

/* What is not a number must not come out as a good one. */
static void metrics_of_nan_are_nan(void **state)
{
    (void)state;
    float p[] = {.5F, .5F, NAN, NAN};
    const uint8_t labels[] = {0, 0};
    struct prediction prediction = {.samples = 1, .items = 2, .classes = 2, .sampled = p, .mean = p, .labels = labels};
    size_t count;
    const struct metric *all = metrics(&count);
    for (size_t i = 0; i < count; i++)
        assert_true(isnan(metric_value(&all[i], &prediction)));
}

static void nll_survives_a_probability_of_zero(void **state)
{
    (void)state;
    float p[] = {0, 1};
    const uint8_t label = 0;
    struct prediction prediction = {.samples = 1, .items = 1, .classes = 2, .sampled = p, .mean = p, .labels = &label};
    assert_near(metric_of(METRIC_nll, &prediction), -log((double)FLT_MIN), 1e-9);
}

/* ---- predictions ---- */

static void prediction_is_the_mean_of_softmax_over_sampled_weights(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct predictor predictor;
    struct prediction prediction, first;
    struct error error = {0};
    /* a batch of 3 for 4 items: the rest is a batch of its own */
    assert_int_equal(predictor_make(fixture.posterior, fixture.network, 3, &predictor, &error), STATUS_OK);
    assert_int_equal(prediction_alloc(5, BATCH, 3, fixture.y, &prediction, &error), STATUS_OK);
    assert_int_equal(prediction_alloc(1, BATCH, 3, fixture.y, &first, &error), STATUS_OK);
    assert_int_equal(predict(&predictor, PREDICT_SAMPLED, NULL, 4, fixture.x, &prediction, &error), STATUS_OK);
    assert_int_equal(predict(&predictor, PREDICT_SAMPLED, NULL, 4, fixture.x, &first, &error), STATUS_OK);
    double *x = reference_widen(fixture.x, BATCH * shape_size(tiny.input)), logits[BATCH * 3];
    for (size_t s = 0; s < 5; s++) {
        const float *w =
            fixture.posterior->method->functions->sample(fixture.posterior, 4, PURPOSE_PREDICT, s, fixture.w);
        double *wide = reference_widen(w, fixture.posterior->size);
        (void)reference_network(&tiny, fixture.posterior->tensors, wide, x, fixture.y, BATCH, logits, NULL);
        for (size_t i = 0; i < BATCH; i++) {
            double sum = exp(logits[3 * i]) + exp(logits[3 * i + 1]) + exp(logits[3 * i + 2]);
            for (size_t k = 0; k < 3; k++) /* a logit is off by about 1e-5, a probability by a quarter of that */
                assert_near(prediction.sampled[(s * BATCH + i) * 3 + k], exp(logits[3 * i + k]) / sum, 2e-5);
        }
        free(wide);
    }
    assert_memory_equal(first.sampled, prediction.sampled, BATCH * 3 * sizeof(float)); /* sample 0 is sample 0 */
    free(x);
    prediction_free(&prediction);
    prediction_free(&first);
    predictor_free(&predictor);
    fixture_free(&fixture);
}

static void a_network_with_everything_pruned_knows_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct predictor predictor;
    struct prediction prediction;
    struct error error = {0};
    assert_int_equal(predictor_make(fixture.posterior, fixture.network, BATCH, &predictor, &error), STATUS_OK);
    assert_int_equal(prediction_alloc(2, BATCH, 3, fixture.y, &prediction, &error), STATUS_OK);
    float *keep = memory_alloc(fixture.posterior->size, sizeof *keep, &error);
    assert_non_null(keep);
    assert_int_equal(predict(&predictor, PREDICT_SAMPLED, keep, 4, fixture.x, &prediction, &error), STATUS_OK);
    for (size_t i = 0; i < BATCH * 3; i++)
        assert_near(prediction.mean[i], 1.0 / 3, 1e-6);
    memory_free(keep);
    prediction_free(&prediction);
    predictor_free(&predictor);
    fixture_free(&fixture);
}

/* ---- registries and start values ---- */

static void every_method_can_be_found_and_others_are_named(void **state)
{
    (void)state;
    size_t count;
    const struct method *rows = methods(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(method_find(rows[i].name, NULL), &rows[i]);
        struct fixture fixture;
        make(&fixture, rows[i].name);
        assert_int_equal(posterior_block(fixture.posterior, "rho") != NULL, rows[i].has_sigma);
        fixture_free(&fixture);
    }
    struct error error = {0};
    assert_null(method_find("mpa", &error));
    assert_int_equal(error.status, STATUS_USAGE);
    assert_non_null(strstr(error.message, "did you mean map"));
}

static void start_values_are_those_asked_for(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct posterior *posterior = fixture.posterior;
    float *sigma = memory_alloc(posterior->size, sizeof *sigma, NULL);
    assert_non_null(sigma);
    posterior_sigma(posterior, sigma);
    double sum = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        double squares = 0;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            assert_true(sigma[i] > 0.02F * 0.9999F && sigma[i] < 0.3F * 1.0001F);
            sum += (double)sigma[i];
            squares += (double)posterior->mu[i] * (double)posterior->mu[i];
        }
        if (tensor_is_bias(tensor))
            assert_true(squares == 0);
        else /* chi-square with `count` degrees: 5 standard deviations of sqrt(2 / count) */
            assert_near(squares * (double)tensor->fan_in / (double)tensor->count, 1,
                        5 * sqrt(2 / (double)tensor->count));
    }
    double count = (double)posterior->parameters; /* the mean of uniform numbers, within 5 of its deviations */
    assert_near(sum / count, (0.02 + 0.3) / 2, 5 * (0.3 - 0.02) / sqrt(12 * count));
    memory_free(sigma);
    fixture_free(&fixture);
}

/* A class with many items counts as much as one with few; one without does not count. */
static void balanced_accuracy_is_by_class(void **state)
{
    (void)state;
    float p[5][4] = {
        {.7F, .1F, .1F, .1F}, {.7F, .1F, .1F, .1F}, {.1F, .7F, .1F, .1F}, {.7F, .1F, .1F, .1F}, {.1F, .7F, .1F, .1F}};
    const uint8_t labels[] = {0, 0, 0, 0, 1};
    const struct prediction prediction = {
        .samples = 1, .items = 5, .classes = 4, .sampled = &p[0][0], .mean = &p[0][0], .labels = labels};
    assert_near(metric_of(METRIC_balanced_accuracy, &prediction), (.75 + 1) / 2, 1e-15);
    assert_near(metric_of(METRIC_accuracy, &prediction), .8, 1e-15);
}

/* Values within -end..end: none beyond, and the mean square of uniform ones, end^2 / 3 (whose own deviation is
 * end^2 sqrt(4 / 45 / count)), within 5 deviations. */
static void assert_uniform(const float *values, size_t count, double end)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(fabs((double)values[i]) <= end * 1.00001);
        squares += (double)values[i] * (double)values[i];
    }
    assert_near(squares / (double)count / (end * end), 1. / 3, 5 * sqrt(4 / 45. / (double)count));
}

/* The talk's start: Glorot's law for means, biases among them, and rho even between its ends. */
static void glorot_start(void **state)
{
    (void)state;
    const struct network_spec wide = plain_spec(
        (struct plain){.input = {7, 6, 2}, .classes = 3, .layers = 2, .filters = 30, .kernel = 3, .stride = 2});
    struct fixture fixture;
    const struct posterior_start start = {.seed = 3, .glorot = true, .mu_scale = 1, .sigma_low = .001, .sigma_high = 1};
    fixture_make(&fixture, &wide, "vi", &start, 1);
    const struct posterior *posterior = fixture.posterior;
    /* inputs and outputs of conv1 (9 taps), its biases, conv2, its biases, the dense layer (2 x 2 x 30 inputs) */
    static const double fans[] = {9 * (2 + 30), 30 + 30, 9 * (30 + 30), 30 + 30, 120 + 3, 3 + 3};
    assert_int_equal(posterior->tensor_count, sizeof fans / sizeof fans[0]);
    double rho_sum = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        assert_uniform(posterior->mu + tensor->offset, tensor->count, sqrt(6 / fans[t]));
        for (size_t i = 0; i < tensor->count; i++)
            rho_sum += (double)posterior_block(posterior, "rho")[tensor->offset + i];
    }
    /* softplus^-1(s) = log(expm1(s)) at the ends less the minimum of 1e-5 */
    const double low = log(expm1(.001 - 1e-5)), high = log(expm1(1 - 1e-5));
    const double count = (double)posterior->parameters;
    assert_near(rho_sum / count, (low + high) / 2, 5 * (high - low) / sqrt(12 * count));
    fixture_free(&fixture);
}

/* One value for all: sigma is it, SIGMA_MINIMUM included, which would be a hundredth of it. */
static void sigma_starts_exactly(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct posterior_start start = {.seed = 3, .mu_scale = 1, .sigma_low = .001, .sigma_high = .001};
    fixture_make(&fixture, &tiny, "vi", &start, 1);
    float *sigma = memory_alloc(fixture.posterior->size, sizeof *sigma, NULL);
    assert_non_null(sigma);
    posterior_sigma(fixture.posterior, sigma);
    for (size_t t = 0; t < fixture.posterior->tensor_count; t++)
        assert_near(sigma[fixture.posterior->tensors[t].offset], .001, 1e-8);
    memory_free(sigma);
    fixture_free(&fixture);
}

/* Whatever allocation fails, there is a status and a message, and nothing is lost (the leak checker looks on). */
static void allocation_failures_are_reported(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "vi");
    struct posterior_start start = {.seed = 3, .mu_scale = 1, .sigma_low = 0.02, .sigma_high = 0.3};
    bool met = true;
    for (size_t successes = 0; met; successes++) {
        struct error error = {0};
        struct posterior *posterior = NULL;
        struct ranking ranking = {0};
        fault_arm(successes);
        enum status status =
            posterior_create(fixture.network, fixture.posterior->method, &start, 1, &posterior, &error);
        if (status == STATUS_OK)
            status = ranking_make(posterior, &(struct pruning_rule){.criterion = criterion_row("snr"), .biases = true},
                                  &ranking, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_int_equal(error.message[0] != '\0', met);
        ranking_free(&ranking);
        posterior_free(posterior);
        assert_true(successes < 100);
    }
    fixture_free(&fixture);
}

/* Equal samples have a mean that is theirs; of neighbours it is one of them, whose entropy may be below theirs. */
static void mutual_information_is_never_negative(void **state)
{
    (void)state;
    const uint8_t label = 0;
    for (int i = 1; i < 200; i++) {
        float p = (float)i / 200, next = nextafterf(p, 1), mean[2];
        float sampled[] = {p, 1 - p, next, 1 - p};
        struct prediction prediction = {
            .samples = 2, .items = 1, .classes = 2, .sampled = sampled, .mean = mean, .labels = &label};
        prediction_average(&prediction);
        double found = metric_of(METRIC_mutual_information, &prediction);
        assert_true(found >= 0 && found < 1e-6);
    }
}

/* `count` weights of one tensor, with these means, ranked by magnitude. */
static void rank_by_magnitude(float *mu, /* NOLINT(readability-non-const-parameter): a posterior's are not */
                              size_t count, struct ranking *ranking)
{
    static const struct method method = {.name = "test"};
    static struct tensor tensor;
    static struct posterior posterior;
    struct error error = {0};
    tensor = (struct tensor){.name = "a", .role = TENSOR_WEIGHT, .count = count};
    posterior = (struct posterior){
        .method = &method, .tensors = &tensor, .tensor_count = 1, .size = count, .parameters = count, .mu = mu};
    assert_int_equal(rank(&posterior, criterion_row("magnitude"), 0, ranking, &error), STATUS_OK);
}

static void equal_scores_go_in_the_order_of_their_places(void **state)
{
    (void)state;
    float mu[] = {2, -1, 1, 2, -2, 1};
    static const uint32_t expected[] = {1, 2, 5, 0, 3, 4};
    struct ranking ranking;
    rank_by_magnitude(mu, 6, &ranking);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(ranking.place[i], expected[i]);
    ranking_free(&ranking);
}

static void a_fraction_removes_the_nearest_number(void **state)
{
    (void)state;
    float mu[10] = {0};
    static const struct {
        double fraction;
        size_t removed;
    } cases[] = {{0, 0}, {.04, 0}, {.05, 1}, {.44, 4}, {.45, 5}, {.46, 5}, {.94, 9}, {.96, 10}, {1, 10}};
    struct ranking ranking;
    rank_by_magnitude(mu, 10, &ranking);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ranking_removed_by_fraction(&ranking, cases[i].fraction), cases[i].removed);
    ranking_free(&ranking);
}

/* What goes has a log p(0) above the threshold; at it a weight stays. */
static void a_score_at_the_threshold_stays(void **state)
{
    (void)state;
    struct fixture fixture;
    struct ranking ranking;
    struct error error = {0};
    make(&fixture, "vi");
    assert_int_equal(rank(fixture.posterior, criterion_row("log_p0"), 0, &ranking, &error), STATUS_OK);
    for (size_t i = 0; i < ranking.count; i++) {
        size_t above = 0;
        for (size_t k = 0; k < ranking.count; k++)
            above += ranking.score[k] > ranking.score[i];
        assert_int_equal(ranking_removed_by_threshold(&ranking, (double)ranking.score[i]), above);
    }
    ranking_free(&ranking);
    fixture_free(&fixture);
}

/* Numbers of the streams of two tensors, at the same places in them. */
static void random_scores_are_a_tensors_own(void **state)
{
    (void)state;
    struct fixture fixture;
    struct ranking ranking;
    struct error error = {0};
    make(&fixture, "vi");
    const struct posterior *posterior = fixture.posterior;
    float *score = memory_alloc(posterior->size, sizeof *score, NULL);
    assert_non_null(score);
    assert_int_equal(rank(posterior, criterion_row("random"), 5, &ranking, &error), STATUS_OK);
    for (size_t i = 0; i < ranking.count; i++)
        score[ranking.place[i]] = ranking.score[i];
    for (size_t t = 2; t < posterior->tensor_count; t += 2) /* weights; biases are no candidates */
        assert_true(score[posterior->tensors[t].offset] != score[posterior->tensors[0].offset]);
    memory_free(score);
    ranking_free(&ranking);
    fixture_free(&fixture);
}

int main(void)
{
    tiny = plain_spec(plain_tiny);
    large = plain_spec(plain_large);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vi_gradient_is_that_of_the_whole_loss),
        cmocka_unit_test(vi_gradient_check_notices_an_error),
        cmocka_unit_test(map_gradient_has_the_penalty),
        cmocka_unit_test(mle_has_no_penalty),
        cmocka_unit_test(pieces_of_a_tensor_are_drawn_as_one),
        cmocka_unit_test(pieces_of_a_tensor_are_stepped_as_one),
        cmocka_unit_test(sigma_has_its_own_bias_correction),
        cmocka_unit_test(every_method_clips_to_the_norm),
        cmocka_unit_test(clipping_scales_each_gradient_to_the_norm),
        cmocka_unit_test(frozen_sigma_does_not_move),
        cmocka_unit_test(kl_of_a_step_equals_quadrature),
        cmocka_unit_test(log_p0_is_the_log_density_at_zero),
        cmocka_unit_test(snr_and_magnitude_by_hand),
        cmocka_unit_test(kl_is_that_of_the_loss),
        cmocka_unit_test(taylor_by_hand),
        cmocka_unit_test(a_random_score_is_a_groups_own),
        cmocka_unit_test(what_a_criterion_needs_has_to_be_there),
        cmocka_unit_test(every_criterion_removes_exactly_what_was_asked),
        cmocka_unit_test(criteria_that_need_a_sigma_refuse_a_point_estimate),
        cmocka_unit_test(thresholds_and_both_fractions_by_hand),
        cmocka_unit_test(units_go_as_a_plain_program_removes_them),
        cmocka_unit_test(nothing_comes_of_a_removed_unit),
        cmocka_unit_test(a_threshold_on_units_is_one_on_their_joint_density),
        cmocka_unit_test(a_network_of_classes_alone_has_no_unit_to_prune),
        cmocka_unit_test(metrics_by_hand),
        cmocka_unit_test(the_most_votes_count),
        cmocka_unit_test(ece_averages_within_a_bin),
        cmocka_unit_test(metrics_of_nan_are_nan),
        cmocka_unit_test(nll_survives_a_probability_of_zero),
        cmocka_unit_test(mutual_information_is_never_negative),
        cmocka_unit_test(equal_scores_go_in_the_order_of_their_places),
        cmocka_unit_test(a_fraction_removes_the_nearest_number),
        cmocka_unit_test(a_score_at_the_threshold_stays),
        cmocka_unit_test(random_scores_are_a_tensors_own),
        cmocka_unit_test(prediction_is_the_mean_of_softmax_over_sampled_weights),
        cmocka_unit_test(a_network_with_everything_pruned_knows_nothing),
        cmocka_unit_test(every_method_can_be_found_and_others_are_named),
        cmocka_unit_test(start_values_are_those_asked_for),
        cmocka_unit_test(glorot_start),
        cmocka_unit_test(balanced_accuracy_is_by_class),
        cmocka_unit_test(sigma_starts_exactly),
        cmocka_unit_test(allocation_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

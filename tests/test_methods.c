/* tests/test_methods.c: dropout and ensembles: what they draw, what a step moves, how they predict and are pruned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/attack.h"
#include "bayes/method_options.h"
#include "bayes/posterior.h"
#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "check.h"
#include "core/memory.h"
#include "fixture.h"
#include "reference.h"

static struct network_spec tiny; /* set by main */
static const struct plain plain_tiny = {
    .input = {7, 6, 2}, .classes = 3, .layers = 2, .filters = 5, .kernel = 3, .stride = 2};
enum { BATCH = FIXTURE_BATCH, MEMBERS = 3 };
static const double rate = 0.25;

static void make(struct fixture *fixture, const char *method, size_t members)
{
    const struct dropout_options dropout = {.rate = rate};
    const struct ensemble_options ensemble = {.members = (long)members};
    struct posterior_start start = {.seed = 3, .mu_scale = 1};
    start.options = strcmp(method, "dropout") == 0    ? (const void *)&dropout
                    : strcmp(method, "ensemble") == 0 ? (const void *)&ensemble
                                                      : NULL;
    fixture_make(fixture, &tiny, method, &start, 2);
}

static const float *draw(const struct fixture *fixture, uint64_t step, float *scratch)
{
    return fixture->posterior->method->functions->sample(fixture->posterior, 9, PURPOSE_WEIGHT_NOISE, step, scratch);
}

/* One step at draw `step`. With beta1 = 0 Adam's first moment is the gradient itself. Returns the penalty. */
static double step_once(struct fixture *fixture, uint64_t step, const double *scale, double prior)
{
    size_t correct;
    double penalty_loss;
    const float *w = draw(fixture, step, fixture->w);
    network_set_weights(fixture->network, w);
    (void)network_gradient(fixture->network, fixture->x, fixture->y, BATCH, fixture->gradient, &correct);
    struct update update = {.step = step,
                            .adam = {0, 0.5F, 1e-8F},
                            .learning_rate = 1e-30,
                            .prior = fixture_prior("gaussian", prior, NULL),
                            .penalty_scale = scale};
    return fixture->posterior->method->functions->update(fixture->posterior, &update, w, fixture->gradient,
                                                         &penalty_loss);
}

/* ---- dropout ---- */

/* The factor of a unit's weights, which all must share; NAN when they do not. */
static double unit_factor(const struct tensor *tensor, const float *w, const float *mu, size_t unit)
{
    size_t outputs = tensor->shape[tensor->rank - 1], units = tensor->shape[tensor->rank - 2];
    double factor = (double)w[unit * outputs] / (double)mu[unit * outputs];
    for (size_t i = 0; i < tensor->count; i++) {
        if (i / outputs % units == unit && !(fabs((double)w[i] - factor * (double)mu[i]) <= 1e-6))
            return NAN;
    }
    return factor;
}

static void dropout_leaves_out_whole_units(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "dropout", 1);
    const struct posterior *posterior = fixture.posterior;
    enum { DRAWS = 400 };
    size_t left_out = 0, all = 0;
    for (uint64_t step = 0; step < DRAWS; step++) {
        const float *w = draw(&fixture, step, fixture.w);
        for (size_t t = 0; t < posterior->tensor_count; t++) {
            const struct tensor *tensor = &posterior->tensors[t];
            const float *at = w + tensor->offset, *mu = posterior->mu + tensor->offset;
            if (t == 0 || tensor_is_bias(tensor)) { /* the network's input and the biases stay */
                assert_memory_equal(at, mu, tensor->count * sizeof *mu);
                continue;
            }
            for (size_t unit = 0; unit < tensor->shape[tensor->rank - 2]; unit++) {
                double factor = unit_factor(tensor, at, mu, unit);
                assert_true(factor == 0 || fabs(factor - 1 / (1 - rate)) < 1e-5);
                left_out += factor == 0;
                all++;
            }
        }
    }
    /* binomial: five standard deviations */
    assert_near((double)left_out / (double)all, rate, 5 * sqrt(rate * (1 - rate) / (double)all));
    fixture_free(&fixture);
}

static double dropout_loss(const struct fixture *fixture, const double *factor, const double *mu, const double *x,
                           const double *scale, double prior)
{
    const struct posterior *posterior = fixture->posterior;
    double *w = reference_doubles(posterior->size), logits[BATCH * 3], penalty = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            w[i] = mu[i] * factor[i];
            penalty += scale[t] * mu[i] * mu[i] / (2 * prior * prior);
        }
    }
    double nll = reference_network(&tiny, posterior->tensors, w, x, fixture->y, BATCH, logits, NULL);
    free(w);
    return nll + penalty;
}

/* The tolerance is test_bayes.c's: central differences with h = 1e-4, and float's rounding of the step. */
static double worst_dropout_error(double broken)
{
    struct fixture fixture;
    make(&fixture, "dropout", 1);
    struct posterior *posterior = fixture.posterior;
    double scale[16], *x = reference_widen(fixture.x, BATCH * shape_size(tiny.input));
    for (size_t t = 0; t < posterior->tensor_count; t++)
        scale[t] = 0.01 * (double)(t + 1);
    double *mu = reference_widen(posterior->mu, posterior->size), *factor = reference_doubles(posterior->size);
    (void)step_once(&fixture, 5, scale, 0.7); /* moves a bias off its zero, hence after the copy */
    for (size_t i = 0; i < posterior->size; i++)
        factor[i] = mu[i] != 0 ? (double)fixture.w[i] / mu[i] : 1;
    double worst = 0, h = 1e-4;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            double at = mu[i];
            mu[i] = at + h;
            double above = dropout_loss(&fixture, factor, mu, x, scale, 0.7);
            mu[i] = at - h;
            double below = dropout_loss(&fixture, factor, mu, x, scale, 0.7);
            mu[i] = at;
            worst =
                fmax(worst, fabs((above - below) / (2 * h) - (double)posterior_block(posterior, "m_mu")[i] * broken));
        }
    }
    free(x);
    free(mu);
    free(factor);
    fixture_free(&fixture);
    return worst;
}

static void dropout_gradient_is_that_of_the_masked_network(void **state)
{
    (void)state;
    assert_true(worst_dropout_error(1) < 2e-4);
    assert_false(worst_dropout_error(1.01) < 2e-4); /* the twin: one per cent off must be seen */
}

/* ---- ensembles ---- */

static void members_start_apart_and_the_first_as_a_point_estimate(void **state)
{
    (void)state;
    struct fixture ensemble, mle;
    make(&ensemble, "ensemble", MEMBERS);
    make(&mle, "mle", 1);
    size_t size = mle.posterior->size, weights = mle.posterior->tensors[0].count;
    assert_int_equal(ensemble.posterior->size, MEMBERS * size);
    assert_int_equal(ensemble.posterior->parameters, MEMBERS * mle.posterior->parameters);
    assert_memory_equal(ensemble.posterior->mu, mle.posterior->mu, size * sizeof(float));
    for (size_t m = 0; m < MEMBERS; m++) {
        assert_ptr_equal(draw(&ensemble, m + MEMBERS, ensemble.w), ensemble.posterior->mu + m * size);
        for (size_t other = 0; other < m; other++)
            assert_memory_not_equal(ensemble.posterior->mu + m * size, ensemble.posterior->mu + other * size,
                                    weights * sizeof(float));
    }
    assert_string_equal(ensemble.posterior->tensors[mle.posterior->tensor_count].name, "m2.conv1.weight");
    fixture_free(&ensemble);
    fixture_free(&mle);
}

/* A step of one member is the step that MAP would make from there, and touches no other. */
static void a_step_moves_one_member(void **state)
{
    (void)state;
    struct fixture ensemble, map;
    make(&ensemble, "ensemble", MEMBERS);
    make(&map, "map", 1);
    size_t size = map.posterior->size;
    double scale[MEMBERS * 8];
    for (size_t t = 0; t < ensemble.posterior->tensor_count; t++)
        scale[t] = 0.25;
    memcpy(map.posterior->mu, ensemble.posterior->mu + size, size * sizeof(float));
    assert_near(step_once(&ensemble, 1, scale, 0.5), step_once(&map, 0, scale, 0.5), 0);
    assert_memory_equal(posterior_block(ensemble.posterior, "m_mu") + size, posterior_block(map.posterior, "m_mu"),
                        size * sizeof(float));
    for (size_t i = 0; i < size; i++)
        assert_true(posterior_block(ensemble.posterior, "m_mu")[i] == 0 &&
                    posterior_block(ensemble.posterior, "m_mu")[2 * size + i] == 0);
    fixture_free(&ensemble);
    fixture_free(&map);
}

/* The last member's first step is step number MEMBERS - 1: Adam's first step is the rate, whatever the gradient. */
static void each_member_has_its_own_bias_correction(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "ensemble", MEMBERS);
    struct posterior *posterior = fixture.posterior;
    size_t size = posterior->network_size, last = (MEMBERS - 1) * size;
    double scale[MEMBERS * 8] = {0}, penalty_loss;
    float *before = memory_alloc(size, sizeof *before, NULL);
    assert_non_null(before);
    memcpy(before, posterior->mu + last, size * sizeof *before);
    for (size_t i = 0; i < size; i++)
        fixture.gradient[i] = i % 2 ? 0.5F : -3.0F;
    struct update update = {.step = MEMBERS - 1,
                            .adam = {0.9F, 0.999F, 1e-8F},
                            .learning_rate = 1e-3,
                            .prior = fixture_prior("gaussian", 1, NULL),
                            .penalty_scale = scale};
    (void)posterior->method->functions->update(posterior, &update, posterior->mu + last, fixture.gradient,
                                               &penalty_loss);
    for (size_t t = 0; t < posterior->tensor_count / MEMBERS; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            assert_near(fabs((double)posterior->mu[last + i] - (double)before[i]), 1e-3, 1e-6);
    }
    memory_free(before);
    fixture_free(&fixture);
}

/* The mean over the members, each with its own part of what is pruned. */
static void an_ensemble_predicts_with_all_members_and_is_pruned_in_each(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "ensemble", MEMBERS);
    struct predictor predictor;
    struct prediction prediction;
    struct ranking ranking;
    struct error error = {0};
    assert_int_equal(predictor_make(fixture.posterior, fixture.network, BATCH, &predictor, &error), STATUS_OK);
    assert_int_equal(predictor_samples(&predictor, 1), MEMBERS);
    assert_int_equal(predictor_samples(&predictor, 50), MEMBERS);
    assert_int_equal(prediction_alloc(MEMBERS, BATCH, 3, fixture.y, &prediction, &error), STATUS_OK);
    assert_int_equal(ranking_make(fixture.posterior,
                                  &(struct pruning_rule){.criterion = criterion_find("magnitude", NULL), .seed = 1},
                                  &ranking, &error),
                     STATUS_OK);
    float *keep = memory_alloc(fixture.posterior->size, sizeof *keep, &error);
    assert_non_null(keep);
    ranking_keep(&ranking, ranking_removed_by_fraction(&ranking, 0.5), keep);
    assert_int_equal(predict(&predictor, PREDICT_SAMPLED, keep, 4, fixture.x, &prediction, &error), STATUS_OK);
    size_t size = fixture.posterior->network_size;
    double *x = reference_widen(fixture.x, BATCH * shape_size(tiny.input)), logits[BATCH * 3];
    for (size_t m = 0; m < MEMBERS; m++) {
        double *w = reference_widen(fixture.posterior->mu + m * size, size), gone = 0;
        for (size_t i = 0; i < size; i++) {
            w[i] *= (double)keep[m * size + i];
            gone += keep[m * size + i] == 0;
        }
        assert_true(gone > 0);
        (void)reference_network(&tiny, fixture.posterior->tensors, w, x, fixture.y, BATCH, logits, NULL);
        for (size_t i = 0; i < BATCH; i++) {
            double sum = exp(logits[3 * i]) + exp(logits[3 * i + 1]) + exp(logits[3 * i + 2]);
            for (size_t k = 0; k < 3; k++) /* as in test_bayes.c */
                assert_near(prediction.sampled[(m * BATCH + i) * 3 + k], exp(logits[3 * i + k]) / sum, 2e-5);
        }
        free(w);
    }
    free(x);
    memory_free(keep);
    ranking_free(&ranking);
    prediction_free(&prediction);
    predictor_free(&predictor);
    fixture_free(&fixture);
}

/* ---- weight decay ---- */

/* At the same weights, map's gradient less mle's is w / (s^2 N): that of -log N(w; 0, s^2) / N. With beta1 = 0 the
 * first moment is the gradient. The tolerance is float's rounding of the sum. */
static bool decay_is_prior(double broken)
{
    struct fixture map, mle;
    make(&map, "map", 1);
    make(&mle, "mle", 1);
    const double items = 160, prior = 0.5;
    double scale[8];
    bool same = true;
    for (size_t t = 0; t < map.posterior->tensor_count; t++)
        scale[t] = 1 / items;
    size_t size = map.posterior->size;
    float *w = memory_alloc(size, sizeof *w, NULL);
    assert_non_null(w);
    memcpy(w, map.posterior->mu, size * sizeof *w);
    assert_memory_equal(w, mle.posterior->mu, size * sizeof *w);
    (void)step_once(&map, 0, scale, prior);
    assert_near(step_once(&mle, 0, scale, prior), 0, 0);
    for (size_t i = 0; i < size; i++) {
        double gradient = (double)posterior_block(mle.posterior, "m_mu")[i],
               decay = (double)w[i] / (prior * prior * items) * broken;
        double rounding = 2 * (double)FLT_EPSILON * (fabs(gradient) + fabs(decay));
        same = same && fabs((double)posterior_block(map.posterior, "m_mu")[i] - gradient - decay) <= rounding;
    }
    memory_free(w);
    fixture_free(&map);
    fixture_free(&mle);
    return same;
}

static void weight_decay_is_a_gaussian_prior(void **state)
{
    (void)state;
    assert_true(decay_is_prior(1));
    assert_false(decay_is_prior(1.001)); /* the twin */
}

/* ---- adversarial directions ---- */

/* The mean over the networks that are sampled of each item's own gradient: batches of 3 and 1 give what one of 4 gives,
 * and a step along it makes the mean loss rise as the gradient says. */
static void attack_follows_the_loss_of_the_sampled_networks(void **state)
{
    (void)state;
    enum { SAMPLES = 6 };
    struct fixture fixture;
    make(&fixture, "dropout", 1);
    struct error error = {0};
    size_t item = shape_size(tiny.input), size = BATCH * item;
    float gradient[2][BATCH * 7 * 6 * 2];
    for (size_t k = 0; k < 2; k++) {
        struct predictor predictor;
        assert_int_equal(predictor_make(fixture.posterior, fixture.network, k ? 3 : BATCH, &predictor, &error),
                         STATUS_OK);
        assert_int_equal(
            attack_gradient(&predictor, NULL, SAMPLES, 4, fixture.x, fixture.y, BATCH, gradient[k], &error), STATUS_OK);
        predictor_free(&predictor);
    }
    for (size_t i = 0; i < size; i++)
        assert_near(gradient[0][i], gradient[1][i], 1e-5);
    double loss[2] = {0}, h = 1e-4, expected = 0, logits[BATCH * 3];
    for (size_t i = 0; i < size; i++)
        expected += fabs((double)gradient[0][i]);
    for (size_t k = 0; k < 2; k++) {
        double *x = reference_widen(fixture.x, size);
        for (size_t i = 0; i < size; i++)
            x[i] += (k ? h : -h) * (gradient[0][i] > 0 ? 1 : -1);
        for (size_t s = 0; s < SAMPLES; s++) {
            double *w = reference_widen(
                fixture.posterior->method->functions->sample(fixture.posterior, 4, PURPOSE_PREDICT, s, fixture.w),
                fixture.posterior->size);
            loss[k] +=
                BATCH * reference_network(&tiny, fixture.posterior->tensors, w, x, fixture.y, BATCH, logits, NULL);
            free(w);
        }
        free(x);
    }
    /* 168 elements, each with float's rounding of a gradient of order 1; a seam of SELU on the way is as small */
    assert_near((loss[1] - loss[0]) / (2 * h * SAMPLES), expected, 1e-3 * expected);
    fixture_free(&fixture);
}

int main(void)
{
    tiny = plain_spec(plain_tiny);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropout_leaves_out_whole_units),
        cmocka_unit_test(dropout_gradient_is_that_of_the_masked_network),
        cmocka_unit_test(members_start_apart_and_the_first_as_a_point_estimate),
        cmocka_unit_test(a_step_moves_one_member),
        cmocka_unit_test(each_member_has_its_own_bias_correction),
        cmocka_unit_test(an_ensemble_predicts_with_all_members_and_is_pruned_in_each),
        cmocka_unit_test(weight_decay_is_a_gaussian_prior),
        cmocka_unit_test(attack_follows_the_loss_of_the_sampled_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

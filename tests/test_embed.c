/* tests/test_embed.c: exported models: coders and formats against what they wrote, the engine against the dense
 * network, moments against quadrature and against sampled networks, and files that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bayes/predictive.h"
#include "bayes/pruning.h"
#include "check.h"
#include "core/memory.h"
#include "data/image.h"
#include "data/input.h"
#include "embed/c_name.h"
#include "embed/compact.h"
#include "embed/emit_c.h"
#include "embed/engine.h"
#include "embed/index_format.h"
#include "embed/model_file.h"
#include "embed/number.h"
#include "embed/range_coder.h"
#include "nn/moments.h"
#include "nn/sparse_kernels.h"
#include "reference.h"
#include "embed/export.h"
#include "scratch.h"

/* ---- a pruned network to export ---- */

enum { ITEMS = 9 };

/* Odd sizes: no padding or pitch is a whole vector. */
static const struct plain plains[] = {
    {.input = {13, 11, 2}, .classes = 4, .layers = 2, .filters = 6, .kernel = 5, .stride = 2},
    {.input = {28, 28, 1}, .classes = 10, .layers = 3, .filters = 16, .kernel = 6, .stride = 2},
    {.input = {37, 1, 1}, .classes = 5, .layers = 3, .filters = 7, .kernel = 6, .stride = 2},
    {.input = {9, 8, 3}, .classes = 3, .layers = 1, .filters = 5, .kernel = 3, .stride = 1},
    {.input = {6, 6, 1}, .classes = 2, .layers = 2, .filters = 3, .kernel = 2, .stride = 3},
};

/* Every kind of layer, not at the beginning, and every activation. */
static const struct {
    struct shape input;
    size_t classes;
    const char *layers;
} architectures[] = {
    {{17, 15, 1}, 4, "conv 6 5x5 valid relu; maxpool 2; conv 9 3 relu; maxpool 2; dense 20 relu"},
    {{5, 4, 2}, 3, "dense 12 tanh; dense 7"},
    {{31, 1, 3}, 4, "conv 8 8 relu; conv 5 5/2 tanh; conv 6 3 valid linear; avgpool all"},
    {{12, 13, 2}, 3, "conv 6 3x1/1x2 selu; avgpool 2; maxpool 3/1; conv 5 2 relu"},
};
enum {
    PLAINS = sizeof plains / sizeof plains[0],
    ARCHITECTURES = sizeof architectures / sizeof architectures[0],
    SPECS = PLAINS + ARCHITECTURES
};
static struct network_spec specs[SPECS];

static void specs_make(void)
{
    for (size_t s = 0; s < PLAINS; s++)
        specs[s] = plain_spec(plains[s]);
    for (size_t s = 0; s < ARCHITECTURES; s++)
        specs[PLAINS + s] =
            architecture_spec(architectures[s].input, architectures[s].classes, architectures[s].layers);
}

struct pruned {
    struct network *network;
    struct posterior *posterior;
    float *keep, *x;
};

/* The random criterion, so that no layer is left alone. */
static void pruned_make(struct pruned *pruned, const struct network_spec *spec, double fraction)
{
    struct error error = {0};
    struct ranking ranking;
    struct posterior_start start = {.seed = 5, .mu_scale = 1, .sigma_low = 0.01, .sigma_high = 0.05};
    assert_int_equal(network_create(spec, ITEMS, 0, 1, &pruned->network, &error), STATUS_OK);
    assert_int_equal(
        posterior_create(pruned->network, method_find("vi", &error), &start, 1, &pruned->posterior, &error), STATUS_OK);
    struct posterior *posterior = pruned->posterior;
    for (size_t t = 1; t < posterior->tensor_count; t += 2) /* biases that are not 0 */
        random_normal(random_key(2, PURPOSE_TEST, 0, t), 0, posterior->tensors[t].count,
                      posterior->mu + posterior->tensors[t].offset);
    pruned->keep = memory_alloc(posterior->size, sizeof(float), &error);
    pruned->x = memory_alloc(ITEMS * shape_size(spec->input), sizeof(float), &error);
    assert_true(pruned->keep && pruned->x);
    random_normal(random_key(1, PURPOSE_TEST, 0, 0), 0, ITEMS * shape_size(spec->input), pruned->x);
    assert_int_equal(ranking_make(posterior,
                                  &(struct pruning_rule){.criterion = criterion_find("random", &error), .seed = 1},
                                  &ranking, &error),
                     STATUS_OK);
    ranking_keep(&ranking, ranking_removed_by_fraction(&ranking, fraction), pruned->keep);
    ranking_free(&ranking);
}

static void pruned_free(struct pruned *pruned)
{
    memory_free(pruned->keep);
    memory_free(pruned->x);
    posterior_free(pruned->posterior);
    network_free(pruned->network);
}

static const char source_text[] = "SYNTHETIC (beats, and not those of ECG5000)";

static struct model *make(const struct pruned *pruned, enum model_posterior posterior)
{
    struct error error = {0};
    struct model *model;
    struct model_options options = {.posterior = posterior, .samples = 3, .seed = 7};
    assert_int_equal(model_make(pruned->posterior, pruned->network, pruned->keep, &options, &model, &error), STATUS_OK);
    (void)snprintf(model->dataset, sizeof model->dataset, "mnist");
    (void)snprintf(model->criterion, sizeof model->criterion, "random");
    model->threshold = .5F;
    model_set_source(model, source_text, false);
    for (size_t s = 0; s < INPUT_STATISTICS; s++) {
        model->range.low[s] = -1 - .1F * (float)s;
        model->range.high[s] = 2 + .3F * (float)s;
    }
    model->range.known = true;
    return model;
}

static struct model *make_rounded(const struct pruned *pruned, enum model_posterior posterior, enum model_number number)
{
    struct error error = {0};
    struct model *model = make(pruned, posterior);
    size_t removed;
    assert_int_equal(model_compact(model, &removed, &error), STATUS_OK);
    assert_int_equal(model_round(model, number, &error), STATUS_OK);
    return model;
}

/* The engine's and the dense network's probabilities of every item agree. */
static void assert_predicts_as_network(const struct pruned *pruned, const struct model *model, double tolerance)
{
    struct error error = {0};
    struct predictor predictor;
    struct prediction wanted, found;
    enum predict_weights which = model->posterior == MODEL_MEAN ? PREDICT_AT_MEAN : PREDICT_SAMPLED;
    assert_int_equal(predictor_make(pruned->posterior, pruned->network, ITEMS, &predictor, &error), STATUS_OK);
    assert_int_equal(prediction_alloc(model->parts, ITEMS, model->classes, NULL, &wanted, &error), STATUS_OK);
    assert_int_equal(prediction_alloc(model->parts, ITEMS, model->classes, NULL, &found, &error), STATUS_OK);
    assert_int_equal(predict(&predictor, which, pruned->keep, 7, pruned->x, &wanted, &error), STATUS_OK);
    assert_int_equal(engine_predict_items(model, 2, pruned->x, &found, &error), STATUS_OK);
    for (size_t i = 0; i < model->parts * ITEMS * model->classes; i++)
        assert_near(found.sampled[i], wanted.sampled[i], tolerance);
    prediction_free(&wanted);
    prediction_free(&found);
    predictor_free(&predictor);
}

static void test_model_predicts_as_the_network(void **state)
{
    (void)state;
    static const double fractions[] = {0, .6, .95, 1};
    for (size_t s = 0; s < SPECS; s++) {
        for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
            struct pruned pruned;
            pruned_make(&pruned, &specs[s], fractions[f]);
            for (enum model_posterior p = MODEL_MEAN; p <= MODEL_SAMPLES; p++) {
                struct model *model = make(&pruned, p);
                assert_predicts_as_network(&pruned, model, 1e-5);
                model_free(model);
                model = make_rounded(&pruned, p, MODEL_FP32); /* compacted */
                assert_predicts_as_network(&pruned, model, 1e-5);
                model_free(model);
            }
            pruned_free(&pruned);
        }
    }
}

/* The twin of the test above: one wrong weight, one wrong bias, is seen. */
static void test_a_wrong_weight_is_seen(void **state)
{
    (void)state;
    struct pruned pruned;
    float wanted[4] = {0}, found[4] = {0};
    pruned_make(&pruned, &specs[0], .5);
    for (int change = 0; change < 3; change++) {
        struct error error = {0};
        struct model *model = make(&pruned, MODEL_MEAN);
        struct engine *engine;
        if (change == 1)
            model->layers[1].value[3] += .01F;
        if (change == 2)
            model->layers[0].bias[2] += .01F;
        assert_int_equal(engine_create(model, &engine, &error), STATUS_OK);
        engine_forward(engine, 0, pruned.x, change == 0 ? wanted : found);
        double difference = 0;
        for (size_t c = 0; change > 0 && c < 4; c++)
            difference = fmax(difference, fabs((double)found[c] - (double)wanted[c]));
        assert_true(change == 0 || difference > 1e-4);
        engine_free(engine);
        model_free(model);
    }
    pruned_free(&pruned);
}

static void test_point_estimates_have_one_network(void **state)
{
    (void)state;
    struct error error = {0};
    struct pruned pruned;
    struct model *model;
    pruned_make(&pruned, &specs[0], .5);
    struct posterior_start start = {.seed = 5, .mu_scale = 1};
    struct posterior *point;
    assert_int_equal(posterior_create(pruned.network, method_find("map", &error), &start, 1, &point, &error),
                     STATUS_OK);
    struct model_options options = {.posterior = MODEL_VARIANCE};
    assert_int_equal(model_make(point, pruned.network, pruned.keep, &options, &model, &error), STATUS_UNSUPPORTED);
    assert_null(model);
    options.posterior = MODEL_MEAN;
    assert_int_equal(model_make(point, pruned.network, pruned.keep, &options, &model, &error), STATUS_OK);
    model_free(model);
    posterior_free(point);
    pruned_free(&pruned);
}

/* 64 * 64 * 6 * 6 weights in 256 networks are 37.7 million values; what no reader takes is not written. */
static void test_a_model_beyond_the_readers_limits_is_not_made(void **state)
{
    (void)state;
    const struct network_spec large = plain_spec(
        (struct plain){.input = {8, 8, 1}, .classes = 2, .layers = 2, .filters = 64, .kernel = 6, .stride = 2});
    struct error error = {0};
    struct pruned pruned;
    struct model *model;
    struct model_options options = {.posterior = MODEL_SAMPLES, .samples = MODEL_PARTS_MAX, .seed = 7};
    pruned_make(&pruned, &large, 0);
    assert_int_equal(model_make(pruned.posterior, pruned.network, pruned.keep, &options, &model, &error),
                     STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.message, "fewer samples"));
    assert_null(model);
    pruned_free(&pruned);
    pruned_make(&pruned, &large, .99);
    assert_int_equal(model_make(pruned.posterior, pruned.network, pruned.keep, &options, &model, &error), STATUS_OK);
    model_free(model);
    pruned_free(&pruned);
}

/* Convolutions alike, and the dense layer. */
static void set_shapes(struct model *model, size_t filters, size_t kernel, size_t stride)
{
    const struct network_spec spec = plain_spec(
        (struct plain){model->input, model->classes, model->layer_count - 1, filters, kernel, stride, false});
    size_t outputs[MODEL_LAYERS_MAX];
    struct error error;
    for (size_t i = 0; i < model->layer_count; i++) {
        model->layers[i].spec = network_layer(&spec, i);
        outputs[i] = model->layers[i].spec.units;
    }
    assert_int_equal(model_shapes(model, outputs, &error), STATUS_OK);
}

/* A stride beyond its input makes padded planes of gigabytes out of a header of bytes. */
static void test_a_header_cannot_ask_for_gigabytes(void **state)
{
    (void)state;
    struct model_layer layers[2] = {0};
    struct model model = {.input = {2, 2, 127}, .classes = 2, .parts = 1, .layer_count = 2};
    model.layers = layers;
    set_shapes(&model, 1, 1, 1);
    assert_true(model_layer_fits(&model, &layers[0], 1));
    set_shapes(&model, 1, 1, 4096);
    assert_false(model_layer_fits(&model, &layers[0], 1));
}

static void seal(struct byte_writer *file)
{
    uLong checksum = crc32(crc32(0, NULL, 0), file->bytes, (uInt)file->used - 4);
    for (size_t i = 0; i < 4; i++)
        file->bytes[file->used - 4 + i] = (uint8_t)(checksum >> (8 * i));
}

/* A file with one weight a layer, of which the first says that it has `count`. */
static void write_costly(struct byte_writer *file, const struct model *header, size_t kernel, size_t layers,
                         size_t filters, size_t count)
{
    enum { FIRST_LAYER = 4 + 1 + 3 + 14 + 16 + 3 * 2 + 1 + 1 }; /* names of one letter, no source, no range */
    struct error error = {0};
    struct model model = *header;
    struct model_layer room[MODEL_LAYERS_MAX] = {0};
    model.layer_count = layers + 1;
    model.layers = room;
    set_shapes(&model, filters, kernel, 1);
    for (size_t i = 0; i <= layers; i++)
        assert_int_equal(model_layer_alloc(&model, &room[i], 1, &error), STATUS_OK);
    (void)model_encode(&model, file, &error); /* which may say that no reader takes it */
    for (size_t i = 0; i < 4; i++)
        file->bytes[FIRST_LAYER + 2 + i] = (uint8_t)(count >> (8 * i));
    seal(file);
    for (size_t i = 0; i <= layers; i++)
        model_layer_free(&room[i]);
}

static void assert_too_costly(const struct model *header, size_t kernel, size_t layers, size_t filters, size_t count,
                              const char *says)
{
    struct byte_writer file;
    struct error error = {0};
    struct model *model;
    write_costly(&file, header, kernel, layers, filters, count);
    assert_int_equal(model_decode(file.bytes, file.used, "m", &model, &error), STATUS_DATA);
    if (!strstr(error.message, says))
        fail_msg("%s", error.message);
    assert_null(model);
    bytes_free(&file);
}

/* What one layer may have, many layers of a small file may not. */
static void test_what_costs_too_much_is_refused_before_it_is_made(void **state)
{
    (void)state;
    static const struct model wide = {.dataset = "d",
                                      .method = "m",
                                      .criterion = "c",
                                      .input = {4096, 4096, 1},
                                      .classes = 2,
                                      .posterior = MODEL_MEAN,
                                      .parts = 1,
                                      .scale = 1};
    struct model other = wide;
    assert_too_costly(&wide, 4096, 2, 1, 1, "of memory");
    assert_too_costly(&wide, 4096, 10, 1, 1, "of memory");
    assert_too_costly(&other, 64, 1, 1, 4096, "multiply-adds");
    assert_too_costly(&other, 256, 1, 1, 65536, "multiply-adds");
    other.posterior = MODEL_SAMPLES;
    other.parts = 256;
    other.input = (struct shape){64, 1, 64};
    assert_too_costly(&other, 16, 8, 256, 131072, "of memory"); /* 256 networks of equal weights */
}

static struct engine_cost cost_of(struct shape input, size_t kernel, size_t stride, size_t layers, size_t filters,
                                  size_t parts)
{
    struct model_layer room[MODEL_LAYERS_MAX] = {0};
    struct model model = {.input = input, .classes = 10, .parts = parts};
    model.posterior = parts > 1 ? MODEL_SAMPLES : MODEL_MEAN;
    model.layers = room;
    model.layer_count = layers + 1;
    set_shapes(&model, filters, kernel, stride);
    for (size_t i = 0; i <= layers; i++)
        room[i].count = layer_places(&room[i]);
    return engine_cost(&model);
}

/* The talk's largest network whole, ten samples of it, and one as wide as VGG's layers. */
static void test_what_is_exported_costs_little(void **state)
{
    (void)state;
    const struct shape cifar = {32, 32, 3};
    const struct engine_cost costs[] = {cost_of(cifar, 6, 2, 3, 200, 1), cost_of(cifar, 6, 2, 3, 200, 10),
                                        cost_of(cifar, 3, 2, 5, 512, 1)};
    for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++) {
        struct error error = {0};
        assert_int_equal(engine_cost_check(&costs[i], 3000000, STATUS_DATA, "m", &error), STATUS_OK);
        assert_true(costs[i].work < 4e9);
    }
    assert_near(costs[0].work, 1.3e8, 3e7);
}

static void test_what_fp16_cannot_hold_is_refused(void **state)
{
    (void)state;
    static const enum model_number numbers[] = {MODEL_FP32, MODEL_FP16, MODEL_INT8};
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], 0);
    pruned.posterior->mu[pruned.posterior->tensors[1].offset] = 70000; /* a bias, which int8 keeps as fp16 */
    for (size_t i = 0; i < 3; i++) {
        struct error error = {0};
        struct model *model = make(&pruned, MODEL_MEAN);
        assert_int_equal(model_round(model, numbers[i], &error), i == 0 ? STATUS_OK : STATUS_NOT_FINITE);
        assert_true(i == 0 || strstr(error.message, "--quantize fp32"));
        model_free(model);
    }
    pruned_free(&pruned);
}

/* ---- compaction ---- */

/* Filter 1 of layer 1 is read by nobody; so is, then, filter 0 of layer 0, which only filter 1 reads. Filter 2 of layer
 * 1 has no inputs. */
static void test_dead_filters_go(void **state)
{
    (void)state;
    struct error error = {0};
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], 0);
    const struct tensor *tensors = pruned.posterior->tensors;
    const struct tensor *second = &tensors[2], *dense = &tensors[4];
    const size_t filters = plains[0].filters, taps = second->shape[0] * second->shape[1];
    for (size_t i = 0; i < dense->count; i++)
        pruned.keep[dense->offset + i] *= i / dense->shape[1] % filters != 1;
    for (size_t tap = 0; tap < taps; tap++) {
        for (size_t in = 0; in < filters; in++) {
            for (size_t out = 0; out < filters; out++)
                pruned.keep[second->offset + (tap * filters + in) * filters + out] *=
                    out != 2 && !(in == 0 && out != 1);
        }
    }
    for (enum model_posterior p = MODEL_MEAN; p <= MODEL_SAMPLES; p++) {
        struct model *model = make(&pruned, p);
        size_t removed;
        assert_int_equal(model_compact(model, &removed, &error), STATUS_OK);
        assert_int_equal(removed, 3);
        assert_int_equal(model->layers[0].shape.c_out, filters - 1);
        assert_int_equal(model->layers[1].shape.c_out, filters - 2);
        assert_predicts_as_network(&pruned, model, 1e-5);
        model_free(model);
    }
    pruned_free(&pruned);
}

/* A filter that only pooling reads is read by nobody if the channel that pooling makes of it is not. */
static void test_filters_before_pooling_go(void **state)
{
    (void)state;
    struct error error = {0};
    struct pruned pruned;
    pruned_make(&pruned, &specs[PLAINS], 0); /* conv 6, maxpool, conv 9, maxpool, dense 20, dense */
    const struct tensor *second = &pruned.posterior->tensors[2];
    for (size_t i = 0; i < second->count; i++)
        pruned.keep[second->offset + i] *= i / second->shape[3] % second->shape[2] != 1;
    for (enum model_posterior p = MODEL_MEAN; p <= MODEL_SAMPLES; p++) {
        struct model *model = make(&pruned, p);
        size_t removed;
        assert_int_equal(model_compact(model, &removed, &error), STATUS_OK);
        assert_int_equal(removed, 1);
        assert_int_equal(model->layers[0].shape.c_out, 5);
        assert_int_equal(model->layers[1].shape.c_out, 5);
        assert_predicts_as_network(&pruned, model, 1e-5);
        model_free(model);
    }
    pruned_free(&pruned);
}

/* A removed unit leaves no filter behind, and what read it goes with it. */
static void test_pruned_units_go(void **state)
{
    (void)state;
    for (size_t s = 0; s < SPECS; s++) {
        struct error error = {0};
        struct pruned pruned;
        pruned_make(&pruned, &specs[s], 0);
        struct pruning_rule rule = {.criterion = criterion_find("random", &error), .seed = 1};
        rule.granularity = GRANULARITY_UNIT;
        memory_free(pruned.keep);
        assert_int_equal(pruning_keep(pruned.posterior, &rule, .5, &pruned.keep, &error), STATUS_OK);
        struct model *model = make(&pruned, MODEL_MEAN);
        size_t removed, gone = 0, inputs = specs[s].input.channels;
        assert_int_equal(model_compact(model, &removed, &error), STATUS_OK);
        for (size_t t = 1; t + 2 < pruned.posterior->tensor_count; t += 2) {
            const struct tensor *biases = &pruned.posterior->tensors[t];
            const size_t l = biases->layer;
            size_t stay = 0;
            for (size_t u = 0; u < biases->count; u++)
                stay += pruned.keep[biases->offset + u] > 0;
            gone += biases->count - stay;
            assert_int_equal(model->layers[l].shape.c_out, stay);
            assert_int_equal(model->layers[l].shape.c_in, inputs);
            assert_int_equal(model->layers[l].count, layer_places(&model->layers[l])); /* it is dense */
            inputs = stay;
        }
        assert_true(gone > 0);
        assert_int_equal(removed, gone);
        assert_predicts_as_network(&pruned, model, 1e-5);
        model_free(model);
        pruned_free(&pruned);
    }
}

/* With variances, too: the constant's share of the logits' moments stays. */
static void test_compaction_keeps_the_moments(void **state)
{
    (void)state;
    for (size_t s = 0; s < SPECS; s++) {
        struct error error = {0};
        struct pruned pruned;
        float mean[2][10], variance[2][10];
        pruned_make(&pruned, &specs[s], .97);
        for (size_t t = 1; t < pruned.posterior->tensor_count; t += 2) { /* biases that are far from certain */
            const struct tensor *bias = &pruned.posterior->tensors[t];
            for (size_t i = 0; i < bias->count; i++)
                posterior_block(pruned.posterior, "rho")[bias->offset + i] = 0;
        }
        for (int compact = 0; compact < 2; compact++) {
            struct model *model = make(&pruned, MODEL_VARIANCE);
            struct engine *engine;
            size_t removed = 0;
            if (compact)
                assert_int_equal(model_compact(model, &removed, &error), STATUS_OK);
            assert_int_equal(engine_create(model, &engine, &error), STATUS_OK);
            engine_moments(engine, pruned.x, mean[compact], variance[compact]);
            engine_free(engine);
            model_free(model);
        }
        for (size_t c = 0; c < specs[s].classes; c++) {
            assert_near(mean[1][c], mean[0][c], 1e-4);
            assert_near(variance[1][c], variance[0][c], 1e-4 + 1e-4 * (double)variance[0][c]);
        }
        pruned_free(&pruned);
    }
}

/* ---- numbers ---- */

static void test_halves(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 65536; half++) {
        float value = float_of_half((uint16_t)half);
        if (!isnan(value))
            assert_int_equal(half_of_float(value), half);
        else
            assert_true(isnan(float_of_half(half_of_float(value))));
    }
    assert_int_equal(half_of_float(1), 0x3C00);
    assert_int_equal(half_of_float(-2), 0xC000);
    assert_int_equal(half_of_float(65504), 0x7BFF);
    assert_int_equal(half_of_float(65519), 0x7BFF);
    assert_int_equal(half_of_float(65520), 0x7C00);      /* half way to 2^16: to even, which is infinity */
    assert_int_equal(half_of_float(0x1.002p0F), 0x3C00); /* half way: to even */
    assert_int_equal(half_of_float(0x1.006p0F), 0x3C02); /* half way: to even, upwards */
    assert_int_equal(half_of_float(0x1.0p-25F), 0);      /* half of the least number: to even */
    assert_int_equal(half_of_float(0x1.8p-25F), 1);
    assert_true(round_up_to_8_bits(1.0F) == 1.0F && round_up_to_8_bits(1.001F) == 1.0078125F);
}

/* The largest value of a filter has nearly the largest code: 127, and 255 of a deviation, by a step of 8 bits. */
static void test_steps_reach_the_largest_value(void **state)
{
    (void)state;
    struct pruned pruned;
    pruned_make(&pruned, &specs[1], .8);
    for (enum model_posterior p = MODEL_MEAN; p <= MODEL_VARIANCE; p++) {
        struct model *exact = make_rounded(&pruned, p, MODEL_FP32), *coded = make_rounded(&pruned, p, MODEL_INT8);
        size_t groups = p == MODEL_VARIANCE ? 2 : 1, share = exact->parts / groups;
        for (size_t l = 0; l < exact->layer_count; l++) {
            const struct model_layer *layer = &exact->layers[l];
            for (size_t k = 0; k < groups * layer->shape.c_out; k++) {
                double largest = 0, step = (double)coded->layers[l].step[k];
                for (size_t i = 0; i < share * layer->count; i++) {
                    float value = layer->value[k / layer->shape.c_out * share * layer->count + i];
                    if (layer_filter(layer, layer->place[i % layer->count]) == k % layer->shape.c_out)
                        largest = fmax(largest, fabs((double)value));
                }
                double wanted = largest / (k < layer->shape.c_out ? 127 : 255);
                assert_true(step >= wanted * (1 - 1e-6) && step <= wanted * (1 + 1. / 127));
            }
        }
        model_free(exact);
        model_free(coded);
    }
    pruned_free(&pruned);
}

static void test_rounding_is_to_the_nearest(void **state)
{
    (void)state;
    struct pruned pruned;
    pruned_make(&pruned, &specs[1], .8);
    for (enum model_posterior p = MODEL_MEAN; p <= MODEL_VARIANCE; p++) {
        struct model *exact = make_rounded(&pruned, p, MODEL_FP32), *coded = make_rounded(&pruned, p, MODEL_INT8);
        for (size_t l = 0; l < exact->layer_count; l++) {
            const struct model_layer *a = &exact->layers[l], *b = &coded->layers[l];
            for (size_t i = 0, j = 0; i < a->count; i++) {
                bool there = j < b->count && b->place[j] == a->place[i];
                for (size_t part = 0; part < exact->parts; part++) {
                    size_t group = p == MODEL_VARIANCE ? part : 0;
                    double step = (double)b->step[group * b->shape.c_out + layer_filter(b, a->place[i])];
                    double value = there ? (double)b->value[part * b->count + j] : 0;
                    assert_near(value, a->value[part * a->count + i], .5001 * step);
                }
                j += there;
            }
        }
        model_free(exact);
        model_free(coded);
    }
    pruned_free(&pruned);
}

/* ---- coders and formats ---- */

static void test_range_coder_returns_what_went_in(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    for (uint32_t odds = 0; odds <= 100; odds += 25) {
        struct byte_writer out = {0};
        struct bit_model model[2];
        bit_models_begin(model, 2);
        struct random_sequence bits = random_sequence(random_key(odds, PURPOSE_TEST, 1, 0));
        struct range_writer writer = range_write_begin(&out);
        for (int i = 0; i < COUNT; i++) {
            range_write_bit(&writer, &model[i % 2], random_next_below(&bits, 100) < odds);
            range_write_even(&writer, random_next_below(&bits, 8), 3);
        }
        range_write_end(&writer);
        bit_models_begin(model, 2);
        bits = random_sequence(random_key(odds, PURPOSE_TEST, 1, 0));
        struct byte_reader in = {.bytes = out.bytes, .count = out.used};
        struct range_reader reader = range_read_begin(&in);
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(range_read_bit(&reader, &model[i % 2]), random_next_below(&bits, 100) < odds);
            assert_int_equal(range_read_even(&reader, 3), random_next_below(&bits, 8));
        }
        assert_true(!in.beyond && in.used == in.count);
        /* Bits of even odds cost what they are; the others their entropy, and 2 % for learning it. */
        double p = odds / 100.0, entropy = p > 0 && p < 1 ? -p * log2(p) - (1 - p) * log2(1 - p) : 0;
        assert_true((double)out.used < COUNT / 8.0 * (3 + 1.02 * entropy) + 40);
        bytes_free(&out);
    }
}

/* Around what one byte of a gap can say, and twice that. */
static void test_wide_gaps_return(void **state)
{
    (void)state;
    static const uint32_t gaps[] = {254, 255, 256, 509, 510, 511};
    const struct index_format *delta = index_format_numbered(1);
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        uint32_t wanted[] = {gaps[g], 2 * gaps[g] + 1}, places[2] = {0};
        struct model_layer layer = {
            .shape = {.c_in = 40, .c_out = 40, .kernel_h = 1, .kernel_w = 1, .height_out = 1, .width_out = 1},
            .count = 2,
            .place = wanted};
        struct byte_writer out = {0};
        delta->write(&layer, &out);
        struct byte_reader in = {.bytes = out.bytes, .count = out.used};
        layer.place = places;
        assert_true(delta->read(&layer, &in));
        assert_memory_equal(places, wanted, sizeof wanted);
        bytes_free(&out);
    }
}

static void test_index_formats_return_the_places(void **state)
{
    (void)state;
    static const uint32_t densities[] = {0, 3, 50, 100};
    size_t formats;
    const struct index_format *format = index_formats(&formats);
    for (size_t c = 0; c < formats * 4; c++) {
        struct model_layer layer = {
            .shape = {
                .c_in = 5, .c_out = 7, .kernel_h = 6, .kernel_w = c % 2 ? 1 : 6, .height_out = 1, .width_out = 1}};
        uint32_t wanted[5 * 7 * 36], places[5 * 7 * 36];
        struct random_sequence sequence = random_sequence(random_key(c, PURPOSE_TEST, 2, 0));
        for (uint32_t place = 0; place < layer_places(&layer); place++) {
            if (random_next_below(&sequence, 100) < densities[c / formats])
                wanted[layer.count++] = place;
        }
        struct byte_writer out = {0};
        layer.place = wanted;
        format[c % formats].write(&layer, &out);
        assert_false(out.failed);
        struct byte_reader in = {.bytes = out.bytes, .count = out.used};
        layer.place = places;
        memset(places, 255, sizeof places);
        assert_true(format[c % formats].read(&layer, &in));
        assert_memory_equal(places, wanted, layer.count * sizeof *places);
        if (layer.count > 0) { /* one byte less is not enough */
            in = (struct byte_reader){.bytes = out.bytes, .count = out.used - 1};
            assert_false(format[c % formats].read(&layer, &in));
        }
        bytes_free(&out);
    }
}

static void assert_same_model(const struct model *a, const struct model *b)
{
    assert_int_equal(a->layer_count, b->layer_count);
    assert_int_equal(a->parts, b->parts);
    assert_string_equal(a->dataset, b->dataset);
    assert_string_equal(a->criterion, b->criterion);
    assert_string_equal(a->data_source, b->data_source);
    assert_true(a->official == b->official && a->range.known == b->range.known);
    assert_memory_equal(a->range.low, b->range.low, sizeof a->range.low);
    assert_memory_equal(a->range.high, b->range.high, sizeof a->range.high);
    assert_true(a->threshold == b->threshold && a->scale == b->scale && a->offset == b->offset);
    for (size_t l = 0; l < a->layer_count; l++) {
        const struct model_layer *x = &a->layers[l], *y = &b->layers[l];
        assert_memory_equal(&x->shape, &y->shape, sizeof x->shape);
        assert_int_equal(x->count, y->count);
        assert_memory_equal(x->place, y->place, x->count * sizeof *x->place);
        for (size_t i = 0; i < a->parts * x->count; i++)
            assert_true(x->value[i] == y->value[i]);
        for (size_t i = 0; i < a->parts * layer_biases(x); i++)
            assert_true(x->bias[i] == y->bias[i]);
    }
}

static void test_files_return_the_model(void **state)
{
    (void)state;
    for (size_t s = 0; s < SPECS; s++) {
        struct pruned pruned;
        pruned_make(&pruned, &specs[s], .7);
        for (int kind = 0; kind < 9; kind++) {
            struct error error = {0};
            struct model *model = make_rounded(&pruned, kind / 3, kind % 3), *found;
            assert_int_equal(model_write(model, "m.tenth", &error), STATUS_OK);
            assert_int_equal(model_read("m.tenth", &found, &error), STATUS_OK);
            assert_same_model(model, found);
            model_free(found);
            model_free(model);
        }
        pruned_free(&pruned);
    }
    struct error error = {0};
    struct model *none;
    assert_int_equal(model_read("there-is-none", &none, &error), STATUS_DATA);
    assert_null(none);
}

/* ---- files that lie ---- */

static void encode_small(struct byte_writer *file, enum model_posterior posterior, enum model_number number)
{
    struct error error = {0};
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], .8);
    struct model *model = make_rounded(&pruned, posterior, number);
    assert_int_equal(model_encode(model, file, &error), STATUS_OK);
    model_free(model);
    pruned_free(&pruned);
}

static void test_damage_is_refused(void **state)
{
    (void)state;
    struct byte_writer file;
    encode_small(&file, MODEL_MEAN, MODEL_INT8);
    for (size_t i = 0; i < file.used; i++) {
        struct error error = {0};
        struct model *model;
        file.bytes[i] ^= (uint8_t)(1U << (i % 8));
        assert_int_equal(model_decode(file.bytes, file.used, "m", &model, &error), STATUS_DATA);
        assert_true(model == NULL && strstr(error.message, "m: ") == error.message);
        file.bytes[i] ^= (uint8_t)(1U << (i % 8));
        assert_int_equal(model_decode(file.bytes, i, "m", &model, &error), STATUS_DATA);
    }
    bytes_free(&file);
}

/* A file of version 1: one of version 2 without what came later. */
static void make_older(struct byte_writer *file, size_t names)
{
    size_t origin = 8 + 14 + 16 + names, length = 1 + 1 + sizeof source_text - 1 + INPUT_STATISTICS * 8;
    memmove(file->bytes + origin, file->bytes + origin + length, file->used - origin - length);
    file->used -= length;
    file->bytes[4] = 1;
    seal(file);
}

static void test_older_files_are_read_and_newer_ones_named(void **state)
{
    (void)state;
    struct byte_writer file;
    struct error error = {0};
    struct model *model, *older;
    encode_small(&file, MODEL_MEAN, MODEL_INT8);
    assert_int_equal(file.bytes[4], 2); /* what older programs read stays as they read it */
    assert_int_equal(model_decode(file.bytes, file.used, "m", &model, &error), STATUS_OK);
    static const uint8_t others[] = {MODEL_FILE_VERSION + 1, 255, 0};
    for (size_t i = 0; i < sizeof others; i++) {
        file.bytes[4] = others[i];
        seal(&file);
        assert_int_equal(model_decode(file.bytes, file.used, "m", &older, &error), STATUS_DATA);
        assert_non_null(strstr(error.message, others[i] > 0 ? "newer version" : "damaged"));
        assert_null(older);
    }
    make_older(&file, 3 + strlen("mnist") + strlen("vi") + strlen("random"));
    assert_int_equal(model_decode(file.bytes, file.used, "m", &older, &error), STATUS_OK);
    assert_non_null(strstr(older->data_source, "unknown"));
    assert_false(older->official || older->range.known);
    assert_int_equal(model_values(older), model_values(model));
    assert_true(older->threshold == model->threshold);
    model_free(older);
    model_free(model);
    bytes_free(&file);
}

static void test_a_range_that_is_none_is_refused(void **state)
{
    (void)state;
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], .8);
    static const float highs[] = {-2, NAN, INFINITY};
    for (size_t i = 0; i < sizeof highs / sizeof highs[0]; i++) {
        struct error error = {0};
        struct byte_writer file;
        struct model *model = make_rounded(&pruned, MODEL_MEAN, MODEL_FP32), *found;
        model->range.high[INPUT_BORDER] = highs[i];
        assert_int_equal(model_encode(model, &file, &error), STATUS_OK);
        assert_int_equal(model_decode(file.bytes, file.used, "m", &found, &error), STATUS_DATA);
        bytes_free(&file);
        model_free(model);
    }
    pruned_free(&pruned);
}

/* Wrong bytes under a right checksum: refused, or a model that can be run and written again. */
static void test_lies_do_no_harm(void **state)
{
    (void)state;
    struct random_sequence sequence = random_sequence(random_key(9, PURPOSE_TEST, 3, 0));
    size_t refused = 0;
    for (int kind = 0; kind < 9; kind++) {
        struct byte_writer file;
        encode_small(&file, kind / 3, kind % 3);
        for (int round = 0; round < 300; round++) {
            struct error error = {0};
            struct model *model;
            size_t at = random_next_below(&sequence, (uint32_t)(round % 2 ? file.used - 4 : 80));
            uint8_t old = file.bytes[at];
            file.bytes[at] = (uint8_t)random_next_word(&sequence);
            seal(&file);
            enum status status = model_decode(file.bytes, file.used, "m", &model, &error);
            assert_true(status == STATUS_OK || (status == STATUS_DATA && error.message[0]));
            refused += status != STATUS_OK;
            struct byte_writer again = {0};
            if (status == STATUS_OK)
                assert_int_equal(model_encode(model, &again, &error), STATUS_OK);
            bytes_free(&again);
            model_free(model);
            file.bytes[at] = old;
        }
        bytes_free(&file);
    }
    assert_true(refused > 100);
}

/* Faults in the middle of writing leave no file. */
static void test_faults_leave_nothing(void **state)
{
    (void)state;
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], .8);
    struct model *model = make_rounded(&pruned, MODEL_VARIANCE, MODEL_INT8);
    for (size_t successes = 0;; successes++) {
        struct error error = {0};
        struct model *found = NULL;
        char *header = NULL, *source = NULL;
        fault_arm(successes);
        enum status status = model_write(model, "m.tenth", &error);
        bool written = status == STATUS_OK;
        if (status == STATUS_OK)
            status = model_read("m.tenth", &found, &error);
        if (status == STATUS_OK)
            status = emit_c(found, NULL, "m", &header, &source, &error);
        bool met = fault_met();
        fault_arm(SIZE_MAX);
        assert_true((status == STATUS_OK) == !met);
        assert_int_not_equal(status, STATUS_DATA); /* no fault is the file's */
        assert_int_equal(scratch_entries(), written ? 1 : 0);
        if (written)
            assert_int_equal(remove("m.tenth"), 0);
        model_free(found);
        memory_free(header);
        memory_free(source);
        if (!met)
            break;
    }
    model_free(model);
    pruned_free(&pruned);
}

/* ---- moments ---- */

struct gaussian {
    double mean, sigma;
    int power;
};

static double selu_power(double z, void *parameters)
{
    const struct gaussian *g = parameters;
    return pow(reference_selu(z), g->power) * gsl_ran_gaussian_pdf(z - g->mean, g->sigma);
}

static double expectation(double mean, double sigma, int power)
{
    struct gaussian g = {mean, sigma, power};
    gsl_function function = {selu_power, &g};
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    double points[] = {mean - 12 * sigma, 0, mean + 12 * sigma}, sum = 0, part, bound;
    int inside = points[0] < 0 && points[2] > 0;
    for (int i = 0; i < (inside ? 2 : 1); i++) {
        double low = points[i], high = inside ? points[i + 1] : points[2];
        assert_int_equal(
            gsl_integration_qag(&function, low, high, 1e-12, 1e-9, 1000, GSL_INTEG_GAUSS31, space, &part, &bound), 0);
        sum += part;
    }
    gsl_integration_workspace_free(space);
    return sum;
}

/* Seven points miss the kink by a few per cent of the variance, and by little of the mean. */
static void test_selu_moments_against_quadrature(void **state)
{
    (void)state;
    static const double means[] = {-3, -1, -.2, 0, .1, 1, 4}, sigmas[] = {1e-3, .05, .5, 1.5};
    for (size_t i = 0; i < 28; i++) {
        double m = means[i % 7], s = sigmas[i / 7];
        float mean = (float)m, variance = (float)(s * s);
        activation_moments(activation_find("selu", NULL), &mean, &variance);
        double first = expectation(m, s, 1), wanted = expectation(m, s, 2) - first * first;
        assert_near(mean, first, 1e-6 + .04 * s);
        assert_near(variance, wanted, .06 * wanted + 1e-9);
    }
}

/* In logarithms of probabilities' ratios the noise of a pair goes: twice the ratio at the logits' means is left. Their
 * difference is twice the noise, with the logits' deviations. */
static void the_draws_of_logits_come_in_opposite_pairs(void **state)
{
    (void)state;
    struct error error = {0};
    struct pruned pruned;
    struct engine *engine;
    pruned_make(&pruned, &specs[0], .5);
    struct model *model = make(&pruned, MODEL_VARIANCE);
    float mean[4], variance[4], p[LOGIT_DRAWS][4], noise[LOGIT_DRAWS / 2][4];
    assert_int_equal(engine_create(model, &engine, &error), STATUS_OK);
    engine_moments(engine, pruned.x, mean, variance);
    engine_logit_noise(4, noise[0]);
    engine_predict(engine, pruned.x, p[0]);
    for (size_t draw = 0; draw < LOGIT_DRAWS / 2; draw++) {
        const float *one = p[draw], *other = p[draw + LOGIT_DRAWS / 2];
        for (size_t c = 1; c < 4; c++) {
            double first = log((double)one[c] / (double)one[0]), second = log((double)other[c] / (double)other[0]);
            double spread =
                sqrt((double)variance[c]) * (double)noise[draw][c] - sqrt((double)variance[0]) * (double)noise[draw][0];
            assert_near(first + second, 2 * ((double)mean[c] - (double)mean[0]), 1e-4);
            assert_near(first - second, 2 * spread, 1e-4);
            assert_true(one[c] != other[c]);
        }
    }
    engine_free(engine);
    model_free(model);
    pruned_free(&pruned);
}

static void a_removed_bias_is_0(void **state)
{
    (void)state;
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], .5);
    const struct tensor *bias = &pruned.posterior->tensors[1];
    assert_true(tensor_is_bias(bias) && bias->count > 2);
    pruned.keep[bias->offset + 1] = 0;
    struct model *model = make(&pruned, MODEL_MEAN);
    assert_true(model->layers[0].bias[1] == 0 && model->layers[0].bias[2] != 0);
    assert_predicts_as_network(&pruned, model, 1e-5);
    model_free(model);
    pruned_free(&pruned);
}

/* Certain weights: the moments are the network's own logits, and no variance. */
static void test_certain_weights_have_no_variance(void **state)
{
    (void)state;
    struct error error = {0};
    struct pruned pruned;
    pruned_make(&pruned, &specs[0], .5);
    struct model *certain = make(&pruned, MODEL_VARIANCE), *mean = make(&pruned, MODEL_MEAN);
    for (size_t l = 0; l < certain->layer_count; l++) {
        struct model_layer *layer = &certain->layers[l];
        memset(layer->value + layer->count, 0, layer->count * sizeof *layer->value);
        memset(layer->bias + layer->shape.c_out, 0, layer->shape.c_out * sizeof *layer->bias);
    }
    struct engine *a, *b;
    float logits[4], first[4], second[4];
    assert_int_equal(engine_create(certain, &a, &error), STATUS_OK);
    assert_int_equal(engine_create(mean, &b, &error), STATUS_OK);
    engine_moments(a, pruned.x, first, second);
    engine_forward(b, 0, pruned.x, logits);
    for (size_t c = 0; c < 4; c++) {
        assert_near(first[c], logits[c], 1e-4);
        assert_near(second[c], 0, 1e-6);
    }
    engine_free(a);
    engine_free(b);
    model_free(certain);
    model_free(mean);
    pruned_free(&pruned);
}

/* Where each weight is used once, independence is no approximation: many sampled networks have these moments. */
static void test_moments_against_sampled_networks(void **state)
{
    (void)state;
    enum { SAMPLES = 200, ROUNDS = 40 };
    const struct network_spec spec = plain_spec(
        (struct plain){.input = {4, 4, 1}, .classes = 3, .layers = 1, .filters = 12, .kernel = 4, .stride = 4});
    struct error error = {0};
    struct pruned pruned;
    struct engine *engine;
    float mean[3], variance[3], logits[3];
    double sum[3] = {0}, square[3] = {0};
    pruned_make(&pruned, &spec, .3);
    for (size_t i = 0; i < pruned.posterior->size; i++)
        posterior_block(pruned.posterior, "rho")[i] = -1.5F; /* sigma .2: far from certain */
    struct model *model = make(&pruned, MODEL_VARIANCE);
    assert_int_equal(engine_create(model, &engine, &error), STATUS_OK);
    engine_moments(engine, pruned.x, mean, variance);
    engine_free(engine);
    model_free(model);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct model_options options = {.posterior = MODEL_SAMPLES, .samples = SAMPLES, .seed = round};
        assert_int_equal(model_make(pruned.posterior, pruned.network, pruned.keep, &options, &model, &error),
                         STATUS_OK);
        assert_int_equal(engine_create(model, &engine, &error), STATUS_OK);
        for (size_t s = 0; s < SAMPLES; s++) {
            engine_forward(engine, s, pruned.x, logits);
            for (size_t c = 0; c < 3; c++) {
                sum[c] += (double)logits[c];
                square[c] += (double)logits[c] * (double)logits[c];
            }
        }
        engine_free(engine);
        model_free(model);
    }
    for (size_t c = 0; c < 3; c++) {
        double n = SAMPLES * ROUNDS, m = sum[c] / n, v = square[c] / n - m * m;
        assert_near(mean[c], m, 5 * sqrt(v / n) + .02 * sqrt(v)); /* 5 standard errors, and the quadrature's */
        assert_near(variance[c], v, (5 * sqrt(2 / n) + .06) * v);
    }
    pruned_free(&pruned);
}

/* ---- kernels: every build against plain loops ---- */

static void test_kernels_of_every_build(void **state)
{
    (void)state;
    enum { COUNT = 37, HALF = 19, ROOM = 400 };
    size_t builds;
    const struct sparse_kernels *const *all = sparse_kernels_all(&builds);
    float x[3][ROOM], value[COUNT], spread[COUNT], z[ROOM], variance[ROOM], group[SPARSE_FILTERS * ROOM];
    uint32_t offset[COUNT];
    for (size_t i = 0; i < 3; i++)
        random_normal(random_key(i, PURPOSE_TEST, 4, 0), 0, ROOM, x[i]);
    random_normal(random_key(3, PURPOSE_TEST, 4, 0), 0, COUNT, value);
    random_normal(random_key(4, PURPOSE_TEST, 4, 0), 0, COUNT, spread);
    for (uint32_t i = 0; i < COUNT; i++)
        offset[i] = i * 3;
    for (size_t b = 0; b < builds; b++) {
        for (size_t outputs = 1; outputs < 270; outputs++) {
            const struct sparse_moments moments = {x[0], x[1], outputs % 2 ? x[2] : NULL};
            all[b]->sum(HALF, offset, value, x[0], outputs, false, z);
            all[b]->sum(COUNT - HALF, offset + HALF, value + HALF, x[0], outputs, true, z);
            for (size_t q = 0; q < outputs; q++) {
                double sum = 0;
                for (size_t i = 0; i < COUNT; i++)
                    sum += (double)value[i] * (double)x[0][offset[i] + q];
                assert_near(z[q], sum, 1e-4);
            }
            all[b]->sum_filters(COUNT / SPARSE_FILTERS, offset, value, x[0], outputs, group, ROOM);
            for (size_t q = 0; q < SPARSE_FILTERS * outputs; q++) {
                double sum = 0;
                for (size_t i = 0; i < COUNT / SPARSE_FILTERS; i++)
                    sum += (double)value[i * SPARSE_FILTERS + q / outputs] * (double)x[0][offset[i] + q % outputs];
                assert_near(group[q / outputs * ROOM + q % outputs], sum, 1e-4);
            }
            all[b]->sum_moments(COUNT, offset, value, spread, &moments, outputs, z, variance);
            for (size_t q = 0; q < outputs; q++) {
                double sum = 0, second = 0;
                for (size_t i = 0; i < COUNT; i++) {
                    double w = (double)value[i], s = (double)spread[i];
                    sum += w * (double)x[0][offset[i] + q];
                    second += s * s * (double)x[1][offset[i] + q];
                    second += outputs % 2 ? w * w * (double)x[2][offset[i] + q] : 0;
                }
                assert_near(z[q], sum, 1e-4);
                assert_near(variance[q], second, 1e-3);
            }
        }
    }
}

static void test_moments_of_every_activation_and_build(void **state)
{
    (void)state;
    enum { COUNT = 100, ROOM = 128 };
    size_t builds, rows;
    const struct sparse_kernels *const *all = sparse_kernels_all(&builds);
    const struct activation *row = activations(&rows);
    float x[2][ROOM], z[ROOM], variance[ROOM];
    for (size_t i = 0; i < 2; i++)
        random_normal(random_key(i, PURPOSE_TEST, 4, 0), 0, ROOM, x[i]);
    for (size_t k = 0; k < builds * rows; k++) {
        const size_t a = k % rows;
        for (size_t i = 0; i < ROOM; i++)
            variance[i] = (z[i] = x[0][i], fabsf(x[1][i]));
        all[k / rows]->activations[a].moments(COUNT, .3F, .04F, z, variance);
        for (size_t i = 0; i < COUNT; i++) {
            float mean = x[0][i] + .3F, v = fabsf(x[1][i]) + .04F;
            activation_moments(&row[a], &mean, &v);
            assert_near(z[i], mean, 1e-5);
            assert_near(variance[i], v, 1e-5 * (1 + (double)v));
        }
    }
}

/* Outputs of 3 rows of 20 at a pitch of 23, every second column to one phase and the others to another: from two places
 * on, so that a move has lanes that are no neighbours, and ends within a vector. */
static void test_spread_of_every_build(void **state)
{
    (void)state;
    enum { ROWS = 3, COLUMNS = 20, PITCH = 23, COUNT = ROWS * COLUMNS, PHASE = 50, PLANE = 2 * PHASE + SPARSE_SLACK };
    uint32_t source[COUNT], target[COUNT];
    struct sparse_move moves[4 * ROWS];
    struct sparse_spread spread = {COUNT, source, target, 0, moves};
    float z[ROWS * PITCH + SPARSE_SLACK], plane[PLANE], wanted[PLANE] = {0};
    random_normal(random_key(6, PURPOSE_TEST, 4, 0), 0, sizeof z / sizeof *z, z);
    for (uint32_t i = 0; i < COUNT; i++) {
        const uint32_t row = i / COLUMNS, column = i % COLUMNS;
        source[i] = row * PITCH + column;
        target[i] = 2 + column % 2 * PHASE + row * (COLUMNS / 2 + 1) + column / 2;
        wanted[target[i]] = z[source[i]];
    }
    for (uint32_t phase = 0; phase < 2; phase++) /* 16 columns, and the last 4 */
        for (uint32_t i = 0; i < 2 * ROWS; i++) {
            const uint32_t first = i / 2 * COLUMNS + i % 2 * 16;
            moves[spread.move_count++] = (struct sparse_move){source[first], target[first + phase],
                                                              (uint16_t)((i % 2 ? 0x5U : 0x5555U) << phase)};
        }
    size_t builds;
    const struct sparse_kernels *const *all = sparse_kernels_all(&builds);
    for (size_t b = 0; b < builds; b++) {
        memset(plane, 0, sizeof plane);
        all[b]->spread(&spread, z, plane);
        assert_memory_equal(plane, wanted, sizeof plane);
        all[b]->spread(&spread, z, plane); /* over what is there */
        assert_memory_equal(plane, wanted, sizeof plane);
    }
}

/* ---- referral ---- */

static void test_threshold_tells_right_from_wrong(void **state)
{
    (void)state;
    struct error error = {0};
    float threshold;
    const double entropy[] = {.1, .9, .3, .7, .2, .6};
    const unsigned char right[] = {1, 0, 1, 0, 1, 1}, none[] = {0, 0, 0, 0, 0, 0}, all[] = {1, 1, 1, 1, 1, 1};
    assert_int_equal(referral_threshold(entropy, right, 6, &threshold, &error), STATUS_OK);
    assert_near(threshold, .65, 1e-6); /* between the largest of the right and the least of the wrong */
    assert_int_equal(referral_threshold(entropy, all, 6, &threshold, &error), STATUS_OK);
    assert_near(threshold, .9, 1e-6);
    assert_int_equal(referral_threshold(entropy, none, 6, &threshold, &error), STATUS_OK);
    assert_near(threshold, .9, 1e-6);
}

/* ---- what is unlike the training data ---- */

static void test_statistics_of_an_input(void **state)
{
    (void)state;
    double statistic[INPUT_STATISTICS];
    uint8_t bytes[] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 250, 6, 7, 8, 0}; /* the second of two */
    const struct items image = {.count = 2, .shape = {3, 3, 1}, .offset = 7, .scale = 3, .bytes = bytes};
    input_statistics(&image, 1, statistic);
    assert_near(statistic[INPUT_MEAN], 281 / 9.0, 1e-9);
    assert_near(statistic[INPUT_BORDER], 31 / 8.0, 1e-9);
    assert_near(statistic[INPUT_LEAST], 0, 0);
    assert_near(statistic[INPUT_LARGEST], 250, 0);
    float values[] = {-3, 5, 5, -1};
    const struct items series = {.count = 1, .shape = {4, 1, 1}, .scale = 1, .values = values};
    input_statistics(&series, 0, statistic);
    assert_near(statistic[INPUT_MEAN], 1.5, 1e-9);
    assert_near(statistic[INPUT_DEVIATION], sqrt((20.25 + 2 * 12.25 + 6.25) / 4), 1e-9);
    assert_near(statistic[INPUT_BORDER], -2, 1e-9); /* of the first and the last */
    assert_true(is_on_border((struct shape){1, 1, 3}, 0, 0));
    assert_false(is_on_border((struct shape){1, 3, 1}, 0, 1));
}

/* Half the width on both sides, and a quarter of the largest deviation where that is more. */
static void test_bounds_are_wider_than_the_range(void **state)
{
    (void)state;
    struct input_range range = {0};
    double low, high, statistic[INPUT_STATISTICS] = {10, 40, 0, 0, 100};
    assert_int_equal(input_range_outside(&range, statistic), INPUT_STATISTICS); /* nothing is known */
    input_range_add(&range, statistic);
    statistic[INPUT_MEAN] = 70;
    input_range_add(&range, statistic);
    input_range_bounds(&range, INPUT_MEAN, &low, &high);
    assert_true(low == -20 && high == 100);
    input_range_bounds(&range, INPUT_LEAST, &low, &high);
    assert_true(low == -10 && high == 10);
    assert_int_equal(input_range_outside(&range, statistic), INPUT_STATISTICS);
    statistic[INPUT_MEAN] = 100;
    assert_int_equal(input_range_outside(&range, statistic), INPUT_STATISTICS);
    statistic[INPUT_MEAN] = 101;
    assert_int_equal(input_range_outside(&range, statistic), INPUT_MEAN);
    statistic[INPUT_MEAN] = NAN;
    assert_int_equal(input_range_outside(&range, statistic), INPUT_MEAN);
    statistic[INPUT_MEAN] = 10;
    statistic[INPUT_LEAST] = 11;
    assert_int_equal(input_range_outside(&range, statistic), INPUT_LEAST);
}

/* How many items are outside the range of others. */
static size_t outside(const struct items *items, const struct items *others)
{
    struct input_range range = {0};
    double statistic[INPUT_STATISTICS];
    size_t count = 0;
    for (size_t i = 0; i < others->count; i++) {
        input_statistics(others, i, statistic);
        input_range_add(&range, statistic);
    }
    for (size_t i = 0; i < items->count; i++) {
        input_statistics(items, i, statistic);
        count += input_range_outside(&range, statistic) < INPUT_STATISTICS;
    }
    return count;
}

/* No item of a test file is called strange; a digit in black on white, and a series as a converter gives it, are. */
static void test_strangers_are_told_from_items(void **state)
{
    (void)state;
    static const char *const names[] = {"mnist", "moons", "ecg5000"};
    for (size_t n = 0; n < 3; n++) {
        struct error error = {0};
        struct dataset *data;
        const struct dataset_places places = {.shipped = "data"};
        assert_int_equal(dataset_open(dataset_find(names[n], &error), places, n == 2, &data, &error), STATUS_OK);
        struct items *test = &data->test;
        assert_int_equal(outside(&data->train, &data->train), 0);
        assert_int_equal(outside(test, &data->train), 0);
        for (size_t i = 0; test->bytes && i < test->count * shape_size(test->shape); i++)
            test->bytes[i] = (uint8_t)(255 - test->bytes[i]);
        for (size_t i = 0; test->values && i < test->count * shape_size(test->shape); i++)
            test->values[i] = 2048 + 200 * test->values[i];
        assert_int_equal(outside(test, &data->train), test->count);
        dataset_free(data);
    }
}

static void test_sources_are_fit_for_comments_and_tables(void **state)
{
    (void)state;
    struct model model = {0};
    char text[2 * MODEL_SOURCE_SIZE];
    model_set_source(&model, "a \"b\", */ \\ \t\xC3\xA9", true);
    assert_string_equal(model.data_source, "a ?b?, ?/ ? ???");
    assert_true(model.official);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    model_set_source(&model, text, false);
    assert_int_equal(strlen(model.data_source), MODEL_SOURCE_SIZE - 1);
}

/* ---- names ---- */

static void test_names_that_c_keeps_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "3x",       "a-b",         "a b",
                                      "_x",     "x_",       "a__b",        "int",
                                      "class",  "_Bool",    "nullptr",     "restrict",
                                      "main",   "errno",    "NULL",        "exp",
                                      "memcpy", "stdint",   "float",       "limits",
                                      "stddef", "math",     "String",      "Arduino",
                                      "linux",  "INT",      "SIZE",        "uint8_t",
                                      "setup",  "features", "caf\xC3\xA9", "a234567890123456789012345678901234567890x"};
    static const char *const good[] = {
        "digits",  "moons",   "mnist_vi_seed1", "x",     "X1",
        "classes", "integer", "model",          "MODEL", "a23456789012345678901234567890123456789x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        assert_int_equal(c_name_check(bad[i], &error), STATUS_USAGE);
        assert_non_null(strstr(error.message, "--name"));
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct error error = {0};
        assert_int_equal(c_name_check(good[i], &error), STATUS_OK);
    }
}

static void test_names_made_of_others(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"mnist_vi_seed1", "mnist_vi_seed1"}, {"a--b.c", "a_b_c"}, {"-a-", "a"}, {"_a__b_", "a_b"}, {"\xC3\xA9", ""}};
    char name[16];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        c_name_from(pairs[i][0], name, sizeof name);
        assert_string_equal(name, pairs[i][1]);
    }
    c_name_from("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", name, sizeof name);
    assert_true(strlen(name) < sizeof name);
}

/* ---- inputs ---- */

static enum status read_input(const char *bytes, size_t count, struct shape shape, struct items *items)
{
    struct error error = {0};
    struct dataset_kind kind = {.name = "test", .title = "test", .classes = 3, .shape = shape, .scale = 1};
    enum status status = input_read_bytes((const uint8_t *)bytes, count, "in", &kind, items, &error);
    assert_true(status == STATUS_OK || (error.message[0] && strncmp(error.message, "in", 2) == 0));
    return status;
}

static void test_inputs_of_every_kind(void **state)
{
    (void)state;
    struct items items;
    const struct shape gray = {2, 3, 1}, color = {1, 2, 3}, series = {3, 1, 1};
    const char raw[] = "P5\n# a comment\n3 2\n255\n\0\1\2\3\4\377", plain[] = "P2 3 2 5 0 1 2 3 4 5";
    const char pixmap[] = "P6 2 1 255\n\1\2\3\4\5\6";
    const char idx[] = "\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\3\1\2\3\4\5\6";
    assert_int_equal(read_input(raw, sizeof raw - 1, gray, &items), STATUS_OK);
    assert_memory_equal(items.bytes, "\0\1\2\3\4\377", 6);
    items_free(&items);
    assert_int_equal(read_input(plain, sizeof plain - 1, gray, &items), STATUS_OK);
    assert_memory_equal(items.bytes, "\0\63\146\231\314\377", 6); /* 0, 51, 102, 153, 204, 255 */
    items_free(&items);
    assert_int_equal(read_input(pixmap, sizeof pixmap - 1, color, &items), STATUS_OK);
    assert_memory_equal(items.bytes, "\1\2\3\4\5\6", 6);
    items_free(&items);
    assert_int_equal(read_input(idx, sizeof idx - 1, gray, &items), STATUS_OK);
    assert_int_equal(items.count, 1);
    assert_memory_equal(items.bytes, "\1\2\3\4\5\6", 6);
    items_free(&items);
    assert_int_equal(read_input("1 .5 .25 2\n3 0 0 1\n", 19, series, &items), STATUS_OK);
    assert_int_equal(items.count, 2);
    assert_near(items.values[1], .25, 0);
    items_free(&items);
    /* What is short, of another size or kind, or nothing at all. */
    const char *const bad[] = {"P5 3 2 255\n\1\2",
                               "P5 3 2 255\r\n\1\2\3\4\5\6",
                               "P5 3 2 255X\1\2\3\4\5\6",
                               "P2 3 2 5 0 1 2 3 4 5 5",
                               "P5 3 3 255\n\1\2\3\4\5\6\7\7\7",
                               "P6 3 2 255\n",
                               "P2 3 2 5 0 1 2 3 4 6",
                               "P5 3 2 0\n\1\2\3\4\5\6",
                               "P5 3",
                               "x",
                               "\x89PNG\r\n\x1a\n nothing"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_input(bad[i], strlen(bad[i]), gray, &items), STATUS_DATA);
        items_free(&items);
    }
    assert_int_equal(read_input("", 0, gray, &items), STATUS_DATA);
    items_free(&items);
}

int main(void)
{
    specs_make();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_predicts_as_the_network),
        cmocka_unit_test(test_a_wrong_weight_is_seen),
        cmocka_unit_test(test_point_estimates_have_one_network),
        cmocka_unit_test(test_a_model_beyond_the_readers_limits_is_not_made),
        cmocka_unit_test(test_a_header_cannot_ask_for_gigabytes),
        cmocka_unit_test(test_what_costs_too_much_is_refused_before_it_is_made),
        cmocka_unit_test(test_what_is_exported_costs_little),
        cmocka_unit_test(test_what_fp16_cannot_hold_is_refused),
        cmocka_unit_test(test_dead_filters_go),
        cmocka_unit_test(test_filters_before_pooling_go),
        cmocka_unit_test(test_pruned_units_go),
        cmocka_unit_test(test_compaction_keeps_the_moments),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_rounding_is_to_the_nearest),
        cmocka_unit_test(test_steps_reach_the_largest_value),
        cmocka_unit_test(test_range_coder_returns_what_went_in),
        cmocka_unit_test(test_index_formats_return_the_places),
        cmocka_unit_test(test_wide_gaps_return),
        cmocka_unit_test_setup_teardown(test_files_return_the_model, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_damage_is_refused),
        cmocka_unit_test(test_older_files_are_read_and_newer_ones_named),
        cmocka_unit_test(test_a_range_that_is_none_is_refused),
        cmocka_unit_test(test_lies_do_no_harm),
        cmocka_unit_test_setup_teardown(test_faults_leave_nothing, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_selu_moments_against_quadrature),
        cmocka_unit_test(test_certain_weights_have_no_variance),
        cmocka_unit_test(the_draws_of_logits_come_in_opposite_pairs),
        cmocka_unit_test(a_removed_bias_is_0),
        cmocka_unit_test(test_moments_against_sampled_networks),
        cmocka_unit_test(test_kernels_of_every_build),
        cmocka_unit_test(test_moments_of_every_activation_and_build),
        cmocka_unit_test(test_spread_of_every_build),
        cmocka_unit_test(test_threshold_tells_right_from_wrong),
        cmocka_unit_test(test_statistics_of_an_input),
        cmocka_unit_test(test_bounds_are_wider_than_the_range),
        cmocka_unit_test(test_strangers_are_told_from_items),
        cmocka_unit_test(test_sources_are_fit_for_comments_and_tables),
        cmocka_unit_test(test_names_that_c_keeps_are_refused),
        cmocka_unit_test(test_names_made_of_others),
        cmocka_unit_test(test_inputs_of_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "embed/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "embed/number.h"
#include "nn/planes.h"

enum { LARGEST_CODE = 127, LARGEST_SPREAD_CODE = 255 };

const char *model_posterior_name(enum model_posterior posterior)
{
    static const char *const names[] = {"mean", "samples", "variance"};
    return names[posterior];
}

const char *model_number_name(enum model_number number)
{
    static const char *const names[] = {"fp32", "fp16", "int8"};
    return names[number];
}

size_t model_groups(const struct model *model)
{
    return model->posterior == MODEL_VARIANCE ? 2 : 1;
}

size_t model_weights(const struct model *model)
{
    size_t sum = 0;
    for (size_t i = 0; i < model->layer_count; i++)
        sum += model->layers[i].count;
    return sum;
}

size_t model_values(const struct model *model)
{
    size_t sum = model_weights(model);
    for (size_t i = 0; i < model->layer_count; i++)
        sum += layer_biases(&model->layers[i]);
    return sum * model->parts;
}

enum status model_layer_shape(struct model *model, size_t number, size_t outputs, struct error *error)
{
    struct model_layer *layer = &model->layers[number];
    const struct shape input = number > 0 ? layer_output(&model->layers[number - 1].shape) : model->input;
    struct layer_spec spec = layer->spec;
    spec.units = outputs;
    enum status status = spec.kind->window(&spec, input, &layer->shape, error);
    if (status == STATUS_OK && model->whole_kernels && spec.kind == &layer_conv)
        layer->shape = conv_whole_shape(input, outputs, layer_kernel(&spec, input), layer_stride(&spec, input));
    return status;
}

enum status model_shapes(struct model *model, const size_t *outputs, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < model->layer_count && status == STATUS_OK; i++)
        status = model_layer_shape(model, i, outputs[i], error);
    return status;
}

enum status model_layer_alloc(const struct model *model, struct model_layer *layer, size_t count, struct error *error)
{
    size_t c_out = layer_biases(layer);
    layer->count = count;
    layer->place = memory_alloc(count, sizeof *layer->place, error);
    layer->value = memory_alloc(size_multiply(model->parts, count), sizeof *layer->value, error);
    layer->bias = memory_alloc(size_multiply(model->parts, c_out), sizeof *layer->bias, error);
    int complete = layer->place && layer->value && layer->bias;
    if (complete && model->number == MODEL_INT8) {
        layer->step = memory_alloc(model_groups(model) * c_out, sizeof *layer->step, error);
        complete = layer->step != NULL;
    }
    return complete ? STATUS_OK : STATUS_NO_MEMORY;
}

void model_layer_free(struct model_layer *layer)
{
    memory_free(layer->place);
    memory_free(layer->value);
    memory_free(layer->bias);
    memory_free(layer->step);
    layer->place = NULL;
    layer->value = layer->bias = layer->step = NULL;
    layer->count = 0;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    for (size_t i = 0; model->layers && i < model->layer_count; i++)
        model_layer_free(&model->layers[i]);
    memory_free(model->layers);
    memory_free(model);
}

/* Printable, and without meaning in texts of C, CSV or JSON. */
bool is_source_character(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '*';
}

void model_set_source(struct model *model, const char *source, bool official)
{
    (void)snprintf(model->data_source, sizeof model->data_source, "%s", source);
    for (char *c = model->data_source; *c; c++)
        *c = is_source_character(*c) ? *c : '?';
    model->official = official;
}

/* The index of a place's weight in the network's tensor [kernel_h][kernel_w][c_in][c_out]. */
static size_t tensor_index(const struct model_layer *layer, size_t place)
{
    size_t tap = place % layer_taps(layer);
    return (tap * layer->shape.c_in + layer_channel(layer, place)) * layer->shape.c_out + layer_filter(layer, place);
}

bool model_layer_fits(const struct model *model, const struct model_layer *layer, size_t count)
{
    const struct conv_shape *shape = &layer->shape;
    return shape->c_out <= MODEL_EXTENT_MAX &&
           (!layer_has_weights(layer) ||
            size_multiply(shape->c_in * shape->c_out, shape->kernel_h * shape->kernel_w) <= MODEL_PLACES_MAX) &&
           size_multiply(shape->height_out * shape->width_out, shape->c_out) <= MODEL_PLACES_MAX &&
           size_multiply(shape->c_in, planes_of(shape).size) <= MODEL_INPUT_MAX && count <= layer_places(layer) &&
           size_multiply(count, model->parts) <= MODEL_VALUES_MAX;
}

/* keep: of the layer's weights; NULL: it has none */
static enum status list_places(const struct model *model, struct model_layer *layer, const float *keep,
                               struct error *error)
{
    size_t count = 0, places = keep ? layer_places(layer) : 0;
    for (size_t i = 0; i < places; i++)
        count += keep[i] != 0;
    if (!model_layer_fits(model, layer, count))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%zu of a layer's %zu weights are left, in %zu parts; a model file's layer has %d places and "
                         "%d values at most: remove more weights, or take fewer samples",
                         count, places, model->parts, MODEL_PLACES_MAX, MODEL_VALUES_MAX);
    enum status status = model_layer_alloc(model, layer, count, error);
    if (status != STATUS_OK)
        return status;
    count = 0;
    for (size_t place = 0; place < places; place++) {
        if (keep[tensor_index(layer, place)] != 0)
            layer->place[count++] = (uint32_t)place;
    }
    return STATUS_OK;
}

/* Part number `part` of every layer, from a vector in the network's layout. */
static void take_part(struct model *model, size_t part, const struct network *network, const float *w,
                      const float *keep)
{
    size_t count;
    const struct tensor *tensors = network_tensors(network, &count);
    for (size_t t = 0; t < count; t++) {
        struct model_layer *layer = &model->layers[tensors[t].layer];
        const float *from = w + tensors[t].offset, *stays = keep + tensors[t].offset;
        if (tensor_is_bias(&tensors[t])) {
            for (size_t f = 0; f < layer->shape.c_out; f++)
                layer->bias[part * layer->shape.c_out + f] = from[f] * stays[f];
        } else {
            for (size_t j = 0; j < layer->count; j++)
                layer->value[part * layer->count + j] = from[tensor_index(layer, layer->place[j])];
        }
    }
}

static enum status take_parts(struct model *model, const struct posterior *posterior, const struct network *network,
                              const float *keep, uint64_t seed, struct error *error)
{
    float *scratch = memory_alloc(posterior->size, sizeof *scratch, error);
    if (!scratch)
        return STATUS_NO_MEMORY;
    for (size_t part = 0; part < model->parts; part++) {
        const float *w = posterior->mu;
        if (model->posterior == MODEL_SAMPLES)
            w = posterior_sample(posterior, seed, PURPOSE_PREDICT, part, scratch);
        if (model->posterior == MODEL_VARIANCE && part == 1) {
            posterior_sigma(posterior, scratch);
            w = scratch;
        }
        take_part(model, part, network, w, keep);
    }
    memory_free(scratch);
    return STATUS_OK;
}

static enum status make_layers(struct model *model, const struct network *network, const float *keep,
                               struct error *error)
{
    const struct network_spec *spec = network_spec(network);
    const float *weights[MODEL_LAYERS_MAX] = {NULL};
    size_t outputs[MODEL_LAYERS_MAX], count;
    const struct tensor *tensors = network_tensors(network, &count);
    model->layers = memory_alloc(model->layer_count, sizeof *model->layers, error);
    if (!model->layers)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < model->layer_count; i++) {
        model->layers[i].spec = network_layer(spec, i);
        outputs[i] = model->layers[i].spec.units;
    }
    for (size_t t = 0; t < count; t++) {
        if (!tensor_is_bias(&tensors[t]))
            weights[tensors[t].layer] = keep + tensors[t].offset;
    }
    enum status status = model_shapes(model, outputs, error);
    for (size_t i = 0; i < model->layer_count && status == STATUS_OK; i++)
        status = list_places(model, &model->layers[i], weights[i], error);
    return status;
}

enum status model_make(const struct posterior *posterior, const struct network *network, const float *keep,
                       const struct model_options *options, struct model **model, struct error *error)
{
    *model = NULL;
    const struct network_spec *spec = network_spec(network);
    if (options->posterior != MODEL_MEAN && !posterior->method->has_sigma)
        return error_set(error, STATUS_UNSUPPORTED, "%s has no standard deviations; --posterior mean is what it has",
                         posterior->method->name);
    if (!network_layer(spec, 0).kind->has_units)
        return error_set(error, STATUS_UNSUPPORTED,
                         "the network begins with %s; a model begins with a layer that has weights",
                         spec->layers[0].kind->name);
    struct model *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    *made = (struct model){.input = spec->input,
                           .classes = spec->classes,
                           .posterior = options->posterior,
                           .number = MODEL_FP32,
                           .parts = options->posterior == MODEL_SAMPLES ? options->samples : 1,
                           .layer_count = spec->layer_count + 1,
                           .scale = 1};
    made->parts = made->posterior == MODEL_VARIANCE ? 2 : made->parts;
    (void)snprintf(made->method, sizeof made->method, "%s", posterior->method->name);
    enum status status = make_layers(made, network, keep, error);
    if (status == STATUS_OK)
        status = take_parts(made, posterior, network, keep, options->seed, error);
    if (status != STATUS_OK) {
        model_free(made);
        return status;
    }
    *model = made;
    return STATUS_OK;
}

/* ---- rounding ---- */

static void round_to_half(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = float_of_half(half_of_float(values[i]));
}

static int spreads(const struct model *model, size_t part)
{
    return model->posterior == MODEL_VARIANCE && part == 1;
}

/* The steps of one group: the largest value of each filter gets the largest code. */
static void find_steps(const struct model *model, struct model_layer *layer, size_t first_part, size_t end_part,
                       float *step)
{
    float codes = spreads(model, first_part) ? LARGEST_SPREAD_CODE : LARGEST_CODE;
    for (size_t part = first_part; part < end_part; part++) {
        for (size_t i = 0; i < layer->count; i++) {
            size_t filter = layer_filter(layer, layer->place[i]);
            step[filter] = fmaxf(step[filter], fabsf(layer->value[part * layer->count + i]));
        }
    }
    for (size_t f = 0; f < layer_biases(layer); f++)
        step[f] = round_up_to_8_bits(step[f] / codes);
}

static enum status round_to_codes(const struct model *model, struct model_layer *layer, struct error *error)
{
    size_t c_out = layer_biases(layer), groups = model_groups(model), share = model->parts / groups;
    layer->step = memory_alloc(groups * c_out, sizeof *layer->step, error);
    if (!layer->step)
        return STATUS_NO_MEMORY;
    for (size_t g = 0; g < groups; g++)
        find_steps(model, layer, g * share, (g + 1) * share, layer->step + g * c_out);
    for (size_t part = 0; part < model->parts; part++) {
        const float *step = layer->step + (spreads(model, part) ? c_out : 0);
        float *value = layer->value + part * layer->count;
        for (size_t i = 0; i < layer->count; i++) {
            float unit = step[layer_filter(layer, layer->place[i])];
            value[i] = unit * (float)model_code(value[i], unit);
        }
    }
    return STATUS_OK;
}

static void drop_zeros(const struct model *model, struct model_layer *layer)
{
    size_t left = 0, count = layer->count;
    for (size_t i = 0; i < count; i++) {
        int zero = 1;
        for (size_t part = 0; part < model->parts; part++)
            zero = zero && layer->value[part * count + i] == 0;
        if (zero)
            continue;
        layer->place[left] = layer->place[i];
        for (size_t part = 0; part < model->parts; part++)
            layer->value[part * count + left] = layer->value[part * count + i];
        left++;
    }
    for (size_t part = 1; part < model->parts; part++)
        memmove(layer->value + part * left, layer->value + part * count, left * sizeof *layer->value);
    layer->count = left;
}

/* Values beyond fp16 became infinite. */
static enum status check_finite(const struct model *model, const struct model_layer *layer, struct error *error)
{
    float worst = 0;
    for (size_t i = 0; i < model->parts * layer->count; i++)
        worst += 0 * layer->value[i];
    for (size_t i = 0; i < model->parts * layer_biases(layer); i++)
        worst += 0 * layer->bias[i];
    if (worst == 0)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FINITE, "a weight or bias is too large for %s; --quantize fp32 holds it",
                     model_number_name(model->number));
}

enum status model_round(struct model *model, enum model_number number, struct error *error)
{
    model->number = number;
    for (size_t i = 0; i < model->layer_count; i++) {
        struct model_layer *layer = &model->layers[i];
        if (number == MODEL_FP16)
            round_to_half(layer->value, model->parts * layer->count);
        if (number != MODEL_FP32)
            round_to_half(layer->bias, model->parts * layer_biases(layer));
        enum status status = number == MODEL_INT8 ? round_to_codes(model, layer, error) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        status = check_finite(model, layer, error);
        if (status != STATUS_OK)
            return status;
        drop_zeros(model, layer);
    }
    return STATUS_OK;
}

#include "embed/compact.h"

#include <math.h>
#include <stdbool.h>

#include "core/memory.h"
#include "nn/moments.h"

/* What a layer adds to the bias of `filter` because of weight number i, whose input is the constant
 * activation(bias). */
static void fold_weight(const struct model *model, const struct model_layer *before, struct model_layer *last, size_t i)
{
    size_t channel = layer_channel(last, last->place[i]), filter = layer_filter(last, last->place[i]);
    if (model->posterior == MODEL_VARIANCE) {
        float mean = before->bias[channel], sigma = before->bias[before->shape.c_out + channel];
        float variance = sigma * sigma, w = last->value[i], spread = last->value[last->count + i];
        float *bias_sigma = &last->bias[last->shape.c_out + filter];
        activation_moments(before->spec.activation, &mean, &variance);
        last->bias[filter] += w * mean;
        *bias_sigma = sqrtf(*bias_sigma * *bias_sigma + spread * spread * (mean * mean + variance) + w * w * variance);
        return;
    }
    for (size_t part = 0; part < model->parts; part++)
        last->bias[part * last->shape.c_out + filter] +=
            last->value[part * last->count + i] *
            before->spec.activation->value(before->bias[part * before->shape.c_out + channel]);
}

/* Keeps only the weights for which keeps[i] is set. */
static enum status layer_select(const struct model *model, struct model_layer *layer, const unsigned char *keeps,
                                struct error *error)
{
    struct model_layer left = {.spec = layer->spec, .shape = layer->shape};
    size_t count = 0;
    for (size_t i = 0; i < layer->count; i++)
        count += keeps[i];
    enum status status = model_layer_alloc(model, &left, count, error);
    if (status != STATUS_OK) {
        model_layer_free(&left);
        return status;
    }
    count = 0;
    for (size_t i = 0; i < layer->count; i++) {
        if (!keeps[i])
            continue;
        left.place[count] = layer->place[i];
        for (size_t part = 0; part < model->parts; part++)
            left.value[part * left.count + count] = layer->value[part * layer->count + i];
        count++;
    }
    for (size_t i = 0; i < model->parts * layer_biases(layer); i++)
        left.bias[i] = layer->bias[i];
    model_layer_free(layer);
    *layer = left;
    return STATUS_OK;
}

/* Whether the output of a filter that no input reaches is 0, as its padding is. */
static bool is_silent(const struct model *model, const struct model_layer *layer, size_t filter)
{
    for (size_t part = 0; part < model->parts; part++) {
        const bool spread = model->posterior == MODEL_VARIANCE && part == 1;
        const float bias = layer->bias[part * layer->shape.c_out + filter];
        if (fabsf(spread ? bias : layer->spec.activation->value(bias)) > 0)
            return false;
    }
    return true;
}

/* The layer loses the weights whose input is a constant that its biases can stand for: any in the last layer, which has
 * no padding, and 0 in all. Pooling between makes 0 of 0; what it makes of another constant is its own matter. */
static enum status fold_constants(struct model *model, size_t number, struct error *error)
{
    struct model_layer *layer = &model->layers[number];
    const struct model_layer *before = layer - 1;
    while (!layer_has_weights(before)) /* the first layer has them */
        before--;
    const bool any = number + 1 == model->layer_count && before == layer - 1;
    unsigned char *reached = memory_alloc(before->shape.c_out, 1, error);
    unsigned char *keeps = memory_alloc(layer->count, 1, error);
    enum status status = reached && keeps ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t i = 0; status == STATUS_OK && i < before->count; i++)
        reached[layer_filter(before, before->place[i])] = 1;
    for (size_t i = 0; status == STATUS_OK && i < layer->count; i++) {
        const size_t channel = layer_channel(layer, layer->place[i]);
        keeps[i] = reached[channel] || (!any && !is_silent(model, before, channel));
        if (!keeps[i])
            fold_weight(model, before, layer, i);
    }
    if (status == STATUS_OK)
        status = layer_select(model, layer, keeps, error);
    memory_free(keeps);
    memory_free(reached);
    return status;
}

/* needed [c_out] = whether the next layer reads the filter; pooling reads what the layer after it does. One always
 * stays: a layer has outputs. */
static size_t find_needed(const struct model_layer *next, const unsigned char *needed_of_next, size_t filters,
                          unsigned char *needed)
{
    size_t count = 0;
    for (size_t f = 0; f < filters; f++)
        needed[f] = layer_has_weights(next) ? 0 : needed_of_next[f];
    for (size_t i = 0; i < next->count; i++)
        needed[layer_channel(next, next->place[i])] = 1;
    for (size_t f = 0; f < filters; f++)
        count += needed[f];
    if (count == 0)
        needed[0] = 1;
    return count > 0 ? count : 1;
}

/* The weights of needed filters. */
static enum status drop_unneeded(const struct model *model, struct model_layer *layer, const unsigned char *needed,
                                 struct error *error)
{
    unsigned char *keeps = memory_alloc(layer->count, 1, error);
    if (!keeps)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < layer->count; i++)
        keeps[i] = needed[layer_filter(layer, layer->place[i])];
    enum status status = layer_select(model, layer, keeps, error);
    memory_free(keeps);
    return status;
}

/* index [filters] = the number of needed filters before each. */
static void renumber(const unsigned char *needed, size_t filters, size_t *index)
{
    for (size_t f = 0, next = 0; f < filters; f++) {
        index[f] = next;
        next += needed[f];
    }
}

/* Gives layers their new shapes, and places and biases their new positions. index and needed: [layers][MAX]. */
static enum status take_out(struct model *model, const size_t *outputs, unsigned char *const *needed,
                            size_t *const *index, struct error *error)
{
    for (size_t l = 0; l < model->layer_count; l++) {
        struct model_layer *layer = &model->layers[l];
        const struct conv_shape old = layer->shape;
        size_t taps = layer_taps(layer), c_out = outputs[l];
        for (size_t i = 0; i < layer->count; i++) {
            size_t place = layer->place[i], channel = layer_channel(layer, place), filter = layer_filter(layer, place);
            channel = l > 0 ? index[l - 1][channel] : channel;
            layer->place[i] = (uint32_t)((channel * c_out + index[l][filter]) * taps + place % taps);
        }
        for (size_t part = 0; part < model->parts; part++) {
            for (size_t f = 0; f < old.c_out && layer_has_weights(layer); f++) {
                if (needed[l][f])
                    layer->bias[part * c_out + index[l][f]] = layer->bias[part * old.c_out + f];
            }
        }
    }
    return model_shapes(model, outputs, error);
}

enum status model_compact(struct model *model, size_t *removed, struct error *error)
{
    unsigned char *needed[MODEL_LAYERS_MAX] = {NULL};
    size_t *index[MODEL_LAYERS_MAX] = {NULL}, outputs[MODEL_LAYERS_MAX];
    *removed = 0;
    enum status status = STATUS_OK;
    for (size_t l = 1; l < model->layer_count && status == STATUS_OK; l++) {
        if (layer_has_weights(&model->layers[l]))
            status = fold_constants(model, l, error);
    }
    for (size_t l = model->layer_count; l-- > 0 && status == STATUS_OK;) {
        size_t filters = model->layers[l].shape.c_out;
        needed[l] = memory_alloc(filters, 1, error);
        index[l] = memory_alloc(filters, sizeof *index[l], error);
        status = needed[l] && index[l] ? STATUS_OK : STATUS_NO_MEMORY;
        outputs[l] = filters;
        for (size_t f = 0; status == STATUS_OK && f < filters; f++)
            needed[l][f] = 1;
        if (status == STATUS_OK && l + 1 < model->layer_count) {
            outputs[l] = find_needed(&model->layers[l + 1], needed[l + 1], filters, needed[l]);
            status = drop_unneeded(model, &model->layers[l], needed[l], error);
        }
        if (status == STATUS_OK)
            renumber(needed[l], filters, index[l]);
        *removed += layer_has_weights(&model->layers[l]) ? filters - outputs[l] : 0;
    }
    if (status == STATUS_OK)
        status = take_out(model, outputs, needed, index, error);
    for (size_t l = 0; l < model->layer_count; l++) {
        memory_free(needed[l]);
        memory_free(index[l]);
    }
    return status;
}

#include "embed/value_format.h"

#include <math.h>
#include <string.h>

#include "embed/number.h"
#include "embed/range_coder.h"

static bool is_spread(const struct model *model, size_t part)
{
    return model->posterior == MODEL_VARIANCE && part == 1;
}

static float step_of(const struct model *model, const struct model_layer *layer, size_t part, size_t i)
{
    size_t group = is_spread(model, part) ? layer->shape.c_out : 0;
    return layer->step[group + layer_filter(layer, layer->place[i])];
}

/* A value as stored bits, and back. int8: twice the size of the code, plus 1 for a negative one; the code itself for
 * standard deviations. */
static uint32_t value_bits(const struct model *model, const struct model_layer *layer, size_t part, size_t i)
{
    float value = layer->value[part * layer->count + i];
    uint32_t bits;
    if (model->number == MODEL_INT8) {
        int code = model_code(value, step_of(model, layer, part, i));
        bits = is_spread(model, part) ? (uint32_t)code : (uint32_t)(code < 0 ? 1 - 2 * code : 2 * code);
    } else if (model->number == MODEL_FP16) {
        bits = half_of_float(value);
    } else {
        memcpy(&bits, &value, sizeof bits);
    }
    return bits;
}

static float value_of_bits(const struct model *model, const struct model_layer *layer, size_t part, size_t i,
                           uint32_t bits)
{
    float value;
    if (model->number == MODEL_INT8) {
        int code = is_spread(model, part) ? (int)bits : (bits & 1U ? -(int)(bits >> 1) : (int)(bits >> 1));
        value = step_of(model, layer, part, i) * (float)code;
    } else if (model->number == MODEL_FP16) {
        value = float_of_half((uint16_t)bits);
    } else {
        memcpy(&value, &bits, sizeof value);
    }
    return value;
}

static unsigned int number_size(const struct model *model)
{
    static const unsigned int sizes[] = {4, 2, 1};
    return sizes[model->number];
}

enum { TREE_BITS = 8, TREE_SIZE = 1 << TREE_BITS, TREES_MAX = 2 };

/* The coder's models: one tree for each of the upper bytes. */
struct value_models {
    struct bit_model trees[TREES_MAX][TREE_SIZE];
};

/* How many of a number's bits go through trees, from the top: all of a standard deviation's code, all but the sign of
 * another code, the first byte of fp16 and the first two of fp32. */
static unsigned int modelled_bits(const struct model *model, size_t part)
{
    if (model->number == MODEL_INT8)
        return is_spread(model, part) ? 8 : 7;
    return model->number == MODEL_FP16 ? 8 : 16;
}

static void write_coded(const struct model *model, const struct model_layer *layer, size_t part,
                        struct range_writer *writer)
{
    struct value_models models = {0};
    unsigned int bits = 8 * number_size(model), modelled = modelled_bits(model, part), rest = bits - modelled;
    bit_models_begin(models.trees[0], sizeof models.trees / sizeof(struct bit_model));
    for (size_t i = 0; i < layer->count; i++) {
        uint32_t value = value_bits(model, layer, part, i), top = value >> rest;
        if (modelled > TREE_BITS) {
            range_write_tree(writer, models.trees[0], TREE_BITS, top >> TREE_BITS);
            range_write_tree(writer, models.trees[1], TREE_BITS, top & (TREE_SIZE - 1));
        } else {
            range_write_tree(writer, models.trees[0], modelled, top);
        }
        range_write_even(writer, value, rest);
    }
}

void values_write(const struct model *model, const struct model_layer *layer, enum value_format format,
                  struct byte_writer *out)
{
    struct range_writer writer = range_write_begin(out);
    for (size_t part = 0; part < model->parts; part++) {
        if (format == VALUES_CODED)
            write_coded(model, layer, part, &writer);
        for (size_t i = 0; format == VALUES_PLAIN && i < layer->count; i++)
            bytes_put_number(out, value_bits(model, layer, part, i), number_size(model));
    }
    if (format == VALUES_CODED)
        range_write_end(&writer);
}

/* Refuses values that no writer makes: the codes are -127 .. 127, the numbers finite, deviations not negative. */
static bool take(const struct model *model, struct model_layer *layer, size_t part, size_t i, uint32_t bits)
{
    float value = value_of_bits(model, layer, part, i, bits);
    layer->value[part * layer->count + i] = value;
    bool good = model->number != MODEL_INT8 || is_spread(model, part) || bits != 1;
    return good && isfinite(value) && !(is_spread(model, part) && value < 0);
}

static bool read_coded(const struct model *model, struct model_layer *layer, size_t part, struct range_reader *reader)
{
    struct value_models models = {0};
    unsigned int bits = 8 * number_size(model), modelled = modelled_bits(model, part), rest = bits - modelled;
    bit_models_begin(models.trees[0], sizeof models.trees / sizeof(struct bit_model));
    for (size_t i = 0; i < layer->count; i++) {
        uint32_t top = range_read_tree(reader, models.trees[0], modelled > TREE_BITS ? TREE_BITS : modelled);
        if (modelled > TREE_BITS)
            top = top << TREE_BITS | range_read_tree(reader, models.trees[1], TREE_BITS);
        uint32_t low = range_read_even(reader, rest);
        if (reader->in->beyond || !take(model, layer, part, i, top << rest | low))
            return false;
    }
    return true;
}

static bool read_plain(const struct model *model, struct model_layer *layer, size_t part, struct byte_reader *in)
{
    for (size_t i = 0; i < layer->count; i++) {
        uint32_t bits = (uint32_t)bytes_get_number(in, number_size(model));
        if (in->beyond || !take(model, layer, part, i, bits))
            return false;
    }
    return true;
}

bool values_read(const struct model *model, struct model_layer *layer, enum value_format format, struct byte_reader *in)
{
    struct range_reader reader = {0};
    if (format == VALUES_CODED)
        reader = range_read_begin(in);
    for (size_t part = 0; part < model->parts; part++) {
        bool good =
            format == VALUES_CODED ? read_coded(model, layer, part, &reader) : read_plain(model, layer, part, in);
        if (!good)
            return false;
    }
    return !in->beyond && in->used == in->count;
}

#include "embed/range_coder.h"

enum {
    FAST = 4,
    SLOW = 7,
    EVEN = 32768,
    BYTES_OF_CODE = 5 /* the first is the 0 that a carry out of the first byte would reach */
};
static const uint32_t least_range = 1U << 24;

void bit_models_begin(struct bit_model *models, size_t count)
{
    for (size_t i = 0; i < count; i++)
        models[i] = (struct bit_model){EVEN, EVEN};
}

/* The part of the range for a 0: never empty and never all, as probabilities are kept off 0 and 1. */
static uint32_t zero_part(uint32_t range, const struct bit_model *model)
{
    uint32_t probability = ((uint32_t)model->fast + model->slow) / 2;
    probability = probability < 32 ? 32 : probability;
    probability = probability > 65504 ? 65504 : probability;
    return (range >> 16) * probability;
}

static void learn(struct bit_model *model, int bit)
{
    int target = bit ? 0 : 65535;
    model->fast = (uint16_t)(model->fast + (target - model->fast) / (1 << FAST));
    model->slow = (uint16_t)(model->slow + (target - model->slow) / (1 << SLOW));
}

struct range_writer range_write_begin(struct byte_writer *out)
{
    return (struct range_writer){.out = out, .range = UINT32_MAX, .waits = 1};
}

/* Moves the top byte of low out, as soon as no carry can reach it. */
static void shift_low(struct range_writer *writer)
{
    if (writer->low < 0xFF000000U || writer->low > UINT32_MAX) {
        uint8_t carry = (uint8_t)(writer->low >> 32);
        for (uint8_t byte = writer->held; writer->waits > 0; writer->waits--, byte = 0xFF)
            bytes_put_number(writer->out, (uint8_t)(byte + carry), 1);
        writer->held = (uint8_t)(writer->low >> 24);
    }
    writer->waits++;
    writer->low = (writer->low & 0x00FFFFFFU) << 8;
}

static void normalise(struct range_writer *writer)
{
    while (writer->range < least_range) {
        writer->range <<= 8;
        shift_low(writer);
    }
}

void range_write_bit(struct range_writer *writer, struct bit_model *model, int bit)
{
    uint32_t part = zero_part(writer->range, model);
    if (bit) {
        writer->low += part;
        writer->range -= part;
    } else {
        writer->range = part;
    }
    learn(model, bit);
    normalise(writer);
}

void range_write_even(struct range_writer *writer, uint32_t bits, unsigned int count)
{
    while (count-- > 0) {
        writer->range >>= 1;
        if (bits >> count & 1U)
            writer->low += writer->range;
        normalise(writer);
    }
}

void range_write_end(struct range_writer *writer)
{
    for (int i = 0; i < BYTES_OF_CODE; i++)
        shift_low(writer);
}

struct range_reader range_read_begin(struct byte_reader *in)
{
    struct range_reader reader = {.in = in, .range = UINT32_MAX};
    for (int i = 0; i < BYTES_OF_CODE; i++)
        reader.code = reader.code << 8 | (uint32_t)bytes_get_number(in, 1);
    return reader;
}

static void refill(struct range_reader *reader)
{
    while (reader->range < least_range) {
        reader->range <<= 8;
        reader->code = reader->code << 8 | (uint32_t)bytes_get_number(reader->in, 1);
    }
}

int range_read_bit(struct range_reader *reader, struct bit_model *model)
{
    uint32_t part = zero_part(reader->range, model);
    int bit = reader->code >= part;
    if (bit) {
        reader->code -= part;
        reader->range -= part;
    } else {
        reader->range = part;
    }
    learn(model, bit);
    refill(reader);
    return bit;
}

uint32_t range_read_even(struct range_reader *reader, unsigned int count)
{
    uint32_t bits = 0;
    while (count-- > 0) {
        reader->range >>= 1;
        uint32_t bit = reader->code >= reader->range;
        reader->code -= bit ? reader->range : 0;
        bits = bits << 1 | bit;
        refill(reader);
    }
    return bits;
}

void range_write_tree(struct range_writer *writer, struct bit_model *models, unsigned int bits, uint32_t value)
{
    uint32_t node = 1;
    while (bits-- > 0) {
        uint32_t bit = value >> bits & 1U;
        range_write_bit(writer, &models[node], (int)bit);
        node = node << 1 | bit;
    }
}

uint32_t range_read_tree(struct range_reader *reader, struct bit_model *models, unsigned int bits)
{
    uint32_t node = 1;
    for (unsigned int i = 0; i < bits; i++)
        node = node << 1 | (uint32_t)range_read_bit(reader, &models[node]);
    return node - (1U << bits);
}

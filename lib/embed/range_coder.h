/* lib/embed/range_coder.h: an adaptive binary range coder (Martin 1979; the carry as in LZMA).
 *
 * A bit model is a probability that learns from its coded bits: the mean of a fast and a slow average, which follows
 * changes and still settles. Writer and reader run in step, using only integer arithmetic. */
#ifndef TENTH_EMBED_RANGE_CODER_H
#define TENTH_EMBED_RANGE_CODER_H

#include <stdint.h>

#include "embed/bytes.h"

struct bit_model {
    uint16_t fast, slow; /* the probability of a 0, times 65536 */
};
void bit_models_begin(struct bit_model *models, size_t count); /* even odds */

struct range_writer {
    struct byte_writer *out; /* borrowed */
    uint64_t low;
    uint32_t range;
    uint8_t held;   /* a byte that a carry may still change */
    uint64_t waits; /* that byte and those after it that the carry would pass through */
};
struct range_writer range_write_begin(struct byte_writer *out);
void range_write_bit(struct range_writer *writer, struct bit_model *model, int bit);
void range_write_even(struct range_writer *writer, uint32_t bits, unsigned int count); /* bits with even odds; no
                                                                                        * model */
void range_write_end(struct range_writer *writer);

struct range_reader {
    struct byte_reader *in; /* borrowed; `beyond`: the bits were made up */
    uint32_t range, code;
};
struct range_reader range_read_begin(struct byte_reader *in);
int range_read_bit(struct range_reader *reader, struct bit_model *model);
uint32_t range_read_even(struct range_reader *reader, unsigned int count);

/* A number below 2^bits from the top bit down; models [2^bits], one for each prefix. */
void range_write_tree(struct range_writer *writer, struct bit_model *models, unsigned int bits, uint32_t value);
uint32_t range_read_tree(struct range_reader *reader, struct bit_model *models, unsigned int bits);

#endif

/* lib/embed/number.h: numbers of 16 bits, in integer arithmetic, so every machine rounds alike. */
#ifndef TENTH_EMBED_NUMBER_H
#define TENTH_EMBED_NUMBER_H

#include <stdint.h>

/* IEEE binary16, to nearest even; values too large become infinite, a NaN stays one. */
uint16_t half_of_float(float value);
float float_of_half(uint16_t half);

/* The smallest number of 8 significant bits (the upper half of a float) that is not below value >= 0. */
float round_up_to_8_bits(float value);

#endif

#include "embed/number.h"

#include <string.h>

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* bits / 2^shift, to nearest even */
static uint32_t shift_rounding(uint32_t bits, unsigned int shift)
{
    uint32_t kept = bits >> shift, rest = bits & ((1U << shift) - 1U), half = 1U << (shift - 1U);
    return kept + (rest > half || (rest == half && (kept & 1U)));
}

uint16_t half_of_float(float value)
{
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000U, magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U)
        return (uint16_t)(sign | 0x7E00U);
    if (magnitude >= 0x47800000U) /* 2^16 */
        return (uint16_t)(sign | 0x7C00U);
    if (magnitude >= 0x38800000U) /* 2^-14: normal; a carry out of the mantissa moves the exponent, up to infinity */
        return (uint16_t)(sign | shift_rounding(magnitude - 0x38000000U, 13));
    unsigned int shift = 126U - (magnitude >> 23); /* a multiple of 2^-24 */
    if (shift > 24U)
        return (uint16_t)sign;
    return (uint16_t)(sign | shift_rounding((magnitude & 0x7FFFFFU) | 0x800000U, shift));
}

float float_of_half(uint16_t half)
{
    uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 31U, mantissa = half & 0x3FFU;
    if (exponent == 31U)
        return of_bits(sign | 0x7F800000U | mantissa << 13);
    if (exponent > 0)
        return of_bits(sign | ((exponent + 112U) << 23) | mantissa << 13);
    float value = (float)mantissa * (1.0F / 16777216.0F);
    return sign ? -value : value;
}

float round_up_to_8_bits(float value)
{
    uint32_t bits = bits_of(value);
    return of_bits((bits & 0xFFFFU) ? (bits & 0xFFFF0000U) + 0x10000U : bits);
}

/* tests/device/main.c: an exported model on any machine that a C or C++ compiler builds for: predicts the items of
 * items.h, and prints for each label, referral, reason and the bits of all floats as hexadecimal numbers; then the
 * self-test's answer. Without files and formatted output, so that a bare AVR (whose serial port simavr shows) can do it
 * too. Built with -DMODEL=name -DHEADER="name.h" by tests/test_device.sh; with -DBYTES items are bytes, else bits of
 * floats. */
#include <stdint.h>
#include <string.h>
#ifdef __AVR__
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#else
#include <stdio.h>
#endif

#include HEADER
#include "items.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define MODEL_NAME(suffix) JOIN(MODEL, suffix)

enum { VALUES = MODEL_NAME(_HEIGHT) * MODEL_NAME(_WIDTH) * MODEL_NAME(_CHANNELS) };

static void print_character(char c)
{
#ifdef __AVR__
    while (!(UCSR0A & (1 << UDRE0)))
        ;
    UDR0 = (uint8_t)c;
#else
    (void)putchar(c);
#endif
}

static void print_hex(uint32_t value)
{
    int i;
    for (i = 28; i >= 0; i -= 4)
        print_character("0123456789abcdef"[value >> i & 15U]);
    print_character(' ');
}

static void print_float(const float *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    print_hex(bits);
}

static void predict(const struct item *item, struct MODEL_NAME(_result) * result)
{
#ifdef BYTES
    MODEL_NAME(_predict_bytes)(item->value, result);
#else
    static float input[VALUES];
    memcpy(input, item->value, sizeof input);
    MODEL_NAME(_predict)(input, result);
#endif
}

static void end(void)
{
#ifdef __AVR__
    cli();
    sleep_mode(); /* which ends the simulation */
#endif
}

int main(void)
{
    struct MODEL_NAME(_result) result;
    int item, i;
#ifdef __AVR__
    UBRR0L = 0;
    UCSR0B = 1 << TXEN0;
#endif
    for (item = 0; item < (int)(sizeof items / sizeof items[0]); item++) {
        predict(&items[item], &result);
        print_hex((uint32_t)result.label);
        print_hex((uint32_t)result.refer);
        print_hex((uint32_t)result.reason);
        print_float(&result.entropy);
        print_float(&result.mutual_information);
        for (i = 0; i < MODEL_NAME(_CLASSES); i++)
            print_float(&result.probability[i]);
        print_character('\n');
    }
    print_hex((uint32_t)MODEL_NAME(_self_test)());
    print_character('\n');
    end();
    return 0;
}

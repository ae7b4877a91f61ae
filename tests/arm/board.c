/* tests/arm/board.c: an exported model on a bare Cortex-M. Reads items from the file `items` of the host (semihosting),
 * predicts each, and prints the results as the bits of their floats, then the instructions of one prediction and the
 * bytes of stack that it took. Built with -DMODEL=name -DHEADER="name.h" by tests/arm/run.sh. */
#include <stddef.h>
#include <stdint.h>

#include HEADER

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define MODEL_NAME(suffix) JOIN(MODEL, suffix)

enum { SYS_OPEN = 1, SYS_WRITE0 = 4, SYS_READ = 6, SYS_EXIT = 24, STOPPED = 0x20026, OPEN_READ_BINARY = 1 };
enum { PAINT = 0xA5, NANOSECONDS_OF_A_TICK = 40 }; /* the boards' 25 MHz; QEMU counts 1 ns for an instruction */

static volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010;

extern uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[];
extern unsigned char stack_low[], stack_top[];
void reset(void);
int main(void);

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {stack_top, (const void *)reset};

static int host(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFU << 20; /* the FPU is on */
    __asm__ volatile("dsb\n isb");
    for (uint32_t *to = data_begin, *from = data_source; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    (void)main();
    (void)host(SYS_EXIT, (const void *)STOPPED);
}

static void print_hex(uint32_t value)
{
    char text[10];
    for (int i = 0; i < 8; i++)
        text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15U];
    text[8] = ' ';
    text[9] = '\0';
    (void)host(SYS_WRITE0, text);
}

static void print_float(float value)
{
    union {
        float value;
        uint32_t bits;
    } both = {value};
    print_hex(both.bits);
}

static void paint_stack(void)
{
    unsigned char *here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    for (volatile unsigned char *byte = stack_low; byte < here; byte++) /* volatile: memset has a frame there */
        *byte = PAINT;
}

static uint32_t stack_used(void)
{
    const unsigned char *byte = stack_low;
    while (byte < stack_top && *byte == PAINT)
        byte++;
    return (uint32_t)(stack_top - byte);
}

#ifdef BYTES
typedef unsigned char raw;
#define PREDICT MODEL_NAME(_predict_bytes)
#else
typedef float raw;
#define PREDICT MODEL_NAME(_predict)
#endif
static raw item[MODEL_NAME(_HEIGHT) * MODEL_NAME(_WIDTH) * MODEL_NAME(_CHANNELS)];
static struct MODEL_NAME(_result) result;

int main(void)
{
    const uint32_t open[] = {(uint32_t) "items", OPEN_READ_BINARY, 5};
    const uint32_t read[] = {(uint32_t)host(SYS_OPEN, open), (uint32_t)item, sizeof item};
    uint32_t ticks = 0;
    systick[1] = 0xFFFFFF;
    systick[0] = 5; /* the processor's clock; no interrupt */
    paint_stack();
    while (host(SYS_READ, read) == 0) {
        systick[2] = 0;
        uint32_t begun = systick[2];
        PREDICT(item, &result);
        ticks = (begun - systick[2]) & 0xFFFFFF;
        print_hex((uint32_t)result.label);
        print_hex((uint32_t)result.refer);
        print_float(result.entropy);
        print_float(result.mutual_information);
        for (int i = 0; i < MODEL_NAME(_CLASSES); i++)
            print_float(result.probability[i]);
        (void)host(SYS_WRITE0, "\n");
    }
    (void)host(SYS_WRITE0, "instructions ");
    print_hex(ticks * NANOSECONDS_OF_A_TICK);
    (void)host(SYS_WRITE0, "stack ");
    print_hex(stack_used());
    (void)host(SYS_WRITE0, "\n");
    return 0;
}

/* tests/arm/host.c: the same as board.c on this machine: items from the file `items`, results as the bits of their
 * floats. */
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include HEADER

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define MODEL_NAME(suffix) JOIN(MODEL, suffix)

#ifdef BYTES
typedef unsigned char raw;
#define PREDICT MODEL_NAME(_predict_bytes)
#else
typedef float raw;
#define PREDICT MODEL_NAME(_predict)
#endif
static raw item[MODEL_NAME(_HEIGHT) * MODEL_NAME(_WIDTH) * MODEL_NAME(_CHANNELS)];

static void print_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    printf("%08x ", (unsigned int)bits);
}

int main(void)
{
    struct MODEL_NAME(_result) result;
    FILE *items = fopen("items", "rb");
    while (items && fread(item, sizeof item, 1, items) == 1) {
        PREDICT(item, &result);
        printf("%08x %08x ", (unsigned int)result.label, (unsigned int)result.refer);
        print_float(result.entropy);
        print_float(result.mutual_information);
        for (int i = 0; i < MODEL_NAME(_CLASSES); i++)
            print_float(result.probability[i]);
        printf("\n");
    }
    return items && fclose(items) == 0 ? 0 : 1;
}

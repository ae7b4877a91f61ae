/* tests/fuzz_options.c: any arguments of any command. The first four bytes are the options that it takes; the rest are
 * arguments, each ended by a byte of 0. What is accepted is within its range. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../experiments/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { ARGUMENTS_MAX = 600, MASK = 4 };

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check(const struct options *options, char *const *arguments, size_t count)
{
    require(options->argument_count <= count && options->set_count <= OPTIONS_SETS_MAX);
    require(options->threads >= 0 && options->threads <= 1024 && options->jobs >= 1 && options->jobs <= 1024);
    require(options->seed >= -1 && options->samples >= 0 && options->batch >= 0 && options->out[0]);
    require(!(options->fraction < 0) && !(options->fraction > 1));
    for (size_t i = 0; i < options->argument_count; i++) { /* each was given, and none twice */
        size_t given = 0;
        for (size_t j = 0; j < count; j++)
            given += arguments[j] == options->arguments[i];
        require(given == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *given[ARGUMENTS_MAX + 2] = {0}, *kept[ARGUMENTS_MAX + 2];
    static char command[] = "run";
    unsigned int accepted = 0;
    int used = 0;
    if (count < MASK)
        return 0;
    memcpy(&accepted, bytes, MASK);
    char *text = malloc(count - MASK + 1);
    require(text != NULL);
    memcpy(text, bytes + MASK, count - MASK);
    text[count - MASK] = '\0';
    given[used++] = command;
    for (size_t at = 0; at < count - MASK && used <= ARGUMENTS_MAX; at += strlen(text + at) + 1)
        given[used++] = text + at;
    memcpy(kept, given, sizeof kept); /* they are put into another order */
    struct options options;
    struct error error = {0};
    enum status status = options_parse(used, given, accepted, &options, &error);
    require(status == STATUS_OK || ((status == STATUS_USAGE || status == STATUS_DATA) && error.message[0]));
    if (status == STATUS_OK)
        check(&options, kept + 1, (size_t)used - 1);
    free(text);
    return 0;
}

/* tests/fuzz_svg.c: any bytes as a drawing that the report takes in. What comes through can be read again, and has
 * nothing that runs. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/svg_clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_harmless(const char *text)
{
    static const char *const harmful[] = {"<script", "<style", "<foreignobject", "<iframe", "<!", "<?"};
    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++)
            require(strncasecmp(at, harmful[i], strlen(harmful[i])) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct svg_drawing drawing, again;
    struct error error = {0};
    enum status status = svg_clean(bytes, count, "fuzz", "p", &drawing, &error);
    require(status == STATUS_OK || (error.message[0] && !drawing.body && !drawing.attributes));
    if (status == STATUS_OK) {
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        require(stream != NULL);
        require(fprintf(stream, "<svg%s>%s", drawing.attributes, drawing.body) > 0 && fclose(stream) == 0);
        check_harmless(text);
        require(svg_clean(text, size, "again", "p", &again, &error) == STATUS_OK);
        svg_free(&again);
        free(text);
    }
    svg_free(&drawing);
    return 0;
}

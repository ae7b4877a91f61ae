/* Fuzz target of the config parser: whatever is read must be written so that it reads back as the same config.
 * The bytes before the first 0 are a file, those behind it an assignment of --set. `make fuzz` runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "config/config.h"

static const char SECTIONS[] = "run data model posterior train prune perturb";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* A finding ends the process: that is how the fuzzer learns of it. */
static void demand(int condition)
{
    if (!condition)
        abort();
}

static struct config_source *read_or_null(const char *text)
{
    struct error error = {STATUS_OK, ""};
    struct config_source *source = NULL;
    enum status status = config_read_text(text, "fuzz.ini", NULL, &source, &error);
    demand((status == STATUS_OK) == (source != NULL));
    demand(status == STATUS_OK || (status == STATUS_USAGE && error.message[0] != '\0'));
    return source;
}

/* Writes a cell, with and without origins, and compares what is read back. */
static void check_cell(const struct config_source *source, size_t cell)
{
    struct config config, again;
    char label[CONFIG_LABEL_SIZE];
    struct error error;
    if (config_cell(source, cell, &config, label, &error) != STATUS_OK)
        return; /* two keys that do not fit together are refused here */
    for (int with_origin = 0; with_origin < 2; with_origin++) {
        char *text = config_text(source, cell, with_origin, &error);
        demand(text != NULL);
        struct config_source *copy = read_or_null(text);
        demand(copy != NULL && config_cells(copy) == 1);
        demand(config_cell(copy, 0, &again, label, &error) == STATUS_OK && label[0] == '\0');
        char *canonical = config_section_text(&config, SECTIONS, &error);
        char *canonical_again = config_section_text(&again, SECTIONS, &error);
        demand(canonical && canonical_again && strcmp(canonical, canonical_again) == 0);
        memory_free(canonical);
        memory_free(canonical_again);
        config_free(copy);
        memory_free(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *text = memory_alloc(count + 2, 1, NULL); /* zeroed: the file and the assignment each end with a 0 */
    if (!text)
        return 0;
    if (count > 0)
        memcpy(text, bytes, count);
    struct config_source *source = read_or_null(text);
    if (source) {
        size_t length = strlen(text);
        (void)config_set(source, text + (length < count ? length + 1 : length), NULL);
        size_t cells = config_cells(source);
        check_cell(source, 0);
        check_cell(source, cells / 2);
        check_cell(source, cells - 1);
    }
    config_free(source);
    memory_free(text);
    return 0;
}

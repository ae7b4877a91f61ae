#include "nn/architecture.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/registry.h"

enum { EXTENT_MAX = 4096, UNITS_MAX = 1 << 20, REPEATS_MAX = NETWORK_LAYERS_MAX, WORD_SIZE = 32 };

/* What one layer's words have said so far. */
struct words {
    struct layer_spec spec;
    bool has_kernel, has_padding, has_activation;
};

/* A whole number from 1 to `most` at *text, which moves past it; 0: there is none. */
static size_t take_number(const char **text, size_t most)
{
    if (!isdigit((unsigned char)**text))
        return 0;
    char *end;
    errno = 0;
    const unsigned long number = strtoul(*text, &end, 10);
    *text = end;
    return errno == 0 && number <= most ? number : 0;
}

/* ROWS or ROWSxCOLUMNS. */
static bool take_extent(const char **text, size_t *rows, size_t *columns)
{
    *rows = take_number(text, EXTENT_MAX);
    *columns = 0;
    if (**text != 'x')
        return *rows > 0;
    (*text)++;
    *columns = take_number(text, EXTENT_MAX);
    return *rows > 0 && *columns > 0;
}

static enum status take_kernel(struct words *words, const char *word, struct error *error)
{
    const char *rest = word;
    bool good = take_extent(&rest, &words->spec.kernel, &words->spec.kernel_w);
    if (good && *rest == '/') {
        rest++;
        good = take_extent(&rest, &words->spec.stride, &words->spec.stride_w);
    }
    words->has_kernel = true;
    if (good && *rest == '\0')
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "%s is not KERNEL or KERNEL/STRIDE, such as 5, 5x3 or 3/2, with numbers from 1 to %d", word,
                     EXTENT_MAX);
}

static enum status take_numbers(struct words *words, const char *word, struct error *error)
{
    const struct layer_kind *kind = words->spec.kind;
    if (kind->has_units && words->spec.units == 0) {
        const char *rest = word;
        words->spec.units = take_number(&rest, UNITS_MAX);
        if (words->spec.units > 0 && *rest == '\0')
            return STATUS_OK;
        return error_set(error, STATUS_USAGE, "%s is not a number of outputs from 1 to %d", word, UNITS_MAX);
    }
    if (kind->has_window && !words->has_kernel)
        return take_kernel(words, word, error);
    return error_set(error, STATUS_USAGE, "%s is a number too many", word);
}

static enum status take_word(struct words *words, const char *word, struct error *error)
{
    const struct layer_kind *kind = words->spec.kind;
    if (isdigit((unsigned char)word[0]))
        return take_numbers(words, word, error);
    if (strcmp(word, "same") == 0 || strcmp(word, "valid") == 0) {
        if (kind->pooling || !kind->has_window || words->has_padding)
            return error_set(error, STATUS_USAGE, "%s has no place here: only a convolution is padded, in one way",
                             word);
        words->spec.padding = word[0] == 's' ? PADDING_SAME : PADDING_VALID;
        words->has_padding = true;
        return STATUS_OK;
    }
    if (strcmp(word, "all") == 0 && kind->pooling && !words->has_kernel) {
        words->has_kernel = true;
        return STATUS_OK;
    }
    const struct activation *activation = activation_find(word, error);
    if (!activation)
        return STATUS_USAGE;
    if (kind->pooling || words->has_activation)
        return error_set(error, STATUS_USAGE, "%s has no place here: a weighted layer has one activation", word);
    words->spec.activation = activation;
    words->has_activation = true;
    return STATUS_OK;
}

/* The next word of a layer, or false: there is none. */
static bool next_word(const char **text, const char *end, char word[WORD_SIZE])
{
    const char *from = *text;
    while (from < end && isspace((unsigned char)*from))
        from++;
    size_t length = 0;
    while (from + length < end && !isspace((unsigned char)from[length]))
        length++;
    *text = from + length;
    (void)snprintf(word, WORD_SIZE, "%.*s", (int)(length < WORD_SIZE ? length : WORD_SIZE - 1), from);
    return length > 0;
}

static enum status check_whole(const struct words *words, struct error *error)
{
    const struct layer_kind *kind = words->spec.kind;
    if ((kind->has_units && words->spec.units == 0) || (kind->has_window && !words->has_kernel))
        return error_set(error, STATUS_USAGE, "a number is missing");
    return STATUS_OK;
}

/* One layer, from..end; *repeats receives how often. */
static enum status parse_layer(const char *from, const char *end, struct layer_spec *layer, size_t *repeats,
                               struct error *error)
{
    char word[WORD_SIZE];
    struct words words = {.spec = {.padding = PADDING_SAME}};
    enum status status = STATUS_OK;
    *repeats = 1;
    if (!next_word(&from, end, word))
        return error_set(error, STATUS_USAGE, "nothing stands there");
    if (isdigit((unsigned char)word[0])) {
        const char *rest = word;
        *repeats = take_number(&rest, REPEATS_MAX);
        if (*repeats == 0 || *rest || !next_word(&from, end, word) || strcmp(word, "*") != 0 ||
            !next_word(&from, end, word))
            return error_set(error, STATUS_USAGE, "what repeats a layer is N * LAYER, with N from 1 to %d",
                             REPEATS_MAX);
    }
    words.spec.kind = layer_kind_find(word, error);
    if (!words.spec.kind)
        return STATUS_USAGE;
    words.spec.activation = activation_find(words.spec.kind->pooling ? "linear" : "selu", NULL);
    while (status == STATUS_OK && next_word(&from, end, word))
        status = take_word(&words, word, error);
    if (status == STATUS_OK)
        status = check_whole(&words, error);
    if (status != STATUS_OK) {
        (void)error_context(error, "%s %s: ", words.spec.kind->name, words.spec.kind->usage);
        return status;
    }
    if (words.spec.kind->has_window && words.spec.stride == 0 && !words.spec.kind->pooling)
        words.spec.stride = 1;
    *layer = words.spec;
    return STATUS_OK;
}

enum status architecture_parse(const char *text, struct network_spec *spec, struct error *error)
{
    spec->layer_count = 0;
    for (const char *from = text, *end; from; from = *end ? end + 1 : NULL) {
        struct layer_spec layer;
        size_t repeats;
        end = from + strcspn(from, ";");
        enum status status = parse_layer(from, end, &layer, &repeats, error);
        if (status != STATUS_OK) {
            (void)error_context(error, "layer %zu: ", spec->layer_count + 1);
            return status;
        }
        for (; repeats > 0; repeats--) {
            if (spec->layer_count == NETWORK_LAYERS_MAX)
                return error_set(error, STATUS_USAGE, "more than %d layers", NETWORK_LAYERS_MAX);
            spec->layers[spec->layer_count++] = layer;
        }
    }
    return STATUS_OK;
}

/* "", or ROWS or ROWSxCOLUMNS after `before`. */
static void add_extent(char text[LAYER_TEXT_SIZE], const char *before, size_t rows, size_t columns)
{
    const size_t used = strlen(text);
    if (columns > 0)
        (void)snprintf(text + used, LAYER_TEXT_SIZE - used, "%s%zux%zu", before, rows, columns);
    else if (rows > 0)
        (void)snprintf(text + used, LAYER_TEXT_SIZE - used, "%s%zu", before, rows);
}

void layer_text(const struct layer_spec *layer, char text[LAYER_TEXT_SIZE])
{
    const struct layer_kind *kind = layer->kind;
    (void)snprintf(text, LAYER_TEXT_SIZE, "%s", kind->name);
    if (kind->has_units)
        add_extent(text, " ", layer->units, 0);
    if (kind->has_window && layer->kernel == 0)
        strncat(text, " all", LAYER_TEXT_SIZE - strlen(text) - 1);
    add_extent(text, " ", layer->kernel, layer->kernel_w);
    if (kind->pooling || layer->stride != 1 || layer->stride_w > 1)
        add_extent(text, "/", layer->stride, layer->stride_w);
    if (kind->has_window && !kind->pooling && layer->padding == PADDING_VALID)
        strncat(text, " valid", LAYER_TEXT_SIZE - strlen(text) - 1);
    if (kind->has_units) {
        strncat(text, " ", LAYER_TEXT_SIZE - strlen(text) - 1);
        strncat(text, layer->activation->name, LAYER_TEXT_SIZE - strlen(text) - 1);
    }
}

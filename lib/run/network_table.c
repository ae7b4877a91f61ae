#include "run/network_table.h"

#include <stdio.h>
#include <string.h>

#include "core/size.h"
#include "io/text_buffer.h"
#include "nn/architecture.h"

static void shape_text(struct shape shape, char text[LAYER_TEXT_SIZE])
{
    (void)snprintf(text, LAYER_TEXT_SIZE, "%zu x %zu x %zu", shape.height, shape.width, shape.channels);
}

/* What a layer's line says, as texts. */
struct line {
    char name[TENSOR_NAME_SIZE], layer[LAYER_TEXT_SIZE], output[LAYER_TEXT_SIZE];
    size_t weights, multiply_adds;
    const char *algorithm;
};

static struct line line_of(const struct network_spec *spec, size_t index, const struct conv_shape *window)
{
    const struct layer_spec layer = network_layer(spec, index);
    struct line line = {.algorithm = layer.kind->algorithm ? layer.kind->algorithm(window) : ""};
    network_layer_name(spec, index, line.name);
    layer_text(&layer, line.layer);
    shape_text(layer_output(window), line.output);
    if (layer.kind->has_units) {
        const size_t weights = layer_fan_in(window) * window->c_out;
        line.weights = weights + window->c_out;
        line.multiply_adds = weights * window->height_out * window->width_out;
    }
    return line;
}

static void add_line(struct text_buffer *text, const char *prefix, size_t width, const struct line *line)
{
    text_add(text, "%s%-10s  %-*s  ", prefix, line->name, (int)width, line->layer);
    if (line->weights > 0)
        text_add(text, "%-16s %11zu %14zu%s%s\n", line->output, line->weights, line->multiply_adds,
                 line->algorithm[0] ? "  " : "", line->algorithm);
    else
        text_add(text, "%s\n", line->output);
}

char *network_table(const struct network_spec *spec, const char *prefix, struct error *error)
{
    struct conv_shape windows[NETWORK_LAYERS_MAX + 1];
    struct line total = {.name = "in all", .algorithm = ""};
    size_t width = strlen("layer");
    if (network_windows(spec, windows, error) != STATUS_OK)
        return NULL;
    for (size_t i = 0; i <= spec->layer_count; i++)
        width = larger(width, strlen(line_of(spec, i, &windows[i]).layer));
    struct text_buffer text = text_begin(error);
    text_add(&text, "%s%-10s  %-*s  %-16s %11s %14s  %s\n", prefix, "", (int)width, "layer", "output", "weights",
             "multiply-adds", "algorithm");
    for (size_t i = 0; i <= spec->layer_count; i++) {
        const struct line line = line_of(spec, i, &windows[i]);
        add_line(&text, prefix, width, &line);
        total.weights += line.weights;
        total.multiply_adds += line.multiply_adds;
    }
    add_line(&text, prefix, width, &total);
    return text_take(&text);
}

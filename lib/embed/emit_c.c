#include "embed/emit_c.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "device_source.h" /* device_source: device.c.in as a string, made by lib/embed/device.mk */
#include "embed/emit_private.h"
#include "embed/engine.h"
#include "embed/index_format.h"
#include "embed/number.h"
#include "io/text_buffer.h"

enum { NUMBERS_IN_A_LINE = 16 };

static size_t planes_of(const struct model *model)
{
    return model->posterior == MODEL_VARIANCE ? 2 : 1; /* mean, and variance */
}

static size_t out_plane(const struct model_layer *layer)
{
    return layer->shape.height_out * layer->shape.width_out;
}

static size_t in_plane(const struct model_layer *layer)
{
    return layer->shape.height_in * layer->shape.width_in;
}

/* Floats of the two alternating regions: odd layers add to the first, even ones to the second, which first held the
 * input and the plane of layer 0. */
static size_t region_floats(const struct model *model, size_t which)
{
    size_t most = 0;
    if (which == 1)
        most = in_plane(model->layers) * model->input.channels + planes_of(model) * out_plane(model->layers);
    for (size_t l = which + 1; l < model->layer_count; l += 2) {
        size_t floats = planes_of(model) * model->layers[l].shape.c_out * out_plane(&model->layers[l]);
        most = floats > most ? floats : most;
    }
    return most;
}

size_t device_arena_bytes(const struct model *model)
{
    return (region_floats(model, 0) + region_floats(model, 1)) * sizeof(float);
}

/* ---- the order of a device: by filter in layer 0, by input channel in the others ---- */

struct device_layer {
    struct model_layer order; /* places in that order, as for an index format; no values */
    size_t *from;             /* [count] index into the model's layer */
};

static enum status device_layer_make(const struct model_layer *layer, bool first, struct device_layer *made,
                                     struct error *error)
{
    const size_t taps = layer_taps(layer), c_in = layer->shape.c_in, c_out = layer->shape.c_out;
    *made = (struct device_layer){.order.shape = layer->shape, .order.count = layer->count};
    made->order.place = memory_alloc(layer->count, sizeof *made->order.place, error);
    made->from = memory_alloc(layer->count, sizeof *made->from, error);
    if (!made->order.place || !made->from)
        return STATUS_NO_MEMORY;
    size_t next = 0;
    for (size_t f = 0; f < (first ? c_out : 1); f++) {
        for (size_t i = 0; i < layer->count; i++) {
            size_t place = layer->place[i];
            if (first && layer_filter(layer, place) != f)
                continue;
            if (first)
                place = (f * c_in + layer_channel(layer, place)) * taps + place % taps;
            made->order.place[next] = (uint32_t)place;
            made->from[next++] = i;
        }
    }
    return STATUS_OK;
}

static void device_layer_free(struct device_layer *made)
{
    memory_free(made->order.place);
    memory_free(made->from);
}

/* ---- tables ---- */

void emit_break(struct text_buffer *text, size_t i)
{
    text_add(text, "%s", i % NUMBERS_IN_A_LINE ? " " : "\n    ");
}

/* "33F" is not a literal. */
void emit_float(struct text_buffer *text, float value)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%.9g", (double)value);
    text_add(text, "%s%s", digits, strpbrk(digits, ".en") ? "F" : ".0F");
}

static void emit_floats(struct text_buffer *text, const char *what, size_t layer, const float *values, size_t count)
{
    text_add(text, "static const float %s_%zu[%zu] = {", what, layer, count);
    for (size_t i = 0; i < count; i++) {
        emit_break(text, 2 * i);
        emit_float(text, values[i]);
        text_add(text, ",");
    }
    text_add(text, "\n};\n");
}

/* One number in its table type. Standard deviations are unsigned codes in the same bytes. */
static void emit_value(struct text_buffer *text, const struct model *model, const struct model_layer *layer,
                       size_t part, size_t i)
{
    float value = layer->value[part * layer->count + i];
    if (model->number == MODEL_FP32) {
        emit_float(text, value);
        text_add(text, ",");
    } else if (model->number == MODEL_FP16) {
        text_add(text, "%u,", (unsigned int)half_of_float(value));
    } else {
        size_t group = model->posterior == MODEL_VARIANCE ? part * layer->shape.c_out : 0;
        int code = model_code(value, layer->step[group + layer_filter(layer, layer->place[i])]);
        text_add(text, "%d,", code > 127 ? code - 256 : code);
    }
}

static enum status emit_weights(struct text_buffer *text, const struct model *model, size_t l, struct error *error)
{
    const struct model_layer *layer = &model->layers[l];
    struct device_layer device;
    struct byte_writer gaps = {0};
    enum status status = device_layer_make(layer, l == 0, &device, error);
    if (status == STATUS_OK) {
        index_format_numbered(1)->write(&device.order, &gaps);
        status = gaps.failed ? error_set(error, STATUS_NO_MEMORY, "no memory for the gaps of layer %zu", l) : STATUS_OK;
    }
    if (status == STATUS_OK) {
        text_add(text, "\nstatic const unsigned char gaps_%zu[%zu] = {", l, gaps.used + 1);
        for (size_t i = 0; i < gaps.used; i++) {
            emit_break(text, i);
            text_add(text, "%u,", gaps.bytes[i]);
        }
        text_add(text, " 0 /* no array is empty */\n};\nstatic const number values_%zu[%zu] = {", l,
                 model->parts * layer->count + 1);
        for (size_t i = 0; i < model->parts * layer->count; i++) {
            emit_break(text, i);
            emit_value(text, model, layer, i / layer->count, device.from[i % layer->count]);
        }
        text_add(text, " 0\n};\n");
    }
    bytes_free(&gaps);
    device_layer_free(&device);
    return status;
}

/* How many outputs of a row (or column) a tap reaches, and the first of them. */
static size_t reach(size_t tap, size_t stride, size_t pad, size_t in, size_t out, size_t *first)
{
    *first = tap < pad ? (pad - tap + stride - 1) / stride : 0;
    size_t count = 0;
    while (*first + count < out && (*first + count) * stride + tap < in + pad)
        count++;
    return count;
}

static void emit_taps(struct text_buffer *text, const struct model_layer *layer, size_t l)
{
    const struct conv_shape *s = &layer->shape;
    text_add(text, "static const struct tap taps_%zu[%zu] = {", l, layer_taps(layer));
    for (size_t tap = 0; tap < layer_taps(layer); tap++) {
        size_t y = tap / s->kernel_w, x = tap % s->kernel_w, row, column;
        size_t rows = reach(y, s->stride_h, s->pad_top, s->height_in, s->height_out, &row);
        size_t columns = reach(x, s->stride_w, s->pad_left, s->width_in, s->width_out, &column);
        size_t in = 0, out = 0;
        if (rows > 0 && columns > 0) {
            in = (row * s->stride_h + y - s->pad_top) * s->width_in + column * s->stride_w + x - s->pad_left;
            out = row * s->width_out + column;
        }
        emit_break(text, 4 * tap);
        text_add(text, "{%zu, %zu, %zu, %zu},", in, out, rows, columns);
    }
    text_add(text, "\n};\n");
}

static void emit_layers(struct text_buffer *text, const struct model *model)
{
    text_add(text, "\nstatic const struct layer layers[MODEL_LAYERS] = {\n");
    for (size_t l = 0; l < model->layer_count; l++) {
        const struct model_layer *layer = &model->layers[l];
        const struct conv_shape *s = &layer->shape;
        char step[32] = "0";
        if (model->number == MODEL_INT8)
            (void)snprintf(step, sizeof step, "steps_%zu", l);
        text_add(text,
                 "    {%zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %zuU, gaps_%zu, values_%zu, biases_%zu, %s, "
                 "taps_%zu},\n",
                 layer_taps(layer), l == 0 ? s->c_in : s->c_out, s->c_in, s->c_out, in_plane(layer), out_plane(layer),
                 s->width_in, s->width_out, s->stride_h, s->stride_w, layer->count, l, l, l, step, l);
    }
    text_add(text, "};\n");
}

static void emit_noise(struct text_buffer *text, const struct model *model, const float *noise)
{
    text_add(text, "\nstatic const float logit_noise[%d][MODEL_CLASSES] = {", LOGIT_DRAWS / 2);
    for (size_t draw = 0; draw < LOGIT_DRAWS / 2; draw++) {
        text_add(text, "\n    {");
        for (size_t c = 0; c < model->classes; c++) {
            emit_float(text, noise[draw * model->classes + c]);
            text_add(text, ", ");
        }
        text_add(text, "},");
    }
    text_add(text, "\n};\n");
}

size_t device_table_bytes(const struct model *model)
{
    static const size_t sizes[] = {4, 2, 1};
    size_t bytes = 0;
    for (size_t l = 0; l < model->layer_count; l++) {
        const struct model_layer *layer = &model->layers[l];
        bytes += layer->count * (1 + model->parts * sizes[model->number]) + layer_taps(layer) * 8;
        bytes += layer->shape.c_out * 4 * (model->parts + (model->number == MODEL_INT8 ? model_groups(model) : 0));
    }
    return bytes + (model->posterior == MODEL_VARIANCE ? LOGIT_DRAWS / 2 * model->classes * 4 : 0);
}

/* ---- the files ---- */

static enum status check(const struct model *model, struct error *error)
{
    for (size_t l = 0; l < model->layer_count; l++) {
        if (in_plane(&model->layers[l]) > UINT16_MAX || out_plane(&model->layers[l]) > UINT16_MAX)
            return error_set(error, STATUS_UNSUPPORTED, "layer %zu: a map of %zu positions; C source has room for %d",
                             l, in_plane(&model->layers[l]), UINT16_MAX);
    }
    return STATUS_OK;
}

static void emit_defines(struct text_buffer *text, const struct model *model, const char *name)
{
    static const char *const types[] = {"float", "unsigned short", "signed char"};
    static const int bits[] = {32, 16, 8};
    bool variance = model->posterior == MODEL_VARIANCE;
    text_add(
        text,
        "\n#include \"%s.h\"\n\n#include <float.h>\n#include <limits.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "/* All that is needed of a C library; where it has another name: -Dexpf=NAME. */\n"
        "#if defined __AVR__ && !defined expf\n#include <math.h> /* expf may be a macro there */\n"
        "#elif defined __cplusplus\nextern \"C\" float expf(float x);\n#else\nfloat expf(float x);\n#endif\n\n",
        name);
    text_add(text,
             "#define MODEL_LAYERS %zu\n#define MODEL_CLASSES %zu\n#define MODEL_CHANNELS %zu\n"
             "#define MODEL_HEIGHT %zu\n#define MODEL_WIDTH %zu\n#define MODEL_POSITIONS %zu\n"
             "#define MODEL_PARTS %zu\n#define MODEL_VARIANCE %d\n",
             model->layer_count, model->classes, model->input.channels, model->input.height, model->input.width,
             model->input.height * model->input.width, model->parts, variance);
    text_add(text,
             "#define MODEL_NETWORKS_STORED %zu\n#define MODEL_NETWORKS %zu\n#define MODEL_NUMBER %d\n"
             "#define MODEL_REGION_FLOATS %zu\n#define MODEL_ARENA_FLOATS %zu\n#define MODEL_OFFSET ",
             variance ? 1 : model->parts, variance ? LOGIT_DRAWS : model->parts, bits[model->number],
             region_floats(model, 0), device_arena_bytes(model) / sizeof(float));
    emit_float(text, model->offset);
    text_add(text, "\n#define MODEL_SCALE ");
    emit_float(text, model->scale);
    text_add(text, "\n");
    emit_range(text, model);
    text_add(text, "\ntypedef %s number;\n\nconst float %s_threshold = ", types[model->number], name);
    emit_float(text, model->threshold);
    text_add(text, ";\n");
}

static void emit_program(struct text_buffer *text, const char *from, const char *end, const char *name)
{
    static const char placeholder[] = "@NAME@";
    const char *found;
    while ((found = strstr(from, placeholder)) != NULL && found < end) {
        text_add(text, "%.*s%s", (int)(found - from), from, name);
        from = found + sizeof placeholder - 1;
    }
    text_add(text, "%.*s", (int)(end - from), from);
}

static enum status emit_tables(struct text_buffer *text, const struct model *model, struct error *error)
{
    enum status status = STATUS_OK;
    if (model->posterior == MODEL_VARIANCE) {
        float *noise = memory_alloc(LOGIT_DRAWS / 2 * model->classes, sizeof *noise, error);
        if (!noise)
            return STATUS_NO_MEMORY;
        engine_logit_noise(model->classes, noise);
        emit_noise(text, model, noise);
        memory_free(noise);
    }
    for (size_t l = 0; l < model->layer_count && status == STATUS_OK; l++) {
        const struct model_layer *layer = &model->layers[l];
        status = emit_weights(text, model, l, error);
        emit_floats(text, "biases", l, layer->bias, model->parts * layer->shape.c_out);
        if (model->number == MODEL_INT8)
            emit_floats(text, "steps", l, layer->step, model_groups(model) * layer->shape.c_out);
        emit_taps(text, layer, l);
    }
    emit_layers(text, model);
    return status;
}

/* The tables come between the types of device.c.in and its functions: C++ has no constants that are defined later. */
static enum status emit_source(struct text_buffer *text, const struct model *model, const struct emit_tests *tests,
                               const char *name, struct error *error)
{
    static const char here[] = "@TABLES@\n";
    const char *tables = strstr(device_source, here), *end = device_source + strlen(device_source);
    emit_about(text, model, name, "c");
    text_add(text, " */");
    emit_defines(text, model, name);
    emit_program(text, device_source, tables, name);
    enum status status = emit_tables(text, model, error);
    emit_tests_tables(text, model, tests, name);
    emit_program(text, tables + sizeof here - 1, end, name);
    return status;
}

enum status emit_c(const struct model *model, const struct emit_examples *examples, const char *name, char **header,
                   char **source, struct error *error)
{
    struct emit_tests tests = {0};
    *header = *source = NULL;
    enum status status = check(model, error);
    if (status == STATUS_OK)
        status = emit_tests_make(model, examples, &tests, error);
    if (status == STATUS_OK) {
        struct text_buffer text = text_begin(error);
        emit_header(&text, model, &tests, name);
        *header = text_take(&text);
        text = text_begin(error);
        status = emit_source(&text, model, &tests, name, error);
        *source = text_take(&text);
    }
    emit_tests_free(&tests);
    if (status == STATUS_OK && *header && *source)
        return STATUS_OK;
    memory_free(*header);
    memory_free(*source);
    *header = *source = NULL;
    return status == STATUS_OK ? STATUS_NO_MEMORY : status;
}

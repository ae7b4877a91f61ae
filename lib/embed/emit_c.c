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

/* ---- the layers of a device: those with weights; pooling belongs to the one before it ---- */

/* The same model with only its weighted layers, which `layers` holds: a view, not to be freed. */
static struct model weighted_of(const struct model *model, struct model_layer layers[MODEL_LAYERS_MAX])
{
    struct model view = *model;
    memset(layers, 0, MODEL_LAYERS_MAX * sizeof *layers);
    view.layers = layers;
    view.layer_count = 0;
    for (size_t l = 0; l < model->layer_count; l++) {
        if (layer_has_weights(&model->layers[l]))
            layers[view.layer_count++] = model->layers[l];
    }
    return view;
}

/* The pooling layers after weighted layer `number`: consecutive in the model. */
static const struct model_layer *pools_after(const struct model *model, size_t number, size_t *count)
{
    size_t l = 0;
    for (size_t weighted = 0; weighted <= number; l++)
        weighted += layer_has_weights(&model->layers[l]);
    for (*count = 0; l + *count < model->layer_count && !layer_has_weights(&model->layers[l + *count]);)
        (*count)++;
    return &model->layers[l];
}

/* A kind's number in its registry. */
static size_t kind_number(const struct layer_kind *kind)
{
    size_t count, number = 0;
    const struct layer_kind *const *kinds = layer_kinds(&count);
    while (number + 1 < count && kinds[number] != kind)
        number++;
    return number;
}

static bool has_pools(const struct model *model)
{
    bool found = false;
    for (size_t l = 0; l < model->layer_count; l++)
        found = found || !layer_has_weights(&model->layers[l]);
    return found;
}

/* Whether an activation other than SELU follows a layer that is not the last. */
static bool has_activations(const struct model *model)
{
    bool found = false;
    for (size_t l = 0; l + 1 < model->layer_count; l++) {
        const struct model_layer *layer = &model->layers[l];
        found = found || (layer_has_weights(layer) && layer->spec.activation->index != ACTIVATION_selu);
    }
    return found;
}

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

static size_t arena_floats(const struct model *weighted)
{
    return region_floats(weighted, 0) + region_floats(weighted, 1);
}

size_t device_arena_bytes(const struct model *model)
{
    struct model_layer layers[MODEL_LAYERS_MAX];
    const struct model weighted = weighted_of(model, layers);
    return arena_floats(&weighted) * sizeof(float);
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

/* The windows of the pooling layers after a weighted one. */
static void emit_pools(struct text_buffer *text, const struct model *whole, size_t l)
{
    size_t count;
    const struct model_layer *pools = pools_after(whole, l, &count);
    text_add(text, "static const struct pool pools_%zu[%zu] = {", l, count + 1);
    for (size_t p = 0; p < count; p++) {
        const struct conv_shape *s = &pools[p].shape;
        text_add(text, "\n    {%zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu},", kind_number(pools[p].spec.kind), s->kernel_h,
                 s->kernel_w, s->stride_h, s->stride_w, s->width_in, s->height_out, s->width_out);
    }
    text_add(text, "\n    {0, 0, 0, 0, 0, 0, 0, 0} /* no array is empty */\n};\n");
}

/* What only some models need of a layer: see device.c.in. */
static void emit_layer_rest(struct text_buffer *text, const struct model *whole, const struct model_layer *layer,
                            size_t l)
{
    size_t pools;
    if (has_activations(whole))
        text_add(text, ", %dU", (int)layer->spec.activation->index);
    (void)pools_after(whole, l, &pools);
    if (has_pools(whole))
        text_add(text, ", pools_%zu, %zu", l, pools);
}

static void emit_layers(struct text_buffer *text, const struct model *model, const struct model *whole)
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
                 "taps_%zu",
                 layer_taps(layer), l == 0 ? s->c_in : s->c_out, s->c_in, s->c_out, in_plane(layer), out_plane(layer),
                 s->width_in, s->width_out, s->stride_h, s->stride_w, layer->count, l, l, l, step, l);
        emit_layer_rest(text, whole, layer, l);
        text_add(text, "},\n");
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

size_t device_table_bytes(const struct model *whole)
{
    struct model_layer layers[MODEL_LAYERS_MAX];
    const struct model weighted = weighted_of(whole, layers), *const model = &weighted;
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
             region_floats(model, 0), arena_floats(model));
    emit_float(text, model->offset);
    text_add(text, "\n#define MODEL_SCALE ");
    emit_float(text, model->scale);
    text_add(text, "\n");
    emit_range(text, model);
    text_add(text, "\ntypedef %s number;\n\nconst float %s_threshold = ", types[model->number], name);
    emit_float(text, model->threshold);
    text_add(text, ";\n");
}

/* ---- the program: device.c.in, of which some lines are for some models ---- */

struct program {
    const struct model *model;
    const char *name;
    bool pools, activations;
};

/* The activations of the model's layers, as one function. */
static void emit_activations(struct text_buffer *text, const struct program *program)
{
    bool used[ACTIVATIONS] = {false};
    size_t count;
    const struct activation *rows = activations(&count);
    if (!program->activations)
        return;
    for (size_t l = 0; l + 1 < program->model->layer_count; l++)
        used[program->model->layers[l].spec.activation->index] = true;
    text_add(text, "static float activate(const struct layer *layer, float x)\n{\n");
    for (size_t i = 0; i < count; i++) {
        if (used[i])
            text_add(text, "    if (layer->activation == %dU) /* %s */\n        return %s;\n", (int)rows[i].index,
                     rows[i].title, rows[i].device);
    }
    text_add(text, "    return x;\n}\n");
}

static void emit_taker(struct text_buffer *text, const struct program *program, const struct layer_kind *kind)
{
    const bool variance = program->model->posterior == MODEL_VARIANCE;
    text_add(
        text,
        "/* Takes the next value of a window into z, by %s. */\nstatic void take_%s(float *z, float *z_variance, float "
        "x, float x_variance, unsigned int tap, unsigned int taps)\n{\n%s    (void)z_variance;\n    "
        "(void)x_variance;\n    (void)tap;\n    (void)taps;\n}\n\n",
        kind->title, kind->name, variance ? kind->pooling->device_moments : kind->pooling->device);
}

/* How the model's pooling layers take values together. */
static void emit_pooling(struct text_buffer *text, const struct program *program)
{
    size_t count;
    const struct layer_kind *const *kinds = layer_kinds(&count);
    bool used[LAYER_KINDS] = {false};
    if (!program->pools)
        return;
    for (size_t l = 0; l < program->model->layer_count; l++)
        used[kind_number(program->model->layers[l].spec.kind)] = true;
    for (size_t i = 0; i < count; i++) {
        if (used[i] && kinds[i]->pooling)
            emit_taker(text, program, kinds[i]);
    }
    text_add(text,
             "static void take(unsigned int kind, float *z, float *z_variance, float x, float x_variance, unsigned "
             "int tap,\n                 unsigned int taps)\n{\n");
    for (size_t i = 0; i < count; i++) {
        if (used[i] && kinds[i]->pooling)
            text_add(text, "    if (kind == %zuU)\n        take_%s(z, z_variance, x, x_variance, tap, taps);\n", i,
                     kinds[i]->name);
    }
    text_add(text, "}\n\n");
}

/* One placeholder, at `word` with its two @; returns its length, or 0: it is none. */
static size_t emit_placeholder(struct text_buffer *text, const struct program *program, const char *word)
{
    const struct {
        const char *word, *text;
    } words[] = {
        {"@NAME@", program->name},
        {"@ACTIVATION@", program->activations ? "activate" : "selu"},
        {"@ACTIVATION_NAME@", program->activations ? "activation" : "SELU"},
        {"@LAYER@", program->activations ? "const struct layer *layer, " : ""},
        {"@OF_LAYER@", program->activations ? "layer, " : ""},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(word, words[i].word, strlen(words[i].word)) == 0) {
            text_add(text, "%s", words[i].text);
            return strlen(words[i].word);
        }
    }
    return 0;
}

static void emit_line(struct text_buffer *text, const struct program *program, const char *from, const char *end)
{
    for (const char *at = from; at < end;) {
        const char *word = memchr(at, '@', (size_t)(end - at));
        if (!word)
            word = end;
        text_add(text, "%.*s", (int)(word - at), at);
        const size_t length = word < end ? emit_placeholder(text, program, word) : 0;
        if (word < end && length == 0)
            text_add(text, "@");
        at = word < end ? word + (length > 0 ? length : 1) : end;
    }
}

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* The lines from..end. Between "@IF X@", or "@UNLESS X@", and "@END@" they are for models with X, or without it. */
static void emit_program(struct text_buffer *text, const struct program *program, const char *from, const char *end)
{
    bool wanted = true;
    for (const char *next; from < end; from = next) {
        const char *newline = memchr(from, '\n', (size_t)(end - from));
        next = newline ? newline + 1 : end;
        if (begins(from, "@IF POOLS@"))
            wanted = program->pools;
        else if (begins(from, "@IF ACTIVATIONS@"))
            wanted = program->activations;
        else if (begins(from, "@UNLESS ACTIVATIONS@"))
            wanted = !program->activations;
        else if (begins(from, "@END@"))
            wanted = true;
        else if (begins(from, "@ACTIVATIONS@"))
            emit_activations(text, program);
        else if (begins(from, "@POOLING@"))
            emit_pooling(text, program);
        else if (wanted)
            emit_line(text, program, from, next);
    }
}

static enum status emit_tables(struct text_buffer *text, const struct model *model, const struct model *whole,
                               struct error *error)
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
        if (has_pools(whole))
            emit_pools(text, whole, l);
    }
    emit_layers(text, model, whole);
    return status;
}

/* The tables come between the types of device.c.in and its functions: C++ has no constants that are defined later. */
static enum status emit_source(struct text_buffer *text, const struct model *model, const struct emit_tests *tests,
                               const char *name, struct error *error)
{
    static const char here[] = "@TABLES@\n";
    const char *tables = strstr(device_source, here), *end = device_source + strlen(device_source);
    struct model_layer layers[MODEL_LAYERS_MAX];
    const struct model weighted = weighted_of(model, layers);
    const struct program program = {model, name, has_pools(model), has_activations(model)};
    emit_about(text, model, name, "c");
    text_add(text, " */");
    emit_defines(text, &weighted, name);
    emit_program(text, &program, device_source, tables);
    enum status status = emit_tables(text, &weighted, model, error);
    emit_tests_tables(text, model, tests, name);
    emit_program(text, &program, tables + sizeof here - 1, end);
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

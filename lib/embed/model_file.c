#include "embed/model_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "core/memory.h"
#include "embed/engine.h"
#include "embed/index_format.h"
#include "embed/number.h"
#include "embed/value_format.h"
#include "io/atomic_file.h"

static const char magic[4] = {'T', 'N', 'T', 'H'};
enum { CHECKSUM_BYTES = 4, SHORTEST = 48 };
enum { FLAG_OFFICIAL = 1, FLAG_RANGE = 2 };

/* ---- writing ---- */

static void put_text(struct byte_writer *out, const char *text)
{
    size_t length = strlen(text);
    bytes_put_number(out, length, 1);
    bytes_put(out, text, length);
}

static void put_origin(const struct model *model, struct byte_writer *out)
{
    const struct input_range *range = &model->range;
    bytes_put_number(out, (model->official ? FLAG_OFFICIAL : 0) | (range->known ? FLAG_RANGE : 0), 1);
    put_text(out, model->data_source);
    for (size_t s = 0; range->known && s < INPUT_STATISTICS; s++) {
        bytes_put_float(out, range->low[s]);
        bytes_put_float(out, range->high[s]);
    }
}

/* Whether all layers but the last, dense one are convolutions alike, as in the short form of configs, which versions 1
 * and 2 know. */
static bool is_short(const struct model *model)
{
    const struct layer_spec *first = &model->layers[0].spec;
    for (size_t i = 0; i + 1 < model->layer_count; i++) {
        const struct layer_spec *spec = &model->layers[i].spec;
        if (spec->kind != &layer_conv || spec->activation->index != ACTIVATION_selu || spec->padding != PADDING_SAME ||
            spec->kernel_w > 0 || spec->stride_w > 0 || spec->kernel != first->kernel || spec->stride != first->stride)
            return false;
    }
    return true;
}

static void put_header(const struct model *model, unsigned int version, struct byte_writer *out)
{
    const struct layer_spec *first = &model->layers[0].spec;
    const size_t sizes[] = {model->parts,          model->classes, model->input.height, model->input.width,
                            model->input.channels, first->kernel,  first->stride};
    bytes_put(out, magic, sizeof magic);
    bytes_put_number(out, version, 1);
    bytes_put_number(out, (uint64_t)model->posterior, 1);
    bytes_put_number(out, (uint64_t)model->number, 1);
    bytes_put_number(out, model->layer_count, 1);
    for (size_t i = 0; i < (version == 2 ? 7 : 5); i++)
        bytes_put_number(out, sizes[i], 2);
    bytes_put_float(out, model->offset);
    bytes_put_float(out, model->scale);
    bytes_put_float(out, model->threshold);
    bytes_put_float(out, model->fraction);
    put_text(out, model->dataset);
    put_text(out, model->method);
    put_text(out, model->criterion);
    put_origin(model, out);
}

static void put_spec(const struct layer_spec *spec, struct byte_writer *out)
{
    const size_t extents[] = {spec->kernel, spec->kernel_w, spec->stride, spec->stride_w};
    put_text(out, spec->kind->name);
    put_text(out, spec->activation->name);
    for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++)
        bytes_put_number(out, extents[i], 2);
    bytes_put_number(out, spec->padding == PADDING_VALID, 1);
}

/* The steps are numbers of 8 significant bits: their lower halves are 0. */
static void put_steps(const struct model *model, const struct model_layer *layer, struct byte_writer *out)
{
    for (size_t i = 0; i < model_groups(model) * layer_biases(layer); i++) {
        uint32_t bits;
        memcpy(&bits, &layer->step[i], sizeof bits);
        bytes_put_number(out, bits >> 16, 2);
    }
}

static void put_biases(const struct model *model, const struct model_layer *layer, struct byte_writer *out)
{
    for (size_t i = 0; i < model->parts * layer_biases(layer); i++) {
        if (model->number == MODEL_FP32)
            bytes_put_float(out, layer->bias[i]);
        else
            bytes_put_number(out, half_of_float(layer->bias[i]), 2);
    }
}

enum status model_layer_sizes(const struct model *model, size_t layer, struct layer_sizes *sizes, struct error *error)
{
    size_t count;
    const struct index_format *formats = index_formats(&count);
    struct byte_writer out = {0};
    *sizes = (struct layer_sizes){0};
    for (size_t i = 0; i < count && i < INDEX_FORMATS_MAX; i++) {
        out.used = 0;
        formats[i].write(&model->layers[layer], &out);
        sizes->places[i] = out.used;
    }
    out.used = 0;
    values_write(model, &model->layers[layer], VALUES_PLAIN, &out);
    sizes->values = out.used;
    out.used = 0;
    values_write(model, &model->layers[layer], VALUES_CODED, &out);
    sizes->values_coded = out.used;
    bool failed = out.failed;
    bytes_free(&out);
    return failed
               ? error_set(error, STATUS_NO_MEMORY, "no memory for a layer of %zu weights", model->layers[layer].count)
               : STATUS_OK;
}

static enum status put_layer(const struct model *model, size_t number, unsigned int version, struct byte_writer *out,
                             struct error *error)
{
    const struct model_layer *layer = &model->layers[number];
    struct layer_sizes sizes;
    if (version > 2)
        put_spec(&layer->spec, out);
    if (!layer_has_weights(layer))
        return STATUS_OK;
    enum status status = model_layer_sizes(model, number, &sizes, error);
    if (status != STATUS_OK)
        return status;
    size_t formats, best = 0;
    const struct index_format *format = index_formats(&formats);
    for (size_t i = 1; i < formats && i < INDEX_FORMATS_MAX; i++)
        best = sizes.places[i] < sizes.places[best] ? i : best;
    enum value_format values = sizes.values_coded < sizes.values ? VALUES_CODED : VALUES_PLAIN;
    bytes_put_number(out, layer->shape.c_out, 2);
    bytes_put_number(out, layer->count, 4);
    bytes_put_number(out, sizes.places[best], 4);
    bytes_put_number(out, values == VALUES_CODED ? sizes.values_coded : sizes.values, 4);
    bytes_put_number(out, format[best].number, 1);
    bytes_put_number(out, (uint64_t)values, 1);
    if (model->number == MODEL_INT8)
        put_steps(model, layer, out);
    put_biases(model, layer, out);
    format[best].write(layer, out);
    values_write(model, layer, values, out);
    return STATUS_OK;
}

enum status model_encode(const struct model *model, struct byte_writer *out, struct error *error)
{
    const unsigned int version = is_short(model) ? 2 : MODEL_FILE_VERSION;
    *out = (struct byte_writer){0};
    put_header(model, version, out);
    for (size_t i = 0; i < model->layer_count; i++) {
        enum status status = put_layer(model, i, version, out, error);
        if (status != STATUS_OK)
            return status;
    }
    uLong checksum = out->failed ? 0 : crc32(crc32(0, NULL, 0), out->bytes, (uInt)out->used);
    bytes_put_number(out, checksum, CHECKSUM_BYTES);
    if (out->failed)
        return error_set(error, STATUS_NO_MEMORY, "no memory for a model file of %zu bytes", out->used);
    const struct engine_cost cost = engine_cost(model); /* what is written must be readable */
    return engine_cost_check(&cost, out->used - CHECKSUM_BYTES, STATUS_UNSUPPORTED, "the model", error);
}

enum status model_write(const struct model *model, const char *path, struct error *error)
{
    struct byte_writer out;
    enum status status = model_encode(model, &out, error);
    if (status == STATUS_OK)
        status = atomic_write(path, out.bytes, out.used, error);
    bytes_free(&out);
    return status;
}

/* ---- reading ---- */

static enum status bad(const char *name, const char *what, struct error *error)
{
    return error_set(error, STATUS_DATA, "%s: %s; is it a whole copy? `tenth export` of its run writes another", name,
                     what);
}

static bool is_name_character(char c)
{
    return is_source_character(c) && c != ' ' && c != ',';
}

/* text [room] */
static bool get_text(struct byte_reader *in, bool (*allows)(char c), char *text, size_t room)
{
    size_t length = bytes_get_number(in, 1);
    const uint8_t *bytes = length < room ? bytes_get(in, length) : NULL;
    if (!bytes)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!allows((char)bytes[i]))
            return false;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    return true;
}

static bool is_extent(size_t value)
{
    return value >= 1 && value <= MODEL_EXTENT_MAX;
}

static bool get_name(struct byte_reader *in, char name[MODEL_NAME_SIZE])
{
    return get_text(in, is_name_character, name, MODEL_NAME_SIZE);
}

static bool get_origin(struct model *model, struct byte_reader *in)
{
    struct input_range *range = &model->range;
    uint64_t flags = bytes_get_number(in, 1);
    bool good = flags <= (FLAG_OFFICIAL | FLAG_RANGE) &&
                get_text(in, is_source_character, model->data_source, sizeof model->data_source);
    model->official = flags & FLAG_OFFICIAL;
    range->known = flags & FLAG_RANGE;
    for (size_t s = 0; good && range->known && s < INPUT_STATISTICS; s++) {
        range->low[s] = bytes_get_float(in);
        range->high[s] = bytes_get_float(in);
        good = isfinite(range->low[s]) && isfinite(range->high[s]) && range->low[s] <= range->high[s];
    }
    return good;
}

static bool get_header(struct model *model, unsigned int version, struct layer_spec *common, struct byte_reader *in)
{
    model->posterior = (enum model_posterior)bytes_get_number(in, 1);
    model->number = (enum model_number)bytes_get_number(in, 1);
    model->layer_count = bytes_get_number(in, 1);
    size_t *const sizes[] = {&model->parts,          &model->classes, &model->input.height, &model->input.width,
                             &model->input.channels, &common->kernel, &common->stride};
    bool good = true;
    model->whole_kernels = version == 1;
    for (size_t i = 0; i < (version > 2 ? 5 : 7); i++) {
        *sizes[i] = bytes_get_number(in, 2);
        good = good && is_extent(*sizes[i]);
    }
    model->offset = bytes_get_float(in);
    model->scale = bytes_get_float(in);
    model->threshold = bytes_get_float(in);
    model->fraction = bytes_get_float(in);
    good = good && isfinite(model->offset) && isfinite(model->scale) && model->scale > 0 && !isnan(model->threshold) &&
           model->fraction >= 0 && model->fraction <= 1;
    good = good && get_name(in, model->dataset) && get_name(in, model->method) && get_name(in, model->criterion);
    if (version == 1)
        model_set_source(model, "unknown: the model file is of version 1", false);
    else
        good = good && get_origin(model, in);
    static const size_t parts_most[] = {1, MODEL_PARTS_MAX, 2};
    good = good && model->posterior <= MODEL_VARIANCE && model->number <= MODEL_INT8;
    good = good && model->parts <= parts_most[model->posterior] &&
           (model->posterior != MODEL_VARIANCE || model->parts == 2);
    return good && model->layer_count >= 2 && model->layer_count <= MODEL_LAYERS_MAX && model->classes <= 256 &&
           shape_size(model->input) <= MODEL_PLACES_MAX && !in->beyond;
}

static bool get_steps(const struct model *model, struct model_layer *layer, struct byte_reader *in)
{
    for (size_t i = 0; i < model_groups(model) * layer_biases(layer); i++) {
        uint32_t bits = (uint32_t)bytes_get_number(in, 2) << 16;
        memcpy(&layer->step[i], &bits, sizeof bits);
        if (!isfinite(layer->step[i]) || layer->step[i] < 0)
            return false;
    }
    return true;
}

static bool get_biases(const struct model *model, struct model_layer *layer, struct byte_reader *in)
{
    size_t c_out = layer_biases(layer);
    for (size_t i = 0; i < model->parts * c_out; i++) {
        layer->bias[i] =
            model->number == MODEL_FP32 ? bytes_get_float(in) : float_of_half((uint16_t)bytes_get_number(in, 2));
        bool spread = model->posterior == MODEL_VARIANCE && i >= c_out;
        if (!isfinite(layer->bias[i]) || (spread && layer->bias[i] < 0))
            return false;
    }
    return true;
}

/* 0 stands for a rule (nn/layer.h) that some kinds have. */
static bool get_spec(struct layer_spec *spec, struct byte_reader *in)
{
    char kind[MODEL_NAME_SIZE], activation[MODEL_NAME_SIZE];
    size_t *const extents[] = {&spec->kernel, &spec->kernel_w, &spec->stride, &spec->stride_w};
    if (!get_name(in, kind) || !get_name(in, activation))
        return false;
    spec->kind = layer_kind_find(kind, NULL);
    spec->activation = activation_find(activation, NULL);
    for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
        *extents[i] = bytes_get_number(in, 2);
        if (*extents[i] > MODEL_EXTENT_MAX)
            return false;
    }
    const uint64_t padding = bytes_get_number(in, 1);
    spec->padding = padding ? PADDING_VALID : PADDING_SAME;
    return padding <= 1 && !in->beyond && spec->kind && spec->activation &&
           (spec->kind != &layer_conv || (spec->kernel > 0 && spec->stride > 0));
}

/* What of a layer does not follow from the others: in version 3 its spec. The first layer has weights, the last one is
 * dense, to the logits. */
static bool find_spec(struct model *model, size_t number, unsigned int version, const struct layer_spec *common,
                      struct byte_reader *in)
{
    struct layer_spec *spec = &model->layers[number].spec;
    const bool last = number + 1 == model->layer_count;
    if (version > 2)
        return get_spec(spec, in) && (number > 0 || spec->kind->has_units) &&
               (!last || (spec->kind == &layer_dense && spec->activation->index == ACTIVATION_linear));
    *spec = *common;
    spec->kind = last ? &layer_dense : &layer_conv;
    spec->activation = activation_find(last ? "linear" : "selu", NULL);
    return true;
}

/* A pooling layer has nothing but its spec. */
static enum status get_pooling(struct model *model, size_t number, struct byte_reader *in, struct engine_cost *cost,
                               const char *name, struct error *error)
{
    struct model_layer *layer = &model->layers[number];
    if (model_layer_shape(model, number, 0, &(struct error){0}) != STATUS_OK || !model_layer_fits(model, layer, 0))
        return bad(name, "a layer's header makes no sense", error);
    engine_cost_add(cost, model, layer, 0);
    enum status status = engine_cost_check(cost, in->count, STATUS_DATA, name, error);
    return status == STATUS_OK ? model_layer_alloc(model, layer, 0, error) : status;
}

/* Whether layer `number` may have so many outputs; sets its shape. The earlier ones are known. */
static bool find_shape(struct model *model, size_t number, size_t c_out)
{
    bool last = number + 1 == model->layer_count;
    return is_extent(c_out) && (!last || c_out == model->classes) &&
           model_layer_shape(model, number, c_out, &(struct error){0}) == STATUS_OK;
}

static enum status get_weights(struct model *model, size_t number, struct byte_reader *in, struct engine_cost *cost,
                               const char *name, struct error *error)
{
    struct model_layer *layer = &model->layers[number];
    size_t c_out = bytes_get_number(in, 2), count = bytes_get_number(in, 4);
    size_t place_bytes = bytes_get_number(in, 4), value_bytes = bytes_get_number(in, 4);
    const struct index_format *format = index_format_numbered((uint8_t)bytes_get_number(in, 1));
    uint64_t values = bytes_get_number(in, 1);
    if (in->beyond || !format || (values != VALUES_PLAIN && values != VALUES_CODED) ||
        !find_shape(model, number, c_out) || !model_layer_fits(model, layer, count))
        return bad(name, "a layer's header makes no sense", error);
    engine_cost_add(cost, model, layer, count);
    enum status status = engine_cost_check(cost, in->count, STATUS_DATA, name, error);
    if (status == STATUS_OK)
        status = model_layer_alloc(model, layer, count, error);
    if (status != STATUS_OK)
        return status;
    bool good = (model->number != MODEL_INT8 || get_steps(model, layer, in)) && get_biases(model, layer, in);
    const uint8_t *places = bytes_get(in, place_bytes), *numbers = bytes_get(in, value_bytes);
    if (!good || !places || !numbers)
        return bad(name, "a layer's biases are damaged, or it ends too early", error);
    struct byte_reader place_reader = {.bytes = places, .count = place_bytes};
    struct byte_reader value_reader = {.bytes = numbers, .count = value_bytes};
    good = format->read(layer, &place_reader) && values_read(model, layer, (enum value_format)values, &value_reader);
    if (place_reader.failed)
        return error_set(error, STATUS_NO_MEMORY, "%s: too little memory to read it", name);
    if (!good)
        return bad(name, "a layer's weights are damaged", error);
    return STATUS_OK;
}

static enum status get_layer(struct model *model, size_t number, unsigned int version, const struct layer_spec *common,
                             struct byte_reader *in, struct engine_cost *cost, const char *name, struct error *error)
{
    if (!find_spec(model, number, version, common, in))
        return bad(name, "a layer's header makes no sense", error);
    return layer_has_weights(&model->layers[number]) ? get_weights(model, number, in, cost, name, error)
                                                     : get_pooling(model, number, in, cost, name, error);
}

/* Whether these bytes are a whole file of a known version; `in` is then after the version, and ends before the
 * checksum. */
static enum status check_whole(const void *bytes, size_t count, const char *name, struct byte_reader *in,
                               unsigned int *version, struct error *error)
{
    *in = (struct byte_reader){.bytes = bytes, .count = count};
    const uint8_t *found = count >= SHORTEST ? bytes_get(in, sizeof magic) : NULL;
    if (!found || memcmp(found, magic, sizeof magic) != 0)
        return error_set(error, STATUS_DATA, "%s: is no model of `tenth export`; `tenth export RUN.h5` makes one",
                         name);
    *version = (unsigned int)bytes_get_number(in, 1);
    if (*version > MODEL_FILE_VERSION)
        return error_set(error, STATUS_DATA,
                         "%s: was written by a newer version of tenth, or is damaged: its model format is %u, and this "
                         "program reads up to %d",
                         name, *version, MODEL_FILE_VERSION);
    if (*version == 0)
        return bad(name, "is damaged (there is no version 0 of the model format)", error);
    struct byte_reader end = {.bytes = in->bytes + count - CHECKSUM_BYTES, .count = CHECKSUM_BYTES};
    in->count = count - CHECKSUM_BYTES;
    if (bytes_get_number(&end, CHECKSUM_BYTES) != crc32(crc32(0, NULL, 0), bytes, (uInt)in->count))
        return bad(name, "is damaged or cut off (its checksum does not fit)", error);
    return STATUS_OK;
}

enum status model_decode(const void *bytes, size_t count, const char *name, struct model **model, struct error *error)
{
    *model = NULL;
    struct byte_reader in;
    struct engine_cost cost = {0};
    unsigned int version = 0;
    struct layer_spec common = {.padding = PADDING_SAME}; /* of versions 1 and 2 */
    enum status status = check_whole(bytes, count, name, &in, &version, error);
    if (status != STATUS_OK)
        return status;
    struct model *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    if (!get_header(made, version, &common, &in)) {
        status = bad(name, "its header makes no sense", error);
    } else {
        made->layers = memory_alloc(made->layer_count, sizeof *made->layers, error);
        status = made->layers ? STATUS_OK : STATUS_NO_MEMORY;
    }
    for (size_t i = 0; status == STATUS_OK && i < made->layer_count; i++)
        status = get_layer(made, i, version, &common, &in, &cost, name, error);
    if (status == STATUS_OK && in.used != in.count)
        status = bad(name, "has bytes left over", error);
    if (status != STATUS_OK) {
        model_free(made);
        return status;
    }
    *model = made;
    return STATUS_OK;
}

enum status model_read(const char *path, struct model **model, struct error *error)
{
    *model = NULL;
    unsigned char *bytes;
    size_t count;
    enum status status = file_read(path, MODEL_FILE_LIMIT, &bytes, &count, error);
    if (status == STATUS_OK)
        status = model_decode(bytes, count, path, model, error);
    memory_free(bytes);
    return status;
}

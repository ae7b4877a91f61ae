#include "embed/engine.h"

#include <math.h>
#include <stdlib.h>

#include "core/memory.h"
#include "compute/random.h"
#include "core/size.h"
#include "nn/loss.h"
#include "nn/planes.h"
#include "nn/sparse_kernels.h"

/* One layer ready to run. */
struct stage {
    const struct model_layer *layer;
    struct planes planes;     /* of its input */
    size_t outputs;           /* of a filter, in the layout of the pitch */
    size_t *tap;              /* [taps] of pooling: places within a channel's plane; the lists of weights are empty */
    uint32_t *start;          /* [c_out + 1] */
    uint32_t *offset;         /* [count] of each weight, by filter */
    float *value;             /* [parts][count] in the same order */
    uint32_t *full_offset;    /* [places of a filter]; NULL: too few weights are there to run over all places */
    float *full_value;        /* [parts][groups of SPARSE_FILTERS][places of a filter][SPARSE_FILTERS] */
    uint32_t *target;         /* [height_in * width_in] an input's place in its plane */
    struct sparse_spread out; /* from its outputs to the next layer's inputs; unused for the last layer */
    float *input;             /* [c_in][plane], and slack; padding is 0 and stays 0 */
    float *square, *variance; /* like input; for moments */
};

struct engine {
    const struct model *model;
    const struct sparse_kernels *kernels;
    struct stage *stages;            /* [layer_count] */
    size_t z_stride;                 /* most outputs, and slack */
    float *z;                        /* [SPARSE_FILTERS][z_stride] outputs of the current filters */
    float *z_variance;               /* [z_stride] */
    float *logits, *logits_variance; /* [classes] */
    float *noise;                    /* [LOGIT_DRAWS / 2][classes] */
};

void engine_logit_noise(size_t classes, float *noise)
{
    random_normal(random_key(0, PURPOSE_PREDICT, 0, UINT32_MAX), 0, LOGIT_DRAWS / 2 * classes, noise);
}

static bool has_variance(const struct engine *engine)
{
    return engine->model->posterior == MODEL_VARIANCE;
}

/* ---- the cost ---- */

/* If at least half of the weights are there, running over all places is faster (see sum_group). */
static bool is_full(const struct model_layer *layer, size_t outputs, size_t count)
{
    return layer_has_weights(layer) && outputs > 1 && 2 * count >= layer_places(layer);
}

/* Outputs of a filter, in the layout of the pitch. */
static size_t pitched_outputs(const struct conv_shape *shape, const struct planes *planes)
{
    return (shape->height_out - 1) * planes->pitch + shape->width_out;
}

static size_t places_of_filter(const struct model_layer *layer)
{
    return layer->shape.c_in * layer_taps(layer);
}

static size_t filter_groups(const struct model_layer *layer)
{
    return parts_of(layer->shape.c_out, SPARSE_FILTERS);
}

/* Doubles: no product overflows. */
void engine_cost_add(struct engine_cost *cost, const struct model *model, const struct model_layer *layer, size_t count)
{
    const struct conv_shape *s = &layer->shape;
    const struct planes planes = planes_of(s);
    const size_t outputs = pitched_outputs(s, &planes);
    const bool variance = model->posterior == MODEL_VARIANCE, full = is_full(layer, outputs, count);
    const double parts = (double)model->parts, there = (double)count;
    const double filled = full ? (double)places_of_filter(layer) * (double)filter_groups(layer) * SPARSE_FILTERS : 0;
    const double input = (double)s->c_in * (double)planes.size, target = (double)s->height_in * (double)s->width_in;
    const double maps = (double)s->height_out * (double)s->width_out;
    const double of_model = there * (1 + parts) + parts * (double)layer_biases(layer);
    const double of_engine = of_model + filled * parts + (variance ? 3 : 1) * input + target +
                             maps * (1 + (double)sizeof(struct sparse_move) / sizeof(float)) +
                             (SPARSE_FILTERS + 1) * (double)outputs;
    cost->bytes += (of_model + of_engine) * sizeof(float);
    cost->work += (variance ? 3 * there : parts * (full ? filled : there)) * (double)outputs;
    if (!layer_has_weights(layer))
        cost->work += (variance ? 8 : parts) * (double)(layer_taps(layer) * s->c_out) * (double)outputs;
}

struct engine_cost engine_cost(const struct model *model)
{
    struct engine_cost cost = {0};
    for (size_t i = 0; i < model->layer_count; i++)
        engine_cost_add(&cost, model, &model->layers[i], model->layers[i].count);
    return cost;
}

enum status engine_cost_check(const struct engine_cost *cost, size_t file_bytes, enum status refused, const char *name,
                              struct error *error)
{
    static const double mib = 1 << 20;
    const double most_bytes = ENGINE_SPARE_MIB * mib + (double)file_bytes * ENGINE_BYTES_PER_FILE_BYTE;
    if (cost->work > ENGINE_WORK_MAX_E9 * 1e9)
        return error_set(
            error, refused,
            "%s: needs %.3g multiply-adds for an item, and a model has %.3g at most; export one of which more weights "
            "are removed, or of fewer samples",
            name, cost->work, ENGINE_WORK_MAX_E9 * 1e9);
    if (file_bytes > 0 && cost->bytes > most_bytes)
        return error_set(error, refused,
                         "%s: needs %.0f MiB of memory, and a model file of %zu bytes %.0f at most (%d, and %d times "
                         "its bytes); is it the right file?",
                         name, cost->bytes / mib, file_bytes, most_bytes / mib, ENGINE_SPARE_MIB,
                         ENGINE_BYTES_PER_FILE_BYTE);
    return STATUS_OK;
}

/* ---- making ---- */

static size_t position(const struct stage *stage, size_t row, size_t column)
{
    return planes_position(&stage->planes, &stage->layer->shape, row, column);
}

/* Sorts the weights by filter, and turns places into offsets. */
static void list_weights(struct stage *stage, size_t parts)
{
    const struct model_layer *layer = stage->layer;
    const size_t c_out = layer->shape.c_out, taps = layer_taps(layer), width = layer->shape.kernel_w;
    for (size_t i = 0; i < layer->count; i++)
        stage->start[layer_filter(layer, layer->place[i]) + 1]++;
    for (size_t f = 0; f < c_out; f++)
        stage->start[f + 1] += stage->start[f];
    for (size_t i = 0; i < layer->count; i++) {
        size_t place = layer->place[i], tap = place % taps, to = stage->start[layer_filter(layer, place)]++;
        stage->offset[to] =
            (uint32_t)(layer_channel(layer, place) * stage->planes.size + position(stage, tap / width, tap % width));
        for (size_t part = 0; part < parts; part++)
            stage->value[part * layer->count + to] = layer->value[part * layer->count + i];
    }
    for (size_t f = c_out; f > 0; f--)
        stage->start[f] = stage->start[f - 1];
    stage->start[0] = 0;
}

static float *full_values(const struct stage *stage, size_t part)
{
    const struct model_layer *layer = stage->layer;
    return stage->full_value + part * filter_groups(layer) * places_of_filter(layer) * SPARSE_FILTERS;
}

static enum status fill(struct stage *stage, size_t parts, struct error *error)
{
    const struct model_layer *layer = stage->layer;
    const size_t taps = layer_taps(layer), places = places_of_filter(layer), width = layer->shape.kernel_w;
    size_t values = size_multiply(parts * filter_groups(layer), places * SPARSE_FILTERS);
    stage->full_offset = memory_alloc(places, sizeof *stage->full_offset, error);
    stage->full_value = memory_alloc(values, sizeof *stage->full_value, error);
    if (!stage->full_offset || !stage->full_value)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < places; i++)
        stage->full_offset[i] =
            (uint32_t)(i / taps * stage->planes.size + position(stage, i % taps / width, i % taps % width));
    for (size_t i = 0; i < layer->count; i++) {
        size_t place = layer->place[i], filter = layer_filter(layer, place);
        size_t within = layer_channel(layer, place) * taps + place % taps;
        size_t to = (filter / SPARSE_FILTERS * places + within) * SPARSE_FILTERS + filter % SPARSE_FILTERS;
        for (size_t part = 0; part < parts; part++)
            full_values(stage, part)[to] = layer->value[part * layer->count + i];
    }
    return STATUS_OK;
}

static enum status stage_make(struct stage *stage, const struct model *model, const struct model_layer *layer,
                              struct error *error)
{
    const struct conv_shape *s = &layer->shape;
    stage->layer = layer;
    stage->planes = planes_of(s);
    stage->outputs = pitched_outputs(s, &stage->planes);
    size_t floats = size_multiply(s->c_in, stage->planes.size);
    if (floats > UINT32_MAX / 2)
        return error_set(error, STATUS_UNSUPPORTED, "a layer's input of %zu floats is too large for an engine", floats);
    floats += SPARSE_SLACK;
    stage->start = memory_alloc(s->c_out + 1, sizeof *stage->start, error);
    stage->offset = memory_alloc(layer->count, sizeof *stage->offset, error);
    stage->value = memory_alloc(size_multiply(model->parts, layer->count), sizeof *stage->value, error);
    stage->target = memory_alloc(s->height_in * s->width_in, sizeof *stage->target, error);
    stage->input = memory_alloc(floats, sizeof *stage->input, error);
    stage->tap = memory_alloc(layer_taps(layer), sizeof *stage->tap, error);
    bool complete = stage->start && stage->offset && stage->value && stage->target && stage->input && stage->tap;
    if (complete && model->posterior == MODEL_VARIANCE) {
        stage->square = memory_alloc(floats, sizeof *stage->square, error);
        stage->variance = memory_alloc(floats, sizeof *stage->variance, error);
        complete = stage->square && stage->variance;
    }
    if (!complete)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < s->height_in * s->width_in; i++)
        stage->target[i] = (uint32_t)position(stage, s->pad_top + i / s->width_in, s->pad_left + i % s->width_in);
    for (size_t tap = 0; tap < layer_taps(layer); tap++)
        stage->tap[tap] = position(stage, tap / s->kernel_w, tap % s->kernel_w);
    list_weights(stage, model->parts);
    return is_full(layer, stage->outputs, layer->count) ? fill(stage, model->parts, error) : STATUS_OK;
}

/* The moves of the elements first .. end - 1, whose sources lie within 16 places: each takes those that are in order on
 * the other side, the columns of one phase. */
static void add_moves(struct sparse_spread *out, size_t first, size_t end)
{
    for (uint32_t left = (1U << (end - first)) - 1U; left;) {
        struct sparse_move move = {.source = out->source[first]};
        uint32_t next = 0;
        for (size_t i = first; i < end; i++) {
            const uint32_t element = 1U << (i - first);
            if (!(left & element) || (move.lanes && out->target[i] != next))
                continue;
            if (!move.lanes)
                move.target = out->target[i];
            next = out->target[i] + 1;
            move.lanes |= (uint16_t)(1U << (out->source[i] - move.source));
            left &= ~element;
        }
        out->moves[out->move_count++] = move;
    }
}

static int by_target(const void *a, const void *b)
{
    const struct sparse_move *x = a, *y = b;
    return (x->target > y->target) - (x->target < y->target);
}

static enum status join(struct stage *stage, const struct stage *next, struct error *error)
{
    const struct conv_shape *s = &stage->layer->shape;
    struct sparse_spread *out = &stage->out;
    out->count = s->height_out * s->width_out;
    out->target = next->target;
    out->source = memory_alloc(out->count, sizeof *out->source, error);
    out->moves = memory_alloc(out->count, sizeof *out->moves, error);
    if (!out->source || !out->moves)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->count; i++)
        out->source[i] = (uint32_t)(i / s->width_out * stage->planes.pitch + i % s->width_out);
    for (size_t first = 0, end; first < out->count; first = end) {
        for (end = first + 1; end < out->count && out->source[end] - out->source[first] < SPARSE_SLACK; end++)
            ;
        add_moves(out, first, end);
    }
    qsort(out->moves, out->move_count, sizeof *out->moves, by_target);
    return STATUS_OK;
}

static enum status engine_make(struct engine *engine, struct error *error)
{
    const struct model *model = engine->model;
    engine->kernels = sparse_kernels();
    engine->stages = memory_alloc(model->layer_count, sizeof *engine->stages, error);
    size_t most = 0;
    for (size_t i = 0; engine->stages && i < model->layer_count; i++) {
        enum status status = stage_make(&engine->stages[i], model, &model->layers[i], error);
        if (status != STATUS_OK)
            return status;
        most = engine->stages[i].outputs > most ? engine->stages[i].outputs : most;
        if (i > 0)
            status = join(&engine->stages[i - 1], &engine->stages[i], error);
        if (status != STATUS_OK)
            return status;
    }
    engine->z_stride = most + SPARSE_SLACK;
    engine->z = memory_alloc(SPARSE_FILTERS * engine->z_stride, sizeof *engine->z, error);
    engine->z_variance = memory_alloc(engine->z_stride, sizeof *engine->z_variance, error);
    engine->logits = memory_alloc(model->classes, sizeof *engine->logits, error);
    engine->logits_variance = memory_alloc(model->classes, sizeof *engine->logits_variance, error);
    engine->noise = memory_alloc(LOGIT_DRAWS / 2 * model->classes, sizeof *engine->noise, error);
    if (!engine->stages || !engine->z || !engine->z_variance || !engine->logits || !engine->logits_variance ||
        !engine->noise)
        return STATUS_NO_MEMORY;
    engine_logit_noise(model->classes, engine->noise);
    return STATUS_OK;
}

enum status engine_create(const struct model *model, struct engine **engine, struct error *error)
{
    *engine = NULL;
    struct engine *made = memory_alloc(1, sizeof *made, error);
    if (!made)
        return STATUS_NO_MEMORY;
    made->model = model;
    enum status status = engine_make(made, error);
    if (status != STATUS_OK) {
        engine_free(made);
        return status;
    }
    *engine = made;
    return STATUS_OK;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (size_t i = 0; engine->stages && i < engine->model->layer_count; i++) {
        struct stage *stage = &engine->stages[i];
        memory_free(stage->tap);
        memory_free(stage->start);
        memory_free(stage->offset);
        memory_free(stage->value);
        memory_free(stage->full_offset);
        memory_free(stage->full_value);
        memory_free(stage->target);
        memory_free(stage->out.source);
        memory_free(stage->out.moves);
        memory_free(stage->input);
        memory_free(stage->square);
        memory_free(stage->variance);
    }
    memory_free(engine->stages);
    memory_free(engine->z);
    memory_free(engine->z_variance);
    memory_free(engine->logits);
    memory_free(engine->logits_variance);
    memory_free(engine->noise);
    memory_free(engine);
}

/* ---- running ---- */

static void put_input(struct engine *engine, const float *x)
{
    struct stage *stage = &engine->stages[0];
    size_t channels = stage->layer->shape.c_in,
           positions = stage->layer->shape.height_in * stage->layer->shape.width_in;
    for (size_t c = 0; c < channels; c++) {
        float *plane = stage->input + c * stage->planes.size;
        for (size_t i = 0; i < positions; i++)
            plane[stage->target[i]] = x[i * channels + c];
        for (size_t i = 0; stage->square && i < positions; i++)
            stage->square[c * stage->planes.size + stage->target[i]] = x[i * channels + c] * x[i * channels + c];
    }
}

/* Sums for `filters` filters, at most SPARSE_FILTERS, from `first` on, a multiple of that: into z. */
static void sum_group(struct engine *engine, const struct stage *stage, size_t part, size_t first, size_t filters)
{
    const struct model_layer *layer = stage->layer;
    const size_t places = places_of_filter(layer);
    const float *value = stage->value + part * layer->count;
    for (size_t f = 0; f < filters && !layer_has_weights(layer); f++)
        layer->spec.kind->pooling->reduce(layer_taps(layer), stage->tap,
                                          stage->input + (first + f) * stage->planes.size, stage->outputs,
                                          engine->z + f * engine->z_stride);
    if (!layer_has_weights(layer))
        return;
    if (stage->full_offset) {
        engine->kernels->sum_filters(places, stage->full_offset, full_values(stage, part) + first * places,
                                     stage->input, stage->outputs, engine->z, engine->z_stride);
        return;
    }
    for (size_t f = 0; f < filters; f++) {
        const size_t from = stage->start[first + f], end = stage->start[first + f + 1];
        engine->kernels->sum(end - from, stage->offset + from, value + from, stage->input, stage->outputs, false,
                             engine->z + f * engine->z_stride);
    }
}

/* z becomes the inputs of the next stage. Each step runs for all filters of the group before the next, so its stores
 * are done when the next step needs them. */
static void pass_on(struct engine *engine, const struct stage *stage, const float *bias, size_t first, size_t filters)
{
    const struct stage *next = stage + 1;
    const struct layer_spec *spec = &stage->layer->spec;
    for (size_t f = 0; f < filters && spec->kind->has_units; f++)
        engine->kernels->activations[spec->activation->index].add_bias(stage->outputs, bias[first + f],
                                                                       engine->z + f * engine->z_stride);
    for (size_t f = 0; f < filters; f++)
        engine->kernels->spread(&stage->out, engine->z + f * engine->z_stride,
                                next->input + (first + f) * next->planes.size);
}

void engine_forward(struct engine *engine, size_t part, const float *x, float *logits)
{
    put_input(engine, x);
    for (size_t l = 0; l < engine->model->layer_count; l++) {
        const struct stage *stage = &engine->stages[l];
        const size_t filters = stage->layer->shape.c_out;
        const float *bias = stage->layer->bias + part * layer_biases(stage->layer);
        for (size_t first = 0; first < filters; first += SPARSE_FILTERS) {
            const size_t group = smaller(SPARSE_FILTERS, filters - first);
            sum_group(engine, stage, part, first, group);
            if (l + 1 < engine->model->layer_count) {
                pass_on(engine, stage, bias, first, group);
                continue;
            }
            for (size_t f = 0; f < group; f++)
                logits[first + f] = engine->z[f * engine->z_stride] + bias[first + f];
        }
    }
}

/* A filter's moments as input of the next stage: square is mean^2 + variance, at the places that are inputs. */
static void spread_out_moments(struct engine *engine, const struct stage *stage, const struct stage *next, size_t f)
{
    float *mean = engine->z, *variance = engine->z_variance;
    const size_t plane = f * next->planes.size;
    engine->kernels->spread(&stage->out, mean, next->input + plane);
    engine->kernels->spread(&stage->out, variance, next->variance + plane);
    for (size_t i = 0; i < stage->outputs; i++)
        mean[i] = mean[i] * mean[i] + variance[i];
    engine->kernels->spread(&stage->out, mean, next->square + plane);
}

/* The moments of a channel of pooling, in z and z_variance. */
static void pool_moments(struct engine *engine, const struct stage *stage, size_t channel)
{
    const size_t plane = channel * stage->planes.size;
    stage->layer->spec.kind->pooling->moments(layer_taps(stage->layer), stage->tap, stage->input + plane,
                                              stage->variance + plane, stage->outputs, engine->z, engine->z_variance);
}

/* Those of a filter's sums, without its bias. certain: the inputs have no variance */
static void sum_moments(struct engine *engine, const struct stage *stage, size_t f, bool certain)
{
    const struct model_layer *layer = stage->layer;
    const struct sparse_moments input = {stage->input, stage->square, certain ? NULL : stage->variance};
    const size_t first = stage->start[f];
    engine->kernels->sum_moments(stage->start[f + 1] - first, stage->offset + first, stage->value + first,
                                 stage->value + layer->count + first, &input, stage->outputs, engine->z,
                                 engine->z_variance);
}

void engine_moments(struct engine *engine, const float *x, float *mean, float *variance)
{
    put_input(engine, x);
    for (size_t l = 0; l < engine->model->layer_count; l++) {
        const struct stage *stage = &engine->stages[l];
        const struct model_layer *layer = stage->layer;
        const bool last = l + 1 == engine->model->layer_count;
        for (size_t f = 0; f < layer->shape.c_out; f++) {
            if (!layer_has_weights(layer)) {
                pool_moments(engine, stage, f);
                spread_out_moments(engine, stage, stage + 1, f);
                continue;
            }
            const float bias = layer->bias[f], bias_sigma = layer->bias[layer->shape.c_out + f];
            sum_moments(engine, stage, f, l == 0);
            if (last) {
                mean[f] = engine->z[0] + bias;
                variance[f] = engine->z_variance[0] + bias_sigma * bias_sigma;
                continue;
            }
            engine->kernels->activations[layer->spec.activation->index].moments(
                stage->outputs, bias, bias_sigma * bias_sigma, engine->z, engine->z_variance);
            spread_out_moments(engine, stage, stage + 1, f);
        }
    }
}

size_t engine_networks(const struct engine *engine)
{
    return has_variance(engine) ? LOGIT_DRAWS : engine->model->parts;
}

void engine_predict(struct engine *engine, const float *x, float *sampled)
{
    const size_t classes = engine->model->classes, networks = engine_networks(engine);
    if (!has_variance(engine)) {
        for (size_t part = 0; part < networks; part++)
            engine_forward(engine, part, x, sampled + part * classes);
    } else {
        engine_moments(engine, x, engine->logits, engine->logits_variance);
        for (size_t draw = 0; draw < networks; draw++) {
            const float *noise = engine->noise + draw % (LOGIT_DRAWS / 2) * classes;
            float sign = draw < LOGIT_DRAWS / 2 ? 1 : -1;
            for (size_t c = 0; c < classes; c++)
                sampled[draw * classes + c] = engine->logits[c] + sign * sqrtf(engine->logits_variance[c]) * noise[c];
        }
    }
    softmax(sampled, networks, classes, sampled);
}

/* Items from `first` on in steps of `stride`. */
static enum status predict_some(const struct model *model, size_t first, size_t stride, const float *x,
                                struct prediction *prediction, struct error *error)
{
    const size_t classes = model->classes, size = shape_size(model->input);
    struct engine *engine = NULL;
    enum status status = engine_create(model, &engine, error);
    float *sampled = memory_alloc(size_multiply(prediction->samples, classes), sizeof *sampled, error);
    if (status == STATUS_OK && !sampled)
        status = STATUS_NO_MEMORY;
    for (size_t i = first; status == STATUS_OK && i < prediction->items; i += stride) {
        engine_predict(engine, x + i * size, sampled);
        for (size_t s = 0; s < prediction->samples; s++) {
            for (size_t c = 0; c < classes; c++)
                prediction->sampled[(s * prediction->items + i) * classes + c] = sampled[s * classes + c];
        }
    }
    memory_free(sampled);
    engine_free(engine);
    return status;
}

enum status engine_predict_items(const struct model *model, int threads, const float *x, struct prediction *prediction,
                                 struct error *error)
{
    enum status status = STATUS_OK;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int thread = 0; thread < threads; thread++) {
        struct error local = {0};
        enum status found = predict_some(model, (size_t)thread, (size_t)threads, x, prediction, &local);
        if (found != STATUS_OK) {
#pragma omp critical
            status = error_set(error, found, "%s", local.message);
        }
    }
    if (status == STATUS_OK)
        prediction_average(prediction);
    return status;
}

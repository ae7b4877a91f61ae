/* lib/embed/model.h: the pruned network to ship: what is left of a posterior, and nothing else.
 *
 * A model is a value: once made it depends on no network and no posterior. It has the network's layers (nn/layer.h); a
 * dense one is a convolution whose kernel covers its whole input. Each weighted layer lists its remaining weights by
 * place. A weight's values depend on the kind of posterior:
 *
 *   mean      one part: the posterior mean (for a point estimate, the weights)
 *   samples   `parts` networks, drawn as bayes/predictive.h draws them
 *   variance  two parts: means, then standard deviations, for moment propagation (nn/moments.h)
 *
 * The way of a model: model_make, model_compact (embed/compact.h), model_round, then model_write (embed/model_file.h)
 * or emit_c (embed/emit_c.h). */
#ifndef TENTH_EMBED_MODEL_H
#define TENTH_EMBED_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "bayes/posterior.h"
#include "core/error.h"
#include "core/shape.h"
#include "embed/input_range.h"
#include "nn/conv_shape.h"
#include "nn/network.h"

enum model_posterior { MODEL_MEAN, MODEL_SAMPLES, MODEL_VARIANCE };
enum model_number { MODEL_FP32, MODEL_FP16, MODEL_INT8 };

/* A file above these is wrong. All layers together have limits of their own: see embed/engine.h. */
enum {
    MODEL_LAYERS_MAX = NETWORK_LAYERS_MAX + 1,
    MODEL_PARTS_MAX = 256,
    MODEL_EXTENT_MAX = 4096,    /* of a dimension, and of channels */
    MODEL_PLACES_MAX = 1 << 24, /* of a layer */
    MODEL_INPUT_MAX = 1 << 26,  /* of a layer: floats of its padded input */
    MODEL_VALUES_MAX = 1 << 25, /* of a layer: weights times parts */
    MODEL_NAME_SIZE = 32,
    MODEL_SOURCE_SIZE = 256
};

struct model_layer {
    struct layer_spec spec; /* as in the network, whatever is removed */
    struct conv_shape shape;
    size_t count;    /* remaining weights; those below are empty for a layer that has none */
    uint32_t *place; /* [count] ascending; index into [c_in][c_out][kernel_h][kernel_w] */
    float *value;    /* [parts][count] */
    float *bias;     /* [parts][c_out] */
    float *step; /* [groups][c_out] int8: value = step * code; standard deviations have their own steps, the networks of
                  * samples share theirs. NULL for the other numbers */
};

struct model {
    char dataset[MODEL_NAME_SIZE], method[MODEL_NAME_SIZE], criterion[MODEL_NAME_SIZE];
    char data_source[MODEL_SOURCE_SIZE]; /* what it was trained on, for display: "official files", "SYNTHETIC (...)" */
    bool official;                       /* the data are genuine: official files, or a formula's points */
    struct input_range range;            /* of its training items */
    float fraction;                      /* of the ranked weights that were removed */
    float offset, scale;                 /* an input is (raw - offset) / scale */
    float threshold;                     /* nats of predictive entropy above which an item is referred to a human */
    struct shape input;
    size_t classes;
    bool whole_kernels; /* kernels include taps that read only padding (nn/conv.h), as in files of version 1 */
    enum model_posterior posterior;
    enum model_number number;
    size_t parts;
    size_t layer_count;
    struct model_layer *layers;
};

struct model_options {
    enum model_posterior posterior;
    size_t samples; /* networks of MODEL_SAMPLES */
    uint64_t seed;  /* of their weights, as in predict() */
};

/* The part of the posterior that keep [posterior size] (0: removed) leaves, as fp32. The caller sets names, offset,
 * scale, threshold and range. STATUS_UNSUPPORTED: samples or variances of a point estimate, or a layer beyond the
 * limits above. NULL *model on failure. */
enum status model_make(const struct posterior *posterior, const struct network *network, const float *keep,
                       const struct model_options *options, struct model **model, struct error *error);
void model_free(struct model *model); /* NULL is allowed */

/* Sets the data's source. Characters unfit for comments, tables or terminals become '?'. */
void model_set_source(struct model *model, const char *source, bool official);
bool is_source_character(char c);

/* Rounds every value to its stored form: fp16 (IEEE, to nearest even); int8, with one step per filter and biases in
 * fp16. Weights that become 0 in every part are dropped, which changes nothing. */
enum status model_round(struct model *model, enum model_number number, struct error *error);

const char *model_posterior_name(enum model_posterior posterior);
const char *model_number_name(enum model_number number);

size_t model_groups(const struct model *model);  /* of steps: 2 for variances, else 1 */
size_t model_weights(const struct model *model); /* remaining, without biases */
size_t model_values(const struct model *model);  /* stored numbers: weights and biases times parts */

/* The required shape of each layer, from the input on, given each one's number of outputs (of pooling layers:
 * anything). STATUS_UNSUPPORTED: a window is larger than its input. */
enum status model_layer_shape(struct model *model, size_t number, size_t outputs,
                              struct error *error); /* of one, after those before it */
enum status model_shapes(struct model *model, const size_t *outputs /* [layer_count] */, struct error *error);

static inline bool layer_has_weights(const struct model_layer *layer)
{
    return layer->spec.kind->has_units;
}

/* Biases of a part: a pooling layer has none. */
static inline size_t layer_biases(const struct model_layer *layer)
{
    return layer_has_weights(layer) ? layer->shape.c_out : 0;
}

static inline size_t layer_taps(const struct model_layer *layer)
{
    return layer->shape.kernel_h * layer->shape.kernel_w;
}

static inline size_t layer_places(const struct model_layer *layer)
{
    return layer->shape.c_in * layer->shape.c_out * layer_taps(layer);
}

/* Whether a layer of known shape with `count` weights is within the limits above: others are neither written nor
 * read. */
bool model_layer_fits(const struct model *model, const struct model_layer *layer, size_t count);

/* The output channel of a place. */
static inline size_t layer_filter(const struct model_layer *layer, size_t place)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a layer has outputs */
    return place / layer_taps(layer) % layer->shape.c_out;
}

static inline size_t layer_channel(const struct model_layer *layer, size_t place)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a layer has outputs */
    return place / layer_taps(layer) / layer->shape.c_out;
}

/* Allocates a layer of known shape and count; on failure its parts are freed with the model. */
enum status model_layer_alloc(const struct model *model, struct model_layer *layer, size_t count, struct error *error);
void model_layer_free(struct model_layer *layer);

/* The code of an int8 value: exactly the one that `value` was made from. */
static inline int model_code(float value, float step)
{
    float code = step > 0 ? value / step : 0;
    return (int)(code < 0 ? code - 0.5F : code + 0.5F);
}

#endif

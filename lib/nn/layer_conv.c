/* lib/nn/layer_conv.c: a convolution with bias and activation. nn/conv.h has its algorithms. */
#include "core/memory.h"
#include "nn/conv.h"
#include "nn/layer.h"

static enum status window(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                          struct error *error)
{
    const struct extent kernel = layer_kernel(spec, input), stride = layer_stride(spec, input);
    if (spec->padding == PADDING_VALID && (kernel.rows > input.height || kernel.columns > input.width))
        return error_set(
            error, STATUS_UNSUPPORTED,
            "its kernel of %zu x %zu is larger than its input of %zu x %zu; without padding (valid) it has "
            "no output",
            kernel.rows, kernel.columns, input.height, input.width);
    *window = spec->padding == PADDING_VALID ? conv_valid_shape(input, spec->units, kernel, stride)
                                             : conv_shape(input, spec->units, kernel, stride);
    return STATUS_OK;
}

static const char *algorithm(const struct conv_shape *window)
{
    return conv_algorithm_for(window)->name;
}

static enum status open_conv(struct layer *layer, struct error *error)
{
    const struct conv_use use = {.max_batch = layer->use.max_batch,
                                 .training = layer->use.training,
                                 .threads = layer->use.threads,
                                 .bf16 = layer->use.bf16,
                                 .activation = layer->spec.activation->index};
    struct conv *conv = memory_alloc(1, sizeof *conv, error);
    if (!conv)
        return STATUS_NO_MEMORY;
    enum status status = conv_init(conv, &layer->window, NULL, use, error);
    if (status == STATUS_OK)
        layer->state = conv;
    else
        memory_free(conv);
    return status;
}

static void close_conv(struct layer *layer)
{
    if (layer->state)
        conv_clear(layer->state);
    memory_free(layer->state);
    layer->state = NULL;
}

static void set(struct layer *layer)
{
    struct conv *conv = layer->state;
    conv_set_weights(conv, layer->weight, layer->bias);
    conv->gemm = layer->use.bf16 ? layer->bf16 : layer->gemm;
    conv->clock = layer->clock;
}

static void prepare(const struct layer *layer)
{
    conv_prepare(layer->state);
}

static void forward(const struct layer *layer, const float *x, size_t batch, float *y)
{
    conv_forward(layer->state, x, batch, y);
}

static void evaluate(const struct layer *layer, int thread, const float *x, size_t batch, float *y)
{
    conv_evaluate(layer->state, thread, x, batch, y);
}

static void backward(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch,
                     float *d_weight, float *d_bias, float *dx)
{
    conv_backward(layer->state, x, y, dy, batch, d_weight, d_bias, dx);
}

const struct layer_kind layer_conv = {
    .name = "conv",
    .usage = "FILTERS KERNEL[/STRIDE] [same | valid] [ACTIVATION]",
    .title = "convolution",
    .has_units = true,
    .has_window = true,
    .window = window,
    .algorithm = algorithm,
    .open = open_conv,
    .close = close_conv,
    .set = set,
    .prepare = prepare,
    .forward = forward,
    .evaluate = evaluate,
    .backward = backward,
};

#include "nn/network.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/loss.h"
#include "nn/sparse_network.h"

enum {
    ALIGNED_FLOATS = 16, /* tensors start at cache lines */
    /* Without gradients nothing need be kept: a thread takes this many items through all layers on its own, and no
     * thread waits for another before the last item. More exceed the L2 cache, fewer reload the weights more often:
     * with 64 filters 12 to 16 did best (32 took 13 % longer), with 96 it did not matter, with 120 and 200 filters 48
     * did best (16 took 4 and 15 % longer). */
    BLOCK_ITEMS = 16,
    BLOCK_ITEMS_OF_LARGE = 48,
    LARGE_WEIGHT = 3 << 17 /* floats per layer */
};

/* Without gradients, sums over single weights are faster than matrix products once the share of multiply-adds left is
 * this small: the break-even was .17 to .4 on the networks of the configs. */
static const double SPARSE_SHARE = 0.17;

struct network {
    struct network_spec spec;
    size_t max_batch;
    int training;
    size_t block; /* items that go through the layers at once: a batch in training, else a thread's share */
    int threads;
    struct layer *layers;   /* [layer_count] */
    size_t layer_count;     /* with the last one, to the logits */
    struct tensor *tensors; /* weight and bias of each layer that has them */
    size_t tensor_count;
    size_t weight_size;
    struct sparse_network *sparse; /* NULL for training */
    bool is_sparse;                /* the weights are set up for it */
    float **activations; /* [layer_count - 1]: the output of each layer but the last, [block][height][width][channels];
                            consecutive for the threads, if not for training */
    float **d_activations; /* [layer_count - 1]: d loss / d activations; for training only */
    float *d_logits;       /* [max_batch][classes]; logits before; for training only */
};

/* ---- specs ---- */

struct network_spec network_of_short(struct shape input, size_t classes, const struct network_short *form)
{
    struct network_spec spec = {.input = input, .classes = classes, .layer_count = form->layers};
    for (size_t i = 0; i < smaller(form->layers, NETWORK_LAYERS_MAX); i++)
        spec.layers[i] = (struct layer_spec){.kind = &layer_conv,
                                             .activation = activation_find("selu", NULL),
                                             .units = form->filters,
                                             .kernel = form->kernel,
                                             .stride = form->stride,
                                             .padding = PADDING_SAME};
    return spec;
}

struct layer_spec network_layer(const struct network_spec *spec, size_t index)
{
    if (index < spec->layer_count)
        return spec->layers[index];
    return (struct layer_spec){
        .kind = &layer_dense, .activation = activation_find("linear", NULL), .units = spec->classes};
}

void network_layer_name(const struct network_spec *spec, size_t index, char name[TENSOR_NAME_SIZE])
{
    const char *kind = network_layer(spec, index).kind->name;
    unsigned int number = 1;
    for (size_t i = 0; i < index; i++)
        number += spec->layers[i].kind == spec->layers[index].kind;
    if (index == spec->layer_count)
        (void)snprintf(name, TENSOR_NAME_SIZE, "%.15s", kind);
    else
        (void)snprintf(name, TENSOR_NAME_SIZE, "%.12s%u", kind, number);
}

static enum status check_spec(const struct network_spec *spec, struct error *error)
{
    if (shape_size(spec->input) == 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "network: the input is %zu x %zu x %zu; every size must be at least 1", spec->input.height,
                         spec->input.width, spec->input.channels);
    if (spec->classes < 1 || spec->classes > 256)
        return error_set(error, STATUS_UNSUPPORTED, "network: %zu classes; labels of one byte allow 1 to 256",
                         spec->classes);
    if (spec->layer_count > NETWORK_LAYERS_MAX)
        return error_set(error, STATUS_UNSUPPORTED, "network: %zu layers; at most %d are possible", spec->layer_count,
                         NETWORK_LAYERS_MAX);
    if (spec->layer_count == 0)
        return error_set(error, STATUS_UNSUPPORTED, "network: nothing comes before the last layer; 1 layer is needed");
    for (size_t i = 0; i < spec->layer_count; i++) {
        const struct layer_spec *layer = &spec->layers[i];
        if (layer->kind->has_units && layer->units < 1)
            return error_set(error, STATUS_UNSUPPORTED, "network: layer %zu (%s) has no outputs; at least 1 is needed",
                             i + 1, layer->kind->name);
        if (layer->kind == &layer_conv && (layer->kernel < 1 || layer->stride < 1))
            return error_set(error, STATUS_UNSUPPORTED,
                             "network: layer %zu (%s): kernel %zu, stride %zu; each must be at least 1", i + 1,
                             layer->kind->name, layer->kernel, layer->stride);
    }
    return STATUS_OK;
}

enum status network_windows(const struct network_spec *spec, struct conv_shape *windows, struct error *error)
{
    struct shape shape = spec->input;
    enum status status = check_spec(spec, error);
    for (size_t i = 0; i <= spec->layer_count && status == STATUS_OK; i++) {
        const struct layer_spec layer = network_layer(spec, i);
        status = layer.kind->window(&layer, shape, &windows[i], error);
        if (status != STATUS_OK) {
            char name[TENSOR_NAME_SIZE];
            network_layer_name(spec, i, name);
            (void)error_context(error, "layer %zu (%s): ", i + 1, name);
        } else {
            shape = layer_output(&windows[i]);
        }
    }
    return status;
}

/* How many items a thread processes at once without gradients. */
static size_t items_evaluated(const struct network_spec *spec, const struct conv_shape *windows)
{
    size_t most = 0;
    for (size_t i = 0; i < spec->layer_count; i++) {
        const struct layer_spec *layer = &spec->layers[i];
        const struct extent kernel = layer_kernel(layer, spec->input);
        if (layer->kind == &layer_conv)
            most = larger(most, size_multiply(kernel.rows * kernel.columns, size_multiply(layer->units, layer->units)));
        else if (layer->kind->has_units)
            most = larger(most, size_multiply(layer_fan_in(&windows[i]), layer->units));
    }
    return most < LARGE_WEIGHT ? BLOCK_ITEMS : BLOCK_ITEMS_OF_LARGE;
}

bool network_cuts_kernels(const struct network_spec *spec)
{
    struct conv_shape windows[NETWORK_LAYERS_MAX + 1];
    if (network_windows(spec, windows, &(struct error){0}) != STATUS_OK)
        return false;
    struct shape shape = spec->input;
    for (size_t i = 0; i < spec->layer_count; i++) {
        const struct extent kernel = layer_kernel(&spec->layers[i], shape);
        if (spec->layers[i].kind == &layer_conv &&
            (windows[i].kernel_h < kernel.rows || windows[i].kernel_w < kernel.columns))
            return true;
        shape = layer_output(&windows[i]);
    }
    return false;
}

/* a + b, or SIZE_MAX. */
static size_t size_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

/* Size of `taps` weights for each of `units` outputs, and their biases, each with its padding. */
static size_t tensors_size(size_t taps, size_t units)
{
    const size_t weights = size_multiply(taps, units);
    if (weights > SIZE_MAX - ALIGNED_FLOATS || units > SIZE_MAX - ALIGNED_FLOATS)
        return SIZE_MAX;
    return size_add(round_up(weights, ALIGNED_FLOATS), round_up(units, ALIGNED_FLOATS));
}

size_t network_size_of(const struct network_spec *spec)
{
    struct conv_shape windows[NETWORK_LAYERS_MAX + 1];
    if (network_windows(spec, windows, &(struct error){0}) != STATUS_OK)
        return SIZE_MAX;
    size_t sum = 0;
    for (size_t i = 0; i <= spec->layer_count; i++) {
        const struct conv_shape *w = &windows[i];
        if (network_layer(spec, i).kind->has_units)
            sum =
                size_add(sum, tensors_size(size_multiply(size_multiply(w->kernel_h, w->kernel_w), w->c_in), w->c_out));
    }
    return sum;
}

/* ---- making ---- */

/* Appends a tensor. */
static void add_tensor(struct network *network, size_t layer, enum tensor_role role, size_t rank, const size_t *shape)
{
    struct tensor *tensor = &network->tensors[network->tensor_count++];
    *tensor = (struct tensor){.role = role,
                              .layer = layer,
                              .offset = network->weight_size,
                              .count = 1,
                              .fan_in = layer_fan_in(&network->layers[layer].window),
                              .rank = rank};
    network_layer_name(&network->spec, layer, tensor->layer_name);
    (void)snprintf(tensor->name, sizeof tensor->name, "%.15s.%s", tensor->layer_name,
                   tensor_is_bias(tensor) ? "bias" : "weight");
    for (size_t i = 0; i < rank; i++) {
        tensor->shape[i] = shape[i];
        tensor->count *= shape[i];
    }
    network->weight_size += round_up(tensor->count, ALIGNED_FLOATS);
}

static void list_tensors(struct network *network)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer_spec *spec = &network->layers[i].spec;
        const struct conv_shape *w = &network->layers[i].window;
        if (!spec->kind->has_units)
            continue;
        if (spec->kind->has_window)
            add_tensor(network, i, TENSOR_WEIGHT, 4, (const size_t[]){w->kernel_h, w->kernel_w, w->c_in, w->c_out});
        else
            add_tensor(network, i, TENSOR_WEIGHT, 2, (const size_t[]){layer_fan_in(w), w->c_out});
        add_tensor(network, i, TENSOR_BIAS, 1, &w->c_out);
    }
}

/* One layer, and the buffers of its output unless it is the last. */
static enum status create_layer(struct network *network, size_t i, const struct conv_shape *window, struct error *error)
{
    struct layer *layer = &network->layers[i];
    *layer = (struct layer){.spec = network_layer(&network->spec, i),
                            .window = *window,
                            .use = {.max_batch = network->block,
                                    .training = network->training,
                                    .threads = network->threads,
                                    .bf16 = network->spec.bf16},
                            .gemm = &gemm_of_floats,
                            .bf16 = &gemm_of_bf16};
    if (layer->spec.kind->open) {
        enum status status = layer->spec.kind->open(layer, error);
        if (status != STATUS_OK)
            return status;
    }
    if (i + 1 == network->layer_count)
        return STATUS_OK;
    size_t bytes = size_multiply(conv_size_out(window), sizeof(float));
    size_t copies = network->training ? 1 : (size_t)network->threads;
    network->activations[i] = memory_alloc(size_multiply(copies, network->block), bytes, error);
    if (!network->activations[i])
        return STATUS_NO_MEMORY;
    if (network->training) {
        network->d_activations[i] = memory_alloc(network->block, bytes, error);
        if (!network->d_activations[i])
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

/* The arrays whose sizes depend only on the spec. */
static enum status create_lists(struct network *network, struct error *error)
{
    const size_t layers = network->layer_count;
    network->layers = memory_alloc(layers, sizeof *network->layers, error);
    network->tensors = memory_alloc(2 * layers, sizeof *network->tensors, error);
    network->activations = memory_alloc(layers, sizeof *network->activations, error);
    network->d_activations = memory_alloc(layers, sizeof *network->d_activations, error);
    size_t logits = network->training ? size_multiply(network->max_batch, network->spec.classes) : 1;
    network->d_logits = memory_alloc(logits, sizeof *network->d_logits, error);
    int complete =
        network->layers && network->tensors && network->activations && network->d_activations && network->d_logits;
    return complete ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status create_all(struct network *network, struct error *error)
{
    struct conv_shape windows[NETWORK_LAYERS_MAX + 1];
    enum status status = network_windows(&network->spec, windows, error);
    if (status == STATUS_OK && !network->training)
        network->block = smaller(network->max_batch, items_evaluated(&network->spec, windows));
    if (status == STATUS_OK)
        status = create_lists(network, error);
    for (size_t i = 0; i < network->layer_count && status == STATUS_OK; i++)
        status = create_layer(network, i, &windows[i], error);
    if (status == STATUS_OK && !network->training)
        status =
            sparse_network_create(network->layers, network->layer_count, network->threads, &network->sparse, error);
    return status;
}

enum status network_create(const struct network_spec *spec, size_t max_batch, int training, int threads,
                           struct network **network, struct error *error)
{
    *network = NULL;
    enum status status = check_spec(spec, error);
    if (status != STATUS_OK)
        return status;
    if (max_batch < 1 || threads < 1)
        return error_set(error, STATUS_UNSUPPORTED, "network: batch %zu with %d threads; each must be at least 1",
                         max_batch, threads);
    struct network *created = memory_alloc(1, sizeof *created, error);
    if (!created)
        return STATUS_NO_MEMORY;
    created->spec = *spec;
    created->layer_count = spec->layer_count + 1;
    created->max_batch = max_batch;
    created->threads = threads;
    created->training = training;
    created->block = max_batch;
    status = create_all(created, error);
    if (status != STATUS_OK) {
        network_free(created);
        (void)error_context(error, "network of %zu layers for batches of %zu: ", spec->layer_count + 1, max_batch);
        return status;
    }
    list_tensors(created);
    *network = created;
    return STATUS_OK;
}

void network_free(struct network *network)
{
    if (!network)
        return;
    for (size_t i = 0; i < network->layer_count; i++) {
        struct layer *layer = network->layers ? &network->layers[i] : NULL;
        if (layer && layer->spec.kind && layer->spec.kind->close)
            layer->spec.kind->close(layer);
        if (network->activations)
            memory_free(network->activations[i]);
        if (network->d_activations)
            memory_free(network->d_activations[i]);
    }
    sparse_network_free(network->sparse);
    memory_free(network->layers);
    memory_free(network->tensors);
    memory_free(network->activations);
    memory_free(network->d_activations);
    memory_free(network->d_logits);
    memory_free(network);
}

const struct network_spec *network_spec(const struct network *network)
{
    return &network->spec;
}

const struct tensor *network_tensors(const struct network *network, size_t *count)
{
    *count = network->tensor_count;
    return network->tensors;
}

size_t network_weight_size(const struct network *network)
{
    return network->weight_size;
}

size_t network_parameters(const struct network *network)
{
    size_t sum = 0;
    for (size_t i = 0; i < network->tensor_count; i++)
        sum += network->tensors[i].count;
    return sum;
}

/* Tells each layer what has changed. */
static void set_layers(struct network *network)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].spec.kind->set)
            network->layers[i].spec.kind->set(&network->layers[i]);
    }
}

void network_set_clock(struct network *network, struct phase_clock *clock)
{
    for (size_t i = 0; i < network->layer_count; i++)
        network->layers[i].clock = clock;
    set_layers(network);
}

void network_set_gemm(struct network *network, const struct gemm_functions *floats, const struct gemm_functions *bf16)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        network->layers[i].gemm = floats;
        network->layers[i].bf16 = bf16;
    }
    set_layers(network);
}

double network_weight_uses(const struct network *network, size_t tensor)
{
    const struct conv_shape *window = &network->layers[network->tensors[tensor].layer].window;
    return (double)(window->height_out * window->width_out);
}

double network_multiply_adds(const struct network *network)
{
    double sum = 0;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        sum += tensor_is_bias(tensor) ? 0 : (double)tensor->count * network_weight_uses(network, i);
    }
    return sum;
}

/* ---- passes ---- */

/* Whether so few multiply-adds are left that skipping the others is faster. */
static bool few_are_left(const struct network *network, const float *w)
{
    double left = 0, most = SPARSE_SHARE * network_multiply_adds(network);
    for (size_t i = 0; i < network->tensor_count && left <= most; i++) {
        const struct tensor *tensor = &network->tensors[i];
        if (!tensor_is_bias(tensor))
            left += sparse_multiply_adds(network->sparse, tensor->layer, w + tensor->offset);
    }
    return left <= most;
}

static void prepare_layers(struct network *network)
{
    set_layers(network);
#pragma omp parallel num_threads(network->threads)
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].spec.kind->prepare)
            network->layers[i].spec.kind->prepare(&network->layers[i]);
    }
}

void network_set_weights(struct network *network, const float *w)
{
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        *(tensor_is_bias(tensor) ? &network->layers[tensor->layer].bias : &network->layers[tensor->layer].weight) =
            w + tensor->offset;
    }
    network->is_sparse = network->sparse && few_are_left(network, w);
    for (size_t i = 0; network->is_sparse && i < network->layer_count; i++)
        sparse_network_set_layer(network->sparse, i, network->layers[i].weight, network->layers[i].bias);
    if (!network->is_sparse)
        prepare_layers(network);
}

/* Called by each thread of a parallel region; they share the work (nn/conv.h). 1 <= batch <= block; the activations
 * stay for the backward pass. */
static void forward_layers(const struct network *network, const float *x, size_t batch, float *logits)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        float *y = i + 1 < network->layer_count ? network->activations[i] : logits;
        network->layers[i].spec.kind->forward(&network->layers[i], x, batch, y);
        x = y;
    }
}

/* 1 <= batch <= block; in the calling thread only. */
static void evaluate_block(const struct network *network, int thread, const float *x, size_t batch, float *logits)
{
    if (network->is_sparse) {
        sparse_network_evaluate(network->sparse, thread, x, batch, logits);
        return;
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        float *y = logits;
        if (i + 1 < network->layer_count)
            y = network->activations[i] + (size_t)thread * network->block * conv_size_out(&layer->window);
        layer->spec.kind->evaluate(layer, thread, x, batch, y);
        x = y;
    }
}

void network_forward(struct network *network, const float *x, size_t batch, float *logits)
{
    const size_t size = shape_size(network->spec.input), block = network->block;
    if (network->training) {
#pragma omp parallel num_threads(network->threads)
        forward_layers(network, x, batch, logits);
        return;
    }
#pragma omp parallel for num_threads(network->threads) schedule(dynamic)
    for (size_t first = 0; first < batch; first += block)
        evaluate_block(network, omp_get_thread_num(), x + first * size, smaller(batch - first, block),
                       logits + first * network->spec.classes);
}

/* Padding between tensors has no gradient. */
static void clear_padding(const struct network *network, float *gradient)
{
    for (size_t i = 0; i < network->tensor_count; i++) {
        size_t end = network->tensors[i].offset + network->tensors[i].count;
        size_t next = i + 1 < network->tensor_count ? network->tensors[i + 1].offset : network->weight_size;
        memset(gradient + end, 0, (next - end) * sizeof *gradient);
    }
}

/* Where a layer's tensor of this role begins in a vector laid out like w; NULL: the layer has none. */
static float *tensor_of(const struct network *network, size_t layer, enum tensor_role role, float *vector)
{
    for (size_t i = 0; i < network->tensor_count; i++) {
        if (network->tensors[i].layer == layer && network->tensors[i].role == role)
            return vector + network->tensors[i].offset;
    }
    return NULL;
}

/* Called by each thread of a parallel region, from d_logits to the gradient. d_x NULL: not wanted. */
static void backward_layers(const struct network *network, const float *x, size_t batch, float *gradient, float *d_x)
{
    for (size_t i = network->layer_count; i-- > 0;) {
        const bool last = i + 1 == network->layer_count;
        network->layers[i].spec.kind->backward(
            &network->layers[i], i > 0 ? network->activations[i - 1] : x, last ? NULL : network->activations[i],
            last ? network->d_logits : network->d_activations[i], batch, tensor_of(network, i, TENSOR_WEIGHT, gradient),
            tensor_of(network, i, TENSOR_BIAS, gradient), i > 0 ? network->d_activations[i - 1] : d_x);
    }
}

/* One parallel region, in which a thread has the same items from the first layer to the last and back: what it wrote
 * stays in its cache. */
static double gradients(const struct network *network, const float *x, const uint8_t *y, size_t batch, float *gradient,
                        float *d_x, size_t *correct)
{
    float *logits = network->d_logits;
    double loss = 0;
#pragma omp parallel num_threads(network->threads)
    {
        forward_layers(network, x, batch, logits);
#pragma omp single
        loss = cross_entropy(logits, y, batch, network->spec.classes, logits, correct);
        backward_layers(network, x, batch, gradient, d_x);
    }
    clear_padding(network, gradient);
    return loss;
}

double network_gradient(struct network *network, const float *x, const uint8_t *y, size_t batch, float *gradient,
                        size_t *correct)
{
    return gradients(network, x, y, batch, gradient, NULL, correct);
}

double network_input_gradient(struct network *network, const float *x, const uint8_t *y, size_t batch, float *gradient,
                              float *d_x)
{
    size_t correct;
    return gradients(network, x, y, batch, gradient, d_x, &correct);
}

#include "nn/network.h"

#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "nn/conv.h"
#include "nn/dense.h"
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
    struct conv *convs;     /* [layers] */
    struct tensor *tensors; /* [2 layers + 2]: weight, bias of each layer */
    size_t tensor_count;
    size_t weight_size;
    struct dense dense;
    struct sparse_network *sparse; /* NULL for training */
    bool is_sparse;                /* the weights are set up for it */
    const float *w;                /* borrowed; [weight_size] */
    float **activations;   /* [layers]: the output of each convolution, [block][height][width][filters]; consecutive for
                              the threads, if not for training */
    float **d_activations; /* [layers]: d loss / d activations; for training only */
    float *d_logits;       /* [max_batch][classes]; logits before; for training only */
};

static enum status check(const struct network_spec *spec, size_t max_batch, int threads, struct error *error)
{
    if (shape_size(spec->input) == 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "network: the input is %zu x %zu x %zu; every size must be at least 1", spec->input.height,
                         spec->input.width, spec->input.channels);
    if (spec->classes < 1 || spec->classes > 256)
        return error_set(error, STATUS_UNSUPPORTED, "network: %zu classes; labels of one byte allow 1 to 256",
                         spec->classes);
    if (spec->layers < 1 || spec->filters < 1 || spec->kernel < 1 || spec->stride < 1)
        return error_set(error, STATUS_UNSUPPORTED,
                         "network: layers %zu, filters %zu, kernel %zu, stride %zu; each must be at least 1",
                         spec->layers, spec->filters, spec->kernel, spec->stride);
    if (max_batch < 1 || threads < 1)
        return error_set(error, STATUS_UNSUPPORTED, "network: batch %zu with %d threads; each must be at least 1",
                         max_batch, threads);
    return STATUS_OK;
}

/* How many items a thread processes at once without gradients. */
static size_t items_evaluated(const struct network_spec *spec)
{
    const size_t taps = spec->input.width > 1 ? spec->kernel * spec->kernel : spec->kernel;
    return size_multiply(taps, size_multiply(spec->filters, spec->filters)) < LARGE_WEIGHT ? BLOCK_ITEMS
                                                                                           : BLOCK_ITEMS_OF_LARGE;
}

/* Appends a tensor. */
static void add_tensor(struct network *network, const char *layer, enum tensor_role role, size_t fan_in, size_t rank,
                       const size_t *shape)
{
    struct tensor *tensor = &network->tensors[network->tensor_count++];
    *tensor = (struct tensor){.role = role, .offset = network->weight_size, .count = 1, .fan_in = fan_in, .rank = rank};
    (void)snprintf(tensor->name, sizeof tensor->name, "%.15s.%s", layer, tensor_is_bias(tensor) ? "bias" : "weight");
    for (size_t i = 0; i < rank; i++) {
        tensor->shape[i] = shape[i];
        tensor->count *= shape[i];
    }
    network->weight_size += round_up(tensor->count, ALIGNED_FLOATS);
}

static void list_tensors(struct network *network)
{
    char layer[16];
    for (size_t i = 0; i < network->spec.layers; i++) {
        const struct conv_shape *s = &network->convs[i].shape;
        size_t fan_in = s->kernel_h * s->kernel_w * s->c_in;
        (void)snprintf(layer, sizeof layer, "conv%u", (unsigned int)i + 1U);
        add_tensor(network, layer, TENSOR_CONV_WEIGHT, fan_in, 4,
                   (const size_t[]){s->kernel_h, s->kernel_w, s->c_in, s->c_out});
        add_tensor(network, layer, TENSOR_CONV_BIAS, fan_in, 1, &s->c_out);
    }
    const struct dense *dense = &network->dense;
    add_tensor(network, "dense", TENSOR_DENSE_WEIGHT, dense->in, 2, (const size_t[]){dense->in, dense->out});
    add_tensor(network, "dense", TENSOR_DENSE_BIAS, dense->in, 1, &dense->out);
}

/* One convolution and the buffers of its output. */
static enum status create_layer(struct network *network, size_t i, const struct conv_shape *shape, int training,
                                struct error *error)
{
    const struct conv_use use = {
        .max_batch = network->block, .training = training, .threads = network->threads, .bf16 = network->spec.bf16};
    enum status status = conv_init(&network->convs[i], shape, NULL, use, error);
    if (status != STATUS_OK)
        return status;
    size_t bytes = size_multiply(conv_size_out(shape), sizeof(float));
    size_t copies = training ? 1 : (size_t)network->threads;
    network->activations[i] = memory_alloc(size_multiply(copies, network->block), bytes, error);
    if (!network->activations[i])
        return STATUS_NO_MEMORY;
    if (training) {
        network->d_activations[i] = memory_alloc(network->block, bytes, error);
        if (!network->d_activations[i])
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

static enum status create_layers(struct network *network, int training, struct error *error)
{
    const struct network_spec *spec = &network->spec;
    struct shape shape = spec->input;
    for (size_t i = 0; i < spec->layers; i++) {
        struct conv_shape s = conv_shape(shape, spec->filters, spec->kernel, spec->stride);
        enum status status = create_layer(network, i, &s, training, error);
        if (status != STATUS_OK)
            return status;
        shape = (struct shape){s.height_out, s.width_out, s.c_out};
    }
    network->dense = (struct dense){.in = shape_size(shape), .out = spec->classes, .gemm = gemm_of_floats.single};
    return STATUS_OK;
}

bool network_cuts_kernels(const struct network_spec *spec)
{
    struct shape shape = spec->input;
    for (size_t i = 0; i < spec->layers; i++) {
        struct conv_shape cut = conv_shape(shape, spec->filters, spec->kernel, spec->stride);
        struct conv_shape whole = conv_whole_shape(shape, spec->filters, spec->kernel, spec->stride);
        if (cut.kernel_h < whole.kernel_h || cut.kernel_w < whole.kernel_w)
            return true;
        shape = (struct shape){cut.height_out, cut.width_out, cut.c_out};
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
    size_t sum = 0;
    struct shape shape = spec->input;
    for (size_t i = 0; i < spec->layers; i++) {
        const struct conv_shape s = conv_shape(shape, spec->filters, spec->kernel, spec->stride);
        sum = size_add(sum, tensors_size(size_multiply(size_multiply(s.kernel_h, s.kernel_w), s.c_in), s.c_out));
        shape = (struct shape){s.height_out, s.width_out, s.c_out};
    }
    const size_t maps = size_multiply(size_multiply(shape.height, shape.width), shape.channels);
    return size_add(sum, tensors_size(maps, spec->classes));
}

static enum status create_sparse(struct network *network, struct error *error)
{
    const size_t layers = network->spec.layers;
    struct conv_shape *shapes = memory_alloc(layers + 1, sizeof *shapes, error);
    if (!shapes)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < layers; i++)
        shapes[i] = network->convs[i].shape;
    struct shape maps = {shapes[layers - 1].height_out, shapes[layers - 1].width_out, shapes[layers - 1].c_out};
    shapes[layers] = conv_dense_shape(maps, network->spec.classes);
    enum status status = sparse_network_create(shapes, layers + 1, network->threads, &network->sparse, error);
    memory_free(shapes);
    return status;
}

/* The arrays whose sizes depend only on the spec. */
static enum status create_lists(struct network *network, int training, struct error *error)
{
    const size_t layers = network->spec.layers;
    network->convs = memory_alloc(layers, sizeof *network->convs, error);
    network->tensors = memory_alloc(2 * layers + 2, sizeof *network->tensors, error);
    network->activations = memory_alloc(layers, sizeof *network->activations, error);
    network->d_activations = memory_alloc(layers, sizeof *network->d_activations, error);
    size_t logits = training ? size_multiply(network->max_batch, network->spec.classes) : 1;
    network->d_logits = memory_alloc(logits, sizeof *network->d_logits, error);
    int complete =
        network->convs && network->tensors && network->activations && network->d_activations && network->d_logits;
    return complete ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status network_create(const struct network_spec *spec, size_t max_batch, int training, int threads,
                           struct network **network, struct error *error)
{
    *network = NULL;
    enum status status = check(spec, max_batch, threads, error);
    if (status != STATUS_OK)
        return status;
    struct network *created = memory_alloc(1, sizeof *created, error);
    if (!created)
        return STATUS_NO_MEMORY;
    created->spec = *spec;
    created->max_batch = max_batch;
    created->threads = threads;
    created->training = training;
    created->block = training ? max_batch : smaller(max_batch, items_evaluated(spec));
    status = create_lists(created, training, error);
    if (status == STATUS_OK)
        status = create_layers(created, training, error);
    if (status == STATUS_OK && !training)
        status = create_sparse(created, error);
    if (status != STATUS_OK) {
        network_free(created);
        (void)error_context(error, "network of %zu filters for batches of %zu: ", spec->filters, max_batch);
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
    for (size_t i = 0; i < network->spec.layers; i++) {
        if (network->convs)
            conv_clear(&network->convs[i]);
        if (network->activations)
            memory_free(network->activations[i]);
        if (network->d_activations)
            memory_free(network->d_activations[i]);
    }
    sparse_network_free(network->sparse);
    memory_free(network->convs);
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

void network_set_clock(struct network *network, struct phase_clock *clock)
{
    for (size_t i = 0; i < network->spec.layers; i++)
        network->convs[i].clock = clock;
    network->dense.clock = clock;
}

void network_set_gemm(struct network *network, const struct gemm_functions *floats, const struct gemm_functions *bf16)
{
    for (size_t i = 0; i < network->spec.layers; i++)
        network->convs[i].gemm = network->spec.bf16 ? bf16 : floats;
    network->dense.gemm = floats->single;
}

double network_multiply_adds(const struct network *network)
{
    double sum = (double)network->dense.in * (double)network->dense.out;
    for (size_t i = 0; i < network->spec.layers; i++) {
        const struct conv_shape *s = &network->convs[i].shape;
        sum += (double)conv_size_out(s) * (double)(s->kernel_h * s->kernel_w * s->c_in);
    }
    return sum;
}

double network_weight_uses(const struct network *network, size_t tensor)
{
    size_t layer = tensor / 2; /* a weight and a bias each */
    if (layer >= network->spec.layers)
        return 1;
    const struct conv_shape *shape = &network->convs[layer].shape;
    return (double)(shape->height_out * shape->width_out);
}

/* The start of layer i's weight and bias in a vector laid out like w; i = layers is the dense layer. */
static size_t weight_offset(const struct network *network, size_t i)
{
    return network->tensors[2 * i].offset;
}

static size_t bias_offset(const struct network *network, size_t i)
{
    return network->tensors[2 * i + 1].offset;
}

/* Whether so few multiply-adds are left that skipping the others is faster. */
static bool few_are_left(const struct network *network, const float *w)
{
    double left = 0, most = SPARSE_SHARE * network_multiply_adds(network);
    for (size_t i = 0; i <= network->spec.layers && left <= most; i++)
        left += sparse_multiply_adds(network->sparse, i, w + weight_offset(network, i));
    return left <= most;
}

static void set_conv_weights(struct network *network, const float *w)
{
    const size_t layers = network->spec.layers;
    for (size_t i = 0; i < layers; i++)
        conv_set_weights(&network->convs[i], w + weight_offset(network, i), w + bias_offset(network, i));
#pragma omp parallel num_threads(network->threads)
    for (size_t i = 0; i < layers; i++)
        conv_prepare(&network->convs[i]);
}

void network_set_weights(struct network *network, const float *w)
{
    network->w = w;
    network->is_sparse = network->sparse && few_are_left(network, w);
    for (size_t i = 0; network->is_sparse && i <= network->spec.layers; i++)
        sparse_network_set_layer(network->sparse, i, w + weight_offset(network, i), w + bias_offset(network, i));
    if (!network->is_sparse)
        set_conv_weights(network, w);
}

/* Called by each thread of a parallel region; they share the work (nn/conv.h). 1 <= batch <= block; the activations
 * stay for the backward pass. */
static void forward_layers(const struct network *network, const float *x, size_t batch, float *logits)
{
    const size_t layers = network->spec.layers;
    for (size_t i = 0; i < layers; i++) {
        conv_forward(&network->convs[i], x, batch, network->activations[i]);
        x = network->activations[i];
    }
    dense_forward(&network->dense, network->w + weight_offset(network, layers),
                  network->w + bias_offset(network, layers), x, batch, logits);
}

/* 1 <= batch <= block; in the calling thread only. */
static void evaluate_block(const struct network *network, int thread, const float *x, size_t batch, float *logits)
{
    const size_t layers = network->spec.layers;
    if (network->is_sparse) {
        sparse_network_evaluate(network->sparse, thread, x, batch, logits);
        return;
    }
    for (size_t i = 0; i < layers; i++) {
        float *y = network->activations[i] + (size_t)thread * network->block * conv_size_out(&network->convs[i].shape);
        conv_evaluate(&network->convs[i], thread, x, batch, y);
        x = y;
    }
    dense_evaluate(&network->dense, network->w + weight_offset(network, layers),
                   network->w + bias_offset(network, layers), x, batch, logits);
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

/* Called by each thread of a parallel region, from d_logits to the gradient. d_x NULL: not wanted. */
static void backward_layers(const struct network *network, const float *x, size_t batch, float *gradient, float *d_x)
{
    const size_t layers = network->spec.layers;
    dense_backward(&network->dense, network->w + weight_offset(network, layers), network->activations[layers - 1],
                   network->d_logits, batch, gradient + weight_offset(network, layers),
                   gradient + bias_offset(network, layers), network->d_activations[layers - 1]);
    for (size_t i = layers; i-- > 0;) {
        const float *input = i > 0 ? network->activations[i - 1] : x;
        float *d_input = i > 0 ? network->d_activations[i - 1] : d_x;
        conv_backward(&network->convs[i], input, network->activations[i], network->d_activations[i], batch,
                      gradient + weight_offset(network, i), gradient + bias_offset(network, i), d_input);
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

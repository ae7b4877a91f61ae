#include "bayes/posterior.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/method_options.h"
#include "core/memory.h"
#include "core/registry.h"
#include "core/size.h"

/* Small enough that a network of 200,000 weights occupies several threads, large enough that a piece's arrays fill a
 * good part of the L1 cache; a multiple of RANDOM_CHUNK, as the streams require. */
enum { PIECE_SIZE = 64 * RANDOM_CHUNK };

#define METHOD(name, title, has_sigma, networks, usual, colours, markers, options)                                     \
    extern const struct method_functions method_##name;
#include "bayes/method.def"
#undef METHOD

static const struct method all_methods[] = {
#define NO_OPTIONS NULL, 0
#define OPTIONS(name, ...) #name, sizeof(struct name##_options)
#define METHOD(name, title, has_sigma, networks, usual, colours, markers, options)                                     \
    {#name, title, has_sigma, networks, options, usual, colours, markers, &method_##name},
#include "bayes/method.def"
#undef METHOD
#undef OPTIONS
#undef NO_OPTIONS
};

const struct method *methods(size_t *count)
{
    *count = sizeof all_methods / sizeof all_methods[0];
    return all_methods;
}

const struct method *method_find(const char *name, struct error *error)
{
    return registry_find("method", name, all_methods, sizeof all_methods / sizeof all_methods[0], sizeof all_methods[0],
                         error);
}

static enum status pieces_make(struct posterior *posterior, struct error *error)
{
    size_t count = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++)
        count += parts_of(posterior->tensors[t].count, PIECE_SIZE);
    posterior->piece_count = count;
    posterior->pieces = memory_alloc(count, sizeof *posterior->pieces, error);
    posterior->partial = memory_alloc(count, 2 * sizeof *posterior->partial, error);
    if (!posterior->pieces || !posterior->partial)
        return STATUS_NO_MEMORY;
    size_t piece = 0;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        size_t left = posterior->tensors[t].count;
        for (size_t first = 0; left > 0; first += PIECE_SIZE) {
            size_t part = smaller(left, PIECE_SIZE);
            posterior->pieces[piece++] = (struct piece){t, first, part};
            left -= part;
        }
    }
    return STATUS_OK;
}

/* The network's tensors, once for each member: "m2.conv1.weight" is the second member's. */
static enum status tensors_make(struct posterior *posterior, const struct network *network, struct error *error)
{
    size_t count;
    const struct tensor *tensors = network_tensors(network, &count);
    posterior->tensor_count = posterior->members * count;
    posterior->tensors = memory_alloc(posterior->tensor_count, sizeof *tensors, error);
    if (!posterior->tensors)
        return STATUS_NO_MEMORY;
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        struct tensor *tensor = &posterior->tensors[t];
        size_t member = t / count;
        *tensor = tensors[t % count];
        tensor->offset += member * posterior->network_size;
        if (posterior->members > 1)
            (void)snprintf(tensor->name, sizeof tensor->name, "m%u.%.15s", (unsigned int)member + 1U,
                           tensors[t % count].name);
    }
    return STATUS_OK;
}

size_t posterior_block_size(const struct posterior *posterior, size_t block)
{
    return posterior->method->functions->blocks[block].of_one ? posterior->network_size : posterior->size;
}

static enum status blocks_make(struct posterior *posterior, struct error *error)
{
    for (size_t i = 0; i < posterior->method->functions->block_count; i++) {
        posterior->blocks[i] = memory_alloc(posterior_block_size(posterior, i), sizeof(float), error);
        if (!posterior->blocks[i])
            return STATUS_NO_MEMORY;
    }
    posterior->mu = posterior->blocks[0];
    return STATUS_OK;
}

static enum status options_copy(struct posterior *posterior, const void *options, struct error *error)
{
    const size_t size = posterior->method->options_size;
    if (size == 0)
        return STATUS_OK;
    posterior->options = memory_alloc(1, size, error);
    if (!posterior->options)
        return STATUS_NO_MEMORY;
    if (options)
        memcpy(posterior->options, options, size);
    return STATUS_OK;
}

/* Total inputs of an output and outputs of an input. For a bias vector both are its length, as in TensorFlow.
 */
static size_t tensor_fans(const struct tensor *tensor)
{
    if (tensor_is_bias(tensor))
        return 2 * tensor->count;
    const size_t in = tensor->shape[tensor->rank - 2], out = tensor->shape[tensor->rank - 1];
    return tensor->fan_in + tensor->fan_in / in * out; /* fan_in / in: taps of a kernel */
}

/* mu [count]. Biases start at 0 under LeCun's law, and like weights under Glorot's. */
static void start_means(const struct tensor *tensor, const struct posterior_start *start, struct random_key key,
                        float *mu)
{
    float scale = (float)(start->mu_scale / sqrt((double)tensor->fan_in)), shift = 0;
    if (start->glorot) {
        random_uniform(key, 0, tensor->count, mu);
        double end = start->mu_scale * sqrt(6 / (double)tensor_fans(tensor));
        scale = (float)(2 * end);
        shift = (float)-end;
    } else if (!tensor_is_bias(tensor)) {
        random_normal(key, 0, tensor->count, mu);
    }
    for (size_t i = 0; i < tensor->count; i++)
        mu[i] = scale * mu[i] + shift;
}

void posterior_start_means(struct posterior *posterior, const struct posterior_start *start)
{
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        start_means(tensor, start, random_key(start->seed, PURPOSE_WEIGHT_INIT, 0, t), posterior->mu + tensor->offset);
    }
}

size_t posterior_members(const struct method *method, const void *options)
{
    const size_t members = method->functions->members && options ? method->functions->members(options) : 1;
    return members > 1 ? members : 1;
}

size_t posterior_size_of(const struct network_spec *spec, const struct method *method, const void *options)
{
    return size_multiply(posterior_members(method, options), network_size_of(spec));
}

enum status posterior_create(const struct network *network, const struct method *method,
                             const struct posterior_start *start, int threads, struct posterior **result,
                             struct error *error)
{
    *result = NULL;
    struct posterior *posterior = memory_alloc(1, sizeof *posterior, error);
    if (!posterior)
        return STATUS_NO_MEMORY;
    posterior->method = method;
    posterior->members = posterior_members(method, start->options);
    posterior->network_size = network_weight_size(network);
    posterior->size = posterior->members * posterior->network_size;
    posterior->parameters = posterior->members * network_parameters(network);
    posterior->threads = threads;
    enum status status = options_copy(posterior, start->options, error);
    if (status == STATUS_OK)
        status = tensors_make(posterior, network, error);
    if (status == STATUS_OK)
        status = pieces_make(posterior, error);
    if (status == STATUS_OK)
        status = blocks_make(posterior, error);
    if (status != STATUS_OK) {
        posterior_free(posterior);
        return status;
    }
    method->functions->init(posterior, start);
    *result = posterior;
    return STATUS_OK;
}

void posterior_free(struct posterior *posterior)
{
    if (!posterior)
        return;
    for (size_t i = 0; i < POSTERIOR_BLOCKS_MAX; i++)
        memory_free(posterior->blocks[i]);
    memory_free(posterior->options);
    memory_free(posterior->tensors);
    memory_free(posterior->pieces);
    memory_free(posterior->partial);
    memory_free(posterior);
}

size_t posterior_tensor_of(const struct posterior *posterior, size_t place)
{
    size_t t = posterior->tensor_count - 1;
    while (posterior->tensors[t].offset > place)
        t--;
    return t;
}

float *posterior_block(const struct posterior *posterior, const char *name)
{
    const struct method_functions *functions = posterior->method->functions;
    for (size_t i = 0; i < functions->block_count; i++) {
        if (strcmp(functions->blocks[i].name, name) == 0)
            return posterior->blocks[i];
    }
    return NULL;
}

void posterior_sigma(const struct posterior *posterior, float *sigma)
{
    posterior->method->functions->sigma(posterior, sigma);
}

const float *posterior_sample(const struct posterior *posterior, uint64_t seed, enum random_purpose purpose,
                              uint64_t step, float *scratch)
{
    double begun = phase_begin(posterior->clock);
    const float *w = posterior->method->functions->sample(posterior, seed, purpose, step, scratch);
    phase_end_of_all(posterior->clock, PHASE_SAMPLING, begun);
    return w;
}

double posterior_update(struct posterior *posterior, const struct update *update, const float *w, float *gradient,
                        double *penalty_loss)
{
    double begun = phase_begin(posterior->clock);
    double penalty = posterior->method->functions->update(posterior, update, w, gradient, penalty_loss);
    phase_end_of_all(posterior->clock, PHASE_OPTIMIZER, begun);
    return penalty;
}

#include "bayes/posterior.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/posterior_kernels.h"
#include "core/memory.h"
#include "core/registry.h"
#include "core/size.h"

/* Small enough that a network of 200,000 weights occupies several threads, large enough that a piece's arrays fill a
 * good part of the L1 cache; a multiple of RANDOM_CHUNK, as the streams require. */
enum { PIECE_SIZE = 64 * RANDOM_CHUNK };

#define METHOD(name, title, has_sigma, networks, section, usual, colours, markers)                                     \
    extern const struct method_functions method_##name;
#include "bayes/method.def"
#undef METHOD

static const struct method all_methods[] = {
#define METHOD(name, title, has_sigma, networks, section, usual, colours, markers)                                     \
    {#name, title, has_sigma, networks, section, usual, colours, markers, &method_##name},
#include "bayes/method.def"
#undef METHOD
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

static enum status blocks_make(struct posterior *posterior, struct error *error)
{
    float **blocks[] = {&posterior->mu,  &posterior->m_mu,  &posterior->v_mu,
                        &posterior->rho, &posterior->m_rho, &posterior->v_rho};
    size_t count = posterior->method->has_sigma ? 6 : 3;
    for (size_t i = 0; i < count; i++) {
        *blocks[i] = memory_alloc(posterior->size, sizeof(float), error);
        if (!*blocks[i])
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

/* rho such that softplus(rho) + SIGMA_MINIMUM = sigma. log(expm1(s)) loses nothing for small s. */
static float rho_of_sigma(double sigma)
{
    double softplus = fmax(sigma - (double)SIGMA_MINIMUM, 1e-7);
    return (float)(softplus > 30 ? softplus : log(expm1(softplus)));
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

/* rho [count]. */
static void start_spreads(size_t count, const struct posterior_start *start, struct random_key key, float *rho)
{
    const double low = (double)rho_of_sigma(start->sigma_low), high = (double)rho_of_sigma(start->sigma_high);
    random_uniform(key, 0, count, rho);
    for (size_t i = 0; i < count; i++) {
        const double share = (double)rho[i];
        rho[i] = start->glorot ? (float)(low + (high - low) * share)
                               : rho_of_sigma(start->sigma_low + (start->sigma_high - start->sigma_low) * share);
    }
}

static void start_values(struct posterior *posterior, const struct posterior_start *start)
{
    for (size_t t = 0; t < posterior->tensor_count; t++) {
        const struct tensor *tensor = &posterior->tensors[t];
        start_means(tensor, start, random_key(start->seed, PURPOSE_WEIGHT_INIT, 0, t), posterior->mu + tensor->offset);
        if (posterior->rho)
            start_spreads(tensor->count, start, random_key(start->seed, PURPOSE_SIGMA_INIT, 0, t),
                          posterior->rho + tensor->offset);
    }
}

/* The number of its networks. */
static size_t members_of(const struct method *method, size_t wanted)
{
    return method->networks == NETWORKS_MEMBERS && wanted > 1 ? wanted : 1;
}

size_t posterior_size_of(const struct network_spec *spec, const struct method *method, size_t members)
{
    return size_multiply(members_of(method, members), network_size_of(spec));
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
    posterior->members = members_of(method, start->members);
    posterior->network_size = network_weight_size(network);
    posterior->size = posterior->members * posterior->network_size;
    posterior->parameters = posterior->members * network_parameters(network);
    posterior->dropout_rate = start->dropout_rate;
    posterior->threads = threads;
    enum status status = tensors_make(posterior, network, error);
    if (status == STATUS_OK)
        status = pieces_make(posterior, error);
    if (status == STATUS_OK)
        status = blocks_make(posterior, error);
    if (status != STATUS_OK) {
        posterior_free(posterior);
        return status;
    }
    start_values(posterior, start);
    *result = posterior;
    return STATUS_OK;
}

void posterior_free(struct posterior *posterior)
{
    if (!posterior)
        return;
    float *blocks[] = {posterior->mu,  posterior->m_mu,  posterior->v_mu,
                       posterior->rho, posterior->m_rho, posterior->v_rho};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        memory_free(blocks[i]);
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

void posterior_layer(const struct tensor *tensor, char layer[TENSOR_NAME_SIZE])
{
    const char *begin = tensor->name;
    if (begin[0] == 'm' && strchr(begin, '.') != strrchr(begin, '.'))
        begin = strchr(begin, '.') + 1;
    (void)snprintf(layer, TENSOR_NAME_SIZE, "%.*s", (int)strcspn(begin, "."), begin);
}

void posterior_sigma(const struct posterior *posterior, float *sigma)
{
    memset(sigma, 0, posterior->size * sizeof *sigma);
    for (size_t p = 0; p < posterior->piece_count; p++) {
        struct piece piece = posterior->pieces[p];
        size_t at = posterior->tensors[piece.tensor].offset + piece.first;
        posterior_kernels()->softplus(piece.count, posterior->rho + at, sigma + at);
    }
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

#include "nn/conv.h"

#include "compute/isa.h"
#include "core/memory.h"
#include "nn/layer_kernels.h"
#include "nn/winograd.h"
#include "nn/winograd_few.h"

/* To add an algorithm: write it in conv_NAME.c, declare it in conv.h and add it here; the first that supports the shape
 * is used. */
static const struct conv_algorithm *const algorithms[] = {&conv_winograd, &conv_winograd_few, &conv_im2col};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof *algorithms };

const struct conv_algorithm *const *conv_algorithms(size_t *count)
{
    *count = ALGORITHM_COUNT;
    return algorithms;
}

const struct conv_algorithm *conv_algorithm_for(const struct conv_shape *shape)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++)
        if (algorithms[i]->supports(shape))
            return algorithms[i];
    return &conv_im2col;
}

enum status conv_init(struct conv *conv, const struct conv_shape *shape, const struct conv_algorithm *algorithm,
                      struct conv_use use, struct error *error)
{
    *conv = (struct conv){.shape = *shape,
                          .algorithm = algorithm ? algorithm : conv_algorithm_for(shape),
                          .use = use,
                          .layer_kernels = layer_kernels(),
                          .winograd_kernels = winograd_kernels(),
                          .winograd_few_kernels = winograd_few_kernels(),
                          .second_cache = isa_second_cache(),
                          .gemm = use.bf16 ? &gemm_of_bf16 : &gemm_of_floats};
    conv->workspace = memory_alloc(conv->algorithm->workspace_size(conv), sizeof *conv->workspace, error);
    return conv->workspace ? STATUS_OK : STATUS_NO_MEMORY;
}

void conv_clear(struct conv *conv)
{
    memory_free(conv->workspace);
    *conv = (struct conv){0};
}

void conv_set_weights(struct conv *conv, const float *weight, const float *bias)
{
    conv->weight = weight;
    conv->bias = bias;
}

const struct activation_kernels *conv_activation(const struct conv *conv)
{
    return &conv->layer_kernels->activations[conv->use.activation];
}

void conv_prepare(const struct conv *conv)
{
    conv->algorithm->prepare(conv);
}

void conv_forward(const struct conv *conv, const float *x, size_t batch, float *y)
{
    conv->algorithm->forward(conv, x, batch, y);
}

void conv_evaluate(const struct conv *conv, int thread, const float *x, size_t batch, float *y)
{
    conv->algorithm->evaluate(conv, thread, x, batch, y);
}

void conv_backward(const struct conv *conv, const float *x, const float *y, float *dy, size_t batch, float *d_weight,
                   float *d_bias, float *dx)
{
    conv->algorithm->backward(conv, x, y, dy, batch, d_weight, d_bias, dx);
}

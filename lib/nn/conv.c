#include "nn/conv.h"

#include "core/isa.h"
#include "core/memory.h"
#include "core/size.h"
#include "nn/layer_kernels.h"
#include "nn/winograd.h"
#include "nn/winograd_few.h"

/* To add an algorithm: write it in conv_NAME.c, declare it in conv.h and add it here; the first that fits is used. */
static const struct conv_algorithm *const algorithms[] = {&conv_winograd, &conv_winograd_few, &conv_im2col};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof *algorithms };

const struct conv_algorithm *const *conv_algorithms(size_t *count)
{
    *count = ALGORITHM_COUNT;
    return algorithms;
}

/* TensorFlow's SAME along one dimension: the size of the output; *before receives the zeros in front. */
static size_t same_padding(size_t in, size_t kernel, size_t stride, size_t *before)
{
    size_t out = parts_of(in, stride);
    size_t covered = (out - 1) * stride + kernel;
    *before = covered > in ? (covered - in) / 2 : 0;
    return out;
}

struct conv_shape conv_whole_shape(struct shape input, size_t c_out, size_t kernel, size_t stride)
{
    int series = input.width == 1;
    struct conv_shape shape = {
        .height_in = input.height,
        .width_in = input.width,
        .c_in = input.channels,
        .c_out = c_out,
        .kernel_h = kernel,
        .kernel_w = series ? 1 : kernel,
        .stride_h = stride,
        .stride_w = series ? 1 : stride,
    };
    shape.height_out = same_padding(input.height, shape.kernel_h, shape.stride_h, &shape.pad_top);
    shape.width_out = same_padding(input.width, shape.kernel_w, shape.stride_w, &shape.pad_left);
    return shape;
}

/* Leaves out of *kernel the taps that read padding at every one of `out` positions, and of *before as many zeros as
 * stood for those in front. At position o tap t reads input o stride + t - before; where out > 1, stride < in, so that
 * what one position reads of the input follows on what the next one does, and the taps that read it are a run. */
static void leave_out_dead_taps(size_t in, size_t stride, size_t out, size_t *kernel, size_t *before)
{
    size_t last = (out - 1) * stride; /* where the last position begins, in padded coordinates */
    size_t first = *before > last ? *before - last : 0;
    size_t end = smaller(*kernel, *before + in);
    *kernel = end - first;
    *before -= first;
}

struct conv_shape conv_shape(struct shape input, size_t c_out, size_t kernel, size_t stride)
{
    struct conv_shape shape = conv_whole_shape(input, c_out, kernel, stride);
    leave_out_dead_taps(shape.height_in, shape.stride_h, shape.height_out, &shape.kernel_h, &shape.pad_top);
    leave_out_dead_taps(shape.width_in, shape.stride_w, shape.width_out, &shape.kernel_w, &shape.pad_left);
    return shape;
}

struct conv_shape conv_dense_shape(struct shape maps, size_t c_out)
{
    return (struct conv_shape){.height_in = maps.height,
                               .width_in = maps.width,
                               .c_in = maps.channels,
                               .height_out = 1,
                               .width_out = 1,
                               .c_out = c_out,
                               .kernel_h = maps.height,
                               .kernel_w = maps.width,
                               .stride_h = 1,
                               .stride_w = 1};
}

static const struct conv_algorithm *first_that_fits(const struct conv_shape *shape)
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
                          .algorithm = algorithm ? algorithm : first_that_fits(shape),
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

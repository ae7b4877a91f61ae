#include "nn/pool.h"

#include <string.h>

enum status pool_window(const struct layer_spec *spec, struct shape input, struct conv_shape *window,
                        struct error *error)
{
    const struct extent kernel = layer_kernel(spec, input), stride = layer_stride(spec, input);
    if (kernel.rows > input.height || kernel.columns > input.width)
        return error_set(error, STATUS_UNSUPPORTED,
                         "its window of %zu x %zu is larger than its input of %zu x %zu; pooling has no padding",
                         kernel.rows, kernel.columns, input.height, input.width);
    *window = conv_valid_shape(input, input.channels, kernel, stride);
    return STATUS_OK;
}

/* The first input pixel of an output's window, in floats. */
static size_t first_pixel(const struct conv_shape *w, size_t output)
{
    const size_t row = output / w->width_out * w->stride_h, column = output % w->width_out * w->stride_w;
    return (row * w->width_in + column) * w->c_in;
}

void pool_evaluate(const struct layer *layer, int thread, const float *x, size_t batch, float *y)
{
    const struct conv_shape *w = &layer->window;
    const struct pooling *pooling = layer->spec.kind->pooling;
    const size_t outputs = w->height_out * w->width_out;
    double begun = phase_begin(layer->clock);
    (void)thread;
    for (size_t item = 0; item < batch; item++, x += conv_size_in(w))
        for (size_t output = 0; output < outputs; output++, y += w->c_out)
            pooling->pixel(w, x + first_pixel(w, output), y);
    phase_end(layer->clock, PHASE_TRANSFORM, begun);
}

void pool_forward(const struct layer *layer, const float *x, size_t batch, float *y)
{
    const struct conv_shape *w = &layer->window;
#pragma omp for
    for (size_t item = 0; item < batch; item++)
        pool_evaluate(layer, 0, x + item * conv_size_in(w), 1, y + item * conv_size_out(w));
}

static void item_backward(const struct layer *layer, const float *x, const float *y, const float *dy, float *dx)
{
    const struct conv_shape *w = &layer->window;
    memset(dx, 0, conv_size_in(w) * sizeof *dx);
    for (size_t output = 0; output < w->height_out * w->width_out; output++) {
        const size_t in = first_pixel(w, output), out = output * w->c_out;
        layer->spec.kind->pooling->back(w, x + in, y + out, dy + out, dx + in);
    }
}

void pool_backward(const struct layer *layer, const float *x, const float *y, float *dy, size_t batch,
                   float *d_weight, /* NOLINT(readability-non-const-parameter): as of every kind */
                   float *d_bias,   /* NOLINT(readability-non-const-parameter): as of every kind */
                   float *dx)
{
    const struct conv_shape *w = &layer->window;
    (void)d_weight;
    (void)d_bias;
    if (!dx)
        return;
#pragma omp for
    for (size_t item = 0; item < batch; item++) {
        const size_t in = item * conv_size_in(w), out = item * conv_size_out(w);
        double begun = phase_begin(layer->clock);
        item_backward(layer, x + in, y + out, dy + out, dx + in);
        phase_end(layer->clock, PHASE_TRANSFORM, begun);
    }
}

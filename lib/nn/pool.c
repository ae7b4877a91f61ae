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

static void item_forward(const struct conv_shape *w, const float *x, float *y, pool_pixel_fn *pixel)
{
    for (size_t output = 0; output < w->height_out * w->width_out; output++)
        pixel(w, x + first_pixel(w, output), y + output * w->c_out);
}

void pool_evaluate(const struct layer *layer, const float *x, size_t batch, float *y, pool_pixel_fn *pixel)
{
    const struct conv_shape *w = &layer->window;
    double begun = phase_begin(layer->clock);
    for (size_t item = 0; item < batch; item++)
        item_forward(w, x + item * conv_size_in(w), y + item * conv_size_out(w), pixel);
    phase_end(layer->clock, PHASE_TRANSFORM, begun);
}

void pool_forward(const struct layer *layer, const float *x, size_t batch, float *y, pool_pixel_fn *pixel)
{
    const struct conv_shape *w = &layer->window;
#pragma omp for
    for (size_t item = 0; item < batch; item++)
        pool_evaluate(layer, x + item * conv_size_in(w), 1, y + item * conv_size_out(w), pixel);
}

static void item_backward(const struct conv_shape *w, const float *x, const float *y, const float *dy, float *dx,
                          pool_back_fn *back)
{
    memset(dx, 0, conv_size_in(w) * sizeof *dx);
    for (size_t output = 0; output < w->height_out * w->width_out; output++) {
        const size_t in = first_pixel(w, output), out = output * w->c_out;
        back(w, x + in, y + out, dy + out, dx + in);
    }
}

void pool_backward(const struct layer *layer, const float *x, const float *y, const float *dy, size_t batch, float *dx,
                   pool_back_fn *back)
{
    const struct conv_shape *w = &layer->window;
    if (!dx)
        return;
#pragma omp for
    for (size_t item = 0; item < batch; item++) {
        const size_t in = item * conv_size_in(w), out = item * conv_size_out(w);
        double begun = phase_begin(layer->clock);
        item_backward(w, x + in, y + out, dy + out, dx + in, back);
        phase_end(layer->clock, PHASE_TRANSFORM, begun);
    }
}

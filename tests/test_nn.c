/* Convolutions, losses and whole networks against plain references in double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/memory.h"
#include "core/random.h"
#include "nn/conv.h"
#include "nn/network.h"
#include "reference.h"

static float *normals(size_t count, size_t stream, float scale)
{
    struct error error;
    float *x = memory_alloc(count, sizeof *x, &error);
    assert_non_null(x);
    random_normal(random_key(20, PURPOSE_TEST, 0, stream), 0, count, x);
    for (size_t i = 0; i < count; i++)
        x[i] *= scale;
    return x;
}

/* ---- one convolution ---- */

struct conv_data {
    struct conv_shape shape;
    size_t batch, size_x, size_w, size_y;
    float *x, *w, *bias, *dy;
};

static struct conv_data conv_data(struct shape input, size_t c_out, size_t kernel, size_t stride, size_t batch)
{
    struct conv_data d = {.shape = conv_shape(input, c_out, kernel, stride), .batch = batch};
    const struct conv_shape *s = &d.shape;
    d.size_x = batch * shape_size(input);
    d.size_w = s->kernel_h * s->kernel_w * s->c_in * s->c_out;
    d.size_y = batch * s->height_out * s->width_out * s->c_out;
    d.x = normals(d.size_x, 1, 1.0F);
    d.w = normals(d.size_w, 2, 1.0F / sqrtf((float)(d.size_w / c_out)));
    d.bias = normals(c_out, 3, 0.1F);
    d.dy = normals(d.size_y, 4, 1.0F);
    return d;
}

static void conv_data_free(struct conv_data *d)
{
    memory_free(d->x);
    memory_free(d->w);
    memory_free(d->bias);
    memory_free(d->dy);
}

struct conv_result {
    float *y, *d_weight, *d_bias, *dx;
};

static struct conv_result conv_run(const struct conv_data *d, const struct conv_algorithm *algorithm, int threads)
{
    struct error error;
    struct conv conv;
    struct conv_result r = {normals(d->size_y, 5, 1.0F), normals(d->size_w, 6, 1.0F), normals(d->shape.c_out, 7, 1.0F),
                            normals(d->size_x, 8, 1.0F)};
    float *dy = memory_alloc(d->size_y, sizeof *dy, &error);
    assert_non_null(dy);
    memcpy(dy, d->dy, d->size_y * sizeof *dy);
    assert_int_equal(conv_init(&conv, &d->shape, algorithm, d->batch, 1, threads, &error), STATUS_OK);
    conv_set_weights(&conv, d->w, d->bias);
    conv_forward(&conv, d->x, d->batch, r.y);
    conv_backward(&conv, d->x, r.y, dy, d->batch, r.d_weight, r.d_bias, r.dx);
    conv_clear(&conv);
    memory_free(dy);
    return r;
}

static void conv_result_free(struct conv_result *r)
{
    memory_free(r->y);
    memory_free(r->d_weight);
    memory_free(r->d_bias);
    memory_free(r->dx);
}

static double largest_error(const float *got, const double *want, const double *size, size_t count)
{
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        double e = fabs((double)got[i] - want[i]) / (size[i] + 1e-30);
        if (!(e <= worst))
            worst = e;
    }
    return worst;
}

static void absolute(double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = fabs(x[i]);
}

static void check_conv(struct shape input, size_t c_out, size_t kernel, size_t stride, size_t batch,
                       const struct conv_algorithm *algorithm)
{
    struct conv_data d = conv_data(input, c_out, kernel, stride, batch);
    if (algorithm && !algorithm->supports(&d.shape)) {
        conv_data_free(&d);
        return;
    }
    struct conv_result r = conv_run(&d, algorithm, 2);
    double *x = reference_widen(d.x, d.size_x), *w = reference_widen(d.w, d.size_w);
    double *bias = reference_widen(d.bias, c_out), *dz = reference_widen(d.dy, d.size_y);
    double *y = reference_doubles(d.size_y), *sy = reference_doubles(d.size_y);
    double *dw = reference_doubles(d.size_w), *sdw = reference_doubles(d.size_w);
    double *db = reference_doubles(c_out), *sdb = reference_doubles(c_out);
    double *dx = reference_doubles(d.size_x), *sdx = reference_doubles(d.size_x);
    reference_conv_forward(&d.shape, x, w, bias, batch, y);
    for (size_t i = 0; i < d.size_y; i++) {
        dz[i] *= reference_selu_slope(y[i]);
        y[i] = reference_selu(y[i]);
    }
    reference_conv_backward(&d.shape, x, w, dz, batch, dw, db, dx);
    absolute(x, d.size_x);
    absolute(w, d.size_w);
    absolute(bias, c_out);
    absolute(dz, d.size_y);
    reference_conv_forward(&d.shape, x, w, bias, batch, sy);
    reference_conv_backward(&d.shape, x, w, dz, batch, sdw, sdb, sdx);
    printf("%zux%zux%zu f%zu k%zu s%zu: y %.2g dw %.2g db %.2g dx %.2g\n", input.height, input.width, input.channels,
           c_out, kernel, stride, largest_error(r.y, y, sy, d.size_y), largest_error(r.d_weight, dw, sdw, d.size_w),
           largest_error(r.d_bias, db, sdb, c_out), largest_error(r.dx, dx, sdx, d.size_x));
    free(x), free(w), free(bias), free(dz), free(y), free(sy), free(dw), free(sdw), free(db), free(sdb), free(dx),
        free(sdx);
    conv_result_free(&r);
    conv_data_free(&d);
}

static void test_all(void **state)
{
    (void)state;
    size_t n;
    const struct conv_algorithm *const *a = conv_algorithms(&n);
    for (size_t i = 0; i < n; i++) {
        puts(a[i]->name);
        check_conv((struct shape){16, 16, 20}, 24, 6, 2, 3, a[i]);
        check_conv((struct shape){8, 8, 64}, 64, 6, 2, 5, a[i]);
        check_conv((struct shape){14, 14, 17}, 9, 6, 2, 3, a[i]);
        check_conv((struct shape){7, 7, 16}, 16, 6, 2, 3, a[i]);
        check_conv((struct shape){13, 9, 16}, 16, 6, 2, 3, a[i]);
        check_conv((struct shape){70, 1, 33}, 20, 6, 2, 3, a[i]);
        check_conv((struct shape){35, 1, 130}, 130, 6, 2, 3, a[i]);
        check_conv((struct shape){1, 1, 16}, 16, 6, 2, 3, a[i]);
        check_conv((struct shape){3, 2, 16}, 16, 6, 2, 3, a[i]);
        check_conv((struct shape){9, 11, 3}, 5, 3, 3, 4, a[i]);
        check_conv((struct shape){9, 11, 3}, 5, 4, 1, 4, a[i]);
        check_conv((struct shape){9, 11, 3}, 5, 1, 2, 4, a[i]);
        check_conv((struct shape){5, 4, 3}, 5, 2, 5, 4, a[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

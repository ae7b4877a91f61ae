/* The list of a training step's products. How fast they are is no matter of tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "core/memory.h"
#include "compute/random.h"
#include "bench/products.h"
#include "reference.h"

enum { BATCH = 5, CLASSES = 3 };

struct step {
    struct network *network;
    float *w, *x, *gradient;
    uint8_t y[BATCH];
};

static struct step step_make(struct network_spec spec, int threads)
{
    struct step s = {0};
    struct error error;
    assert_int_equal(network_create(&spec, BATCH, 1, threads, &s.network, &error), STATUS_OK);
    const size_t size = network_weight_size(s.network), inputs = BATCH * shape_size(spec.input);
    s.w = memory_alloc(size, sizeof *s.w, NULL);
    s.x = memory_alloc(inputs, sizeof *s.x, NULL);
    s.gradient = memory_alloc(size, sizeof *s.gradient, NULL);
    assert_true(s.w && s.x && s.gradient);
    random_normal(random_key(3, PURPOSE_TEST, 0, 0), 0, size, s.w);
    random_normal(random_key(3, PURPOSE_TEST, 0, 1), 0, inputs, s.x);
    for (size_t i = 0; i < BATCH; i++)
        s.y[i] = (uint8_t)(i % CLASSES);
    network_set_weights(s.network, s.w);
    return s;
}

static void step_go(struct step *s)
{
    size_t correct;
    (void)network_gradient(s->network, s->x, s->y, BATCH, s->gradient, &correct);
}

static void step_free(struct step *s)
{
    network_free(s->network);
    memory_free(s->w);
    memory_free(s->x);
    memory_free(s->gradient);
}

static double multiply_adds(const struct products *products)
{
    double sum = 0;
    for (size_t i = 0; i < products->count; i++) {
        const struct gemm_batch *p = &products->kinds[i].sizes;
        sum += (double)products->calls[i] * (double)p->m * (double)p->n * (double)p->k;
    }
    return sum;
}

/* Few channels, so that no layer is Winograd's: three products for each layer, but two for the first. */
static void test_all_products_are_recorded(void **state)
{
    (void)state;
    const struct network_spec spec = plain_spec((struct plain){{12, 12, 2}, CLASSES, 3, 4, 6, 2, false});
    for (int threads = 1; threads <= 3; threads++) {
        struct step s = step_make(spec, threads);
        struct products products = {0};
        products_begin(s.network, &products);
        step_go(&s);
        products_end(s.network);
        const double first_layer = 6.0 * 6 * 4 * (6 * 6 * 2);
        assert_false(products.incomplete);
        assert_near(multiply_adds(&products), BATCH * (3 * network_multiply_adds(s.network) - first_layer), 0);
        step_go(&s);
        assert_near(multiply_adds(&products), BATCH * (3 * network_multiply_adds(s.network) - first_layer), 0);
        step_free(&s);
    }
}

/* F(4 x 4, 3 x 3) has 36 products for 16 outputs of 9 taps: of 6 x 6 outputs, which take 2 x 2 tiles, more. */
static void test_winograd_has_its_own(void **state)
{
    (void)state;
    struct step s = step_make(plain_spec((struct plain){{12, 12, 16}, CLASSES, 1, 16, 6, 2, false}), 2);
    struct products products = {0};
    products_begin(s.network, &products);
    step_go(&s);
    products_end(s.network);
    const double tiles = 2 * 2, layer = 36 * tiles * (4 * 16) * 16, dense = 6.0 * 6 * 16 * CLASSES;
    assert_near(multiply_adds(&products), BATCH * (2 * layer + 3 * dense), 0); /* the first layer has no dx */
    step_free(&s);
}

/* What is recorded is also multiplied, and by the same function. */
static void test_recording_changes_nothing(void **state)
{
    (void)state;
    for (int bf16 = 0; bf16 <= 1; bf16++) {
        struct step s = step_make(plain_spec((struct plain){{16, 16, 2}, CLASSES, 2, 16, 6, 2, bf16}), 2);
        const size_t bytes = network_weight_size(s.network) * sizeof(float);
        struct products products = {0};
        step_go(&s);
        float *before = memory_alloc(bytes, 1, NULL);
        assert_non_null(before);
        memcpy(before, s.gradient, bytes);
        memset(s.gradient, 0, bytes);
        products_begin(s.network, &products);
        step_go(&s);
        products_end(s.network);
        assert_memory_equal(s.gradient, before, bytes);
        size_t rounded = 0;
        for (size_t i = 0; i < products.count; i++)
            rounded += products.kinds[i].single == gemm_bf16 || products.kinds[i].batch == gemm_batch_bf16;
        assert_true(bf16 ? rounded > 0 && rounded < products.count : rounded == 0); /* the dense layer has floats */
        memory_free(before);
        step_free(&s);
    }
}

static void test_times(void **state)
{
    (void)state;
    struct error error;
    double one, sum;
    struct products products = {
        .count = 2,
        .kinds = {{.single = gemm, .sizes = {GEMM_TRANSPOSED, GEMM_PLAIN, 3, 5, 7, 4, 6, 8, 0, 0, 0}, .beta = 1.0F},
                  {.batch = gemm_batch, .sizes = {GEMM_PLAIN, GEMM_TRANSPOSED, 3, 5, 7, 8, 9, 10, 0, 0, 0}}},
        .calls = {2, 1}};
    assert_int_equal(product_seconds(&products.kinds[0], 2, 1, &one, &error), STATUS_OK);
    assert_true(one > 0);
    assert_int_equal(products_seconds(&products, 1, 1, &sum, &error), STATUS_OK);
    assert_true(sum > 0);
    fault_arm(0);
    assert_int_equal(products_seconds(&products, 1, 1, &sum, &error), STATUS_NO_MEMORY);
    fault_arm(SIZE_MAX);
    products.incomplete = true;
    assert_int_equal(products_seconds(&products, 1, 1, &sum, &error), STATUS_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_products_are_recorded),
        cmocka_unit_test(test_winograd_has_its_own),
        cmocka_unit_test(test_recording_changes_nothing),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/memory.h"
#include "compute/random.h"

void fixture_make(struct fixture *fixture, const struct network_spec *spec, const char *method,
                  const struct posterior_start *start, int threads)
{
    struct error error = {0};
    const struct method *row = method_find(method, &error);
    assert_non_null(row);
    assert_int_equal(network_create(spec, FIXTURE_BATCH, 1, 1, &fixture->network, &error), STATUS_OK);
    assert_int_equal(posterior_create(fixture->network, row, start, threads, &fixture->posterior, &error), STATUS_OK);
    size_t size = fixture->posterior->network_size, items = FIXTURE_BATCH * shape_size(spec->input);
    fixture->w = memory_alloc(size, sizeof(float), &error);
    fixture->gradient = memory_alloc(size, sizeof(float), &error);
    fixture->x = memory_alloc(items, sizeof(float), &error);
    assert_true(fixture->w && fixture->gradient && fixture->x);
    random_normal(random_key(1, PURPOSE_TEST, 0, 0), 0, items, fixture->x);
    for (size_t i = 0; i < FIXTURE_BATCH; i++)
        fixture->y[i] = (uint8_t)(i % spec->classes);
}

void fixture_free(struct fixture *fixture)
{
    memory_free(fixture->w);
    memory_free(fixture->gradient);
    memory_free(fixture->x);
    posterior_free(fixture->posterior);
    network_free(fixture->network);
}

struct prior fixture_prior(const char *name, double sigma, const void *options)
{
    const struct prior_kind *kind = prior_find(name, NULL);
    assert_non_null(kind);
    return (struct prior){kind, sigma, options};
}

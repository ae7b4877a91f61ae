#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "run/run_store.h"
#include "run_files.h"

bool is_stored(struct store *store, const char *name)
{
    struct error error = {0};
    bool there = false;
    assert_int_equal(store_find(store, name, &there, &error), STATUS_OK);
    return there;
}

struct store *run_file_begin(const char *path, const char *dataset, const char *method, const char *seed,
                             const char *source)
{
    struct error error = {0};
    struct store *store = NULL;
    char run[128];
    (void)snprintf(run, sizeof run, "%s_%s_seed%s", dataset, method, seed);
    const char *const attributes[][2] = {
        {"run", run}, {"dataset", dataset}, {"method", method}, {"seed", seed}, {"data_source", source}};
    assert_int_equal(store_create(path, &store, &error), STATUS_OK);
    assert_int_equal(run_store_sign(store, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        assert_int_equal(store_set_text(store, "/", attributes[i][0], attributes[i][1], &error), STATUS_OK);
    assert_int_equal(store_set_text(store, "/data", "identity", source, &error), STATUS_OK);
    return store;
}

void run_file_probabilities(struct store *store, const char *object, size_t slices, size_t items, const float *p,
                            double first)
{
    enum { MOST = 256 };
    struct error error = {0};
    float both[2 * MOST];
    double index[MOST];
    uint8_t labels[MOST] = {0};
    char name[128];
    size_t shape[] = {slices, items, 2};
    assert_true(slices * items <= MOST);
    for (size_t i = 0; i < slices * items; i++) {
        both[2 * i] = p[i];
        both[2 * i + 1] = 1 - p[i];
    }
    for (size_t i = 0; i < items; i++)
        index[i] = first + (double)i;
    (void)snprintf(name, sizeof name, "%s/probability", object);
    assert_int_equal(store_write_float(store, name, 3, shape, both, &error), STATUS_OK);
    bool chosen = strchr(object + 1, '/') != NULL; /* parts choose their items */
    (void)snprintf(name, sizeof name, "%s/%s", object, chosen ? "labels" : "label");
    assert_int_equal(store_write_bytes(store, name, 1, &items, labels, &error), STATUS_OK);
    assert_int_equal(store_set_text(store, object, "identity", "of these numbers", &error), STATUS_OK);
    (void)snprintf(name, sizeof name, "%s/items", object);
    assert_int_equal(store_write_double(store, name, 1, &items, index, &error), STATUS_OK);
}

void run_file_end(struct store *store)
{
    struct error error = {0};
    assert_int_equal(store_commit(store, &error), STATUS_OK);
}

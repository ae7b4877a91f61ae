/* The self-test of exported source: a few real items, and the model's predictions. */
#include "bayes/metric.h"
#include "core/memory.h"
#include "embed/emit_private.h"
#include "embed/engine.h"

static enum status predict_tests(const struct model *model, struct emit_tests *tests, struct error *error)
{
    const size_t size = shape_size(model->input), numbers = model->classes + 2;
    struct engine *engine = NULL;
    struct prediction prediction = {0};
    enum status status = engine_create(model, &engine, error);
    if (status == STATUS_OK)
        status = prediction_alloc(engine_networks(engine), 1, model->classes, NULL, &prediction, error);
    for (size_t i = 0; status == STATUS_OK && i < tests->count; i++) {
        float *wanted = tests->wanted + i * numbers;
        engine_predict(engine, tests->values + i * size, prediction.sampled);
        prediction_average(&prediction);
        for (size_t c = 0; c < model->classes; c++)
            wanted[c] = prediction.mean[c];
        wanted[model->classes] = (float)metric_of(METRIC_entropy, &prediction);
        wanted[model->classes + 1] = (float)metric_of(METRIC_mutual_information, &prediction);
    }
    prediction_free(&prediction);
    engine_free(engine);
    return status;
}

enum status emit_tests_make(const struct model *model, const struct emit_examples *examples, struct emit_tests *tests,
                            struct error *error)
{
    const size_t size = shape_size(model->input);
    *tests = (struct emit_tests){0};
    if (!examples)
        return STATUS_OK;
    tests->count = examples->count < EMIT_TESTS ? examples->count : EMIT_TESTS;
    tests->values = memory_alloc(size_multiply(tests->count, size), sizeof *tests->values, error);
    tests->wanted = memory_alloc(size_multiply(tests->count, model->classes + 2), sizeof *tests->wanted, error);
    if (!tests->values || !tests->wanted)
        return STATUS_NO_MEMORY;
    uint8_t labels[EMIT_TESTS];
    items_gather(examples->items, examples->indices, tests->count, tests->values, labels);
    for (size_t i = 0; i < tests->count && examples->items->bytes; i++)
        tests->bytes[i] = examples->items->bytes + examples->indices[i] * size;
    return predict_tests(model, tests, error);
}

void emit_tests_free(struct emit_tests *tests)
{
    memory_free(tests->values);
    memory_free(tests->wanted);
    *tests = (struct emit_tests){0};
}

size_t emit_tests_bytes(const struct model *model, const struct emit_tests *tests)
{
    size_t input = shape_size(model->input) * (tests->bytes[0] ? 1 : sizeof(float));
    return tests->count * (input + (model->classes + 2) * sizeof(float));
}

static void emit_bytes(struct text_buffer *text, const uint8_t *bytes, size_t count)
{
    text_add(text, "\n    {");
    for (size_t i = 0; i < count; i++) {
        emit_break(text, i);
        text_add(text, "%u,", bytes[i]);
    }
    text_add(text, "},");
}

static void emit_values(struct text_buffer *text, const float *values, size_t count)
{
    text_add(text, "\n    {");
    for (size_t i = 0; i < count; i++) {
        emit_break(text, 2 * i);
        emit_float(text, values[i]);
        text_add(text, ",");
    }
    text_add(text, "},");
}

void emit_tests_tables(struct text_buffer *text, const struct model *model, const struct emit_tests *tests,
                       const char *name)
{
    const size_t size = shape_size(model->input), numbers = model->classes + 2;
    const bool as_bytes = tests->bytes[0] != NULL;
    text_add(text, "\n#define MODEL_TESTS %zu\n#define MODEL_TESTS_ARE_BYTES %d\n", tests->count, as_bytes);
    if (tests->count == 0)
        return;
    text_add(text, "#ifndef %s_NO_SELF_TEST\nstatic const %s test_input[%zu][%zu] = {", name,
             as_bytes ? "unsigned char" : "float", tests->count, size);
    for (size_t item = 0; item < tests->count; item++) {
        if (as_bytes)
            emit_bytes(text, tests->bytes[item], size);
        else
            emit_values(text, tests->values + item * size, size);
    }
    text_add(text,
             "\n};\n/* probabilities, entropy, mutual information */\nstatic const float test_wanted[%zu][%zu] = {",
             tests->count, numbers);
    for (size_t item = 0; item < tests->count; item++)
        emit_values(text, tests->wanted + item * numbers, numbers);
    text_add(text, "\n};\n#endif\n");
}

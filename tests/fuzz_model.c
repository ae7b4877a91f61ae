/* tests/fuzz_model.c: any bytes as a model file, their checksum made right. What is accepted must run, and must read
 * back from what is written of it. `make fuzz` runs it. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/memory.h"
#include "embed/engine.h"
#include "embed/model_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* Written and read again, the model predicts the same. */
static void check_again(const struct model *model)
{
    struct error error = {0};
    struct byte_writer file;
    struct model *again = NULL;
    if (model_encode(model, &file, &error) == STATUS_OK) {
        require(model_decode(file.bytes, file.used, "again", &again, &error) == STATUS_OK);
        require(model_values(again) == model_values(model));
        require(strcmp(again->data_source, model->data_source) == 0 && again->official == model->official);
        require(again->range.known == model->range.known);
    }
    model_free(again);
    bytes_free(&file);
}

static void check_runs(const struct model *model)
{
    struct error error = {0};
    struct engine *engine = NULL;
    float *x = memory_alloc(shape_size(model->input), sizeof *x, &error);
    float *sampled = NULL;
    if (x && engine_create(model, &engine, &error) == STATUS_OK)
        sampled = memory_alloc(engine_networks(engine) * model->classes, sizeof *sampled, &error);
    if (sampled)
        engine_predict(engine, x, sampled);
    memory_free(sampled);
    memory_free(x);
    engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    enum { CHECKSUM = 4, SMALL = 1 << 14, QUICK = 1 << 24 };
    struct error error = {0};
    struct model *model;
    if (count < CHECKSUM || count > SMALL)
        return 0;
    uint8_t *copy = malloc(count);
    require(copy != NULL);
    memcpy(copy, bytes, count);
    uLong checksum = crc32(crc32(0, NULL, 0), copy, (uInt)(count - CHECKSUM));
    for (size_t i = 0; i < CHECKSUM; i++)
        copy[count - CHECKSUM + i] = (uint8_t)(checksum >> (8 * i));
    enum status status = model_decode(copy, count, "fuzz", &model, &error);
    require(status == STATUS_OK || ((status == STATUS_DATA || status == STATUS_NO_MEMORY) && error.message[0]));
    require((status == STATUS_OK) == (model != NULL));
    if (model && shape_size(model->input) <= SMALL) {
        const struct engine_cost cost = engine_cost(model);
        check_again(model);
        if (cost.work <= QUICK && cost.bytes <= QUICK)
            check_runs(model);
    }
    model_free(model);
    free(copy);
    return 0;
}

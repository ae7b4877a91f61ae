/* lib/sweep/illustrate_pictures.c: items as pictures, and some of every class. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "sweep/illustration.h"

enum { EXAMPLES_PER_CLASS = 8 };

/* A series lies down. */
static struct shape shape_shown(struct shape item)
{
    return item.width == 1 ? (struct shape){1, item.height, item.channels} : item;
}

bool has_picture(struct shape item)
{
    struct shape shown = shape_shown(item);
    return shape_size(item) > 2 && 2 * shown.width * shown.channels < LINE_TEXT_SIZE;
}

/* What the bytes 0 and 255 mean: the byte range if the set has bytes, else the item's range. */
static void raw_range(const struct items *from, const float *x, size_t size, double *low, double *high)
{
    *low = 0;
    *high = 255;
    if (from->bytes)
        return;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < size; i++) {
        double raw = (double)x[i] * (double)from->scale + (double)from->offset;
        *low = fmin(*low, raw);
        *high = fmax(*high, raw);
    }
    *high = *high > *low ? *high : *low + 1;
}

void picture_write(struct row *row, const struct items *from, const float *x, char *text)
{
    struct shape shape = shape_shown(from->shape);
    double low, high;
    raw_range(from, x, shape_size(shape), &low, &high);
    row_number(row, "low", low);
    row_number(row, "high", high);
    row_number(row, "height", (double)shape.height);
    row_number(row, "width", (double)shape.width);
    row_number(row, "channels", (double)shape.channels);
    for (size_t i = 0; i < shape_size(shape); i++) {
        static const char digits[] = "0123456789abcdef";
        double raw = (double)x[i] * (double)from->scale + (double)from->offset;
        long byte = lround(255 * fmin(1, fmax(0, (raw - low) / (high - low))));
        text[2 * i] = digits[byte / 16];
        text[2 * i + 1] = digits[byte % 16];
    }
    text[2 * shape_size(shape)] = '\0';
}

size_t items_by_class(const uint8_t *labels, size_t count, size_t wanted, size_t *chosen)
{
    size_t shown = 0, before = SIZE_MAX;
    for (size_t turn = 0; shown < wanted && shown != before; turn++) {
        size_t seen[UINT8_MAX + 1] = {0}, found[UINT8_MAX + 1] = {0};
        for (size_t i = 0; i < count; i++) {
            if (seen[labels[i]]++ == turn)
                found[labels[i]] = i;
        }
        before = shown;
        for (size_t class = 0; class <= UINT8_MAX && shown < wanted; class ++) {
            if (seen[class] > turn)
                chosen[shown++] = found[class];
        }
    }
    return shown;
}

static enum status example_add(struct illustration *illustration, const struct items *from, uint32_t index, float *x,
                               char *text, struct error *error)
{
    const struct run *run = illustration->run;
    uint8_t label;
    char name[DATASET_CLASS_SIZE];
    items_gather(from, &index, 1, x, &label);
    struct row row = row_begin(run, "examples");
    row_number(&row, "class", label);
    row_text(&row, "label", dataset_class_name(run->kind, label, name));
    row_number(&row, "item", (double)index);
    row_text(&row, "data_source", run->data_source);
    picture_write(&row, from, x, text);
    row_text(&row, "pixels", text);
    return row_store(&row, illustration_table(illustration, "examples"), error);
}

/* The first items of each class, in file order: of the test file, or of the validation split if the run is measured on
 * that. */
static enum status examples_add(struct illustration *illustration, float *x, char *text, struct error *error)
{
    const struct run *run = illustration->run;
    const bool validation = strcmp(run->config.data.evaluate, "validation") == 0;
    const struct items *from = validation ? &run->dataset->train : &run->dataset->test;
    const size_t count = validation ? run->split.validation_count : from->count;
    enum status status = STATUS_OK;
    for (size_t class = 0; class < run->kind->classes; class ++) {
        for (size_t i = 0, shown = 0; i < count && shown < EXAMPLES_PER_CLASS && status == STATUS_OK; i++) {
            const uint32_t index = validation ? run->split.validation[i] : (uint32_t)i;
            if (from->labels[index] != class)
                continue;
            status = example_add(illustration, from, index, x, text, error);
            shown++;
        }
    }
    return status;
}

enum status illustrate_examples(struct illustration *illustration, struct error *error)
{
    const size_t size = shape_size(illustration->run->kind->shape);
    if (!has_picture(illustration->run->kind->shape))
        return STATUS_OK;
    float *x = memory_alloc(size, sizeof *x, error);
    char *text = memory_alloc(2 * size + 1, 1, error);
    enum status status = x && text ? examples_add(illustration, x, text, error) : STATUS_NO_MEMORY;
    memory_free(text);
    memory_free(x);
    return status;
}

#include "data/ood.h"

#include <string.h>

#include "core/registry.h"

static ood_fn ood_noise, ood_shuffled;

static const struct ood all_oods[] = {
#define OOD(name, shapes, make, title) {#name, shapes, make, title},
#include "data/ood.def"
#undef OOD
};
enum { OODS = sizeof all_oods / sizeof all_oods[0] };

const struct ood *oods(size_t *count)
{
    *count = OODS;
    return all_oods;
}

const struct ood *ood_find(const char *name, struct error *error)
{
    return registry_find("kind of out-of-distribution items", name, all_oods, OODS, sizeof all_oods[0], error);
}

bool ood_fits(const struct ood *ood, const struct dataset_kind *kind)
{
    bool series = kind->shape.width == 1;
    bool own = !ood->make && strcmp(ood->name, kind->name) == 0;
    if (!ood->make && kind->of_numbers) /* whose range is not that of the other set's bytes */
        return false;
    return !own && (ood->fit == FITS_ALL || ood->fit == (series ? FITS_SERIES : FITS_IMAGE));
}

/* Every element from N(0, 1), roughly the mean and spread of normalised items. */
static void ood_noise(struct shape shape, const float *test_item, struct random_key key, float *out)
{
    (void)test_item;
    random_normal(key, 0, shape_size(shape), out);
}

/* The elements of a test item in random order: its histogram without its structure. */
static void ood_shuffled(struct shape shape, const float *test_item, struct random_key key, float *out)
{
    struct random_sequence sequence = random_sequence(key);
    size_t count = shape_size(shape);
    memcpy(out, test_item, count * sizeof *out);
    for (size_t i = count; i > 1; i--) {
        size_t j = random_next_below(&sequence, (uint32_t)i);
        float moved = out[i - 1];
        out[i - 1] = out[j];
        out[j] = moved;
    }
}

/* A pixel's value in channel c of `channels`: the mean over the pixel's own channels unless their number is the
 * same. */
static float channel_value(const uint8_t *pixel, size_t own, size_t channels, size_t c)
{
    float sum = 0;
    if (own == channels)
        return pixel[c];
    for (size_t i = 0; i < own; i++)
        sum += pixel[i];
    return sum / (float)own;
}

void ood_convert(const struct items *from, size_t index, const struct dataset_kind *kind, float *out)
{
    struct shape in = from->shape, shape = kind->shape;
    const uint8_t *item = from->bytes + index * shape_size(in);
    for (size_t row = 0; row < shape.height; row++) {
        for (size_t column = 0; column < shape.width; column++) {
            /* both centred; unsigned arithmetic wraps to an index outside */
            size_t r = row + in.height / 2 - shape.height / 2, c = column + in.width / 2 - shape.width / 2;
            float *to = out + (row * shape.width + column) * shape.channels;
            for (size_t k = 0; k < shape.channels; k++)
                to[k] = r < in.height && c < in.width
                            ? (channel_value(item + (r * in.width + c) * in.channels, in.channels, shape.channels, k) -
                               kind->offset) /
                                  kind->scale
                            : kind->background;
        }
    }
}

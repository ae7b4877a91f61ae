#include "data/augment.h"

#include <omp.h>
#include <string.h>

#include "core/random.h"

struct draw {
    bool flip;
    long down, right; /* pixels */
};

static long draw_shift(struct random_sequence *sequence, size_t shift)
{
    return (long)random_next_below(sequence, 2 * (uint32_t)shift + 1) - (long)shift;
}

/* Every draw takes the same numbers in the same order, whatever is switched on: switching the shift on or off leaves
 * the flips as they were. On a series there is neither left nor right. */
static struct draw draw_item(struct augmentation augmentation, struct shape shape, struct random_key key)
{
    struct random_sequence sequence = random_sequence(key);
    bool series = shape.width == 1;
    struct draw draw = {0};
    draw.flip = (random_next_word(&sequence) & 1) && augmentation.flip && !series;
    draw.down = draw_shift(&sequence, augmentation.shift);
    draw.right = series ? 0 : draw_shift(&sequence, augmentation.shift);
    return draw;
}

/* from, to [height][width][channels], not overlapping. First the flip, then the shift. */
static void apply(struct draw draw, struct shape shape, float background, const float *from, float *to)
{
    long height = (long)shape.height, width = (long)shape.width;
    for (long row = 0; row < height; row++) {
        for (long column = 0; column < width; column++) {
            long source_row = row - draw.down, source_column = column - draw.right;
            float *pixel = to + (size_t)(row * width + column) * shape.channels;
            if (source_row < 0 || source_row >= height || source_column < 0 || source_column >= width) {
                for (size_t c = 0; c < shape.channels; c++)
                    pixel[c] = background;
                continue;
            }
            if (draw.flip)
                source_column = width - 1 - source_column;
            const float *source = from + (size_t)(source_row * width + source_column) * shape.channels;
            memcpy(pixel, source, shape.channels * sizeof *pixel);
        }
    }
}

void augment_batch(struct augmentation augmentation, struct shape shape, size_t batch, uint64_t seed, uint64_t step,
                   float *x, float *scratch, int threads)
{
    if (!augmentation.flip && augmentation.shift == 0)
        return;
    size_t size = shape_size(shape);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < batch; i++) {
        struct draw draw = draw_item(augmentation, shape, random_key(seed, PURPOSE_AUGMENT, step, i));
        float *original = scratch + (size_t)omp_get_thread_num() * size;
        memcpy(original, x + i * size, size * sizeof *x);
        apply(draw, shape, augmentation.background, original, x + i * size);
    }
}

#include "data/augment.h"

#include <omp.h>
#include <string.h>

#include "compute/random.h"

struct draw {
    bool flip;
    long down, right; /* pixels */
};

static long draw_shift(struct random_sequence *sequence, size_t shift)
{
    return (long)random_next_below(sequence, 2 * (uint32_t)shift + 1) - (long)shift;
}

/* Every draw takes the same numbers in the same order, whatever is enabled: switching the shift on or off leaves the
 * flips unchanged. A series has no left and right. */
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

static long clamp(long value, long least, long most)
{
    return value < least ? least : value > most ? most : value;
}

static void fill(float *pixels, long count, float background)
{
    for (long i = 0; i < count; i++)
        pixels[i] = background;
}

/* The pixels of a row from `first` to before `last`, flipped: the first is `source`, the next ones lie before it. */
static void copy_backwards(const float *source, long channels, long first, long last, float *row)
{
    for (long column = first; column < last; column++) {
        const float *pixel = source - (column - first) * channels;
        for (long c = 0; c < channels; c++)
            row[column * channels + c] = pixel[c];
    }
}

/* from, to [height][width][channels], not overlapping. First the flip, then the shift: a row's columns from `first` to
 * before `last` come from the item; the others are background. */
static void apply(struct draw draw, struct shape shape, float background, const float *from, float *to)
{
    const long height = (long)shape.height, width = (long)shape.width, channels = (long)shape.channels;
    const long first = clamp(draw.right, 0, width), last = clamp(width + draw.right, 0, width);
    for (long row = 0; row < height; row++, to += width * channels) {
        long source_row = row - draw.down;
        if (source_row < 0 || source_row >= height || first >= last) {
            fill(to, width * channels, background);
            continue;
        }
        const float *source = from + source_row * width * channels;
        fill(to, first * channels, background);
        fill(to + last * channels, (width - last) * channels, background);
        if (draw.flip)
            copy_backwards(source + (width - 1 - (first - draw.right)) * channels, channels, first, last, to);
        else
            memcpy(to + first * channels, source + (first - draw.right) * channels,
                   (size_t)((last - first) * channels) * sizeof *to);
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

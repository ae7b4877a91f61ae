/* lib/data/synthetic_shapes.c: a stand-in for CIFAR-10: ten shapes with random position, size, angle, texture and
 * colour, on a background of random texture and colour, with noise. Figure and ground are drawn from the same colours
 * and textures for all classes, so neither tells the class: a network has to see the outline. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "compute/random.h"
#include "data/reader.h"

enum { CLASSES = 10, TRAIN_ITEMS = 10000, TEST_ITEMS = 2000 };
enum { STEP_SCENE = 3, STEP_NOISE = 4 }; /* 1 and 2 are synthetic_ecg.c's */
enum { SIDE = 32, CHANNELS = 3, IMAGE_SIZE = SIDE * SIDE * CHANNELS };

/* Whether a point lies in the shape; the shapes fill about the unit disc. Upright, each is its own mirror image, so
 * flipping an image left to right gives another likely image of its class. */
typedef bool shape_fn(double u, double v);

static bool disc(double u, double v)
{
    return u * u + v * v < 0.8;
}

static bool ring(double u, double v)
{
    double squared = u * u + v * v;
    return squared < 1 && squared > 0.36;
}

static bool square(double u, double v)
{
    return fmax(fabs(u), fabs(v)) < 0.78;
}

static bool frame(double u, double v)
{
    double distance = fmax(fabs(u), fabs(v));
    return distance < 0.85 && distance > 0.5;
}

static bool triangle(double u, double v)
{
    return v > -0.5 && fabs(u) * sqrt(3.0) < 1 - v;
}

static bool star(double u, double v)
{
    double radius = 0.68 + 0.38 * cos(5 * atan2(u, v));
    return hypot(u, v) < radius;
}

static bool cross(double u, double v)
{
    return fmin(fabs(u), fabs(v)) < 0.28 && fmax(fabs(u), fabs(v)) < 1;
}

static bool crescent(double u, double v)
{
    return u * u + v * v < 1 && u * u + (v - 0.5) * (v - 0.5) > 0.5;
}

static bool bar(double u, double v)
{
    return fabs(u) < 1.1 && fabs(v) < 0.4;
}

static bool two_discs(double u, double v)
{
    double x = fabs(u) - 0.6;
    return x * x + v * v < 0.25;
}

static shape_fn *const shapes[CLASSES] = {disc, ring, square, frame, triangle, star, cross, crescent, bar, two_discs};

struct texture {
    double colour[2][CHANNELS]; /* 0 .. 255; it goes from one to the other and back */
    double wave_x, wave_y;      /* rad per pixel */
    double phase;               /* rad */
    bool chequered;             /* else striped */
};

struct scene {
    shape_fn *shape;
    double row, column;  /* centre, pixels */
    double cosine, sine; /* of its angle, divided by its radius in pixels */
    double squeeze;      /* width by height */
    double reach;        /* radius in pixels that contains the whole figure */
    struct texture figure, ground;
};

static double between(struct random_sequence *sequence, double low, double high)
{
    return low + (high - low) * random_next_uniform(sequence);
}

static struct texture draw_texture(struct random_sequence *sequence)
{
    struct texture texture = {0};
    for (size_t c = 0; c < CHANNELS; c++) {
        texture.colour[0][c] = between(sequence, 20, 235);
        texture.colour[1][c] = fmin(fmax(texture.colour[0][c] + between(sequence, -90, 90), 0), 255);
    }
    double direction = between(sequence, 0, M_PI), wave_length = between(sequence, 4, 16); /* pixels */
    texture.wave_x = 2 * M_PI / wave_length * cos(direction);
    texture.wave_y = 2 * M_PI / wave_length * sin(direction);
    texture.phase = between(sequence, 0, 2 * M_PI);
    texture.chequered = random_next_word(sequence) & 1;
    return texture;
}

/* Mean of the two colours over the channels, 0 .. 255. */
static double brightness(const struct texture *texture)
{
    double sum = 0;
    for (size_t c = 0; c < CHANNELS; c++)
        sum += texture->colour[0][c] + texture->colour[1][c];
    return sum / (2 * CHANNELS);
}

static struct scene draw_scene(size_t class, struct random_sequence *sequence)
{
    const double least_contrast = 50;  /* below it, the eye loses the outline in texture and noise */
    const double most_turn = M_PI / 9; /* either way, rad */
    const double most_shift = 3;       /* each way, pixels */
    struct scene scene = {.shape = shapes[class]};
    double radius = between(sequence, 8, 12), angle = between(sequence, -most_turn, most_turn); /* pixels, rad */
    double middle = (SIDE - 1) / 2.0;
    scene.row = middle + between(sequence, -most_shift, most_shift);
    scene.column = middle + between(sequence, -most_shift, most_shift);
    scene.cosine = cos(angle) / radius;
    scene.sine = sin(angle) / radius;
    scene.squeeze = between(sequence, 0.8, 1.25);
    scene.reach = 1.25 * 1.2 * radius + 1; /* squeeze at most, the longest shape, a pixel's own size */
    do {
        scene.figure = draw_texture(sequence);
        scene.ground = draw_texture(sequence);
    } while (brightness(&scene.figure) < brightness(&scene.ground) + least_contrast);
    return scene;
}

/* The share of the second colour at a pixel, 0 .. 1. */
static double texture_share(const struct texture *texture, double row, double column)
{
    double along = sin(texture->wave_x * column + texture->wave_y * row + texture->phase);
    double across = texture->chequered ? sin(texture->wave_y * column - texture->wave_x * row) : 1;
    return (1 + along * across) / 2;
}

/* The share of a pixel that the figure covers, from 2 x 2 points in it. */
static double coverage(const struct scene *scene, double row, double column)
{
    if (fabs(row - scene->row) > scene->reach || fabs(column - scene->column) > scene->reach)
        return 0;
    int inside = 0;
    for (int part = 0; part < 4; part++) {
        double x = column - scene->column + (part & 1 ? 0.25 : -0.25);
        double y = row - scene->row + (part & 2 ? 0.25 : -0.25);
        double u = (x * scene->cosine + y * scene->sine) * scene->squeeze;
        double v = (y * scene->cosine - x * scene->sine) / scene->squeeze;
        inside += scene->shape(u, v);
    }
    return inside / 4.0;
}

static uint8_t to_byte(double value)
{
    if (value <= 0)
        return 0;
    if (value >= UINT8_MAX)
        return UINT8_MAX;
    return (uint8_t)(value + 0.5);
}

/* image, noise [SIDE][SIDE][CHANNELS]; noise in units of a byte's value. */
static void paint(const struct scene *scene, const float *noise, uint8_t *image)
{
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t column = 0; column < SIDE; column++) {
            double covered = coverage(scene, (double)row, (double)column);
            /* Invisible parts are not worth their sines, which take most of the time. */
            double figure = covered > 0 ? texture_share(&scene->figure, (double)row, (double)column) : 0;
            double ground = covered < 1 ? texture_share(&scene->ground, (double)row, (double)column) : 0;
            for (size_t c = 0; c < CHANNELS; c++) {
                size_t place = (row * SIDE + column) * CHANNELS + c;
                double front = (1 - figure) * scene->figure.colour[0][c] + figure * scene->figure.colour[1][c];
                double back = (1 - ground) * scene->ground.colour[0][c] + ground * scene->ground.colour[1][c];
                double value = covered * front + (1 - covered) * back + (double)noise[place];
                image[place] = to_byte(value);
            }
        }
    }
}

/* Images starting at `first_stream`. Classes take turns, so any prefix of the file has all of them equally often. */
static enum status make_items(const struct dataset_kind *kind, size_t count, size_t first_stream, struct items *items,
                              struct error *error)
{
    const float noise_deviation = 14; /* byte's values */
    enum status status = items_alloc(items, kind, count, true, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        size_t stream = first_stream + i;
        struct random_sequence sequence =
            random_sequence(random_key(SYNTHETIC_SEED, PURPOSE_SYNTHETIC, STEP_SCENE, stream));
        float noise[IMAGE_SIZE];
        random_normal(random_key(SYNTHETIC_SEED, PURPOSE_SYNTHETIC, STEP_NOISE, stream), 0, IMAGE_SIZE, noise);
        for (size_t j = 0; j < IMAGE_SIZE; j++)
            noise[j] *= noise_deviation;
        items->labels[i] = (uint8_t)(i % CLASSES);
        struct scene scene = draw_scene(items->labels[i], &sequence);
        paint(&scene, noise, items->bytes + i * IMAGE_SIZE);
    }
    return status;
}

enum status dataset_synthesise_shapes(const struct dataset_kind *kind, struct dataset *dataset, struct error *error)
{
    (void)snprintf(dataset->source, sizeof dataset->source,
                   "SYNTHETIC (textured shapes; not %s, and its numbers do not compare)", kind->title);
    enum status status = make_items(kind, TRAIN_ITEMS, 0, &dataset->train, error);
    return status == STATUS_OK ? make_items(kind, TEST_ITEMS, TRAIN_ITEMS, &dataset->test, error) : status;
}

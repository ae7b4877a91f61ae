/* tests/ink/ink.c: how much is drawn in parts of a picture? For tests/figure_check.py.
 *
 *   ink FILE.png PARTS LEFT TOP RIGHT BOTTOM ...    shares of the picture's width and height, four for each part
 *
 * Prints for each of the first PARTS parts the number of pixels with ink: neither white nor gray as grids and borders
 * are, and in none of the further parts, which texts take. A border's width of each side does not count.
 * Exit codes: 0; 1 no such picture; 2 usage. */
#include <png.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { EDGE = 4, CHANNELS = 3 };

struct picture {
    size_t width, height;
    png_bytep pixels; /* [height][width][CHANNELS] */
};

static int read_picture(const char *path, struct picture *picture)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path)) {
        (void)fprintf(stderr, "ink: %s: %s\n", path, image.message);
        return 1;
    }
    image.format = PNG_FORMAT_RGB;
    const png_color white = {255, 255, 255};
    *picture = (struct picture){image.width, image.height, malloc(PNG_IMAGE_SIZE(image))};
    if (!picture->pixels || !png_image_finish_read(&image, &white, picture->pixels, 0, NULL)) {
        (void)fprintf(stderr, "ink: %s: %s\n", path, picture->pixels ? image.message : "no memory");
        png_image_free(&image);
        free(picture->pixels);
        return 1;
    }
    return 0;
}

/* A grid is a light gray; where its lines cross the border, and at a tic, the gray is the border's, #666666, or
 * between. */
static int is_ink(const png_byte *pixel)
{
    int least = pixel[0], greatest = pixel[0];
    for (int c = 1; c < CHANNELS; c++) {
        least = pixel[c] < least ? pixel[c] : least;
        greatest = pixel[c] > greatest ? pixel[c] : greatest;
    }
    return greatest - least > 12 || greatest < 0x60 || (greatest < 0xD0 && greatest > 0x70);
}

struct part {
    size_t left, top, right, bottom; /* pixels; right and bottom are beyond it */
};

static size_t pixels_of(const char *share, size_t whole)
{
    const double value = strtod(share, NULL);
    return value > 0 ? (size_t)((value < 1 ? value : 1) * (double)whole) : 0;
}

static struct part part_of(char *const *shares, const struct picture *picture)
{
    return (struct part){pixels_of(shares[0], picture->width), pixels_of(shares[1], picture->height),
                         pixels_of(shares[2], picture->width), pixels_of(shares[3], picture->height)};
}

/* Takes the ink from a part. */
static void blot_out(const struct picture *picture, struct part part)
{
    for (size_t y = part.top; y < part.bottom; y++) {
        for (size_t i = part.left * CHANNELS; i < part.right * CHANNELS; i++)
            picture->pixels[y * picture->width * CHANNELS + i] = 255;
    }
}

static size_t ink_of(const struct picture *picture, struct part part)
{
    size_t ink = 0;
    for (size_t y = part.top + EDGE; y + EDGE < part.bottom; y++) {
        for (size_t x = part.left + EDGE; x + EDGE < part.right; x++)
            ink += is_ink(picture->pixels + (y * picture->width + x) * CHANNELS) ? 1 : 0;
    }
    return ink;
}

int main(int count, char **arguments)
{
    enum { FIRST = 3 };
    struct picture picture;
    const int parts = count > FIRST ? (int)strtol(arguments[2], NULL, 10) : 0;
    if (parts < 1 || (count - FIRST) % 4 != 0 || parts > (count - FIRST) / 4) {
        (void)fprintf(stderr, "usage: ink FILE.png PARTS LEFT TOP RIGHT BOTTOM ...\n");
        return 2;
    }
    if (read_picture(arguments[1], &picture) != 0)
        return 1;
    for (int i = FIRST + 4 * parts; i < count; i += 4)
        blot_out(&picture, part_of(arguments + i, &picture));
    for (int i = 0; i < parts; i++)
        printf("%zu\n", ink_of(&picture, part_of(arguments + FIRST + (ptrdiff_t)4 * i, &picture)));
    free(picture.pixels);
    return 0;
}

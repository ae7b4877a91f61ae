/* tests/ink/ink.c: how much is drawn in parts of a picture? For tests/figure_check.py.
 *
 *   ink FILE.png LEFT TOP RIGHT BOTTOM ...    shares of the picture's width and height, four for each part
 *
 * Prints for each part the number of pixels with ink: neither white nor gray as grids and borders are. A border's width
 * of each side does not count. Exit codes: 0; 1 no such picture; 2 usage. */
#include <png.h>
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

static size_t ink_of(const struct picture *picture, const double ends[4])
{
    const size_t left = (size_t)(ends[0] * (double)picture->width) + EDGE;
    const size_t right = (size_t)(ends[2] * (double)picture->width);
    const size_t top = (size_t)(ends[1] * (double)picture->height) + EDGE;
    const size_t bottom = (size_t)(ends[3] * (double)picture->height);
    size_t ink = 0;
    for (size_t y = top; y + EDGE < bottom && y < picture->height; y++) {
        for (size_t x = left; x + EDGE < right && x < picture->width; x++)
            ink += is_ink(picture->pixels + (y * picture->width + x) * CHANNELS) ? 1 : 0;
    }
    return ink;
}

int main(int count, char **arguments)
{
    struct picture picture;
    if (count < 6 || (count - 2) % 4 != 0) {
        (void)fprintf(stderr, "usage: ink FILE.png LEFT TOP RIGHT BOTTOM ...\n");
        return 2;
    }
    if (read_picture(arguments[1], &picture) != 0)
        return 1;
    for (int i = 2; i < count; i += 4) {
        double ends[4];
        for (int k = 0; k < 4; k++) {
            ends[k] = strtod(arguments[i + k], NULL);
            ends[k] = ends[k] >= 0 && ends[k] <= 1 ? ends[k] : 0;
        }
        printf("%zu\n", ink_of(&picture, ends));
    }
    free(picture.pixels);
    return 0;
}

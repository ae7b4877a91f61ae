/* lib/data/input.c, image*.c, series_text.c and io/magic.c: one picture has one meaning in every container, text is
 * read as programs write it, and what is neither is called what it is. Files are made here, in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "check.h"
#include "core/memory.h"
#include "data/input.h"
#include "io/magic.h"
#include "peak.h"

enum { WIDTH = 5, HEIGHT = 3, PIXELS = WIDTH * HEIGHT, FILE_ROOM = 1 << 15 };

static const struct dataset_kind gray_kind = {.name = "gray", .classes = 3, .shape = {HEIGHT, WIDTH, 1}, .scale = 1};
static const struct dataset_kind color_kind = {.name = "color", .classes = 3, .shape = {HEIGHT, WIDTH, 3}, .scale = 1};
static const struct dataset_kind series_kind = {.name = "series", .classes = 5, .shape = {3, 1, 1}, .scale = 1};

struct file {
    uint8_t bytes[FILE_ROOM];
    size_t count;
};

static void put(struct file *file, const void *bytes, size_t count)
{
    assert_true(file->count + count <= sizeof file->bytes);
    memcpy(file->bytes + file->count, bytes, count);
    file->count += count;
}

static void put_text(struct file *file, const char *text)
{
    put(file, text, strlen(text));
}

static enum status read_file(const struct file *file, const struct dataset_kind *kind, struct items *items,
                             struct error *error)
{
    error->message[0] = '\0';
    enum status status = input_read_bytes(file->bytes, file->count, "in", kind, items, error);
    assert_true(status == STATUS_OK || strncmp(error->message, "in", 2) == 0 || status == STATUS_NO_MEMORY);
    return status;
}

/* ---- pictures ---- */

/* A picture whose samples go from 0 to `most`, both among them. */
static void make_picture(size_t most, uint16_t samples[PIXELS])
{
    for (size_t i = 0; i < PIXELS; i++)
        samples[i] = (uint16_t)(i + 1 < PIXELS ? most * (i * i) / (PIXELS * PIXELS) : most);
}

struct png_spec {
    int color, depth, interlaced;
    bool gamma, srgb, profile, background, transparent_color, animated;
    size_t alpha_at, alpha; /* of that pixel, where the color type has it; the others are opaque */
    bool tinted;            /* the last pixel is no gray */
};

static void png_put(png_structp png, png_bytep bytes, size_t count)
{
    put(png_get_io_ptr(png), bytes, count);
}

static void png_say_nothing(png_structp png, png_const_charp warning)
{
    (void)png;
    (void)warning;
}

static void png_flush_nothing(png_structp png)
{
    (void)png;
}

static void set_chunks(png_structp png, png_infop info, const struct png_spec *spec)
{
    const png_color_16 unused = {.index = 0, .gray = 1, .red = 1, .green = 2, .blue = 3};
    static const uint8_t profile[132] = {0, 0, 0, 132}; /* no valid one, as some files have */
    if (spec->gamma)
        png_set_gAMA(png, info, 1.0);
    if (spec->srgb)
        png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    if (spec->profile)
        png_set_iCCP(png, info, "icc", PNG_COMPRESSION_TYPE_BASE, profile, sizeof profile);
    if (spec->background)
        png_set_bKGD(png, info, &unused);
    if (spec->transparent_color)
        png_set_tRNS(png, info, NULL, 0, &unused);
    if (spec->color == PNG_COLOR_TYPE_PALETTE) {
        png_color palette[256];
        png_byte alpha[256];
        const size_t most = (1U << spec->depth) - 1;
        for (size_t i = 0; i <= most; i++) {
            const png_byte gray = (png_byte)((i * 255 + most / 2) / most);
            palette[i] = (png_color){gray, gray, gray};
            alpha[i] = (png_byte)(i == most ? spec->alpha : 255);
        }
        png_set_PLTE(png, info, palette, (int)most + 1);
        if (spec->alpha_at < PIXELS)
            png_set_tRNS(png, info, alpha, (int)most + 1, NULL);
    }
}

static void put_sample(uint8_t *row, size_t index, int depth, size_t sample)
{
    if (depth == 16) {
        row[2 * index] = (uint8_t)(sample >> 8);
        row[2 * index + 1] = (uint8_t)sample;
    } else {
        const size_t bit = index * (size_t)depth;
        row[bit / 8] |= (uint8_t)(sample << (8 - (size_t)depth - bit % 8));
    }
}

static void make_png(const struct png_spec *spec, const uint16_t samples[PIXELS], struct file *file)
{
    static const int channels_of[] = {[PNG_COLOR_TYPE_GRAY] = 1,
                                      [PNG_COLOR_TYPE_PALETTE] = 1,
                                      [PNG_COLOR_TYPE_RGB] = 3,
                                      [PNG_COLOR_TYPE_GRAY_ALPHA] = 2,
                                      [PNG_COLOR_TYPE_RGB_ALPHA] = 4};
    const size_t channels = (size_t)channels_of[spec->color], most = (1U << spec->depth) - 1;
    uint8_t rows[HEIGHT][WIDTH * 8] = {{0}}, *row[HEIGHT];
    for (size_t i = 0; i < PIXELS; i++) {
        row[i / WIDTH] = rows[i / WIDTH];
        for (size_t c = 0; c < channels; c++) {
            size_t sample = samples[i];
            if (channels % 2 == 0 && c == channels - 1)
                sample = i == spec->alpha_at ? spec->alpha : most;
            else if (spec->tinted && i == PIXELS - 1 && c == 1)
                sample -= 1;
            put_sample(rows[i / WIDTH], i % WIDTH * channels + c, spec->depth, sample);
        }
    }
    file->count = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, png_say_nothing);
    png_infop info = png_create_info_struct(png);
    assert_true(png && info);
    png_set_write_fn(png, file, png_put, png_flush_nothing);
    png_set_benign_errors(png, 1);
    png_set_IHDR(png, info, WIDTH, HEIGHT, spec->depth, spec->color,
                 spec->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    set_chunks(png, info, spec);
    png_write_info(png, info);
    if (spec->animated)
        png_write_chunk(png, (png_const_bytep) "acTL", (png_const_bytep) "\0\0\0\2\0\0\0\0", 8);
    png_write_image(png, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* PGM, or PPM with three equal channels. */
static void make_netpbm(bool raw, bool color, size_t most, const uint16_t samples[PIXELS], struct file *file)
{
    char text[64];
    file->count = 0;
    (void)snprintf(text, sizeof text, "P%d\n# a comment\n%d %d\n%zu\n", (raw ? 5 : 2) + color, WIDTH, HEIGHT, most);
    put_text(file, text);
    for (size_t i = 0; i < PIXELS; i++) {
        for (int c = 0; c < (color ? 3 : 1); c++) {
            const uint8_t two[] = {(uint8_t)(samples[i] >> 8), (uint8_t)samples[i]};
            (void)snprintf(text, sizeof text, "%u ", samples[i]);
            if (raw)
                put(file, most > 255 ? two : two + 1, most > 255 ? 2 : 1);
            else
                put_text(file, text);
        }
    }
}

static void pack(const struct file *plain, struct file *packed)
{
    z_stream stream = {.next_in = (Bytef *)plain->bytes,
                       .avail_in = (uInt)plain->count,
                       .next_out = packed->bytes,
                       .avail_out = sizeof packed->bytes};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed->count = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

static void expect_pixels(const struct file *file, const struct dataset_kind *kind, const uint8_t expected[PIXELS])
{
    struct items items;
    struct error error;
    if (read_file(file, kind, &items, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    assert_int_equal(items.count, 1);
    for (size_t i = 0; i < PIXELS * kind->shape.channels; i++)
        assert_int_equal(items.bytes[i], expected[i / kind->shape.channels]);
    items_free(&items);
}

/* As it is and packed, for a model of gray images and for one of color. */
static void expect_everywhere(const struct file *file, const uint8_t expected[PIXELS])
{
    static struct file packed;
    pack(file, &packed);
    expect_pixels(file, &gray_kind, expected);
    expect_pixels(file, &color_kind, expected);
    expect_pixels(&packed, &gray_kind, expected);
}

static void test_one_picture_in_every_container(void **state)
{
    (void)state;
    static struct file file;
    static const int depths[] = {1, 2, 4, 8, 16};
    static const struct png_spec specs[] = {
        {.color = PNG_COLOR_TYPE_GRAY},
        {.color = PNG_COLOR_TYPE_GRAY, .interlaced = 1},
        {.color = PNG_COLOR_TYPE_GRAY, .gamma = true},
        {.color = PNG_COLOR_TYPE_GRAY, .srgb = true, .background = true},
        {.color = PNG_COLOR_TYPE_GRAY, .profile = true},
        {.color = PNG_COLOR_TYPE_PALETTE, .alpha_at = PIXELS, .interlaced = 1, .gamma = true},
        {.color = PNG_COLOR_TYPE_GRAY_ALPHA, .alpha_at = PIXELS, .gamma = true},
        {.color = PNG_COLOR_TYPE_RGB, .srgb = true},
        {.color = PNG_COLOR_TYPE_RGB, .gamma = true, .transparent_color = true},
        {.color = PNG_COLOR_TYPE_RGB_ALPHA, .alpha_at = PIXELS, .interlaced = 1, .gamma = true},
    };
    for (size_t d = 0; d < sizeof depths / sizeof depths[0]; d++) {
        const size_t most = (1U << depths[d]) - 1;
        uint16_t samples[PIXELS];
        uint8_t expected[PIXELS];
        make_picture(most, samples);
        for (size_t i = 0; i < PIXELS; i++)
            expected[i] = (uint8_t)((double)samples[i] * 255 / (double)most + 0.5);
        for (int form = 0; form < 4; form++) {
            make_netpbm(form & 1, form & 2, most, samples, &file);
            expect_everywhere(&file, expected);
        }
        for (size_t s = 0; s < sizeof specs / sizeof specs[0]; s++) {
            struct png_spec spec = specs[s];
            spec.depth = depths[d];
            if ((spec.color == PNG_COLOR_TYPE_PALETTE && spec.depth > 8) || (spec.color > 3 && spec.depth < 8) ||
                (spec.color == PNG_COLOR_TYPE_RGB && spec.depth < 8))
                continue; /* PNG has no such thing */
            spec.alpha = most;
            make_png(&spec, samples, &file);
            expect_everywhere(&file, expected);
        }
    }
}

/* Bits, of which 1 is black. */
static void test_bitmaps(void **state)
{
    (void)state;
    static const uint8_t expected[PIXELS] = {255, 0, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0};
    static struct file plain, raw;
    put_text(&plain, "P1 5 3 #c\n01001 11111\n0 0 0 0 1\n");
    put(&raw, "P4\n5 3\n\x4F\xFF\x08", 10); /* the bits beyond the width mean nothing */
    expect_everywhere(&plain, expected);
    expect_everywhere(&raw, expected);
    raw.count--;
    struct items items;
    struct error error;
    assert_int_equal(read_file(&raw, &gray_kind, &items, &error), STATUS_DATA);
    items_free(&items);
}

static void refuse_picture(const struct file *file, const struct dataset_kind *kind, const char *word)
{
    struct items items;
    struct error error;
    assert_int_equal(read_file(file, kind, &items, &error), STATUS_DATA);
    if (!strstr(error.message, word))
        fail_msg("\"%s\" does not say \"%s\"", error.message, word);
    items_free(&items);
}

static void test_transparent(void **state)
{
    (void)state;
    static struct file file;
    static const struct png_spec specs[] = {
        {.color = PNG_COLOR_TYPE_GRAY_ALPHA, .depth = 8, .alpha_at = 7, .alpha = 254},
        {.color = PNG_COLOR_TYPE_GRAY_ALPHA, .depth = 16, .alpha_at = 7, .alpha = 65534},
        {.color = PNG_COLOR_TYPE_RGB_ALPHA, .depth = 8, .alpha_at = 7},
        {.color = PNG_COLOR_TYPE_RGB_ALPHA, .depth = 16, .alpha_at = 7},
        {.color = PNG_COLOR_TYPE_PALETTE, .depth = 2, .alpha_at = 14, .alpha = 3},
        {.color = PNG_COLOR_TYPE_GRAY, .depth = 8, .transparent_color = true},
        {.color = PNG_COLOR_TYPE_GRAY, .depth = 2, .transparent_color = true},
    };
    for (size_t s = 0; s < sizeof specs / sizeof specs[0]; s++) {
        uint16_t samples[PIXELS];
        make_picture((1U << specs[s].depth) - 1, samples);
        samples[7] = 1; /* the transparent color */
        make_png(&specs[s], samples, &file);
        refuse_picture(&file, &gray_kind, "is transparent (alpha ");
        refuse_picture(&file, &color_kind, "flatten it");
    }
}

/* Color for a gray model is refused in both containers, however little it is. */
static void test_color_for_gray(void **state)
{
    (void)state;
    static struct file file;
    struct items items;
    struct error error;
    uint16_t samples[PIXELS];
    make_picture(255, samples);
    make_png(&(struct png_spec){.color = PNG_COLOR_TYPE_RGB, .depth = 8, .tinted = true}, samples, &file);
    refuse_picture(&file, &gray_kind, "is in color");
    assert_int_equal(read_file(&file, &color_kind, &items, &error), STATUS_OK);
    items_free(&items);
    make_netpbm(true, true, 255, samples, &file);
    file.bytes[file.count - 1]--;
    refuse_picture(&file, &gray_kind, "is in color");
    assert_int_equal(read_file(&file, &color_kind, &items, &error), STATUS_OK);
    items_free(&items);
}

static void test_damaged_pictures(void **state)
{
    (void)state;
    static struct file file, other;
    struct items items;
    struct error error;
    uint16_t samples[PIXELS];
    make_picture(65535, samples);
    make_png(&(struct png_spec){.color = PNG_COLOR_TYPE_RGB, .depth = 16, .interlaced = 1, .profile = true}, samples,
             &file);
    for (size_t kept = 0; kept < file.count; kept++) { /* cut off anywhere */
        memcpy(other.bytes, file.bytes, kept);
        other.count = kept;
        assert_int_equal(read_file(&other, &gray_kind, &items, &error), STATUS_DATA);
        items_free(&items);
    }
    for (size_t bit = 64; bit < file.count * 8; bit++) { /* each part has a checksum, and an optional one may go */
        other = file;
        other.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum status status = read_file(&other, &gray_kind, &items, &error);
        assert_true(status == STATUS_OK || status == STATUS_DATA);
        items_free(&items);
    }
    other = file;
    put_text(&other, "x");
    refuse_picture(&other, &gray_kind, "has 1 bytes after the end of its PNG");
    make_png(&(struct png_spec){.color = PNG_COLOR_TYPE_GRAY, .depth = 8, .animated = true}, samples, &file);
    refuse_picture(&file, &gray_kind, "is an animation");
    refuse_picture(&file, &(struct dataset_kind){.shape = {HEIGHT, WIDTH + 1, 1}}, "is 5 x 3 pixels (width x height)");
    refuse_picture(&file, &(struct dataset_kind){.shape = {HEIGHT, WIDTH, 2}}, "the model takes 2 channels");
}

/* ---- text ---- */

static enum status read_text(const char *text, size_t count, struct items *items, struct error *error)
{
    static struct file file;
    file.count = 0;
    put(&file, text, count);
    return read_file(&file, &series_kind, items, error);
}

/* All of these are the series 1.5 -2 .25 and, where `two`, 3 4 100. */
static const struct {
    const char *text;
    bool two;
} good_texts[] = {
    {"1 1.5 -2 0.25\n5 3 4 1e2\n", true},
    {"1.5 -2 0.25\n3 4 1e2\n", true},       /* no class */
    {"0,1.5,-2,0.25\n-1,+3,4.,1E+2", true}, /* whatever class; no end of the last line */
    {"normal,1.5,-2,.25\n\"R on T, \"\"PVC\"\"\",3,4,100\n", true},
    {",1.5,-2,.25\n,3,4,100\n", true}, /* an empty class */
    {"?,1.5,-2,.25\n7000000000,3,4,100\n", true},
    {"\t1.5\t-2\t.25\n\t3\t4\t100\n", true},
    {"R on T\t1.5\t-2\t.25\nPVC\t3\t4\t100\n", true},
    {"1;1.5;-2;.25\n1;3;4;100\n", true},
    {"1\t1.5 -2 .25\n1\t3 4 100\n", true}, /* a tab and then blanks */
    {"\xEF\xBB\xBF"
     "1,1.5,-2,.25\r\n2,3,4,100\r\n",
     true}, /* as a spreadsheet saves it */
    {"\xEF\xBB\xBF\"1\",\"1.5\",\"-2\",\".25\"", false},
    {"1 1.5 -2 .25\r2 3 4 100\r", true},                 /* CR alone */
    {"class,t0,t1,t2\n1,1.5,-2,.25\n2,3,4,100\n", true}, /* headers */
    {"\"t0\" \"t1\" \"t2\"\n1.5 -2 .25\n", false},
    {"t0,t1,t2\n1,1.5,-2,.25\n", false}, /* as R writes it: none over the names of rows */
    {"# made by a program\n\n   \n1.5,-2,.25\n\n# the end\n3,4,100\n\n", true},
    {"% 1\n1.5,-2,.25\n", false},
    {"1,1.5,-2,.25,\n2,3,4,100,\n", true}, /* a separator at the end */
    {"1.5,-2,.25,\n", false},              /* 1.5 is no class */
    {"  1.5000000e+00   -2.0000000e+00\t 2.5000000e-01  \n", false},
    {" 1.5 , -2 , .25 \n", false},
};

static void test_text_as_programs_write_it(void **state)
{
    (void)state;
    const float expected[6] = {1.5F, -2, 0.25F, 3, 4, 100};
    for (size_t i = 0; i < sizeof good_texts / sizeof good_texts[0]; i++) {
        struct items items;
        struct error error;
        const char *text = good_texts[i].text;
        if (read_text(text, strlen(text), &items, &error) != STATUS_OK)
            fail_msg("%s: %s", text, error.message);
        assert_int_equal(items.count, good_texts[i].two ? 2 : 1);
        assert_memory_equal(items.values, expected, items.count * 3 * sizeof(float));
        items_free(&items);
    }
}

static const struct {
    const char *text, *message;
} bad_texts[] = {
    {"1 1 2 3\n1 1 2\n", "in:2: has 3 columns, and the lines before it have 4"},
    {"1 1 2 3\n\n# two\n1 1 2 3 4\n", "in:4: has 5 columns; a series is a line of 3 values, or a class and 3 values"},
    {"1\n2\n3\n", "in:1: has 1 column; a series is a line of 3 values, or a class and 3 values (not one value a line)"},
    {"1,1,,3\n", "in:1: column 3, \"\", is a missing value"},
    {"1\t1\t\t3\n", "in:1: column 3, \"\", is a missing value"},
    {"1\t2\t\t3\t\n", "in:1: column 3, \"\", is a missing value"},
    {"1,nan,2,3\n", "column 2, \"nan\", is a missing value"},
    {"1 2 ? 3\n", "column 3, \"?\", is a missing value"},
    {"NA,NA,NA\n", "column 1, \"NA\", is a missing value"},
    {"1,2,3,\n", "column 4, \"\", is empty: a value is missing, or the line has a separator too many"},
    {"x,2,3,\n", "column 4, \"\", is empty"},
    {"1 1 2 inf\n", "column 4, \"inf\", is not a finite number"},
    {"1 1 2 -Infinity\n", "column 4, \"-Infinity\", is not a finite number"},
    {"1 1 2 1e99\n", "column 4, \"1e99\", is not a finite number"},
    {"1 1 0x2 3\n", "column 3, \"0x2\", is not a number"},
    {"1 1 2x 3\n", "column 3, \"2x\", is not a number"},
    {"1 1 1-2 3\n", "column 3, \"1-2\", is not a number"},
    {"1 1 1e 3\n", "column 3, \"1e\", is not a number"},
    {"1 1 . 3\n", "column 3, \".\", is a missing value"},
    {"1 1 + 3\n", "column 3, \"+\", is not a number"},
    {"0,5;1,5;2,5\n", "column 1, \"0,5\", has a comma"},
    {"0,5\t1,5\t2,5\n", "column 1, \"0,5\", has a comma"},
    {"1,\"1,234.5\",2,3\n", "column 2, \"1,234.5\", has a comma"},
    {"0.1,0.2,0.3,1\n", "has 4 columns, of which the first, \"0.1\", is not a class; is it in the last column?"},
    {"0.1,0.2,0.3,0.4\n", "has 4 columns, of which the first, \"0.1\", is not a class (a word or a whole number)"},
    {"v1,v2,v3\n", "in: is empty but for lines without a series"},
    {"a,b,c,d,e,f\n1,2,3\n", "in:1: has 6 columns"},
    {"1,2,3\na,b,c\n", "in:2: column 1, \"a\", is not a number"},
    {"@relation ecg\n@data\n1,2,3\n", "in:1: begins with @, as ARFF and .ts do"},
    {"# .ts\n@problemName ECG\n", "in:2: begins with @"},
    {"1 1 2 3;\n", "has 2 columns"},
    {"\"1,2,3\n", "column 1, \"\"1\", is not a number"},
    {"\xEF\xBB\xBF", "is empty"},
    {"[1, 2, 3]\n", "is a printed list or a JSON file"},
    {"{\"x\": [1, 2, 3]}\n", "is a JSON file"},
    {"<!DOCTYPE html>\n", "is an HTML page"},
};

static void test_text_that_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
        struct items items;
        struct error error;
        const char *text = bad_texts[i].text;
        assert_int_equal(read_text(text, strlen(text), &items, &error), STATUS_DATA);
        if (!strstr(error.message, bad_texts[i].message))
            fail_msg("%s: \"%s\" does not say \"%s\"", text, error.message, bad_texts[i].message);
        items_free(&items);
    }
}

/* Columns are counted in a first line; the same numbers are a series in another, and where there are few. */
static void test_header_of_numbers(void **state)
{
    (void)state;
    static struct file file;
    static const struct dataset_kind kind = {.name = "eight", .classes = 2, .shape = {8, 1, 1}, .scale = 1};
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"0 1 2 3 4 5 6 7\n.1 .2 .3 .4 .5 .6 .7 .8\n", "in:1: counts its columns and so seems to be a header"},
        {"class,1,2,3,4,5,6,7,8\n0,.1,.2,.3,.4,.5,.6,.7,.8\n", "in:1: counts its columns"},
        {"2 1 2 3 4 5 6 7\n0 1 2 3 4 5 6 7\n", NULL},
    };
    struct items items;
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file.count = 0;
        put_text(&file, cases[i].text);
        assert_int_equal(read_file(&file, &kind, &items, &error), cases[i].message ? STATUS_DATA : STATUS_OK);
        assert_true(!cases[i].message || strstr(error.message, cases[i].message));
        items_free(&items);
    }
    assert_int_equal(read_text("0 1 2\n", 6, &items, &error), STATUS_OK);
    items_free(&items);
}

/* ---- what is none of it ---- */

#define BYTES(text) text, sizeof(text) - 1
static const struct {
    const char *bytes;
    size_t count;
    const char *word;
} others[] = {
    {BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF"), "JPEG"},
    {BYTES("GIF89a\1\0\1\0"), "GIF"},
    {BYTES("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0"), "BMP"},
    {BYTES("II*\0\x08\0\0\0"), "TIFF"},
    {BYTES("RIFF\x24\0\0\0WEBPVP8 "), "WebP"},
    {BYTES("RIFF\x24\0\0\0WAVEfmt "), "WAV"},
    {BYTES("%PDF-1.7\n"), "PDF"},
    {BYTES("PK\3\4\x14\0\0\0"), "ZIP"},
    {BYTES("\x89HDF\r\n\x1A\n\0"), "HDF5"},
    {BYTES("\x93NUMPY\1\0"), "NumPy"},
    {BYTES("\x80\4\x95\x10\0\0"), "pickle"},
    {BYTES("BZh91AY&SY\0"), "bzip2"},
    {BYTES("\xFD"
           "7zXZ\0\0"),
     "xz"},
    {BYTES("\x28\xB5\x2F\xFD\0"), "zstd"},
    {BYTES("\x7F"
           "ELF\2\1\1"),
     "ELF"},
    {BYTES("TNTH\1\0"), ".tenth"},
    {BYTES("P7\nWIDTH 5\n"), "PAM"},
    {BYTES("\xFF\xFE"
           "1\0,\0002\0"),
     "UTF-16"},
    {BYTES("\xFE\xFF\0001\0,\0002"), "UTF-16"},
    {BYTES("1\0,\0002\0,\0003\0\n\0"), "UTF-16"},
    {BYTES("\0\0\x0D\3\0\0\0\1"), "IDX"},
    {BYTES("\0\0\x08\1\0\0\0\1\5"), "IDX"},
    {BYTES("1 2 3\n1 \0 2\n"), "no text"},
    {BYTES("version https://git-lfs.github.com/spec/v1\n"), "Git LFS"},
};

static void test_others_are_named(void **state)
{
    (void)state;
    static const struct dataset_kind *const kinds[] = {&gray_kind, &series_kind};
    static struct file file, packed;
    struct items items;
    struct error error;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (size_t k = 0; k < 4; k++) {
            file.count = 0;
            put(&file, others[i].bytes, others[i].count);
            pack(&file, &packed);
            assert_int_equal(read_file(k < 2 ? &file : &packed, kinds[k % 2], &items, &error), STATUS_DATA);
            if (!strstr(error.message, others[i].word))
                fail_msg("\"%s\" does not say \"%s\"", error.message, others[i].word);
            items_free(&items);
        }
    }
    uint8_t *records = calloc(2, 3073);
    assert_non_null(records);
    records[0] = 3;
    assert_non_null(strstr(file_kind(records, 2 * 3073), "CIFAR-10's"));
    assert_null(file_kind(records, 2 * 3073 - 1));
    assert_string_equal(file_kind((const uint8_t *)"\0\0\0\x18"
                                                   "ftypheic",
                                  12),
                        "an HEIC image"); /* and no video */
    free(records);
    for (size_t i = 0; i < sizeof good_texts / sizeof good_texts[0]; i++)
        assert_null(file_kind((const uint8_t *)good_texts[i].text, strlen(good_texts[i].text)));
}

/* ---- little files that ask for much ---- */

/* The sanitizer keeps what was freed for a while, so that all sizes count through which a block grew. */
#ifdef __SANITIZE_ADDRESS__
enum { LITTLE_MIB = 128 };
#else
enum { LITTLE_MIB = 48 };
#endif

struct asking {
    const struct file *file;
    const struct dataset_kind *kind;
    const char *says;
};

/* 0: refused, and it says so. */
static int ask(void *context)
{
    const struct asking *asking = context;
    struct items items;
    struct error error = {0};
    enum status status = input_read_bytes(asking->file->bytes, asking->file->count, "in", asking->kind, &items, &error);
    if (status == STATUS_DATA && strstr(error.message, asking->says))
        return 0;
    (void)fprintf(stderr, "status %d: %s\n", (int)status, error.message);
    return 1;
}

static void expect_little(const struct file *file, const struct dataset_kind *kind, const char *says)
{
    struct asking asking = {file, kind, says};
    const size_t grown = peak_of(ask, &asking);
    if (grown > LITTLE_MIB)
        fail_msg("%zu MiB for a file of %zu bytes", grown, file->count);
}

static void put_chunk(struct file *file, const char *name, uint32_t claims, const void *bytes, size_t count)
{
    const uint8_t length[] = {(uint8_t)(claims >> 24), (uint8_t)(claims >> 16), (uint8_t)(claims >> 8),
                              (uint8_t)claims};
    uLong sum = crc32(crc32(crc32(0, NULL, 0), (const Bytef *)name, 4), bytes, (uInt)count);
    const uint8_t checksum[] = {(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};
    put(file, length, 4);
    put(file, name, 4);
    put(file, bytes, count);
    put(file, checksum, 4);
}

/* The signature and a header of 16 bits RGBA. */
static void begin_png(struct file *file, uint32_t side, uint8_t interlace)
{
    const uint8_t header[] = {
        0, 0, (uint8_t)(side >> 8), (uint8_t)side, 0, 0, (uint8_t)(side >> 8), (uint8_t)side, 16, 6, 0, 0, interlace};
    file->count = 0;
    put(file, "\x89PNG\r\n\x1A\n", 8);
    put_chunk(file, "IHDR", sizeof header, header, sizeof header);
}

static const struct dataset_kind vast_kind = {.name = "vast", .classes = 3, .shape = {4096, 4096, 1}, .scale = 1};

static void test_chunks_that_claim_much(void **state)
{
    (void)state;
    static const char *const names[] = {"tEXt", "iCCP", "zTXt", "sPLT", "PLTE", "acTL", "IDAT", "xyZw"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct file file = {0};
        begin_png(&file, 3, 0);
        put_chunk(&file, names[i], 1900000000, "a", 1);
        expect_little(&file, &gray_kind, "cut off");
    }
}

/* zeros [count] in a stream of zlib's, or of gzip's. */
static size_t pack_zeros(size_t count, int window, uint8_t *packed, size_t room)
{
    static const uint8_t zeros[1 << 16];
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    for (size_t left = count; left > 0;) {
        stream.next_in = (Bytef *)zeros;
        stream.avail_in = (uInt)(left < sizeof zeros ? left : sizeof zeros);
        left -= stream.avail_in;
        assert_int_equal(deflate(&stream, left > 0 ? Z_NO_FLUSH : Z_FINISH), left > 0 ? Z_OK : Z_STREAM_END);
    }
    const size_t used = room - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return used;
}

/* Texts and profiles that unpack to a thousand times their bytes say nothing about the picture, which is read. */
static void test_profiles_that_unpack_to_much(void **state)
{
    (void)state;
    static struct file file;
    static uint8_t text[1 << 13];
    memcpy(text, "a\0", 3); /* keyword, method */
    const size_t count = 3 + pack_zeros(7000000, 15, text + 3, sizeof text - 3);
    begin_png(&file, 3, 0);
    put_chunk(&file, "zTXt", (uint32_t)count, text, count);
    put_chunk(&file, "iCCP", (uint32_t)count, text, count);
    put_chunk(&file, "IDAT", 2, "x", 2);
    expect_little(&file, &gray_kind, "3 x 3 pixels");
}

/* The model takes so many pixels, and the file cannot have them. */
static void test_pictures_that_claim_much(void **state)
{
    (void)state;
    struct file file = {0};
    for (uint8_t interlace = 0; interlace < 2; interlace++) {
        begin_png(&file, 4096, interlace);
        put_chunk(&file, "IDAT", 2, "x", 2);
        put_chunk(&file, "IEND", 0, "", 0);
        expect_little(&file, &vast_kind, "cannot hold");
    }
    file.count = 0;
    put_text(&file, "P6 4096 4096 65535\n");
    expect_little(&file, &vast_kind, "cut off");
    file.count = 0;
    put_text(&file, "P1 4096 4096\n1");
    expect_little(&file, &vast_kind, "cut off");
}

static void test_items_that_claim_much(void **state)
{
    (void)state;
    struct file file = {0};
    put(&file, "\0\0\10\3\0\17\102\100\0\0\0\3\0\0\0\5", 16); /* 1,000,000 images */
    expect_little(&file, &gray_kind, "16 of 15000016 bytes");
    file.count = 0;
    put(&file, "\0\0\10\3\0\0\0\2\0\0\20\0\0\0\20\0", 16); /* two of 4096 x 4096 */
    expect_little(&file, &vast_kind, "16 of 33554448 bytes");
    file.count = 0;
    put_text(&file, "1,2,3\n4,5,6\n");
    expect_little(&file, &vast_kind, "values");
}

/* What is packed to a hundredth of what is sound, once or in streams one after the other. */
static void test_gzip_that_unpacks_to_much(void **state)
{
    (void)state;
    static struct file once, often;
    enum { ZEROS = 12 << 20 };
    once.count = pack_zeros(ZEROS, 15 + 16, once.bytes, sizeof once.bytes);
    expect_little(&once, &series_kind, "no text"); /* less than what any file may unpack to */
    once.count = pack_zeros(2 * ZEROS, 15 + 16, once.bytes, FILE_ROOM);
    expect_little(&once, &series_kind, "unpacks to more than 200 times its size");
    const size_t size = pack_zeros(1 << 20, 15 + 16, often.bytes, sizeof often.bytes);
    for (often.count = size; often.count + size <= sizeof often.bytes && often.count < 24 * size; often.count += size)
        memcpy(often.bytes + often.count, often.bytes, size);
    expect_little(&often, &series_kind, "unpacks to more than 200 times its size");
}

/* ---- every allocation fails in turn ---- */

static void fail_in_turn(const struct file *file, const struct dataset_kind *kind)
{
    size_t successes = 0;
    for (bool met = true; met; successes++) {
        struct items items;
        struct error error;
        fault_arm(successes);
        enum status status = read_file(file, kind, &items, &error);
        met = fault_met();
        fault_arm(SIZE_MAX);
        assert_int_equal(status, met ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(!met || error.message[0]);
        items_free(&items);
        assert_true(successes < 200);
    }
    assert_true(successes > 5);
}

static void test_no_memory(void **state)
{
    (void)state;
    static struct file file, packed;
    uint16_t samples[PIXELS];
    make_picture(65535, samples);
    make_png(&(struct png_spec){.color = PNG_COLOR_TYPE_RGB, .depth = 16, .interlaced = 1, .gamma = true}, samples,
             &file);
    fail_in_turn(&file, &gray_kind);
    pack(&file, &packed);
    fail_in_turn(&packed, &color_kind);
    make_netpbm(true, false, 255, samples, &file);
    fail_in_turn(&file, &gray_kind);
    file.count = 0;
    put_text(&file, "class,a,b,c\n1,2,3,4\n");
    fail_in_turn(&file, &series_kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_picture_in_every_container),
        cmocka_unit_test(test_bitmaps),
        cmocka_unit_test(test_transparent),
        cmocka_unit_test(test_color_for_gray),
        cmocka_unit_test(test_damaged_pictures),
        cmocka_unit_test(test_text_as_programs_write_it),
        cmocka_unit_test(test_text_that_is_refused),
        cmocka_unit_test(test_header_of_numbers),
        cmocka_unit_test(test_others_are_named),
        cmocka_unit_test(test_gzip_that_unpacks_to_much),
        cmocka_unit_test(test_items_that_claim_much),
        cmocka_unit_test(test_pictures_that_claim_much),
        cmocka_unit_test(test_profiles_that_unpack_to_much),
        cmocka_unit_test(test_chunks_that_claim_much),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/test_page.c: texts, numbers and colours of the report's page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "bayes/posterior.h"
#include "report/page.h"

static void paths_are_cut_to_their_last_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/home/ada/data", "…/data"},
        {"/data/", "…/data"},
        {"a,/home/ada/mnist,b", "a,…/mnist,b"},
        {"read from \"/home/ada/x.gz\"", "read from \"…/x.gz\""},
        {"-I/usr/include/hdf5 -O3", "-I…/hdf5 -O3"},
        {"out=/tmp/a/b;c", "out=…/b;c"},
        {"nats/item, mu / sigma, |mu|/sigma, 1/255", NULL},
        {"https://example.org/a/b, arXiv:1505.05424, and/or", NULL},
        {"results/smoke/tables", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        char *pathless = page_pathless(cases[i][0], &error);
        assert_non_null(pathless);
        assert_string_equal(pathless, cases[i][1] ? cases[i][1] : cases[i][0]);
        assert_int_equal(page_has_path(cases[i][0]), cases[i][1] != NULL);
        memory_free(pathless);
    }
}

static void compared_numbers_have_the_same_digits(void **state)
{
    (void)state;
    assert_string_equal(page_fixed(-.000667, .0004).text, "-0.001");
    assert_string_equal(page_fixed(-.0001, .5).text, "0.000");
    assert_string_equal(page_fixed(1, .98).text, "1.000");
    assert_string_equal(page_fixed(32, 32.4578).text, "32.0");
    assert_string_equal(page_fixed(NAN, 1).text, "–");
    assert_string_equal(page_fixed(2, NAN).text, "2.000");
    assert_string_equal(page_count(9999).text, "9999");
    assert_string_equal(page_count(10000).text, "10,000");
    assert_string_equal(page_count(NAN).text, "–");
}

/* As WCAG has it. */
static double luminance(unsigned int rgb)
{
    static const double weights[] = {.2126, .7152, .0722};
    double sum = 0;
    for (int c = 0; c < 3; c++) {
        const double v = (double)(rgb >> (16 - 8 * c) & 255) / 255;
        sum += weights[c] * (v <= .03928 ? v / 12.92 : pow((v + .055) / 1.055, 2.4));
    }
    return sum;
}

static void colours_stand_out_on_dark_pages(void **state)
{
    (void)state;
    enum { WHITE = 0xFFFFFF };
    const double paper = luminance(page_on_dark(WHITE));
    size_t count;
    const struct method *looks = methods(&count);
    for (size_t i = 0; i < count; i++) {
        for (const char *at = looks[i].colours; (at = strchr(at, '#')); at++)
            assert_true((luminance(page_on_dark((unsigned int)strtoul(at + 1, NULL, 16))) + .05) / (paper + .05) > 3.0);
    }
    assert_true((luminance(page_on_dark(0)) + .05) / (paper + .05) > 12);
    const unsigned int blue = page_on_dark(0x0072B2), red = page_on_dark(0xB00000); /* hues stay */
    assert_true((blue & 255) > (blue >> 8 & 255) && (blue >> 8 & 255) > blue >> 16);
    assert_true(red >> 16 > (red >> 8 & 255) && (red >> 8 & 255) == (red & 255));
}

/* What stands in quotes in a text is no colour; a scale of them, or a picture, keeps its own. */
static void colours_of_drawings_are_noted(void **state)
{
    (void)state;
    struct error error = {0};
    struct page page = {.figures_shown = 1};
    enum status status;
    assert_true(page_note_colours(
        &page,
        "<g fill=\"none\" color=\"black\"><text>layer's = \"red\"</text>\n<path stroke='rgb(  0, 114, 178)' "
        "fill = '#FFFFFF'/><path stroke='rgb(  0, 114, 178)' stroke-width='2' fill='rgb(0,0,300)'/>",
        &status, &error));
    assert_int_equal(page.colour_count, 3);
    assert_string_equal(page.colours[1].attribute, "stroke");
    assert_int_equal(page.colours[1].rgb, 0x0072B2);
    struct text_buffer scale = text_begin(&error);
    for (int gray = 0; gray < 20; gray++)
        text_add(&scale, "<rect fill=\"rgb(%d,%d,%d)\"/>", gray, gray, gray);
    char *drawing = text_take(&scale);
    page.figures_shown = 2;
    assert_false(page_note_colours(&page, drawing, &status, &error));
    assert_int_equal(status, STATUS_OK);
    assert_false(page_note_colours(&page, "<image/><path stroke=\"#123456\"/>", &status, &error));
    assert_int_equal(page.colour_count, 3);
    memory_free(drawing);
    memory_free(page.colours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_cut_to_their_last_names),
        cmocka_unit_test(compared_numbers_have_the_same_digits),
        cmocka_unit_test(colours_stand_out_on_dark_pages),
        cmocka_unit_test(colours_of_drawings_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

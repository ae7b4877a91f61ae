/* tests/test_svg.c: what of an SVG file comes into a page. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "io/text_buffer.h"
#include "report/svg_clean.h"

#define ROOT "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"

static enum status clean(const char *text, struct svg_drawing *drawing, struct error *error)
{
    /* Of exactly this size, so that the sanitizer sees a byte too far. */
    const size_t count = strlen(text);
    char *bytes = malloc(count > 0 ? count : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = text[i];
    enum status status = svg_clean(bytes, count, "a.svg", "f7-", drawing, error);
    free(bytes);
    return status;
}

/* `inner` within <svg>, after which there is `left` in it; so many parts were left out. */
static void leaves(const char *inner, const char *left, size_t left_out)
{
    struct error error = {0};
    struct svg_drawing drawing;
    struct text_buffer text = text_begin(&error);
    text_add(&text, "<?xml version=\"1.0\"?>\n<!-- a --> " ROOT "%s</svg>\n<!-- b -->\n", inner);
    char *whole = text_take(&text);
    assert_non_null(whole);
    const enum status status = clean(whole, &drawing, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, STATUS_OK);
    assert_string_equal(drawing.attributes,
                        " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
    text_add(&text, "%s</svg>", left);
    char *wanted = text_take(&text);
    assert_string_equal(drawing.body, wanted);
    assert_int_equal(drawing.left_out, left_out);
    memory_free(wanted);
    memory_free(whole);
    svg_free(&drawing);
}

static void refused(const char *text, const char *why)
{
    struct error error = {0};
    struct svg_drawing drawing;
    assert_int_equal(clean(text, &drawing, &error), STATUS_DATA);
    assert_non_null(strstr(error.message, "a.svg:"));
    if (!strstr(error.message, why))
        fail_msg("\"%s\" does not say \"%s\"", error.message, why);
    assert_null(drawing.body);
    assert_null(drawing.attributes);
}

/* What gnuplot writes keeps its bytes, but for ids. */
static void a_drawing_comes_through(void **state)
{
    (void)state;
    leaves("<title>Gnuplot</title>\n<desc>by <b>who</b></desc>\n<g id=\"canvas\">\n<rect x=\"0\" y='0' "
           "width=\"960\"  fill=\"#ffffff\"/>\n</g>",
           "\n\n<g data-plot=\"canvas\">\n<rect x=\"0\" y='0' width=\"960\"  fill=\"#ffffff\"/>\n</g>", 0);
    leaves("<defs><circle id='gpDot' r='0.5' stroke='currentColor'/></defs><use xlink:href='#gpDot' x=\"1\"/>",
           "<defs><circle id='f7-gpDot' r='0.5' stroke='currentColor'/></defs><use xlink:href='#f7-gpDot' x=\"1\"/>",
           0);
    static const char *const same[] = {
        "<path class=\"gridline\"  d='M76.80,302.40\n L-4.7e1,302.40  z'/>",
        "<g transform=\"translate(64.99,3.9) rotate(-90.00)\" fill=\"rgb(0, 0,0)\">\n<text>&amp; &#960; μ</text></g>",
        "<image xlink:href='data:image/png;base64,iVBORw0KGgo=\n AAAA+/' preserveAspectRatio='none'/>",
        "<text xml:space=\"preserve\"><tspan font-size=\"11.00\">x</tspan ></text >",
        "<text>a]]>b</text>", /* gnuplot writes > as it is */
        "<g ><title>gnuplot_plot_1a</title></g>",
        "",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        leaves(same[i], same[i], 0);
}

static void what_does_not_draw_is_left_out(void **state)
{
    (void)state;
    leaves("<script>document.title='x'</script>a", "a", 1);
    leaves("<g><script xlink:href='#a'/>b</g>", "<g>b</g>", 1);
    leaves("<g><g><foreignObject><p onclick='a'><b/></p></foreignObject></g></g>", "<g><g></g></g>", 1);
    leaves("<style>@import 'x';</style><a href='#b'><path/></a><animate attributeName='href'/><set/>", "", 4);
    leaves("<SCRIPT/><svg:script/><Script/><svg><path/></svg><iframe/><feImage/><pattern/><mask/>", "", 8);
    leaves("<title>a</title><g><title>b<img/><script>c</script></title></g>", "<g><title>b</title></g>", 2);
    leaves("<!-- <script> --><path/><!-- -- --->", "<path/>", 0);
    leaves("<path onload='a' d='M1' ONLOAD=\"b\" style='fill:red'/>", "<path d='M1'/>", 3);
    leaves("<path fill='url(#a)' stroke='url(http://a/b)' filter='url(#b)' d='u&#114;l(a)' color='\\75rl(a)'/>",
           "<path/>", 5);
    leaves("<path fill='image-set(a)' stroke='rgb(var(--a))' color='xrgb(1)' opacity='(1)' class='skip' id='a b'/>",
           "<path/>", 6);
    leaves("<path xmlns='http://www.w3.org/1999/xhtml' xml:base='http://a' tabindex='0' href='#a' role='x'/>",
           "<path/>", 5);
    leaves("<use href='http://a/b#c'/><use xlink:href='a.svg#b'/><use href='#'/><use href='#a&#98;'/>",
           "<use/><use/><use/><use/>", 4);
    leaves("<image href='data:image/svg+xml;base64,AAAA'/><image href='data:image/png;base64,AA\"&#47;'/>"
           "<image href='//a/b.png'/><image href=' javascript:a'/>",
           "<image/><image/><image/><image/>", 4);
}

/* <use> of a group could be many of many of many. */
static void groups_are_not_used_again(void **state)
{
    (void)state;
    leaves("<g id='a'><use href='#b'/></g><text id='c'/>",
           "<g data-plot='a'><use href='#f7-b'/></g><text data-plot='c'/>", 0);
}

static void what_is_not_a_picture_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "no picture"},
        {"\n\n<html><svg/></html>", "a.svg:3: its outermost element"},
        {"<!DOCTYPE svg [<!ENTITY a 'b'>]>" ROOT "&a;</svg>", "document type"},
        {ROOT "<![CDATA[<script>]]></svg>", "CDATA"},
        {ROOT "<?xml-stylesheet href='a'?></svg>", "instruction"},
        {"\n<?xml version='1.0'?>" ROOT "</svg>", "instruction"},
        {"<?xml version='1.0' " ROOT "</svg>", "declaration"},
        {ROOT "&nbsp;</svg>", "stands for nothing"},
        {ROOT "&#0;</svg>", "stands for nothing"},
        {ROOT "&#x1f;</svg>", "stands for nothing"},
        {ROOT "&#xD800;</svg>", "stands for nothing"},
        {ROOT "&#x110000;</svg>", "stands for nothing"},
        {ROOT "&#99999999999999999999;</svg>", "stands for nothing"},
        {ROOT "<path d='&a;'/></svg>", "stands for nothing"},
        {ROOT "<path d='<'/></svg>", "has a <"},
        {ROOT "<path d=1/></svg>", "quotes"},
        {ROOT "<path d/></svg>", "no value"},
        {ROOT "<path d='a'x='b'/></svg>", "no blank"},
        {ROOT "<path d='a' d='b'/></svg>", "twice"},
        {ROOT "<path / ></svg>", "a tag has no end"},
        {ROOT "<path d='a", "no end"},
        {ROOT "<g><path></g></svg>", "not the last to begin"},
        {ROOT "</svg></svg>", "not the last to begin"},
        {ROOT "</svg>" ROOT "</svg>", "after the picture"},
        {ROOT "</svg>a", "outside"},
        {ROOT "<g>", "cut off"},
        {ROOT, "cut off"},
        {ROOT "<!-- ", "no end"},
        {ROOT "<", "does not begin"},
        {ROOT "< path/></svg>", "does not begin"},
        {"<svg/>", "a tag has no end"},
        {ROOT "a\f</svg>", "control"},
        {ROOT "a\302\205</svg>", "control"},
        {ROOT "a\xff</svg>", "UTF-8"},
        {ROOT "\n\n<b a='\x1b'/></svg>", "a.svg:3: it has a control"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i][0], cases[i][1]);
    struct error error = {0};
    struct svg_drawing drawing;
    static const char zero[] = ROOT "\0</svg>";
    assert_int_equal(svg_clean(zero, sizeof zero - 1, "a", "f", &drawing, &error), STATUS_DATA);
    assert_int_equal(svg_clean(NULL, 0, "a", "f", &drawing, &error), STATUS_DATA);
}

/* ROOT, `piece` so many times, and the end. */
static char *many(const char *piece, size_t count, const char *end)
{
    struct error error = {0};
    struct text_buffer text = text_begin(&error);
    text_add(&text, "%s", ROOT);
    for (size_t i = 0; i < count; i++)
        text_add(&text, "%s", piece);
    text_add(&text, "%s", end);
    char *made = text_take(&text);
    assert_non_null(made);
    return made;
}

static void sizes_have_bounds(void **state)
{
    (void)state;
    const struct {
        const char *piece;
        size_t count;
        const char *end, *why;
    } cases[] = {
        {"<g>", SVG_DEPTH_MAX, "", "too many elements"}, {"<g>", 1000000, "", "too many elements"},
        {"<x>", 1000000, "", "too many elements"},       {"<g/>", SVG_ELEMENTS_MAX, "</svg>", "too many elements"},
        {"<path d='00000000", 1, "", "no end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = many(cases[i].piece, cases[i].count, cases[i].end);
        refused(text, cases[i].why);
        memory_free(text);
    }
    struct error error = {0};
    struct svg_drawing drawing;
    char *text = many("<g/>", SVG_ELEMENTS_MAX - 1, "</svg>");
    assert_int_equal(clean(text, &drawing, &error), STATUS_OK);
    svg_free(&drawing);
    assert_int_equal(svg_clean(text, (size_t)SVG_BYTES_MAX + 1, "a", "f", &drawing, &error), STATUS_DATA);
    memory_free(text);
    /* A shape that is drawn many times is small; attributes are few. */
    char shape[2000];
    (void)snprintf(shape, sizeof shape, ROOT "<path id='a' d='%01200d'/></svg>", 0);
    refused(shape, "too long");
    (void)snprintf(shape, sizeof shape, ROOT "<path d='%01200d'/></svg>", 0);
    assert_int_equal(clean(shape, &drawing, &error), STATUS_OK);
    svg_free(&drawing);
    size_t used = (size_t)snprintf(shape, sizeof shape, "%s", ROOT "<path");
    for (int i = 0; i <= SVG_ATTRIBUTES_MAX; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, " a%d=''", i);
    (void)snprintf(shape + used, sizeof shape - used, "/></svg>");
    refused(shape, "too many attributes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drawing_comes_through),   cmocka_unit_test(what_does_not_draw_is_left_out),
        cmocka_unit_test(groups_are_not_used_again), cmocka_unit_test(what_is_not_a_picture_is_refused),
        cmocka_unit_test(sizes_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* lib/report/page_look.c: the looks of methods and criteria, and the metrics' names, as data for the page's script, and
 * the colours for dark pages. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "core/memory.h"
#include "report/page.h"

/* Hue in 0..6, saturation and lightness in 0..1, and back. */
struct hsl {
    double hue, saturation, lightness;
};

static struct hsl hsl_of(unsigned int rgb)
{
    const double r = (double)(rgb >> 16 & 255) / 255, g = (double)(rgb >> 8 & 255) / 255, b = (double)(rgb & 255) / 255;
    const double most = fmax(r, fmax(g, b)), least = fmin(r, fmin(g, b)), chroma = most - least;
    struct hsl hsl = {0, 0, (most + least) / 2};
    if (chroma == 0)
        return hsl;
    hsl.saturation = chroma / (1 - fabs(2 * hsl.lightness - 1));
    hsl.hue = most == r ? fmod((g - b) / chroma + 6, 6) : most == g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
    return hsl;
}

static unsigned int rgb_of(struct hsl hsl)
{
    const double chroma = (1 - fabs(2 * hsl.lightness - 1)) * hsl.saturation;
    unsigned int rgb = 0;
    for (int channel = 0; channel < 3; channel++) {
        const double turned = fmod(hsl.hue + 4.0 - 2.0 * channel + 2.0, 6); /* red is where the hue is 0 */
        const double share = fmin(1, fmax(0, fabs(turned - 3) - 1));
        rgb = rgb << 8 | (unsigned int)lround(255 * (hsl.lightness - chroma / 2 + chroma * share));
    }
    return rgb;
}

/* White becomes the dark page's background; other grays are inverted; colours keep their hue, darker ones become
 * lighter. */
unsigned int page_on_dark(unsigned int rgb)
{
    enum { WHITE = 0xFFFFFF, DARK_PAPER = 0x14171B };
    struct hsl hsl = hsl_of(rgb);
    if (rgb == WHITE)
        return DARK_PAPER;
    if (hsl.saturation < 0.1)
        hsl.lightness = 0.92 - 0.8 * hsl.lightness;
    else
        hsl.lightness = 0.95 - 0.55 * hsl.lightness;
    hsl.saturation *= 0.85;
    return rgb_of(hsl);
}

/* "a b c" as ["a","b","c"]: what the registry has needs no escapes. */
static void list_add(struct text_buffer *out, const char *words)
{
    text_add(out, "[");
    for (size_t length; *words; words += length + (words[length] == ' ')) {
        length = strcspn(words, " ");
        text_add(out, "\"%.*s\"%s", (int)length, words, words[length] ? "," : "");
    }
    text_add(out, "]");
}

/* {"#RRGGBB":"#rrggbb"}: each colour and what it is on a dark page. */
static void dark_add(struct text_buffer *out, const struct method *rows, size_t count)
{
    const char *between = "";
    text_add(out, "{");
    for (size_t i = 0; i < count; i++) {
        for (const char *at = rows[i].colours; (at = strchr(at, '#')); at++, between = ",")
            text_add(out, "%s\"%.7s\":\"#%06x\"", between, at, page_on_dark((unsigned int)strtoul(at + 1, NULL, 16)));
    }
    text_add(out, "}");
}

void page_add_look(struct page *page)
{
    struct text_buffer *out = &page->out;
    size_t count, criteria_count, metrics_count;
    const struct method *rows = methods(&count);
    const struct criterion *all_criteria = criteria(&criteria_count);
    const struct metric *all_metrics = metrics(&metrics_count);
    text_add(out, "<script type=\"application/json\" id=\"look\">{\"methods\":{");
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s\"%s\":", i > 0 ? "," : "", rows[i].name);
        list_add(out, rows[i].colours);
    }
    text_add(out, "},\"usual\":{");
    for (size_t i = 0; i < count; i++)
        text_add(out, "%s\"%s\":\"%s\"", i > 0 ? "," : "", rows[i].name, rows[i].usual);
    text_add(out, "},\"sigma\":{");
    for (size_t i = 0; i < count; i++)
        text_add(out, "%s\"%s\":%s", i > 0 ? "," : "", rows[i].name, rows[i].has_sigma ? "true" : "false");
    text_add(out, "},\"dark\":");
    dark_add(out, rows, count);
    text_add(out, ",\"criteria\":{");
    for (size_t i = 0; i < criteria_count; i++)
        text_add(out, "%s\"%s\":%s", i > 0 ? "," : "", all_criteria[i].name, all_criteria[i].dashes);
    text_add(out, "},\"metrics\":[");
    for (size_t i = 0; i < metrics_count; i++)
        text_add(out, "%s\"%s\"", i > 0 ? "," : "", all_metrics[i].name);
    text_add(out, "]}</script>\n");
}

/* A drawing with more grays or colours than these uses them as a scale. */
enum { COLOURS_MAX = 600, GRAYS_FOR_LINES = 8, COLOURS_FOR_LINES = 30 };

/* "rgb(  0, 114, 178)", "#0072B2", "black": as gnuplot writes colours. */
static bool colour_parse(const char *value, unsigned int *rgb)
{
    unsigned long part[3];
    char *end;
    if (value[0] == '#' && strlen(value) == 7 && strspn(value + 1, "0123456789abcdefABCDEF") == 6) {
        *rgb = (unsigned int)strtoul(value + 1, NULL, 16);
        return true;
    }
    *rgb = 0;
    if (strcmp(value, "black") == 0)
        return true;
    if (strncmp(value, "rgb(", 4) != 0)
        return false;
    value += 4;
    for (size_t i = 0; i < 3; i++, value = end + 1) {
        value += strspn(value, " ");
        part[i] = strtoul(value, &end, 10);
        if (*value < '0' || *value > '9' || part[i] > 255 || *end != ",,)"[i])
            return false;
    }
    *rgb = (unsigned int)(part[0] << 16 | part[1] << 8 | part[2]);
    return *value == '\0';
}

/* The attribute that ends before `quote`, as in `fill = '`, if it is a colour; else NULL. */
static const char *attribute_before(const char *begin, const char *quote)
{
    static const char *const names[] = {"fill", "stroke", "color"};
    const char *end = quote;
    while (end > begin && end[-1] == ' ')
        end--;
    if (end == begin || *--end != '=')
        return NULL;
    while (end > begin && end[-1] == ' ')
        end--;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t length = strlen(names[i]);
        if (end - begin > (ptrdiff_t)length && strncmp(end - length, names[i], length) == 0 &&
            strchr(" \t\n", end[-1 - (ptrdiff_t)length]))
            return names[i];
    }
    return NULL;
}

/* Notes that the page's latest drawing has a colour there. */
static void colour_note(struct page *page, const char *attribute, const char *value)
{
    struct page_colour colour = {.drawing = page->figures_shown};
    (void)snprintf(colour.attribute, sizeof colour.attribute, "%s", attribute);
    (void)snprintf(colour.value, sizeof colour.value, "%s", value);
    for (size_t i = 0; i < page->colour_count; i++) {
        struct page_colour *known = &page->colours[i];
        if (strcmp(known->attribute, attribute) == 0 && strcmp(known->value, value) == 0) {
            known->drawing = colour.drawing;
            return;
        }
    }
    if (page->colour_count < COLOURS_MAX && colour_parse(value, &colour.rgb))
        page->colours[page->colour_count++] = colour;
}

/* Whether the latest drawing's colours are a scale. */
static bool is_scale(const struct page *page)
{
    size_t grays = 0, all = 0;
    for (size_t i = 0; i < page->colour_count; i++) {
        const unsigned int rgb = page->colours[i].rgb;
        bool first = page->colours[i].drawing == page->figures_shown;
        for (size_t k = 0; k < i && first; k++)
            first = page->colours[k].rgb != rgb || page->colours[k].drawing != page->figures_shown;
        all += first;
        grays += first && (rgb >> 16) == (rgb & 255) && (rgb >> 8 & 255) == (rgb & 255);
    }
    return grays > GRAYS_FOR_LINES || all > COLOURS_FOR_LINES;
}

bool page_note_colours(struct page *page, const char *drawing, enum status *status, struct error *error)
{
    if (!page->colours)
        page->colours = memory_alloc(COLOURS_MAX, sizeof *page->colours, error);
    *status = page->colours ? STATUS_OK : STATUS_NO_MEMORY;
    if (*status != STATUS_OK || strstr(drawing, "<image"))
        return false;
    const size_t before = page->colour_count;
    for (const char *at = drawing; (at = strpbrk(at, "\"'")); at++) { /* an apostrophe in a text has no attribute */
        const char *attribute = attribute_before(drawing, at), *end = attribute ? strchr(at + 1, *at) : NULL;
        char value[sizeof page->colours->value];
        if (!end)
            continue;
        if ((size_t)(end - at) <= sizeof value) {
            (void)snprintf(value, sizeof value, "%.*s", (int)(end - at - 1), at + 1);
            colour_note(page, attribute, value);
        }
        at = end;
    }
    const bool scale = is_scale(page);
    if (scale)
        page->colour_count = before;
    return !scale;
}

void page_add_colours(const struct page *page, struct text_buffer *out)
{
    for (size_t i = 0; i < page->colour_count; i++) {
        const struct page_colour *colour = &page->colours[i];
        text_add(out, "svg.curves [%s=\"%s\"] { %s: light-dark(#%06x, #%06x); }\n", colour->attribute, colour->value,
                 colour->attribute, colour->rgb, page_on_dark(colour->rgb));
    }
}

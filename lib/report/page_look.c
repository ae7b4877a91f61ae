/* lib/report/page_look.c: the looks of methods and criteria as data for the page's script, and what colours become on
 * dark pages. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/look.h"
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

/* White is the dark page's paper; other grays are turned round; colours keep their hue, the darker the lighter. */
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

/* "a b c" as ["a","b","c"]: what look.def has needs no escapes. */
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
static void dark_add(struct text_buffer *out, const struct look *looks, size_t count)
{
    const char *between = "";
    text_add(out, "{");
    for (size_t i = 0; i < count; i++) {
        for (const char *at = looks[i].colours; (at = strchr(at, '#')); at++, between = ",")
            text_add(out, "%s\"%.7s\":\"#%06x\"", between, at, page_on_dark((unsigned int)strtoul(at + 1, NULL, 16)));
    }
    text_add(out, "}");
}

void page_add_look(struct page *page)
{
    struct text_buffer *out = &page->out;
    size_t count;
    const struct look *looks = look_methods(&count);
    text_add(out, "<script type=\"application/json\" id=\"look\">{\"methods\":{");
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s\"%s\":", i > 0 ? "," : "", looks[i].name);
        list_add(out, looks[i].colours);
    }
    text_add(out, "},\"dark\":");
    dark_add(out, looks, count);
    looks = look_criteria(&count);
    text_add(out, ",\"criteria\":{");
    for (size_t i = 0; i < count; i++)
        text_add(out, "%s\"%s\":%s", i > 0 ? "," : "", looks[i].name, looks[i].dashes);
    text_add(out, "}}</script>\n");
}

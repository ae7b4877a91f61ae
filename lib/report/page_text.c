/* lib/report/page_text.c: numbers, names and bytes as shown in the page. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "report/page.h"
#include "results/glossary.h"

/* The start of an absolute path in a text, and its length; NULL: there is none. A / after a letter or digit divides
 * ("nats/item"), and // belongs to a URL. */
static const char *path_find(const char *text, size_t *length)
{
    for (const char *at = strchr(text, '/'); at; at = strchr(at + 1, '/')) {
        const char before = at > text ? at[-1] : ' ';
        const bool flag = at > text + 1 && at[-2] == '-'; /* -I/usr/include */
        if ((isalnum((unsigned char)before) && !flag) || strchr("/:.)_-~|", before) ||
            !(isalnum((unsigned char)at[1]) || at[1] == '.'))
            continue;
        *length = strcspn(at, " \t\n\r,;:\"'<>()");
        return at;
    }
    return NULL;
}

bool page_has_path(const char *text)
{
    size_t length;
    return path_find(text, &length) != NULL;
}

char *page_pathless(const char *text, struct error *error)
{
    struct text_buffer out = text_begin(error);
    size_t length;
    for (const char *path; (path = path_find(text, &length)); text = path + length) {
        size_t end = length, last;
        while (end > 0 && path[end - 1] == '/')
            end--;
        for (last = end; last > 0 && path[last - 1] != '/'; last--)
            ;
        text_add(&out, "%.*s…/%.*s", (int)(path - text), text, (int)(end - last), path + last);
    }
    text_add(&out, "%s", text);
    return text_take(&out);
}

void page_escape_pathless(struct text_buffer *out, const char *text)
{
    char *pathless = page_pathless(text, out->error);
    out->failed = out->failed || !pathless;
    if (pathless)
        page_escape(out, pathless);
    memory_free(pathless);
}

/* Whether HTML would take the byte for markup, or for an end of the text (`, in old browsers), or does not allow it. */
static bool is_markup(char c)
{
    return strchr("&<>\"'`", c) || ((unsigned char)c < 0x20 && !strchr("\t\n\r", c)) || c == 0x7F;
}

void page_escape_part(struct text_buffer *out, const char *text, size_t length)
{
    static const char control[] = "\xEF\xBF\xBD"; /* U+FFFD: no reference can denote a control character */
    for (size_t from = 0, i = 0; i < length; i++) {
        const bool markup = is_markup(text[i]), last = i + 1 == length;
        const size_t end = i + !markup;
        if ((markup || last) && end > from)
            text_add(out, "%.*s", (int)(end - from), text + from);
        if (!markup)
            continue;
        from = i + 1;
        if (text[i] < 0x20 || text[i] == 0x7F)
            text_add(out, "%s", control);
        else
            text_add(out, "&#%d;", text[i]);
    }
}

void page_escape(struct text_buffer *out, const char *text)
{
    page_escape_part(out, text, strlen(text));
}

void page_base64(struct text_buffer *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char block[4 * 256 + 1];
    size_t used = 0;
    for (size_t i = 0; i < count; i += 3) {
        unsigned int word = (unsigned int)bytes[i] << 16;
        word |= i + 1 < count ? (unsigned int)bytes[i + 1] << 8 : 0;
        word |= i + 2 < count ? bytes[i + 2] : 0;
        block[used++] = digits[word >> 18];
        block[used++] = digits[word >> 12 & 63];
        block[used++] = i + 1 < count ? digits[word >> 6 & 63] : '=';
        block[used++] = i + 2 < count ? digits[word & 63] : '=';
        if (used + 4 >= sizeof block || i + 3 >= count) {
            text_add(out, "%.*s", (int)used, block);
            used = 0;
        }
    }
}

struct page_number page_number(double value)
{
    struct page_number number;
    if (isnan(value))
        (void)snprintf(number.text, sizeof number.text, "–");
    else if (fabs(value) >= 1e5 || (value != 0 && fabs(value) < 1e-3))
        (void)snprintf(number.text, sizeof number.text, "%.3g", value);
    else if (value == floor(value))
        (void)snprintf(number.text, sizeof number.text, "%.0f", value);
    else
        (void)snprintf(number.text, sizeof number.text, "%.*f", fabs(value) < 10 ? 3 : 1, value);
    return number;
}

/* Negative numbers shown as 0 have no sign. */
struct page_number page_fixed(double value, double like)
{
    struct page_number number;
    const double size = fabs(isnan(like) ? value : like);
    const int digits = size < 10 ? 3 : size < 1000 ? 1 : 0;
    const double unit = pow(10, -digits);
    if (isnan(value))
        (void)snprintf(number.text, sizeof number.text, "–");
    else if (fabs(value) >= 1e9)
        (void)snprintf(number.text, sizeof number.text, "%.3g", value);
    else
        (void)snprintf(number.text, sizeof number.text, "%.*f", digits, fabs(value) < unit / 2 ? 0 : value);
    return number;
}

struct page_number page_count(double value)
{
    struct page_number number;
    if (isnan(value) || value < 0 || value >= 1e12)
        (void)snprintf(number.text, sizeof number.text, "–");
    else if (value < 10000)
        (void)snprintf(number.text, sizeof number.text, "%.0f", value);
    else
        (void)snprintf(number.text, sizeof number.text, "%.0f,%03.0f", floor(value / 1000), fmod(value, 1000));
    return number;
}

void page_add_title(struct text_buffer *out, const char *registry, const char *name)
{
    page_escape(out, glossary_title(registry, name));
}

void page_add_short_title(struct text_buffer *out, const char *registry, const char *name)
{
    const char *title = glossary_title(registry, name);
    page_escape_part(out, title, strcspn(title, ":"));
}

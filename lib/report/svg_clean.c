#include "report/svg_clean.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "io/text_buffer.h"

/* A shape with an id may be drawn many times, so it has to be small. */
enum { REUSED_BYTES_MAX = 1024, ID_BYTES_MAX = 64 };

/* A piece of the file. */
struct span {
    const char *at;
    size_t length;
};

struct reader {
    const char *begin, *at; /* the text, which ends with a 0, and the reader's position */
    const char *name, *prefix;
    struct svg_drawing *drawing;
    struct text_buffer out;
    const char *copied;              /* everything before it was copied or omitted */
    struct span open[SVG_DEPTH_MAX]; /* the open elements */
    size_t depth, elements;
    size_t leaving; /* the depth of the element that is being omitted with its content; 0: none */
    struct error *error;
};

enum element_kind { ELEMENT_ROOT, ELEMENT_GROUP, ELEMENT_SHAPE, ELEMENT_WORDS };

static const struct {
    const char *name;
    enum element_kind kind;
} elements[] = {
    {"svg", ELEMENT_ROOT},       {"g", ELEMENT_GROUP},           {"defs", ELEMENT_GROUP},  {"text", ELEMENT_GROUP},
    {"tspan", ELEMENT_GROUP},    {"filter", ELEMENT_GROUP},      {"path", ELEMENT_SHAPE},  {"rect", ELEMENT_SHAPE},
    {"circle", ELEMENT_SHAPE},   {"ellipse", ELEMENT_SHAPE},     {"line", ELEMENT_SHAPE},  {"polygon", ELEMENT_SHAPE},
    {"polyline", ELEMENT_SHAPE}, {"use", ELEMENT_SHAPE},         {"image", ELEMENT_SHAPE}, {"feFlood", ELEMENT_SHAPE},
    {"title", ELEMENT_WORDS},    {"feComposite", ELEMENT_SHAPE}, {"desc", ELEMENT_WORDS},
};

/* Their values are numbers, words and colours, checked by value_is_plain. */
static const char *const attributes[] = {
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "dx",
    "dy",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "d",
    "points",
    "width",
    "height",
    "viewBox",
    "version",
    "transform",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-miterlimit",
    "stroke-opacity",
    "opacity",
    "color",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "text-rendering",
    "shape-rendering",
    "image-rendering",
    "preserveAspectRatio",
    "filterUnits",
    "in",
    "in2",
    "operator",
    "result",
    "flood-color",
    "flood-opacity",
    "xml:space",
};

static const char *const functions[] = {"rgb", "rgba", "translate", "rotate", "scale", "matrix", "skewX", "skewY"};

static bool span_is(struct span span, const char *text)
{
    return strlen(text) == span.length && strncmp(span.at, text, span.length) == 0;
}

static enum status refuse(const struct reader *reader, const char *why)
{
    size_t line = 1;
    for (const char *c = reader->begin; c < reader->at; c++)
        line += *c == '\n';
    return error_set(reader->error, STATUS_DATA,
                     "%s:%zu: %s: it is not an SVG picture as plots/draw.sh draws it; draw the figures again, or keep "
                     "this file elsewhere",
                     reader->name, line, why);
}

/* Copies everything before `end` that was not copied yet. */
static void copy_until(struct reader *reader, const char *end)
{
    if (!reader->leaving && end > reader->copied)
        text_add(&reader->out, "%.*s", (int)(end - reader->copied), reader->copied);
    reader->copied = end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void pass_blanks(struct reader *reader)
{
    while (is_blank(*reader->at))
        reader->at++;
}

static bool is_name_character(char c, bool first)
{
    return isalpha((unsigned char)c) || c == '_' || (!first && (isdigit((unsigned char)c) || strchr("-.:", c)) && c);
}

static struct span read_name(struct reader *reader)
{
    struct span name = {reader->at, 0};
    while (is_name_character(name.at[name.length], name.length == 0))
        name.length++;
    reader->at += name.length;
    return name;
}

/* The length of a permitted character reference, such as &lt; or &#8211;; 0: another one, or none. */
static size_t reference_length(const char *text)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(text, known[i], strlen(known[i])) == 0)
            return strlen(known[i]);
    }
    static const char decimal[] = "0123456789", hexadecimal[] = "0123456789abcdefABCDEF";
    enum { DIGITS_MAX = 7 };
    if (strncmp(text, "&#", 2) != 0)
        return 0;
    const bool hex = text[2] == 'x';
    const char *digits = text + 2 + hex;
    const size_t count = strspn(digits, hex ? hexadecimal : decimal);
    unsigned long character = 0;
    for (size_t i = 0; i < count && count <= DIGITS_MAX; i++) {
        const int c = tolower((unsigned char)digits[i]);
        character = character * (hex ? 16 : 10) + (unsigned long)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    const bool control =
        (character < 0x20 && character != '\t' && character != '\n') || (character >= 0x7F && character < 0xA0);
    const bool none = (character >= 0xD800 && character < 0xE000) || character > 0x10FFFF;
    return count == 0 || count > DIGITS_MAX || digits[count] != ';' || control || none
               ? 0
               : (size_t)(digits - text) + count + 1;
}

/* Only letters, digits and the characters of numbers, colours and fonts; a function only if it draws. No reference, and
 * no backslash, which could disguise a word. */
static bool value_is_plain(struct span value)
{
    for (size_t i = 0; i < value.length; i++) {
        const char c = value.at[i];
        if ((unsigned char)c < 0x80 && !isalnum((unsigned char)c) && !is_blank(c) && !strchr("+-.,%#()_'", c))
            return false;
        if (c != '(')
            continue;
        size_t from = i;
        while (from > 0 && (isalnum((unsigned char)value.at[from - 1]) || strchr("-_", value.at[from - 1])))
            from--;
        bool known = false;
        for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++)
            known = known || span_is((struct span){value.at + from, i - from}, functions[f]);
        if (!known)
            return false;
    }
    return true;
}

static bool is_identifier(struct span text)
{
    size_t length = 0;
    while (length < text.length && is_name_character(text.at[length], length == 0) && text.at[length] != ':')
        length++;
    return length > 0 && length == text.length && length <= ID_BYTES_MAX;
}

static bool is_png(struct span value)
{
    static const char head[] = "data:image/png;base64,";
    const size_t length = strlen(head);
    if (value.length < length || strncmp(value.at, head, length) != 0)
        return false;
    for (size_t i = length; i < value.length; i++) {
        if (!isalnum((unsigned char)value.at[i]) && !strchr("+/=\n\r\t ", value.at[i]))
            return false;
    }
    return true;
}

static bool is_listed(struct span name)
{
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (span_is(name, attributes[i]))
            return true;
    }
    return false;
}

static bool is_shape(struct span element)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (span_is(element, elements[i].name))
            return elements[i].kind == ELEMENT_SHAPE;
    }
    return false;
}

/* Copies an attribute, from `before`, the end of what comes before it, to the closing quote; or omits it. `value` lies
 * between quotes. */
static void attribute_keep(struct reader *reader, struct span element, const char *before, struct span name,
                           struct span value)
{
    const bool root = reader->depth == 1;
    const bool link = span_is(name, "xlink:href") || span_is(name, "href");
    const struct span target = {value.at + 1, value.length - (value.length > 0)};
    if (span_is(name, "id") && is_identifier(value) && !root && (is_shape(element) || span_is(element, "filter"))) {
        copy_until(reader, value.at);
        text_add(&reader->out, "%s", reader->prefix);
    } else if (span_is(name, "id") && is_identifier(value) && !root) {
        copy_until(reader, name.at);
        text_add(&reader->out, "data-plot");
        reader->copied = name.at + name.length;
    } else if (link && span_is(element, "use") && value.at[0] == '#' && is_identifier(target)) {
        copy_until(reader, target.at);
        text_add(&reader->out, "%s", reader->prefix);
    } else if ((link && span_is(element, "image") && is_png(value)) || (is_listed(name) && value_is_plain(value)) ||
               (span_is(name, "class") && span_is(value, "gridline")) ||
               (root && span_is(name, "xmlns") && span_is(value, "http://www.w3.org/2000/svg")) ||
               (root && span_is(name, "xmlns:xlink") && span_is(value, "http://www.w3.org/1999/xlink"))) {
        return; /* unchanged, with what follows */
    } else {
        copy_until(reader, before);
        reader->copied = value.at + value.length + 1;
        reader->drawing->left_out++;
    }
}

/* NAME="VALUE", after blanks. The value must always be well formed. */
static enum status read_attribute(struct reader *reader, struct span *name, struct span *value)
{
    *name = read_name(reader);
    if (name->length == 0)
        return refuse(reader, "an element's name is not followed by attributes");
    pass_blanks(reader);
    if (*reader->at != '=')
        return refuse(reader, "an attribute has no value");
    reader->at++;
    pass_blanks(reader);
    const char quote = *reader->at;
    if (quote != '"' && quote != '\'')
        return refuse(reader, "an attribute's value is not in quotes");
    *value = (struct span){++reader->at, 0};
    while (*reader->at && *reader->at != quote) {
        const size_t length = *reader->at == '&' ? reference_length(reader->at) : *reader->at != '<';
        if (length == 0)
            return refuse(reader, "an attribute's value has a < or a & that stands for nothing");
        reader->at += length;
    }
    if (!*reader->at)
        return refuse(reader, "an attribute's value has no end");
    value->length = (size_t)(reader->at++ - value->at);
    return STATUS_OK;
}

/* The attributes of an element up to its > or />, which is not consumed. */
static enum status read_attributes(struct reader *reader, struct span element)
{
    struct span names[SVG_ATTRIBUTES_MAX];
    size_t count = 0;
    bool reused = false;
    for (;;) {
        const char *before = reader->at;
        pass_blanks(reader);
        if (*reader->at == '>' || *reader->at == '/')
            break;
        if (reader->at == before || count == SVG_ATTRIBUTES_MAX)
            return refuse(reader, reader->at == before ? "no blank stands before an attribute"
                                                       : "an element has too many attributes");
        struct span value = {0};
        enum status status = read_attribute(reader, &names[count], &value);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (names[i].length == names[count].length && strncmp(names[i].at, names[count].at, names[i].length) == 0)
                return refuse(reader, "an attribute stands twice in an element");
        }
        reused = reused || span_is(names[count], "id");
        if (!reader->leaving)
            attribute_keep(reader, element, before, names[count], value);
        count++;
    }
    if (reused && is_shape(element) && reader->at - element.at > REUSED_BYTES_MAX)
        return refuse(reader, "a shape with an id is too long");
    return STATUS_OK;
}

/* Whether an element is allowed here: on the list, the root outside all others, no other inside text. */
static bool may_stand(const struct reader *reader, struct span element)
{
    const bool words = reader->depth > 0 && (span_is(reader->open[reader->depth - 1], "title") ||
                                             span_is(reader->open[reader->depth - 1], "desc"));
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (span_is(element, elements[i].name))
            return !words && (elements[i].kind == ELEMENT_ROOT) == (reader->depth == 0);
    }
    return false;
}

/* The root's attributes are handed over; the rest is the body. */
static enum status begin_body(struct reader *reader)
{
    copy_until(reader, reader->at);
    reader->copied++; /* the > */
    reader->drawing->attributes = text_take(&reader->out);
    reader->out = text_begin(reader->error);
    return reader->drawing->attributes ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Closes the innermost element; the reader is after its tag. */
static void close_element(struct reader *reader)
{
    if (reader->leaving == reader->depth) {
        reader->leaving = 0;
        reader->copied = reader->at;
    }
    reader->depth--;
    if (reader->depth == 0)
        copy_until(reader, reader->at);
}

static enum status read_start(struct reader *reader)
{
    const char *tag = reader->at++;
    const struct span element = read_name(reader);
    if (element.length == 0)
        return refuse(reader, "a < does not begin an element");
    if (reader->depth == SVG_DEPTH_MAX || ++reader->elements > SVG_ELEMENTS_MAX)
        return refuse(reader, "it has too many elements, or too many in each other");
    const bool own_words = reader->depth == 1 && (span_is(element, "title") || span_is(element, "desc"));
    const bool allowed = may_stand(reader, element);
    if (!allowed && reader->depth == 0)
        return refuse(reader, "its outermost element is not svg");
    const bool leave = !reader->leaving && (own_words || !allowed);
    if (leave)
        copy_until(reader, tag);
    reader->open[reader->depth++] = element;
    if (leave) {
        reader->leaving = reader->depth;
        reader->drawing->left_out += !own_words;
    }
    if (reader->depth == 1)
        reader->copied = reader->at;
    enum status status = read_attributes(reader, element);
    if (status != STATUS_OK)
        return status;
    const bool empty = *reader->at == '/';
    if (reader->at[empty] != '>' || (empty && reader->depth == 1))
        return refuse(reader, "a tag has no end");
    status = reader->depth == 1 ? begin_body(reader) : STATUS_OK;
    reader->at += empty + 1;
    if (empty)
        close_element(reader);
    return status;
}

static enum status read_end(struct reader *reader)
{
    reader->at += strlen("</");
    const struct span element = read_name(reader);
    pass_blanks(reader);
    const struct span *open = reader->depth > 0 ? &reader->open[reader->depth - 1] : NULL;
    if (!open || *reader->at != '>' || open->length != element.length ||
        strncmp(open->at, element.at, element.length) != 0)
        return refuse(reader, "an element is ended that was not the last to begin");
    reader->at++;
    close_element(reader);
    return STATUS_OK;
}

/* Omitted without being counted. */
static enum status read_comment(struct reader *reader)
{
    const char *end = strstr(reader->at + strlen("<!--"), "-->");
    if (!end)
        return refuse(reader, "a comment has no end");
    if (reader->depth > 0)
        copy_until(reader, reader->at);
    reader->at = end + strlen("-->");
    if (reader->depth > 0)
        reader->copied = reader->at;
    return STATUS_OK;
}

static enum status read_text(struct reader *reader)
{
    for (; *reader->at && *reader->at != '<';) {
        const size_t length = *reader->at == '&' ? reference_length(reader->at) : 1;
        if (length == 0)
            return refuse(reader, "a & stands for nothing");
        if (reader->depth == 0 && !is_blank(*reader->at))
            return refuse(reader, "text stands outside of the picture");
        reader->at += length;
    }
    return STATUS_OK;
}

/* <?xml version="1.0" ...?>, allowed at the start of a file. */
static enum status read_declaration(struct reader *reader)
{
    static const char head[] = "<?xml ";
    if (strncmp(reader->at, head, strlen(head)) != 0)
        return STATUS_OK;
    const char *end = reader->at + strlen(head);
    end += strcspn(end, "<>?");
    if (strncmp(end, "?>", 2) != 0)
        return refuse(reader, "the XML declaration has no end");
    reader->at = end + 2;
    return STATUS_OK;
}

/* UTF-8 without control characters, except line ends and tabs. */
static enum status check_characters(struct reader *reader, size_t count)
{
    const char *begin = reader->begin;
    const size_t valid = utf8_valid_length(begin);
    for (const char *c = begin; c < begin + count; c++) {
        const unsigned char byte = (unsigned char)*c;
        reader->at = c;
        if (c == begin + valid)
            return refuse(reader, "a byte is not UTF-8, or 0");
        if ((byte < 0x20 && !is_blank(*c)) || byte == 0x7F || (byte == 0xC2 && (unsigned char)c[1] < 0xA0))
            return refuse(reader, "it has a control character");
    }
    reader->at = begin;
    return STATUS_OK;
}

static enum status read_all(struct reader *reader)
{
    enum status status = read_declaration(reader);
    bool rooted = false;
    while (status == STATUS_OK && *reader->at) {
        if (*reader->at != '<')
            status = read_text(reader);
        else if (strncmp(reader->at, "<!--", 4) == 0)
            status = read_comment(reader);
        else if (reader->at[1] == '!' || reader->at[1] == '?')
            status = refuse(reader, "it has a document type, CDATA or an instruction");
        else if (reader->at[1] == '/')
            status = read_end(reader);
        else if (reader->depth == 0 && rooted)
            status = refuse(reader, "something comes after the picture");
        else
            status = read_start(reader);
        rooted = rooted || reader->depth > 0;
    }
    if (status == STATUS_OK && (!rooted || reader->depth > 0))
        status = refuse(reader, rooted ? "it is cut off" : "it has no picture");
    return status;
}

enum status svg_clean(const void *bytes, size_t count, const char *name, const char *prefix,
                      struct svg_drawing *drawing, struct error *error)
{
    *drawing = (struct svg_drawing){0};
    struct reader reader = {.name = name, .prefix = prefix, .drawing = drawing, .error = error};
    if (count > SVG_BYTES_MAX)
        return error_set(error, STATUS_DATA, "%s: has %zu bytes, and a figure at most %d", name, count, SVG_BYTES_MAX);
    char *text = memory_alloc(count + 1, 1, error); /* with the 0 at the end */
    if (!text)
        return STATUS_NO_MEMORY;
    if (count > 0)
        memcpy(text, bytes, count);
    reader.begin = reader.at = reader.copied = text;
    reader.out = text_begin(error);
    enum status status = check_characters(&reader, count);
    if (status == STATUS_OK)
        status = read_all(&reader);
    if (status == STATUS_OK) {
        drawing->body = text_take(&reader.out);
        status = drawing->body ? STATUS_OK : STATUS_NO_MEMORY;
    }
    memory_free(reader.out.bytes);
    memory_free(text);
    if (status != STATUS_OK)
        svg_free(drawing);
    return status;
}

void svg_free(struct svg_drawing *drawing)
{
    memory_free(drawing->attributes);
    memory_free(drawing->body);
    *drawing = (struct svg_drawing){0};
}

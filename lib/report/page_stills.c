/* lib/report/page_stills.c: the pictures of the table `stills` as data for the page's slider. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "data/perturb.h"
#include "report/page.h"
#include "results/glossary.h"

/* One perturbation's rows, which are contiguous: item by item, strength by strength, line by line. */
struct reel {
    const struct csv *csv;
    size_t first, end; /* rows */
    size_t item, strength, line, label, pixels;
};

static void json_text(struct text_buffer *out, const char *text)
{
    text_add(out, "\"");
    for (; *text; text++) {
        if (strchr("\"\\<>&", *text) || (unsigned char)*text < 0x20)
            text_add(out, "\\u%04x", (unsigned int)(unsigned char)*text);
        else
            text_add(out, "%c", *text);
    }
    text_add(out, "\"");
}

/* What JSON accepts as a number: no blanks, no +, and a leading 0 only right before the point. */
static bool is_json_number(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-';
    size_t whole = strspn(text, digits), part = 0;
    if (whole == 0 || (text[0] == '0' && whole > 1))
        return false;
    text += whole;
    if (*text == '.' && (part = strspn(text + 1, digits)) == 0)
        return false;
    text += part > 0 ? part + 1 : 0;
    if (*text == 'e' || *text == 'E') {
        text += 1 + (text[1] == '-' || text[1] == '+');
        if ((part = strspn(text, digits)) == 0)
            return false;
        text += part;
    }
    return *text == '\0';
}

/* The number, as written if JSON accepts that, or null. */
static void json_number(struct text_buffer *out, const struct csv *csv, size_t row, size_t column)
{
    const char *cell = csv_cell(csv, row, column);
    const double value = csv_number(csv, row, column);
    if (is_json_number(cell))
        text_add(out, "%s", cell);
    else if (isfinite(value))
        text_add(out, "%.17g", value);
    else
        text_add(out, "null");
}

static bool begins_picture(const struct reel *reel, size_t row)
{
    return csv_number(reel->csv, row, reel->line) == 0;
}

static bool same_cell(const struct reel *reel, size_t row, size_t other, size_t column)
{
    return strcmp(csv_cell(reel->csv, row, column), csv_cell(reel->csv, other, column)) == 0;
}

static unsigned int hex_digit(char c)
{
    return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : c >= '0' && c <= '9' ? (unsigned int)(c - '0') : 0;
}

static enum status pixels_add(struct text_buffer *out, const struct reel *reel, struct error *error)
{
    size_t room = 0, used = 0;
    for (size_t row = reel->first; row < reel->end; row++)
        room += strlen(csv_cell(reel->csv, row, reel->pixels)) / 2;
    unsigned char *bytes = memory_alloc(room, 1, error);
    if (!bytes)
        return STATUS_NO_MEMORY;
    for (size_t row = reel->first; row < reel->end; row++) {
        const char *text = csv_cell(reel->csv, row, reel->pixels);
        for (; text[0] && text[1]; text += 2)
            bytes[used++] = (unsigned char)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
    }
    text_add(out, "\"pixels\":\"");
    page_base64(out, bytes, used);
    text_add(out, "\"");
    memory_free(bytes);
    return STATUS_OK;
}

/* Items with their labels, the strengths of the first item, and the meaning of bytes 0 and 255 in each picture. */
static void lists_add(struct text_buffer *out, const struct reel *reel)
{
    const struct csv *csv = reel->csv;
    text_add(out, "\"items\":[");
    for (size_t row = reel->first, n = 0; row < reel->end; row++) {
        if (row > reel->first && same_cell(reel, row, row - 1, reel->item))
            continue;
        text_add(out, "%s{\"item\":", n++ ? "," : "");
        json_text(out, csv_cell(csv, row, reel->item));
        text_add(out, ",\"label\":");
        json_text(out, csv_cell(csv, row, reel->label));
        text_add(out, "}");
    }
    text_add(out, "],\"strengths\":[");
    for (size_t row = reel->first, n = 0; row < reel->end && same_cell(reel, row, reel->first, reel->item); row++) {
        if (!begins_picture(reel, row))
            continue;
        text_add(out, "%s", n++ ? "," : "");
        json_text(out, csv_cell(csv, row, reel->strength));
    }
    text_add(out, "],\"ranges\":[");
    for (size_t row = reel->first, n = 0; row < reel->end; row++) {
        if (!begins_picture(reel, row))
            continue;
        text_add(out, "%s[", n++ ? "," : "");
        json_number(out, csv, row, csv_column(csv, "low"));
        text_add(out, ",");
        json_number(out, csv, row, csv_column(csv, "high"));
        text_add(out, "]");
    }
    text_add(out, "],");
}

static enum status reel_add(struct text_buffer *out, const struct reel *reel, struct error *error)
{
    static const char *const sizes[] = {"height", "width", "channels"};
    const char *name = csv_cell(reel->csv, reel->first, csv_column(reel->csv, "perturbation"));
    const struct perturbation *perturbation = perturbation_find(name, NULL);
    text_add(out, "{\"name\":");
    json_text(out, name);
    text_add(out, ",\"title\":");
    json_text(out, glossary_title("perturbation", name));
    text_add(out, ",\"unit\":");
    json_text(out, perturbation && strcmp(perturbation->unit, "1") != 0 ? perturbation->unit : "");
    /* An adversary's pictures belong to the attacked run; "": the same for all. */
    text_add(out, ",\"run\":");
    json_text(out, perturbation && perturbation->need == NEEDS_GRADIENT
                       ? csv_cell(reel->csv, reel->first, csv_column(reel->csv, "run"))
                       : "");
    text_add(out, ",");
    for (size_t i = 0; i < 3; i++) {
        text_add(out, "\"%s\":", sizes[i]);
        json_number(out, reel->csv, reel->first, csv_column(reel->csv, sizes[i]));
        text_add(out, ",");
    }
    lists_add(out, reel);
    enum status status = pixels_add(out, reel, error);
    text_add(out, "}");
    return status;
}

enum status page_add_stills(struct page *page, const char *dataset, struct error *error)
{
    const struct page_table *table = page_table(page, "stills");
    const struct csv *csv = table ? &table->csv : NULL;
    size_t dataset_at = csv ? csv_column(csv, "dataset") : 0, name_at = csv ? csv_column(csv, "perturbation") : 0,
           reels = 0;
    struct text_buffer *out = &page->out;
    enum status status = STATUS_OK;
    for (size_t row = 0; csv && row < csv->rows && status == STATUS_OK;) {
        struct reel reel = {csv,
                            row,
                            row + 1,
                            csv_column(csv, "item"),
                            csv_column(csv, "strength"),
                            csv_column(csv, "line"),
                            csv_column(csv, "label"),
                            csv_column(csv, "pixels")};
        while (reel.end < csv->rows && same_cell(&reel, reel.end, row, dataset_at) &&
               same_cell(&reel, reel.end, row, name_at))
            reel.end++;
        row = reel.end;
        if (strcmp(csv_cell(csv, reel.first, dataset_at), dataset) != 0)
            continue;
        text_add(out, reels++ ? "," : "<script type=\"application/json\" class=\"reels\" data-dataset=\"%s\">[",
                 dataset);
        status = reel_add(out, &reel, error);
    }
    if (reels > 0)
        text_add(out, "]</script>\n");
    return status;
}

#include "data/ucr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_START = 256 };

static const char number_signs[] = "0123456789+-.eE";

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Reads the number at *text and moves *text behind it, behind blanks and behind at most one comma. */
static enum status read_column(const struct source *source, size_t column, const char **text, float *value,
                               struct error *error)
{
    const char *start = skip_blanks(*text);
    size_t length = strcspn(start, " \t,");
    char *end;
    *value = strtof(start, &end);
    /* strtof also takes words such as "nan" and hexadecimal numbers: the format has neither. */
    if (length == 0 || strspn(start, number_signs) != length || end != start + length || !isfinite(*value))
        return error_set(
            error, STATUS_DATA, "%s:%zu: column %zu, \"%.*s\", is not a finite number (the file is taken for UCR text)",
            source_path(source), source_line_number(source), column, length < 40 ? (int)length : 40, start);
    const char *next = skip_blanks(end);
    if (*next == ',') {
        next = skip_blanks(next + 1);
        if (*next == '\0')
            return error_set(error, STATUS_DATA, "%s:%zu: column %zu is empty", source_path(source),
                             source_line_number(source), column + 1);
    }
    *text = next;
    return STATUS_OK;
}

/* One line: label and values [length]. */
static enum status read_series(const struct source *source, const char *line, const struct dataset_kind *kind,
                               float *values, uint8_t *label, struct error *error)
{
    size_t length = shape_size(kind->shape);
    const char *text = skip_blanks(line);
    float class_number = 0.0F;
    for (size_t column = 0; column <= length; column++) {
        if (*text == '\0')
            return error_set(error, STATUS_DATA, "%s:%zu: has %zu columns, not %zu (a class and %zu values)",
                             source_path(source), source_line_number(source), column, length + 1, length);
        enum status status =
            read_column(source, column + 1, &text, column == 0 ? &class_number : &values[column - 1], error);
        if (status != STATUS_OK)
            return status;
    }
    if (*text != '\0')
        return error_set(error, STATUS_DATA, "%s:%zu: has more than %zu columns (a class and %zu values)",
                         source_path(source), source_line_number(source), length + 1, length);
    if (class_number < 1.0F || class_number > (float)kind->classes || class_number != floorf(class_number))
        return error_set(error, STATUS_DATA, "%s:%zu: the class is %g, not a whole number from 1 to %zu",
                         source_path(source), source_line_number(source), (double)class_number, kind->classes);
    *label = (uint8_t)(class_number - 1.0F);
    return STATUS_OK;
}

/* Gives the items at least twice the room. `room` is how many there is room for, items->count how many there are. */
static enum status grow(struct items *items, const struct dataset_kind *kind, size_t *room, struct error *error)
{
    size_t wanted = *room > 0 ? *room * 2 : ROOM_AT_START;
    struct items larger;
    enum status status = items_alloc(&larger, kind, wanted, false, error);
    if (status != STATUS_OK)
        return status;
    if (items->count > 0) {
        memcpy(larger.values, items->values, items->count * shape_size(kind->shape) * sizeof *larger.values);
        memcpy(larger.labels, items->labels, items->count);
    }
    larger.count = items->count;
    items_free(items);
    *items = larger;
    *room = wanted;
    return STATUS_OK;
}

enum status ucr_read(struct source *source, const struct dataset_kind *kind, size_t limit, struct items *items,
                     struct error *error)
{
    size_t room = 0;
    *items = (struct items){0};
    for (;;) {
        const char *line;
        enum status status = source_line(source, &line, error);
        if (status != STATUS_OK)
            return status;
        if (!line)
            break;
        if (items->count == limit)
            return error_set(error, STATUS_DATA, "%s:%zu: has more than %zu series", source_path(source),
                             source_line_number(source), limit);
        if (items->count == room)
            status = grow(items, kind, &room, error);
        if (status == STATUS_OK)
            status = read_series(source, line, kind, items->values + items->count * shape_size(kind->shape),
                                 &items->labels[items->count], error);
        if (status != STATUS_OK)
            return status;
        items->count++;
    }
    if (items->count == 0)
        return error_set(error, STATUS_DATA, "%s: is empty; download it again", source_path(source));
    return STATUS_OK;
}

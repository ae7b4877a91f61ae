#include "data/label.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/size.h"
#include "core/utf8.h"
#include "data/dataset.h"
#include "io/text_buffer.h"

enum { SHOWN = 40 };

/* "1, 2, 3", the first few */
static void add_known(const struct texts *labels, struct text_buffer *text)
{
    enum { MOST = 10 };
    const size_t count = texts_count(labels);
    for (size_t i = 0; i < smaller(count, MOST); i++)
        text_add(text, "%s%s", i > 0 ? ", " : "", texts_get(labels, i));
    text_add(text, "%s", count > MOST ? ", ..." : "");
}

static enum status refuse_new(const struct texts *labels, const char *label, const char *name, const char *where,
                              struct error *error)
{
    struct text_buffer text = text_begin(error);
    add_known(labels, &text);
    char *known = text_take(&text);
    if (!known)
        return STATUS_NO_MEMORY;
    (void)error_set(error, STATUS_DATA, "%s%s: the class is %s, and the training file has only %s", name, where, label,
                    known);
    memory_free(known);
    return STATUS_DATA;
}

/* Tables, figures and JSON show the text as it is. */
static bool fits_tables(const char *label)
{
    for (const char *c = label; *c; c++) {
        if ((unsigned char)*c < ' ' || strchr("\"\\|<>&,;", *c))
            return false;
    }
    return utf8_valid(label);
}

enum status label_number(struct cell cell, struct texts *labels, bool closed, const char *name, const char *where,
                         size_t *number, struct error *error)
{
    char label[DATASET_CLASS_SIZE];
    if (cell.length == 0 || (cell.length == 1 && *cell.begin == '?'))
        return error_set(error, STATUS_DATA, "%s%s: has no class", name, where);
    if (cell.length >= sizeof label)
        return error_set(error, STATUS_DATA, "%s%s: the class \"%.*s...\" has %zu bytes; %zu are the most", name, where,
                         SHOWN / 2, cell.begin, cell.length, sizeof label - 1);
    (void)snprintf(label, sizeof label, "%.*s", (int)cell.length, cell.begin);
    if (cell_is_decimal(cell)) {
        if (!cell_is_whole(cell) || fabs(strtod(label, NULL)) > 1e15)
            return error_set(error, STATUS_DATA,
                             "%s%s: the class is %s; a word or a whole number of at most 15 digits is wanted", name,
                             where, label);
        (void)snprintf(label, sizeof label, "%.0f", strtod(label, NULL) + 0.0);
    }
    if (!fits_tables(label))
        return error_set(error, STATUS_DATA,
                         "%s%s: the class's name has a quote, a sign of markup, a comma or a byte that is no UTF-8; "
                         "rename it",
                         name, where);
    *number = texts_find(labels, label);
    if (*number != SIZE_MAX)
        return STATUS_OK;
    if (closed)
        return refuse_new(labels, label, name, where, error);
    if (texts_count(labels) == LABEL_CLASSES_MAX)
        return error_set(error, STATUS_DATA, "%s%s: the class %s is one more than %d, which are the most", name, where,
                         label, LABEL_CLASSES_MAX);
    return texts_add(labels, label, number, error);
}

struct ordered {
    const char *text;
    size_t number;
};

static bool number_of(const char *text, double *value)
{
    *value = strtod(text, NULL);
    return cell_is_decimal((struct cell){text, strlen(text)});
}

static int compare(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    double left, right;
    const bool left_is = number_of(x->text, &left), right_is = number_of(y->text, &right);
    if (left_is && right_is)
        return (left > right) - (left < right);
    return left_is != right_is ? right_is - left_is : strcmp(x->text, y->text);
}

void label_order(const struct texts *labels, size_t *order)
{
    struct ordered all[LABEL_CLASSES_MAX] = {{NULL, 0}};
    const size_t count = smaller(texts_count(labels), LABEL_CLASSES_MAX);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct ordered){texts_get(labels, i), i};
    qsort(all, count, sizeof all[0], compare);
    for (size_t i = 0; i < count; i++)
        order[i] = all[i].number;
}

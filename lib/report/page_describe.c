/* lib/report/page_describe.c: figures in words, from the rows that they are drawn from. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "report/page.h"

enum { SERIES_MAX = 8, KEY_SIZE = 400, ROWS_MAX = 4000 };

/* One table of a figure, cut as plots/split.awk cuts it: columns left of `x` distinguish series. */
struct view {
    const struct csv *csv;
    const char *dataset, *each, *chosen;
    size_t x, y; /* columns; y SIZE_MAX: none */
};

/* If x is left of the measure and the strength, as in a figure of detection over fractions, the words are about the
 * figure's first measure, and about undisturbed items. */
static bool right_of_x_is(const struct view *view, size_t row, const char *column, const char *wanted)
{
    const size_t at = csv_column(view->csv, column);
    return at == SIZE_MAX || view->x >= at || strcmp(csv_cell(view->csv, row, at), wanted) == 0;
}

static bool row_belongs(const struct view *view, size_t row)
{
    const struct csv *csv = view->csv;
    if (!right_of_x_is(view, row, "measure", "entropy") || !right_of_x_is(view, row, "strength", "") ||
        (view->x < csv->columns && !*csv_cell(csv, row, view->x)))
        return false;
    if (*view->dataset && strcmp(csv_cell(csv, row, csv_column(csv, "dataset")), view->dataset) != 0)
        return false;
    return strcmp(view->each, "-") == 0 || strcmp(csv_cell(csv, row, csv_column(csv, view->each)), view->chosen) == 0;
}

/* What distinguishes a row's series from the others, for display: "vi, snr". Names that say nothing new are omitted. */
static void key_make(const struct view *view, size_t row, char key[KEY_SIZE])
{
    static const char *const dull[] = {"dataset", "run", "grid", "data_source"};
    size_t used = 0;
    key[0] = '\0';
    for (size_t c = 0; c < view->x && c < view->csv->columns; c++) {
        bool skipped = strcmp(view->csv->cells[c], view->each) == 0;
        for (size_t i = 0; i < sizeof dull / sizeof dull[0]; i++)
            skipped = skipped || strcmp(view->csv->cells[c], dull[i]) == 0;
        const char *cell = csv_cell(view->csv, row, c);
        if (skipped || !*cell || used >= KEY_SIZE - 1)
            continue;
        bool number = !isnan(csv_number(view->csv, row, c));
        int length = snprintf(key + used, KEY_SIZE - used, "%s%s%s%s", used ? ", " : "",
                              number ? view->csv->cells[c] : "", number ? " " : "", cell);
        used += length > 0 ? (size_t)length : 0;
    }
}

/* The column that a figure of this table is most about: accuracy, else the first number to the right of x. */
static size_t y_find(const struct view *view)
{
    static const char *const telling[] = {"accuracy", "accuracy_val", "q50", "posterior",
                                          "loss",     "probability",  "bits"};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        size_t column = csv_column(view->csv, telling[i]);
        if (column != SIZE_MAX && column != view->x)
            return column;
    }
    for (size_t c = view->x + 1; c < view->csv->columns; c++) {
        for (size_t row = 0; row < view->csv->rows; row++) {
            if (row_belongs(view, row) && !isnan(csv_number(view->csv, row, c)))
                return c;
        }
    }
    return SIZE_MAX;
}

/* If a table has both, a figure of accuracy shows the entropy too. */
static size_t entropy_find(const struct view *view)
{
    size_t entropy = csv_column(view->csv, "entropy"), strength = csv_column(view->csv, "strength");
    return strength == view->x && entropy != SIZE_MAX ? entropy : SIZE_MAX;
}

/* "accuracy of vi, snr: .988 at fraction 0, .895 at .995; it falls most from .970 to .930 between .98 and .985." */
static void series_describe(const struct view *view, const size_t *rows, size_t count, const char *key,
                            struct text_buffer *out)
{
    const struct csv *csv = view->csv;
    size_t steepest = 0;
    double largest = -1;
    for (size_t i = 0; i + 1 < count; i++) {
        double change = fabs(csv_number(csv, rows[i + 1], view->y) - csv_number(csv, rows[i], view->y));
        if (change > largest) {
            largest = change;
            steepest = i;
        }
    }
    text_add(out, " ");
    page_escape(out, csv->cells[view->y]);
    text_add(out, "%s", *key ? " of " : "");
    page_escape(out, key);
    text_add(out, ": %s at ", page_number(csv_number(csv, rows[0], view->y)).text);
    page_escape(out, csv->cells[view->x]);
    text_add(out, " %s", page_number(csv_number(csv, rows[0], view->x)).text);
    if (count > 1)
        text_add(out, ", %s at %s", page_number(csv_number(csv, rows[count - 1], view->y)).text,
                 page_number(csv_number(csv, rows[count - 1], view->x)).text);
    if (count > 2 && largest > 0) {
        double from = csv_number(csv, rows[steepest], view->y), to = csv_number(csv, rows[steepest + 1], view->y);
        text_add(out, "; it %s most, from %s to %s, between %s and %s", to < from ? "falls" : "rises",
                 page_number(from).text, page_number(to).text,
                 page_number(csv_number(csv, rows[steepest], view->x)).text,
                 page_number(csv_number(csv, rows[steepest + 1], view->x)).text);
    }
    text_add(out, ".");
}

/* A table whose rows are independent: its cells by name. */
static void row_describe(const struct view *view, size_t row, struct text_buffer *out)
{
    for (size_t c = 0, named = 0; c < view->csv->columns; c++) {
        const char *name = view->csv->cells[c], *cell = csv_cell(view->csv, row, c);
        if (strcmp(name, "dataset") == 0 || strcmp(name, "run") == 0 || strcmp(name, "seed") == 0 || !*cell)
            continue;
        text_add(out, "%s", named++ ? ", " : " ");
        page_escape(out, name);
        text_add(out, " ");
        page_escape(out, cell);
    }
    text_add(out, ".");
}

/* Each series of the figure, up to a number that is bearable to listen to. */
static void table_describe(const struct view *view, struct text_buffer *out)
{
    size_t described = 0, left_out = 0;
    char seen[SERIES_MAX][KEY_SIZE];
    for (size_t first = 0; first < view->csv->rows; first++) {
        if (!row_belongs(view, first))
            continue;
        char key[KEY_SIZE], other[KEY_SIZE];
        bool known = false;
        key_make(view, first, key);
        for (size_t i = 0; i < described && !known; i++)
            known = strcmp(seen[i], key) == 0;
        if (known || described == SERIES_MAX) {
            left_out += !known;
            continue;
        }
        memcpy(seen[described++], key, sizeof key);
        if (view->y == SIZE_MAX) {
            row_describe(view, first, out);
            continue;
        }
        size_t rows[ROWS_MAX], count = 0;
        for (size_t row = first; row < view->csv->rows && count < ROWS_MAX; row++) {
            if (!row_belongs(view, row) || isnan(csv_number(view->csv, row, view->y)))
                continue;
            key_make(view, row, other);
            if (strcmp(key, other) == 0)
                rows[count++] = row;
        }
        struct view second = *view;
        second.y = entropy_find(view);
        if (count > 0)
            series_describe(view, rows, count, key, out);
        if (count > 0 && second.y != SIZE_MAX)
            series_describe(&second, rows, count, key, out);
    }
    if (left_out > 0)
        text_add(out, " %zu further rows are in the table.", left_out);
}

/* Pictures have no curve to describe; those of items have labels. */
static bool pictures_describe(const struct page_table *table, const struct view *view, struct text_buffer *out)
{
    if (strcmp(table->name, "filters") == 0 || strcmp(table->name, "plane") == 0) {
        text_add(out, " A picture of the table ");
        page_escape(out, table->name);
        text_add(out, ".");
        return true;
    }
    if (strcmp(table->name, "stills") != 0 && strcmp(table->name, "examples") != 0)
        return false;
    size_t count, shown = 0;
    size_t column = csv_column(&table->csv, "item"), label = csv_column(&table->csv, "label");
    const char **items = page_distinct(table, "item", view->dataset, &count, out->error);
    text_add(out, " Pictures of test items with the labels");
    for (size_t row = 0; items && row < table->csv.rows && shown < count; row++) {
        if (!row_belongs(view, row) || strcmp(csv_cell(&table->csv, row, column), items[shown]) != 0)
            continue;
        text_add(out, "%s ", shown++ ? "," : "");
        page_escape(out, csv_cell(&table->csv, row, label));
    }
    text_add(out, ".");
    memory_free(items);
    return true;
}

void page_describe(const struct page *page, const struct page_figure *figure, const char *dataset, const char *chosen,
                   struct text_buffer *out)
{
    char name[64], order[64];
    const char *slash = strchr(figure->tables, '/');
    size_t length = slash ? (size_t)(slash - figure->tables) : 0;
    (void)snprintf(name, sizeof name, "%.*s", (int)length, figure->tables);
    (void)snprintf(order, sizeof order, "%.*s", slash ? (int)strcspn(slash + 1, ",?%") : 0, slash ? slash + 1 : "");
    const struct page_table *table = page_table(page, name);
    if (!table)
        return;
    struct view view = {&table->csv, dataset, figure->each, chosen, csv_column(&table->csv, order), SIZE_MAX};
    if (strcmp(order, "-") == 0) /* each row is its own series: every column distinguishes it */
        view.x = table->csv.columns;
    if (view.x == SIZE_MAX || pictures_describe(table, &view, out))
        return;
    view.y = view.x < table->csv.columns ? y_find(&view) : SIZE_MAX;
    table_describe(&view, out);
}

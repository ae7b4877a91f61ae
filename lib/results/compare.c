#include "results/compare.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "core/stats.h"
#include "core/texts.h"
#include "io/atomic_file.h"
#include "io/row.h"
#include "io/text_buffer.h"
#include "run/provenance.h"
#include "run/run_file.h"
#include "run/tables.h"

static const double POINT_WIDTH = 1e-4; /* nearer points are the same: they were printed */

/* What is compared: rows of one run at one point, distinguished by `part` and `point`, in each metric of which they
 * have an interval. */
static const struct compare_spec {
    const char *table, *part, *point; /* point NULL: none */
} specs[] = {
    {"prune", "criterion", "fraction"},
    {"perturb", "perturbation", "strength"},
    {"ood", "ood", NULL},
};
enum { SPECS = sizeof specs / sizeof specs[0] };

/* ---- tables of a directory ---- */

enum { PATH_SIZE = 4096, TABLE_BYTES_MAX = 1 << 30 };

static bool find_table(const char *directory, const char *table, char path[PATH_SIZE])
{
    static const char *const below[] = {"tables/", ""};
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        int length = snprintf(path, PATH_SIZE, "%s/%s%s.csv", directory, below[i], table);
        if (length > 0 && length < PATH_SIZE && !path_is_absent(path))
            return true;
    }
    return false;
}

/* A table that the directory lacks is empty. NULL on failure. */
static struct table *load(const char *directory, const char *name, struct error *error)
{
    char path[PATH_SIZE], *text;
    struct table *table = table_create(table_find(name), error);
    if (!table || !find_table(directory, name, path))
        return table;
    enum status status = file_read_text(path, TABLE_BYTES_MAX, &text, error);
    if (status == STATUS_OK)
        status = table_read_csv(table, text, path, error);
    memory_free(text);
    if (status == STATUS_OK)
        return table;
    table_free(table);
    return NULL;
}

/* ---- numbers of one side ---- */

/* One number with its seeds. */
struct side {
    struct compared key; /* table, quantity, run, part, point */
    double *values;      /* [room], of which `count` are there */
    double half;         /* sum of the items' half-widths */
    size_t count, room;
};

struct sides {
    struct texts names; /* of all of them, in their order; see name_of */
    struct side **all;  /* [room] */
    size_t room;
};

static size_t sides_count(const struct sides *sides)
{
    return texts_count(&sides->names);
}

static void sides_free(struct sides *sides)
{
    for (size_t i = 0; sides->all && i < sides_count(sides); i++) {
        if (sides->all[i])
            memory_free(sides->all[i]->values);
        memory_free(sides->all[i]);
    }
    memory_free(sides->all);
    texts_free(&sides->names);
    *sides = (struct sides){0};
}

static bool same_point(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < POINT_WIDTH || (!(a < b) && !(a > b));
}

/* Points are named by the half-width cell that they lie in: two in one cell are the same, and what is the same as a
 * point lies in its own cell or in one of two on either side (`shift`). */
enum { NAME_SIZE = 2 * COMPARE_TEXT_SIZE + DBL_MAX_10_EXP + 128, SHIFTS = 2 };
static void name_of(const struct compared *key, int shift, char name[NAME_SIZE])
{
    char point[DBL_MAX_10_EXP + 8] = "none";
    if (!isnan(key->point))
        (void)snprintf(point, sizeof point, "%.0f", floor(2 * key->point / POINT_WIDTH) + shift);
    (void)snprintf(name, NAME_SIZE, "%s\n%s\n%s\n%s\n%s", key->table, key->quantity, key->run, key->part, point);
}

/* The latest that has this key; NULL: none. */
static struct side *find(const struct sides *sides, const struct compared *key)
{
    size_t found = SIZE_MAX;
    char name[NAME_SIZE];
    for (int shift = -SHIFTS; sides->all && shift <= SHIFTS; shift++) {
        name_of(key, shift, name);
        const size_t number = texts_find(&sides->names, name);
        if (number != SIZE_MAX && same_point(sides->all[number]->key.point, key->point) &&
            (found == SIZE_MAX || number > found))
            found = number;
    }
    return found == SIZE_MAX ? NULL : sides->all[found];
}

static enum status sides_reserve(struct sides *sides, struct error *error)
{
    return memory_grow(&sides->all, sides_count(sides), &sides->room, 256, sizeof(struct side *), error);
}

/* The side with this key, made if missing. NULL without memory. */
static struct side *take(struct sides *sides, const struct compared *key, struct error *error)
{
    struct side *side = find(sides, key);
    if (side)
        return side;
    char name[NAME_SIZE];
    size_t number;
    name_of(key, 0, name);
    if (sides_reserve(sides, error) != STATUS_OK)
        return NULL;
    side = memory_alloc(1, sizeof *side, error);
    if (!side || texts_add(&sides->names, name, &number, error) != STATUS_OK) {
        memory_free(side);
        return NULL;
    }
    side->key = *key;
    sides->all[number] = side;
    return side;
}

static enum status side_add(struct side *side, double value, double half, struct error *error)
{
    if (memory_grow(&side->values, side->count, &side->room, 8, sizeof *side->values, error) != STATUS_OK)
        return STATUS_NO_MEMORY;
    side->values[side->count++] = value;
    side->half += half;
    return STATUS_OK;
}

/* A metric's value at one point, if its interval is known: without one nothing can be judged. */
static enum status add_number(struct sides *sides, const struct compared *key, const struct table *rows, size_t row,
                              struct error *error)
{
    char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
    row_interval_names(key->quantity, low, high);
    const double value = table_number(rows, row, key->quantity);
    const double half = (table_number(rows, row, high) - table_number(rows, row, low)) / 2;
    if (isnan(value) || isnan(half))
        return STATUS_OK;
    struct side *side = take(sides, key, error);
    return side ? side_add(side, value, half, error) : STATUS_NO_MEMORY;
}

/* All rows in one metric. */
static enum status add_rows(struct sides *sides, const struct compare_spec *spec, const char *metric,
                            const struct table *rows, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t r = 0; r < table_rows(rows) && status == STATUS_OK; r++) {
        if (strcmp(spec->table, "prune") == 0 && strcmp(table_text(rows, r, "grid"), "fraction") != 0)
            continue; /* the talk's thresholds remove different fractions from run to run */
        struct compared key = {.table = spec->table, .quantity = metric, .point = NAN};
        run_base_name(table_text(rows, r, "run"), key.run);
        (void)snprintf(key.part, sizeof key.part, "%.255s", table_text(rows, r, spec->part));
        if (spec->point)
            key.point = table_number(rows, r, spec->point);
        status = add_number(sides, &key, rows, r, error);
    }
    return status;
}

static enum status add_table(struct sides *sides, const struct compare_spec *spec, const struct table *rows,
                             struct error *error)
{
    const struct table_kind *kind = table_kind_of(rows);
    size_t count;
    const struct metric *all = metrics(&count);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
        row_interval_names(all[i].name, low, high);
        if (table_column_index(kind, all[i].name) != SIZE_MAX && table_column_index(kind, low) != SIZE_MAX)
            status = add_rows(sides, spec, all[i].name, rows, error);
    }
    return status;
}

static enum status load_side(const char *directory, struct sides *sides, struct error *error)
{
    enum status status = STATUS_OK;
    size_t all_rows = 0;
    for (size_t i = 0; i < SPECS && status == STATUS_OK; i++) {
        struct table *rows = load(directory, specs[i].table, error);
        if (!rows)
            return STATUS_DATA;
        status = add_table(sides, &specs[i], rows, error);
        all_rows += table_rows(rows);
        table_free(rows);
    }
    if (status == STATUS_OK && all_rows == 0)
        status = error_set(
            error, STATUS_DATA,
            "%s has no prune.csv, perturb.csv or ood.csv with rows, nor has its tables/; `tenth table` prints "
            "them",
            directory);
    return status;
}

/* ---- both sides ---- */

static void compare_one(const struct side *a, const struct side *b, struct comparison *comparison)
{
    struct compared row = a->key;
    row.a = stats_mean(a->values, a->count);
    row.b = stats_mean(b->values, b->count);
    row.a_seeds = a->count;
    row.b_seeds = b->count;
    double seeds = stats_difference_half(a->values, a->count, b->values, b->count);
    comparison->without_spread += isnan(seeds);
    double items = hypot(a->half / (double)a->count, b->half / (double)b->count);
    row.allowed = isnan(seeds) ? items : hypot(seeds, items);
    comparison->rows[comparison->count++] = row;
}

static int by_ratio(const void *a, const void *b)
{
    const struct compared *x = a, *y = b;
    return (x->ratio < y->ratio) - (x->ratio > y->ratio);
}

/* Widens the intervals to hold jointly, and sorts. Equal numbers agree whatever their interval. */
static void judge(struct comparison *comparison)
{
    double factor = stats_simultaneous(comparison->count);
    for (size_t i = 0; i < comparison->count; i++) {
        struct compared *row = &comparison->rows[i];
        double difference = fabs(row->a - row->b);
        row->allowed *= factor;
        row->ratio = difference > 0 ? difference / row->allowed : 0;
        comparison->disagreeing += row->ratio > 1;
    }
    qsort(comparison->rows, comparison->count, sizeof *comparison->rows, by_ratio);
}

static enum status compare_sides(const struct sides *a, const struct sides *b, struct comparison *comparison,
                                 struct error *error)
{
    comparison->rows = memory_alloc(sides_count(a), sizeof *comparison->rows, error);
    if (!comparison->rows)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < sides_count(a); i++) {
        const struct side *other = find(b, &a->all[i]->key);
        if (other && other->count > 0 && a->all[i]->count > 0)
            compare_one(a->all[i], other, comparison);
    }
    comparison->alone = sides_count(a) + sides_count(b) - 2 * comparison->count;
    if (comparison->count == 0)
        return error_set(error, STATUS_USAGE,
                         "the directories have no number in common: no run of the same name at the same point");
    judge(comparison);
    return STATUS_OK;
}

/* The first row of each run, seeds of one being the same: row[i] is that of runs' number i. */
struct first_rows {
    struct texts runs;
    size_t *row; /* [rows of the table] */
};

static enum status first_rows_begin(struct first_rows *first, const struct table *rows, struct error *error)
{
    *first = (struct first_rows){.row = memory_alloc(table_rows(rows), sizeof *first->row, error)};
    return first->row ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status first_rows_add(struct first_rows *first, const struct table *rows, size_t row, struct error *error)
{
    char base[RUN_NAME_SIZE];
    const size_t before = texts_count(&first->runs);
    size_t number;
    run_base_name(table_text(rows, row, "run"), base);
    enum status status = texts_add(&first->runs, base, &number, error);
    if (status == STATUS_OK && number == before)
        first->row[number] = row;
    return status;
}

/* SIZE_MAX: the run has none. */
static size_t first_row(const struct first_rows *first, const char *run)
{
    char base[RUN_NAME_SIZE];
    run_base_name(run, base);
    const size_t number = texts_find(&first->runs, base);
    return number == SIZE_MAX ? SIZE_MAX : first->row[number];
}

static void first_rows_free(struct first_rows *first)
{
    texts_free(&first->runs);
    memory_free(first->row);
}

/* The first of a data set's differing rows speaks for all of them. *told: the data sets already reported, as separate
 * texts, since one's name may be part of another's. */
static enum status compare_source(const struct table *left, size_t i, const struct table *right, size_t j,
                                  struct texts *told, struct comparison *comparison, struct error *error)
{
    const char *dataset = table_text(left, i, "dataset");
    const size_t used = strlen(comparison->sources), before = texts_count(told);
    size_t number;
    if (strcmp(table_text(left, i, "data_source"), table_text(right, j, "data_source")) == 0)
        return STATUS_OK;
    enum status status = texts_add(told, dataset, &number, error);
    if (status != STATUS_OK || number != before)
        return status;
    (void)snprintf(comparison->sources + used, sizeof comparison->sources - used, "%s%s: %s against %s",
                   used ? "; " : "", dataset, table_text(left, i, "data_source"), table_text(right, j, "data_source"));
    return STATUS_OK;
}

/* Reports data sets whose first rows name different data on the two sides. */
static enum status compare_sources(const char *a, const char *b, struct comparison *comparison, struct error *error)
{
    struct table *left = load(a, "summary", error), *right = load(b, "summary", error);
    struct first_rows first = {0};
    struct texts told = {0};
    enum status status = left && right ? first_rows_begin(&first, right, error) : STATUS_DATA;
    for (size_t j = 0; status == STATUS_OK && j < table_rows(right); j++)
        status = first_rows_add(&first, right, j, error);
    for (size_t i = 0; status == STATUS_OK && i < table_rows(left); i++) {
        const size_t j = first_row(&first, table_text(left, i, "run"));
        if (j != SIZE_MAX)
            status = compare_source(left, i, right, j, &told, comparison, error);
    }
    first_rows_free(&first);
    texts_free(&told);
    table_free(left);
    table_free(right);
    return status;
}

/* ---- how the runs were made ---- */

/* Rows of a provenance table that are one run's config; first == end: none. */
struct block {
    size_t first, end;
};

static bool is_config(const struct table *rows, size_t row)
{
    return strncmp(table_text(rows, row, "key"), PROVENANCE_CONFIG, strlen(PROVENANCE_CONFIG)) == 0;
}

static struct block next_block(const struct table *rows, size_t from)
{
    const size_t count = table_rows(rows);
    while (from < count && !is_config(rows, from))
        from++;
    struct block block = {from, from};
    while (block.end < count && is_config(rows, block.end) &&
           strcmp(table_text(rows, block.end, "run"), table_text(rows, from, "run")) == 0)
        block.end++;
    return block;
}

/* The start of the config of each run's first seed. */
static enum status first_configs(struct first_rows *first, const struct table *rows, struct error *error)
{
    enum status status = first_rows_begin(first, rows, error);
    for (struct block block = {0}; status == STATUS_OK;) {
        block = next_block(rows, block.end);
        if (block.first == block.end)
            break;
        status = first_rows_add(first, rows, block.first, error);
    }
    return status;
}

/* Keys that one side lacks belong to another version of the program. A run's name and number of repetitions are not
 * part of how it is made. */
static enum status compare_blocks(const struct table *left, struct block a, const struct table *right, struct block b,
                                  struct text_buffer *text, struct error *error)
{
    char base[RUN_NAME_SIZE];
    struct texts keys = {0}; /* the right ones, a row each; of a repeated key the first counts */
    size_t found = 0, number, *row_of = memory_alloc(b.end - b.first, sizeof *row_of, error);
    enum status status = row_of ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t row = b.first; status == STATUS_OK && row < b.end; row++) {
        const size_t before = texts_count(&keys);
        status = texts_add(&keys, table_text(right, row, "key"), &number, error);
        if (status == STATUS_OK && number == before)
            row_of[number] = row;
    }
    run_base_name(table_text(left, a.first, "run"), base);
    for (size_t row = a.first; status == STATUS_OK && row < a.end; row++) {
        const char *key = table_text(left, row, "key"), *name = key + strlen(PROVENANCE_CONFIG);
        const char *value = table_text(left, row, "value");
        number = texts_find(&keys, key);
        const char *other = number == SIZE_MAX ? NULL : table_text(right, row_of[number], "value");
        if (!other || strcmp(value, other) == 0 || strncmp(name, "run.", strlen("run.")) == 0)
            continue;
        text_add(text, "%s%s %s %s against %s", found ? "" : base, found ? "," : ":", name, value, other);
        found++;
    }
    if (found > 0)
        text_add(text, "\n");
    texts_free(&keys);
    memory_free(row_of);
    return status;
}

static enum status compare_configs(const char *a, const char *b, struct comparison *comparison, struct error *error)
{
    struct table *left = load(a, "provenance", error), *right = load(b, "provenance", error);
    enum status status = left && right ? STATUS_OK : STATUS_DATA;
    struct text_buffer text = text_begin(error);
    struct first_rows left_first = {0}, right_first = {0};
    if (status == STATUS_OK)
        status = first_configs(&left_first, left, error);
    if (status == STATUS_OK)
        status = first_configs(&right_first, right, error);
    for (size_t i = 0; status == STATUS_OK && i < texts_count(&left_first.runs); i++) {
        const size_t row = left_first.row[i], other = first_row(&right_first, texts_get(&left_first.runs, i));
        if (other != SIZE_MAX)
            status = compare_blocks(left, next_block(left, row), right, next_block(right, other), &text, error);
    }
    first_rows_free(&left_first);
    first_rows_free(&right_first);
    table_free(left);
    table_free(right);
    comparison->configs = text_take(&text);
    return status == STATUS_OK && !comparison->configs ? STATUS_NO_MEMORY : status;
}

enum status compare_directories(const char *a, const char *b, struct comparison *comparison, struct error *error)
{
    struct sides left = {0}, right = {0};
    *comparison = (struct comparison){0};
    enum status status = load_side(a, &left, error);
    if (status == STATUS_OK)
        status = load_side(b, &right, error);
    if (status == STATUS_OK)
        status = compare_sides(&left, &right, comparison, error);
    if (status == STATUS_OK)
        status = compare_sources(a, b, comparison, error);
    if (status == STATUS_OK)
        status = compare_configs(a, b, comparison, error);
    sides_free(&left);
    sides_free(&right);
    return status;
}

void comparison_free(struct comparison *comparison)
{
    memory_free(comparison->rows);
    memory_free(comparison->configs);
    *comparison = (struct comparison){0};
}

bool comparison_agrees(const struct comparison *comparison)
{
    return comparison->disagreeing == 0 && comparison->sources[0] == '\0';
}

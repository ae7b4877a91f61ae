#include "run/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/stats.h"
#include "io/atomic_file.h"
#include "io/table.h"
#include "io/text_buffer.h"
#include "run/provenance.h"
#include "run/run_file.h"

enum { SEEDS_MAX = 1000, POINT_DIGITS = 4 };

/* What is compared: rows of one run at one point, told apart by `part` and `point`. */
static const struct compare_spec {
    const char *table, *part, *point; /* point NULL: none */
    const char *quantity, *low, *high;
} specs[] = {
    {"prune", "criterion", "fraction", "accuracy", "accuracy_low", "accuracy_high"},
    {"perturb", "perturbation", "strength", "accuracy", "accuracy_low", "accuracy_high"},
    {"perturb", "perturbation", "strength", "entropy", "entropy_low", "entropy_high"},
    {"ood", "ood", NULL, "entropy", "entropy_low", "entropy_high"},
};
enum { SPECS = sizeof specs / sizeof specs[0] };

/* ---- tables of a directory ---- */

enum { PATH_SIZE = 4096, TABLE_BYTES_MAX = 1 << 30 };

static bool find_table(const char *directory, const char *table, char path[PATH_SIZE])
{
    static const char *const below[] = {"tables/", ""};
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        int length = snprintf(path, PATH_SIZE, "%s/%s%s.csv", directory, below[i], table);
        if (length > 0 && length < PATH_SIZE && access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* A table that the directory has not is empty. NULL on failure. */
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
    double values[SEEDS_MAX];
    double half; /* sum of the items' half-widths */
    size_t count;
};

struct sides {
    struct side **all; /* [count] */
    size_t count, room;
};

static void sides_free(struct sides *sides)
{
    for (size_t i = 0; i < sides->count; i++)
        memory_free(sides->all[i]);
    memory_free(sides->all);
    *sides = (struct sides){0};
}

static bool same_key(const struct compared *a, const struct compared *b)
{
    bool same_point = (isnan(a->point) && isnan(b->point)) || fabs(a->point - b->point) < pow(10, -POINT_DIGITS);
    return same_point && strcmp(a->table, b->table) == 0 && strcmp(a->quantity, b->quantity) == 0 &&
           strcmp(a->part, b->part) == 0 && strcmp(a->run, b->run) == 0;
}

static struct side *find(const struct sides *sides, const struct compared *key)
{
    for (size_t i = sides->count; i-- > 0;) { /* the row before is mostly of the same curve */
        if (same_key(&sides->all[i]->key, key))
            return sides->all[i];
    }
    return NULL;
}

/* The side with this key, made where it is missing. NULL without memory. */
static struct side *take(struct sides *sides, const struct compared *key, struct error *error)
{
    struct side *side = find(sides, key);
    if (side)
        return side;
    if (sides->count == sides->room) {
        size_t room = sides->room > 0 ? 2 * sides->room : 256;
        struct side **all = memory_alloc(room, sizeof(struct side *), error);
        if (!all)
            return NULL;
        if (sides->count > 0)
            memcpy(all, sides->all, sides->count * sizeof(struct side *));
        memory_free(sides->all);
        sides->all = all;
        sides->room = room;
    }
    side = memory_alloc(1, sizeof *side, error);
    if (!side)
        return NULL;
    side->key = *key;
    sides->all[sides->count++] = side;
    return side;
}

static enum status add_rows(struct sides *sides, const struct compare_spec *spec, const struct table *rows,
                            struct error *error)
{
    for (size_t r = 0; r < table_rows(rows); r++) {
        if (strcmp(spec->table, "prune") == 0 && strcmp(table_text(rows, r, "grid"), "fraction") != 0)
            continue; /* what the talk's thresholds remove differs from run to run */
        struct compared key = {.table = spec->table, .quantity = spec->quantity, .point = NAN};
        run_base_name(table_text(rows, r, "run"), key.run);
        (void)snprintf(key.part, sizeof key.part, "%.255s", table_text(rows, r, spec->part));
        if (spec->point)
            key.point = table_number(rows, r, spec->point);
        struct side *side = take(sides, &key, error);
        if (!side)
            return STATUS_NO_MEMORY;
        double value = table_number(rows, r, spec->quantity);
        double half = (table_number(rows, r, spec->high) - table_number(rows, r, spec->low)) / 2;
        if (side->count == SEEDS_MAX || isnan(value) || isnan(half)) /* without an interval nothing can be judged */
            continue;
        side->values[side->count++] = value;
        side->half += half;
    }
    return STATUS_OK;
}

static enum status load_side(const char *directory, struct sides *sides, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < SPECS && status == STATUS_OK; i++) {
        struct table *rows = load(directory, specs[i].table, error);
        if (!rows)
            return STATUS_DATA;
        status = add_rows(sides, &specs[i], rows, error);
        table_free(rows);
    }
    if (status == STATUS_OK && sides->count == 0)
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

/* Widens the intervals to hold together, and sorts. Equal numbers agree whatever their interval. */
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
    comparison->rows = memory_alloc(a->count, sizeof *comparison->rows, error);
    if (!comparison->rows)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < a->count; i++) {
        const struct side *other = find(b, &a->all[i]->key);
        if (other && other->count > 0 && a->all[i]->count > 0)
            compare_one(a->all[i], other, comparison);
    }
    comparison->alone = a->count + b->count - 2 * comparison->count;
    if (comparison->count == 0)
        return error_set(error, STATUS_USAGE,
                         "the directories have no number in common: no run of the same name at the same point");
    judge(comparison);
    return STATUS_OK;
}

/* Whether two names are of seeds of one run, which is what numbers are compared over. */
static bool same_base(const char *a, const char *b)
{
    char left[RUN_NAME_SIZE], right[RUN_NAME_SIZE];
    run_base_name(a, left);
    run_base_name(b, right);
    return strcmp(left, right) == 0;
}

/* Where a data set's first rows name other data on one side than on the other. */
static enum status compare_sources(const char *a, const char *b, struct comparison *comparison, struct error *error)
{
    struct table *left = load(a, "summary", error), *right = load(b, "summary", error);
    enum status status = left && right ? STATUS_OK : STATUS_DATA;
    for (size_t i = 0; status == STATUS_OK && i < table_rows(left); i++) {
        const char *dataset = table_text(left, i, "dataset");
        size_t j = 0;
        while (j < table_rows(right) && !same_base(table_text(right, j, "run"), table_text(left, i, "run")))
            j++;
        size_t used = strlen(comparison->sources);
        if (j < table_rows(right) &&
            strcmp(table_text(left, i, "data_source"), table_text(right, j, "data_source")) != 0 &&
            !strstr(comparison->sources, dataset))
            (void)snprintf(comparison->sources + used, sizeof comparison->sources - used, "%s%s: %s against %s",
                           used ? "; " : "", dataset, table_text(left, i, "data_source"),
                           table_text(right, j, "data_source"));
    }
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

/* The config of the first of a run's seeds. */
static struct block first_seed(const struct table *rows, const char *run)
{
    struct block block = next_block(rows, 0);
    while (block.first < block.end && !same_base(table_text(rows, block.first, "run"), run))
        block = next_block(rows, block.end);
    return block;
}

/* NULL: the block has no such key. */
static const char *value_of(const struct table *rows, struct block block, const char *key)
{
    for (size_t row = block.first; row < block.end; row++) {
        if (strcmp(table_text(rows, row, "key"), key) == 0)
            return table_text(rows, row, "value");
    }
    return NULL;
}

/* Keys that one side does not say are of another version of the program. What a run is called and how often it is
 * repeated is no part of how it is made. */
static void compare_blocks(const struct table *left, struct block a, const struct table *right, struct block b,
                           struct text_buffer *text)
{
    char base[RUN_NAME_SIZE];
    run_base_name(table_text(left, a.first, "run"), base);
    size_t found = 0;
    for (size_t row = a.first; row < a.end; row++) {
        const char *key = table_text(left, row, "key"), *name = key + strlen(PROVENANCE_CONFIG);
        const char *value = table_text(left, row, "value"), *other = value_of(right, b, key);
        if (!other || strcmp(value, other) == 0 || strncmp(name, "run.", strlen("run.")) == 0)
            continue;
        text_add(text, "%s%s %s %s against %s", found ? "" : base, found ? "," : ":", name, value, other);
        found++;
    }
    if (found > 0)
        text_add(text, "\n");
}

static enum status compare_configs(const char *a, const char *b, struct comparison *comparison, struct error *error)
{
    struct table *left = load(a, "provenance", error), *right = load(b, "provenance", error);
    enum status status = left && right ? STATUS_OK : STATUS_DATA;
    struct text_buffer text = text_begin(error);
    struct block block = {0};
    if (status == STATUS_OK)
        block = next_block(left, 0);
    for (; block.first < block.end; block = next_block(left, block.end)) {
        const char *run = table_text(left, block.first, "run");
        struct block other = first_seed(right, run);
        if (first_seed(left, run).first == block.first && other.first < other.end)
            compare_blocks(left, block, right, other, &text);
    }
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

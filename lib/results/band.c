#include "results/band.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bayes/metric.h"
#include "core/memory.h"
#include "core/stats.h"
#include "core/texts.h"
#include "io/row.h"
#include "io/text_buffer.h"
#include "results/derived.h"
#include "results/labelled.h"
#include "results/origin.h"
#include "run/tables.h"

enum { KEYS_MAX = 3, SEEDS_MAX = 1000 };

/* How a band is made from a run's table. Points of a sweep are matched by their position in it: the fraction that a
 * threshold removes differs between seeds. Averaged are the numbers that both tables have; one has an interval if the
 * band has columns for it. */
static const struct band_spec {
    const char *band, *from;
    const char *keys[KEYS_MAX]; /* text columns that distinguish curves, after dataset and method */
    const char *plain;          /* the number whose interval is called low and high, not NAME_low; NULL: none */
} specs[] = {
    {"prune_band", "prune", {"criterion", "grid", NULL}, "accuracy"},
    {"perturb_band", "perturb", {"perturbation", NULL}, "accuracy"},
    {"reliability_band", "reliability", {NULL}, "accuracy"},
    {"rejection_band", "rejection", {NULL}, "accuracy"},
    {"entropy_histogram_band", "entropy_histogram", {"items", NULL}, NULL},
    {"detection_band", "detection", {"name", "removed", "measure"}, "auroc"},
    {"pruned_band", "pruned", {"removed", NULL}, "accuracy"},
    {"pruned_perturb_band", "pruned_perturb", {"perturbation", "removed", NULL}, "accuracy"},
    {"weight_histogram_band", "weight_histogram", {"state", "criterion", NULL}, NULL},
    {"surviving_band", "surviving", {"criterion", "layer", NULL}, "surviving"},
    {"sigma_layers_band", "sigma_layers", {"layer", "part", NULL}, "q50"},
    {"sigma_histogram_band", "sigma_histogram", {"layer", "part", NULL}, NULL},
};

/* One observation: a row of a run's table with what identifies its point. */
struct observation {
    char run[RUN_NAME_SIZE]; /* without the seed */
    size_t point;            /* position in the curve */
    const char *source;      /* of the data */
    const union table_cell *cells;
    const struct observation *next; /* of its group; NULL: the last */
};

struct gathering {
    const struct band_spec *spec;
    const struct table_kind *from;
    struct table **tables; /* [files] */
    char **sources;        /* [files] */
    size_t files;
    struct observation *observations;
    size_t count;
};

static const struct band_spec *spec_find(const char *name)
{
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        if (strcmp(specs[i].band, name) == 0)
            return &specs[i];
    }
    return NULL;
}

bool band_is(const struct table_kind *kind)
{
    return spec_find(kind->name) != NULL;
}

static bool same_keys(const struct gathering *gathering, const union table_cell *a, const union table_cell *b)
{
    for (size_t i = 0; i < KEYS_MAX && gathering->spec->keys[i]; i++) {
        const char *key = gathering->spec->keys[i];
        if (strcmp(table_text_of(gathering->from, a, key), table_text_of(gathering->from, b, key)) != 0)
            return false;
    }
    return true;
}

/* Notes the rows of one file, each with its run's name and its position in its curve. Curves may follow one another or
 * take turns, row by row. */
static void observe(struct gathering *gathering, size_t file, const char *run)
{
    const struct table *table = gathering->tables[file];
    struct observation *all = gathering->observations + gathering->count;
    size_t rows = table_rows(table);
    for (size_t i = 0; i < rows; i++) {
        size_t before = i;
        all[i] = (struct observation){.source = gathering->sources[file], .cells = table_row(table, i)};
        (void)snprintf(all[i].run, sizeof all[i].run, "%s", run);
        while (before > 0 && !same_keys(gathering, all[before - 1].cells, all[i].cells))
            before--;
        all[i].point = before > 0 ? all[before - 1].point + 1 : 0;
    }
    gathering->count += rows;
}

static enum status load_file(struct gathering *gathering, size_t file, const char *path, struct origin *origin,
                             struct error *error)
{
    struct run_file run;
    enum status status = labelled_open(path, &run, error);
    if (status == STATUS_OK)
        status = origin_read(&run, origin, error);
    if (status == STATUS_OK) {
        gathering->sources[file] = memory_copy_text(run.data_source, error);
        gathering->tables[file] = table_create(gathering->from, error);
        status = gathering->sources[file] && gathering->tables[file] ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK)
        status = derived_rows(&run, gathering->tables[file], error);
    run_file_close(&run);
    return status;
}

static enum status gather(struct gathering *gathering, const char *const *paths, struct error *error)
{
    struct origin *origins = memory_alloc(gathering->files, sizeof *origins, error);
    gathering->tables = memory_alloc(gathering->files, sizeof *gathering->tables, error);
    gathering->sources = memory_alloc(gathering->files, sizeof *gathering->sources, error);
    enum status status = origins && gathering->tables && gathering->sources ? STATUS_OK : STATUS_NO_MEMORY;
    size_t rows = 0;
    for (size_t i = 0; i < gathering->files && status == STATUS_OK; i++) {
        status = load_file(gathering, i, paths[i], &origins[i], error);
        if (status == STATUS_OK)
            status = origins_check(origins, i, paths, error);
        rows += status == STATUS_OK ? table_rows(gathering->tables[i]) : 0;
    }
    if (status == STATUS_OK) {
        gathering->observations = memory_alloc(rows, sizeof *gathering->observations, error);
        status = gathering->observations ? STATUS_OK : STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < gathering->files && status == STATUS_OK; i++)
        observe(gathering, i, origins[i].base);
    for (size_t i = 0; origins && i < gathering->files; i++)
        origin_free(&origins[i]);
    memory_free(origins);
    return status;
}

static void gathering_free(struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->files; i++) {
        if (gathering->tables)
            table_free(gathering->tables[i]);
        if (gathering->sources)
            memory_free(gathering->sources[i]);
    }
    memory_free(gathering->tables);
    memory_free(gathering->sources);
    memory_free(gathering->observations);
}

/* The measured values of a column over the members of a group; returns how many. */
static size_t column_values(const struct gathering *gathering, const struct observation *const *members, size_t count,
                            const char *column, double *values)
{
    size_t measured = 0;
    for (size_t i = 0; i < count; i++) {
        double value = table_number_of(gathering->from, members[i]->cells, column);
        if (!isnan(value))
            values[measured++] = value;
    }
    return measured;
}

static bool has_number(const struct table_kind *kind, const char *column)
{
    const size_t at = table_column_index(kind, column);
    return at != SIZE_MAX && kind->columns[at].unit;
}

/* The columns of the interval of a number in a table: *low is empty if it has none. */
static void interval_columns(const struct table_kind *kind, const char *column, bool plain, char low[ROW_COLUMN_SIZE],
                             char high[ROW_COLUMN_SIZE])
{
    row_interval_names(column, low, high);
    if (plain) {
        (void)snprintf(low, ROW_COLUMN_SIZE, "low");
        (void)snprintf(high, ROW_COLUMN_SIZE, "high");
    }
    if (!has_number(kind, low) || !has_number(kind, high))
        low[0] = high[0] = '\0';
}

/* The one-sided width of the interval over a run's items, averaged over the runs; 0 without a column. */
static double items_part(const struct gathering *gathering, const struct observation *const *members, size_t count,
                         const char *column, double mean)
{
    double values[SEEDS_MAX];
    return *column ? fabs(mean - stats_mean(values, column_values(gathering, members, count, column, values))) : 0;
}

/* Of the mean of `values` [measured]: over the seeds, and over the items where a run's table has their interval. NaN if
 * nothing was measured, or with one seed and no interval over the items. */
static struct interval interval_over_seeds(const struct gathering *gathering, const char *column,
                                           const struct observation *const *members, size_t count, const double *values,
                                           size_t measured)
{
    char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
    interval_columns(gathering->from, column, false, low, high);
    if (measured == 0 || (measured == 1 && !*low))
        return (struct interval){NAN, NAN};
    double mean = stats_mean(values, measured);
    double seeds = measured > 1 ? stats_mean_interval(values, measured).high - mean : 0;
    return (struct interval){mean - hypot(seeds, items_part(gathering, members, count, low, mean)),
                             mean + hypot(seeds, items_part(gathering, members, count, high, mean))};
}

/* Where an interval of the column ends: the metric's range or, for other numbers, that of a share or of a size. */
static struct interval range_of(const struct table_column *column)
{
    size_t count;
    const struct metric *all = metrics(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, column->name) == 0)
            return (struct interval){all[i].least, all[i].most};
    }
    return (struct interval){0, strcmp(column->unit, "1") == 0 ? 1 : INFINITY};
}

/* A number's mean over the members and, where the band has columns for it, its interval. */
static void row_average(struct row *row, const struct gathering *gathering, const struct observation *const *members,
                        size_t count, const struct table_column *column)
{
    double values[SEEDS_MAX];
    char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
    const char *plain = gathering->spec->plain;
    const size_t measured = column_values(gathering, members, count, column->name, values);
    row_number(row, column->name, stats_mean(values, measured));
    interval_columns(row->kind, column->name, plain && strcmp(plain, column->name) == 0, low, high);
    if (!*low)
        return;
    const struct interval interval = interval_over_seeds(gathering, column->name, members, count, values, measured);
    const struct interval range = range_of(column);
    const bool known = !isnan(interval.low); /* fmax and fmin would turn a NaN into a number */
    row_number(row, low, known ? fmax(interval.low, range.low) : NAN);
    row_number(row, high, known ? fmin(interval.high, range.high) : NAN);
}

/* An end of an interval, which is made with its number. */
static bool is_interval_end(const struct table_kind *kind, const char *column)
{
    char low[ROW_COLUMN_SIZE], high[ROW_COLUMN_SIZE];
    for (size_t i = 0; i < kind->column_count; i++) {
        row_interval_names(kind->columns[i].name, low, high);
        if (strcmp(column, low) == 0 || strcmp(column, high) == 0)
            return true;
    }
    return false;
}

static enum status group_add(const struct gathering *gathering, const struct observation *const *members, size_t count,
                             struct table *table, struct error *error)
{
    const struct band_spec *spec = gathering->spec;
    struct row row = row_empty(table_kind_of(table));
    row_text(&row, "dataset", table_text_of(gathering->from, members[0]->cells, "dataset"));
    row_text(&row, "method", table_text_of(gathering->from, members[0]->cells, "method"));
    row_text(&row, "run", members[0]->run);
    row_text(&row, "data_source", members[0]->source);
    row_number(&row, "seeds", (double)count);
    for (size_t i = 0; i < KEYS_MAX && spec->keys[i]; i++)
        row_text(&row, spec->keys[i], table_text_of(gathering->from, members[0]->cells, spec->keys[i]));
    for (size_t i = 0; i < row.kind->column_count; i++) {
        const struct table_column *column = &row.kind->columns[i];
        if (column->unit && has_number(gathering->from, column->name) && !is_interval_end(row.kind, column->name))
            row_average(&row, gathering, members, count, column);
    }
    return table_add(table, row.cells, error);
}

/* Observations of one point, in their order. */
struct group {
    const struct observation *first;
    struct observation *last;
    size_t count;
};

/* What a point's observations have in common. */
static enum status point_number(const struct gathering *gathering, const struct observation *observation,
                                struct texts *points, size_t *number, struct error *error)
{
    struct text_buffer name = text_begin(error);
    text_add(&name, "%s\n%zu", observation->run, observation->point);
    for (size_t i = 0; i < KEYS_MAX && gathering->spec->keys[i]; i++)
        text_add(&name, "\n%s", table_text_of(gathering->from, observation->cells, gathering->spec->keys[i]));
    char *whole = text_take(&name);
    enum status status = whole ? texts_add(points, whole, number, error) : STATUS_NO_MEMORY;
    memory_free(whole);
    return status;
}

/* groups [gathering->count], initially {0}: the first texts_count(points) are used. */
static enum status group_all(struct gathering *gathering, struct group *groups, struct texts *points,
                             struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < gathering->count && status == STATUS_OK; i++) {
        struct observation *observation = &gathering->observations[i];
        size_t number;
        status = point_number(gathering, observation, points, &number, error);
        if (status == STATUS_OK && groups[number].count == SEEDS_MAX)
            status =
                error_set(error, STATUS_USAGE, "%s: there are more than %d seeds of it", observation->run, SEEDS_MAX);
        if (status != STATUS_OK)
            return status;
        struct group *group = &groups[number];
        if (group->last)
            group->last->next = observation;
        else
            group->first = observation;
        group->last = observation;
        group->count++;
    }
    return status;
}

static enum status groups_add(struct gathering *gathering, struct table *table, struct error *error)
{
    struct texts points = {0};
    struct group *groups = memory_alloc(gathering->count, sizeof *groups, error);
    enum status status = groups ? group_all(gathering, groups, &points, error) : STATUS_NO_MEMORY;
    for (size_t i = 0; status == STATUS_OK && i < texts_count(&points); i++) {
        const struct observation *members[SEEDS_MAX];
        size_t count = 0;
        for (const struct observation *member = groups[i].first; member && count < SEEDS_MAX; member = member->next)
            members[count++] = member;
        if (count > 0) /* each has one */
            status = group_add(gathering, members, count, table, error);
    }
    memory_free(groups);
    texts_free(&points);
    return status;
}

enum status band_make(struct table *table, const char *const *paths, size_t count, struct error *error)
{
    const struct band_spec *spec = spec_find(table_kind_of(table)->name);
    struct gathering gathering = {.spec = spec, .from = table_find(spec->from), .files = count};
    enum status status = gather(&gathering, paths, error);
    if (status == STATUS_OK)
        status = groups_add(&gathering, table, error);
    gathering_free(&gathering);
    return status;
}

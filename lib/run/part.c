#include "run/part.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/pruning.h"
#include "core/memory.h"
#include "data/ood.h"
#include "data/perturb.h"
#include "run/kept.h"
#include "run/ranked.h"
#include "run/run_store.h"
#include "run/tables.h"

/* Raised when the same config comes to measure something else, so that a file's older parts are made again.
 * 2: the test items no longer depend on the seed. */
enum { PART_VERSION = 2 };

enum status part_identify(const struct run *run, const char *sections, const char *origin, struct part *part, bool *has,
                          struct error *error)
{
    char text[sizeof part->object + 192];
    (void)snprintf(text, sizeof text, "%s version %d %s", part->object, PART_VERSION, origin);
    enum status status = run_identity(run, sections, text, part->identity, error);
    if (status == STATUS_OK)
        status = run_has(run, part->object, part->identity, has, error);
    if (status == STATUS_OK && *has && part->table)
        status = run_measured(run, part->table, part->column, part->name, has, error);
    return status;
}

enum status part_prepare(const struct run *run, const char *table, const char *column, const char *name,
                         const char *sections, struct part *part, bool *has, struct error *error)
{
    *part = (struct part){.table = table, .column = column, .name = name};
    (void)snprintf(part->object, sizeof part->object, "/%s/%s", table, name);
    return part_identify(run, sections, "", part, has, error);
}

enum status part_prepare_pruned(const struct run *run, double fraction, const char *group, const char *name,
                                const char *sections, const char *origin, struct part *part, bool *has,
                                struct error *error)
{
    char of[160];
    *part = (struct part){.name = name};
    (void)snprintf(part->object, sizeof part->object, "/pruned/%g%s%s/%s", fraction, group[0] ? "/" : "", group, name);
    const struct pruning_rule rule = pruning_rule_of(&run->config, criterion_usual(run->method), run->seed);
    (void)snprintf(of, sizeof of, "%s by %s%s%s", origin, rule.criterion->name, rule.biases ? " with biases" : "",
                   rule.granularity == GRANULARITY_UNIT ? " in units" : "");
    return part_identify(run, sections, of, part, has, error);
}

enum status part_keep(const struct run *run, const struct trained *trained, double fraction, float **keep,
                      struct error *error)
{
    *keep = NULL;
    if (fraction <= 0)
        return STATUS_OK;
    return run_keep(run, trained->posterior, criterion_usual(run->method), fraction, keep, error);
}

/* A row to be stored, with what its position depends on. */
struct placed {
    const union table_cell *cells;
    const char *part; /* its part's name */
    size_t rank, index;
};

/* The position of a part's name in its registry; unknown names come last. */
static size_t rank_of(const char *table, const char *name)
{
    size_t count;
    const struct criterion *criterion = strcmp(table, "prune") == 0 ? criterion_find(name, NULL) : NULL;
    const struct perturbation *perturbation = strcmp(table, "perturb") == 0 ? perturbation_find(name, NULL) : NULL;
    const struct ood *ood = strcmp(table, "ood") == 0 ? ood_find(name, NULL) : NULL;
    if (criterion)
        return (size_t)(criterion - criteria(&count));
    if (perturbation)
        return (size_t)(perturbation - perturbations(&count));
    return ood ? (size_t)(ood - oods(&count)) : SIZE_MAX;
}

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    const int names = strcmp(x->part, y->part);
    if (names != 0)
        return names;
    return x->index < y->index ? -1 : 1; /* within a part as it was measured */
}

/* Adds the rows of all parts but `without` (NULL: of all) to those already placed. */
static size_t place_rows(const struct part *part, const struct table *rows, const char *without, struct placed *placed,
                         size_t count)
{
    for (size_t i = 0; i < table_rows(rows); i++) {
        const union table_cell *cells = table_row(rows, i);
        const char *name = table_text_of(table_find(part->table), cells, part->column);
        if (without && strcmp(name, without) == 0)
            continue;
        placed[count] = (struct placed){cells, name, rank_of(part->table, name), count};
        count++;
    }
    return count;
}

/* The file's rows of the table, with this part's new ones replacing its old ones. Parts are in the order of their
 * registry, whichever was measured first. */
static enum status rows_merge(struct store *store, const struct part *part, const struct table *rows,
                              struct error *error)
{
    const struct table_kind *kind = table_find(part->table);
    struct table *before = table_create(kind, error), *after = table_create(kind, error);
    struct placed *placed = NULL;
    enum status status = before && after ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = table_load_if_there(before, store, error);
    if (status == STATUS_OK) {
        placed = memory_alloc(table_rows(before) + table_rows(rows), sizeof *placed, error);
        status = placed ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK) {
        size_t count = place_rows(part, before, part->name, placed, 0);
        count = place_rows(part, rows, NULL, placed, count);
        qsort(placed, count, sizeof *placed, compare_placed);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            status = table_add(after, placed[i].cells, error);
    }
    if (status == STATUS_OK)
        status = table_save(after, store, error);
    memory_free(placed);
    table_free(before);
    table_free(after);
    return status;
}

/* Which test items the part was measured on. */
static enum status items_save(struct store *store, const struct part *part, const struct test_items *items,
                              struct error *error)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s/items", part->object);
    enum status status = kept_save_indices(store, name, items->index, items->count, error);
    (void)snprintf(name, sizeof name, "%s/labels", part->object);
    return status == STATUS_OK ? store_write_bytes(store, name, 1, &items->count, items->labels, error) : status;
}

static enum status arrays_check(const struct part *part, const struct part_array *arrays, size_t count,
                                struct error *error)
{
    for (size_t a = 0; a < count; a++) {
        size_t size = 1;
        for (size_t i = 0; i < arrays[a].rank; i++)
            size *= arrays[a].shape[i];
        for (size_t i = 0; i < size; i++) {
            if (!isfinite(arrays[a].values[i]))
                return error_set(error, STATUS_NOT_FINITE, "%s/%s: number %zu is not finite", part->object,
                                 arrays[a].name, i);
        }
    }
    return STATUS_OK;
}

enum status part_save(const struct run *run, const struct part *part, const struct part_array *arrays, size_t count,
                      const struct table *rows, const struct test_items *items, struct error *error)
{
    struct store *store = NULL;
    enum status status = arrays_check(part, arrays, count, error);
    if (status == STATUS_OK)
        status = run_store_update(run->path, &store, error);
    if (status == STATUS_OK)
        status = kept_save_arrays(store, part->object, arrays, count, error);
    if (status == STATUS_OK)
        status = items_save(store, part, items, error);
    if (status == STATUS_OK && rows)
        status = rows_merge(store, part, rows, error);
    if (status == STATUS_OK)
        status = store_set_text(store, part->object, "identity", part->identity, error);
    if (status == STATUS_OK)
        status = run_describe_config(run, store, error);
    if (status == STATUS_OK)
        return run_commit(run, store, error);
    store_close(store);
    return status;
}

enum status parts_list(struct store *store, const char *group, char ***names, size_t *count, struct error *error)
{
    size_t members = 0;
    bool there;
    *names = NULL;
    *count = 0;
    enum status status = store_find(store, group, &there, error);
    if (!there)
        return status;
    status = store_members(store, group, names, &members, error);
    for (size_t i = 0; i < members && status == STATUS_OK; i++) {
        char object[STORE_NAME_SIZE];
        bool is_part = false;
        int length = snprintf(object, sizeof object, "%s/%s", group, (*names)[i]);
        if (length > 0 && (size_t)length < sizeof object)
            status = store_find_attribute(store, object, "identity", &is_part, error);
        if (is_part)
            (*names)[(*count)++] = (*names)[i];
    }
    return status;
}

enum status sweep_load(const struct run *run, long count, const struct monitor *monitor, struct trained *trained,
                       struct predictor *predictor, struct test_items *items, struct error *error)
{
    enum status status = store_check_update(run->path, error);
    if (status == STATUS_OK)
        status = run_may_write(run, error);
    if (status == STATUS_OK)
        status = run_load_trained(run, trained, error);
    if (status == STATUS_OK)
        status = predictor_make(trained->posterior, trained->network, EVALUATION_BATCH, predictor, error);
    predictor->monitor = monitor;
    return status == STATUS_OK ? run_test_items(run, (size_t)count, items, error) : status;
}

/* lib/results/derived_detection.c: tables of stored predictions for disturbed items, by the whole network and by pruned
 * ones: can they be told from undisturbed ones, what is the network worth once its point estimate is calibrated, and
 * does a pruned network still know what it does not know? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "core/memory.h"
#include "core/stats.h"
#include "results/derived.h"
#include "run/part.h"
#include "results/scaling.h"

derive_fn derive_detection, derive_pruned, derive_pruned_perturb, derive_scaled;

/* Calls `visit` for the whole network (fraction 0, root "") and then for each pruned one (root "/pruned/.9"). */
typedef enum status visit_fn(const struct run_file *file, double fraction, const char *root, struct table *rows,
                             struct error *error);

static enum status each_fraction(const struct run_file *file, visit_fn *visit, struct table *rows, struct error *error)
{
    double *fractions = NULL;
    size_t count = 0;
    enum status status = visit(file, 0, "", rows, error);
    if (status == STATUS_OK)
        status = run_file_pruned(file, &fractions, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        char root[64];
        (void)snprintf(root, sizeof root, "/pruned/%g", fractions[i]);
        status = visit(file, fractions[i], root, rows, error);
    }
    memory_free(fractions);
    return status;
}

/* Calls `visit` for each stored sweep of ROOT/GROUP. */
typedef enum status visit_part_fn(const struct run_file *file, double fraction, const char *name, const char *object,
                                  const struct stored *stored, struct table *rows, struct error *error);

static enum status each_part(const struct run_file *file, double fraction, const char *root, const char *group,
                             visit_part_fn *visit, struct table *rows, struct error *error)
{
    char **names = NULL, place[128];
    size_t count = 0;
    (void)snprintf(place, sizeof place, "%s/%s", root, group);
    enum status status = parts_list(file->store, place, &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct stored stored;
        char object[STORE_NAME_SIZE];
        (void)snprintf(object, sizeof object, "%s/%.64s", place, names[i]);
        status = run_file_stored(file, object, &stored, error);
        if (status != STATUS_OK)
            break;
        status = visit(file, fraction, names[i], object, &stored, rows, error);
        stored_free(&stored);
    }
    memory_free(names);
    return status;
}

/* The strengths of a sweep, [slices]. The caller frees with memory_free. */
static enum status strengths_read(const struct run_file *file, const char *object, size_t slices, float **strengths,
                                  struct error *error)
{
    char name[STORE_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%.240s/strength", object);
    *strengths = memory_alloc(slices, sizeof **strengths, error);
    return *strengths ? store_read_float(file->store, name, slices, *strengths, error) : STATUS_NO_MEMORY;
}

/* A fraction as text, to distinguish curves. */
enum { REMOVED_SIZE = 16 };
static const char *removed_text(double fraction, char text[REMOVED_SIZE])
{
    (void)snprintf(text, REMOVED_SIZE, "%g", fraction);
    return text;
}

/* ---- detection ---- */

/* What is to be found among clean items, by each measure. */
struct search {
    const struct run_file *file;
    double fraction, strength;
    const char *kind, *name;
    const struct stored *clean, *found;
    size_t slice; /* of `found` */
};

static enum status add_search(const struct search *search, const struct metric *metric, struct table *rows,
                              struct error *error)
{
    const struct prediction undisturbed = stored_slice(search->clean, 0);
    const struct prediction disturbed = stored_slice(search->found, search->slice);
    struct detection detection = {NAN, NAN, NAN};
    char removed[REMOVED_SIZE];
    double *clean = memory_alloc(search->clean->items, sizeof *clean, error);
    double *found = memory_alloc(search->found->items, sizeof *found, error);
    enum status status = clean && found ? STATUS_OK : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        metric_uncertainties(metric, &undisturbed, clean);
        metric_uncertainties(metric, &disturbed, found);
        status = stats_detection(clean, search->clean->items, found, search->found->items, &detection, error);
    }
    memory_free(clean);
    memory_free(found);
    if (status != STATUS_OK)
        return status;
    struct row row = run_file_row(search->file, table_kind_of(rows));
    row_text(&row, "kind", search->kind);
    row_text(&row, "name", search->name);
    row_number(&row, "strength", search->strength);
    row_number(&row, "fraction", search->fraction);
    row_text(&row, "removed", removed_text(search->fraction, removed));
    row_text(&row, "measure", metric->name);
    row_number(&row, "auroc", detection.auroc);
    row_number(&row, "aupr", detection.aupr);
    row_number(&row, "fpr95", detection.fpr95);
    row_number(&row, "items", (double)search->found->items);
    return table_add(rows, row.cells, error);
}

static enum status add_searches(const struct search *search, struct table *rows, struct error *error)
{
    size_t count;
    const struct metric *all = metrics(&count);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (all[i].uncertainty != NO_UNCERTAINTY)
            status = add_search(search, &all[i], rows, error);
    }
    return status;
}

/* Each strength against the undisturbed items, which come first. */
static enum status detect_perturbed(const struct run_file *file, double fraction, const char *name, const char *object,
                                    const struct stored *stored, struct table *rows, struct error *error)
{
    float *strengths = NULL;
    enum status status = strengths_read(file, object, stored->slices, &strengths, error);
    for (size_t slice = 1; slice < stored->slices && status == STATUS_OK; slice++) {
        const struct search search = {.file = file,
                                      .fraction = fraction,
                                      .strength = (double)strengths[slice],
                                      .kind = "perturbation",
                                      .name = name,
                                      .clean = stored,
                                      .found = stored,
                                      .slice = slice};
        status = add_searches(&search, rows, error);
    }
    memory_free(strengths);
    return status;
}

/* Against the same network's test items. */
static enum status detect_unknown(const struct run_file *file, double fraction, const char *name, const char *object,
                                  const struct stored *stored, struct table *rows, struct error *error)
{
    struct stored test;
    char own[64] = "/test";
    bool there;
    (void)object;
    if (fraction > 0)
        (void)snprintf(own, sizeof own, "/pruned/%g/test", fraction);
    enum status status = run_file_stored_if_there(file, own, &test, &there, error);
    const struct search search = {.file = file,
                                  .fraction = fraction,
                                  .strength = NAN,
                                  .kind = "ood",
                                  .name = name,
                                  .clean = &test,
                                  .found = stored};
    if (status == STATUS_OK && there)
        status = add_searches(&search, rows, error);
    stored_free(&test);
    return status;
}

static enum status detect(const struct run_file *file, double fraction, const char *root, struct table *rows,
                          struct error *error)
{
    enum status status = each_part(file, fraction, root, "perturb", detect_perturbed, rows, error);
    return status == STATUS_OK ? each_part(file, fraction, root, "ood", detect_unknown, rows, error) : status;
}

enum status derive_detection(const struct run_file *file, struct table *rows, struct error *error)
{
    return each_fraction(file, detect, rows, error);
}

/* ---- pruned networks ---- */

static enum status row_stored(struct row *row, const struct stored *stored, size_t slice, double fraction,
                              struct error *error)
{
    struct prediction prediction = stored_slice(stored, slice);
    row_number(row, "fraction", fraction);
    row_number(row, "items", (double)stored->items);
    return row_metrics(row, &prediction, error);
}

/* Of the posterior; NaN if the method has no sigmas, whose weight in the loss a temperature changes. */
static enum status posterior_temperature(const struct run_file *file, double *temperature, struct error *error)
{
    struct config config;
    enum status status = run_file_config(file, &config, error);
    const struct method *method = status == STATUS_OK ? method_find(config.posterior.method, error) : NULL;
    *temperature = method && method->has_sigma ? config.posterior.temperature : NAN;
    return status == STATUS_OK && !method ? STATUS_USAGE : status;
}

static enum status add_pruned(const struct run_file *file, double fraction, const char *root, struct table *rows,
                              struct error *error)
{
    struct stored stored;
    char object[96], removed[REMOVED_SIZE];
    bool there;
    (void)snprintf(object, sizeof object, "%s/test", root);
    enum status status = run_file_stored_if_there(file, object, &stored, &there, error);
    if (status == STATUS_OK && there) {
        struct row row = run_file_row(file, table_kind_of(rows));
        struct prediction prediction = stored_slice(&stored, 0);
        double area = NAN, temperature = NAN;
        status = row_stored(&row, &stored, 0, fraction, error);
        row_text(&row, "removed", removed_text(fraction, removed));
        if (status == STATUS_OK)
            status = prediction_rejection_area(&prediction, &area, error);
        row_number(&row, "area", area);
        if (status == STATUS_OK)
            status = posterior_temperature(file, &temperature, error);
        row_number(&row, "temperature", temperature);
        if (status == STATUS_OK)
            status = table_add(rows, row.cells, error);
    }
    stored_free(&stored);
    return status;
}

enum status derive_pruned(const struct run_file *file, struct table *rows, struct error *error)
{
    return each_fraction(file, add_pruned, rows, error);
}

static enum status add_strengths(const struct run_file *file, double fraction, const char *name, const char *object,
                                 const struct stored *stored, struct table *rows, struct error *error)
{
    float *strengths = NULL;
    char removed[REMOVED_SIZE];
    enum status status = strengths_read(file, object, stored->slices, &strengths, error);
    for (size_t slice = 0; slice < stored->slices && status == STATUS_OK; slice++) {
        struct row row = run_file_row(file, table_kind_of(rows));
        status = row_stored(&row, stored, slice, fraction, error);
        row_text(&row, "perturbation", name);
        row_text(&row, "removed", removed_text(fraction, removed));
        row_number(&row, "strength", (double)strengths[slice]);
        if (status == STATUS_OK)
            status = table_add(rows, row.cells, error);
    }
    memory_free(strengths);
    return status;
}

static enum status add_perturbed(const struct run_file *file, double fraction, const char *root, struct table *rows,
                                 struct error *error)
{
    return each_part(file, fraction, root, "perturb", add_strengths, rows, error);
}

enum status derive_pruned_perturb(const struct run_file *file, struct table *rows, struct error *error)
{
    return each_fraction(file, add_perturbed, rows, error);
}

/* ---- with a temperature ---- */

static enum status add_scaled(const struct run_file *file, double temperature, const char *set, double strength,
                              const struct stored *scaled, size_t slice, struct table *rows, struct error *error)
{
    struct row row = run_file_row(file, table_kind_of(rows));
    struct prediction prediction = stored_slice(scaled, slice);
    row_text(&row, "set", set);
    row_number(&row, "strength", strength);
    row_number(&row, "temperature", temperature);
    row_number(&row, "items", (double)scaled->items);
    enum status status = row_metrics(&row, &prediction, error);
    return status == STATUS_OK ? table_add(rows, row.cells, error) : status;
}

static enum status scaled_test(const struct run_file *file, double temperature, struct table *rows, struct error *error)
{
    struct stored stored;
    bool there;
    enum status status = run_file_stored_if_there(file, "/test", &stored, &there, error);
    if (status == STATUS_OK && there) {
        scaling_apply(&stored, temperature);
        status = add_scaled(file, temperature, "test", NAN, &stored, 0, rows, error);
    }
    stored_free(&stored);
    return status;
}

static enum status scaled_sweep(const struct run_file *file, double temperature, const char *name, struct table *rows,
                                struct error *error)
{
    struct stored stored;
    char object[STORE_NAME_SIZE];
    float *strengths = NULL;
    (void)snprintf(object, sizeof object, "/perturb/%.64s", name);
    enum status status = run_file_stored(file, object, &stored, error);
    if (status == STATUS_OK)
        status = strengths_read(file, object, stored.slices, &strengths, error);
    if (status == STATUS_OK)
        scaling_apply(&stored, temperature);
    for (size_t slice = 0; status == STATUS_OK && slice < stored.slices; slice++)
        status = add_scaled(file, temperature, name, (double)strengths[slice], &stored, slice, rows, error);
    memory_free(strengths);
    stored_free(&stored);
    return status;
}

enum status derive_scaled(const struct run_file *file, struct table *rows, struct error *error)
{
    double temperature;
    char **names = NULL;
    size_t count = 0;
    enum status status = scaling_find(file, &temperature, error);
    if (status != STATUS_OK || isnan(temperature))
        return status;
    status = scaled_test(file, temperature, rows, error);
    if (status == STATUS_OK)
        status = parts_list(file->store, "/perturb", &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = scaled_sweep(file, temperature, names[i], rows, error);
    memory_free(names);
    return status;
}

#include "results/glossary.h"

#include <string.h>

#include "bayes/criterion.h"
#include "bayes/metric.h"
#include "bayes/posterior.h"
#include "data/dataset.h"
#include "data/ood.h"
#include "data/perturb.h"
#include "io/row.h"
#include "nn/layer.h"

/* What readers see of a row; NULL: nothing. */
struct entry {
    const char *name, *title, *unit, *colours, *markers, *dashes, *usual, *sigma, *source;
};

/* ---- the registries ---- */

static struct entry of_dataset(size_t i, size_t *count)
{
    const struct dataset_kind *rows = dataset_kinds(count);
    return (struct entry){.name = rows[i].name, .title = rows[i].title};
}

static struct entry of_method(size_t i, size_t *count)
{
    const struct method *rows = methods(count);
    return (struct entry){.name = rows[i].name,
                          .title = rows[i].title,
                          .colours = rows[i].colours,
                          .markers = rows[i].markers,
                          .usual = rows[i].usual,
                          .sigma = rows[i].has_sigma ? "yes" : "no"};
}

static struct entry of_prior(size_t i, size_t *count)
{
    const struct prior_kind *rows = prior_kinds(count);
    return (struct entry){.name = rows[i].name, .title = rows[i].title, .source = rows[i].source};
}

static struct entry of_criterion(size_t i, size_t *count)
{
    const struct criterion *rows = criteria(count);
    return (struct entry){.name = rows[i].name,
                          .title = rows[i].title,
                          .unit = rows[i].unit,
                          .dashes = rows[i].dashes,
                          .source = rows[i].source};
}

static struct entry of_perturbation(size_t i, size_t *count)
{
    const struct perturbation *rows = perturbations(count);
    return (struct entry){.name = rows[i].name, .title = rows[i].title, .unit = rows[i].unit};
}

static struct entry of_ood(size_t i, size_t *count)
{
    const struct ood *rows = oods(count);
    return (struct entry){.name = rows[i].name, .title = rows[i].title};
}

static struct entry of_metric(size_t i, size_t *count)
{
    const struct metric *rows = metrics(count);
    return (struct entry){
        .name = rows[i].name, .title = rows[i].title, .unit = rows[i].unit, .source = rows[i].formula};
}

/* The metrics by which items are told apart. */
static struct entry of_measure(size_t i, size_t *count)
{
    size_t all, wanted = 0;
    const struct metric *rows = metrics(&all);
    *count = 0;
    for (size_t m = 0; m < all; m++) {
        if (rows[m].uncertainty != NO_UNCERTAINTY && (*count)++ == i)
            wanted = m;
    }
    return of_metric(wanted, &all);
}

static struct entry of_layer(size_t i, size_t *count)
{
    const struct layer_kind *const *rows = layer_kinds(count);
    return (struct entry){.name = rows[i]->name, .title = rows[i]->title, .source = rows[i]->usage};
}

static struct entry of_activation(size_t i, size_t *count)
{
    const struct activation *rows = activations(count);
    return (struct entry){.name = rows[i].name, .title = rows[i].title, .source = rows[i].source};
}

/* To add a registry: a function as above, and a row. */
static const struct registry {
    const char *kind;
    struct entry (*entry)(size_t i, size_t *count);
} registries[] = {{"dataset", of_dataset},
                  {"method", of_method},
                  {"prior", of_prior},
                  {"criterion", of_criterion},
                  {"perturbation", of_perturbation},
                  {"ood", of_ood},
                  {"measure", of_measure},
                  {"metric", of_metric},
                  {"layer", of_layer},
                  {"activation", of_activation}};
enum { REGISTRIES = sizeof registries / sizeof registries[0] };

static void put(struct row *row, const char *column, const char *text)
{
    if (text)
        row_text(row, column, text);
}

enum status glossary_make(struct table *table, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t r = 0; r < REGISTRIES; r++) {
        size_t count = 1; /* no registry is empty */
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            const struct entry entry = registries[r].entry(i, &count);
            struct row row = row_empty(table_kind_of(table));
            row_text(&row, "kind", registries[r].kind);
            row_number(&row, "place", (double)i + 1);
            put(&row, "name", entry.name);
            put(&row, "title", entry.title);
            put(&row, "unit", entry.unit);
            put(&row, "colours", entry.colours);
            put(&row, "markers", entry.markers);
            put(&row, "dashes", entry.dashes);
            put(&row, "usual", entry.usual);
            put(&row, "sigma", entry.sigma);
            put(&row, "source", entry.source);
            status = table_add(table, row.cells, error);
        }
    }
    return status;
}

const char *glossary_title(const char *kind, const char *name)
{
    for (size_t r = 0; r < REGISTRIES; r++) {
        size_t count = 1;
        for (size_t i = 0; i < count && strcmp(registries[r].kind, kind) == 0; i++) {
            const struct entry entry = registries[r].entry(i, &count);
            if (strcmp(entry.name, name) == 0)
                return entry.title;
        }
    }
    return name;
}

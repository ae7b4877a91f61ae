#include "sweep/illustrate.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "run/part.h"
#include "run/run_store.h"
#include "run/tables.h"
#include "sweep/illustration.h"

static const char *const table_names[] = {
    "stills",         "stills_predicted", "predictive",     "weight_pair", "filters",          "footprint",
    "plane",          "plane_items",      "frames",         "examples",    "predictive_items", "surface",
    "surface_points", "marginal",         "marginal_points"};
enum { TABLES = sizeof table_names / sizeof table_names[0] };

/* To add one: declare its tables in run/table.def and above, write the maker, add a row. */
static const struct maker {
    const char *what;
    enum status (*make)(struct illustration *illustration, struct error *error);
} makers[] = {{"perturbed items", illustrate_stills},
              {"items of every class", illustrate_examples},
              {"single predictions", illustrate_predictive},
              {"single weights", illustrate_weights},
              {"memory and multiply-adds", illustrate_footprint},
              {"the plane of the items", illustrate_plane},
              {"the surface of the loss", illustrate_surface},
              {"posteriors of single weights", illustrate_marginal}};
enum { MAKERS = sizeof makers / sizeof makers[0] };

struct table *illustration_table(const struct illustration *illustration, const char *name)
{
    for (size_t i = 0; i < TABLES; i++) {
        if (strcmp(table_names[i], name) == 0)
            return illustration->tables[i];
    }
    return NULL;
}

/* Appends which part of a sweep is there, with its identity. */
static enum status member_add(struct store *store, const char *group, const char *member, char *part, size_t size,
                              struct error *error)
{
    char object[STORE_NAME_SIZE], *identity = NULL;
    size_t used = strlen(part);
    (void)snprintf(object, sizeof object, "%s/%s", group, member);
    enum status status = store_get_text(store, object, "identity", &identity, error);
    if (status == STATUS_OK)
        (void)snprintf(part + used, size - used, " %s %s", object, identity);
    memory_free(identity);
    return status;
}

/* Illustrations show the sweeps too, so they depend on the sweeps' configs and on which sweeps are there. */
static enum status identity_make(const struct run *run, struct store *store, char identity[SHA256_HEX_SIZE],
                                 struct error *error)
{
    static const char *const groups[] = {"/prune", "/perturb"};
    char part[8192];
    (void)snprintf(part, sizeof part, "/illustrations 5 frames %ld", /* 5: raised when the makers' output changes */
                   run->config.perturb.frames);
    enum status status = STATUS_OK;
    for (size_t g = 0; g < 2 && status == STATUS_OK; g++) {
        char **members = NULL;
        size_t count = 0;
        status = parts_list(store, groups[g], &members, &count, error);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
            status = member_add(store, groups[g], members[i], part, sizeof part, error);
        }
        memory_free(members);
    }
    return status == STATUS_OK ? run_identity(run, "prune perturb", part, identity, error) : status;
}

static enum status tables_save(const struct illustration *illustration, const char *identity, struct error *error)
{
    struct store *store = NULL;
    enum status status = run_store_update(illustration->run->path, &store, error);
    for (size_t i = 0; i < TABLES && status == STATUS_OK; i++)
        status = table_save(illustration->tables[i], store, error);
    if (status == STATUS_OK)
        status = store_set_text(store, "/illustrations", "identity", identity, error);
    if (status == STATUS_OK)
        status = run_describe_config(illustration->run, store, error);
    if (status == STATUS_OK)
        return run_commit(illustration->run, store, error);
    store_close(store);
    return status;
}

static void report(const struct run *run, const struct monitor *monitor, size_t done)
{
    struct progress progress = {.run = run->name, .stage = "illustrate", .done = (double)done, .total = MAKERS};
    (void)snprintf(progress.text, sizeof progress.text, "%s", done > 0 ? makers[done - 1].what : "");
    monitor_report(monitor, &progress);
}

static enum status tables_make(struct illustration *illustration, const struct monitor *monitor, struct error *error)
{
    illustration->tables = memory_alloc(TABLES, sizeof *illustration->tables, error);
    if (!illustration->tables)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < TABLES && status == STATUS_OK; i++) {
        illustration->tables[i] = table_create(table_find(table_names[i]), error);
        status = illustration->tables[i] ? STATUS_OK : STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < MAKERS && status == STATUS_OK; i++) {
        status = monitor_check(monitor, error);
        if (status == STATUS_OK)
            status = makers[i].make(illustration, error);
        if (status == STATUS_NOT_FINITE)
            (void)error_context(error, "illustrate, %s: ", makers[i].what);
        report(illustration->run, monitor, i + 1);
    }
    return status;
}

static void illustration_close(struct illustration *illustration)
{
    for (size_t i = 0; illustration->tables && i < TABLES; i++)
        table_free(illustration->tables[i]);
    memory_free(illustration->tables);
    trained_free(&illustration->trained);
    store_close(illustration->store);
}

/* Pictures show what the sweeps predict, whose identity is the same when they are made again. */
static enum status all_measured(const struct run *run, bool *measured, struct error *error)
{
    static const char *const tables[] = {"stills_predicted", "predictive", "footprint", "plane"};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == STATUS_OK && *measured; i++)
        status = run_measured(run, tables[i], NULL, NULL, measured, error);
    return status;
}

enum status run_illustrate(const struct run *run, const struct monitor *monitor, struct error *error)
{
    struct illustration illustration = {.run = run, .monitor = monitor};
    char identity[SHA256_HEX_SIZE];
    bool done = false;
    enum status status = run_load_trained(run, &illustration.trained, error);
    if (status == STATUS_OK)
        status = run_store_open(run->path, &illustration.store, error);
    if (status == STATUS_OK)
        status = identity_make(run, illustration.store, identity, error);
    if (status == STATUS_OK)
        status = run_has(run, "/illustrations", identity, &done, error);
    if (status == STATUS_OK && done)
        status = all_measured(run, &done, error);
    if (status == STATUS_OK && !done)
        status = store_check_update(run->path, error);
    if (status == STATUS_OK && !done)
        status = run_may_write(run, error);
    if (status == STATUS_OK && !done)
        status = tables_make(&illustration, monitor, error);
    if (status == STATUS_OK && !done) {
        store_close(illustration.store);
        illustration.store = NULL;
        status = tables_save(&illustration, identity, error);
    }
    illustration_close(&illustration);
    return status;
}

#include "results/asked.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <unistd.h>

#include "core/memory.h"
#include "results/derived.h"
#include "run/run_store.h"
#include "run/tables.h"

enum { NUMBER_NAME_SIZE = 64 };

struct asked_rows {
    struct table *table;
    struct asked_rows *next;
};

struct asked_value {
    char name[NUMBER_NAME_SIZE];
    double value;
    struct asked_value *next;
};

struct asked {
    bool published; /* the file has what was asked, not what that was computed from */
    bool has_config;
    struct config config;
    struct item_scores *scores;
    struct asked_rows *tables;
    struct asked_value *numbers;
};

enum status asked_create(const struct run_file *file, struct asked **asked, struct error *error)
{
    *asked = memory_alloc(1, sizeof **asked, error);
    if (!*asked)
        return STATUS_NO_MEMORY;
    enum status status = store_find(file->store, "/asked", &(*asked)->published, error);
    if (status == STATUS_OK)
        status = store_find(file->store, "/config", &(*asked)->has_config, error);
    return status == STATUS_OK && (*asked)->has_config ? run_file_config(file, &(*asked)->config, error) : status;
}

void asked_free(struct asked *asked)
{
    if (!asked)
        return;
    item_scores_free(asked->scores);
    while (asked->tables) {
        struct asked_rows *next = asked->tables->next;
        table_free(asked->tables->table);
        memory_free(asked->tables);
        asked->tables = next;
    }
    while (asked->numbers) {
        struct asked_value *next = asked->numbers->next;
        memory_free(asked->numbers);
        asked->numbers = next;
    }
    memory_free(asked);
}

const struct config *asked_config(const struct run_file *file)
{
    return file->asked->has_config ? &file->asked->config : NULL;
}

enum status asked_scores(const struct run_file *file, const char *object, bool scaled, struct item_scores **scores,
                         struct error *error)
{
    for (*scores = file->asked->scores; *scores; *scores = (*scores)->next) {
        if ((*scores)->scaled == scaled && strcmp((*scores)->object, object) == 0)
            return STATUS_OK;
    }
    enum status status = item_scores_read(file, object, scaled, file->asked->published, scores, error);
    if (status == STATUS_OK) {
        (*scores)->next = file->asked->scores;
        file->asked->scores = *scores;
    }
    return status;
}

/* A published file has a table's rows themselves, a run's file what they are computed from. */
static enum status rows_find(const struct run_file *file, struct table *table, struct error *error)
{
    return file->asked->published ? table_load_if_there(table, file->store, error) : derived_rows(file, table, error);
}

enum status asked_table(const struct run_file *file, const char *name, const struct table **table, struct error *error)
{
    for (const struct asked_rows *rows = file->asked->tables; rows; rows = rows->next) {
        if (strcmp(table_kind_of(rows->table)->name, name) == 0) {
            *table = rows->table;
            return STATUS_OK;
        }
    }
    struct asked_rows *rows = memory_alloc(1, sizeof *rows, error);
    *table = NULL;
    if (!rows)
        return STATUS_NO_MEMORY;
    rows->table = table_create(table_find(name), error);
    enum status status = rows->table ? rows_find(file, rows->table, error) : STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        table_free(rows->table);
        memory_free(rows);
        return status;
    }
    rows->next = file->asked->tables;
    file->asked->tables = rows;
    *table = rows->table;
    return STATUS_OK;
}

static enum status number_find(const struct run_file *file, const char *name, double fraction, asked_number_fn *make,
                               double *number, struct error *error)
{
    bool there;
    if (!file->asked->published)
        return make(file, fraction, number, error);
    enum status status = store_find_attribute(file->store, "/asked", name, &there, error);
    return there ? store_get_number(file->store, "/asked", name, number, error) : status;
}

enum status asked_number(const struct run_file *file, const char *name, double fraction, asked_number_fn *make,
                         double *number, struct error *error)
{
    char full[NUMBER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%.40s %g", name, fraction);
    for (const struct asked_value *known = file->asked->numbers; known; known = known->next) {
        if (strcmp(known->name, full) == 0) {
            *number = known->value;
            return STATUS_OK;
        }
    }
    struct asked_value *value = memory_alloc(1, sizeof *value, error);
    if (!value)
        return STATUS_NO_MEMORY;
    (void)snprintf(value->name, sizeof value->name, "%s", full);
    value->value = NAN;
    enum status status = number_find(file, full, fraction, make, &value->value, error);
    if (status != STATUS_OK) {
        memory_free(value);
        return status;
    }
    value->next = file->asked->numbers;
    file->asked->numbers = value;
    *number = value->value;
    return STATUS_OK;
}

/* ---- a file of its own ---- */

bool asked_any(const struct run_file *file)
{
    bool any = false;
    for (const struct item_scores *scores = file->asked->scores; scores; scores = scores->next)
        any = any || scores->there;
    for (const struct asked_rows *rows = file->asked->tables; rows; rows = rows->next)
        any = any || table_rows(rows->table) > 0;
    for (const struct asked_value *number = file->asked->numbers; number; number = number->next)
        any = any || !isnan(number->value);
    return any;
}

/* What run_file_open reads, and the config. */
static enum status publish_identity(const struct run_file *file, struct store *store, struct error *error)
{
    char seed[32], *config = NULL;
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)file->seed);
    const struct {
        const char *object, *key, *text;
    } texts[] = {{"/", "run", file->run},       {"/", "dataset", file->dataset},
                 {"/", "method", file->method}, {"/", "data_source", file->data_source},
                 {"/", "seed", seed},           {"/data", "identity", file->data_identity}};
    enum status status = run_store_sign(store, error);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == STATUS_OK; i++)
        status = store_set_text(store, texts[i].object, texts[i].key, texts[i].text, error);
    if (status == STATUS_OK && file->asked->has_config)
        status = store_get_text(file->store, "/config", "text", &config, error);
    if (status == STATUS_OK && config)
        status = store_set_text(store, "/config", "text", config, error);
    memory_free(config);
    return status;
}

static enum status publish_answers(const struct asked *asked, struct store *store, struct error *error)
{
    double count = 0;
    enum status status = STATUS_OK;
    for (const struct asked_value *number = asked->numbers; number && status == STATUS_OK; number = number->next) {
        if (isnan(number->value))
            continue;
        status = store_set_number(store, "/asked", number->name, number->value, error);
        count++;
    }
    if (status == STATUS_OK) /* the group is there, even if empty */
        status = store_set_number(store, "/asked", "numbers", count, error);
    for (const struct asked_rows *rows = asked->tables; rows && status == STATUS_OK; rows = rows->next) {
        if (table_rows(rows->table) > 0)
            status = table_save(rows->table, store, error);
    }
    for (const struct item_scores *scores = asked->scores; scores && status == STATUS_OK; scores = scores->next) {
        if (scores->there)
            status = item_scores_publish(scores, store, error);
    }
    return status;
}

/* Refuses to replace a file of another kind, such as a run's, if the directory is that of the runs. */
static enum status check_target(const char *path, struct error *error)
{
    struct store *store = NULL;
    bool published = false;
    if (access(path, F_OK) != 0)
        return STATUS_OK;
    enum status status = run_store_open(path, &store, error);
    if (status == STATUS_OK)
        status = store_find(store, "/asked", &published, error);
    store_close(store);
    if (status == STATUS_OK && !published)
        return error_set(error, STATUS_USAGE, "%s is a run's own file and is not replaced; name another directory",
                         path);
    return status;
}

enum status asked_publish(const struct run_file *file, const char *path, struct error *error)
{
    struct store *store = NULL;
    enum status status = check_target(path, error);
    if (status == STATUS_OK)
        status = store_create(path, &store, error);
    if (status == STATUS_OK)
        status = publish_identity(file, store, error);
    if (status == STATUS_OK)
        status = publish_answers(file->asked, store, error);
    if (status == STATUS_OK)
        return store_commit(store, error);
    store_close(store);
    return status;
}

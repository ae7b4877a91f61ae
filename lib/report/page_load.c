#define _XOPEN_SOURCE 700 /* realpath */

/* lib/report/page_load.c: reads tables, the registry of figures and the names of run files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "data/dataset.h"
#include "io/atomic_file.h"
#include "io/file_list.h"
#include "report/page.h"

enum { TABLE_BYTES_MAX = 200 << 20, FIGURES_MAX = 200, FIGURE_MEMBERS = 7 };

enum status page_file_check(const struct page *page, const char *path, struct error *error)
{
    struct stat about;
    char *directory = realpath(page->directory, NULL), *file = realpath(path, NULL);
    const size_t length = directory ? strlen(directory) : 0;
    enum status status = STATUS_OK;
    if (!directory || !file || stat(file, &about) != 0) {
        status = file_read_failure(path, errno, error);
    } else if (!S_ISREG(about.st_mode)) {
        status = error_set(error, STATUS_DATA, "%s: is not a file; a page has files only", path);
    } else if (strncmp(file, directory, length) != 0 || (file[length] != '/' && length > 1)) {
        status =
            error_set(error, STATUS_DATA,
                      "%s: is a link to %s, which is not below %s: a page that is sent on would tell what is in it; "
                      "copy the file there if it is meant",
                      path, file, page->directory);
    }
    free(directory);
    free(file);
    return status;
}

static enum status table_read(const char *path, struct page_table *table, struct error *error)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    int length = snprintf(table->name, sizeof table->name, "%.*s", (int)(strlen(name) - strlen(".csv")), name);
    if (length < 0 || (size_t)length >= sizeof table->name || !csv_is_name(table->name))
        return error_set(error, STATUS_DATA,
                         "%s: " CSV_NAME_RULE ", at most %zu of them; rename the file, or keep it elsewhere", path,
                         sizeof table->name - 1);
    enum status status = file_read_text(path, TABLE_BYTES_MAX, &table->text, error);
    return status == STATUS_OK ? csv_parse(table->text, path, &table->csv, error) : status;
}

static enum status tables_read(struct page *page, struct error *error)
{
    char directory[PATH_SIZE], **paths;
    size_t count;
    (void)snprintf(directory, sizeof directory, "%s/tables", page->directory);
    enum status status = directory_files(directory, ".csv", &paths, &count, error);
    if (status == STATUS_OK && count == 0)
        status = error_set(error, STATUS_USAGE, "%s holds no tables (*.csv); `./run_all.sh --out %s` makes them",
                           directory, page->directory);
    if (status == STATUS_OK) {
        page->tables = memory_alloc(count, sizeof *page->tables, error);
        status = page->tables ? STATUS_OK : STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        page->table_count++;
        status = page_file_check(page, paths[i], error);
        if (status == STATUS_OK)
            status = table_read(paths[i], &page->tables[i], error);
    }
    paths_free(paths, count);
    return status;
}

static enum status reference_read(struct page *page, struct error *error)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/results/reference/talk_pruning.csv", page->project);
    enum status status = table_read(path, &page->talk_pruning, error);
    (void)snprintf(path, sizeof path, "%s/results/reference/talk_uncertainty.csv", page->project);
    return status == STATUS_OK ? table_read(path, &page->talk_uncertainty, error) : status;
}

/* Ends the text at the next `end` with a 0 byte and returns it; *rest moves past it, NULL after the last. */
static char *cut(char **rest, char end)
{
    char *text = *rest, *found = text ? strchr(text, end) : NULL;
    if (found)
        *found = '\0';
    *rest = found ? found + 1 : NULL;
    return text;
}

/* One row of the registry: its members are terminated in place. The last, the formats, may be missing. */
static bool figure_parse(char *line, struct page_figure *figure)
{
    static char formats[] = "svg,png";
    char *members[FIGURE_MEMBERS] = {0};
    size_t count = 0;
    for (char *rest = line, *member; count < FIGURE_MEMBERS && (member = cut(&rest, '\t'));)
        members[count++] = member;
    *figure = (struct page_figure){members[0], members[2], members[3],
                                   members[4], members[5], members[6] && *members[6] ? members[6] : formats};
    return line[0] != '#' && count >= FIGURE_MEMBERS - 1;
}

static enum status registry_read(struct page *page, struct error *error)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/plots/figures.tsv", page->project);
    enum status status = file_read_text(path, TABLE_BYTES_MAX, &page->registry, error);
    if (status != STATUS_OK)
        return status;
    page->figures = memory_alloc(FIGURES_MAX, sizeof *page->figures, error);
    if (!page->figures)
        return STATUS_NO_MEMORY;
    for (char *rest = page->registry, *line; page->figure_count < FIGURES_MAX && (line = cut(&rest, '\n'));)
        page->figure_count += figure_parse(line, &page->figures[page->figure_count]);
    return STATUS_OK;
}

static bool holds_dataset(const struct page *page, const char *dataset)
{
    for (size_t t = 0; t < page->table_count; t++) {
        const struct csv *csv = &page->tables[t].csv;
        size_t column = csv_column(csv, "dataset");
        if (strcmp(page->tables[t].name, "claims") == 0)
            continue; /* names every set, measured or not */
        for (size_t row = 0; row < csv->rows; row++) {
            if (strcmp(csv_cell(csv, row, column), dataset) == 0)
                return true;
        }
    }
    return false;
}

static enum status dataset_add(struct page *page, const char *name, struct error *error)
{
    for (size_t i = 0; i < page->dataset_count; i++) {
        if (strcmp(page->datasets[i], name) == 0)
            return STATUS_OK;
    }
    char **all = memory_alloc(page->dataset_count + 1, sizeof *all, error);
    char *copy = all ? memory_copy_text(name, error) : NULL;
    if (!copy) {
        memory_free(all);
        return STATUS_NO_MEMORY;
    }
    if (page->dataset_count > 0)
        memcpy(all, page->datasets, page->dataset_count * sizeof *all);
    memory_free(page->datasets);
    page->datasets = all;
    page->datasets[page->dataset_count++] = copy;
    return STATUS_OK;
}

/* Those of the registry, in its order, and then those that configs described. */
static enum status datasets_find(struct page *page, struct error *error)
{
    size_t count;
    const struct dataset_kind *kinds = dataset_kinds(&count);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (holds_dataset(page, kinds[i].name))
            status = dataset_add(page, kinds[i].name, error);
    }
    for (size_t t = 0; t < page->table_count; t++) {
        const struct csv *csv = &page->tables[t].csv;
        const size_t column = csv_column(csv, "dataset");
        const bool measured = strcmp(page->tables[t].name, "summary") == 0; /* other tables name sets beside a run's */
        for (size_t row = 0; row < csv->rows && measured && status == STATUS_OK; row++)
            status = csv_cell(csv, row, column)[0] ? dataset_add(page, csv_cell(csv, row, column), error) : STATUS_OK;
    }
    return status;
}

/* The directory's last name. */
static enum status name_find(struct page *page, struct error *error)
{
    char *directory = realpath(page->directory, NULL);
    if (!directory)
        return file_read_failure(page->directory, errno, error);
    const char *name = strrchr(directory, '/') ? strrchr(directory, '/') + 1 : directory;
    (void)snprintf(page->name, sizeof page->name, "%s", *name ? name : "report");
    free(directory);
    return STATUS_OK;
}

enum status page_load(struct page *page, struct error *error)
{
    enum status status = tables_read(page, error);
    if (status == STATUS_OK)
        status = name_find(page, error);
    if (status == STATUS_OK)
        status = reference_read(page, error);
    if (status == STATUS_OK)
        status = registry_read(page, error);
    if (status == STATUS_OK)
        status = directory_files(page->directory, ".h5", &page->runs, &page->run_count, error);
    return status == STATUS_OK ? datasets_find(page, error) : status;
}

static void table_release(struct page_table *table)
{
    csv_free(&table->csv);
    memory_free(table->text);
}

void page_free(struct page *page)
{
    for (size_t i = 0; i < page->table_count; i++)
        table_release(&page->tables[i]);
    memory_free(page->tables);
    table_release(&page->talk_pruning);
    table_release(&page->talk_uncertainty);
    memory_free(page->figures);
    memory_free(page->registry);
    paths_free(page->runs, page->run_count);
    paths_free(page->datasets, page->dataset_count);
    memory_free(page->colours);
    memory_free(page->out.bytes);
}

const struct page_table *page_table(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->table_count; i++) {
        if (strcmp(page->tables[i].name, name) == 0)
            return &page->tables[i];
    }
    return NULL;
}

const char **page_distinct(const struct page_table *table, const char *column, const char *dataset, size_t *count,
                           struct error *error)
{
    const struct csv *csv = &table->csv;
    size_t at = csv_column(csv, column), dataset_at = csv_column(csv, "dataset");
    const char **values = memory_alloc(csv->rows, sizeof *values, error);
    *count = 0;
    for (size_t row = 0; values && row < csv->rows; row++) {
        const char *value = csv_cell(csv, row, at);
        bool seen = *value == '\0' || (*dataset && strcmp(csv_cell(csv, row, dataset_at), dataset) != 0);
        for (size_t i = 0; i < *count && !seen; i++)
            seen = strcmp(values[i], value) == 0;
        if (!seen)
            values[(*count)++] = value;
    }
    return values;
}
